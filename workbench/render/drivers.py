"""Speaker beams: all drivers of a compact loudspeaker radiate one signal straight ahead, and little to the sides.

The pattern is one on the axis, has nulls (usually at plus and minus 90 degrees), is even over a window around the
axis, and is what remains elsewhere. Drivers are never quite alike: each is taken to be off by a random gain of
variance `mismatch`, and it is the expected pattern that is optimised, so no weight is larger than its worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from workbench.core.errors import InputError
from workbench.core.geometry import SPEED_OF_SOUND_M_S, SpeakerLayout, unit_vectors
from workbench.core.messages import frozen
from workbench.render.beam_refinement import FADE, Lean, Limit, faded, reached, refine
from workbench.render.effort import EXACT, Effort
from workbench.render.plants import cabinet_pressure

FAR_M = 2.0
"""Distance at which patterns are shown."""
_DESIGN_M = (1.5, 100.0)
"""Distances at which a beam's goal holds, and so in between: from where a listener at a desk sits. What so small a
device cancels at 400 Hz hangs on how much nearer one driver is than another: nulls of 20 dB at 2 m alone are 17 dB far
away."""

_WINDOW_STEP_RAD = np.radians(5.0)
_EDGE_DB = 1.0
"""What the window's level is meant to fall by towards its edges: one that stays up costs lobes elsewhere."""
_LEAST_POWER, _LARGEST_POWER = 1e-3, 30.0
"""Weights of the radiated power against the energy at the nulls."""
_LOST_POWER = 30.0
_HOPELESS_DB = 8.0
"""A goal missed by so much is not met by refinement either."""
_KEPT_DB, _LOST_DB = 3.0, 6.0
"""Where the goal is missed by so much it is mostly given up, for the least power in all directions."""
_GOAL_HZ = (3030.0, 3130.0)
"""Up to the first the goal holds; from the second on, where nulls are no wider than an ear, power alone counts."""
_LOW_HZ = (310.0, 380.0)
"""From the second on the goal holds; up to the first, where so small a device hardly has sides, power mostly counts."""
_LOW_POWER = 10.0
_BENT_HZ, _FLAT_HZ = (1300.0, 2000.0), (2300.0, 2800.0)
_BENT_RAD = np.radians(50.0)
"""Between these the window's edges may lag by so much: a wavefront that is bent over the window radiates 0.3 dB less
elsewhere than a flat one, and a search that begins flat does not find it."""
_LEAN_HZ = (1300.0, 2000.0)
"""From the first on the wavefront leans less, from the second on not: there a bent one does as well."""
_LEAST_LEAN_S = 1e-8
_NULL_MARGIN_DB, _MARGIN_DB = 0.46, 0.05
"""What interpolation over frequency and the filters' length may cost."""
_POWER_STEPS = 240
_PHASE_ROUNDS = 10
_LARGEST_MISMATCH = 1e4


@dataclass(frozen=True, slots=True)
class _Bisections:
    """How often mismatch and power are halved in."""

    mismatch: int = 20
    power: int = 10


_FULL, _DRAFT = _Bisections(), _Bisections(mismatch=10, power=6)


@dataclass(frozen=True, slots=True)
class BeamGoal:
    """What a speaker beam shall be.

    null_rad : nulls at plus and minus these angles
    window_rad : the level shall be even from minus to plus this
    evenness : weight of an uneven window against the energy at the nulls
    null_db, unevenness_db : how deep the nulls and how even the window shall be; where there is room to spare, less is
        radiated in all directions together instead, and where they cannot be had, that alone counts
    lean_s : by how much sooner one ear may hear the beam than the other; 0: the same phase on both sides
    mismatch : variance of a driver's relative error; 0.005 is 0.4 dB and 3 degrees
    gain_limit_db : largest driver gain, where a single driver at the device's centre needs 0
    white_noise_floor_db : least white-noise gain: what noise and unlike drivers make of it, one driver alone having 0

    Raises
    ------
    InputError
        An angle out of its range, or a null inside the window.
    """

    null_rad: tuple[float, ...] = (np.pi / 2,)
    window_rad: float = np.pi / 4
    evenness: float = 3.0
    null_db: float = -20.3
    unevenness_db: float = 2.9
    lean_s: float = 12e-6
    mismatch: float = 0.005
    gain_limit_db: float = 10.0
    white_noise_floor_db: float = -30.0

    def __post_init__(self):
        if not all(0 < angle <= np.pi for angle in (*self.null_rad, self.window_rad)) or not self.null_rad:
            raise InputError("a beam's nulls and window are angles above 0 and up to 180 degrees")
        if min(self.null_rad) <= self.window_rad:
            raise InputError(
                f"the null at ±{np.degrees(min(self.null_rad)):.0f}° lies within the even window of "
                f"±{np.degrees(self.window_rad):.0f}°"
            )


def patterns(
    layout: SpeakerLayout,
    azimuth_rad: np.ndarray,
    frequency_hz: np.ndarray,
    elevation_rad: np.ndarray | float = 0.0,
    distance_m: float = FAR_M,
) -> np.ndarray:
    """Each driver's directivity, with no head: (F, directions, drivers) complex.

    Relative to a point source at the device's origin, at `distance_m`.
    """
    points = distance_m * unit_vectors(azimuth_rad, elevation_rad)
    wavenumber = 2 * np.pi * np.asarray(frequency_hz, dtype=float) / SPEED_OF_SOUND_M_S
    reference = distance_m * np.exp(1j * wavenumber * distance_m)
    return (cabinet_pressure(layout, points, frequency_hz) * reference).transpose(2, 0, 1)


@lru_cache(maxsize=12)
def _seen(
    layout: SpeakerLayout, azimuth_rad: tuple[float, ...], frequencies: tuple[float, ...], distance_m: float
) -> np.ndarray:
    """`patterns`, kept: while one angle of a beam is moved, the others stay."""
    return frozen(patterns(layout, np.array(azimuth_rad), np.array(frequencies), distance_m=distance_m))


def _mean_square(pattern: np.ndarray) -> np.ndarray:
    """Mean over directions of d^H d, (F, drivers, drivers)."""
    return np.einsum("fai,faj->fij", pattern.conj(), pattern, optimize=True) / pattern.shape[1]


@lru_cache(maxsize=4)
def _radiated_power(layout: SpeakerLayout, frequencies: tuple[float, ...]) -> np.ndarray:
    """Mean over the sphere of d^H d, (F, drivers, drivers): what weights w radiate in all is w^H P w."""
    height = 1 - (2 * np.arange(_POWER_STEPS) + 1) / _POWER_STEPS  # Fibonacci sphere: even in area
    azimuth = np.pi * (1 + np.sqrt(5)) * np.arange(_POWER_STEPS)
    both = np.concatenate([azimuth, -azimuth])  # with its mirror image, so that symmetric layouts have symmetric beams
    return frozen(_mean_square(patterns(layout, both, np.array(frequencies), np.arcsin(np.tile(height, 2)))))


class _Beam:
    """The least-squares problem of a beam, for any mismatch(f)."""

    def __init__(
        self,
        layout: SpeakerLayout,
        frequency_hz: np.ndarray,
        goal: BeamGoal,
        shares: np.ndarray | float = 1.0,
        effort: Effort = EXACT,
        among_hz: np.ndarray | None = None,
    ):
        self.effort = effort
        self.bisections = _DRAFT if effort.draft else _FULL
        steps = int(np.ceil(goal.window_rad / _WINDOW_STEP_RAD))
        side = both_sides(goal.null_rad)
        window = np.linspace(-goal.window_rad, goal.window_rad, 2 * steps + 1)
        frequencies = tuple(frequency_hz.tolist())
        self._evenness = goal.evenness
        self._axis = shares * _seen(layout, (0.0,), frequencies, FAR_M)[:, 0]
        self._side, self._window = (
            np.concatenate(
                [shares * _seen(layout, tuple(angles.tolist()), frequencies, distance) for distance in _DESIGN_M],
                axis=1,
            )
            for angles in (side, window)
        )
        edge = np.tile((window / goal.window_rad) ** 2, len(_DESIGN_M))
        self._wanted = 10 ** (-_EDGE_DB / 20 * edge)
        bent = np.clip(_between(frequency_hz, _BENT_HZ), 0.0, 1.0) - np.clip(_between(frequency_hz, _FLAT_HZ), 0.0, 1.0)
        self._phase = np.exp(-1j * _BENT_RAD * bent[:, None] * edge)
        self._lean = self._leaning(layout, frequency_hz, goal, shares, np.tile(window, len(_DESIGN_M)))
        self._energy = _mean_square(self._side) + goal.evenness * _mean_square(self._window)
        if among_hz is None:
            power = _radiated_power(layout, frequencies)
        else:
            power = _radiated_power(layout, tuple(among_hz.tolist()))[np.searchsorted(among_hz, frequency_hz)]
        pairs = np.multiply.outer(shares, shares) if np.ndim(shares) else shares**2
        self._radiated = pairs * power
        # A driver with less of a share counts as much: it is to be spared.
        self._own = np.einsum("fii->fi", self._energy / pairs).real

    @staticmethod
    def _leaning(
        layout: SpeakerLayout,
        frequency_hz: np.ndarray,
        goal: BeamGoal,
        shares: np.ndarray | float,
        window: np.ndarray,
    ) -> Lean | None:
        """What `Lean` says of the listener's ears; None where no lean is allowed."""
        if goal.lean_s <= 0:
            return None
        ear_rad = np.arctan2(layout.head_radius_m, layout.listener_distance_m)
        ears = patterns(
            layout, np.array([ear_rad, -ear_rad]), frequency_hz, distance_m=layout.listener_distance_m / np.cos(ear_rad)
        )
        part = 1 - np.clip(_between(frequency_hz, _LEAN_HZ), 0.0, 1.0)
        at_ear = np.pi * frequency_hz * np.maximum(goal.lean_s * part, _LEAST_LEAN_S)
        return Lean(
            difference=0.5 * shares * (ears[:, :1] - ears[:, 1:]),
            allowed_db=20 * np.log10(np.sin(at_ear))[:, None],
            phase_rad=at_ear[:, None] * window / ear_rad,
        )

    def short_of_goal_db(
        self, weights: np.ndarray, goal: BeamGoal, chosen: np.ndarray | slice = slice(None)
    ) -> np.ndarray:
        """By how much nulls or evenness, whichever is worse, miss the goal, (F,) in dB; negative where both are met."""
        side, window = (
            20 * np.log10(np.maximum(np.abs(np.einsum("fai,fi->fa", what, weights)), 1e-9))
            for what in (self._side[chosen], self._window[chosen])
        )
        return np.maximum(side.max(axis=1) - goal.null_db, np.abs(window).max(axis=1) - goal.unevenness_db)

    def weights(self, mismatch: np.ndarray, power: np.ndarray, chosen: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Weights (F, drivers) for a variance of the drivers' errors and a weight of the radiated power, each (F,), at
        chosen frequencies."""
        self.effort.step()
        axis, window, own = self._axis[chosen], self._window[chosen], self._own[chosen]
        loaded = self._energy[chosen] + power[:, None, None] * self._radiated[chosen]
        loaded = loaded + np.einsum("fi,ij->fij", mismatch[:, None] * own, np.eye(own.shape[1]))
        inverse = np.linalg.inv(loaded)
        held = (inverse @ axis.conj()[..., None])[..., 0]
        hold = (axis * held).sum(axis=1)
        phase = np.broadcast_to(self._wanted.astype(complex), window.shape[:2])
        adjoint = window.conj().transpose(0, 2, 1)
        for _ in range(_PHASE_ROUNDS):  # only the window's magnitude matters: its phase follows the weights
            wish = (self._evenness / phase.shape[1]) * (adjoint @ phase[..., None])
            free = (inverse @ wish)[..., 0]
            weights = free + ((1 - (axis * free).sum(axis=1)) / hold)[:, None] * held
            level = (window @ weights[..., None])[..., 0]
            phase = self._wanted * level / np.maximum(np.abs(level), 1e-9)
        return weights

    def refined(
        self, chosen: np.ndarray, weights: np.ndarray, power: np.ndarray, goal: BeamGoal, limit: Limit
    ) -> np.ndarray:
        """Weights at chosen frequencies that meet the goal and radiate less, where there are any."""

        def search(at: np.ndarray | slice, **how) -> tuple[np.ndarray, np.ndarray]:
            part = chosen[at]
            return refine(
                weights[at],
                power[at],
                axis=self._axis[part],
                side=self._side[part],
                window=self._window[part],
                phase=self._phase[part],
                radiated=self._radiated[part],
                null_db=goal.null_db - _NULL_MARGIN_DB,
                unevenness_db=goal.unevenness_db - _MARGIN_DB,
                evenness=goal.evenness,
                mismatch=goal.mismatch,
                limit=limit,
                before_each=self.effort.step,
                **how,
            )

        if self._lean is None:
            return faded(weights, *search(slice(None)))
        leaning, found = search(slice(None), lean=self._lean.at(chosen))
        if found.all():
            return leaning
        if not self.effort.draft:
            return faded(faded(weights, *search(slice(None))), leaning, found)
        # Upright ones count where none leans and where one goes over into the other, which again hangs on those around.
        # (Computed alone they are rounded otherwise: the design itself stays what it was, to the bit.)
        near = reached(found, 2 * FADE)
        upright, met = weights.copy(), np.ones(len(found), dtype=bool)
        upright[near], met[near] = search(near)
        return faded(faded(weights, upright, met), leaning, found)


def speaker_beam(
    layout: SpeakerLayout,
    frequency_hz: np.ndarray,
    goal: BeamGoal,
    shares: np.ndarray | float = 1.0,
    effort: Effort = EXACT,
    among_hz: np.ndarray | None = None,
) -> np.ndarray:
    """Driver weights of a beam.

    Parameters
    ----------
    frequency_hz : (F,) ascending
    shares : (drivers,) up to 1: what a driver's own limit leaves of the goal's gain limit
    among_hz : (M,) ascending, with all of `frequency_hz` among them: frequencies for which the power over the sphere
        was computed before, which takes long

    Returns
    -------
    (F, drivers) complex128, no delay; the pattern on the axis is 1. Where the gain limit would be exceeded, the
    drivers are taken to be less alike until it is not: there the beam is wider, and its nulls are shallower.

    Raises
    ------
    InputError
        Even equal weights exceed the gain limit.
    Outdated
        The effort is no longer worth it.
    """
    beam = _Beam(layout, np.asarray(frequency_hz, dtype=float), goal, shares, effort, among_hz)
    mismatch = np.full(len(frequency_hz), goal.mismatch)
    limit = Limit(
        *(10 ** (level_db / 20) * (1 + 1e-6) for level_db in (goal.gain_limit_db, -goal.white_noise_floor_db))
    )
    power = np.full(len(frequency_hz), _LEAST_POWER)
    weights = beam.weights(mismatch, power)
    if _relax(beam, weights, mismatch, power, limit) and limit.strain(weights).max() > 1.01:
        raise InputError(
            f"no beam of layout {layout.name!r} keeps to a driver gain of {goal.gain_limit_db:g} dB and to a "
            f"white-noise gain of {goal.white_noise_floor_db:g} dB"
        )
    spare = beam.short_of_goal_db(weights, goal)
    low, high = (np.full(len(mismatch), np.log(edge)) for edge in (_LEAST_POWER, _LARGEST_POWER))
    met = np.flatnonzero(spare <= 0)
    for _ in range(beam.bisections.power if len(met) else 0):
        middle = 0.5 * (low[met] + high[met])
        tried = beam.weights(mismatch[met], np.exp(middle), met)
        good = (beam.short_of_goal_db(tried, goal, met) <= 0) & (limit.strain(tried) <= 1)
        low[met], high[met] = np.where(good, middle, low[met]), np.where(good, high[met], middle)
    beyond = np.clip(_between(frequency_hz, _GOAL_HZ), 0.0, 1.0)
    lost = np.maximum(np.clip((spare - _KEPT_DB) / _LOST_DB, 0.0, 0.6), beyond)
    power = np.exp(low + lost * (np.log(_LOST_POWER) - low))
    weights = beam.weights(mismatch, power)
    _relax(beam, weights, mismatch, power, limit)
    inside = np.flatnonzero(
        (beyond < 1) & (frequency_hz > _LOW_HZ[0]) & (mismatch == goal.mismatch) & (spare < _HOPELESS_DB)
    )
    if len(inside):
        known = np.where(spare[inside] <= 0, np.exp(low[inside]), np.nan)
        part = beyond[inside, None]
        weights[inside] = (1 - part) * beam.refined(inside, weights[inside], known, goal, limit) + part * weights[
            inside
        ]
    below = 1 - np.clip(_between(frequency_hz, _LOW_HZ), 0.0, 1.0)
    least = np.flatnonzero((below > 0) & (mismatch == goal.mismatch))
    if len(least):
        quiet = beam.weights(mismatch[least], np.maximum(power[least], _LOW_POWER), least)
        now, then = (limit.strain(what) for what in (weights[least], quiet))
        room = np.clip((1 - now) / np.maximum(then - now, 1e-9), 0.0, 1.0)  # a mean keeps to the limit and the axis
        weights[least] += (room * below[least])[:, None] * (quiet - weights[least])
    return shares * weights / np.maximum(1.0, limit.strain(weights))[:, None]


def _between(frequency_hz: np.ndarray, edges_hz: tuple[float, float]) -> np.ndarray:
    """0 at the first edge, 1 at the second, straight over log frequency."""
    return np.log(np.maximum(frequency_hz, 1.0) / edges_hz[0]) / np.log(edges_hz[1] / edges_hz[0])


def _relax(beam: _Beam, weights: np.ndarray, mismatch: np.ndarray, power: np.ndarray, limit: Limit) -> bool:
    """Where weights exceed the limit, take the drivers to be less alike, as little as it needs (a bisection); changes
    weights and mismatch in place. Whether that was anywhere."""
    over = np.flatnonzero(limit.strain(weights) > 1)
    if len(over) == 0:
        return False
    low, high = np.log(mismatch[over]), np.full(len(over), np.log(_LARGEST_MISMATCH))
    for _ in range(beam.bisections.mismatch):
        middle = 0.5 * (low + high)
        good = limit.strain(beam.weights(np.exp(middle), power[over], over)) <= 1
        low, high = np.where(good, low, middle), np.where(good, middle, high)
    mismatch[over] = np.exp(high)
    weights[over] = beam.weights(mismatch[over], power[over], over)
    return True


def both_sides(angles_rad: float | Sequence[float]) -> np.ndarray:
    """Plus and minus each angle."""
    return np.outer(np.atleast_1d(angles_rad), (-1.0, 1.0)).ravel()


def directivity_db(layout: SpeakerLayout, weights: np.ndarray, frequency_hz: np.ndarray) -> np.ndarray:
    """Directivity index |w . d(axis)|^2 / mean over the sphere of |w . d|^2, (F,) in dB."""
    points = 400
    height = 1 - (2 * np.arange(points) + 1) / points  # Fibonacci sphere: even in area
    azimuth = np.pi * (1 + np.sqrt(5)) * np.arange(points)
    around = np.einsum("fai,fi->fa", patterns(layout, azimuth, frequency_hz, np.arcsin(height)), weights)
    axis = np.einsum("fai,fi->fa", patterns(layout, np.array([0.0]), frequency_hz), weights)[:, 0]
    return 10 * np.log10(np.abs(axis) ** 2 / (np.abs(around) ** 2).mean(axis=1))


def white_noise_gain_db(layout: SpeakerLayout, weights: np.ndarray, frequency_hz: np.ndarray) -> np.ndarray:
    """White-noise gain |w . d(axis)|^2 / |w|^2, (F,) in dB."""
    axis = np.einsum("fai,fi->fa", patterns(layout, np.array([0.0]), frequency_hz), weights)[:, 0]
    return 10 * np.log10(np.abs(axis) ** 2 / (np.abs(weights) ** 2).sum(axis=1))


def mismatched_null_db(
    layout: SpeakerLayout,
    weights: np.ndarray,
    frequency_hz: np.ndarray,
    null_rad: float | Sequence[float],
    *,
    gain_db: float = 0.5,
    phase_rad: float = np.radians(5.0),
    trials: int = 200,
    percent: float = 95.0,
) -> np.ndarray:
    """Level at the worst null (plus and minus each angle) over the axis that so many percent of loudspeakers stay
    under, (F,) in dB.

    Drivers have normally distributed errors of the given standard deviations; the draw is always the same.
    """
    random = np.random.default_rng(0)
    shape = (trials, 1, weights.shape[1])
    error = 10 ** (random.normal(0.0, gain_db, shape) / 20) * np.exp(1j * random.normal(0.0, phase_rad, shape))
    pattern = patterns(layout, np.concatenate([[0.0], both_sides(null_rad)]), frequency_hz)
    heard = np.abs(np.einsum("fai,tfi->tfa", pattern, weights * error, optimize=True))
    level = 20 * np.log10(np.maximum(heard[..., 1:].max(axis=2) / heard[..., 0], 1e-9))
    return np.percentile(level, percent, axis=0)
