"""The time-frequency frames that every classical method of localization looks at.

Frames of 40 ms every 20 ms; of the bins of 25 Hz every second one from 150 to 7500 Hz (neighbours of a Hann window
tell nearly the same), in bands of four, 200 Hz wide. A zone is one band in one frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.dsp import fft
from workbench.dsp.bands import RATE_HZ

FRAME = 1920
SHIFT = 960
WINDOW_FRAMES = 24
"""Frames that one update looks at: 0.5 s."""
WINDOW_SAMPLES = (WINDOW_FRAMES - 1) * SHIFT + FRAME
LOWEST_HZ = 150.0
HIGHEST_HZ = 7500.0
BIN_STRIDE = 2
BINS_PER_BAND = 4

_WIDTH_HZ = RATE_HZ / FRAME
_FIRST = int(np.ceil(LOWEST_HZ / _WIDTH_HZ))
BANDS = int((HIGHEST_HZ / _WIDTH_HZ - _FIRST) / (BINS_PER_BAND * BIN_STRIDE))
BINS = BANDS * BINS_PER_BAND
BIN_HZ = (_FIRST + BIN_STRIDE * np.arange(BINS)) * _WIDTH_HZ
"""Frequencies of the bins used, (BINS,)."""
BIN_HZ.setflags(write=False)

if FRAME != BIN_STRIDE * SHIFT or _FIRST % BIN_STRIDE:
    raise AssertionError("every second bin is that of the frame folded once, if the first one is even")

_HANN = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(FRAME) + 0.5) / FRAME)
_WINDOW = (_HANN * 2 / _HANN.sum()).astype(np.float32)
_WINDOW.setflags(write=False)


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """T frames.

    Attributes
    ----------
    spectrum : (T, BINS, M) complex64
        A full-scale sine has magnitude 1 in its bin.
    energy : (T, BINS) float32
        Mean over the microphones of the squared magnitude.
    """

    spectrum: np.ndarray
    energy: np.ndarray

    @property
    def zone_energy(self) -> np.ndarray:
        """Mean energy in each zone, (T, BANDS) float32."""
        return self.energy.reshape(-1, BANDS, BINS_PER_BAND).mean(axis=2)


def analyse(samples: np.ndarray) -> Frames:
    """All whole frames in `samples`; frame t covers samples t * SHIFT to t * SHIFT + FRAME.

    Only every second bin is wanted: those of the frame's two halves added up, in a transform of half the length.

    Parameters
    ----------
    samples : (mics, n) float32 at 48 kHz

    Raises
    ------
    ValueError
        Less than one frame.
    """
    if samples.ndim != 2 or samples.shape[1] < FRAME:
        raise ValueError(f"expected (mics, at least {FRAME}) samples, got {samples.shape}")
    count = (samples.shape[1] - FRAME) // SHIFT + 1
    halves = samples[:, : (count + 1) * SHIFT].reshape(len(samples), count + 1, SHIFT)
    folded = halves[:, :-1] * _WINDOW[:SHIFT]
    folded += halves[:, 1:] * _WINDOW[SHIFT:]
    chosen = fft.rfft(folded, axis=2)[:, :, _FIRST // BIN_STRIDE :][:, :, :BINS]
    spectrum = np.ascontiguousarray(chosen.transpose(1, 2, 0))
    parts = spectrum.view(np.float32)
    return Frames(spectrum, np.einsum("tbp,tbp->tb", parts, parts) / np.float32(len(samples)))
