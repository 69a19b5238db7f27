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
from scipy import fft

from workbench.core.geometry import MicrophoneArray, azimuth_grid_rad, wrap_rad
from workbench.dsp.bands import RATE_HZ
from workbench.dsp.beams import steering_vectors

FRAME = 1920
SHIFT = 960
BIN_STRIDE = 2
BINS_PER_BAND = 4
BAND_HZ = BINS_PER_BAND * BIN_STRIDE * RATE_HZ / FRAME
LOWEST_HZ = 150.0
HIGHEST_HZ = 7500.0
GRID = 120
"""Azimuths of the steered response; the azimuth of a talker is refined between them."""

_SHARPNESS = 30.0
_DIFFUSE_POWER = 0.35
_ITERATIONS = 10
_ENERGY_EXPONENT = 0.5
_NEIGHBOUR_RAD = np.deg2rad(10.0)
_SEPARATION_RAD = np.deg2rad(15.0)
_TINY = 1e-20

_WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(FRAME) + 0.5) / FRAME)).astype(np.float32)
_WINDOW.setflags(write=False)

GRID_RAD = azimuth_grid_rad(GRID)
GRID_RAD.setflags(write=False)


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """Steered response of T frames in B bands.

    Attributes
    ----------
    power : (T, B, GRID) float32
        Mean steered power in each zone, in [0, 1].
    energy : (T, B) float32
        Mean energy of a microphone in the zone (full-scale sine: about -10 dB in its own band).
    """

    power: np.ndarray
    energy: np.ndarray

    @property
    def frames(self) -> int:
        return len(self.energy)


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
def _steering(array: MicrophoneArray) -> tuple[np.ndarray, int]:
    """Conjugate steering vectors (bins, GRID, M) complex64 and the first bin."""
    width_hz = RATE_HZ / FRAME
    first = int(np.ceil(LOWEST_HZ / width_hz))
    bands = int((HIGHEST_HZ - first * width_hz) / BAND_HZ)
    bins = first + BIN_STRIDE * np.arange(bands * BINS_PER_BAND)
    steering = steering_vectors(array.mic_xyz_m, GRID_RAD, bins * width_hz).conj().astype(np.complex64)
    steering.setflags(write=False)
    return steering, first


def steered_response(array: MicrophoneArray, samples: np.ndarray) -> Zones:
    """Steered response power of all whole frames in `samples`.

    Parameters
    ----------
    array : MicrophoneArray
    samples : (mics, n) float32 at 48 kHz
        Frame t covers samples t * SHIFT to t * SHIFT + FRAME.

    Returns
    -------
    Zones
        With 1 + (n - FRAME) // SHIFT frames.

    Raises
    ------
    ValueError
        Wrong number of channels, or less than one frame.
    """
    if samples.ndim != 2 or len(samples) != array.mics or samples.shape[1] < FRAME:
        raise ValueError(f"expected ({array.mics}, at least {FRAME}) samples, got {samples.shape}")
    steering, first = _steering(array)
    bins = len(steering)
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME, axis=1)[:, ::SHIFT]
    spectrum = fft.rfft(frames * _WINDOW, axis=2)[:, :, first : first + BIN_STRIDE * bins : BIN_STRIDE]
    magnitude = np.abs(spectrum)
    energy = np.mean(magnitude**2, axis=0).reshape(spectrum.shape[1], -1, BINS_PER_BAND)
    weight = (energy + _TINY) ** _ENERGY_EXPONENT
    weight = np.sqrt(weight / weight.sum(axis=2, keepdims=True)).reshape(spectrum.shape[1:]) / array.mics
    phase = (spectrum * (weight / np.maximum(magnitude, _TINY))).transpose(2, 0, 1)
    beams = np.matmul(steering, np.ascontiguousarray(phase))
    power = (beams.real**2 + beams.imag**2).reshape(-1, BINS_PER_BAND, GRID, spectrum.shape[1]).sum(axis=1)
    return Zones(
        power=np.ascontiguousarray(power.transpose(2, 0, 1)),
        energy=energy.mean(axis=2) * (2 / _WINDOW.sum()) ** 2,
    )


def share_out(power: np.ndarray, iterations: int = _ITERATIONS) -> tuple[np.ndarray, np.ndarray, float]:
    """Share zones out among directions and the diffuse part, by expectation-maximisation.

    Parameters
    ----------
    power : (zones, GRID)

    Returns
    -------
    share : (GRID,) float64
        Part of the zones that belongs to each direction.
    likelihood : (zones, GRID) float32
        Of each direction, divided by the zone's total: share * likelihood is the posterior.
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
    smooth = sum(np.roll(share, offset) * weight for offset, weight in zip(range(-2, 3), kernel))
    local = np.flatnonzero((smooth >= np.roll(smooth, 1)) & (smooth > np.roll(smooth, -1)))
    peaks: list[Peak] = []
    free = np.ones(GRID, dtype=bool)
    for index in local[np.argsort(-smooth[local])]:
        if len(peaks) == most:
            break
        offset_rad = wrap_rad(GRID_RAD - GRID_RAD[index])
        if any(abs(wrap_rad(GRID_RAD[index] - peak.azimuth_rad)) < _SEPARATION_RAD for peak in peaks):
            continue
        near = free & (np.abs(offset_rad) < (reach + 0.5) * step_rad)
        free &= ~near
        mass = float(share[near].sum())
        belongs = posterior_ratio[:, near] @ share[near]
        peaks.append(Peak(_refined(belongs @ power, index), mass, mass * len(power)))
    return peaks


def _refined(response: np.ndarray, index: int) -> float:
    """Azimuth of the maximum of a response (GRID,) near a grid point, by a parabola through three points."""
    around = index + np.arange(-2, 3)
    index = int(around[np.argmax(response[around % GRID])]) % GRID
    left, middle, right = response[index - 1], response[index], response[(index + 1) % GRID]
    curvature = left - 2 * middle + right
    offset = float(np.clip(0.5 * (left - right) / curvature, -0.5, 0.5)) if curvature < 0 else 0.0
    return wrap_rad(GRID_RAD[index] + offset * 2 * np.pi / GRID)
