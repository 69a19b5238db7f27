"""Finds out which channel a microphone is on when somebody taps it."""

from __future__ import annotations

import numpy as np

ABOVE_OTHERS_DB = 8.0
ABOVE_BEFORE_DB = 15.0
LEAST_DBFS = -45.0
REST_FEEDS = 12
"""After a tap so many readings are left out: it rings on, and hands move."""
BACKGROUND = 0.05


class TapLearner:
    """Takes peak levels of all channels, some 20 to 40 times a second; names the channel that was tapped.

    A tap is a channel that is suddenly far above its own level before and above all others.
    """

    def __init__(self):
        self._background_dbfs: np.ndarray | None = None
        self._rest = REST_FEEDS

    def feed(self, peak_dbfs: np.ndarray) -> int | None:
        """The newest levels -> the channel (from 0) that was tapped just now, or None."""
        peak_dbfs = np.maximum(np.asarray(peak_dbfs, dtype=float), -120.0)
        background = self._background_dbfs
        if background is None or len(background) != len(peak_dbfs):
            self._background_dbfs, self._rest = peak_dbfs.copy(), REST_FEEDS
            return None
        if self._rest:
            self._rest -= 1
            self._background_dbfs = background + 0.3 * (peak_dbfs - background)
            return None
        order = np.argsort(peak_dbfs)
        loudest = int(order[-1])
        next_dbfs = peak_dbfs[order[-2]] if len(order) > 1 else -np.inf
        tapped = (
            peak_dbfs[loudest] >= LEAST_DBFS
            and peak_dbfs[loudest] - next_dbfs >= ABOVE_OTHERS_DB
            and peak_dbfs[loudest] - background[loudest] >= ABOVE_BEFORE_DB
        )
        self._background_dbfs = background + BACKGROUND * (peak_dbfs - background)
        if not tapped:
            return None
        self._rest = REST_FEEDS
        return loudest
