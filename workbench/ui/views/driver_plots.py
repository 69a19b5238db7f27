"""What the drivers play: gains over frequency."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from workbench.core.messages import LoudspeakerResponse
from workbench.ui import painting, theme
from workbench.ui.theme import Tokens
from workbench.ui.views.loudspeaker_parts import driver_dashes, driver_sides
from workbench.ui.views.speaker_plot import REACH, SpeakerPlot, is_fine, line_pen


class DriverGainPlot(SpeakerPlot):
    """What each driver plays of one input; the boost limit is dragged."""

    title = "Driver gain"
    span = (-20.0, 22.0)
    params_shown = ("method", "boost_limit_db")

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Drag the boost limit")
        self._held = False

    @property
    def note(self) -> str:
        return ("left input", "right input")[self.input]

    def data_of(self, response: LoudspeakerResponse) -> tuple:
        return response.detail.input_gain_db, response.frequency_hz, response.driver_names

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
        size = 0.1 if is_fine(event) else 0.5
        step = {Qt.Key.Key_Up: size, Qt.Key.Key_Down: -size}.get(event.key())
        if step is None or self.params is None:
            super().keyPressEvent(event)
            return
        self.begin_gesture()
        self._set(self.params.boost_limit_db + step)

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        self.paint_levels(painter, rect, self.span, (-10, 0, 10, 20), signed=True)
        self.paint_frequencies(painter, rect)
        self.paint_unit(painter, rect.topRight() + QPointF(-4, 12), "dB")

    def paint_data(self, painter: QPainter, rect: QRectF) -> None:
        gain_db = np.asarray(self.detail.input_gain_db[self.input])
        sides = driver_sides(self.layout_shown, self.response.driver_names)
        for level, side, dash in zip(gain_db, sides, driver_dashes(sides, gain_db)):
            self.draw_level(painter, rect, level, self.span, line_pen(getattr(self.tokens, side), 1.5, dash))

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
