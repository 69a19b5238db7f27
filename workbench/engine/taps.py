"""What the chain shows of the sound: spectrum columns, levels, and the delay that brings them to one instant."""

from __future__ import annotations

import numpy as np

from workbench.core.messages import Levels, frozen
from workbench.dsp import fft
from workbench.dsp.bands import RATE_HZ

SPECTRUM_WINDOW = 2048
BIN_HZ = RATE_HZ / SPECTRUM_WINDOW
SPECTRUM_BINS = SPECTRUM_WINDOW // 2 + 1
_SILENCE_DBFS = -200.0


class Delay:
    """Delays channels by a fixed number of samples, bit for bit."""

    def __init__(self, channels: int, samples: int):
        self._shape = (channels, samples)
        self.latency = samples
        self.reset()

    def reset(self) -> None:
        """Back to silence."""
        self._past = np.zeros(self._shape, dtype=np.float32)

    def process(self, x: np.ndarray) -> np.ndarray:
        """(channels, n) -> (channels, n), for any n."""
        line = np.concatenate([self._past, x], axis=1)
        self._past = line[:, x.shape[1] :].copy()
        return line[:, : x.shape[1]].copy()


class SpectrumColumn:
    """One column a hop: Hann window of 2048 samples that ends with the hop, in dBFS (a full-scale sine reads 0)."""

    latency = 0

    def __init__(self) -> None:
        window = fft.hann(SPECTRUM_WINDOW)
        self._window = (window * 2 / window.sum()).astype(np.float32)
        self.reset()

    def reset(self) -> None:
        """Back to silence."""
        self._past = np.zeros(SPECTRUM_WINDOW, dtype=np.float32)

    def process(self, x: np.ndarray) -> np.ndarray:
        """(n,) float32 samples -> (SPECTRUM_BINS,) float32 dBFS."""
        self._past = np.concatenate([self._past[len(x) :], x])
        spectrum = fft.rfft(self._past * self._window)
        power = spectrum.real**2 + spectrum.imag**2
        return frozen(10 * np.log10(power + np.float32(10 ** (_SILENCE_DBFS / 10))))


def levels(samples: np.ndarray) -> Levels:
    """Peak and RMS of (channels, n) samples; a channel is clipped at |x| >= 1."""
    peak = np.abs(samples).max(axis=1)
    rms = np.sqrt(np.einsum("cn,cn->c", samples, samples) / samples.shape[1])
    with np.errstate(divide="ignore"):
        return Levels(
            peak_dbfs=frozen(20 * np.log10(peak)), rms_dbfs=frozen(20 * np.log10(rms)), clipped=frozen(peak >= 1.0)
        )
