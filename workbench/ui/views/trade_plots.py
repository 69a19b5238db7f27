"""What a loudspeaker design may be traded for: the front of beams, the boost limit's worth, the listening zone."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.core.params import RenderParams
from workbench.core.trades import Trades
from workbench.ui import painting, theme
from workbench.ui.theme import Tokens
from workbench.ui.views.speaker_plot import line_pen

TITLE, LEGEND = 30, 20
REACH = 16.0
NULL_SPAN = (-22.0, 1.0)
EVEN_SPAN = (0.0, 12.0)
GAIN_SPAN = (-10.0, 8.0)
"""White-noise gain over the colour map."""
SEPARATION_SPAN = (0.0, 33.0)
SIDE_SPAN = (-25.0, 25.0)
LATERAL_SPAN = (-12.0, 12.0)


FRONT_TIP = "A click takes a beam; Left and Right go along the best ones"


class TradePlot(QWidget):
    """Title, axes, and what a subclass paints."""

    changed = Signal(dict)
    """{path: value} of the parameters that a person chose by a click."""
    title = x_label = y_label = empty = ""
    x_span = y_span = (0.0, 1.0)
    x_ticks: tuple[float, ...] = ()
    y_ticks: tuple[float, ...] = ()

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(parent)
        self.tokens, self.trades, self.params = tokens, None, RenderParams()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 260)
        self.setAccessibleName(self.title)
        self.setProperty("picture", True)

    def sizeHint(self) -> QSize:
        return QSize(330, 340)

    def show_trades(self, trades: Trades | None) -> None:
        """Show a result; None leaves the axes."""
        self.trades = trades
        self.setAccessibleDescription(self.summary())
        self.update()

    def show_params(self, params: RenderParams) -> None:
        """The parameters in force are marked."""
        self.params = params
        self.update()

    def apply_theme(self, tokens: Tokens) -> None:
        """Use a theme's colours."""
        self.tokens = tokens
        self.update()

    def summary(self) -> str:
        """The plot in words."""
        return ""

    def plot_rect(self) -> QRectF:
        """Where the data lie."""
        return QRectF(44, TITLE + LEGEND, self.width() - 56, self.height() - TITLE - LEGEND - 44)

    def point(self, x: float, y: float) -> QPointF:
        """Where values are drawn; beyond the axes at their ends."""
        rect = self.plot_rect()
        across, up = (
            min(max((value - low) / (high - low), 0.0), 1.0)
            for value, (low, high) in ((x, self.x_span), (y, self.y_span))
        )
        return QPointF(rect.left() + across * rect.width(), rect.bottom() - up * rect.height())

    def paintEvent(self, event) -> None:
        painter, t, rect = QPainter(self), self.tokens, self.plot_rect()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(13, 600))
        painter.setPen(QColor(t.text1))
        painter.drawText(QRectF(12, 4, self.width(), TITLE - 6), Qt.AlignmentFlag.AlignVCenter, self.title)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.plot))
        painter.drawRoundedRect(rect, theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.setFont(theme.font(11))
        for tick in self.y_ticks:
            y = round(self.point(self.x_span[0], tick).y()) + 0.5
            painter.setPen(QPen(QColor(t.line), 1.0))
            painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
            painter.setPen(QColor(t.text2))
            box = QRectF(rect.left() - 40, y - 8, 34, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, painting.number(tick))
        for tick in self.x_ticks:
            x = round(self.point(tick, self.y_span[0]).x()) + 0.5
            painter.setPen(QPen(QColor(t.line), 1.0))
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
            painter.setPen(QColor(t.text2))
            painter.drawText(
                QRectF(x - 20, rect.bottom() + 3, 40, 16), Qt.AlignmentFlag.AlignCenter, painting.number(tick)
            )
        painter.setPen(QColor(t.text3))
        foot = QRectF(rect.left(), rect.bottom() + 20, rect.width(), 16)
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, self.x_label)
        width = QFontMetricsF(painter.font()).horizontalAdvance(self.y_label)
        label = QRectF(rect.left() + 4, rect.top() + 2, width + 6, 16)
        painter.fillRect(label, QColor(t.plot))  # no grid line runs through the words
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, self.y_label)
        if self.trades is None or self.nothing():
            painter.setPen(QColor(t.text2))
            words = self.empty if self.trades is not None else "Compute to see it."
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            place = rect.adjusted(24, 0, -24, 0)
            box = QRectF(painter.boundingRect(place, flags, words)).adjusted(-12, -8, 12, 8)
            painter.setPen(QPen(QColor(t.line), 1))
            painter.setBrush(QColor(t.panel))
            painter.drawRoundedRect(box, theme.RADIUS_TOOLBAR, theme.RADIUS_TOOLBAR)
            painter.setPen(QColor(t.text2))
            painter.drawText(place, flags, words)
        else:
            self.paint_data(painter, rect)
        if self.hasFocus():
            painter.setPen(QPen(QColor(t.accent), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(-2, -2, 2, 2), theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.end()

    def nothing(self) -> bool:
        """There is a result, but nothing of it to show here."""
        return False

    def paint_data(self, painter: QPainter, rect: QRectF) -> None:
        """Points and curves."""

    def legend(self, painter: QPainter, entries: list[tuple[str, QPen]]) -> None:
        """Names of curves above the plot."""
        painter.setFont(theme.font(11))
        x, y = self.plot_rect().left(), TITLE + 7.5
        for words, pen in entries:
            painter.setPen(pen)
            painter.drawLine(QPointF(x, y), QPointF(x + 18, y))
            painter.setPen(QColor(self.tokens.text2))
            painter.drawText(QRectF(x + 23, y - 8, 160, 16), Qt.AlignmentFlag.AlignVCenter, words)
            x += 23 + QFontMetricsF(painter.font()).horizontalAdvance(words) + 12

    def curve(self, painter: QPainter, x: np.ndarray, y: np.ndarray, pen: QPen) -> None:
        """A line through the values that are finite."""
        good = np.isfinite(y)
        points = [self.point(a, b) for a, b in zip(x[good].tolist(), y[good].tolist())]
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(points)


class BeamFrontPlot(TradePlot):
    """Beams by evenness and null; the colour is the white-noise gain. A click takes one, arrow keys go along the front.

    Filled: no other beam is better in all three.
    """

    title = "Beams to choose from"
    x_label = "unevenness in the window, dB"
    y_label = "null of 95 % of units, dB"
    x_span, y_span = EVEN_SPAN, NULL_SPAN
    x_ticks, y_ticks = (0, 3, 6, 9, 12), (-20, -15, -10, -5, 0)
    empty = "These drivers have no beam to choose: it takes three that do not lie in one line."

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setToolTip(FRONT_TIP)

    def summary(self) -> str:
        return "" if self.trades is None else f"{sum(beam.best for beam in self.trades.beams)} beams on the front"

    def nothing(self) -> bool:
        return not any(beam.found_null_db < -3 for beam in self.trades.beams)

    def place(self, beam) -> QPointF:
        """Where a beam is drawn."""
        return self.point(beam.found_unevenness_db, beam.found_null_95_db)

    def at(self, position: QPointF):
        """The beam at a place, those of the front first; None."""
        if self.trades is None or self.nothing():
            return None
        near = [(not beam.best, (self.place(beam) - position).manhattanLength(), beam) for beam in self.trades.beams]
        near = [entry for entry in near if entry[1] <= REACH]
        return min(near, key=lambda entry: entry[:2])[2] if near else None

    def front(self) -> list:
        """The beams that no other is better than, most even first."""
        beams = [] if self.trades is None else [beam for beam in self.trades.beams if beam.best]
        return sorted(beams, key=lambda beam: beam.found_unevenness_db)

    def chosen(self):
        """The beam of the parameters in force, or None."""
        wanted = (self.params.beam_null_db, self.params.beam_even_db)
        beams = () if self.trades is None else self.trades.beams
        return next((beam for beam in beams if (beam.null_db, beam.unevenness_db) == wanted), None)

    def choose(self, beam) -> None:
        """Take a beam's goals as parameters."""
        self.changed.emit({"render.beam_null_db": beam.null_db, "render.beam_even_db": beam.unevenness_db})

    def mousePressEvent(self, event) -> None:
        beam = self.at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and beam is not None:
            self.choose(beam)

    def mouseMoveEvent(self, event) -> None:
        beam = self.at(event.position())
        self.setCursor(Qt.CursorShape.ArrowCursor if beam is None else Qt.CursorShape.PointingHandCursor)
        self.setToolTip(FRONT_TIP if beam is None else tip(beam))

    def keyPressEvent(self, event) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key())
        front = self.front()
        if step is None or not front:
            super().keyPressEvent(event)
            return
        here = self.chosen()
        at = front.index(here) + step if here in front else 0
        self.choose(front[min(max(at, 0), len(front) - 1)])

    def paint_data(self, painter: QPainter, rect: QRectF) -> None:
        t = self.tokens
        colors = painting.colormap("viridis")
        bar = QRectF(rect.right() - 92, TITLE + 4, 50, 8)
        painter.drawImage(bar, painting.colormap_image("viridis"))
        painter.setPen(QColor(t.text2))
        painter.drawText(
            QRectF(bar.left() - 150, bar.top() - 4, 146, 16), Qt.AlignmentFlag.AlignRight, "noise gain −10"
        )
        painter.drawText(QRectF(bar.right() + 4, bar.top() - 4, 40, 16), Qt.AlignmentFlag.AlignLeft, "8 dB")
        for beam in sorted(self.trades.beams, key=lambda beam: beam.best):
            part = (beam.white_noise_gain_db - GAIN_SPAN[0]) / (GAIN_SPAN[1] - GAIN_SPAN[0])
            color = QColor.fromRgb(int(colors[int(255 * min(max(part, 0.0), 1.0))]))
            painter.setPen(QPen(QColor(t.text1) if beam.best else color, 1.25))
            painter.setBrush(color if beam.best else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self.place(beam), 6 if beam.best else 4, 6 if beam.best else 4)
        here = self.chosen()
        if here is not None:
            painter.setPen(QPen(QColor(t.accent), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self.place(here), 10, 10)


def tip(beam) -> str:
    """A beam in words."""
    level = painting.format_level
    return (
        f"asked for {level(beam.null_db)} and ±{level(beam.unevenness_db)}: nulls {level(beam.found_null_db)}, "
        f"{level(beam.found_null_95_db)} in 95 % of units, uneven by {level(beam.found_unevenness_db)}, "
        f"white-noise gain {level(beam.white_noise_gain_db)}, directivity {level(beam.directivity_db)}"
    )


class LimitPlot(TradePlot):
    """Separation and the beam's null over the boost limit; a click sets the limit."""

    title = "What the boost limit buys"
    x_label = "boost limit, dB"
    y_label = "dB"
    x_span, y_span = (0.0, 18.0), SEPARATION_SPAN
    x_ticks, y_ticks = (0, 6, 12, 18), (0, 10, 20, 30)

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Click, or press Left and Right, to set the boost limit")

    def summary(self) -> str:
        if self.trades is None:
            return ""
        limits = self.trades.limits
        return f"Separation {limits.nominal_db[0]:.0f} to {limits.nominal_db[-1]:.0f} dB"

    def mousePressEvent(self, event) -> None:
        rect = self.plot_rect()
        if event.button() == Qt.MouseButton.LeftButton and self.trades is not None and rect.contains(event.position()):
            limit = (event.position().x() - rect.left()) / rect.width() * self.x_span[1]
            self.changed.emit({"render.boost_limit_db": round(2 * limit) / 2})

    def keyPressEvent(self, event) -> None:
        step = {Qt.Key.Key_Left: -0.5, Qt.Key.Key_Right: 0.5}.get(event.key())
        if step is None or self.trades is None:
            super().keyPressEvent(event)
            return
        limit_db = min(max(self.params.boost_limit_db + step, self.x_span[0]), self.x_span[1])
        self.changed.emit({"render.boost_limit_db": limit_db})

    def paint_data(self, painter: QPainter, rect: QRectF) -> None:
        t, limits = self.tokens, self.trades.limits
        lines = (
            ("nominal", limits.nominal_db, line_pen(t.accent, 1.75)),
            ("5 cm off", limits.off_centre_db, line_pen(t.text2, 1.5, (1.0, 2.5))),
            ("beam's null, below axis", -limits.beam_null_db, line_pen(t.centre, 1.5, (6.0, 3.0))),
        )
        for _, values, pen in lines:
            self.curve(painter, limits.boost_limit_db, values, pen)
        self.legend(painter, [(name, pen) for name, _, pen in lines])
        x = self.point(self.params.boost_limit_db, 0).x()
        painter.setPen(line_pen(t.warning, 1.25, (4.0, 3.0)))
        painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))


class CentreZonePlot(TradePlot):
    """Where a centre source is heard as the head moves sideways: the flatter, the larger the listening zone."""

    title = "Where the centre is heard"
    x_label = "head sideways, cm (+ to the right)"
    y_label = "direction, ° (+ left)"
    x_span, y_span = SIDE_SPAN, LATERAL_SPAN
    x_ticks, y_ticks = (-20, -10, 0, 10, 20), (-10, 0, 10)

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.setToolTip(
            "By the interaural time difference below 1.5 kHz. The loudspeaker itself turns by so much as the head moves"
        )

    def summary(self) -> str:
        if self.trades is None:
            return ""
        worst = {name: float(np.abs(row).max()) for name, row in self.trades.zone.lateral_deg.items()}
        return "; ".join(f"{name} up to {value:.0f}°" for name, value in worst.items())

    def show_trades(self, trades: Trades | None) -> None:
        if trades is not None:
            largest = max(float(np.abs(row).max()) for row in trades.zone.lateral_deg.values())
            end = max(12.0, 10.0 * math.ceil(largest / 10))
            self.y_span = (-end, end)
            self.y_ticks = (-10, 0, 10) if end <= 12 else (-end / 2, 0, end / 2)
        super().show_trades(trades)

    def paint_data(self, painter: QPainter, rect: QRectF) -> None:
        t, zone = self.tokens, self.trades.zone
        pens = {
            "plain stereo": line_pen(t.before, 1.5),
            "phantom, cancelled": line_pen(t.accent, 1.75, (4.0, 3.0)),
            "beam": line_pen(t.centre, 1.75, (1.0, 2.5)),
        }
        for name, row in zone.lateral_deg.items():
            self.curve(painter, zone.side_cm, row, pens[name])
        self.legend(painter, [(name.partition(",")[0], pens[name]) for name in zone.lateral_deg])
