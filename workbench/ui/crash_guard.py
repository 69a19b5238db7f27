"""Exceptions that nobody caught, in whatever thread, brought to the window's thread."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
import traceback
from pathlib import Path
from typing import TextIO

from PySide6.QtCore import QObject, Signal

log = logging.getLogger(__name__)

FAULT_FILE = "earshot-fault.log"
"""What the interpreter writes when the process itself dies (a library's fault): in the log folder."""


class CrashGuard(QObject):
    """Takes the place of Python's hooks for uncaught exceptions while it is installed; all are logged."""

    failed = Signal(str, str)
    """One line about the exception, and its traceback; emitted in whatever thread it happened."""

    def __init__(self, log_folder: Path):
        super().__init__()
        self._log_folder = log_folder
        self._hooks: tuple | None = None
        self._faults: TextIO | None = None

    def install(self) -> None:
        """Take the hooks."""
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._in_main
        threading.excepthook = self._in_thread
        try:
            self._faults = (self._log_folder / FAULT_FILE).open("a", encoding="utf-8")
            faulthandler.enable(self._faults)
        except (OSError, RuntimeError) as error:
            log.warning("faults are not written: %s", error)

    def remove(self) -> None:
        """Give the hooks back; may be called twice."""
        if self._hooks is not None:
            sys.excepthook, threading.excepthook = self._hooks
            self._hooks = None
        if self._faults is not None:
            faulthandler.disable()
            self._faults.close()
            self._faults = None

    def _in_main(self, kind, value, trace) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, value, trace)
            return
        self._tell(kind, value, trace, "")

    def _in_thread(self, args) -> None:
        if args.exc_type is not SystemExit:
            name = args.thread.name if args.thread is not None else "?"
            self._tell(args.exc_type, args.exc_value, args.exc_traceback, name)

    def _tell(self, kind, value, trace, thread: str) -> None:
        place = f" in the thread {thread!r}" if thread else ""
        log.error("internal error%s", place, exc_info=(kind, value, trace))
        text = "".join(traceback.format_exception(kind, value, trace))
        if sys.stderr is not None:  # a program without a terminal has none
            print(text, file=sys.stderr, end="")
        self.failed.emit(f"{kind.__name__}: {value}{place}", text)
