"""34 triangular bands, spaced by equivalent rectangular bandwidth from 0 to 20 kHz.

The band peaks follow B_0 = 400, B_k = B_{k-1} - max(2, round(24.7 (4.37 B_{k-1}/20 + 1) / 50)) in 50 Hz bins
(the recursion of RNNoise's author; PercepNet's own edges are not public), with 14 and 16 merged into 15.
"""

from __future__ import annotations

import numpy as np

RATE_HZ = 48000
WINDOW = 960
HOP = 480
BINS = WINDOW // 2 + 1
BIN_HZ = RATE_HZ / WINDOW

PEAK_BINS = np.array(
    (
        *(0, 2, 4, 6, 8, 10, 12, 15, 18, 21, 24, 28, 32, 36, 41, 47, 53),
        *(60, 68, 77, 87, 98, 110, 124, 140, 157, 176, 198, 223, 251, 282, 317, 356, 400),
    )
)
"""Bin of each band's peak; neighbouring triangles overlap by half."""

BANDS = len(PEAK_BINS)
PEAK_HZ = PEAK_BINS * BIN_HZ


def _weights() -> np.ndarray:
    weights = np.zeros((BANDS, BINS), dtype=np.float32)
    for band in range(BANDS - 1):
        low, high = PEAK_BINS[band], PEAK_BINS[band + 1]
        fraction = np.arange(high - low) / (high - low)
        weights[band, low:high] = 1 - fraction
        weights[band + 1, low:high] = fraction
    weights[-1, PEAK_BINS[-1]] = 1.0
    return weights


WEIGHTS = _weights()
"""(BANDS, BINS) float32; columns sum to 1 up to 20 kHz (a partition of unity) and to 0 above."""
WEIGHTS.setflags(write=False)

_INTERPOLATION = WEIGHTS.copy()
_INTERPOLATION[-1, PEAK_BINS[-1] :] = 1.0  # above 20 kHz the last band's gain holds
_INTERPOLATION.setflags(write=False)


def band_energy(spectrum: np.ndarray) -> np.ndarray:
    """Weighted energy in each band.

    Parameters
    ----------
    spectrum : (..., BINS) complex

    Returns
    -------
    (..., BANDS) float
    """
    return (np.real(spectrum) ** 2 + np.imag(spectrum) ** 2) @ WEIGHTS.T


def band_correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Re(first^H second) in each band, for spectra (..., BINS); returns (..., BANDS)."""
    return (np.real(first) * np.real(second) + np.imag(first) * np.imag(second)) @ WEIGHTS.T


def interpolate(band_values: np.ndarray) -> np.ndarray:
    """Spread values (..., BANDS) over the bins, linearly between band peaks; returns (..., BINS)."""
    return band_values @ _INTERPOLATION
