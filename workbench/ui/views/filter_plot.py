"""The filters in other ways than their gains: impulse responses, group delay, what they lose by being causal, and where
the virtual loudspeaker is heard.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from workbench.core.messages import LoudspeakerResponse
from workbench.ui import painting, theme
from workbench.ui.theme import Tokens
from workbench.ui.views.loudspeaker_parts import driver_dashes, driver_sides
from workbench.ui.views.speaker_plot import SpeakerPlot, line_pen


@dataclass(frozen=True)
class Kind:
    """One way to look: its name, its levels, and what it means."""

    name: str
    label: str
    span: tuple[float, float]
    ticks: tuple[float, ...]
    unit: str
    tip: str


KINDS = (
    Kind("impulse", "Impulse responses", (-1.0, 1.0), (), "ms", "Each driver's filter around the common delay"),
    Kind("delay", "Group delay", (-2.0, 4.0), (-2, 0, 2, 4), "ms", "Group delay of each driver over the common delay"),
    Kind(
        "error",
        "Filter error",
        (-80.0, 5.0),
        (-80, -60, -40, -20, 0),
        "dB",
        "What the filters depart by from what was designed, because they begin and end: longer filters and more delay "
        "bring it down",
    ),
    Kind(
        "level",
        "Level between ears",
        (-5.0, 20.0),
        (0, 5, 10, 15, 20),
        "dB",
        "Virtual left loudspeaker, near over far ear: heard (solid), asked for (white), of a rigid sphere (dotted)",
    ),
    Kind(
        "time",
        "Time between ears",
        (-100.0, 500.0),
        (0, 200, 400),
        "µs",
        "Virtual left loudspeaker, how much later at the far ear: heard (solid), asked for (white), of a rigid sphere "
        "(dotted)",
    ),
)
_BY_NAME = {kind.name: kind for kind in KINDS}


class FilterPlot(SpeakerPlot):
    """One of KINDS for one input; a click or Enter goes on to the next. What is shown is written by whoever holds the
    plot, at its top, where the title would be."""

    kind_changed = Signal(str)

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.kind = KINDS[0]
        self.show_kind("impulse")

    def show_kind(self, name: str) -> None:
        """Show one of KINDS."""
        self.kind = _BY_NAME[name]
        self.setToolTip(f"{self.kind.tip}. Click for the next")
        self.setAccessibleName(self.kind.label)
        self.setAccessibleDescription(self.summary())
        self.kind_changed.emit(name)
        self.update()

    def axes_key(self) -> Hashable:
        times = None if self.detail is None else (self.detail.impulse_ms[0], self.detail.impulse_ms[-1])
        return super().axes_key(), self.kind, times

    def data_of(self, response: LoudspeakerResponse) -> tuple:
        detail, shared = response.detail, (response.frequency_hz, response.driver_names)
        curves = detail.group_delay_ms, detail.error_db, detail.image_ild_db, detail.image_itd_us
        return (*shared, *curves, detail.impulse, detail.impulse_ms)

    def data_key(self) -> Hashable:
        return super().data_key(), self.kind

    def summary(self) -> str:
        error_db = self.worst_error_db
        return (
            f"{self.kind.tip}. Largest error from 300 Hz to 8 kHz: {painting.format_level(error_db)}"
            if error_db
            else ""
        )

    @property
    def worst_error_db(self) -> float | None:
        """Largest error of the filters from 300 Hz to 8 kHz."""
        return None if self.response is None else worst_error_db(self.response)

    def _next(self) -> None:
        self.show_kind(KINDS[(KINDS.index(self.kind) + 1) % len(KINDS)].name)

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._next()

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._next()
        else:
            super().keyPressEvent(event)

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        if self.kind.name != "impulse":
            self.paint_levels(painter, rect, self.kind.span, self.kind.ticks, signed=self.kind.name == "delay")
            self.paint_frequencies(painter, rect)
        elif self.detail is not None:
            self._paint_times(painter, rect)
        painter.setFont(theme.font(11))
        painter.setPen(QColor(self.tokens.text3))
        if self.kind.name != "impulse":
            corner = rect.adjusted(0, 3, -6, 0)
            painter.drawText(corner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, self.kind.unit)

    def _paint_times(self, painter: QPainter, rect: QRectF) -> None:
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
        if self.kind.name == "impulse":
            self._paint_impulses(painter, rect)
        elif self.kind.name == "delay":
            rows = np.asarray(self.detail.group_delay_ms[self.input])
            sides = driver_sides(self.layout_shown, self.response.driver_names)
            for row, side, dash in zip(rows, sides, driver_dashes(sides, rows)):
                self.draw_level(painter, rect, row, self.kind.span, line_pen(getattr(self.tokens, side), 1.5, dash))
        elif self.kind.name == "error":
            self.draw_level(painter, rect, self.detail.error_db, self.kind.span, line_pen(self.tokens.accent, 1.75))
        else:
            rows = self.detail.image_ild_db if self.kind.name == "level" else self.detail.image_itd_us
            if not np.isfinite(rows).any():
                self._paint_nothing(painter, rect)
            pens = (
                line_pen(self.tokens.text2, 1.5, (1.0, 2.5)),
                line_pen(self.tokens.text1, 1.25),
                line_pen(self.tokens.accent, 1.75),
            )
            for row, pen in zip(rows[::-1], pens):
                self.draw_level(painter, rect, row, self.kind.span, pen)

    def _paint_nothing(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(QColor(self.tokens.text2))
        painter.setFont(theme.font(12))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(rect.adjusted(16, 0, -16, 0), flags, "No virtual loudspeakers: the target is the ears.")

    def _paint_impulses(self, painter: QPainter, rect: QRectF) -> None:
        sides = driver_sides(self.layout_shown, self.response.driver_names)
        rows = np.asarray(self.detail.impulse[self.input])
        x = np.linspace(rect.left(), rect.right(), rows.shape[1])
        height = rect.height() / len(rows)
        scale = 0.45 * height / max(float(np.abs(rows).max()), 1e-6)
        painter.setFont(theme.font(11))
        for number, (row, side, name) in enumerate(zip(rows, sides, self.response.driver_names)):
            middle = rect.top() + (number + 0.5) * height
            painter.setPen(QPen(QColor(self.tokens.line), 1.0))
            painter.drawLine(QPointF(rect.left(), middle), QPointF(rect.right(), middle))
            painting.draw_line(painter, x, middle - scale * row, line_pen(getattr(self.tokens, side), 1.25))
            box = QRectF(rect.left(), rect.top() + number * height + 2, rect.width() - 8, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)


def worst_error_db(response) -> float | None:
    """Largest error of a design's filters from 300 Hz to 8 kHz; None where it is not known."""
    if response.detail is None:
        return None
    frequency_hz = np.asarray(response.frequency_hz)
    error_db = np.asarray(response.detail.error_db)[(frequency_hz >= 300) & (frequency_hz <= 8000)]
    return float(error_db.max()) if error_db.size and np.isfinite(error_db).all() else None
