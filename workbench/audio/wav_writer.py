"""WAV files of 32-bit float samples that are valid at any moment, and may pass 4 GB (RF64, EBU Tech 3306)."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np

_FLOAT_GUID = bytes.fromhex("0300000000001000800000aa00389b71")
_UNKNOWN_32 = 0xFFFFFFFF
RF64_FROM = 2**32 - 2**16
"""File size from which the 64-bit header is written."""


class WavWriter:
    """Appends float32 samples to a WAV file. `update_header` makes what is written so far a complete file.

    Parameters
    ----------
    path : file to create or replace
    channels, rate_hz : int
    rf64_from : int
        Size in bytes from which the header becomes RF64.

    Raises
    ------
    OSError
        The file cannot be created; later from `write` (what was written before stays valid).
    """

    def __init__(self, path: str | Path, channels: int, rate_hz: int, *, rf64_from: int = RF64_FROM):
        self.channels, self.rate_hz = channels, rate_hz
        self.frames = 0
        self._rf64_from = rf64_from
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o644)
        try:
            self._start = len(self._header())
            self.update_header()
        except OSError:
            os.close(self._file)
            raise

    def _format(self) -> bytes:
        block = 4 * self.channels
        tag = 3 if self.channels <= 2 else 0xFFFE
        body = struct.pack("<HHIIHH", tag, self.channels, self.rate_hz, block * self.rate_hz, block, 32)
        if tag == 3:
            return body + struct.pack("<H", 0)
        return body + struct.pack("<HHI", 22, 32, 0) + _FLOAT_GUID

    def _header(self) -> bytes:
        data = 4 * self.channels * self.frames
        fmt = self._format()
        # RIFF id and size, WAVE, 28 bytes kept free for the 64-bit sizes, fmt, fact, data
        total = 12 + 36 + 8 + len(fmt) + 12 + 8 + data
        large = total > self._rf64_from
        if large:
            sizes = struct.pack("<4sIQQQI", b"ds64", 28, total - 8, data, self.frames, 0)
        else:
            sizes = struct.pack("<4sI28x", b"JUNK", 28)
        return b"".join(
            (
                struct.pack("<4sI4s", b"RF64" if large else b"RIFF", _UNKNOWN_32 if large else total - 8, b"WAVE"),
                sizes,
                struct.pack("<4sI", b"fmt ", len(fmt)) + fmt,
                struct.pack("<4sII", b"fact", 4, min(self.frames, _UNKNOWN_32)),
                struct.pack("<4sI", b"data", _UNKNOWN_32 if large else data),
            )
        )

    def _put(self, position: int, data: memoryview) -> None:
        os.lseek(self._file, position, os.SEEK_SET)
        while len(data):
            data = data[os.write(self._file, data) :]

    def write(self, samples: np.ndarray) -> None:
        """Append (n, channels) float32, interleaved as WAV is. On an error nothing of it is kept."""
        end = self._start + 4 * self.channels * self.frames
        data = np.ascontiguousarray(samples, dtype="<f4")
        try:
            self._put(end, memoryview(data).cast("B") if data.size else memoryview(b""))
        except OSError:
            os.ftruncate(self._file, end)
            raise
        self.frames += len(data)

    def update_header(self) -> None:
        """Make the file complete as it stands: a crash from here on loses only what comes later."""
        self._put(0, memoryview(self._header()))

    def close(self) -> None:
        """Complete the file and close it; may be called twice."""
        if self._file >= 0:
            try:
                self.update_header()
            finally:
                os.close(self._file)
                self._file = -1


def repair_wav(path: str | Path) -> float:
    """Bring the header of a file that a `WavWriter` could not close up to what lies on the disk.

    Gives the seconds that are reached again: 0 for a complete file, and for one that was written by another program
    (which is left alone).

    Raises
    ------
    OSError
        The file cannot be read or written.
    """
    with open(path, "rb") as file:
        head = file.read(128)
        size = os.fstat(file.fileno()).st_size
    if head[:4] not in (b"RIFF", b"RF64") or head[8:16] not in (b"WAVEJUNK", b"WAVEds64") or head[48:52] != b"fmt ":
        return 0.0
    (length,) = struct.unpack_from("<I", head, 52)
    tag, channels, rate_hz, _, block, bits = struct.unpack_from("<HHIIHH", head, 56)
    data_at = 56 + length + 12
    start = data_at + 8
    if head[data_at : data_at + 4] != b"data" or bits != 32 or block != 4 * channels or tag not in (3, 0xFFFE):
        return 0.0
    (data,) = struct.unpack_from("<I", head, data_at + 4)
    if head[:4] == b"RF64":
        (data,) = struct.unpack_from("<Q", head, 28)
    before, there = data // block, max(0, size - start) // block
    if there <= before and size <= start + data:
        return 0.0
    writer = WavWriter.__new__(WavWriter)
    writer.channels, writer.rate_hz, writer.frames, writer._rf64_from = channels, rate_hz, there, RF64_FROM
    writer._file = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    writer._start = start
    try:
        os.ftruncate(writer._file, start + there * block)
    finally:
        writer.close()
    return (there - before) / rate_hz
