"""Keeps the window where it can be seen, whatever became of the screen that it was on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRect, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

GRIP_WIDTH, GRIP_HEIGHT = 160, 32
"""So much of a window's upper edge must be on a screen, so that it can be seen and moved."""
SETTLE_MS = 300
"""The system moves windows by itself when a screen goes; that is waited for."""


def visible_place(frame: QRect, screens: Sequence[QRect]) -> QRect:
    """Where a window goes: the frame itself while its upper edge can be got hold of, else inside the nearest screen,
    no larger than that. `screens` are the available parts, the main one first; without any, the frame as it is."""
    if not screens:
        return frame
    edge = QRect(frame.x(), frame.y(), frame.width(), GRIP_HEIGHT)
    for screen in screens:
        part = edge.intersected(screen)
        if part.width() >= min(GRIP_WIDTH, frame.width()) and part.height() >= GRIP_HEIGHT // 2:
            return frame
    nearest = min(screens, key=lambda screen: (screen.center() - frame.center()).manhattanLength())
    width, height = min(frame.width(), nearest.width()), min(frame.height(), nearest.height())
    x = min(max(frame.x(), nearest.left()), nearest.right() + 1 - width)
    y = min(max(frame.y(), nearest.top()), nearest.bottom() + 1 - height)
    return QRect(x, y, width, height)


class OnScreen(QObject):
    """Looks after a window when screens come and go.

    Parameters
    ----------
    window : QWidget
        Top level; and its floating docks, if it has some, through `others`.
    others : callable
        Gives further top-level widgets that belong to it.
    """

    def __init__(self, window: QWidget, others=lambda: ()):
        super().__init__(window)
        self._window, self._others = window, others
        application = QGuiApplication.instance()
        application.screenRemoved.connect(self._look_soon)
        application.primaryScreenChanged.connect(self._look_soon)

    def _look_soon(self, _screen=None) -> None:
        QTimer.singleShot(SETTLE_MS, self, self.look)

    def look(self) -> None:
        """Bring back what can no longer be seen."""
        primary = QGuiApplication.primaryScreen()
        screens = sorted(QGuiApplication.screens(), key=lambda screen: screen is not primary)
        available = [screen.availableGeometry() for screen in screens]
        for widget in (self._window, *self._others()):
            if widget.isFullScreen() or widget.isMaximized():
                continue
            frame = widget.frameGeometry()
            place = visible_place(frame, available)
            if place != frame:
                margin = frame.size() - widget.size()
                widget.resize(place.size() - margin)
                widget.move(place.topLeft())
