"""Ctrl-C that waits for a good moment."""

from __future__ import annotations

import signal


class DeferredInterrupt:
    """While it is open, Ctrl-C is only noted; `check()` raises it. A second Ctrl-C acts at once.

    An optimiser interrupted half-way through a step leaves weights that no unbroken run would have had.
    """

    def __init__(self):
        self._pending = False
        self._before = None

    def __enter__(self) -> DeferredInterrupt:
        try:
            self._before = signal.signal(signal.SIGINT, self._note)
        except ValueError:  # only the main thread hears signals
            self._before = None
        return self

    def __exit__(self, *_) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, *_) -> None:
        if self._pending:
            raise KeyboardInterrupt
        self._pending = True

    def check(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C was pressed since the beginning."""
        if self._pending:
            raise KeyboardInterrupt
