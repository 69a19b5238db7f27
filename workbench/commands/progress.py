"""The line that says how far a long command is, and how much time is left."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TextIO

from workbench.engine.jobs import PROGRESS_VARIABLE

EVERY_S = 10.0
"""Between two lines where there is no terminal whose line could be written over."""
_SOON_S = 0.2


def duration_text(seconds: float) -> str:
    """A length of time for a person: "40 s", "3 min", "1 h 05 min"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


class ProgressLine:
    """Writes to stderr: over the same line in a terminal, every ten seconds elsewhere; JSON for the window's jobs."""

    def __init__(self, stream: TextIO | None = None, clock=time.monotonic):
        self._stream = stream or sys.stderr
        self._clock = clock
        self._first: tuple[float, float] | None = None
        self._last = float("-inf")
        self._width = 0
        self._terminal = self._stream.isatty()
        self._machine = bool(os.environ.get(PROGRESS_VARIABLE))

    def left_s(self, share: float) -> float | None:
        """Time that is left when `share` (0 to 1) of the work is done; None at the beginning.

        It follows from the pace since the first call: what comes before (processes that start, networks that are
        loaded) does not repeat itself.
        """
        now = self._clock()
        if self._first is None:
            self._first = (now, share)
        began, done = self._first
        return (now - began) * (1 - share) / (share - done) if share > done else None

    def show(self, text: str, share: float) -> None:
        """Say how far it is; too soon after the last time nothing happens, except at the end."""
        now, left_s = self._clock(), self.left_s(share)
        if share < 1 and now - self._last < (_SOON_S if self._terminal or self._machine else EVERY_S):
            return
        self._last = now
        if self._machine:
            self._stream.write(json.dumps({"share": share, "text": text, "left_s": left_s}) + "\n")
            self._stream.flush()
            return
        if share < 1 and left_s is not None:
            text += f", {duration_text(left_s)} left"
        if self._terminal:
            padding = " " * max(0, self._width - len(text))
            self._width = len(text)
            self._stream.write(f"\r{text}{padding}" + ("\n" if share >= 1 else ""))
        else:
            self._stream.write(text + "\n")
        self._stream.flush()
