"""What a loudspeaker design may be traded for: messages for the window's views of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class BeamChoice:
    """One beam of the front.

    null_db, unevenness_db : what was asked for
    found_null_db, found_null_95_db, found_unevenness_db : worst of the band, of alike drivers and of unlike ones
    white_noise_gain_db : lowest; directivity_db : mean of the band
    best : no other choice is better in nulls, evenness and white-noise gain at once
    """

    null_db: float
    unevenness_db: float
    found_null_db: float
    found_null_95_db: float
    found_unevenness_db: float
    white_noise_gain_db: float
    directivity_db: float
    best: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class LimitTrade:
    """What the boost limit buys: (N,) each over `boost_limit_db`.

    Mean separation at the nominal place and 5 cm beside it, worst null of the beam from 400 Hz to 3 kHz.
    """

    boost_limit_db: np.ndarray
    nominal_db: np.ndarray
    off_centre_db: np.ndarray
    beam_null_db: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class CentreZone:
    """Where a centre source is heard as the head moves sideways.

    side_cm : (N,), positive to the listener's right
    lateral_deg : name of the path to (N,): direction of the sound from straight ahead by its interaural time difference
        below 1.5 kHz, positive to the listener's left
    """

    side_cm: np.ndarray
    lateral_deg: dict[str, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class Trades:
    """All of them for one layout and one set of parameters (`params`)."""

    layout: str
    params: object
    beams: tuple[BeamChoice, ...]
    limits: LimitTrade
    zone: CentreZone
