"""Ctrl-C and the processes that a program begins."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """Processes begun meanwhile never hear a terminal's Ctrl-C, not even before they could say so themselves.

    It reaches all of a terminal's processes, and the one that began the others decides what becomes of them.
    """
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # only the main thread hears signals, and can say what happens to them
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
