"""Look-ahead true-peak limiter: the last guard before a sound device.

Peaks between the samples are found by oversampling as in ITU-R BS.1770-4 annex 2, eightfold (fourfold, the least
that it asks for, misses up to 0.4 dB at 18 kHz). The gain, one for all channels, comes down over the look-ahead
before a peak arrives and recovers exponentially.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from workbench.dsp.bands import HOP, RATE_HZ

LOOK_AHEAD = 72
"""Samples (1.5 ms) over which the gain comes down."""

TRUE_PEAK_TAPS = _TAPS = 24
"""Samples from which one value between two samples is made."""
_HALF = _TAPS // 2
_PHASES = 8
_RELEASE_S = 0.08
_RELEASE = np.exp(-1 / (_RELEASE_S * RATE_HZ))
_INAUDIBLE_DB = 1e-3
"""Attenuation below which the release ends, so that the gain is exactly 1 again."""


def _interpolators() -> np.ndarray:
    """Kaiser-windowed sincs that give the values at 1/8 to 7/8 after a sample, (TAPS, 7) float32.

    Row k belongs to sample k - HALF + 1 relative to the interval. Flat within 0.01 dB to 20 kHz.
    """
    at = np.arange(1, _PHASES) / _PHASES
    distance = np.arange(1 - _HALF, _HALF + 1)[:, None] - at
    window = np.i0(6.0 * np.sqrt(np.maximum(1 - (distance / _HALF) ** 2, 0.0))) / np.i0(6.0)
    taps = np.sinc(distance) * window
    return (taps / taps.sum(axis=0)).astype(np.float32)


_INTERPOLATORS = _interpolators()
_INTERPOLATORS.setflags(write=False)

_LARGEST_RISE = float(np.abs(_INTERPOLATORS).sum(axis=0).max())
"""No value between samples can exceed the largest sample by more than this."""


def _smoother() -> np.ndarray:
    """Weights (LOOK_AHEAD,), not negative, sum 1: a raised-cosine approach to the held attenuation."""
    weights = np.hanning(LOOK_AHEAD + 2)[1:-1]
    return weights / weights.sum()


_SMOOTHER = _smoother()
_SMOOTHER.setflags(write=False)

_FALL = _RELEASE ** np.arange(1, HOP + 1)
_FALL.setflags(write=False)


def interval_peaks(x: np.ndarray) -> np.ndarray:
    """Largest magnitude in each interval from one sample up to, not including, the next, at eight points.

    Parameters
    ----------
    x : (channels, N) float

    Returns
    -------
    (N - 23,) float
        Over all channels; entry n is the interval that begins at sample n + 11.
    """
    windows = sliding_window_view(x, _TAPS, axis=1)
    between = np.abs(windows @ _INTERPOLATORS).max(axis=(0, 2))
    samples = np.abs(x[:, _HALF - 1 : _HALF - 1 + len(between)]).max(axis=0)
    return np.maximum(between, samples)


def true_peak_dbtp(x: np.ndarray) -> float:
    """True peak of a whole recording (channels, N) in dBTP; -inf in silence."""
    padded = np.pad(np.asarray(x, dtype=np.float32), ((0, 0), (_TAPS, _TAPS)))
    peak = float(interval_peaks(padded).max())
    return 20 * np.log10(peak) if peak > 0 else -np.inf


def _sliding_maximum(x: np.ndarray, length: int) -> np.ndarray:
    """Maximum over each `length` neighbours of x (N,), shape (N - length + 1,), by doubling."""
    width = 1
    while 2 * width <= length:
        x = np.maximum(x[:-width], x[width:])
        width *= 2
    rest = length - width
    return np.maximum(x[: len(x) - rest], x[rest:]) if rest else x


class TruePeakLimiter:
    """Keeps the true peak of a stream at or below a limit.

    While nothing exceeds the limit, the output is the input, delayed, bit for bit. The limit may change between
    hops; a lower one acts within the look-ahead. Samples that are not finite become silence.

    Parameters
    ----------
    channels : int
    """

    latency = LOOK_AHEAD - 1 + _HALF
    """Samples, constant: the look-ahead, and the half length of the interpolators."""

    def __init__(self, channels: int):
        self.channels = channels
        self.reset()

    def reset(self) -> None:
        """Forget past sound and the gain."""
        self._past = np.zeros((self.channels, self.latency + _HALF), dtype=np.float32)
        self._attenuation_db = 0.0
        self._held_db = np.zeros(2 * LOOK_AHEAD - 2)
        self._reduction_db = 0.0

    @property
    def gain_reduction_db(self) -> float:
        """Largest reduction in the hop that was put out last, in dB, not negative."""
        return self._reduction_db

    def process(self, x: np.ndarray, limit_dbtp: float) -> np.ndarray:
        """Limit one hop.

        Parameters
        ----------
        x : (channels, 480) float32
        limit_dbtp : float

        Returns
        -------
        (channels, 480) float32, late by `latency` samples
        """
        if not np.isfinite(x).all():
            x = np.where(np.isfinite(x), x, np.float32(0))  # nothing of the kind may reach a driver, or this state
        line = np.concatenate([self._past, x], axis=1)
        self._past = line[:, HOP:].copy()

        # Each sample answers for the intervals on both of its sides.
        recent = line[:, -(HOP + _TAPS) :]
        threshold = 10 ** (limit_dbtp / 20)
        idle = self._attenuation_db == 0.0 and not self._held_db.any()
        if idle and max(recent.max(), -recent.min()) * _LARGEST_RISE <= threshold:
            return self._untouched(line)
        peaks = interval_peaks(recent)
        peak = np.maximum(peaks[:-1], peaks[1:])
        if idle and peak.max() <= threshold:
            return self._untouched(line)

        needed_db = 20 * np.log10(np.maximum(peak / threshold, 1.0))
        # a(n) = max(needed(n), release * a(n - 1)), for all n at once.
        released_db = _FALL * np.maximum.accumulate(np.maximum(needed_db / _FALL, self._attenuation_db))
        attenuation_db = np.where(released_db > _INAUDIBLE_DB, released_db, needed_db)
        self._attenuation_db = float(attenuation_db[-1])

        ahead_db = np.concatenate([self._held_db, attenuation_db])
        self._held_db = ahead_db[HOP:].copy()
        smooth_db = np.convolve(_sliding_maximum(ahead_db, LOOK_AHEAD), _SMOOTHER, mode="valid")
        self._reduction_db = float(smooth_db.max())
        gain = 10 ** (-smooth_db / 20)
        return (line[:, _HALF : _HALF + HOP] * gain).astype(np.float32)

    def _untouched(self, line: np.ndarray) -> np.ndarray:
        self._reduction_db = 0.0
        return line[:, _HALF : _HALF + HOP].copy()
