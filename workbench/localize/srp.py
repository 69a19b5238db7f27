"""Directions of several talkers from steered response power with phase transform (SRP-PHAT).

The power of each beam, P(t, f, azimuth) = |sum_m e^{-j w tau_m} X_m / |X_m||^2 / M^2, lies in [0, 1]: 1 where all
microphones agree with the direction, 1 / M on average where they agree with none (DiBiase 2000). Speech is
sparse: within a zone of 40 ms and 200 Hz one talker mostly dominates. So the powers are averaged within a zone only,
and not over the whole half second: averaged over everything, two talkers blur into each other. Within a zone bins
count by their amplitude, because between the harmonics of a voice there is only noise.

Each zone then votes for directions through a mixture model: zone z has likelihood exp(s (P_z(azimuth) - max P_z)) for a
talker at an azimuth and exp(s (d - max P_z)) for being diffuse, and expectation-maximisation finds how the zones share
out among directions (EM over a grid of candidate positions as in Schwartz and Gannot, "Speaker tracking using
recursive EM algorithms", 2014, with these likelihoods instead of theirs). The shares come out as a few sharp peaks,
a strong talker's side lobes go to the talker, and what no direction explains goes to the diffuse part.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.core.geometry import MicrophoneArray, azimuth_grid_rad, wrap_rad
from workbench.dsp.steering import steering_vectors
from workbench.localize.frames import BANDS, BIN_HZ, BINS, BINS_PER_BAND, Frames

GRID = 120
"""Azimuths of the steered response; the azimuth of a talker is refined between them."""

_SHARPNESS = 30.0
_DIFFUSE_POWER = 0.35
_ITERATIONS = 10
_NEIGHBOUR_RAD = np.deg2rad(10.0)
_SEPARATION_RAD = np.deg2rad(15.0)
_TINY = 1e-20

GRID_RAD = azimuth_grid_rad(GRID)
GRID_RAD.setflags(write=False)

_SMOOTHING = np.cos(0.5 * np.pi * np.arange(-2, 3) / 3) ** 2
_APART = np.abs(np.subtract.outer(np.arange(GRID), np.arange(GRID)))
_APART = np.minimum(_APART, GRID - _APART)
"""Distances around the circle in steps of the grid, (GRID, GRID)."""
_TOO_NEAR = _APART * 2 * np.pi / GRID < _SEPARATION_RAD
_REACH = np.arange(-3, 4)
_OWN = round(_NEIGHBOUR_RAD * GRID / (2 * np.pi)) >= _APART


@dataclass(frozen=True, slots=True)
class Peak:
    """A direction that the mixture found: its part of the zones given to the mixture, and how many zones that is."""

    azimuth_rad: float
    share: float
    zones: float


def front_back_ambiguous(array: MicrophoneArray) -> bool:
    """All microphones on one line (seen from above): each direction then has a mirror image that sounds the same."""
    spread = np.linalg.svd(array.mic_xyz_m[:, :2] - array.mic_xyz_m[:, :2].mean(axis=0), compute_uv=False)
    return len(spread) < 2 or bool(spread[1] < 1e-3 * spread[0])


@functools.lru_cache(maxsize=8)
def _steering(array: MicrophoneArray, grid: int = GRID) -> np.ndarray:
    """Conjugate steering vectors as real matrices, (BINS, 2 M, 2 grid) float32: [re x, im x] times this is
    [re y, im y] of the beams."""
    vectors = steering_vectors(array.mic_xyz_m, azimuth_grid_rad(grid), BIN_HZ)
    steering: NDArray[np.complexfloating] = vectors.conj().transpose(0, 2, 1)
    upper = np.concatenate([steering.real, steering.imag], axis=2)
    lower = np.concatenate([-steering.imag, steering.real], axis=2)
    matrices = np.ascontiguousarray(np.concatenate([upper, lower], axis=1), dtype=np.float32)
    matrices.setflags(write=False)
    return matrices


def steered_power(
    array: MicrophoneArray, frames: Frames, grid: int = GRID, work: np.ndarray | None = None
) -> np.ndarray:
    """Steered response power with phase transform in each zone.

    Parameters
    ----------
    array : MicrophoneArray
    frames : Frames
        Of the array's microphones.
    grid : int
        Number of azimuths.
    work : (BINS, T, 2 grid) float32, optional
        Memory to calculate in; who calls again and again keeps it, because new pages cost more than the sums.

    Returns
    -------
    (T, BANDS, grid) float32
        In [0, 1]: 1 where all microphones agree with the direction.
    """
    amplitude = np.sqrt(frames.energy + _TINY).reshape(-1, BANDS, BINS_PER_BAND)
    weight = np.sqrt(amplitude / amplitude.sum(axis=2, keepdims=True)).reshape(-1, BINS, 1) / array.mics
    phase = (frames.spectrum * (weight / np.maximum(np.abs(frames.spectrum), _TINY))).transpose(1, 0, 2)
    beams = np.matmul(np.concatenate([phase.real, phase.imag], axis=2), _steering(array, grid), out=work)
    np.multiply(beams, beams, out=beams)
    beams = beams.reshape(BANDS, BINS_PER_BAND, phase.shape[1], 2 * grid)
    in_bands = beams[:, 0]
    for place in range(1, BINS_PER_BAND):  # faster than a sum along an axis
        in_bands += beams[:, place]
    power = np.empty((phase.shape[1], BANDS, grid), dtype=np.float32)
    np.add(in_bands[..., :grid], in_bands[..., grid:], out=power.transpose(1, 0, 2))
    return power


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """What zones say of directions; made once for a zone, however often it is looked at.

    Attributes
    ----------
    power : (zones, GRID) float32
        Steered response power.
    likelihood : (zones, GRID) float32
        Of a talker at each direction, 1 at the strongest.
    diffuse : (zones,) float32
        Of there being none, on the same scale.
    """

    power: np.ndarray
    likelihood: np.ndarray
    diffuse: np.ndarray


def votes(power: np.ndarray) -> Votes:
    """Votes of zones with steered powers (zones, GRID)."""
    peak = power.max(axis=1, keepdims=True)
    likelihood = power - peak
    likelihood *= _SHARPNESS
    np.exp(likelihood, out=likelihood)
    return Votes(power, likelihood, np.exp(_SHARPNESS * (_DIFFUSE_POWER - peak[:, 0])))


def share_out(power: np.ndarray, iterations: int = _ITERATIONS) -> tuple[np.ndarray, np.ndarray, float]:
    """Share zones out among directions and the diffuse part, by expectation-maximisation.

    Parameters
    ----------
    power : (zones, GRID)

    Returns
    -------
    share : (GRID,)
        Part of the zones that belongs to each direction.
    posterior_ratio : (zones, GRID)
        Posterior of each direction in each zone, divided by the direction's share.
    diffuse : float
        Part of the zones that belongs to none. share.sum() + diffuse = 1.
    """
    said = votes(power)
    share, diffuse, scale = _shares(said, iterations)
    return share, said.likelihood * scale[:, None], diffuse


def _shares(said: Votes, iterations: int) -> tuple[np.ndarray, float, np.ndarray]:
    """Shares (GRID,), the diffuse part, and one over each zone's likelihood of both together (zones,)."""
    zones, grid = said.likelihood.shape
    share = np.full(grid, 0.5 / grid, dtype=said.likelihood.dtype)
    diffuse = 0.5
    for _ in range(iterations):
        scale = 1 / (said.likelihood @ share + diffuse * said.diffuse)
        share = share * (scale @ said.likelihood) / zones
        diffuse = diffuse * float(scale @ said.diffuse) / zones
    return share, diffuse, 1 / (said.likelihood @ share + diffuse * said.diffuse)


def find_peaks(power: np.ndarray | Votes, most: int) -> list[Peak]:
    """Directions of talkers in the zones given, the largest share first.

    Parameters
    ----------
    power : (zones, GRID), or the `votes` of such
        Of the zones in which somebody is heard.
    most : int
        The most peaks to return.
    """
    said = power if isinstance(power, Votes) else votes(power) if len(power) else None
    if said is None or len(said.power) == 0 or most < 1:
        return []
    share, _, scale = _shares(said, _ITERATIONS)
    smooth = np.convolve(np.concatenate([share[-2:], share, share[:2]]), _SMOOTHING, "valid")
    around = np.concatenate([smooth[-1:], smooth, smooth[:1]])
    local = np.flatnonzero((smooth >= around[:-2]) & (smooth > around[2:]))
    chosen: list[int] = []
    blocked = np.zeros(GRID, dtype=bool)
    for index in local[np.argsort(-smooth[local])][: 4 * most].tolist():
        if len(chosen) < most and not blocked[index]:
            chosen.append(index)
            blocked |= _TOO_NEAR[index]

    # Each direction belongs to the strongest peak that is near enough.
    member = np.zeros((GRID, len(chosen)), dtype=share.dtype)
    free = np.ones(GRID, dtype=bool)
    for column, index in enumerate(chosen):
        near = free & _OWN[index]
        member[near, column] = share[near]
        free &= ~near
    belongs = said.likelihood @ member
    belongs *= scale[:, None]
    responses = belongs.T @ said.power
    masses = member.sum(axis=0, dtype=float).tolist()
    return [
        Peak(_refined(response, index), mass, mass * len(said.power))
        for index, response, mass in zip(chosen, responses, masses)
    ]


def _refined(response: np.ndarray, index: int) -> float:
    """Azimuth of the maximum of a response (GRID,) near a grid point, by a parabola through three points."""
    near = response.take(index + _REACH, mode="wrap")
    best = int(near[1:-1].argmax()) + 1
    left, middle, right = near[best - 1 : best + 2].tolist()
    curvature = left - 2 * middle + right
    offset = min(max(0.5 * (left - right) / curvature, -0.5), 0.5) if curvature < 0 else 0.0
    return wrap_rad(GRID_RAD[(index + int(_REACH[best])) % GRID] + offset * 2 * np.pi / GRID)
