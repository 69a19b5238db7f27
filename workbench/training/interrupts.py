"""Ctrl-C, or a request to end, that waits for a good moment."""

from __future__ import annotations

import contextlib
import signal
from typing import Any


class DeferredInterrupt:
    """While it is open, Ctrl-C and SIGTERM are only noted; `check()` raises it. A second Ctrl-C acts at once.

    An optimiser interrupted half-way through a step leaves weights that no unbroken run would have had.
    """

    def __init__(self):
        self._pending = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> DeferredInterrupt:
        with contextlib.suppress(ValueError):  # only the main thread hears signals
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
        self._before = {}

    def _note(self, *_) -> None:
        if self._pending:
            raise KeyboardInterrupt
        self._pending = True

    def check(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C was pressed since the beginning."""
        if self._pending:
            raise KeyboardInterrupt
