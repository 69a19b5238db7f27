"""A sound file as a source: read ahead in a thread, resampled to 48 kHz, cut into hops."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from workbench.audio.files import duration_s, open_sound, read_part
from workbench.audio.protocols import HOP, RATE_HZ
from workbench.audio.resampler import Resampler
from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray
from workbench.core.messages import Block, frozen

PREFETCH_HOPS = 100
CHUNK_S = 0.1


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A hop that waits for the reader; the index is given when it is read."""

    samples: np.ndarray
    clean: np.ndarray | None
    position_s: float
    gap: bool


class FileSource:
    """A multichannel sound file (anything that libsndfile reads) at 48 kHz.

    All hops together are what resampling the whole file gives, however they are read. The last hop is filled up with
    zeros; `length_samples` tells how many samples count.

    Parameters
    ----------
    path : sound file
    loop : bool
        Go on at the region's start when its end is reached, without a seam.
    region_s : (float, float) or None
        Play only this part of the file; None = all of it.
    clean : sound file or None
        What a perfect enhancer would give: goes with every block. Its first channel counts; it must have the rate and
        length of the file.

    Attributes
    ----------
    file_rate_hz, file_frames : int
        The file's own rate, and samples per channel of the region at that rate.
    length_samples : int or None
        Samples of the region at 48 kHz; None when it loops.
    duration_s : float
        Length of the whole file.

    Raises
    ------
    InputError
        See `workbench.audio.files.open_sound`; a region that is not inside the file, or a clean file that does not
        belong to it.
    """

    live = False
    array: MicrophoneArray | None = None
    latency_samples = 0
    dropped_samples = 0
    server_dropouts = 0

    def __init__(
        self,
        path: str | Path,
        *,
        loop: bool = False,
        region_s: tuple[float, float] | None = None,
        clean: str | Path | None = None,
    ):
        self.path = Path(path)
        self._sound = open_sound(self.path)
        self.name = self.path.name
        self.channels = self._sound.channels
        self.channel_names = tuple(f"ch {number}" for number in range(1, self.channels + 1))
        self.file_rate_hz = self._sound.samplerate
        self.duration_s = duration_s(self._sound)
        self.loop = loop
        self._begin, self._end = self._region(region_s)
        self._clean = self._open_clean(clean) if clean is not None else None
        self.file_frames = self._end - self._begin
        self.length_samples = None if loop else round(self.file_frames * RATE_HZ / self.file_rate_hz)
        self._index = 0
        self._position_s = self._begin / self.file_rate_hz
        self._ready = threading.Condition()
        self._hops: deque[_Prepared] = deque()
        self._seek_to: int | None = None
        self._ended = self._closing = False
        self._error: InputError | None = None
        self._thread: threading.Thread | None = None

    def _region(self, region_s: tuple[float, float] | None) -> tuple[int, int]:
        if region_s is None:
            return 0, self._sound.frames
        begin, end = (round(time_s * self.file_rate_hz) for time_s in region_s)
        if not 0 <= begin < end <= self._sound.frames:
            self._sound.close()
            raise InputError(
                f"{self.path}: {region_s[0]:g} to {region_s[1]:g} s is not a part of its {self.duration_s:.2f} s"
            )
        return begin, end

    def _open_clean(self, path: str | Path) -> soundfile.SoundFile:
        try:
            clean = open_sound(path)
        except InputError:
            self._sound.close()
            raise
        if (clean.samplerate, clean.frames) != (self._sound.samplerate, self._sound.frames):
            clean.close()
            self._sound.close()
            raise InputError(
                f"{path}: does not belong to {self.path}: {clean.frames} samples at {clean.samplerate} Hz, not "
                f"{self._sound.frames} at {self.file_rate_hz} Hz"
            )
        return clean

    def start(self) -> None:
        """Begin to read ahead."""
        if self._thread is None:
            thread = threading.Thread(target=self._prefetch, name="file source", daemon=True)
            thread.start()
            self._thread = thread  # only now can it be joined, should an interruption come right here

    @property
    def position_s(self) -> float:
        """Place in the file of the next sample that `read` gives."""
        return self._position_s

    @property
    def finished(self) -> bool:
        """Everything has been read (never while it loops)."""
        with self._ready:
            return self._ended and not self._hops and self._error is None and self._seek_to is None

    def seek(self, position_s: float) -> None:
        """Go on from another place in the file, inside the region; from any thread, heard with the next `read`."""
        frame = min(max(round(position_s * self.file_rate_hz), self._begin), self._end - 1)
        with self._ready:
            self._seek_to = frame
            self._hops.clear()
            self._ready.notify_all()

    def read(self, timeout_s: float) -> Block | None:
        """The next hop; None when none was ready in time or there is none (see `finished`).

        Raises
        ------
        InputError
            The file is damaged at this place, or holds a value that is not a number.
        """
        with self._ready:
            self._ready.wait_for(self._has_something, timeout_s)
            if not self._hops:
                if self._error is not None:
                    raise self._error
                return None
            hop = self._hops.popleft()
            self._ready.notify_all()
        self._position_s = hop.position_s + HOP / RATE_HZ
        block = Block(hop.samples, self._index, hop.position_s, hop.gap, clean=hop.clean)
        self._index += HOP
        return block

    def _has_something(self) -> bool:
        return bool(self._hops) or (self._seek_to is None and (self._ended or self._error is not None))

    # ---- the prefetching thread ----------------------------------------------------------------------------

    def _prefetch(self) -> None:
        reading = _Reading(self, self._begin, gap=False)
        while True:
            with self._ready:
                self._ready.wait_for(self._has_work)
                if self._closing:
                    return
                target, self._seek_to = self._seek_to, None
                if target is not None:
                    self._ended, self._error = False, None
            if target is not None:
                reading = _Reading(self, target, gap=True)
            error = None
            try:
                hop = reading.next_hop()
            except InputError as failure:
                hop, error = None, failure
            with self._ready:
                if self._seek_to is None:
                    if hop is not None:
                        self._hops.append(hop)
                    else:
                        self._ended, self._error = True, error
                    self._ready.notify_all()

    def _has_work(self) -> bool:
        room = len(self._hops) < PREFETCH_HOPS and not self._ended
        return self._closing or self._seek_to is not None or room

    def close(self) -> None:
        """End the thread and close the file; may be called twice."""
        with self._ready:
            self._closing = True
            self._ready.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        for sound in filter(None, (self._sound, self._clean)):
            sound.close()


class _Reading:
    """One uninterrupted reading of a file from some place on: parts in, hops out."""

    def __init__(self, source: FileSource, frame: int, gap: bool):
        self._source = source
        self._sounds = [sound for sound in (source._sound, source._clean) if sound is not None]
        self._seek(frame)
        # The clean signal is one more channel, so that it stays in step.
        channels = source.channels + (source._clean is not None)
        self._resampler = Resampler(channels, source.file_rate_hz, RATE_HZ)
        self._chunk = max(1, round(CHUNK_S * source.file_rate_hz))
        self._pending = np.zeros((channels, 0), np.float32)
        self._given = self._taken = 0
        self._flushed = False
        # (output sample, position in the file, whether it is a jump) of each stretch that is not given out yet
        self._stretches = deque([(0, frame / source.file_rate_hz, gap)])

    def next_hop(self) -> _Prepared | None:
        """The next hop, or None after the last."""
        while self._pending.shape[1] < HOP and not self._flushed:
            fresh = self._more()
            self._pending = np.concatenate((self._pending, fresh), axis=1)
        if self._pending.shape[1] == 0:
            return None
        samples = np.zeros((len(self._pending), HOP), np.float32)
        part = self._pending[:, :HOP]
        samples[:, : part.shape[1]] = part
        self._pending = self._pending[:, HOP:]
        first, self._given = self._given, self._given + HOP
        while len(self._stretches) > 1 and self._stretches[1][0] <= first:
            self._stretches.popleft()
        at, position_s, jump = self._stretches[0]
        gap = (jump and at == first) or any(first <= start < first + HOP for start, _, _ in list(self._stretches)[1:])
        channels = self._source.channels
        clean = frozen(samples[channels].copy()) if len(samples) > channels else None
        return _Prepared(frozen(samples[:channels].copy()), clean, position_s + (first - at) / RATE_HZ, gap)

    def _seek(self, frame: int) -> None:
        for sound in self._sounds:
            sound.seek(frame)

    def _more(self) -> np.ndarray:
        source = self._source
        frames = min(self._chunk, source._end - self._sounds[0].tell())
        if frames == 0:
            if not source.loop:
                self._flushed = True
                return self._resampler.flush()
            self._seek(source._begin)
            start = round(self._taken * RATE_HZ / source.file_rate_hz)
            self._stretches.append((start, source._begin / source.file_rate_hz, True))
            frames = min(self._chunk, source.file_frames)
        self._taken += frames
        parts = [read_part(sound, frames) for sound in self._sounds]
        parts[1:] = [part[:1] for part in parts[1:]]
        return self._resampler.process(np.concatenate(parts))
