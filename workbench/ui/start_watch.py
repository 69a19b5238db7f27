"""How long the start took: to the window, to the first sound, to the first column that is seen."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from workbench.core.atomic import write_text

log = logging.getLogger(__name__)


class StartWatch(QObject):
    """Notes when the window is painted first, when the first hop has gone out, and when it is seen.

    Parameters
    ----------
    window : QWidget
    view : QWidget
        Shows the columns.
    clock : gives the seconds since the process began
    done : called once with `window_s`, `sound_s` and `column_s`, and with the processor time `cpu_s` of it all
    """

    def __init__(
        self,
        window: QWidget,
        view: QWidget,
        clock: Callable[[], float],
        done: Callable[[dict[str, float]], None],
        parent: QObject | None = None,
    ):
        super().__init__(parent or window)
        self._window, self._view, self._clock, self._done = window, view, clock, done
        self.times: dict[str, float] = {}
        window.installEventFilter(self)
        view.installEventFilter(self)

    def heard(self, _snapshots: list) -> None:
        """The first hops have gone out."""
        self.times.setdefault("sound_s", self._clock())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look on while things are painted."""
        if event.type() == QEvent.Type.Paint:
            if watched is self._window:
                # The event comes before the painting: what follows it in the queue comes after.
                QTimer.singleShot(0, lambda: self.times.setdefault("window_s", self._clock()))
            elif "sound_s" in self.times and "column_s" not in self.times:
                self.times["column_s"] = 0.0
                QTimer.singleShot(0, self._seen)
        return False

    def _seen(self) -> None:
        self.times["column_s"] = self._clock()
        self.times["cpu_s"] = time.process_time()
        self._window.removeEventFilter(self)
        self._view.removeEventFilter(self)
        log.info("the start took %s", self.times)
        self._done(dict(self.times))


def write_times(times: dict[str, float], path: Path) -> None:
    """Times of a start as JSON. Raises OSError where that cannot be written."""
    write_text(path, json.dumps(times) + "\n")
