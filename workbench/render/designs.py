"""Design of the loudspeaker filters: from a layout, and what is wanted of it, to causal FIRs."""

from __future__ import annotations

import dataclasses
import math
from functools import lru_cache

import numpy as np

from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.geometry import SpeakerLayout
from workbench.core.messages import frozen
from workbench.dsp.bands import RATE_HZ
from workbench.dsp.loudness import k_weighting_power
from workbench.dsp.splines import CubicSpline
from workbench.render import hrtf, plants
from workbench.render.causal import to_fir
from workbench.render.crosstalk import BISECTIONS, fed_level, mirrored_drivers, null_steering, outer_drivers
from workbench.render.design import PAIR_GAIN_DB, Design
from workbench.render.drivers import BeamGoal, speaker_beam
from workbench.render.effort import EXACT, Effort
from workbench.render.measured import is_model
from workbench.render.region import (
    BEAM_DRAFT,
    COARSE,
    DRAFT,
    FREQUENCY_HZ,
    design_plant,
    everywhere,
    plant_at,
    region_plants,
)

# Below, long waves make any separation cost more drive than small drivers have; above, less than a centimetre of
# head movement undoes it. Both ends go over into plain stereo.
_LOW_OCTAVES, _HIGH_OCTAVES = 1.74, 0.515
"""Widths of the two crossovers, outside the band: from 60 to 200 Hz and from 14 to 20 kHz, where the band is the usual
one."""

_LEVEL_ROUNDS = 6
_LEVEL_AT = np.flatnonzero((FREQUENCY_HZ >= 300) & (FREQUENCY_HZ <= 8000))[::4]
"""Where the level at the fed ear counts, see `crosstalk.drive_db`."""
_DRAFT_LEVEL_AT = np.flatnonzero((FREQUENCY_HZ[DRAFT] >= 300) & (FREQUENCY_HZ[DRAFT] <= 8000))
_DRAFT_BISECTIONS = 12
"""A limit is then kept to 0.02 dB."""


def _smooth_step(x: np.ndarray) -> np.ndarray:
    x = np.clip(x, 0.0, 1.0)
    return x * x * (3 - 2 * x)


def _crossovers(
    design_low_hz: float, design_high_hz: float, frequency_hz: np.ndarray = FREQUENCY_HZ
) -> tuple[np.ndarray, np.ndarray]:
    """Shares (F,) of the design against plain stereo: below the band and above it they go from 1 to 0."""
    octave = np.log2(np.maximum(frequency_hz, 1.0))
    low = _smooth_step(1 + (octave - math.log2(design_low_hz)) / _LOW_OCTAVES)
    end_hz = min(design_high_hz * 2**_HIGH_OCTAVES, 0.5 * RATE_HZ)
    return low, 1 - _smooth_step((frequency_hz - design_high_hz) / (end_hz - design_high_hz))


_HEARD = np.where((FREQUENCY_HZ > 50) & (FREQUENCY_HZ < 16000), 1.0, 0.0)
_PINK_LOUDNESS = _HEARD * k_weighting_power(FREQUENCY_HZ) / np.maximum(FREQUENCY_HZ, 1.0)


def plain_stereo(layout: SpeakerLayout) -> np.ndarray:
    """Weights of plain stereo: left and right straight to the outer drivers, (drivers, 2) float64.

    Raises
    ------
    InputError
        The layout has no two drivers side by side.
    """
    try:
        left, right = outer_drivers(layout.driver_xyz_m)
    except InputError as error:
        raise InputError(f"layout {layout.name!r}: {error}") from error
    weights = np.zeros((len(layout.drivers), 2))
    weights[left, 0] = weights[right, 1] = 1.0
    return weights


def target_db(level_db: float, shape: str, frequency_hz: np.ndarray) -> np.ndarray:
    """The wanted cancellation over frequency (F,): a level and the curve that is added to it, not below 0 dB."""
    points = parameters.parse_curve("render.cancellation_shape", shape)
    if not points:
        return np.full(len(frequency_hz), float(level_db))
    at_hz, offset_db = np.array(points).T
    offset = np.interp(np.log(np.maximum(frequency_hz, 1.0)), np.log(at_hz), offset_db)
    return np.maximum(level_db + offset, 0.0)


def driver_shares(layout: SpeakerLayout, limit_db: float) -> np.ndarray:
    """What each driver's own limit leaves of the design's, (drivers,) up to 1: filters are designed for drivers so much
    weaker.

    Raises
    ------
    InputError
        A limit that not even plain stereo keeps: it needs 0 dB of its two drivers.
    """
    own_db = np.array([limit_db if driver.gain_limit_db is None else driver.gain_limit_db for driver in layout.drivers])
    needed = plain_stereo(layout).any(axis=1) & (own_db < 0)
    if needed.any():
        driver = layout.drivers[int(np.flatnonzero(needed)[0])]
        raise InputError(
            f"layout {layout.name!r}: the gain limit of {driver.gain_limit_db:g} dB of driver {driver.name!r} cannot "
            "be met: plain stereo needs 0 dB of it"
        )
    return 10 ** (np.minimum(own_db - limit_db, 0.0) / 20)


def crosstalk_filters(layout: SpeakerLayout, design: Design, effort: Effort = EXACT) -> np.ndarray:
    """Filters of a crosstalk design, (F, drivers, 2) complex on `FREQUENCY_HZ`, with no delay; read-only.

    The fed ear hears what plain stereo's own loudspeaker would give it (but for the droop). The other ear hears
    nothing of it (target "ears"), or what it would hear of the virtual loudspeaker (target "speakers"): then the
    crosstalk to cancel is C_other - V C_fed, with V the far over the near ear's response. That needs less drive
    than to cancel all crosstalk and then to put the wanted part back.

    The boost limit holds for drivers as loud at the fed ear as plain stereo: what the filters' droop takes from the
    level is made up for later, so the filters themselves keep to so much less.
    """
    return _crosstalk_filters(layout, _only(design, _BEAM_ALONE), effort)


_BEAM_ALONE = (
    "null_deg",
    "more_nulls_deg",
    "window_deg",
    "beam_null_db",
    "beam_even_db",
    "beam_shift_us",
    "beam_wng_db",
)
_FIR_ALONE = ("name", "method", "centre", "taps", "delay_ms")


def _only(design: Design, unread: tuple[str, ...]) -> Design:
    """The design with everything at its default that does not matter: equal ones are computed once."""
    default = Design()
    return dataclasses.replace(design, **{name: getattr(default, name) for name in (*unread, *_FIR_ALONE)})


class _Crosstalk:
    """The null steering of one design, at any of its frequencies and for any limit."""

    def __init__(self, layout: SpeakerLayout, design: Design, effort: Effort):
        self.plain = plain_stereo(layout)
        self._design = design
        self._hz = FREQUENCY_HZ[DRAFT] if effort.draft else FREQUENCY_HZ
        self._level_at = _DRAFT_LEVEL_AT if effort.draft else _LEVEL_AT
        self._bisections = _DRAFT_BISECTIONS if effort.draft else BISECTIONS
        self._share = driver_shares(layout, design.boost_limit_db)
        self._crossovers = _crossovers(design.band_low_hz, design.band_high_hz, self._hz)
        self._plant = design_plant(layout, design.plant, effort=effort)
        self._positions = region_plants(layout, design, effort)
        self._wanted = np.zeros(len(self._hz))
        if design.target == "speakers":
            angle = math.radians(design.virtual_deg)
            self._wanted = hrtf.contralateral(angle, self._hz, layout.head_radius_m)
        self._target_db = target_db(design.cancellation_db, design.cancellation_shape, self._hz)
        self._mirror = mirrored_drivers(layout.driver_xyz_m) if is_model(layout, design.plant) else None

    def filters(self, limit_db: float, droop_db: float, at: np.ndarray | slice = slice(None)) -> np.ndarray:
        """(F, drivers, 2) at chosen frequencies."""
        plant, positions, plain = self._plant[at], self._positions[:, at], self.plain
        low, high = (share[at] for share in self._crossovers)
        out = np.empty((len(plant), *plain.shape), dtype=complex)
        for ear in range(plants.EARS):
            if ear == 1 and self._mirror is not None:
                out[:, :, 1] = out[:, self._mirror, 0]
                continue
            fed, other = positions[:, :, ear], positions[:, :, 1 - ear]
            steered = null_steering(
                self._share * plant[:, ear] / (plant[:, ear] @ plain[:, ear])[:, None],
                self._share * (other - self._wanted[at, None] * fed) / (fed @ plain[:, ear])[..., None],
                np.broadcast_to(plain[:, ear] / self._share, plant[:, ear].shape),
                self._target_db[at],
                limit_db * low,
                self._design.region_weight,
                droop_db * low,
                bisections=self._bisections,
            )
            out[:, :, ear] = plain[:, ear] + (low * high)[:, None] * (self._share * steered - plain[:, ear])
        return out

    def lost_db(self, limit_db: float, droop_db: float) -> float:
        """By how much the fed ear's level falls, the larger of both inputs."""
        at = self._level_at
        made = self.filters(limit_db, droop_db, at)
        level = fed_level(self._plant[at], made, self.plain, self._hz[at])
        return max(0.0, -20 * math.log10(float(level.min())))


@lru_cache(maxsize=8)
def _crosstalk_filters(layout: SpeakerLayout, design: Design, effort: Effort) -> np.ndarray:
    crosstalk = _Crosstalk(layout, design, effort)
    boost_db = design.boost_limit_db
    limit_db, droop_db = boost_db, design.droop_db
    for _ in range(_LEVEL_ROUNDS if droop_db > 0 and design.limit_counts_level else 0):
        effort.step()
        lost_db = crosstalk.lost_db(limit_db, droop_db)
        if lost_db > boost_db:  # even as loud as plain stereo, drivers would exceed the limit: less droop
            droop_db *= boost_db / lost_db
        elif limit_db == 0:
            droop_db = min(design.droop_db, droop_db * boost_db / max(lost_db, 1e-3))
        limit_db = max(boost_db - lost_db, 0.0)
    effort.step()
    made = crosstalk.filters(limit_db, droop_db)
    return frozen(everywhere(made) if effort.draft else made)


def beam_filters(layout: SpeakerLayout, design: Design, effort: Effort = EXACT) -> np.ndarray:
    """Filters of a centre beam, (F, drivers) complex on `FREQUENCY_HZ`, with no delay; its axis has 1.

    Outside of the band it goes over into a plain mix.
    """
    return _beam_filters(layout, design.beam_goal(), (design.band_low_hz, design.band_high_hz), effort)


@lru_cache(maxsize=8)
def _beam_filters(layout: SpeakerLayout, goal: BeamGoal, band_hz: tuple[float, float], effort: Effort) -> np.ndarray:
    known = np.maximum(FREQUENCY_HZ[COARSE], 1.0)
    coarse = FREQUENCY_HZ[BEAM_DRAFT if effort.draft else COARSE]
    shares = driver_shares(layout, goal.gain_limit_db + PAIR_GAIN_DB)
    weights = speaker_beam(layout, np.maximum(coarse, 1.0), goal, shares, effort, known if effort.draft else None)
    beam = everywhere(weights, BEAM_DRAFT) if effort.draft else CubicSpline(coarse, weights)(FREQUENCY_HZ)
    low, high = _crossovers(*band_hz)
    mix = np.broadcast_to(plain_stereo(layout).sum(axis=1) / 2, beam.shape)
    return frozen(mix + (low * high)[:, None] * (beam - mix))


def loudness_gain(layout: SpeakerLayout, centre: np.ndarray, plant: str = "") -> float:
    """Gain that makes a centre source as loud at the ears as plain stereo makes it (pink, K-weighted).

    Parameters
    ----------
    centre : (F, drivers) complex
        What the drivers play of a centre source.
    """
    paths = plant_at(layout, plant)
    plain = np.abs(paths @ plain_stereo(layout).sum(axis=1)) ** 2
    made = np.abs((paths @ centre[..., None])[..., 0]) ** 2
    return math.sqrt((plain.sum(axis=1) @ _PINK_LOUDNESS) / (made.sum(axis=1) @ _PINK_LOUDNESS))


def wanted_responses(layout: SpeakerLayout, design: Design, effort: Effort = EXACT) -> np.ndarray:
    """What the filters of a design shall be, (F, drivers, inputs) complex on `FREQUENCY_HZ`, with no delay.

    As loud for a centre source as plain stereo.

    Raises
    ------
    InputError
        The layout has no two drivers side by side, or a driver inside the listener's head; a beam that cannot be.
    Outdated
        The effort is no longer worth it.
    """
    plain = plain_stereo(layout)
    if design.method == "plain":
        sides = np.broadcast_to(plain, (len(FREQUENCY_HZ), *plain.shape)).astype(complex)
    else:
        sides = crosstalk_filters(layout, design, effort)
        sides = sides * loudness_gain(layout, sides.sum(axis=2), design.plant)
    if design.centre == "none":
        return sides
    if design.centre == "mix":
        centre = np.broadcast_to(plain.sum(axis=1), (len(FREQUENCY_HZ), len(plain)))
    else:
        beam = beam_filters(layout, design, effort)
        centre = beam * loudness_gain(layout, beam, design.plant)
    return np.concatenate([sides, centre[..., None]], axis=2)


def design_filters(
    layout: SpeakerLayout, design: Design, wanted: np.ndarray | None = None, effort: Effort = EXACT
) -> np.ndarray:
    """Driver filters of a design.

    Parameters
    ----------
    wanted : those of `wanted_responses`, if they are already there

    Returns
    -------
    (inputs, drivers, taps) float32
        From each input to each driver, late by the design's delay.

    Raises
    ------
    InputError, Outdated
        As `wanted_responses`.
    """
    wanted = wanted_responses(layout, design, effort) if wanted is None else wanted
    fir = to_fir(wanted, design.delay_samples, design.taps)
    exact = {"plain": (0, 1)}.get(design.method, ()) + ((2,) if design.centre == "mix" else ())
    for number in exact:  # one sample, to the bit
        fir[number] = 0.0
        fir[number, :, design.delay_samples] = np.real(wanted[0, :, number])
    return fir
