"""Directions: what the localizer found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.core.messages.sound import TalkerTruth


@dataclass(frozen=True, slots=True)
class Candidate:
    """A direction that one analysis frame suggests. Confidence in [0, 1]; distance None when unknown.

    `agreed` tells whether a second method finds a talker there too; None where there is no second one.
    """

    azimuth_rad: float
    confidence: float
    distance_m: float | None = None
    agreed: bool | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """A talker followed over time. `number` starts at 1 and is never used again in a run.

    `active` is True while the talker is heard, `silent_s` how long not.
    """

    number: int
    azimuth_rad: float
    confidence: float
    distance_m: float | None
    active: bool
    age_s: float
    silent_s: float


@dataclass(frozen=True, slots=True, eq=False)
class SpatialSpectrum:
    """Relative power over azimuth: `azimuth_rad` (A,) and `level_db` (A,), 0 at the maximum of the method's scale."""

    azimuth_rad: np.ndarray
    level_db: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Localization:
    """One update of the localizer.

    `time_s` is the centre of the analysed span on the source's clock; `sectors` (SECTORS,) are probabilities
    or None; `truth` belongs to the same span; `skipped` counts hops the soft worker had to leave out so far.
    `classical` are SRP-PHAT's own candidates where a network gave `candidates`. `model` names the network, "" without
    one; `stale_s` is how much older the analysed sound is than the newest that was heard.
    """

    sequence: int
    time_s: float
    method: str
    spectrum: SpatialSpectrum | None
    candidates: tuple[Candidate, ...]
    tracks: tuple[Track, ...]
    sectors: np.ndarray | None = None
    truth: tuple[TalkerTruth, ...] = ()
    update_ms: float = 0.0
    skipped: int = 0
    classical: tuple[Candidate, ...] = ()
    model: str = ""
    stale_s: float = 0.0
