"""Segmented buttons: one of a few, all of them seen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from workbench.ui import theme
from workbench.ui.controls.base import Themed


class Segment(Themed, QAbstractButton):
    """One part of a segmented control; the chosen one is filled."""

    def __init__(self, text: str, width: int, token: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setText(text)
        self.token = token
        self.first = self.last = False
        self.setCheckable(True)
        self.setFixedSize(width, 36)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outer = QRectF(self.rect()).adjusted(0.5, 0.5, 0.5 if not self.last else -0.5, -0.5)
        if not self.first:
            outer.setLeft(-theme.RADIUS_TOOLBAR * 2)
        if not self.last:
            outer.setRight(self.width() + theme.RADIUS_TOOLBAR * 2)
        path = QPainterPath()
        path.addRoundedRect(outer, theme.RADIUS_TOOLBAR, theme.RADIUS_TOOLBAR)
        fill = getattr(t, self.token) if self.isChecked() else (t.hover if self.underMouse() else t.field)
        painter.fillPath(path, QColor(fill))
        painter.setPen(QPen(QColor(t.line_strong), 1))
        painter.drawPath(path)
        if not self.last:
            painter.drawLine(QPointF(self.width() - 0.5, 0), QPointF(self.width() - 0.5, self.height()))
        is_side = self.token in ("a", "b")
        on, off = (t.on_ab, getattr(t, self.token)) if is_side else (t.panel, t.text2)
        ink = on if self.isChecked() else off
        painter.setFont(theme.font(13, 600 if is_side else 500))
        painter.setPen(QColor(ink))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            ring = self.tokens.accent if not self.isChecked() else ink
            painter.setPen(QPen(QColor(ring), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(4, 4, -4, -4), 3, 3)
        painter.end()


class Segmented(QWidget):
    """Buttons in one frame of which exactly one is chosen."""

    chosen = Signal(str)

    def __init__(self, segments: tuple[tuple[str, str, int, str, str], ...], parent: QWidget | None = None):
        """`segments`: (value, text, width, token of the fill, tooltip)."""
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.buttons: dict[str, Segment] = {}
        for value, text, width, token, tip in segments:
            button = Segment(text, width, token, self)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(lambda _=False, value=value: self._on_clicked(value))
            layout.addWidget(button)
            self.buttons[value] = button
        parts = list(self.buttons.values())
        parts[0].first = parts[-1].last = True
        self.value = ""
        self.set_value(segments[0][0])

    def set_value(self, value: str) -> None:
        """Show the chosen part."""
        self.value = value
        for name, button in self.buttons.items():
            button.setChecked(name == value)

    def _on_clicked(self, value: str) -> None:
        self.set_value(self.value)  # what plays is shown when it is true
        self.chosen.emit(value)
