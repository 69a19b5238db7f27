"""Hand-made messages and small sources and sinks for the engine's tests."""

from __future__ import annotations

import numpy as np

from workbench.core.messages import Block, Levels, Snapshot, TalkerTruth
from workbench.dsp.bands import HOP, RATE_HZ


def levels(channels: int = 1) -> Levels:
    return Levels(
        peak_dbfs=np.full(channels, -20.0, np.float32),
        rms_dbfs=np.full(channels, -30.0, np.float32),
        clipped=np.zeros(channels, bool),
    )


def snapshot(sequence: int) -> Snapshot:
    column = np.full(1025, -60.0, np.float32)
    return Snapshot(
        sequence=sequence,
        time_s=sequence * 0.01,
        bin_hz=23.4375,
        before_dbfs=column,
        after_dbfs=column,
        input=levels(8),
        output=levels(2),
        gain_reduction_db=0.0,
        enhancement=None,
        beam_azimuth_rad=0.0,
    )


class ArraySource:
    """Plays an array of samples, hop by hop, as fast as it is asked."""

    def __init__(self, samples: np.ndarray, *, live: bool = False, array=None, azimuth_rad: float | None = None):
        self.name = "test source"
        self.samples = samples.astype(np.float32)
        self.channels = len(samples)
        self.channel_names = tuple(str(number + 1) for number in range(self.channels))
        self.live = live
        self.array = array
        self.latency_samples = 0
        self.dropped_samples = 0
        self.server_dropouts = 0
        self.finished = False
        self.length_samples = samples.shape[1]
        self.closed = False
        self._azimuth_rad = azimuth_rad
        self._position = 0

    def start(self) -> None:
        self._position = 0

    def read(self, timeout_s: float) -> Block | None:
        if self._position >= self.samples.shape[1]:
            self.finished = True
            return None
        hop = np.zeros((self.channels, HOP), dtype=np.float32)
        piece = self.samples[:, self._position : self._position + HOP]
        hop[:, : piece.shape[1]] = piece
        truth = ()
        if self._azimuth_rad is not None:
            truth = (TalkerTruth("test", self._azimuth_rad, 1.5, True),)
        block = Block(hop, self._position, self._position / RATE_HZ, truth=truth)
        self._position += HOP
        return block

    def close(self) -> None:
        self.closed = True


class ListSink:
    """Keeps everything that is written."""

    def __init__(self, channels: int, *, live: bool = False):
        self.name = "test sink"
        self.channels = channels
        self.channel_names = tuple(str(number + 1) for number in range(channels))
        self.live = live
        self.latency_samples = 0
        self.missed_samples = 0
        self.server_dropouts = 0
        self.pieces: list[np.ndarray] = []
        self.closed = False

    def start(self) -> None:
        self.pieces.clear()

    def wait(self, timeout_s: float) -> bool:
        return True

    def write(self, samples: np.ndarray) -> None:
        self.pieces.append(samples.copy())

    def close(self) -> None:
        self.closed = True

    @property
    def samples(self) -> np.ndarray:
        return np.concatenate(self.pieces, axis=1)
