"""One uninterrupted reading of a sound file from some place on: parts in, hops of 48 kHz out."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbench.audio.files import read_part
from workbench.audio.protocols import HOP, RATE_HZ
from workbench.audio.resampler import Resampler
from workbench.audio.sound_parts import Sound
from workbench.core.messages import frozen

CHUNK_S = 0.1
FADE_S = 0.01
"""Crossfade at the seam of a region that loops."""


def equal_power(length: int) -> tuple[np.ndarray, np.ndarray]:
    """What rises and what falls, (length,) float32: for sounds that have nothing to do with each other."""
    turn = 0.5 * np.pi * (np.arange(length) + 0.5) / length
    return np.sin(turn).astype(np.float32), np.cos(turn).astype(np.float32)


_RISE, _FALL = equal_power(HOP)
_RAMP = ((np.arange(HOP) + 0.5) / HOP).astype(np.float32)


@dataclass(frozen=True, slots=True)
class PreparedHop:
    """A hop that waits for the reader; the index is given when it is read. `recorded`: see `Block`."""

    samples: np.ndarray
    clean: np.ndarray | None
    position_s: float
    gap: bool
    recorded: Any = None


def crossfaded(before: PreparedHop, after: PreparedHop, alike: bool) -> PreparedHop:
    """`after`, with `before` fading out under it. `alike`: both are the same sound, whose level shall stay."""
    rise, fall = (_RAMP, 1 - _RAMP) if alike else (_RISE, _FALL)

    def mixed(old: np.ndarray | None, new: np.ndarray | None) -> np.ndarray | None:
        if old is None or new is None or old.shape != new.shape:
            return new
        return frozen(fall * old + rise * new)

    return replace(
        after,
        samples=mixed(before.samples, after.samples),
        clean=mixed(before.clean, after.clean),
    )


class FileReading:
    """Reads a file from a place on.

    Parameters
    ----------
    sounds : open sound files of one rate and length
        All channels of the first are read, and the first channel of each other one.
    begin, end : int
        Samples of the region, at the file's rate.
    frame : int
        Where to begin.
    loop : bool
    fade : bool
        Crossfade the end of the region into its beginning, so that a round is shorter by FADE_S.
    gap : bool
        Whether the first hop is a jump.
    """

    def __init__(
        self,
        sounds: list[Sound],
        begin: int,
        end: int,
        frame: int,
        *,
        loop: bool,
        fade: bool = False,
        gap: bool = False,
    ):
        self._sounds = sounds
        self._rate_hz = sounds[0].samplerate
        self._fade = round(FADE_S * self._rate_hz) if fade and loop else 0
        self._begin, self._stop, self._loop = begin, end - self._fade, loop
        frame = min(frame, self._stop - 1)
        self._seek(frame)
        self.channels = sounds[0].channels
        # The clean signal is one more channel, so that it stays in step.
        channels = self.channels + len(sounds) - 1
        self._resampler = Resampler(channels, self._rate_hz, RATE_HZ)
        self._chunk = max(1, round(CHUNK_S * self._rate_hz))
        self._pending = np.zeros((channels, 0), np.float32)
        self._given = self._taken = 0
        self._flushed = False
        # (output sample, position in the file, whether it is a jump) of each stretch that is not given out yet
        self._stretches = deque([(0, frame / self._rate_hz, gap)])

    def next_hop(self) -> PreparedHop | None:
        """The next hop, or None after the last. Raises InputError when the file is damaged here."""
        while self._pending.shape[1] < HOP and not self._flushed:
            self._pending = np.concatenate((self._pending, self._more()), axis=1)
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
        clean = frozen(samples[self.channels].copy()) if len(samples) > self.channels else None
        return PreparedHop(frozen(samples[: self.channels].copy()), clean, position_s + (first - at) / RATE_HZ, gap)

    def _seek(self, frame: int) -> None:
        for sound in self._sounds:
            sound.seek(frame)

    def _read(self, frames: int) -> np.ndarray:
        parts = [read_part(sound, frames) for sound in self._sounds]
        parts[1:] = [part[:1] for part in parts[1:]]
        return np.concatenate(parts)

    def _more(self) -> np.ndarray:
        frames = min(self._chunk, self._stop - self._sounds[0].tell())
        if frames > 0:
            self._taken += frames
            return self._resampler.process(self._read(frames))
        if not self._loop:
            self._flushed = True
            return self._resampler.flush()
        tail = self._read(self._fade) if self._fade else None
        self._seek(self._begin)
        start = round(self._taken * RATE_HZ / self._rate_hz)
        self._stretches.append((start, self._begin / self._rate_hz, True))
        frames = min(self._chunk, self._stop - self._begin)
        data = self._read(frames)
        if tail is not None:
            rise, fall = equal_power(self._fade)
            data[:, : self._fade] = rise * data[:, : self._fade] + fall * tail
        self._taken += frames
        return self._resampler.process(data)
