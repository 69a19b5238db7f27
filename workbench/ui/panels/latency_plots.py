"""Pictures of the dropouts-and-latency panel: the budget as a staircase, and the drift with its dropouts."""

from __future__ import annotations

import math
import time
from collections import deque

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from workbench.core.messages import LatencyPart
from workbench.ui import theme
from workbench.ui.controls import Themed
from workbench.ui.painting import draw_message, draw_text

ROW = 22
LABEL, VALUE = 92, 48
AXIS = 20
RIGHT = Qt.AlignmentFlag.AlignRight
CENTRE = Qt.AlignmentFlag.AlignHCenter

TITLES = {"in": "Input", "out": "Output"}
"""Parts whose names are short in the status bar."""

SPAN_S = 900.0
"""The drift of 15 minutes is shown."""
KEPT = 1800
STEP_S = 0.5
DRIFT_STEPS_PPM = (20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)


def steady_s() -> float:
    """A clock that runs on while the computer sleeps, and that nobody can set: what the time of day was is told from
    how long ago it was."""
    with_sleep = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if with_sleep is None else time.clock_gettime(with_sleep)


def nice_step(longest: float, most: int = 5) -> float:
    """Distance of ticks: 1, 2 or 5 times a power of ten, so that at most `most` fit."""
    raw = max(longest, 1e-6) / most
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * (1 - 1e-9))


class BudgetStaircase(Themed, QWidget):
    """Each part starts where the one before ends; below them their sum, with the measured delay as a tick."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.parts: tuple[LatencyPart, ...] = ()
        self.measured_ms: float | None = None
        self.setAccessibleName("Latency budget")
        self.setProperty("picture", "latency")
        self._fit()

    @property
    def total_ms(self) -> float:
        """The sum of the parts."""
        return sum(part.ms for part in self.parts)

    def set_budget(self, parts: tuple[LatencyPart, ...], measured_ms: float | None) -> None:
        """Show parts (those without length are left out) and, if known, what was measured."""
        parts = tuple(part for part in parts if part.samples > 0)
        if (parts, measured_ms) == (self.parts, self.measured_ms):
            return
        grown = len(parts) != len(self.parts)
        self.parts, self.measured_ms = parts, measured_ms
        told = ", ".join(f"{part.label} {part.ms:.1f} ms" for part in parts)
        self.setAccessibleDescription(f"{told}; sum {self.total_ms:.1f} ms" if told else "unknown")
        if grown:
            self._fit()
        self.update()

    def _fit(self) -> None:
        self.setFixedHeight(ROW * (max(len(self.parts), 1) + 1) + AXIS)
        self.updateGeometry()

    def bars(self) -> list[QRectF]:
        """Where each part lies, and last the sum."""
        scale = self._scale()
        found, at_ms = [], 0.0
        for row, part in enumerate(self.parts):
            found.append(QRectF(LABEL + at_ms * scale, row * ROW + 3, max(part.ms * scale, 2), ROW - 8))
            at_ms += part.ms
        found.append(QRectF(LABEL, len(self.parts) * ROW + 4, at_ms * scale, ROW - 8))
        return found

    def _longest_ms(self) -> float:
        return max(self.total_ms, self.measured_ms or 0.0, 1.0)

    def _scale(self) -> float:
        return (self.width() - LABEL - VALUE) / (1.05 * self._longest_ms())

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        if not self.parts:
            painter.setFont(theme.font(12))
            draw_text(painter, self.width() / 2, self.height() / 2, "Stopped. Press Start (Space).", t.text3, CENTRE)
            painter.end()
            return
        scale, bottom = self._scale(), self.height() - AXIS
        painter.setFont(theme.font(11))
        step, tick_ms = nice_step(self._longest_ms()), 0.0
        while tick_ms <= 1.05 * self._longest_ms():
            x = round(LABEL + tick_ms * scale) + 0.5
            painter.setPen(QPen(QColor(t.line), 1))
            painter.drawLine(QPointF(x, 0), QPointF(x, bottom))
            draw_text(painter, x, bottom + AXIS / 2, f"{tick_ms:g}", t.text3, CENTRE)
            tick_ms += step
        bars = self.bars()
        for row, (part, bar) in enumerate(zip(self.parts, bars)):
            painter.setFont(theme.font(12))
            middle = bar.center().y()
            draw_text(painter, 0, middle, TITLES.get(part.label, part.label.capitalize()), t.text2)
            draw_text(painter, self.width(), middle, f"{part.ms:.1f}", t.text1, RIGHT)
            painter.setPen(QPen(QColor(t.line_strong), 1))
            painter.setBrush(QColor(t.hover))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawRoundedRect(bar.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            if row + 1 < len(self.parts):
                painter.drawLine(QPointF(bar.right(), bar.bottom()), QPointF(bar.right(), bars[row + 1].top()))
        total = bars[-1]
        painter.setFont(theme.font(12, 600))
        draw_text(painter, 0, total.center().y(), "Sum", t.text1)
        draw_text(painter, self.width(), total.center().y(), f"{self.total_ms:.1f}", t.text1, RIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.slider_fill))
        painter.drawRect(total)
        if self.measured_ms is not None:
            x = LABEL + self.measured_ms * scale
            painter.fillRect(QRectF(round(x) - 1, total.top() - 4, 2, total.height() + 8), QColor(t.text1))
        painter.end()


class DriftPlot(Themed, QWidget):
    """Drift in ppm over the last 15 minutes; a line stands where a dropout was."""

    LEFT = 36

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.points: deque[tuple[float, float]] = deque(maxlen=KEPT)
        self.dropouts: list[tuple[float, bool]] = []
        self.setFixedHeight(132)
        self.setAccessibleName("Clock drift over 15 minutes")
        self.setProperty("picture", "drift")

    def add(self, when_s: float, drift_ppm: float | None) -> None:
        """A value at a time by `steady_s`; at most two a second are kept."""
        if drift_ppm is None or (self.points and when_s - self.points[-1][0] < STEP_S):
            return
        self.points.append((when_s, drift_ppm))
        self.update()

    def set_dropouts(self, dropouts: list[tuple[float, bool]]) -> None:
        """Times of all dropouts by `steady_s`, and whether each was Earshot's own."""
        if dropouts != self.dropouts:
            self.dropouts = dropouts
            self.update()

    def _range_ppm(self, now_s: float) -> float:
        largest = max((abs(ppm) for at, ppm in self.points if at > now_s - SPAN_S), default=0.0)
        return next((step for step in DRIFT_STEPS_PPM if step >= largest), DRIFT_STEPS_PPM[-1])

    def paintEvent(self, event):
        t, now_s = self.tokens, steady_s()  # the right edge
        painter = QPainter(self)
        plot = QRectF(self.LEFT, 4, self.width() - self.LEFT, self.height() - 4 - AXIS)
        painter.fillRect(plot, QColor(t.plot))
        largest = self._range_ppm(now_s)
        painter.setFont(theme.font(11))
        for part, text in ((1.0, f"+{largest:g}"), (0.0, "0"), (-1.0, f"−{largest:g}")):
            y = plot.center().y() - part * (plot.height() / 2 - 6)
            painter.setPen(QPen(QColor(t.line), 1))
            painter.drawLine(QPointF(plot.left(), round(y) + 0.5), QPointF(plot.right(), round(y) + 0.5))
            draw_text(painter, self.LEFT - 6, y, text, t.text3, RIGHT)
        to_x = lambda at: plot.right() - (now_s - at) / SPAN_S * plot.width()  # noqa: E731
        clock_s = time.time()
        first = math.ceil((clock_s - SPAN_S) / 300) * 300
        for mark in range(first, int(clock_s) + 1, 300):
            x = round(to_x(mark - clock_s + now_s)) + 0.5
            painter.setPen(QPen(QColor(t.line), 1))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            clock = time.strftime("%H:%M", time.localtime(mark))
            draw_text(
                painter, min(max(x, self.LEFT + 16), self.width() - 16), self.height() - 8, clock, t.text3, CENTRE
            )
        painter.setClipRect(plot)
        for at, own in sorted(self.dropouts, key=lambda dropout: dropout[1]):  # our own are never hidden by others
            painter.setPen(QPen(QColor(t.clip if own else t.warning), 1))
            x = round(to_x(at)) + 0.5
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        scale = (plot.height() / 2 - 6) / largest
        line = QPolygonF([QPointF(to_x(at), plot.center().y() - ppm * scale) for at, ppm in self.points])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(t.text1), 1.5))
        painter.drawPolyline(line)
        painter.setClipping(False)
        if not self.points:
            draw_message(painter, plot.center(), "One clock: nothing drifts.", t)
        painter.end()
