"""Speaker beams brought to the edge of what their goal allows: least radiated power with nulls no deeper and a window
no evener than asked for.

A least-squares beam weighs nulls, evenness and power against each other and meets one of its goals with room to spare.
Here each null and each direction of the window has a weight of its own, which grows while its goal is missed and
shrinks while it is met (a multiplicative dual ascent): what ends up active is what really costs power.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

ROUNDS, LEANING_ROUNDS = 120, 200
_STEP, _LAST_STEP, _LEANING_LAST_STEP = 0.12, 0.015, 0.03
_SHORT_DB = 0.1
"""What a goal may be missed by and still count as met."""
FADE = 5.0
"""Frequencies over which a refined beam goes over into one that could not be."""
_TINY = 1e-9
_PHASED_ROUNDS, _LEANING_PHASED_ROUNDS = 40, 20
_PUSH_RAD, _PUSH_DB, _SLIGHT_RAD = np.radians(6.0), 3.0, 0.1
"""What the window's edges are leant by in a round while the lean is so far from what is allowed; at frequencies where
no more than the last is wanted, less."""
_LEAN_SHORT_DB = 1.0
_UNKNOWN_POWER, _LARGEST_OWN = 0.15, 30.0


@dataclass(frozen=True, slots=True)
class Limit:
    """What weights (F, drivers) are allowed, with 1 on the axis: the largest magnitude of one, and their norm, whose
    inverse square is the white-noise gain."""

    magnitude: float
    norm: float

    def strain(self, weights: np.ndarray) -> np.ndarray:
        """Over how much of what is allowed they are, (F,): up to 1 is well."""
        magnitude = np.abs(weights)
        return np.maximum(magnitude.max(axis=1) / self.magnitude, np.sqrt((magnitude**2).sum(axis=1)) / self.norm)


@dataclass(frozen=True, slots=True)
class Lean:
    """A wavefront that may lean to a side.

    With the same phase on both sides, what is even up to 45 degrees and nearly nothing at 90 takes sharp lobes, which
    radiate to the rear. If the level's phase runs on from one side to the other, the same magnitudes need less: up to
    6 dB less where a device is as wide as half a wave. It reaches one ear a little before the other.

    difference : (F, 1, drivers) complex
        Half of the difference between the patterns at the two ears.
    allowed_db : (F, 1)
        Of its level, over the axis.
    phase_rad : (F, directions)
        The lean in the window that makes so much of it: where the search begins.
    """

    difference: np.ndarray
    allowed_db: np.ndarray
    phase_rad: np.ndarray

    def at(self, chosen: np.ndarray) -> Lean:
        """The same at chosen frequencies."""
        return Lean(self.difference[chosen], self.allowed_db[chosen], self.phase_rad[chosen])


def _db(level: np.ndarray) -> np.ndarray:
    return 20 * np.log10(np.abs(level) + _TINY)


def reached(found: np.ndarray, points: float) -> np.ndarray:
    """Indices of the frequencies that are no farther than so many points from one at which nothing was found."""
    missing = np.flatnonzero(~found)
    return np.flatnonzero(np.abs(np.arange(len(found))[:, None] - missing).min(axis=1) <= points)


def faded(before: np.ndarray, after: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Weights after refinement, going over into those before it near frequencies at which there were none."""
    missing = np.flatnonzero(~found)
    if len(missing) == 0:
        return after
    distance = np.abs(np.arange(len(found))[:, None] - missing).min(axis=1)
    part = np.clip(distance / FADE, 0.0, 1.0)[:, None]
    return before + part * (after - before)


def refine(
    weights: np.ndarray,
    power: np.ndarray,
    *,
    axis: np.ndarray,
    side: np.ndarray,
    window: np.ndarray,
    phase: np.ndarray,
    radiated: np.ndarray,
    null_db: float,
    unevenness_db: float,
    evenness: float,
    mismatch: float,
    limit: Limit,
    lean: Lean | None = None,
    before_each: Callable[[], None] = lambda: None,
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (F, drivers) that radiate least within the goal, and where they were found, (F,) bool; elsewhere they
    are those given.

    Parameters
    ----------
    weights : (F, drivers) complex, with 1 on the axis
    power : (F,) weight of the radiated power that made them; NaN where the goal was not met
    axis : (F, drivers); side : (F, nulls, drivers); window : (F, directions, drivers) complex patterns
    phase : (F, directions) complex
        Of magnitude 1: the window's phase to begin with; later it is free.
    radiated : (F, drivers, drivers)
    null_db, unevenness_db : the goal, over the axis
    evenness : weight of the window against the nulls to begin with
    mismatch : variance of a driver's relative error
    limit : of the weights
    lean : None for a beam of the same phase on both sides, of a device that has two like sides
    before_each : called before each round; what it raises ends the work
    """
    drivers, directions, nulls = axis.shape[1], window.shape[1], side.shape[1]
    allowed_db = np.full((len(axis), nulls), null_db)
    rounds, phased_rounds, last_step = ROUNDS, _PHASED_ROUNDS, _LAST_STEP
    if lean is not None:
        rounds, phased_rounds, last_step = LEANING_ROUNDS, _LEANING_PHASED_ROUNDS, _LEANING_LAST_STEP
        phase = phase * np.exp(1j * lean.phase_rad)
        at_edge = np.abs(lean.phase_rad).max(axis=1, keepdims=True)
        push = _PUSH_RAD * lean.phase_rad / np.maximum(at_edge, _SLIGHT_RAD)
        side = np.concatenate([side, lean.difference], axis=1)
        allowed_db = np.concatenate([allowed_db, lean.allowed_db], axis=1)
    start = np.nan_to_num(power, nan=_UNKNOWN_POWER)[:, None]
    at_side = np.repeat(0.5 / start, side.shape[1], axis=1)
    at_window = np.repeat(evenness / directions / start, directions, axis=1)
    own = (
        0.1
        * mismatch
        * (
            np.einsum("fa,fai->fi", np.minimum(at_side[:, :nulls], _LARGEST_OWN), np.abs(side[:, :nulls]) ** 2)
            + np.einsum("fa,fai->fi", np.minimum(at_window, _LARGEST_OWN), np.abs(window) ** 2)
        )
    )
    everywhere = np.full(len(axis), 1e-4)
    least = np.full(len(axis), np.inf)
    found, tried = weights.copy(), weights
    diagonal = np.arange(drivers)
    side_adjoint, window_adjoint = side.conj().transpose(0, 2, 1), window.conj().transpose(0, 2, 1)
    bounds = 10 ** (-unevenness_db / 20), 10 ** (unevenness_db / 20)
    side_short = np.zeros(allowed_db.shape)
    for number in range(rounds):
        before_each()
        level = (window @ tried[..., None])[..., 0]
        magnitude = np.maximum(np.abs(level), _TINY)
        if number >= phased_rounds:
            phase = level / magnitude
            if lean is not None:  # it would fall back to no lean, where the power has a saddle
                upright = np.clip(-side_short[:, nulls:] / _PUSH_DB, 0.0, 1.0)
                phase = phase * np.exp(1j * upright * push)
        wish = np.clip(magnitude, *bounds) * phase
        matrix = radiated + side_adjoint @ (at_side[..., None] * side)
        matrix = matrix + window_adjoint @ (at_window[..., None] * window)
        matrix[:, diagonal, diagonal] += own + everywhere[:, None]
        right = np.stack([(window_adjoint @ (at_window * wish)[..., None])[..., 0], axis.conj()], axis=-1)
        solved = np.linalg.solve(matrix, right)
        reach = np.einsum("fi,fij->fj", axis, solved)
        tried = solved[..., 0] + ((1 - reach[:, 0]) / reach[:, 1])[:, None] * solved[..., 1]

        side_short = _db((side @ tried[..., None])[..., 0]) - allowed_db
        window_short = np.abs(_db((window @ tried[..., None])[..., 0])) - unevenness_db
        over = _db(limit.strain(tried))
        sent = np.einsum("fi,fij,fj->f", tried.conj(), radiated, tried).real
        short = np.maximum(side_short[:, :nulls].max(axis=1), window_short.max(axis=1))
        if lean is not None:
            short = np.maximum(short, side_short[:, nulls] - _LEAN_SHORT_DB + _SHORT_DB)
        # The last rounds take small steps: their weights are the most alike from frequency to frequency.
        better = (short < _SHORT_DB) & (over < 0.05) & ((sent < least) | (number > rounds - 10))
        least = np.where(better, sent, least)
        found[better] = tried[better]

        step = _STEP * (last_step / _STEP) ** (number / rounds)
        at_side = np.clip(at_side * np.exp(2 * step * np.clip(side_short, -2, 2)), 1e-3, 1e4)
        at_window = np.clip(at_window * np.exp(3 * step * np.clip(window_short, -1.5, 1.5)), 1e-3, 1e4)
        everywhere = np.clip(everywhere * np.exp(2 * step * np.clip(over, -3, 3)), 1e-4, 1e3)
    return found, np.isfinite(least)
