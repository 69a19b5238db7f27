"""The pointer of an X server, moved by one xdotool that waits for commands: starting one for each move would halt the
window that is looked at."""

from __future__ import annotations

import subprocess

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QWidget


class Pointer:
    """Moves and presses on DISPLAY; returns at once, the window sees it some time later."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(["xdotool", "-"], stdin=subprocess.PIPE, text=True, bufsize=1)

    def _say(self, command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")

    def move(self, widget: QWidget, place: QPointF | QPoint) -> None:
        """To a place of a widget."""
        at = widget.mapToGlobal(place.toPoint() if isinstance(place, QPointF) else place)
        self._say(f"mousemove {at.x()} {at.y()}")

    def press(self) -> None:
        """The left button down."""
        self._say("mousedown 1")

    def release(self) -> None:
        """The left button up."""
        self._say("mouseup 1")

    def close(self) -> None:
        """End xdotool, after what it was told."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
