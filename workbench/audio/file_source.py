"""A sound file as a source: read ahead in a thread, resampled to 48 kHz, cut into hops."""

from __future__ import annotations

import logging
import threading
from collections import deque
from pathlib import Path

from workbench.audio.file_reading import FileReading, PreparedHop, crossfaded
from workbench.audio.files import duration_s, open_sound
from workbench.audio.protocols import HOP, RATE_HZ
from workbench.audio.sound_parts import Sound
from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray
from workbench.core.messages import Block

log = logging.getLogger(__name__)

PREFETCH_HOPS = 100
SEEK_HOPS = 10
"""So many hops from the new place are ready before a seek takes effect; until then the old place goes on."""
SHORTEST_REGION_S = 0.1


class FileSource:
    """A multichannel sound file (anything that libsndfile reads) at 48 kHz.

    All hops together are what resampling the whole file gives, however they are read. The last hop is filled up with
    zeros; `length_samples` tells how many samples count.

    Parameters
    ----------
    path : sound file
    loop : bool
        Go on at the region's start when its end is reached, without a seam.
    region_s : (float, float or None) or None
        Play only this part of the file; no end = to the file's end, None = all of it.
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
        region_s: tuple[float, float | None] | None = None,
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
        self._first = self._begin
        self._faded_loop = False
        self._ready = threading.Condition()
        self._hops: deque[PreparedHop] = deque()
        self._seek_to: int | None = None
        self._resumes = False
        self._seeking = False
        self._ended = self._closing = False
        self._error: InputError | None = None
        self._thread: threading.Thread | None = None

    def _region(self, region_s: tuple[float, float | None] | None) -> tuple[int, int]:
        if region_s is None:
            return 0, self._sound.frames
        begin_s, end_s = region_s[0], self.duration_s if region_s[1] is None else region_s[1]
        begin, end = (round(time_s * self.file_rate_hz) for time_s in (begin_s, end_s))
        if not 0 <= begin < end <= self._sound.frames:
            self._sound.close()
            raise InputError(f"{self.path}: {begin_s:g} to {end_s:g} s is not a part of its {self.duration_s:.2f} s")
        return begin, end

    def _open_clean(self, path: str | Path) -> Sound:
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
    def region_s(self) -> tuple[float, float]:
        """The part of the file that is played, in seconds."""
        return self._begin / self.file_rate_hz, self._end / self.file_rate_hz

    @property
    def seeking(self) -> bool:
        """A seek has been asked for and is still being prepared."""
        return self._seeking

    @property
    def finished(self) -> bool:
        """Everything has been read (never while it loops)."""
        with self._ready:
            return self._ended and not self._hops and self._error is None and not self._seeking

    def seek(self, position_s: float) -> None:
        """Go on from another place in the file, inside the region; from any thread, and nothing waits.

        The old place goes on until sound of the new one is there, some milliseconds later, and fades into it over a
        hop, which carries `gap`.
        """
        with self._ready:
            self._go_to(min(max(round(position_s * self.file_rate_hz), self._begin), self._end - 1), resumes=False)

    def set_region(self, region_s: tuple[float, float] | None) -> None:
        """Loop this part of the file from now on, with a crossfade at its seam; None: all of it, without one.

        Where the present place is inside, the sound goes on as if nothing had happened.

        Raises
        ------
        InputError
            Not inside the file, or shorter than SHORTEST_REGION_S.
        """
        begin, end = 0, self._sound.frames
        if region_s is not None:
            begin, end = (min(max(round(time_s * self.file_rate_hz), 0), end) for time_s in region_s)
            if end - begin < SHORTEST_REGION_S * self.file_rate_hz:
                raise InputError(f"{self.path.name}: a loop needs at least {SHORTEST_REGION_S:g} s of the file")
        with self._ready:
            self._begin, self._end, self._faded_loop = begin, end, region_s is not None
            here = round(self._position_s * self.file_rate_hz)
            inside = begin <= here < end
            self._go_to(here if inside else begin, resumes=inside)

    def _go_to(self, frame: int, resumes: bool) -> None:
        """With the lock held. `resumes`: it is the place where the sound is now."""
        if self._thread is None:
            self._first, self._position_s = frame, frame / self.file_rate_hz
            return
        self._seek_to, self._resumes, self._seeking = frame, resumes, True
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
            if len(self._hops) <= PREFETCH_HOPS // 2:  # waking a thread for each hop costs more than its reading
                self._ready.notify_all()
        self._position_s = hop.position_s + HOP / RATE_HZ
        block = Block(hop.samples, self._index, hop.position_s, hop.gap, clean=hop.clean, recorded=hop.recorded)
        self._index += HOP
        return block

    def _has_something(self) -> bool:
        return bool(self._hops) or (not self._seeking and (self._ended or self._error is not None))

    # ---- the prefetching thread ----------------------------------------------------------------------------

    def prepared(self, hop: PreparedHop) -> PreparedHop:
        """A hop as `read` shall give it; called by the thread that reads ahead. Raises InputError."""
        return hop

    def _reading(self, frame: int, gap: bool) -> FileReading:
        sounds = [sound for sound in (self._sound, self._clean) if sound is not None]
        return FileReading(
            sounds, self._begin, self._end, frame, loop=self.loop or self._faded_loop, fade=self._faded_loop, gap=gap
        )

    def _prefetch(self) -> None:
        reading = self._reading(self._first, gap=False)
        fresh: deque[PreparedHop] | None = None  # what is read at the place that a seek goes to
        while True:
            with self._ready:
                if fresh is None:
                    self._ready.wait_for(self._has_work)
                if self._closing:
                    return
                target, self._seek_to = self._seek_to, None
            hop, error = None, None
            try:
                if target is not None:
                    fresh = deque()
                    reading = self._reading(target, gap=not self._resumes)
                hop = reading.next_hop()
                hop = self.prepared(hop) if hop is not None else None
            except InputError as failure:
                hop, error = None, failure
            except Exception as failure:  # whoever reads must hear of it, or would wait for ever
                log.exception("%s: reading ahead failed", self.path)
                hop, error = None, InputError(f"{self.path}: cannot be read on ({failure!r})")
            with self._ready:
                if self._seek_to is not None:
                    continue
                waiting = self._hops if fresh is None else fresh
                if hop is not None:
                    waiting.append(hop)
                if fresh is not None and self._take_over(fresh, hop is None):
                    fresh = None
                if hop is None and fresh is None:
                    self._ended, self._error = True, error
                self._ready.notify_all()

    def _take_over(self, fresh: deque[PreparedHop], ended: bool) -> bool:
        """Go over to the hops of the new place, once there are enough; with the lock held."""
        before = self._hops[0] if self._hops else None
        if self._resumes and before is not None:  # what was played meanwhile must not come again
            while fresh and fresh[0].position_s < before.position_s - 0.5 * HOP / RATE_HZ:
                fresh.popleft()
        if len(fresh) < SEEK_HOPS and not ended:
            return False
        if before is not None and fresh:
            fresh[0] = crossfaded(before, fresh[0], alike=self._resumes)
        self._hops, self._seeking = fresh, False
        self._ended, self._error = False, None
        return True

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
