"""Multiple signal classification (MUSIC) over a wide band, plain and normalised, with source counting in each bin.

In each bin the eigenvectors of the covariance R = sum_t x x^H with the largest eigenvalues span what the sources
contribute, the others the noise; a steering vector d of a source is orthogonal to the noise:
P(azimuth) = M / |U_noise^H d|^2 (Schmidt, "Multiple emitter location and signal parameter estimation", 1986).
Bins are put together by the geometric mean (MUSIC) or, each divided by its maximum so that no bin outvotes the
others, by the arithmetic mean (normalised MUSIC: Salvati, Drioli and Foresti, "Incoherent frequency fusion for
broadband steered response power algorithms in noisy environments", 2014).
The number of sources in a bin is the number of eigenvalues above a part of the largest.
"""

from __future__ import annotations

import functools

import numpy as np

from workbench.core.geometry import MicrophoneArray, azimuth_grid_rad, wrap_rad
from workbench.dsp.steering import steering_vectors
from workbench.localize.frames import BIN_HZ, BINS_PER_BAND

GRID = 360
GRID_RAD = azimuth_grid_rad(GRID)
GRID_RAD.setflags(write=False)

_EIGENVALUE_RATIO = 0.05
_LEAST_FRAMES = 3
_LEAST_NOISE = 1e-4
"""Floor of |U_noise^H d|^2 / M: a perfectly clean recording gives no infinite peak."""
_BINS_AT_ONCE = 16
"""So that what is calculated stays in the processor's cache."""
_SEPARATION_RAD = np.deg2rad(15.0)


@functools.lru_cache(maxsize=8)
def _steering(array: MicrophoneArray) -> np.ndarray:
    """Conjugate steering vectors divided by sqrt(M), (BINS, GRID, M) complex64."""
    steering = steering_vectors(array.mic_xyz_m, GRID_RAD, BIN_HZ).conj() / np.sqrt(array.mics)
    steering = steering.astype(np.complex64)
    steering.setflags(write=False)
    return steering


def pseudo_spectrum(array: MicrophoneArray, spectrum: np.ndarray, active: np.ndarray, normalised: bool) -> np.ndarray:
    """MUSIC pseudo-spectrum over GRID_RAD.

    Parameters
    ----------
    array : MicrophoneArray
    spectrum : (T, BINS, M) complex64
    active : (T, BANDS) bool
        Zones in which somebody is heard; the others are left out.
    normalised : bool

    Returns
    -------
    (GRID,) float64
        In (0, 1]; zeros where too little is heard to tell anything.
    """
    heard = np.repeat(active, BINS_PER_BAND, axis=1)
    used = np.count_nonzero(heard, axis=0) >= _LEAST_FRAMES
    if not used.any() or array.mics < 2:
        return np.zeros(GRID)
    x = (spectrum[:, used] * heard[:, used, None]).transpose(1, 2, 0)
    values, vectors = np.linalg.eigh(np.matmul(x, x.conj().transpose(0, 2, 1)))
    noise = values <= _EIGENVALUE_RATIO * values[:, -1:]
    noise[:, 0] = True  # with all of the space taken by sources nothing would be orthogonal to them
    vectors *= noise[:, None, :]
    steering, bins = _steering(array), np.flatnonzero(used)
    total = np.zeros(GRID)
    for begin in range(0, len(bins), _BINS_AT_ONCE):
        part = slice(begin, begin + _BINS_AT_ONCE)
        projected = np.matmul(steering[bins[part]], vectors[part]).view(np.float32)
        leaked = np.einsum("bgp,bgp->bg", projected, projected)
        power = _LEAST_NOISE / np.maximum(leaked, _LEAST_NOISE)
        if normalised:
            total += (power / power.max(axis=1, keepdims=True)).sum(axis=0, dtype=float)
        else:
            total += np.log(power).sum(axis=0, dtype=float)
    mean = total / len(bins)
    return mean if normalised else np.exp(mean)


def find_peaks(values: np.ndarray, most: int) -> list[tuple[float, float]]:
    """Local maxima of a pseudo-spectrum (GRID,), the highest first: azimuth_rad, refined by a parabola, and value."""
    local = np.flatnonzero((values >= np.roll(values, 1)) & (values > np.roll(values, -1)))
    peaks: list[tuple[float, float]] = []
    for index in local[np.argsort(-values[local])]:
        if len(peaks) == most:
            break
        if any(abs(wrap_rad(GRID_RAD[index] - azimuth_rad)) < _SEPARATION_RAD for azimuth_rad, _ in peaks):
            continue
        left, middle, right = np.log(np.maximum(values[[index - 1, index, (index + 1) % GRID]], 1e-12))
        curvature = left - 2 * middle + right
        offset = float(np.clip(0.5 * (left - right) / curvature, -0.5, 0.5)) if curvature < 0 else 0.0
        peaks.append((wrap_rad(float(GRID_RAD[index]) + offset * 2 * np.pi / GRID), float(values[index])))
    return peaks
