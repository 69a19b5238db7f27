"""A sound file's outline over any span, coarse first: little is read of a long one, and memory stays small."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import soundfile

from workbench.audio.files import duration_s, open_sound
from workbench.audio.sound_parts import JoinedSound
from workbench.core.messages import frozen
from workbench.core.timeline import Overview

EXCERPT = 1024
"""Samples that are read for a column at a time."""
MORE_EXCERPTS = 8
EXACT_COLUMN = 48_000
"""Columns of up to so many samples are read whole."""
EMIT_EVERY = 64
_STRIDES = (32, 16, 8, 4, 2, 1)


class OverviewReader:
    """Reads the outline of one file.

    Parameters
    ----------
    path : sound file

    Raises
    ------
    InputError
        See `workbench.audio.files.open_sound`.
    """

    def __init__(self, path: str | Path):
        self._sound = open_sound(path)
        # Of several files the first has the channel that is shown.
        self._first = self._sound.parts[0] if isinstance(self._sound, JoinedSound) else self._sound
        self.duration_s = duration_s(self._sound)

    def close(self) -> None:
        """Close the file."""
        self._sound.close()

    def read(
        self, begin_s: float, end_s: float, columns: int, stopped: Callable[[], bool] = lambda: False
    ) -> Iterator[Overview]:
        """The outline between two times, better and better; ends when it is as good as it gets, or `stopped` says so.

        The columns come far apart first. A place that cannot be read stays empty.
        """
        rate_hz, frames = self._sound.samplerate, self._sound.frames
        edges = np.linspace(begin_s, end_s, columns + 1) * rate_hz
        edges = np.clip(np.round(edges), 0, frames).astype(np.int64)
        low, high = np.full(columns, np.nan, np.float32), np.full(columns, np.nan, np.float32)
        whole = int(np.max(np.diff(edges), initial=0)) <= EXACT_COLUMN

        def made(exact: bool = False) -> Overview:
            return Overview(begin_s, end_s, frozen(low.copy()), frozen(high.copy()), exact)

        count = 0
        for part in range(1 if whole else 1 + MORE_EXCERPTS):
            for column in _coarse_first(columns):
                if stopped():
                    return
                begin, end = int(edges[column]), int(edges[column + 1])
                if end <= begin:
                    continue
                if not whole:
                    begin, end = _excerpt(begin, end, part)
                self._take(column, begin, end, low, high)
                count += 1
                if count % EMIT_EVERY == 0:
                    yield made()
        yield made(exact=whole)

    def _take(self, column: int, begin: int, end: int, low: np.ndarray, high: np.ndarray) -> None:
        try:
            self._first.seek(begin)
            x = self._first.read(end - begin, dtype="float32", always_2d=True)[:, 0]
        except (soundfile.LibsndfileError, RuntimeError):
            return
        x = x[np.isfinite(x)]
        if len(x):
            low[column] = np.fmin(low[column], x.min())
            high[column] = np.fmax(high[column], x.max())


def _coarse_first(columns: int) -> np.ndarray:
    """All columns, those of a coarse grid first."""
    order = np.concatenate([np.arange(0, columns, stride) for stride in _STRIDES])
    _, first = np.unique(order, return_index=True)
    return order[np.sort(first)]


def _excerpt(begin: int, end: int, part: int) -> tuple[int, int]:
    """The middle of a column first, then places evenly over it."""
    length = min(EXCERPT, end - begin)
    share = 0.5 if part == 0 else (part - 0.5) / MORE_EXCERPTS
    start = begin + round(share * (end - begin - length))
    return start, start + length
