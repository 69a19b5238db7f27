"""Streaming sample-rate conversion between a device or file and the 48 kHz of the chain (libsoxr)."""

from __future__ import annotations

import numpy as np
import soxr

QUALITY = "HQ"

NEAR = 0.001
"""A device whose rate is this close to 48 kHz paces the chain as if it had 48 kHz: nobody hears 1.7 cents, and its
blocks stay the chain's hops."""


def nominal_hz(rate_hz: int, chain_hz: int) -> int:
    """The rate at which a device's samples are taken: the chain's own if they are close to each other."""
    return chain_hz if abs(rate_hz / chain_hz - 1) <= NEAR else rate_hz


class Resampler:
    """Converts any number of samples at a time; equal rates pass through, bit for bit.

    The output is aligned: its sample k belongs to the input's time ``k * in_rate_hz / out_rate_hz``; it only comes
    later. All output together is the same for any chunking of the input.
    """

    def __init__(self, channels: int, in_rate_hz: int, out_rate_hz: int):
        self.channels = channels
        self.in_rate_hz, self.out_rate_hz = in_rate_hz, out_rate_hz
        same = in_rate_hz == out_rate_hz
        self._stream = None if same else soxr.ResampleStream(in_rate_hz, out_rate_hz, channels, quality=QUALITY)
        self.reset()

    def reset(self) -> None:
        """Forget everything that was put in."""
        self._taken = self._given = 0
        if self._stream is not None:
            self._stream.clear()

    @property
    def latency(self) -> int:
        """Output samples that are still due for the input taken so far."""
        return round(self._taken * self.out_rate_hz / self.in_rate_hz) - self._given

    def process(self, x: np.ndarray) -> np.ndarray:
        """(channels, n) float32 -> (channels, m) float32: what is ready of the output."""
        if self._stream is None:
            return x.copy()
        y = self._stream.resample_chunk(np.ascontiguousarray(x.T))
        self._taken += x.shape[1]
        self._given += len(y)
        return np.ascontiguousarray(y.T)

    def flush(self) -> np.ndarray:
        """The rest of the output, (channels, m): in all ``round(taken * out / in)`` samples. Then `reset`."""
        if self._stream is None:
            return np.zeros((self.channels, 0), np.float32)
        due = self.latency
        y = self._stream.resample_chunk(np.zeros((0, self.channels), np.float32), last=True).T
        rest = np.zeros((self.channels, max(due, 0)), np.float32)
        rest[:, : y.shape[1]] = y[:, : rest.shape[1]]
        self.reset()
        return rest
