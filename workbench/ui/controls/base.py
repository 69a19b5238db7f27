"""What all controls share: their measures, the theme, the focus ring, the rule, the names of gestures."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QFrame

from workbench.ui.theme import DARK, Tokens

DOT_X, LABEL_X, LABEL_WIDTH, TRACK_X, BOX_WIDTH, BOX_HEIGHT, ROW_MARGIN = 9, 19, 116, 139, 82, 24, 11
"""Columns of a row inside a panel's one-pixel border."""
DIMMED = 0.45

_gesture_numbers = itertools.count(1)


def new_gesture(path: str) -> str:
    """A name for one continuous edit: all values set under it are one undo step."""
    return f"{path}#{next(_gesture_numbers)}"


class Themed:
    """Mixin of everything that paints from the tokens."""

    tokens: Tokens = DARK

    def apply_theme(self, tokens: Tokens) -> None:
        """Paint in this theme from now on."""
        self.tokens = tokens
        self.update()


def draw_focus_ring(painter: QPainter, tokens: Tokens, rect: QRectF, radius: float) -> None:
    """The 2 px ring around what has the keyboard focus."""
    painter.setPen(QPen(QColor(tokens.accent), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect, radius, radius)


def rule(vertical: bool = False, length: int | None = None) -> QFrame:
    """A 1 px line between sections."""
    line = QFrame()
    line.setObjectName("rule")
    if vertical:
        line.setFixedWidth(1)
        if length:
            line.setFixedHeight(length)
    else:
        line.setFixedHeight(1)
    return line
