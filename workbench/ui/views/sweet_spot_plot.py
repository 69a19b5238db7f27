"""Crosstalk separation over the place of the head."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from workbench.core.messages import LoudspeakerResponse
from workbench.ui import painting, theme
from workbench.ui.theme import BLACK, WHITE, Tokens
from workbench.ui.views.color_bar import paint_scale
from workbench.ui.views.speaker_plot import (
    SpeakerPlot,
    image,
)


class SweetSpotPlot(SpeakerPlot):
    """Separation wherever the head is; the head of the headphone audition is dragged on it."""

    title = "Sweet spot"
    span = (0.0, 20.0)
    margins = (40.0, 44.0)
    params_shown = ("head_side_cm", "head_back_cm")

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Drag the head of the headphone audition; double click brings it back")
        self._held = False

    def legend_height(self) -> int:
        return 0

    def axes_key(self) -> Hashable:
        extent = None if self.detail is None else tuple((place[0], place[-1], len(place)) for place in self._extent())
        return super().axes_key(), extent

    def data_of(self, response: LoudspeakerResponse) -> tuple:
        detail = response.detail
        return detail.sweet_db, detail.side_cm, detail.distance_m

    def summary(self) -> str:
        if self.detail is None:
            return ""
        return f"Separation up to {painting.number(float(self.detail.sweet_db.max()), 1)} dB"

    def _extent(self) -> tuple[np.ndarray, np.ndarray]:
        return self.detail.side_cm, self.detail.distance_m

    def place(self, side_cm: float, distance_m: float) -> QPointF:
        """Where a head is drawn."""
        rect, (side, distance) = self.plot_rect(), self._extent()
        x = rect.left() + (side_cm - side[0]) / (side[-1] - side[0]) * rect.width()
        span = max(distance[-1] - distance[0], 1e-6)
        return QPointF(x, rect.top() + (distance_m - distance[0]) / span * rect.height())

    def _head(self) -> tuple[float, float]:
        nominal = self.layout_shown.listener_distance_m if self.layout_shown else float(np.mean(self.detail.distance_m))
        return self.params.head_side_cm, nominal + 0.01 * self.params.head_back_cm

    def _drag(self, position: QPointF) -> None:
        rect, (side, distance) = self.plot_rect(), self._extent()
        x = min(max((position.x() - rect.left()) / rect.width(), 0.0), 1.0)
        y = min(max((position.y() - rect.top()) / rect.height(), 0.0), 1.0)
        nominal = self._head()[1] - 0.01 * self.params.head_back_cm
        back = 100 * (distance[0] + y * (distance[-1] - distance[0]) - nominal)
        self._set(side[0] + x * (side[-1] - side[0]), back)

    def _set(self, side_cm: float, back_cm: float) -> None:
        values = {"render.head_side_cm": side_cm, "render.head_back_cm": back_cm}
        self.emit_change({path: round(min(max(float(value), -40.0), 40.0), 1) for path, value in values.items()})

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.detail is not None and self.params is not None:
            self._held = self.plot_rect().contains(event.position())
            if self._held:
                self.begin_gesture()
                self._drag(event.position())

    def mouseMoveEvent(self, event) -> None:
        if self._held:
            self._drag(event.position())

    def mouseReleaseEvent(self, event) -> None:
        self._held = False

    def mouseDoubleClickEvent(self, event) -> None:
        self._held = False
        if self.params is not None:
            self.begin_gesture()
            self._set(0.0, 0.0)

    def keyPressEvent(self, event) -> None:
        steps = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        if event.key() not in steps or self.params is None:
            super().keyPressEvent(event)
            return
        size = 0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        side, back = steps[event.key()]
        self.begin_gesture()
        self._set(self.params.head_side_cm + size * side, self.params.head_back_cm + size * back)

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        painter.setFont(theme.font(11))
        paint_scale(painter, QRectF(rect.right() - 108, 12, 64, 8), "0", "20", self.tokens)
        middle = Qt.AlignmentFlag.AlignVCenter
        if self.detail is None:
            return
        side, distance = self._extent()
        for value in np.linspace(side[0], side[-1], 5):
            text = painting.number(value, signed=True) if value else "0"
            x = self.place(value, distance[0]).x()
            box = QRectF(min(max(x - 20, rect.left() - 6), rect.right() - 34), rect.bottom() + 3, 40, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        for value in (distance[0], distance[len(distance) // 2], distance[-1]):
            y = min(max(self.place(0.0, value).y(), rect.top() + 7), rect.bottom() - 7)
            box = QRectF(rect.left() - 40, y - 8, 34, 16)
            painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, f"{value:.2f}")
        painter.setPen(QColor(self.tokens.text3))
        row = QRectF(rect.left(), rect.bottom() + 20, rect.width(), 16)
        painter.drawText(row, middle, "distance in m, down; sideways in cm, across")

    def paint_data(self, painter: QPainter, rect: QRectF) -> None:
        values = np.asarray(self.detail.sweet_db)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(rect, image(values, self.span))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ends: dict[float, QPointF] = {}
        for level, color, width in ((10.0, WHITE, 1.5), (15.0, BLACK, 1.5)):
            painter.setPen(QPen(QColor(color), width))
            for line in _contour(values, level):
                points = [
                    QPointF(
                        rect.left() + (column + 0.5) / values.shape[1] * rect.width(),
                        rect.top() + (row + 0.5) / values.shape[0] * rect.height(),
                    )
                    for row, column in line
                ]
                painter.drawPolyline(QPolygonF(points))
                ends[level] = max(points, key=lambda point: point.y())  # of the right border, which comes last
        tags: list[QRectF] = []
        for level, end in ends.items():
            tags.append(self._paint_level(painter, rect, end, painting.with_unit(f"{level:.0f}", "dB"), tags))

    def _paint_level(self, painter: QPainter, rect: QRectF, end: QPointF, text: str, others: list[QRectF]) -> QRectF:
        """The name of a line, beside its lower end, above the names that are there; gives its place."""
        painter.setFont(theme.font(11))
        width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 8
        tag = QRectF(min(end.x() + 6, rect.right() - width), end.y() - 20, width, 16)
        for other in others:
            if tag.intersects(other):
                tag.moveBottom(other.top() - 2)
        painter.setPen(Qt.PenStyle.NoPen)
        shade = QColor(BLACK)
        shade.setAlphaF(0.67)
        painter.setBrush(shade)
        painter.drawRoundedRect(tag, 3, 3)
        painter.setPen(QColor(WHITE))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, text)
        return tag

    def paint_handles(self, painter: QPainter, rect: QRectF) -> None:
        if self.params is None:
            return
        centre = self.place(*self._head())
        for color, width in ((BLACK, 4.0), (WHITE, 2.0)):
            painter.setPen(QPen(QColor(color), width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(centre, 7, 7)
            for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                painter.drawLine(centre + QPointF(7 * x, 7 * y), centre + QPointF(12 * x, 12 * y))


def _contour(values: np.ndarray, level: float) -> list[list[tuple[float, float]]]:
    """Borders of the region above a level around each row's best place, left and right, as lists of (row, column)."""
    borders: list[list[tuple[float, float]]] = [[], []]
    for row, line in enumerate(values):
        above = np.flatnonzero(line >= level)
        if len(above) == 0:
            continue
        for border, index, step in ((borders[0], above[0], -1), (borders[1], above[-1], 1)):
            beyond = index + step
            if 0 <= beyond < len(line):
                border.append((row, index + step * (line[index] - level) / (line[index] - line[beyond])))
            else:
                border.append((row, float(index)))
    return [border for border in borders if len(border) > 1]
