"""What the drivers play: gains over frequency, impulse responses, group delay."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from workbench.ui import painting, theme
from workbench.ui.theme import Tokens
from workbench.ui.views.loudspeakers import driver_dashes, driver_sides
from workbench.ui.views.speaker_plot import (
    REACH,
    SpeakerPlot,
    line_pen,
)


class DriverGainPlot(SpeakerPlot):
    """What each driver plays of one input; the boost limit is dragged."""

    title = "Driver gain"
    span = (-20.0, 22.0)

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Drag the boost limit")
        self._held = False

    @property
    def note(self) -> str:
        return ("left input", "right input")[self.input]

    def _limit_y(self) -> float:
        rect = self.plot_rect()
        return rect.top() + (self.span[1] - self.params.boost_limit_db) / (self.span[1] - self.span[0]) * rect.height()

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.params is not None:
            self._held = abs(event.position().y() - self._limit_y()) < REACH
            self.begin_gesture()

    def mouseMoveEvent(self, event) -> None:
        if self.params is None:
            return
        if self._held:
            rect = self.plot_rect()
            level = self.span[1] - (event.position().y() - rect.top()) / rect.height() * (self.span[1] - self.span[0])
            self._set(level)
        near = abs(event.position().y() - self._limit_y()) < REACH
        self.setCursor(Qt.CursorShape.SizeVerCursor if near else Qt.CursorShape.ArrowCursor)

    def _set(self, level_db: float) -> None:
        self.emit_change({"render.boost_limit_db": round(min(max(level_db, 0.0), 20.0), 1)})

    def mouseReleaseEvent(self, event) -> None:
        self._held = False

    def keyPressEvent(self, event) -> None:
        step = {Qt.Key.Key_Up: 0.5, Qt.Key.Key_Down: -0.5}.get(event.key())
        if step is None or self.params is None:
            super().keyPressEvent(event)
            return
        self.begin_gesture()
        self._set(self.params.boost_limit_db + step)

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        self.paint_levels(painter, rect, self.span, (-10, 0, 10, 20), signed=True)
        self.paint_frequencies(painter, rect)

    def paint_data(self, painter: QPainter, rect: QRectF) -> None:
        gain_db = np.asarray(self.detail.input_gain_db[self.input])
        sides = driver_sides(self.layout_shown, self.response.driver_names)
        for level, side, dash in zip(gain_db, sides, driver_dashes(sides, gain_db)):
            painter.setPen(line_pen(getattr(self.tokens, side), 1.5, dash))
            painter.drawPolyline(self.curve(rect, level, self.span))

    def paint_handles(self, painter: QPainter, rect: QRectF) -> None:
        if self.params is None or self.params.method != "crosstalk":
            return
        t, y = self.tokens, self._limit_y()
        painter.setPen(line_pen(t.warning, 1.25, (4.0, 3.0)))
        painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.warning))
        painter.drawRoundedRect(QRectF(rect.right() - 18, y - 6, 12, 12), 3, 3)
        painter.setPen(QColor(t.warning))
        painter.setFont(theme.font(11))
        text = f"limit {painting.format_level(self.params.boost_limit_db, signed=True)}"
        box = QRectF(rect.left(), y - 18, rect.width() - 26, 16)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)


class ImpulsePlot(SpeakerPlot):
    """The filters of one input around the common delay, one row a driver; a click shows their group delay instead."""

    title = "Impulse responses"
    margins = (40.0, 26.0)
    span = (-2.0, 4.0)
    """Of the group delay, in ms over the common delay."""

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.group_delay = False
        self.setToolTip("Click for the group delay")

    @property
    def note(self) -> str:
        return ("left input", "right input")[self.input] + (", ms over the common delay" if self.group_delay else "")

    def show_group_delay(self, on: bool) -> None:
        """Group delay over frequency, or the impulse responses."""
        self.group_delay = on
        self.title = "Group delay" if on else "Impulse responses"
        self.setToolTip("Click for the impulse responses" if on else "Click for the group delay")
        self.setAccessibleName(self.title)
        self.update()

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.show_group_delay(not self.group_delay)

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.show_group_delay(not self.group_delay)
        else:
            super().keyPressEvent(event)

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        if self.group_delay:
            self.paint_levels(painter, rect, self.span, (-2, 0, 2, 4), signed=True)
            self.paint_frequencies(painter, rect)
            return
        if self.detail is None:
            return
        t, time_ms = self.tokens, self.detail.impulse_ms
        painter.setFont(theme.font(11))
        for tick in range(math.ceil(time_ms[0]), math.floor(time_ms[-1]) + 1):
            x = rect.left() + (tick - time_ms[0]) / (time_ms[-1] - time_ms[0]) * rect.width()
            painter.setPen(QPen(QColor(t.line_strong if tick == 0 else t.line), 1.0))
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
            painter.setPen(QColor(t.text2))
            text = painting.with_unit(painting.number(tick), "ms") if tick < 0 else str(tick)
            box = QRectF(max(x - 24, rect.left() - 10), rect.bottom() + 4, 48, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def paint_data(self, painter: QPainter, rect: QRectF) -> None:
        sides = driver_sides(self.layout_shown, self.response.driver_names)
        if self.group_delay:
            rows = np.asarray(self.detail.group_delay_ms[self.input])
            for row, side, dash in zip(rows, sides, driver_dashes(sides, rows)):
                painter.setPen(line_pen(getattr(self.tokens, side), 1.5, dash))
                painter.drawPolyline(self.curve(rect, row, self.span))
            return
        rows = np.asarray(self.detail.impulse[self.input])
        x = np.linspace(rect.left(), rect.right(), rows.shape[1])
        height = rect.height() / len(rows)
        scale = 0.45 * height / max(float(np.abs(rows).max()), 1e-6)
        painter.setFont(theme.font(11))
        for number, (row, side, name) in enumerate(zip(rows, sides, self.response.driver_names)):
            middle = rect.top() + (number + 0.5) * height
            painter.setPen(QPen(QColor(self.tokens.line), 1.0))
            painter.drawLine(QPointF(rect.left(), middle), QPointF(rect.right(), middle))
            painter.setPen(line_pen(getattr(self.tokens, side), 1.25))
            painter.drawPolyline(painting.polygon(x, middle - scale * row))
            box = QRectF(rect.left(), rect.top() + number * height + 2, rect.width() - 8, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
