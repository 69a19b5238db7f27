"""Comb filter at the pitch period: P(t) = Σ w_k x(t - kT), k = -5…5, Hann weights that sum to 1 (PercepNet).

The taps that reach beyond the newest sample are left out and the rest renormalised, so that the look-ahead is
960 samples whatever the period. Noise gain is σ² = Σ w²: 3/(4(M+1)) with all 2M+1 taps, more with fewer.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np

from workbench.dsp import fft, kernels
from workbench.dsp.bands import BINS, HOP, WINDOW
from workbench.dsp.pitch import LOOK_AHEAD, MAX_PERIOD, MIN_PERIOD
from workbench.dsp.stft import ROOTS, power_complementary_window

TAPS = 5
"""M: taps on each side at most."""

LOOK_AHEAD_SAMPLES = LOOK_AHEAD * HOP


def comb_weights(past: int, future: int, taps: int = TAPS) -> np.ndarray:
    """Hann weights of taps k = -past … future of a comb with `taps` on each side, renormalised to sum 1.

    Index 0 is the tap that looks furthest back. Returns (past + 1 + future,) float64.
    """
    k = np.arange(-past, future + 1)
    weights = 0.5 + 0.5 * np.cos(np.pi * k / (taps + 1))
    return weights / weights.sum()


def _table() -> np.ndarray:
    table = np.zeros((TAPS + 1, 2 * TAPS + 1), dtype=np.float32)
    for future in range(TAPS + 1):
        table[future, : TAPS + 1 + future] = comb_weights(TAPS, future)
    return table


WEIGHTS = _table()
"""(6, 11): weights from the oldest tap to the newest, by the number of taps into the future."""
WEIGHTS.setflags(write=False)

NOISE_GAIN = (WEIGHTS.astype(np.float64) ** 2).sum(axis=1).astype(np.float32)
"""(6,) power gain for white noise, by the number of taps into the future."""
NOISE_GAIN.setflags(write=False)

_WINDOW = power_complementary_window().astype(np.float32)
_BOUNDS = (MIN_PERIOD, MAX_PERIOD)
_BUFFER = TAPS * MAX_PERIOD + WINDOW + LOOK_AHEAD_SAMPLES
_DELAYED_START = _BUFFER - LOOK_AHEAD_SAMPLES - WINDOW
_NEWEST_START = _BUFFER - WINDOW


@dataclass(frozen=True, slots=True, eq=False)
class CombFrame:
    """Spectra of the comb's output.

    `spectrum` (channels, 481) belongs to the frame LOOK_AHEAD hops ago and uses future samples;
    `causal_spectrum` (channels, 481) to the newest frame, from past samples alone; `noise_gain` and
    `causal_noise_gain` (channels,) are their σ².
    """

    spectrum: np.ndarray
    causal_spectrum: np.ndarray
    noise_gain: np.ndarray
    causal_noise_gain: float


class CombFilter:
    """Comb-filters frames of each channel at a given period."""

    latency = LOOK_AHEAD_SAMPLES

    def __init__(self, channels: int = 1):
        self.channels = channels
        self.reset()

    def reset(self) -> None:
        """Forget all past samples."""
        self._buffer = np.zeros((self.channels, _BUFFER), dtype=np.float32)

    def process(self, x: np.ndarray, period: np.ndarray, decided_period: np.ndarray) -> CombFrame:
        """One hop in; the comb's output for the newest frame and for the one LOOK_AHEAD hops ago.

        Parameters
        ----------
        x : (channels, 480) float32
        period : (channels,) int, of the newest frame, in samples
        decided_period : (channels,) int, of the frame LOOK_AHEAD hops ago
        """
        if (compiled := kernels.ready()) is not None:
            return self._process_compiled(compiled, x, period, decided_period)
        self._buffer = np.concatenate([self._buffer[:, HOP:], x], axis=1)
        period = np.clip(period, MIN_PERIOD, MAX_PERIOD)
        decided_period = np.clip(decided_period, MIN_PERIOD, MAX_PERIOD)
        future = np.minimum(LOOK_AHEAD_SAMPLES // decided_period, TAPS)
        frames = np.empty((2, self.channels, WINDOW), dtype=np.float32)
        self._fill(frames, period, decided_period, future)
        spectra = fft.rfft(frames * _WINDOW, axis=-1)
        return CombFrame(spectra[0], spectra[1], NOISE_GAIN[future], float(NOISE_GAIN[0]))

    def _process_compiled(
        self, compiled: ModuleType, x: np.ndarray, period: np.ndarray, decided_period: np.ndarray
    ) -> CombFrame:
        """The same by compiled loops, on the same state."""
        spectra = np.empty((2, self.channels, BINS), dtype=np.complex64)
        noise_gain = np.empty(self.channels, dtype=np.float32)
        compiled.comb_hop(
            *(kernels.own(x), self._buffer, np.stack((period, decided_period)), WEIGHTS, NOISE_GAIN, _WINDOW),
            *(_BOUNDS, LOOK_AHEAD_SAMPLES, *ROOTS, spectra, noise_gain),
        )
        return CombFrame(spectra[0], spectra[1], noise_gain, float(NOISE_GAIN[0]))

    def _fill(self, frames: np.ndarray, period: np.ndarray, decided_period: np.ndarray, future: np.ndarray) -> None:
        """Comb-filtered frames (2, channels, WINDOW): the delayed ones and the newest."""
        windows = np.lib.stride_tricks.sliding_window_view(self._buffer, WINDOW, axis=1)
        k = np.arange(-TAPS, TAPS + 1)
        # A tap that would reach too far has weight zero: any valid position will do for it.
        offsets = np.minimum(k, future[:, None]) * decided_period[:, None]
        channel = np.arange(self.channels)[:, None]
        taps = windows[channel, _DELAYED_START + offsets]
        frames[0] = np.matmul(WEIGHTS[future][:, None, :], taps)[:, 0]
        taps = windows[channel, _NEWEST_START + k[: TAPS + 1] * period[:, None]]
        frames[1] = np.matmul(WEIGHTS[0, : TAPS + 1], taps)
