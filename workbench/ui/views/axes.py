"""The grid's axes: frequency beside the spectrograms, time below, azimuth beside the talkers, the strip's scale."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from workbench.ui.painting import (
    MINUS,
    THIN_SPACE,
    draw_tag,
    draw_text,
    format_frequency_label,
    format_frequency_short,
    number,
    with_unit,
)
from workbench.ui.theme import font
from workbench.ui.views.plot import Painted
from workbench.ui.views.sound_axes import Crosshair

TICK = 3
LABEL_GAP = 6
"""From a label's end to the axis' edge, tick included."""
TAG_CLEARANCE = 14
"""A label nearer than this to the crosshair's tag gives way."""


class FrequencyAxis(Painted):
    """Frequencies from 40 Hz to 20 kHz on the plots' scale; the crosshair's frequency stands in a tag."""

    def __init__(self, crosshair: Crosshair, parent=None) -> None:
        super().__init__(parent)
        self.crosshair = crosshair
        self.setFont(font(11))
        self.setAccessibleName("Frequency axis")
        crosshair.changed.connect(self.update)
        crosshair.axes.changed.connect(self.invalidate)

    def _y(self, frequency_hz: float) -> float:
        return float(self.crosshair.axes.scale.y(frequency_hz, self.height()))

    def labelled_hz(self) -> tuple[int, ...]:
        """Frequencies with a tick and a label."""
        return self.crosshair.axes.scale.labelled_hz(self.height())

    def _with_unit(self, painter: QPainter, label: str) -> str:
        whole = with_unit(label, "Hz")
        return whole if painter.fontMetrics().horizontalAdvance(whole) <= self.width() - LABEL_GAP else label

    def paint_background(self, painter: QPainter) -> None:
        painter.setPen(QColor(self.tokens.text3))
        for hz in self.labelled_hz():
            y = min(round(self._y(hz)), self.height() - 1)
            painter.drawLine(self.width() - TICK, y, self.width() - 1, y)

    def paint(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        tag_y = None
        if self.crosshair.frequency_hz is not None:
            tag_y = self._y(self.crosshair.frequency_hz)
            tag_y = min(max(tag_y, 9.0), self.height() - 9.0)
        labelled = self.labelled_hz()
        for hz in labelled:
            y = min(max(self._y(hz), 6.0), self.height() - 6.0)
            if tag_y is None or abs(y - tag_y) >= TAG_CLEARANCE:
                label = format_frequency_label(hz)
                if hz == min(labelled):  # one label says what all are
                    label = self._with_unit(painter, label)
                draw_text(painter, self.width() - LABEL_GAP, y, label, self.tokens.text2, Qt.AlignmentFlag.AlignRight)
        if tag_y is not None:
            text = format_frequency_short(self.crosshair.frequency_hz)
            width = painter.fontMetrics().horizontalAdvance(text)
            padding = max(1, min(6, (self.width() - width) // 2))
            center = QPointF(self.width() - width / 2 - padding, tag_y)
            draw_tag(painter, center, text, self.tokens.text1, self.tokens.window, padding)


def time_marks(begin_s: float, end_s: float) -> list[float]:
    """Labelled times of an axis, in seconds before now, newest first: at most nine, in steps of 1, 2, 5 or 10 s."""
    step = next(step for step in (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0) if (end_s - begin_s) / step <= 8.01)
    newest, oldest = math.floor(end_s / step + 1e-6), math.ceil(begin_s / step - 1e-6)
    return [step * place for place in range(newest, oldest - 1, -1)]


class TimeAxis(Painted):
    """Seconds before now, "now" at the right unless it was scrolled; the crosshair's time stands in a tag."""

    def __init__(self, crosshair: Crosshair, parent=None) -> None:
        super().__init__(parent)
        self.crosshair = crosshair
        self.axes = crosshair.axes
        self.setFont(font(11))
        self.setAccessibleName("Time axis, seconds before now")
        crosshair.changed.connect(self.update)
        self.axes.changed.connect(self.invalidate)

    def _x(self, offset_s: float) -> float:
        return self.axes.x(offset_s, self.width())

    def paint_background(self, painter: QPainter) -> None:
        painter.setPen(QColor(self.tokens.text3))
        for mark_s in time_marks(self.axes.begin_s, self.axes.end_s):
            x = min(round(self._x(mark_s)), self.width() - 1)
            painter.drawLine(x, 0, x, TICK)

    def labels(self) -> list[tuple[float, str]]:
        """Times and what is written there; the leftmost says the unit."""
        marks = time_marks(self.axes.begin_s, self.axes.end_s)
        step = marks[0] - marks[1] if len(marks) > 1 else 1.0
        decimals = 0 if step >= 1 else 2 if step < 0.5 else 1
        return [
            (mark, (number(mark, decimals) if mark else "now") + (f"{THIN_SPACE}s" if mark == marks[-1] else ""))
            for mark in marks
        ]

    def paint(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        y = 13
        metrics = painter.fontMetrics()
        tag = None
        if self.crosshair.offset_s is not None:
            text = number(self.crosshair.offset_s, 2)
            half = (metrics.horizontalAdvance(text) + 12) / 2
            tag_x = min(max(self._x(self.crosshair.offset_s), half), self.width() - half)
            tag = (tag_x, half, text)
        for mark_s, label in self.labels():
            width = metrics.horizontalAdvance(label)
            left = min(max(self._x(mark_s) - width / 2, 0.0), float(self.width() - width))
            if tag is None or left > tag[0] + tag[1] + 2 or left + width < tag[0] - tag[1] - 2:
                draw_text(painter, left, y, label, self.tokens.text2)
        if tag is not None:
            draw_tag(painter, QPointF(tag[0], y), tag[2], self.tokens.text1, self.tokens.window)


class AzimuthAxis(Painted):
    """Azimuth beside the talkers lane: 180° at the top, left positive."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setFont(font(11))
        self.setAccessibleName("Azimuth axis, left positive")

    def paint_background(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        for degrees in (180, 90, 0, -90):
            y = round(self.height() * (0.5 - degrees / 360))
            painter.setPen(QPen(QColor(self.tokens.text3)))
            painter.drawLine(self.width() - TICK, y, self.width() - 1, y)
            label = ("180" if degrees == 180 else number(degrees, signed=True)) + "°"
            draw_text(
                painter, self.width() - LABEL_GAP, max(y, 6), label, self.tokens.text2, Qt.AlignmentFlag.AlignRight
            )


class StripScale(Painted):
    """Captions below the gain strip: gain leftwards, comb strength rightwards."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setFont(font(11))
        self.setAccessibleName("Scale of gain and comb strength")

    def paint_background(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        middle, y, ink = self.width() / 2, 11, self.tokens.text2
        right = Qt.AlignmentFlag.AlignRight
        draw_text(painter, 6, y, f"0{THIN_SPACE}dB", ink)
        draw_text(painter, middle - 6, y, f"{MINUS}30", ink, right)
        draw_text(painter, middle + 4, y, "0", ink)
        draw_text(painter, self.width(), y, f"100{THIN_SPACE}%", ink, right)


def azimuth_y(azimuth_rad: float, height: float) -> float:
    """Distance from the top of an azimuth axis: π at 0, −π at `height`."""
    return height * (0.5 - azimuth_rad / math.tau)
