"""Labelled samples of a room: somebody walks from mark to mark and speaks; what the array heard there is kept.

Speech is told from pauses by its level over the quietest moments. A sample is a span of speech as long as the
localizer's window; when a mark has enough of them, its sound is written as one file with the label in its name.
"""

from __future__ import annotations

import logging
import math
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

from workbench.core.errors import InputError
from workbench.core.geometry import wrap_deg
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.localize.frames import WINDOW_SAMPLES
from workbench.localize.recordings import recording_name

log = logging.getLogger(__name__)

MARKS = 10
SAMPLES_A_MARK = 10
SPEECH_OVER_FLOOR_DB = 10.0
FLOOR_RISE_DB_S = 1.0
LONGEST_S = 60.0
"""Of sound at one mark: the oldest is left out beyond that, so that memory is bounded."""
AIM_DBFS = (-45.0, -12.0)
"""RMS of speech that is neither lost in noise nor clipped."""


def mark_azimuths_deg(marks: int) -> tuple[float, ...]:
    """Marks evenly around the array, from the front to the left, in (-180, 180]."""
    return tuple(
        180.0 if abs(azimuth) == 180 else azimuth for azimuth in map(float, wrap_deg(360.0 * np.arange(marks) / marks))
    )


@dataclass(frozen=True, slots=True)
class WalkState:
    """How the walk stands.

    samples : of speech at each mark; wanted : how many each shall have
    level_dbfs : RMS of the newest hop, over the microphones
    snr_db : speech over the floor, None while there was no speech
    speech_s : of speech in all
    """

    azimuth_deg: tuple[float, ...]
    wanted: int
    mark: int = 0
    samples: tuple[int, ...] = ()
    paused: bool = True
    level_dbfs: float = -math.inf
    snr_db: float | None = None
    speech_s: float = 0.0
    files: tuple[str, ...] = ()
    error: str = ""

    @property
    def finished(self) -> bool:
        """No mark is left."""
        return self.mark >= len(self.azimuth_deg)

    @property
    def total(self) -> int:
        """Samples of all marks."""
        return sum(self.samples)


class WalkRecorder:
    """Collects samples mark by mark; `push` is for the audio thread, everything else for one other thread.

    Parameters
    ----------
    folder : Path
        Gets one file a mark.
    mics : int
    distance_m : float
        Of the marks from the array.
    marks, wanted : int
        How many marks, and samples of speech at each.

    Raises
    ------
    InputError
        The folder cannot be made, or a number makes no sense.
    """

    def __init__(
        self, folder: str | Path, mics: int, distance_m: float, marks: int = MARKS, wanted: int = SAMPLES_A_MARK
    ):
        if not 4 <= marks <= 36:
            raise InputError(f"{marks} marks: 4 to 36 make sense")
        if not 0.2 <= distance_m <= 10:
            raise InputError(f"{distance_m:g} m: the marks have to be 0.2 to 10 m from the array")
        self.folder, self.distance_m = Path(folder), distance_m
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{self.folder}: cannot be made ({error.strerror})") from error
        self.state = WalkState(mark_azimuths_deg(marks), wanted, samples=(0,) * marks)
        self._mics = mics
        self._line = np.zeros((mics, round(LONGEST_S * RATE_HZ / HOP) * HOP), np.float32)
        self._lock = threading.Lock()
        self._forget()
        self._floor_dbfs = math.inf
        self._speech_power, self._speech_hops = 0.0, 0

    def _forget(self) -> None:
        self._length, self._active = 0, 0

    def push(self, heard: np.ndarray) -> None:
        """One hop (mics, HOP) float32. Allocates nothing that grows, and never waits long."""
        power = float(np.mean(np.square(heard), dtype=np.float64))
        level_dbfs = 10 * math.log10(power) if power > 0 else -math.inf
        state = self.state
        if math.isfinite(level_dbfs):
            risen = self._floor_dbfs + FLOOR_RISE_DB_S * HOP / RATE_HZ
            self._floor_dbfs = min(level_dbfs, risen) if math.isfinite(self._floor_dbfs) else level_dbfs
        if state.paused or state.finished:
            self.state = replace(state, level_dbfs=level_dbfs)
            return
        speech = level_dbfs > self._floor_dbfs + SPEECH_OVER_FLOOR_DB
        with self._lock:
            at = self._length % self._line.shape[1]  # after a long silence what came first is written over
            self._line[:, at : at + HOP] = heard
            self._length += HOP
            self._active += speech
            samples = min(state.wanted, self._active * HOP // WINDOW_SAMPLES)
        if speech:
            self._speech_power += power
            self._speech_hops += 1
        if self._speech_hops:
            speech_dbfs = 10 * math.log10(self._speech_power / self._speech_hops)
            snr_db = speech_dbfs - self._floor_dbfs
        else:
            snr_db = None
        counted = list(state.samples)
        counted[state.mark] = samples
        self.state = replace(
            self.state,
            samples=tuple(counted),
            level_dbfs=level_dbfs,
            snr_db=snr_db,
            speech_s=self._speech_hops * HOP / RATE_HZ,
        )

    def _sound(self) -> np.ndarray:
        """What was heard at this mark, the oldest first: (mics, n), a copy."""
        size = self._line.shape[1]
        if self._length <= size:
            return self._line[:, : self._length].copy()
        return np.roll(self._line, -(self._length % size), axis=1)

    @property
    def mark_done(self) -> bool:
        """The present mark has enough."""
        state = self.state
        return not state.finished and state.samples[state.mark] >= state.wanted

    def pause(self, paused: bool) -> None:
        """Halt, or go on."""
        self.state = replace(self.state, paused=paused)

    def keep_mark(self) -> None:
        """Write what this mark has and go to the next one; without a sample of speech, as `skip_mark`. What goes wrong
        stands in the state, and the mark stays."""
        state = self.state
        if state.finished:
            return
        self.pause(True)
        with self._lock:
            sound, samples = self._sound(), state.samples[state.mark]
        if samples == 0:
            self.skip_mark()
            return
        path = self.folder / recording_name(state.azimuth_deg[state.mark], self.distance_m, state.mark + 1)
        try:
            # FLAC holds eight channels; a recording of more goes into a WAV.
            if self._mics <= 8:
                soundfile.write(path, np.clip(sound.T, -1, 1 - 2**-23), RATE_HZ, "PCM_24")
            else:
                path = path.with_suffix(".wav")
                soundfile.write(path, sound.T, RATE_HZ, "FLOAT")
        except (OSError, soundfile.SoundFileError) as error:
            path.unlink(missing_ok=True)
            self.state = replace(self.state, error=f"{path}: cannot be written ({error})")
            return
        self.state = replace(self.state, files=(*self.state.files, path.name), error="")
        self._next()

    def skip_mark(self) -> None:
        """Leave this mark out."""
        if self.state.finished:
            return
        samples = list(self.state.samples)
        samples[self.state.mark] = 0
        self.state = replace(self.state, samples=tuple(samples))
        self._next()

    def _next(self) -> None:
        with self._lock:
            self._forget()
        mark = self.state.mark + 1
        self.state = replace(self.state, mark=mark, paused=mark >= len(self.state.azimuth_deg))

    def back(self) -> None:
        """To the mark before; its file, if there is one, is recorded anew."""
        state = self.state
        if state.mark == 0:
            return
        mark = state.mark - 1
        name = recording_name(state.azimuth_deg[mark], self.distance_m, mark + 1)
        samples = list(state.samples)
        for number in range(mark, len(samples)):
            samples[number] = 0
        kept = []
        for file in state.files:
            if Path(file).stem == Path(name).stem:
                (self.folder / file).unlink(missing_ok=True)
            else:
                kept.append(file)
        with self._lock:
            self._forget()
        self.state = replace(state, mark=mark, samples=tuple(samples), files=tuple(kept), paused=True)
