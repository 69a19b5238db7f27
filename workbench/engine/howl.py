"""Acoustic feedback: live microphones that hear the loudspeakers howl at one frequency, louder and louder.

What tells a howl from music and speech: one narrow line stands far above all else, stays at its frequency, and its
level grows steadily, in dB a straight line, because every round through the room multiplies it by the same factor.
(Criteria of this kind: van Waterschoot and Moonen, "Fifty years of acoustic feedback control", Proc. IEEE 2011:
peak-to-average power, interframe slope deviation. The limits here are our own.)
"""

from __future__ import annotations

import numpy as np

from workbench.dsp import fft
from workbench.dsp.bands import HOP, RATE_HZ

WINDOW = 2048
FRAMES = 24
"""The line is followed over this many hops: 240 ms."""

LOWEST_HZ = 100.0
AROUND = 4
"""Bins beside a line that belong to it."""

PROMINENCE_DB = 15.0
"""The line is so far above the power of all else together ..."""
LEVEL_DBFS = -50.0
"""... and above this level ..."""
GROWTH_DB_S = 15.0
"""... and grows at least so fast ..."""
STRAIGHT_DB = 1.0
"""... along a straight line, within this RMS."""

REST_HOPS = 50
"""After a howl was found nothing is said for so long: the gain needs time to act."""


class HowlDetector:
    """Looks at one channel, hop by hop."""

    latency = 0

    def __init__(self) -> None:
        self._window = fft.hann(WINDOW).astype(np.float32)
        self._scale = 2 / self._window.sum()
        self._lowest = round(LOWEST_HZ * WINDOW / RATE_HZ)
        at = np.arange(FRAMES) - (FRAMES - 1) / 2
        self._times_s = at * HOP / RATE_HZ
        self.reset()

    def reset(self) -> None:
        """Forget all sound."""
        self._past = np.zeros(WINDOW, np.float32)
        self._bins = np.zeros(FRAMES, int)
        self._levels_db = np.full(FRAMES, -200.0)
        self._prominence_db = np.full(FRAMES, -200.0)
        self._rest = FRAMES

    def process(self, x: np.ndarray) -> float:
        """(HOP,) float32 -> frequency of a howl in Hz, found just now; else 0."""
        self._past = np.concatenate((self._past[len(x) :], x))
        power = np.abs(fft.rfft(self._past * self._window) * self._scale) ** 2
        power[: self._lowest] = 0
        peak = int(power.argmax())
        line = power[max(peak - AROUND, 0) : peak + AROUND + 1].sum()
        self._push(self._bins, peak)
        self._push(self._levels_db, 10 * np.log10(line + 1e-20))
        self._push(self._prominence_db, 10 * np.log10((line + 1e-20) / (power.sum() - line + 1e-20)))
        self._rest = max(self._rest - 1, 0)
        if self._rest or not self._howls():
            return 0.0
        self._rest = REST_HOPS
        return peak * RATE_HZ / WINDOW

    @staticmethod
    def _push(kept: np.ndarray, value: float) -> None:
        kept[:-1] = kept[1:]
        kept[-1] = value

    def _howls(self) -> bool:
        if np.ptp(self._bins) > 1 or self._levels_db[-1] < LEVEL_DBFS:
            return False
        if np.median(self._prominence_db) < PROMINENCE_DB:
            return False
        slope = self._times_s @ self._levels_db / (self._times_s @ self._times_s)
        bend = self._levels_db - self._levels_db.mean() - slope * self._times_s
        return bool(slope > GROWTH_DB_S and np.sqrt(np.mean(bend**2)) < STRAIGHT_DB)
