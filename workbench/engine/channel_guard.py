"""One broken microphone must not take the others with it: what is no number is silenced, and its channel muted."""

from __future__ import annotations

import numpy as np

from workbench.dsp.bands import HOP

LARGEST = 1e4
"""80 dB above full scale: no converter gives that; a filter that has it inside rings on for long."""

MUTED_HOPS = 100
"""A channel is heard again after so many good hops: one second."""

_RAMP = np.linspace(0, 1, HOP, endpoint=False, dtype=np.float32)


class ChannelGuard:
    """Replaces samples that are no finite number of a sensible size; a channel that has them is muted as a whole.

    Hops without a fault pass as they are, the same array.

    Attributes
    ----------
    muted : tuple of int
        The channels that are muted now, counted from 0. May be read from any thread.
    repaired : int
        How many samples of the newest hop were no numbers.
    """

    latency = 0

    def __init__(self, channels: int):
        self.channels = channels
        self.reset()

    def reset(self) -> None:
        """Nothing is muted."""
        self._left = np.zeros(self.channels, int)
        self.muted: tuple[int, ...] = ()
        self.repaired = 0

    def process(self, x: np.ndarray) -> np.ndarray:
        """(channels, HOP) float32 -> (channels, HOP) float32."""
        # NaN fails the comparison as well.
        good = np.abs(x) <= LARGEST
        if good.all():
            self.repaired = 0
            if not self.muted:
                return x
            faulty = np.zeros(self.channels, bool)
        else:
            self.repaired = int(good.size - np.count_nonzero(good))
            faulty = ~good.all(axis=1)
        self._left = np.where(faulty, MUTED_HOPS, np.maximum(self._left - 1, 0))
        y = x.copy()
        returning = np.isin(np.arange(self.channels), self.muted) & (self._left == 0)
        y[returning] *= _RAMP
        y[self._left > 0] = 0
        self.muted = tuple(np.flatnonzero(self._left).tolist())
        return y
