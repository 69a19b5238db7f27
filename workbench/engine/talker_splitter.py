"""Splits the array's sound into its talkers: a beam locked to each track, enhanced, into a file of its own.

Sound waits for a second and a half: by then the localizer has said who was to be heard in it and where, so a talker's
file begins with the first word, and the beam points to where the talker was and not to where the track lagged behind.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.core.geometry import MicrophoneArray
from workbench.core.messages import Localization
from workbench.core.params import Params
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.talker_files import TalkerFile, TalkerFolder
from workbench.engine.talker_paths import PathBook, TalkerPath
from workbench.engine.talker_voice import TalkerVoice, talker_params

HOP_S = HOP / RATE_HZ
DELAY_HOPS = 150
MOST = 4
"""Talkers at once: each costs about as much as the chain's own beam and enhancement."""
_NEAR_S = 0.6 * HOP_S
_AHEAD = 100
_IDLE_S = 0.5
"""Somebody new takes the place of a talker who has been silent for so long, if there is no other."""


@dataclass(slots=True)
class _Voice:
    """Somebody whose file is open. `skip` samples are still the voice's delay; `end` is the last sample, once known."""

    path: TalkerPath
    voice: TalkerVoice
    file: TalkerFile
    skip: int
    written_s: float = -1.0
    end: int | None = None


class TalkerSplitter:
    """Takes hops and the localizer's updates in the calling thread.

    Parameters
    ----------
    array : MicrophoneArray
    folder : Path, made if need be; see `TalkerFolder`
    kind : "wav" or "flac"
    most : int
        Talkers at once.

    Raises
    ------
    InputError, EarshotError
        See `TalkerFolder`.
    """

    def __init__(self, array: MicrophoneArray, folder: str | Path, kind: str = "wav", most: int = MOST):
        self.folder = TalkerFolder(folder, kind, array.name)
        self.notice = ""
        """Why talkers are enhanced in another way than was asked for; else empty."""
        self._array, self._most = array, most
        self._book = PathBook()
        self._waiting: deque[tuple[float, np.ndarray, Params]] = deque()
        self._ahead: deque[Localization] = deque(maxlen=_AHEAD)
        self._done = 0
        self._voices: list[_Voice] = []
        self._idle: list[TalkerVoice] = []
        self._recorded: set[int] = set()

    @property
    def numbers(self) -> tuple[int, ...]:
        """Talkers whose files are open."""
        return tuple(voice.path.number for voice in self._voices if voice.end is None)

    @property
    def seconds(self) -> float:
        """Length of the recording so far."""
        return (self._done + len(self._waiting)) * HOP_S

    def push(self, x: np.ndarray, time_s: float, params: Params) -> None:
        """Take one hop (mics, HOP) float32, `time_s` on the source's clock. The array may not change."""
        self._waiting.append((time_s, x, params))
        for update in [one for one in self._ahead if abs(one.time_s - time_s) <= _NEAR_S]:
            self._ahead.remove(update)
            self._take(update, self._done + len(self._waiting) - 1)
        if len(self._waiting) > DELAY_HOPS:
            self._step()

    def push_silence(self, hops: int, params: Params) -> None:
        """Hops that were lost: files keep time, and the list says where."""
        self.note_gap(hops * HOP_S)
        silence = np.zeros((self._array.mics, HOP), dtype=np.float32)
        for _ in range(hops):
            self.push(silence, np.nan, params)

    def note_gap(self, lost_s: float = 0.0) -> None:
        """Sound is missing before the next hop."""
        at_s = self.seconds
        self.folder.note_gap(at_s, lost_s)
        for voice in self._voices:
            voice.file.gaps.append({"at_s": round(at_s, 3), "lost_s": round(lost_s, 3)})

    def locate(self, update: Localization) -> None:
        """Take an update; the sound it tells of may be pushed before or after."""
        times_s = np.array([time_s for time_s, _, _ in self._waiting])
        near = np.flatnonzero(np.abs(times_s - update.time_s) <= _NEAR_S)  # more than one where the source jumped back
        if len(near):
            self._take(update, self._done + int(near[-1]))
        else:
            self._ahead.append(update)

    def _take(self, update: Localization, position: int) -> None:
        self._book.take(update.tracks, position * HOP_S)

    def _step(self) -> None:
        _, x, params = self._waiting.popleft()
        self._hop(x, params)

    def _hop(self, x: np.ndarray, params: Params) -> None:
        now_s = self._done * HOP_S
        for path in list(self._book.paths.values()):
            speaks = path.begin_s < now_s + HOP_S and path.silent_s(now_s) < _IDLE_S
            if speaks and path.number not in self._recorded and not (path.ended and path.end_s < now_s):
                self._begin(path, now_s)
        params = talker_params(params)
        for voice in list(self._voices):
            self._feed(voice, x, params, now_s)
        self._done += 1
        self._book.forget_before(now_s - 2.0)
        self._recorded &= set(self._book.paths)

    def _begin(self, path: TalkerPath, now_s: float) -> None:
        """Give a talker a voice and a file; when all are taken, that of somebody who has been silent for a while."""
        taken = [voice for voice in self._voices if voice.end is None]
        if len(taken) >= self._most:
            quiet = max(taken, key=lambda voice: voice.path.silent_s(now_s))
            if quiet.path.silent_s(now_s) < _IDLE_S:
                self.folder.leave_out(path.number)
                return
            quiet.end = self._done * HOP
            self._recorded.discard(quiet.path.number)
        self._recorded.add(path.number)
        voice = self._idle.pop() if self._idle else TalkerVoice(self._array)
        voice.reset()
        self._voices.append(_Voice(path, voice, self.folder.begin(path.number, now_s), voice.latency))

    def _feed(self, voice: _Voice, x: np.ndarray, params: Params, now_s: float) -> None:
        path, file = voice.path, voice.file
        if voice.end is None and path.ended and path.end_s < now_s:
            voice.end = self._done * HOP
        others_rad = tuple(
            other.azimuth_rad(now_s)
            for other in self._book.paths.values()
            if other is not path and other.begin_s <= now_s and not (other.ended and other.end_s < now_s)
        )
        out = voice.voice.process(x, params, path.azimuth_rad(now_s), others_rad)
        self.notice = voice.voice.notice
        skipped = min(voice.skip, HOP)
        voice.skip -= skipped
        out = out[skipped:]
        if voice.end is not None:
            out = out[: max(0, voice.end - round((file.start_s + file.seconds) * RATE_HZ))]
        file.write(out)
        for point in path.points:
            if voice.written_s < point.time_s <= now_s and voice.end is None:
                file.write_point(point)
                voice.written_s = point.time_s
        if voice.end is not None and round((file.start_s + file.seconds) * RATE_HZ) >= voice.end:
            self.folder.end(file)
            self._voices.remove(voice)
            self._idle.append(voice.voice)

    def finish(self) -> None:
        """All that was pushed into the files, and the files complete."""
        params = self._waiting[-1][2] if self._waiting else Params()
        while self._waiting:
            self._step()
        seconds = self._done * HOP_S
        for voice in self._voices:
            voice.end = self._done * HOP if voice.end is None else voice.end
        silence = np.zeros((self._array.mics, HOP), dtype=np.float32)
        while self._voices:
            self._hop_of_the_end(silence, params)
        self.folder.close(seconds)

    def _hop_of_the_end(self, silence: np.ndarray, params: Params) -> None:
        """What the voices still hold."""
        for voice in list(self._voices):
            self._feed(voice, silence, talker_params(params), self._done * HOP_S)
        self._done += 1

    def abandon(self) -> None:
        """Close the files as they stand: writing is no longer possible."""
        for file in list(self.folder.open):
            file.close()
