"""Streaming short-time Fourier transform: window 960, hop 480, power-complementary window.

w(n) = sin(pi/2 sin^2(pi (n + 1/2) / 960)) for analysis and synthesis, so that w^2(n) + w^2(n + 480) = 1
(Vorbis window; PercepNet, arXiv 2008.04259).
"""

from __future__ import annotations

from types import ModuleType

import numpy as np

from workbench.dsp import fft, kernels
from workbench.dsp.bands import BINS, HOP, WINDOW


def power_complementary_window(length: int = WINDOW) -> np.ndarray:
    """Window with w^2(n) + w^2(n + length/2) = 1, shape (length,), float64."""
    return np.sin(0.5 * np.pi * np.sin(np.pi * (np.arange(length) + 0.5) / length) ** 2)


_WINDOW = power_complementary_window().astype(np.float32)
_WINDOW.setflags(write=False)

ROOTS = (
    np.exp(-2j * np.pi * np.arange(WINDOW // 2) / (WINDOW // 2)).astype(np.complex64),
    np.exp(-2j * np.pi * np.arange(BINS) / WINDOW).astype(np.complex64),
)
"""Roots of unity for the compiled transform."""


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
        if (compiled := kernels.ready()) is not None:
            return self._process_compiled(compiled, x)
        frame = np.concatenate([self._past, x], axis=1)
        self._past = kernels.own(x)
        return fft.rfft(frame * _WINDOW, axis=1)

    def _process_compiled(self, compiled: ModuleType, x: np.ndarray) -> np.ndarray:
        """The same by compiled loops, on the same state."""
        out = np.empty((self.channels, BINS), dtype=np.complex64)
        compiled.analysis_hop(kernels.own(x), self._past, _WINDOW, *ROOTS, out)
        return out


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
        if (compiled := kernels.ready()) is not None:
            return self._process_compiled(compiled, spectrum)
        frame = fft.irfft(np.asarray(spectrum, dtype=np.complex64), n=WINDOW, axis=1) * _WINDOW
        out = frame[:, :HOP] + self._overlap
        self._overlap = frame[:, HOP:].copy()
        return out

    def _process_compiled(self, compiled: ModuleType, spectrum: np.ndarray) -> np.ndarray:
        """The same by compiled loops, on the same state."""
        out = np.empty((self.channels, HOP), dtype=np.float32)
        spectrum = np.array(spectrum, dtype=np.complex64, order="C")
        compiled.synthesis_hop(spectrum, self._overlap, _WINDOW, *ROOTS, out)
        return out
