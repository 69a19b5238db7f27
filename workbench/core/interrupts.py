"""Ctrl-C: when it is heard, and by whom."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from typing import Any

INTERRUPTED = 130
"""Exit code, as a shell has it for a program that Ctrl-C ended."""


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


class CommandInterrupt:
    """How a command answers Ctrl-C and SIGTERM while it is open: always with 130, and never with a traceback.

    Until `begin` nothing has been done that would have to be cleared up, and modules are being loaded, some of which
    do not survive an exception: it leaves at once. From then on it raises KeyboardInterrupt; `heard` tells of it also
    when something on the way made another error of that. After `end` it comes too late.

    `lasting`: the process ends with the command, and there is nobody to hear anything afterwards.
    """

    def __init__(self, lasting: bool = False):
        self.heard = False
        self._begun = self._ended = False
        self._lasting = lasting
        self._before: dict[int, Any] = {}

    def __enter__(self) -> CommandInterrupt:
        with contextlib.suppress(ValueError):  # only the main thread hears signals
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._answer)
        return self

    def __exit__(self, *_) -> None:
        if self._ended and self._lasting:
            return
        for number, before in self._before.items():
            signal.signal(number, before)
        self._before = {}

    def begin(self) -> None:
        """The work begins."""
        self._begun = True

    def end(self) -> None:
        """The work is done, the exit code known."""
        self._ended = True

    def _answer(self, *_) -> None:
        if self._ended:
            return
        if not self._begun:
            os._exit(INTERRUPTED)
        self.heard = True
        raise KeyboardInterrupt


class DeferredInterrupt:
    """While it is open, Ctrl-C and SIGTERM are only noted; `check()` raises it. A second Ctrl-C acts at once.

    Python raises KeyboardInterrupt between any two steps of the main thread: between making a file and knowing that it
    has to go again, in the middle of clearing up, half-way through an optimiser's step. Where that would leave
    something behind, the work is done inside of this, and asks at good moments. What was noted and not taken care of
    is heard at the end, by whoever hears it then.
    """

    def __init__(self):
        self._noted: int | None = None
        self._taken = False
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
        if self._noted is not None and not self._taken:
            signal.raise_signal(self._noted)

    def _note(self, number: int, _frame: Any) -> None:
        if self._noted is not None:
            self._taken = True
            raise KeyboardInterrupt
        self._noted = number

    @property
    def pending(self) -> bool:
        """Ctrl-C was pressed since the beginning."""
        return self._noted is not None

    def take(self) -> bool:
        """Whether Ctrl-C was pressed since the beginning. Who asks answers to it: it is not heard at the end."""
        self._taken = self._noted is not None
        return self._taken

    def check(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C was pressed since the beginning."""
        if self.take():
            raise KeyboardInterrupt
