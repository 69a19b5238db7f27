"""A loudspeaker design: crosstalk separation and driver gains over frequency, and where drivers and listener are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from workbench.core.geometry import SpeakerLayout
from workbench.core.messages import LoudspeakerResponse
from workbench.ui import painting, theme
from workbench.ui.theme import Tokens
from workbench.ui.views.loudspeaker_parts import (
    DASHES,
    HIGH_HZ,
    LOW_HZ,
    clip_to_field,
    driver_dashes,
    driver_sides,
    frequency_fraction,
    line_pen,
    mean_separation_db,
    peak_drive_db,
)
from workbench.ui.views.loudspeaker_plan import paint_plan
from workbench.ui.views.statistics import HEIGHT as STATISTICS_HEIGHT
from workbench.ui.views.statistics import Statistic, draw_statistics

SEPARATION_DB = (-3.0, 33.0)
GAIN_DB = (-16.0, 16.0)
EMPTY = "Choose a loudspeaker layout to see its separation."
_LABELLED_HZ = (100, 500, 1000, 2000, 5000, 10000, 20000)
_POSITIONS = ("nominal", "2 cm", "5 cm")
_PLAN_WIDTH = 124


class LoudspeakerCanvas(QWidget):
    """Plan, two plots and the figures, painted."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = tokens
        self._response: LoudspeakerResponse | None = None
        self._layout: SpeakerLayout | None = None
        self._picture: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(300, 240)
        self.setAccessibleName("Loudspeaker design")
        self.setProperty("picture", "loudspeakers")
        self._describe()

    def show_response(self, response: LoudspeakerResponse | None) -> None:
        self._response = response
        self._describe()
        self._renew()

    def set_layout(self, layout: SpeakerLayout | None) -> None:
        self._layout = layout
        self._renew()

    def apply_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._renew()

    def resizeEvent(self, event) -> None:
        self._renew()

    def _renew(self) -> None:
        self._picture = None
        self.update()

    def statistics(self) -> list[Statistic]:
        """The figures as they are written."""
        response = self._response
        labels = ("Separation", "2 cm off", "5 cm off")
        entries = []
        for label, position in zip(labels, _POSITIONS):
            separation_db = None if response is None else response.separation_db.get(position)
            mean_db = None if separation_db is None else mean_separation_db(response.frequency_hz, separation_db)
            tone = "accent" if position == "nominal" else "text1"
            entries.append(Statistic(label, painting.number(mean_db, 1), tone=tone if mean_db is not None else "text1"))
        peak_db = None if response is None else peak_drive_db(response)
        entries.append(Statistic("Peak drive", painting.number(peak_db, 1, signed=True)))
        return entries

    def _describe(self) -> None:
        text = EMPTY if self._response is None else "Mean 300 Hz to 8 kHz: " + "; ".join(map(str, self.statistics()))
        self.setAccessibleDescription(text)
        self.setToolTip("" if self._response is None else "Means from 300 Hz to 8 kHz; drive from 100 Hz to 20 kHz")

    # ---------------------------------------------------------------------------------------- geometry

    def sizeHint(self) -> QSize:
        return QSize(472, 352)

    def plan_rect(self) -> QRectF:
        """Where the plan lies; it has no place in narrow views."""
        width = _PLAN_WIDTH if self.width() >= 420 else 0
        return QRectF(theme.PANEL_PADDING, 6, width, self.height() - STATISTICS_HEIGHT - 16)

    def plot_rects(self) -> tuple[QRectF, QRectF]:
        """The separation plot and the gain plot, which share the frequency axis."""
        plan = self.plan_rect()
        left = plan.right() + (38 if plan.width() else 28)
        right = self.width() - theme.PANEL_PADDING
        top, bottom = 24.0, self.height() - STATISTICS_HEIGHT - 28.0
        first = round((bottom - top - 28) * 0.6)
        upper = QRectF(left, top, right - left, first)
        lower = QRectF(left, upper.bottom() + 28, right - left, bottom - upper.bottom() - 28)
        return upper, lower

    # ---------------------------------------------------------------------------------------- painting

    def paintEvent(self, event) -> None:
        ratio = painting.pixel_ratio(self)
        if self._picture is None or self._picture.devicePixelRatio() != ratio:
            self._picture = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            self._paint(QPainter(self._picture))
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        upper, lower = self.plot_rects()
        self._paint_axes(painter, upper, SEPARATION_DB, (0, 10, 20, 30), signed=False)
        self._paint_axes(painter, lower, GAIN_DB, (-10, 0, 10), signed=True)
        self._paint_frequencies(painter, lower)
        if self.plan_rect().width():
            paint_plan(painter, self.plan_rect(), self._layout, self._tokens)
        if self._response is not None:
            self._paint_separation(painter, upper)
            self._paint_gains(painter, lower)
        else:
            self._paint_empty(painter, upper)
        inner = self.width() - 2 * theme.PANEL_PADDING
        foot = QRectF(theme.PANEL_PADDING, self.height() - STATISTICS_HEIGHT, inner, STATISTICS_HEIGHT)
        draw_statistics(painter, foot, self.statistics(), self._tokens)
        painter.end()

    def _paint_empty(self, painter: QPainter, rect: QRectF) -> None:
        painter.setFont(theme.font(13))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        room = rect.adjusted(24, 0, -24, 0)
        painter.fillRect(painter.boundingRect(room, flags, EMPTY).adjusted(-4, -2, 4, 2), QColor(self._tokens.plot))
        painter.setPen(QColor(self._tokens.text2))
        painter.drawText(room, flags, EMPTY)

    def _paint_axes(
        self, painter: QPainter, rect: QRectF, span_db: tuple[float, float], ticks: Sequence[int], signed: bool
    ) -> None:
        t = self._tokens
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.plot))
        painter.drawRoundedRect(rect, theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.setFont(theme.font(11))
        for tick in ticks:
            y = round(_level_y(rect, tick, span_db)) + 0.5
            painter.setPen(QPen(QColor(t.line_strong if tick == 0 else t.line), 1.0))
            painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
            painter.setPen(QColor(t.text2))
            box = QRectF(rect.left() - 34, y - 8, 28, 16)
            text = painting.number(tick, signed=signed)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(QPen(QColor(t.line), 1.0))
        for frequency_hz in _LABELLED_HZ[1:-1]:
            x = round(rect.left() + float(frequency_fraction(frequency_hz)) * rect.width()) + 0.5
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
        painter.setPen(QColor(t.text3))
        corner = rect.adjusted(0, 3, -6, 0)
        painter.drawText(corner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, "dB")

    def _paint_frequencies(self, painter: QPainter, rect: QRectF) -> None:
        painter.setFont(theme.font(11))
        painter.setPen(QColor(self._tokens.text2))
        for frequency_hz in _LABELLED_HZ:
            text = f"{frequency_hz // 1000}k" if frequency_hz >= 1000 else str(frequency_hz)
            x = rect.left() + float(frequency_fraction(frequency_hz)) * rect.width()
            box = QRectF(x - 20, rect.bottom() + 3, 40, 16)
            if frequency_hz == _LABELLED_HZ[0]:
                box.moveLeft(rect.left())
                painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
            elif frequency_hz == _LABELLED_HZ[-1]:
                box.moveRight(rect.right())
                painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
            else:
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_level(
        self, painter: QPainter, rect: QRectF, level_db: np.ndarray, span_db: tuple[float, float], pen: QPen
    ) -> None:
        frequency_hz = np.asarray(self._response.frequency_hz, dtype=float)
        level_db = np.asarray(level_db, dtype=float)
        inside = (frequency_hz >= LOW_HZ * 0.9) & (frequency_hz <= HIGH_HZ * 1.1) & ~np.isnan(level_db)
        x = rect.left() + frequency_fraction(frequency_hz[inside]) * rect.width()
        beyond = span_db[1] - span_db[0]
        y = _level_y(rect, np.clip(level_db[inside], span_db[0] - beyond, span_db[1] + beyond), span_db)
        painting.draw_line(painter, x, y, pen)

    def _paint_separation(self, painter: QPainter, rect: QRectF) -> None:
        t, response = self._tokens, self._response
        lines = [("plain", response.plain_separation_db, line_pen(t.before, 1.5))]
        styles = {"5 cm": line_pen(t.text2, 1.5, DASHES[2]), "2 cm": line_pen(t.text2, 1.5, DASHES[1])}
        styles["nominal"] = line_pen(t.accent, 1.75)
        lines += [
            (position, response.separation_db[position], pen)
            for position, pen in styles.items()
            if position in response.separation_db
        ]
        painter.save()
        clip_to_field(painter, rect)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for _, separation_db, pen in lines:
            self._draw_level(painter, rect, separation_db, SEPARATION_DB, pen)
        painter.restore()
        words = {"nominal": "nominal", "2 cm": "2 cm off", "5 cm": "5 cm off", "plain": "plain"}
        legend = [(words[name], pen, t.text2) for name, _, pen in reversed(lines)]
        _paint_legend(painter, QRectF(rect.left(), rect.top() - 20, rect.width(), 16), legend)

    def _paint_gains(self, painter: QPainter, rect: QRectF) -> None:
        t, response = self._tokens, self._response
        sides = driver_sides(self._layout, response.driver_names)
        pens = [
            line_pen(getattr(t, side), 1.5, dash)
            for side, dash in zip(sides, driver_dashes(sides, response.driver_gain_db))
        ]
        painter.save()
        clip_to_field(painter, rect)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for gain_db, pen in zip(response.driver_gain_db, pens):
            self._draw_level(painter, rect, gain_db, GAIN_DB, pen)
        painter.restore()
        title = "Driver gain"
        painter.setFont(theme.font(11))
        painter.setPen(QColor(t.text3))
        row = QRectF(rect.left(), rect.top() - 20, rect.width(), 16)
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, title)
        room = row.adjusted(QFontMetricsF(painter.font()).horizontalAdvance(title) + 12, 0, 0, 0)
        names = list(response.driver_names)
        if _legend_width(painter, names) > room.width():
            names = [str(number) for number in range(1, len(names) + 1)]
        legend = [(name, pen, t.text2) for name, pen in zip(names, pens)]
        room.setLeft(max(room.left(), room.right() - _legend_width(painter, names)))
        _paint_legend(painter, room, legend)


def _level_y(rect: QRectF, level_db, span_db: tuple[float, float]):
    low, high = span_db
    return rect.top() + (high - level_db) / (high - low) * rect.height()


_SAMPLE, _SAMPLE_GAP, _ENTRY_GAP = 18.0, 5.0, 12.0


def _legend_width(painter: QPainter, names: Sequence[str]) -> float:
    metrics = QFontMetricsF(painter.font())
    return sum(_SAMPLE + _SAMPLE_GAP + metrics.horizontalAdvance(name) + _ENTRY_GAP for name in names) - _ENTRY_GAP


def _paint_legend(painter: QPainter, row: QRectF, entries: Sequence[tuple[str, QPen, str]]) -> None:
    painter.setFont(theme.font(11))
    metrics = QFontMetricsF(painter.font())
    x, y = row.left(), round(row.center().y()) + 0.5
    for name, pen, color in entries:
        painter.setPen(pen)
        painter.drawLine(QPointF(x, y), QPointF(x + _SAMPLE, y))
        x += _SAMPLE + _SAMPLE_GAP
        painter.setPen(QColor(color))
        width = metrics.horizontalAdvance(name)
        painter.drawText(QRectF(x, row.top(), width + 2, row.height()), Qt.AlignmentFlag.AlignVCenter, name)
        x += width + _ENTRY_GAP


class LoudspeakersView(QWidget):
    """The loudspeaker design's view. Its `tools` (the layout's name) stand in the header of the panel that holds it."""

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(parent)
        self.canvas = LoudspeakerCanvas(tokens, self)
        self.tools = QLabel()
        self.tools.setFont(theme.font(12))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas)
        self.apply_theme(tokens)

    def show_response(self, response: LoudspeakerResponse | None) -> None:
        """Show a design's response; None brings the empty state."""
        self.canvas.show_response(response)
        self.tools.setText("" if response is None else response.layout)

    def set_layout(self, layout: SpeakerLayout | None) -> None:
        """Draw the plan of a layout; None leaves it empty."""
        self.canvas.set_layout(layout)

    def apply_theme(self, tokens: Tokens) -> None:
        """Use a theme's colours."""
        self.canvas.apply_theme(tokens)
        self.tools.setStyleSheet(f"color: {tokens.text3}")

    def clear(self) -> None:
        """Forget the response."""
        self.show_response(None)
