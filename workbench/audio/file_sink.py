"""A sound file as a sink, written by a thread of its own; and the sink that hears nothing."""

from __future__ import annotations

import threading
from collections import deque
from pathlib import Path

import numpy as np

from workbench.audio.files import SoundWriter, check_target
from workbench.audio.protocols import RATE_HZ
from workbench.audio.resampler import Resampler
from workbench.core.errors import EarshotError, InputError

QUEUE_HOPS = 200
WRITTEN_HOPS = 25
"""The thread is woken for so many: once for each hop would cost more than the writing."""


class FileSink:
    """Writes .wav (32-bit float) or .flac (24-bit). The file appears under its name when `close` has completed it.

    Overflow policy: offline, `wait` holds the caller back until there is room, so nothing is lost. A live caller that
    does not wait loses what does not fit into the queue of 2 s; `dropped_samples` counts it.

    Parameters
    ----------
    path : .wav or .flac
    channels : int
    rate_hz : int or None
        Rate of the file; what is written to the sink is always 48 kHz.
    frames : int or None
        Exact length of the file at its own rate: the end is cut, or filled with silence. None: as it comes.

    Raises
    ------
    InputError
        The path cannot become a sound file.
    """

    live = False
    latency_samples = 0
    missed_samples = 0
    server_dropouts = 0

    def __init__(self, path: str | Path, channels: int, *, rate_hz: int | None = None, frames: int | None = None):
        self.path = check_target(path, channels)
        self.name = self.path.name
        self.channels = channels
        self.channel_names = tuple(f"ch {number}" for number in range(1, channels + 1))
        self.rate_hz = rate_hz or RATE_HZ
        self.dropped_samples = 0
        self._frames = frames
        self._queue: deque[np.ndarray] = deque()
        self._ready = threading.Condition()
        self._closing = self._unwanted = False
        self._error: EarshotError | None = None
        self._writer: SoundWriter | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Create the file (under a temporary name) and begin to write."""
        if self._thread is not None:
            return
        try:
            self._writer = SoundWriter(self.path, self.channels, self.rate_hz)
        except OSError as error:
            raise InputError(f"{self.path}: cannot be written ({error.strerror or error})") from error
        self._closing, self._unwanted, self._error = False, False, None
        thread = threading.Thread(target=self._run, name="file sink", daemon=True)
        thread.start()
        self._thread = thread  # only now can it be joined, should an interruption come right here

    def _failure(self, error: OSError) -> EarshotError:
        return EarshotError(f"{self.path}: cannot be written ({error.strerror or error})")

    @property
    def clipped_samples(self) -> int:
        """Samples beyond full scale that a .flac could not hold."""
        return self._writer.clipped if self._writer is not None else 0

    def wait(self, timeout_s: float) -> bool:
        """Wait for room in the queue; False when there was none in time.

        Raises
        ------
        EarshotError
            The file cannot be written any more (no space left, for instance).
        """
        with self._ready:
            room = self._ready.wait_for(lambda: len(self._queue) < QUEUE_HOPS or self._error is not None, timeout_s)
            if self._error is not None:
                raise self._error
            return room

    def write(self, samples: np.ndarray) -> None:
        """Queue (channels, n) float32 samples. Never blocks; drops and counts when the queue is full."""
        with self._ready:
            if len(self._queue) >= QUEUE_HOPS or self._error is not None or self._thread is None:
                self.dropped_samples += samples.shape[1]
                return
            self._queue.append(samples.copy())
            if len(self._queue) >= WRITTEN_HOPS:
                self._ready.notify_all()

    def _run(self) -> None:
        resampler = Resampler(self.channels, RATE_HZ, self.rate_hz)
        self._written = 0
        try:
            while True:
                with self._ready:
                    self._ready.wait_for(lambda: len(self._queue) >= WRITTEN_HOPS or self._closing)
                    if self._unwanted:
                        self._writer.discard()
                        return
                    if not self._queue:
                        break
                    samples = np.concatenate(self._queue, axis=1)
                    self._queue.clear()
                    self._ready.notify_all()
                self._put(resampler.process(samples))
            self._put(resampler.flush())
            if self._frames is not None and self._written < self._frames:
                self._put(np.zeros((self.channels, self._frames - self._written), np.float32))
            self._writer.close()
        except OSError as error:
            self._writer.discard()
            with self._ready:
                self._error = self._failure(error)
                self._ready.notify_all()

    def _put(self, samples: np.ndarray) -> None:
        if self._frames is not None:
            samples = samples[:, : self._frames - self._written]
        self._writer.write(samples)
        self._written += samples.shape[1]

    def close(self) -> None:
        """Write out what is queued and complete the file; may be called twice.

        Raises
        ------
        EarshotError
            The file could not be written; nothing is left of it, and what was there before is untouched.
        """
        with self._ready:
            self._closing = True
            self._ready.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
            if self._error is not None:
                raise self._error

    def discard(self) -> None:
        """Leave nothing behind, and what was there before untouched; does nothing after `close`."""
        with self._ready:
            self._closing = self._unwanted = True
            self._ready.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._writer is not None:
            self._writer.discard()


class NullSink:
    """Takes everything and keeps nothing."""

    live = False
    latency_samples = 0
    missed_samples = 0
    server_dropouts = 0

    def __init__(self, channels: int = 2):
        self.name = "None"
        self.channels = channels
        self.channel_names = tuple(f"out {number}" for number in range(1, channels + 1))

    def start(self) -> None:
        """Nothing to begin."""

    def wait(self, timeout_s: float) -> bool:
        """There is always room."""
        return True

    def write(self, samples: np.ndarray) -> None:
        """Forget it."""

    def close(self) -> None:
        """Nothing to end."""

    def discard(self) -> None:
        """Nothing to leave out."""
