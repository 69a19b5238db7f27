"""The grid's axes: frequency beside the spectrograms, time below, azimuth beside the talkers, the strip's scale."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from workbench.ui.painting import (
    AXIS_HZ,
    MINUS,
    THIN_SPACE,
    draw_tag,
    draw_text,
    format_frequency_short,
    frequency_y,
    number,
)
from workbench.ui.theme import font
from workbench.ui.views.plot import Crosshair, Painted
from workbench.ui.views.sound_history import VISIBLE_S

TICK = 3
LABEL_GAP = 6
"""From a label's end to the axis' edge, tick included."""
TALL = 340
"""Pixels from which a frequency axis has room for 300 Hz, 3 kHz and 50 Hz too."""
TAG_CLEARANCE = 14
"""A label nearer than this to the crosshair's tag gives way."""


def axis_frequencies(height: int) -> tuple[int, ...]:
    """Labelled frequencies of an axis so high: 1-2-5 steps where it is short."""
    return AXIS_HZ if height >= TALL else tuple(hz for hz in AXIS_HZ if hz not in (3000, 2000, 300, 50))


class FrequencyAxis(Painted):
    """ERB axis, 40 Hz to 20 kHz; the crosshair's frequency stands in a tag."""

    def __init__(self, crosshair: Crosshair, parent=None) -> None:
        super().__init__(parent)
        self.crosshair = crosshair
        self.setFont(font(11))
        self.setAccessibleName("Frequency axis")
        crosshair.changed.connect(self.update)

    def paint_background(self, painter: QPainter) -> None:
        painter.setPen(QColor(self.tokens.text3))
        for hz in axis_frequencies(self.height()):
            y = min(round(float(frequency_y(hz, self.height()))), self.height() - 1)
            painter.drawLine(self.width() - TICK, y, self.width() - 1, y)

    def paint(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        tag_y = None
        if self.crosshair.frequency_hz is not None:
            tag_y = float(frequency_y(self.crosshair.frequency_hz, self.height()))
            tag_y = min(max(tag_y, 9.0), self.height() - 9.0)
        for hz in axis_frequencies(self.height()):
            y = min(max(float(frequency_y(hz, self.height())), 6.0), self.height() - 6.0)
            if tag_y is None or abs(y - tag_y) >= TAG_CLEARANCE:
                label = f"{hz // 1000}k" if hz >= 1000 else str(hz)
                draw_text(painter, self.width() - LABEL_GAP, y, label, self.tokens.text2, Qt.AlignmentFlag.AlignRight)
        if tag_y is not None:
            text = format_frequency_short(self.crosshair.frequency_hz)
            width = painter.fontMetrics().horizontalAdvance(text)
            padding = max(1, min(6, (self.width() - width) // 2))
            center = QPointF(self.width() - width / 2 - padding, tag_y)
            draw_tag(painter, center, text, self.tokens.text1, self.tokens.window, padding)


class TimeAxis(Painted):
    """The last eight seconds, "now" at the right; the crosshair's time stands in a tag."""

    def __init__(self, crosshair: Crosshair, parent=None) -> None:
        super().__init__(parent)
        self.crosshair = crosshair
        self.setFont(font(11))
        self.setAccessibleName("Time axis, seconds before now")
        crosshair.changed.connect(self.update)

    def _x(self, offset_s: float) -> float:
        return self.width() * (1 + offset_s / VISIBLE_S)

    def paint_background(self, painter: QPainter) -> None:
        painter.setPen(QColor(self.tokens.text3))
        for second in range(round(VISIBLE_S) + 1):
            x = min(round(self._x(-second)), self.width() - 1)
            painter.drawLine(x, 0, x, TICK)

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
        for second in range(round(VISIBLE_S) + 1):
            label = f"{MINUS}{second}" if second else "now"
            align, x = Qt.AlignmentFlag.AlignHCenter, self._x(-second)
            if second == round(VISIBLE_S):
                label, align = label + THIN_SPACE + "s", Qt.AlignmentFlag.AlignLeft
            elif second == 0:
                align = Qt.AlignmentFlag.AlignRight
            width = metrics.horizontalAdvance(label)
            left = x - {Qt.AlignmentFlag.AlignHCenter: width / 2, Qt.AlignmentFlag.AlignRight: width}.get(align, 0)
            if tag is None or left > tag[0] + tag[1] + 2 or left + width < tag[0] - tag[1] - 2:
                draw_text(painter, x, y, label, self.tokens.text2, align)
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
