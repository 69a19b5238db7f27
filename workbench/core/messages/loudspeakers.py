"""What a design for loudspeakers does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class RoomDepth:
    """How directly the centre is heard in the listening room, beside a plain mix of the same drivers: direct over
    reverberant sound, the distance at which both are as strong, and coherence between the ears (1: from one place, 0:
    all around). Means over third octaves from 200 Hz to 8 kHz."""

    direct_to_reverberant_db: float
    critical_distance_m: float
    coherence: float
    plain_direct_to_reverberant_db: float
    plain_critical_distance_m: float
    plain_coherence: float
    rt60_s: float
    distance_m: float


@dataclass(frozen=True, slots=True, eq=False)
class LoudspeakerDetail:
    """What the loudspeakers' own view shows of a design, beside its response, whose frequencies (F,) it shares.

    Attributes
    ----------
    params : RenderParams
        For which it was made; only the parameters named in `params_read` shaped it.
    target_db : (F,)
        The cancellation that was asked for.
    spread_db : (2, F)
        Separation that 10 % and 90 % of loudspeakers and heads stay under, at about the nominal place.
    input_gain_db : (2 inputs, drivers, F)
        Drive over what plain stereo needs to be as loud at the fed ear.
    group_delay_ms : (2 inputs, drivers, F), over the common delay; NaN where a driver is all but silent
    impulse : (2 inputs, drivers, n) and impulse_ms (n,) : around the common delay, at 48 kHz
    side_cm (X,), distance_m (Y,), sweet_db (Y, X) : separation, mean of 300 Hz to 8 kHz, wherever the head is;
        positive sides are the listener's right
    beam_hz (B,), beam_azimuth_rad (A,), beam_db (B, A) : the centre beam over its axis
    beam_spread_db : (B, A), what 90 % of loudspeakers with unequal drivers stay under
    null_db, null_95_db, unevenness_db, directivity_db, white_noise_gain_db : (B,)
        Of the beam: level at the nulls, the same for the worse loudspeakers, largest deviation within the window.
    condition_db : (F,) of the plant; headroom_db : below full scale for music at -20 dBFS
    error_db : (F,)
        What the filters depart by from what was designed, because they are causal and end.
    image_ild_db, image_itd_us : (3, F)
        Interaural differences of the left virtual loudspeaker: as heard, as asked for, and of a rigid sphere; NaN where
        there is none.
    nulls_deg : the beam's nulls, each on both sides
    depth : RoomDepth, or None while the room is computed
    draft : made quickly while a slider is dragged; the design itself follows
    """

    params: object
    params_read: tuple[str, ...]
    target_db: np.ndarray
    spread_db: np.ndarray
    input_gain_db: np.ndarray
    group_delay_ms: np.ndarray
    impulse: np.ndarray
    impulse_ms: np.ndarray
    side_cm: np.ndarray
    distance_m: np.ndarray
    sweet_db: np.ndarray
    beam_hz: np.ndarray
    beam_azimuth_rad: np.ndarray
    beam_db: np.ndarray
    beam_spread_db: np.ndarray
    null_db: np.ndarray
    null_95_db: np.ndarray
    unevenness_db: np.ndarray
    directivity_db: np.ndarray
    white_noise_gain_db: np.ndarray
    condition_db: np.ndarray
    error_db: np.ndarray
    image_ild_db: np.ndarray
    image_itd_us: np.ndarray
    headroom_db: float
    taps: int
    latency_samples: int
    nulls_deg: tuple[float, ...] = ()
    depth: RoomDepth | None = None
    draft: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class LoudspeakerResponse:
    """What a loudspeaker design does, over frequency (F,).

    `separation_db` maps a head position's name ("nominal", "2 cm", "5 cm") to crosstalk separation in dB (F,);
    `driver_gain_db` is (drivers, F), the largest over the inputs; `plain_separation_db` (F,) without the filters.
    """

    layout: str
    driver_names: tuple[str, ...]
    frequency_hz: np.ndarray
    separation_db: dict[str, np.ndarray]
    plain_separation_db: np.ndarray
    driver_gain_db: np.ndarray
    detail: LoudspeakerDetail | None = None
