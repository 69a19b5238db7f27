"""What kept sound looks like: a few hundred spectra over its length, enough for a picture as wide as a panel."""

from __future__ import annotations

import numpy as np

from workbench.core.messages import frozen
from workbench.dsp import fft
from workbench.engine.taps import SPECTRUM_BINS, SPECTRUM_WINDOW

FRAMES = 2
"""Spectra in a column, evenly over it; the larger value of each bin is seen. A minute takes some 15 ms so."""
FLOOR_DBFS = -200.0


def kept_spectra(samples: np.ndarray, columns: int) -> np.ndarray:
    """Spectra over a sound's whole length.

    Parameters
    ----------
    samples : (n,) float32
    columns : how many columns it shall have, at least 1

    Returns
    -------
    (columns, SPECTRUM_BINS) float32, read-only
        In dBFS, a full-scale sine reads 0; Hann windows of SPECTRUM_WINDOW samples, silence beyond both ends.
    """
    window = fft.hann(SPECTRUM_WINDOW)
    window = (window * 2 / window.sum()).astype(np.float32)
    half = SPECTRUM_WINDOW // 2
    padded = np.pad(np.asarray(samples, np.float32), half)
    frames = columns * FRAMES
    middle = ((np.arange(frames) + 0.5) * len(samples) / frames).astype(np.int64)
    spectrum = fft.rfft(padded[middle[:, None] + np.arange(SPECTRUM_WINDOW)] * window)
    power = (spectrum.real**2 + spectrum.imag**2).reshape(columns, FRAMES, SPECTRUM_BINS).max(axis=1)
    return frozen((10 * np.log10(power + np.float32(10 ** (FLOOR_DBFS / 10)))).astype(np.float32))
