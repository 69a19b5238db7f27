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

from workbench.core.geometry import MicrophoneArray, azimuth_grid_rad, wrap_rad
from workbench.dsp.beams import steering_vectors
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
    """Conjugate steering vectors, (BINS, grid, M) complex64."""
    steering = steering_vectors(array.mic_xyz_m, azimuth_grid_rad(grid), BIN_HZ).conj().astype(np.complex64)
    steering.setflags(write=False)
    return steering


def steered_power(array: MicrophoneArray, frames: Frames, grid: int = GRID) -> np.ndarray:
    """Steered response power with phase transform in each zone.

    Parameters
    ----------
    array : MicrophoneArray
    frames : Frames
        Of the array's microphones.
    grid : int
        Number of azimuths.

    Returns
    -------
    (T, BANDS, grid) float32
        In [0, 1]: 1 where all microphones agree with the direction.
    """
    amplitude = np.sqrt(frames.energy + _TINY).reshape(-1, BANDS, BINS_PER_BAND)
    weight = np.sqrt(amplitude / amplitude.sum(axis=2, keepdims=True)).reshape(-1, BINS, 1) / array.mics
    phase = frames.spectrum * (weight / np.maximum(np.abs(frames.spectrum), _TINY))
    beams = np.matmul(_steering(array, grid), np.ascontiguousarray(phase.transpose(1, 2, 0)))
    power = (beams.real**2 + beams.imag**2).reshape(BANDS, BINS_PER_BAND, grid, len(phase)).sum(axis=1)
    return np.ascontiguousarray(power.transpose(2, 0, 1))


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
    peak = power.max(axis=1, keepdims=True)
    likelihood = np.exp(_SHARPNESS * (power - peak))
    diffuse_likelihood = np.exp(_SHARPNESS * (_DIFFUSE_POWER - peak[:, 0]))
    share = np.full(power.shape[1], 0.5 / power.shape[1], dtype=power.dtype)
    diffuse = 0.5
    for _ in range(iterations):
        scale = 1 / (likelihood @ share + diffuse * diffuse_likelihood)
        share = share * (scale @ likelihood) / len(power)
        diffuse = diffuse * float(scale @ diffuse_likelihood) / len(power)
    scale = 1 / (likelihood @ share + diffuse * diffuse_likelihood)
    return share, likelihood * scale[:, None], diffuse


def find_peaks(power: np.ndarray, most: int) -> list[Peak]:
    """Directions of talkers in the zones given, the largest share first.

    Parameters
    ----------
    power : (zones, GRID)
        Of the zones in which somebody is heard.
    most : int
        The most peaks to return.
    """
    if len(power) == 0 or most < 1:
        return []
    share, posterior_ratio, _ = share_out(power)
    step_rad = 2 * np.pi / GRID
    reach = round(_NEIGHBOUR_RAD / step_rad)
    kernel = np.cos(0.5 * np.pi * np.arange(-2, 3) / 3) ** 2
    smooth = np.convolve(np.concatenate([share[-2:], share, share[:2]]), kernel, "valid")
    local = np.flatnonzero((smooth >= np.roll(smooth, 1)) & (smooth > np.roll(smooth, -1)))
    chosen: list[int] = []
    blocked = np.zeros(GRID, dtype=bool)
    for index in local[np.argsort(-smooth[local])][: 4 * most]:
        if len(chosen) < most and not blocked[index]:
            chosen.append(int(index))
            blocked |= _steps_between(np.arange(GRID), index) * step_rad < _SEPARATION_RAD

    # Each direction belongs to the strongest peak that is near enough.
    member = np.zeros((GRID, len(chosen)), dtype=power.dtype)
    free = np.ones(GRID, dtype=bool)
    for column, index in enumerate(chosen):
        near = free & (_steps_between(np.arange(GRID), index) <= reach)
        member[near, column] = share[near]
        free &= ~near
    responses = (posterior_ratio @ member).T @ power
    masses = member.sum(axis=0, dtype=float)
    return [
        Peak(_refined(response, index), float(mass), float(mass) * len(power))
        for index, response, mass in zip(chosen, responses, masses)
    ]


def _steps_between(first, second):
    """Distance around the circle, in steps of the grid."""
    apart = np.abs(first - second)
    return np.minimum(apart, GRID - apart)


def _refined(response: np.ndarray, index: int) -> float:
    """Azimuth of the maximum of a response (GRID,) near a grid point, by a parabola through three points."""
    around = index + np.arange(-2, 3)
    index = int(around[np.argmax(response[around % GRID])]) % GRID
    left, middle, right = response[index - 1], response[index], response[(index + 1) % GRID]
    curvature = left - 2 * middle + right
    offset = float(np.clip(0.5 * (left - right) / curvature, -0.5, 0.5)) if curvature < 0 else 0.0
    return wrap_rad(GRID_RAD[index] + offset * 2 * np.pi / GRID)
