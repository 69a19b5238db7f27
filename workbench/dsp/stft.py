"""Streaming short-time Fourier transform: window 960, hop 480, power-complementary window.

w(n) = sin(pi/2 sin^2(pi (n + 1/2) / 960)) for analysis and synthesis, so that w^2(n) + w^2(n + 480) = 1
(Vorbis window; PercepNet, arXiv 2008.04259).
"""

from __future__ import annotations

import numpy as np
from scipy import fft

from workbench.dsp.bands import BINS, HOP, WINDOW


def power_complementary_window(length: int = WINDOW) -> np.ndarray:
    """Window with w^2(n) + w^2(n + length/2) = 1, shape (length,), float64."""
    return np.sin(0.5 * np.pi * np.sin(np.pi * (np.arange(length) + 0.5) / length) ** 2)


_WINDOW = power_complementary_window().astype(np.float32)
_WINDOW.setflags(write=False)


class Analysis:
    """Turns hops of samples into spectra. The frame returned for a hop ends with that hop's last sample."""

    latency = 0

    def __init__(self, channels: int = 1):
        self.channels = channels
        self.reset()

    def reset(self) -> None:
        """Forget all past samples."""
        self._past = np.zeros((self.channels, HOP), dtype=np.float32)

    def process(self, x: np.ndarray) -> np.ndarray:
        """One hop in, one frame out.

        Parameters
        ----------
        x : (channels, HOP) float32

        Returns
        -------
        (channels, BINS) complex64
        """
        frame = np.concatenate([self._past, x], axis=1)
        self._past = np.array(x, dtype=np.float32)
        return fft.rfft(frame * _WINDOW, axis=1)


class Synthesis:
    """Turns spectra back into samples by overlap-add. Output lags the analysed input by one hop."""

    latency = HOP

    def __init__(self, channels: int = 1):
        self.channels = channels
        self.reset()

    def reset(self) -> None:
        """Forget the overlap."""
        self._overlap = np.zeros((self.channels, HOP), dtype=np.float32)

    def process(self, spectrum: np.ndarray) -> np.ndarray:
        """One frame in, one hop out: (channels, BINS) complex64 -> (channels, HOP) float32."""
        if spectrum.shape != (self.channels, BINS):
            raise ValueError(f"expected spectra of shape {(self.channels, BINS)}, got {spectrum.shape}")
        frame = fft.irfft(spectrum, n=WINDOW, axis=1) * _WINDOW
        out = frame[:, :HOP] + self._overlap
        self._overlap = frame[:, HOP:].copy()
        return out
