"""The switch of one yes-or-no."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from workbench.ui.controls.base import DIMMED, Themed, draw_focus_ring


class ToggleSwitch(Themed, QAbstractButton):
    """On or off: 28 × 16, in a target 28 high."""

    def __init__(self, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFixedSize(32, 28)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else DIMMED)
        rect = QRectF(2, 6, 28, 16)
        on = self.isChecked()
        filled = t.text2 if t.name == "dark" else t.slider_fill
        if on or t.line_strong != filled:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(filled if on else t.line_strong))
            knob = t.panel
        else:  # lines as strong as what is filled: off is an outline
            painter.setPen(QPen(QColor(t.line_strong), 1))
            painter.setBrush(QColor(t.panel))
            knob = t.line_strong
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5) if knob == t.line_strong else rect, 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(knob))
        painter.drawEllipse(QPointF(rect.right() - 8 if on else rect.left() + 8, rect.center().y()), 6, 6)
        if self.hasFocus():
            draw_focus_ring(painter, t, rect.adjusted(-1, -3, 1, 3), 11)
        painter.end()
