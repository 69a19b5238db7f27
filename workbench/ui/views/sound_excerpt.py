"""A stretch of what the spectrograms show, as numbers that can be saved."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from workbench.ui.views.sound_history import SoundHistory

CHUNK = 256
"""Columns that are written in one go: between two of them the saving can be ended."""
PIECE = 2**20
"""Bytes that are packed in one go."""


@dataclass(frozen=True)
class Excerpt:
    """Spectrum columns of both sides.

    Attributes
    ----------
    time_s : (N,) float64, the source's time of each column; NaN where a hop never came
    frequency_hz : (B,) float64
    before_dbfs, after_dbfs : (N, B) float32, NaN where a hop never came
    pitch_hz : (N,) float64, 0 where unvoiced
    """

    time_s: np.ndarray
    frequency_hz: np.ndarray
    before_dbfs: np.ndarray
    after_dbfs: np.ndarray
    pitch_hz: np.ndarray


def take_excerpt(history: SoundHistory, first: int, end: int) -> Excerpt:
    """Columns first … end − 1 of a history, as far as it has them; a copy."""
    slots = history.slots(max(first, history.oldest), min(end, history.count))
    return Excerpt(
        time_s=history.time_s[slots],
        frequency_hz=np.arange(history.bins) * history.bin_hz,
        before_dbfs=history.before_dbfs[slots].astype(np.float32),
        after_dbfs=history.after_dbfs[slots].astype(np.float32),
        pitch_hz=history.pitch_hz[slots],
    )


def npz_bytes(excerpt: Excerpt, progress: Callable[[float], None] | None = None) -> bytes:
    """The excerpt as a NumPy archive whose arrays have the names of its attributes; `progress` as in `csv_text`."""
    arrays = {name: getattr(excerpt, name) for name in (field.name for field in fields(excerpt))}
    total, done = sum(array.nbytes for array in arrays.values()), 0
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array_header_1_0(member, np.lib.format.header_data_from_array_1_0(array))
                content = memoryview(np.ascontiguousarray(array)).cast("B")
                for start in range(0, len(content), PIECE):
                    if progress is not None:
                        progress(done / max(1, total))
                    member.write(content[start : start + PIECE])
                    done += len(content[start : start + PIECE])
    return file.getvalue()


def csv_text(excerpt: Excerpt, progress: Callable[[float], None] | None = None) -> str:
    """The excerpt as a table: two rows a column of sound, `before` and `after`, one field a frequency.

    The head names the fields: time_s, pitch_hz, side, then the frequencies in Hz; levels are dBFS to 0.01 dB, missing
    ones empty. `progress` is called with the share that is done, and may raise to end it.
    """
    lines = ["time_s,pitch_hz,side," + ",".join(f"{hz:.6g}" for hz in excerpt.frequency_hz)]
    for start in range(0, len(excerpt.time_s), CHUNK):
        if progress is not None:
            progress(start / len(excerpt.time_s))
        for place in range(start, min(start + CHUNK, len(excerpt.time_s))):
            head = f"{_field(excerpt.time_s[place], 4)},{_field(excerpt.pitch_hz[place], 1)}"
            for side, levels in (("before", excerpt.before_dbfs), ("after", excerpt.after_dbfs)):
                row = levels[place]
                missing = bool(np.isnan(row[0]))
                fields = "," * (len(row) - 1) if missing else ",".join(map("{:.2f}".format, row.tolist()))
                lines.append(f"{head},{side},{fields}")
    return "\n".join(lines) + "\n"


def _field(value: float, decimals: int) -> str:
    return "" if np.isnan(value) else f"{value:.{decimals}f}"
