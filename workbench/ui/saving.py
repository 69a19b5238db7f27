"""Files that take a while: made and written on another thread, with progress, and ended on request."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QRunnable, QThreadPool, Signal
from PySide6.QtGui import QImage

from workbench.core.atomic import write_bytes

log = logging.getLogger(__name__)

Progress = Callable[[float], None]
"""Is called with the share that is done; raises where the saving has been ended."""
Make = Callable[[Progress], bytes]


def png_bytes(image: QImage) -> bytes:
    """An image as a PNG file."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    buffer.close()
    return bytes(content.data())


class _Cancelled(Exception):
    pass


class _Saving(QRunnable):
    """Makes and writes a file on a pool thread."""

    def __init__(self, saver: Saver, path: Path, make: Make):
        super().__init__()
        self.setAutoDelete(True)
        self.saver, self.path, self.make = saver, path, make
        self.cancelled = False

    def _progress(self, share: float) -> None:
        if self.cancelled:
            raise _Cancelled
        with contextlib.suppress(RuntimeError):  # the window may have gone
            self.saver.progressed.emit(self.path.name, share)

    def run(self) -> None:
        problem = ""
        try:
            content = self.make(self._progress)
            self._progress(1.0)
            write_bytes(self.path, content)
        except _Cancelled:
            problem = f"Saving {self.path.name} was stopped; no file was written"
        except OSError as error:
            problem = f"{self.path}: cannot be written: {error.strerror or error}"
        except Exception as error:
            log.exception("saving %s failed", self.path)
            problem = f"{self.path}: {error}"
        with contextlib.suppress(RuntimeError):
            self.saver.saved.emit(str(self.path), problem)


class Saver(QObject):
    """Saves one file at a time; a file is written whole or not at all.

    Parameters
    ----------
    parent : QObject
    refuse, notice : callable
        Say a line: what went wrong, what was done.
    """

    progressed = Signal(str, float)
    """Name of the file, share that is done."""
    saved = Signal(str, str)
    """A file was saved (path, ""), or why not (path, problem)."""

    def __init__(self, parent: QObject, refuse: Callable[[str], object], notice: Callable[[str], object]):
        super().__init__(parent)
        self._refuse, self._notice = refuse, notice
        self._saving: _Saving | None = None
        self.saved.connect(self._on_saved)

    @property
    def saving(self) -> bool:
        """Whether a file is being made."""
        return self._saving is not None

    def save(self, path: Path, make: Make) -> bool:
        """Make a file's content on a pool thread and write it; False where another one is still being saved."""
        if self._saving is not None:
            self._refuse("Another file is still being saved")
            return False
        self._saving = _Saving(self, path, make)
        self.progressed.emit(path.name, 0.0)
        QThreadPool.globalInstance().start(self._saving)
        return True

    def stop(self) -> None:
        """End the saving that runs; no file is left behind."""
        if self._saving is not None:
            self._saving.cancelled = True

    def _on_saved(self, path: str, problem: str) -> None:
        self._saving = None
        if problem:
            self._refuse(problem)
        else:
            self._notice(f"Saved {Path(path).name}")
