"""FLAC files of 24-bit samples that open at any moment: after a kill or a full disk too."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

import numpy as np
import soundfile

from workbench.audio.files import FLAC_CHANNELS

BLOCK = 8192
"""No encoder of libsndfile holds back more samples than this (its blocks are of 4096)."""

_TOTAL_AT = 21
"""Where STREAMINFO's 36 bits of the number of samples begin in the file, in the middle of this byte (RFC 9639, 8.2)."""


class FlacWriter:
    """Appends float32 samples, of which those beyond full scale are clipped, to a FLAC file.

    libsndfile writes the length only when the file is closed; a file without it has no end that programs can find.
    `update_header` puts the length of what surely lies in the file into its header, so that it can be opened there
    and then; a block of 0.2 s at most is left out until `close`.

    The encoder itself leaves a file that nobody can open until its first block is full. So there is one with a single
    sample of silence first; the encoder gets its sound only when that fills its first blocks, and then its file takes
    the place of that one.

    Parameters
    ----------
    path : file to create or replace
    channels : int, at most 8
    rate_hz : int

    Raises
    ------
    OSError
        The file cannot be created; later from `write` (what was written before stays valid).
    ValueError
        More channels than FLAC holds.
    """

    def __init__(self, path: str | Path, channels: int, rate_hz: int):
        if channels > FLAC_CHANNELS:
            raise ValueError(f"FLAC holds {FLAC_CHANNELS} channels, not {channels}")
        self.channels, self.rate_hz = channels, rate_hz
        self.path = Path(path)
        self.frames = 0
        self.clipped = 0
        """Samples beyond full scale so far."""
        self._failed = self._closed = False
        self._sound: soundfile.SoundFile | None = None
        self._held: list[np.ndarray] = []
        """What came before the encoder's file has begun."""
        self._replace(np.zeros((1, channels), np.float32), finished=True)

    def write(self, samples: np.ndarray) -> None:
        """Append (n, channels) float32."""
        data = np.ascontiguousarray(samples, dtype=np.float32)
        self.clipped += int(np.count_nonzero(np.abs(data) > 1.0))
        if self._sound is None:
            self._held.append(data.copy())
            if sum(map(len, self._held)) > BLOCK:
                before, self.frames = self.frames, 0  # should there be no room for it, nothing is in the file
                self._sound = self._replace(self._take_held(), finished=False)
                self.frames = before
        else:
            self._encode(self._sound, data)
        self.frames += len(data)

    def _take_held(self) -> np.ndarray:
        held, self._held = np.concatenate(self._held), []
        return held

    def _encode(self, sound: soundfile.SoundFile, data: np.ndarray) -> None:
        try:
            sound.write(data)
        except (soundfile.LibsndfileError, AssertionError) as error:  # fewer than given is an assertion to soundfile
            self._failed = True
            raise OSError(*_reason(self.path), str(self.path)) from error

    def _replace(self, data: np.ndarray, *, finished: bool) -> soundfile.SoundFile:
        """A new file of (n, channels) `data` in the place of the one before, which stays until this one can be opened.

        Windows renames no open file: there it is written over.
        """
        fresh = self.path if os.name == "nt" else self.path.with_name(f".{self.path.name}.new")
        try:
            with open(fresh, "wb"):  # a plain reason if it cannot be made; libsndfile has none
                pass
            sound = soundfile.SoundFile(str(fresh), "w", self.rate_hz, self.channels, "PCM_24", format="FLAC")
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from error
        except soundfile.LibsndfileError as error:
            raise OSError(None, error.error_string, str(self.path)) from error
        try:
            self._encode(sound, data)
            if finished:
                _close(sound)
                if not _whole(fresh, len(data)):
                    raise OSError(*_reason(self.path), str(self.path))
            else:
                _put_total(fresh, len(data) - BLOCK)
            os.replace(fresh, self.path)
        except OSError:
            self._failed = True
            _close(sound)
            if fresh != self.path:
                fresh.unlink(missing_ok=True)
            raise
        return sound

    def _surely(self) -> int:
        """Samples of each channel that are in the file in any case."""
        return max(1, self.frames - BLOCK)

    def update_header(self) -> None:
        """Make the file complete as it stands."""
        if self._sound is not None:
            _put_total(self.path, self._surely())

    def close(self) -> None:
        """Complete the file and close it; may be called twice.

        Raises
        ------
        OSError
            A recording shorter than 0.2 s has no room on the disk. Of a longer one the file holds what had room.
        """
        closed, self._closed = self._closed, True
        if closed:
            return
        if self._sound is not None:
            _close(self._sound)
            if self._failed or not _whole(self.path, self.frames):  # the encoder has written a length that is not there
                _put_total(self.path, self._surely())
        elif self._held and not self._failed:
            self._replace(self._take_held(), finished=True)


def _close(sound: soundfile.SoundFile) -> None:
    with contextlib.suppress(soundfile.LibsndfileError):
        sound.close()


def _whole(path: Path, frames: int) -> bool:
    """Whether a file holds so many samples: the last block had no place on a full disk, and nobody said."""
    try:
        with soundfile.SoundFile(str(path)) as sound:
            if sound.frames != frames:
                return False
            sound.seek(frames - 1)
            return len(sound.read(1)) == 1
    except (soundfile.LibsndfileError, RuntimeError, ValueError):
        return False


def _put_total(path: Path, frames: int) -> None:
    """Write a file's length into its header, where there is one."""
    with open(path, "r+b", buffering=0) as file:
        file.seek(_TOTAL_AT)
        head = file.read(1)
        if len(head) == 1:
            file.seek(_TOTAL_AT)
            file.write(bytes([head[0] & 0xF0 | frames >> 32 & 0x0F]) + (frames & 0xFFFFFFFF).to_bytes(4, "big"))


def _reason(path: Path) -> tuple[int | None, str]:
    """Why writing failed, as far as can be told: libsndfile does not say."""
    try:
        status = os.statvfs(path)
    except (OSError, AttributeError):
        return None, "the disk took no more"
    if status.f_bavail * status.f_frsize < 1_000_000:
        return errno.ENOSPC, "No space left on device"
    return None, "the disk took no more"
