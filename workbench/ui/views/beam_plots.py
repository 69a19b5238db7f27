"""The centre's beam over azimuth and frequency."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from workbench.core.messages import LoudspeakerResponse
from workbench.ui import painting, theme
from workbench.ui.theme import WHITE, Tokens
from workbench.ui.views.beam_polar import diamond
from workbench.ui.views.color_bar import paint_scale
from workbench.ui.views.null_handles import nulls_of
from workbench.ui.views.speaker_plot import SpeakerPlot, image, is_fine, line_pen


class BeamMapPlot(SpeakerPlot):
    """The centre beam over azimuth and frequency; a click chooses the frequency of the polar plot."""

    title = "Beam, all"
    span = (-24.0, 0.0)
    params_shown = ("null_deg", "more_nulls", "window_deg")
    frequency_chosen = Signal(float)

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.frequency_hz = 1000.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Click, or press Up and Down, to choose the frequency of the polar plot")

    def data_of(self, response: LoudspeakerResponse) -> tuple:
        return response.detail.beam_db, response.detail.beam_hz

    def set_frequency(self, frequency_hz: float) -> None:
        self.frequency_hz = frequency_hz
        self.update()

    def _choose(self, position: QPointF) -> None:
        rect = self.plot_rect()
        if self.detail is None:
            return
        fraction = min(max((rect.bottom() - position.y()) / rect.height(), 0.0), 1.0)
        low, high = np.log(self.detail.beam_hz[[0, -1]])
        self.frequency_chosen.emit(float(np.exp(low + fraction * (high - low))))

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.plot_rect().contains(event.position()):
            self._choose(event.position())

    def mouseMoveEvent(self, event) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event.position())

    def keyPressEvent(self, event) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(event.key())
        if step is None or self.detail is None:
            super().keyPressEvent(event)
            return
        low, high = self.detail.beam_hz[[0, -1]]
        wanted = self.frequency_hz * 2 ** (step / (30 if is_fine(event) else 3))
        self.frequency_chosen.emit(float(min(max(wanted, low), high)))

    def _y(self, rect: QRectF, frequency_hz: float) -> float:
        low, high = np.log(self.detail.beam_hz[[0, -1]])
        return rect.bottom() - (math.log(frequency_hz) - low) / (high - low) * rect.height()

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        painter.setFont(theme.font(11))
        paint_scale(painter, QRectF(rect.right() - 104, 12, 64, 8), "−24", "0", self.tokens)
        middle = Qt.AlignmentFlag.AlignVCenter
        if self.detail is None:
            return
        for frequency_hz in (100, 300, 1000, 3000, 10000):
            y = min(max(self._y(rect, frequency_hz), rect.top() + 7), rect.bottom() - 7)
            text = f"{frequency_hz // 1000}k" if frequency_hz >= 1000 else str(frequency_hz)
            painter.drawText(QRectF(rect.left() - 40, y - 8, 34, 16), middle | Qt.AlignmentFlag.AlignRight, text)
        for degrees in (-180, -90, 0, 90, 180):
            x = rect.left() + (degrees + 180) / 360 * rect.width()
            box = QRectF(min(max(x - 20, rect.left() - 8), rect.right() - 32), rect.bottom() + 4, 40, 16)
            text = "0°" if degrees == 0 else painting.number(-degrees, signed=True) + "°"  # left is positive
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def paint_data(self, painter: QPainter, rect: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(rect, image(np.asarray(self.detail.beam_db)[::-1], self.span))

    def paint_handles(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(line_pen(WHITE, 1.0, (4.0, 3.0)))
        y = self._y(rect, self.frequency_hz)
        painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
        if self.params is None:
            return
        for side in (-1, 1):
            x = rect.left() + (side * self.params.window_deg + 180) / 360 * rect.width()
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
        painter.setPen(QPen(QColor(self.tokens.plot), 1.0))
        painter.setBrush(QColor(self.tokens.text1))
        for degrees in nulls_of(self.params):
            for side in (-1, 1):
                x = rect.left() + (side * degrees + 180) / 360 * rect.width()
                painter.drawPolygon(diamond(QPointF(x, rect.top()), 5.0))
