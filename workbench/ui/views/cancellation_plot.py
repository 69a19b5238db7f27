"""Crosstalk separation over frequency, and the target whose points are dragged."""

from __future__ import annotations

import math
from collections.abc import Hashable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from workbench.core.messages import LoudspeakerResponse
from workbench.core.params import format_curve, parse_curve
from workbench.ui import painting, theme
from workbench.ui.theme import Tokens
from workbench.ui.views.loudspeaker_parts import HIGH_HZ, LOW_HZ, mean_separation_db
from workbench.ui.views.speaker_plot import (
    HANDLES_HZ,
    LEGEND,
    REACH,
    SHAPE,
    TITLE,
    SpeakerPlot,
    frequency_at,
    is_fine,
    line_pen,
)


def separation_figures(response: LoudspeakerResponse) -> list[tuple[str, str]]:
    """Mean separation at each head position: where, and as it is written."""
    words = {"nominal": "Nominal", "2 cm": "2 cm off", "5 cm": "5 cm off"}
    return [
        (words[name], painting.number(mean_separation_db(response.frequency_hz, level), 1))
        for name, level in response.separation_db.items()
    ]


class CancellationPlot(SpeakerPlot):
    """Separation on and off centre, and the target, whose points are dragged.

    Arrow keys: left and right choose a point, up and down move it (Shift: finer); a double click adds or removes one.
    """

    title = "Crosstalk cancellation"
    note = "300 Hz–8 kHz"
    span = (-3.0, 33.0)
    params_shown = ("method", "cancellation_db", "cancellation_shape")

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Drag the target's points; double click to add or remove one")
        self.held: int | None = None
        self.chosen: int | None = None
        self._figures: list[tuple[str, str]] = []

    def sizeHint(self) -> QSize:
        return QSize(600, 320)

    def legend_height(self) -> int:
        return LEGEND

    def summary(self) -> str:
        return "; ".join(f"{label} {value} dB" for label, value in self.figures())

    def show_response(self, response: LoudspeakerResponse | None) -> None:
        figures = [] if response is None else separation_figures(response)
        if figures != self._figures:
            self._figures = figures
            self.update()
        super().show_response(response)

    def figures_key(self) -> Hashable | None:
        return tuple(self._figures)

    def data_of(self, response: LoudspeakerResponse) -> tuple:
        detail, lines = response.detail, response.separation_db
        curves = *lines, *lines.values(), response.plain_separation_db, detail.spread_db
        short = detail.target_db, response.driver_gain_db, detail.params.boost_limit_db, detail.params.method
        return (response.frequency_hz, *curves, *short)

    def figures(self) -> list[tuple[str, str]]:
        """Mean separation at each head position, as written."""
        return list(self._figures)

    # The target's points -----------------------------------------------------------------------------------

    def points(self) -> list[tuple[float, float]]:
        """(frequency_hz, offset_db) of the handles."""
        if self.params is None:
            return []
        return list(parse_curve(SHAPE, self.params.cancellation_shape)) or [(hz, 0.0) for hz in HANDLES_HZ]

    def place(self, point: tuple[float, float]) -> QPointF:
        """Where a handle is drawn."""
        rect = self.plot_rect()
        level = min(max(self.params.cancellation_db + point[1], 0.0), 30.0)
        y = rect.top() + (self.span[1] - level) / (self.span[1] - self.span[0]) * rect.height()
        return QPointF(float(self.x_of(point[0])), y)

    def _at(self, position: QPointF) -> int | None:
        distances = [(self.place(point) - position).manhattanLength() for point in self.points()]
        if not distances or min(distances) > REACH:
            return None
        return int(np.argmin(distances))

    def _value_at(self, position: QPointF) -> tuple[float, float]:
        rect = self.plot_rect()
        fraction = min(max((position.x() - rect.left()) / rect.width(), 0.0), 1.0)
        level = self.span[1] - (position.y() - rect.top()) / rect.height() * (self.span[1] - self.span[0])
        return frequency_at(fraction), self._offset(min(max(level, 0.0), 30.0))

    def _offset(self, level_db: float) -> float:
        return round(min(max(level_db - self.params.cancellation_db, -30.0), 30.0), 1)

    def _set_points(self, points: list[tuple[float, float]]) -> None:
        self.emit_change({SHAPE: format_curve(sorted(points))})

    def _move(self, index: int, value: tuple[float, float]) -> None:
        points = self.points()
        low = points[index - 1][0] * 1.02 if index else LOW_HZ
        high = points[index + 1][0] / 1.02 if index + 1 < len(points) else HIGH_HZ
        points[index] = (round(min(max(value[0], low), high)), value[1])
        self._set_points(points)

    def mousePressEvent(self, event) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self.params is None:
            return
        self.held = self.chosen = self._at(event.position())
        self.begin_gesture()
        self.update()

    def mouseMoveEvent(self, event) -> None:
        if self.held is not None:
            self._move(self.held, self._value_at(event.position()))
        elif self.params is not None:
            over = self._at(event.position()) is not None
            self.setCursor(Qt.CursorShape.SizeAllCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event) -> None:
        self.held = None
        self.update()

    def mouseDoubleClickEvent(self, event) -> None:
        if self.params is None or not self.plot_rect().contains(event.position()):
            return
        index, points = self._at(event.position()), self.points()
        self.begin_gesture()
        self.held = None
        if index is None:
            frequency_hz, offset = self._value_at(event.position())
            self._set_points([*points, (round(frequency_hz), offset)])
        elif len(points) > 1:
            self._set_points([point for number, point in enumerate(points) if number != index])

    def keyPressEvent(self, event) -> None:
        points = self.points()
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key())
        lift = {Qt.Key.Key_Up: 1.0, Qt.Key.Key_Down: -1.0}.get(event.key())
        key, along = Qt.Key, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        held = self.chosen if self.chosen is not None and self.chosen < len(points) else None
        if event.key() == key.Key_Insert and points:
            self._add_beside(held or 0)
        elif event.key() in (key.Key_Delete, key.Key_Backspace) and held is not None and len(points) > 1:
            self.begin_gesture()
            self._set_points([point for number, point in enumerate(points) if number != held])
        elif not points or (step is None and lift is None):
            super().keyPressEvent(event)
        elif step is not None and along and held is not None:
            self.begin_gesture()
            frequency_hz, offset = points[held]
            self._move(held, (frequency_hz * 2 ** (step / (120 if is_fine(event) else 12)), offset))
        elif step is not None:
            self.chosen = 0 if self.chosen is None else min(max(self.chosen + step, 0), len(points) - 1)
            self.update()
        elif held is not None:
            size = 0.1 if is_fine(event) else 0.5
            frequency_hz, offset = points[held]
            self.begin_gesture()
            self._move(held, (frequency_hz, self._offset(self.params.cancellation_db + offset + lift * size)))

    def _add_beside(self, index: int) -> None:
        """A point between this one and the next (of the last: the one before)."""
        points = self.points()
        index = min(index, max(0, len(points) - 2))
        pair = points[index : index + 2] if len(points) > 1 else [points[0], (HIGH_HZ / 2, points[0][1])]
        (low_hz, low), (high_hz, high) = pair
        self.begin_gesture()
        self._set_points([*points, (round(math.sqrt(low_hz * high_hz)), round((low + high) / 2, 1))])
        self.chosen = index + 1

    # Painting ----------------------------------------------------------------------------------------------------

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        self.paint_levels(painter, rect, self.span, (0, 10, 20, 30), signed=False)
        self.paint_frequencies(painter, rect)
        self.paint_unit(painter, rect.topRight() + QPointF(-4, 12), "dB")
        self._paint_legend(painter, rect)

    def paint_figures(self, painter: QPainter) -> None:
        t = self.tokens
        painter.setFont(theme.font(12))
        x = self.width() - 12.0
        for label, text in reversed(self._figures):
            for word, color, font in (
                (painting.with_unit(text, "dB"), t.text1, theme.font(12, 500)),
                (label + " ", t.text2, theme.font(12)),
            ):
                painter.setFont(font)
                width = QFontMetricsF(font).horizontalAdvance(word)
                x -= width
                painter.setPen(QColor(t.accent if label == "Nominal" and color == t.text1 else color))
                painter.drawText(QRectF(x, 4, width + 1, TITLE - 6), Qt.AlignmentFlag.AlignVCenter, word)
            x -= 14

    def _styles(self) -> dict[str, tuple[str, QPen]]:
        t = self.tokens
        return {
            "target": ("target", line_pen(t.centre, 1.5)),
            "nominal": ("nominal", line_pen(t.accent, 1.75)),
            "2 cm": ("2 cm off", line_pen(t.text2, 1.5, (4.0, 3.0))),
            "5 cm": ("5 cm off", line_pen(t.text2, 1.5, (1.0, 2.5))),
            "plain": ("plain", line_pen(t.before, 1.5)),
        }

    def _paint_legend(self, painter: QPainter, rect: QRectF) -> None:
        painter.setFont(theme.font(11))
        metrics, x, y = QFontMetricsF(painter.font()), rect.left(), TITLE + 7.5
        for words, pen in self._styles().values():
            painter.setPen(pen)
            painter.drawLine(QPointF(x, y), QPointF(x + 20, y))
            painter.setPen(QColor(self.tokens.text2))
            painter.drawText(QRectF(x + 25, y - 8, 120, 16), Qt.AlignmentFlag.AlignVCenter, words)
            x += 25 + metrics.horizontalAdvance(words) + 14
        painter.fillRect(QRectF(x, y - 4, 20, 8), self.tokens.color("accent", 0.2))
        painter.drawText(QRectF(x + 25, y - 8, 200, 16), Qt.AlignmentFlag.AlignVCenter, "80 % of units and heads")

    def paint_data(self, painter: QPainter, rect: QRectF) -> None:
        detail, styles = self.detail, self._styles()
        (low_x, low_y), (high_x, high_y) = (self.curve(rect, row, self.span) for row in detail.spread_db)
        area = painting.polygon(np.concatenate([low_x, high_x[::-1]]), np.concatenate([low_y, high_y[::-1]]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.tokens.color("accent", 0.2))
        painter.drawPolygon(area)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        curves = {"plain": self.response.plain_separation_db, **dict(reversed(self.response.separation_db.items()))}
        for name, level in curves.items():
            self.draw_level(painter, rect, level, self.span, styles[name][1])
        self._paint_reason(painter, rect)

    def _paint_reason(self, painter: QPainter, rect: QRectF) -> None:
        """Say where the boost limit holds the separation under the target."""
        frequency_hz = np.asarray(self.response.frequency_hz)
        drive = np.asarray(self.response.driver_gain_db).max(axis=0)
        short = np.asarray(self.detail.target_db) - self.response.separation_db["nominal"] > 1.0
        bound = (
            short & (drive > self.detail.params.boost_limit_db - 0.5) & (frequency_hz > 100) & (frequency_hz < 12000)
        )
        if self.detail.params.method != "crosstalk" or not bound.any():
            return
        low, high = frequency_hz[bound].min(), frequency_hz[bound].max()
        painter.setFont(theme.font(11))
        painter.setPen(QColor(self.tokens.text2))
        text = (
            f"from {painting.format_frequency(low)} to {painting.format_frequency(high)} the boost limit "
            "holds it below the target"
        )
        width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 8
        box = QRectF(rect.right() - width - 4, rect.bottom() - 22, width, 16)
        ground = QColor(self.tokens.plot)
        ground.setAlphaF(0.85)
        painter.fillRect(box, ground)  # in a low window curves run here
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def paint_handles(self, painter: QPainter, rect: QRectF) -> None:
        if self.params is None or self.params.method != "crosstalk":
            return
        t = self.tokens
        points = self.points()
        frequency_hz = np.asarray(self.response.frequency_hz)
        at_hz, offset = np.array(points).T
        offset = np.interp(np.log(frequency_hz), np.log(at_hz), offset)
        painter.save()
        painter.setClipRect(rect)
        target = np.clip(self.params.cancellation_db + offset, 0.0, 30.0)
        self.draw_level(painter, rect, target, self.span, line_pen(t.centre, 1.5))
        painter.restore()
        for index, point in enumerate(points):
            centre = self.place(point)
            chosen = index in (self.held, self.chosen)
            if chosen:
                painter.setPen(QPen(QColor(t.accent), 2.0))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(centre, 10, 10)
            painter.setPen(QPen(QColor(t.centre), 1.75))
            painter.setBrush(QColor(t.centre if chosen else t.plot))
            painter.drawEllipse(centre, 5.5, 5.5)
        shown = self.held if self.held is not None else self.chosen if self.hasFocus() else None
        if shown is not None and shown < len(points):
            level = min(max(self.params.cancellation_db + points[shown][1], 0.0), 30.0)
            text = f"{painting.format_frequency(points[shown][0])}, {painting.format_level(level)}"
            painter.setFont(theme.font(12))
            painting.draw_tag(painter, self._tag_place(points[shown], text, rect), text, t.raised, t.text1)

    def _tag_place(self, point: tuple[float, float], text: str, rect: QRectF) -> QPointF:
        half = QFontMetricsF(theme.font(12)).horizontalAdvance(text) / 2 + 10
        place = self.place(point)
        y = place.y() - 24 if place.y() - 36 > rect.top() else place.y() + 24
        return QPointF(min(max(place.x(), rect.left() + half), rect.right() - half), y)
