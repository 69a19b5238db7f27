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
        self._failed = False
        self._sound: soundfile.SoundFile | None = None
        with open(path, "wb"):  # a plain reason if it cannot be made; libsndfile has none
            pass
        try:
            self._sound = soundfile.SoundFile(str(path), "w", rate_hz, channels, "PCM_24", format="FLAC")
        except soundfile.LibsndfileError as error:
            raise OSError(None, error.error_string, str(path)) from error

    def write(self, samples: np.ndarray) -> None:
        """Append (n, channels) float32."""
        data = np.ascontiguousarray(samples, dtype=np.float32)
        self.clipped += int(np.count_nonzero(np.abs(data) > 1.0))
        try:
            self._sound.write(data)
        except (soundfile.LibsndfileError, AssertionError) as error:  # fewer than given is an assertion to soundfile
            self._failed = True
            raise OSError(*_reason(self.path), str(self.path)) from error
        self.frames += len(data)

    def _surely(self) -> int:
        """Samples of each channel that are in the file in any case."""
        return max(0, self.frames - BLOCK)

    def update_header(self) -> None:
        """Make the file complete as it stands."""
        self._put_total(self._surely())

    def _put_total(self, frames: int) -> None:
        with open(self.path, "r+b", buffering=0) as file:
            file.seek(_TOTAL_AT)
            head = file.read(1)
            if len(head) == 1:
                file.seek(_TOTAL_AT)
                file.write(bytes([head[0] & 0xF0 | frames >> 32 & 0x0F]) + (frames & 0xFFFFFFFF).to_bytes(4, "big"))

    def close(self) -> None:
        """Complete the file and close it; may be called twice."""
        sound, self._sound = self._sound, None
        if sound is None:
            return
        with contextlib.suppress(soundfile.LibsndfileError):
            sound.close()
        if self._failed or not self._whole():  # the encoder has written a length that is not there
            self._put_total(self._surely())

    def _whole(self) -> bool:
        """Whether the file holds all that was written: the last block had no place on a full disk, and nobody said."""
        try:
            with soundfile.SoundFile(str(self.path)) as sound:
                if sound.frames != self.frames:
                    return False
                if self.frames:
                    sound.seek(self.frames - 1)
                    return len(sound.read(1)) == 1
        except (soundfile.LibsndfileError, RuntimeError, ValueError):
            return False
        return True


def _reason(path: Path) -> tuple[int | None, str]:
    """Why writing failed, as far as can be told: libsndfile does not say."""
    try:
        status = os.statvfs(path)
    except (OSError, AttributeError):
        return None, "the disk took no more"
    if status.f_bavail * status.f_frsize < 1_000_000:
        return errno.ENOSPC, "No space left on device"
    return None, "the disk took no more"
