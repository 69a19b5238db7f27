"""The plots of a loudspeaker design, each a widget that shows a message and says what a person drags.

Whatever can be dragged emits `changed` with parameters by path and the gesture that joins one drag to one undo step.
While the design on show is older than the parameters, curves are drawn at half strength.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.core.geometry import SpeakerLayout
from workbench.core.messages import LoudspeakerResponse
from workbench.core.params import RenderParams, format_curve, parse_curve
from workbench.ui import painting, theme
from workbench.ui.theme import Tokens
from workbench.ui.views.loudspeakers import (
    HIGH_HZ,
    LOW_HZ,
    driver_dashes,
    driver_sides,
    frequency_fraction,
    mean_separation_db,
)

TITLE = 30
LEGEND = 20
STALE = 0.5
SHAPE = "render.cancellation_shape"
HANDLES_HZ = (150.0, 400.0, 1000.0, 2500.0, 6000.0, 14000.0)
"""Where the target has its handles before one was moved."""
REACH = 12.0
_LABELLED_HZ = (100, 500, 1000, 2000, 5000, 10000, 20000)
_gestures = itertools.count()


def is_stale(response: LoudspeakerResponse | None, params: RenderParams | None) -> bool:
    """The parameters have moved on since the response was made."""
    detail = response.detail if response is not None else None
    if detail is None or params is None:
        return False
    return any(getattr(params, name) != getattr(detail.params, name) for name in detail.params_read)


def frequency_at(fraction: float) -> float:
    """Frequency at a place on the axis, the inverse of `frequency_fraction`."""
    low, high = painting.erb_number(LOW_HZ), painting.erb_number(HIGH_HZ)
    return float(painting.erb_to_hz(low + fraction * (high - low)))


class SpeakerPlot(QWidget):
    """Title, note, and a plot below them."""

    changed = Signal(dict, str)
    """{path: value}, gesture."""
    title = ""
    note = ""
    margins = (40.0, 26.0)
    """Room left of the plot and below it."""

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(parent)
        self.tokens = tokens
        self.response: LoudspeakerResponse | None = None
        self.params: RenderParams | None = None
        self.layout_shown: SpeakerLayout | None = None
        self.input = 0
        self._gesture = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName(self.title)

    # What is shown ------------------------------------------------------------------------------------------

    def show_response(self, response: LoudspeakerResponse | None) -> None:
        """Show a design; None leaves the axes."""
        self.response = response
        self.setAccessibleDescription(self.summary())
        self.update()

    def show_params(self, params: RenderParams) -> None:
        """The parameters in force."""
        self.params = params
        self.update()

    def set_layout(self, layout: SpeakerLayout | None) -> None:
        self.layout_shown = layout
        self.update()

    def set_input(self, number: int) -> None:
        """Which input's filters are shown: 0 left, 1 right."""
        self.input = number
        self.update()

    def apply_theme(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.update()

    @property
    def detail(self):
        return None if self.response is None else self.response.detail

    def summary(self) -> str:
        """The plot in words."""
        return ""

    def sizeHint(self) -> QSize:
        return QSize(300, 280)

    # Geometry ----------------------------------------------------------------------------------------------------

    def plot_rect(self) -> QRectF:
        """Where the data lie."""
        left, below = self.margins
        top = TITLE + self.legend_height()
        return QRectF(left, top, self.width() - left - 12, self.height() - top - below)

    def legend_height(self) -> int:
        return 0

    def x_of(self, frequency_hz):
        rect = self.plot_rect()
        return rect.left() + frequency_fraction(frequency_hz) * rect.width()

    # Dragging --------------------------------------------------------------------------------------------------

    def begin_gesture(self) -> None:
        self._gesture = f"speaker-plot-{next(_gestures)}"

    def emit_change(self, values: dict) -> None:
        self.changed.emit(values, self._gesture)

    # Painting ----------------------------------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        t = self.tokens
        painter.setFont(theme.font(13, 600))
        painter.setPen(QColor(t.text1))
        painter.drawText(QRectF(12, 4, self.width(), TITLE - 6), Qt.AlignmentFlag.AlignVCenter, self.title)
        width = QFontMetricsF(painter.font()).horizontalAdvance(self.title)
        painter.setFont(theme.font(11))
        painter.setPen(QColor(t.text3))
        place = QRectF(20 + width, 5, self.width() - width - 32, TITLE - 6)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self.note)
        rect = self.plot_rect()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.plot))
        painter.drawRoundedRect(rect, theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        self.paint_axes(painter, rect)
        if self.detail is not None:
            painter.save()
            if is_stale(self.response, self.params):
                painter.setOpacity(STALE)
            clip = QPainterPath()
            clip.addRoundedRect(rect, theme.RADIUS_FIELD, theme.RADIUS_FIELD)
            painter.setClipPath(clip)
            self.paint_data(painter, rect)
            painter.restore()
            self.paint_handles(painter, rect)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(t.accent), 2.0))
            painter.drawRoundedRect(rect.adjusted(-2, -2, 2, 2), theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.end()

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        """Grid and numbers."""

    def paint_data(self, painter: QPainter, rect: QRectF) -> None:
        """Curves and pictures, clipped to the plot."""

    def paint_handles(self, painter: QPainter, rect: QRectF) -> None:
        """What can be dragged, never faded."""

    def paint_levels(self, painter: QPainter, rect: QRectF, span: tuple[float, float], ticks, signed: bool) -> None:
        t = self.tokens
        painter.setFont(theme.font(11))
        for tick in ticks:
            y = round(rect.top() + (span[1] - tick) / (span[1] - span[0]) * rect.height()) + 0.5
            painter.setPen(QPen(QColor(t.line_strong if tick == 0 else t.line), 1.0))
            painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
            painter.setPen(QColor(t.text2))
            box = QRectF(rect.left() - 40, y - 8, 34, 16)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, flags, painting.number(tick, signed=signed))

    def paint_frequencies(self, painter: QPainter, rect: QRectF) -> None:
        t = self.tokens
        painter.setFont(theme.font(11))
        for frequency_hz in _LABELLED_HZ:
            x = round(rect.left() + float(frequency_fraction(frequency_hz)) * rect.width()) + 0.5
            if LOW_HZ < frequency_hz < HIGH_HZ:
                painter.setPen(QPen(QColor(t.line), 1.0))
                painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
            painter.setPen(QColor(t.text2))
            text = f"{frequency_hz // 1000}k" if frequency_hz >= 1000 else str(frequency_hz)
            width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 2
            left = min(max(x - width / 2, rect.left()), rect.right() - width)
            painter.drawText(QRectF(left, rect.bottom() + 4, width, 16), Qt.AlignmentFlag.AlignCenter, text)

    def curve(self, rect: QRectF, level_db: np.ndarray, span: tuple[float, float]) -> QPolygonF:
        """A curve over the response's frequencies."""
        frequency_hz = np.asarray(self.response.frequency_hz)
        inside = (frequency_hz >= 0.9 * LOW_HZ) & np.isfinite(level_db)
        x = rect.left() + frequency_fraction(frequency_hz[inside]) * rect.width()
        level = np.clip(np.asarray(level_db)[inside], span[0] - 60, span[1] + 60)
        return painting.polygon(x, rect.top() + (span[1] - level) / (span[1] - span[0]) * rect.height())


def _pen(color: str, width: float, dashes: tuple[float, ...] = ()) -> QPen:
    pen = QPen(QColor(color), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.RoundJoin)
    if dashes:
        pen.setDashPattern(list(dashes))
    return pen


class CancellationPlot(SpeakerPlot):
    """Separation on and off centre, and the target, whose points are dragged.

    Arrow keys: left and right choose a point, up and down move it (Shift: finer); a double click adds or removes one.
    """

    title = "Crosstalk cancellation"
    note = "300 Hz–8 kHz"
    span = (-3.0, 33.0)

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Drag the target's points; double click to add or remove one")
        self.held: int | None = None
        self.chosen: int | None = None

    def sizeHint(self) -> QSize:
        return QSize(600, 320)

    def legend_height(self) -> int:
        return LEGEND

    def summary(self) -> str:
        return "; ".join(f"{label} {value} dB" for label, value in self.figures())

    def figures(self) -> list[tuple[str, str]]:
        """Mean separation at each head position, as written."""
        if self.response is None:
            return []
        words = {"nominal": "Nominal", "2 cm": "2 cm off", "5 cm": "5 cm off"}
        return [
            (words[name], painting.number(mean_separation_db(self.response.frequency_hz, level), 1))
            for name, level in self.response.separation_db.items()
        ]

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
        if not points or (step is None and lift is None):
            super().keyPressEvent(event)
        elif step is not None:
            self.chosen = 0 if self.chosen is None else min(max(self.chosen + step, 0), len(points) - 1)
            self.update()
        elif self.chosen is not None and self.chosen < len(points):
            fine = 0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0.5
            frequency_hz, offset = points[self.chosen]
            self.begin_gesture()
            self._move(self.chosen, (frequency_hz, self._offset(self.params.cancellation_db + offset + lift * fine)))

    # Painting ----------------------------------------------------------------------------------------------------

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        self.paint_levels(painter, rect, self.span, (0, 10, 20, 30), signed=False)
        self.paint_frequencies(painter, rect)
        t = self.tokens
        painter.setFont(theme.font(12))
        x = self.width() - 12.0
        for label, text in reversed(self.figures()):
            for word, color, font in (
                (f"{text} dB", t.text1, theme.font(12, 500)),
                (label + " ", t.text2, theme.font(12)),
            ):
                painter.setFont(font)
                width = QFontMetricsF(font).horizontalAdvance(word)
                x -= width
                painter.setPen(QColor(t.accent if label == "Nominal" and color == t.text1 else color))
                painter.drawText(QRectF(x, 4, width + 1, TITLE - 6), Qt.AlignmentFlag.AlignVCenter, word)
            x -= 14
        self._paint_legend(painter, rect)

    def _styles(self) -> dict[str, tuple[str, QPen]]:
        t = self.tokens
        return {
            "target": ("target", _pen(t.centre, 1.5)),
            "nominal": ("nominal", _pen(t.accent, 1.75)),
            "2 cm": ("2 cm off", _pen(t.text2, 1.5, (4.0, 3.0))),
            "5 cm": ("5 cm off", _pen(t.text2, 1.5, (1.0, 2.5))),
            "plain": ("plain", _pen(t.before, 1.5)),
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
        low, high = (self.curve(rect, row, self.span) for row in detail.spread_db)
        area = QPolygonF(
            [*(low.at(i) for i in range(low.size())), *(high.at(i) for i in range(high.size() - 1, -1, -1))]
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.tokens.color("accent", 0.2))
        painter.drawPolygon(area)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        curves = {"plain": self.response.plain_separation_db, **dict(reversed(self.response.separation_db.items()))}
        for name, level in curves.items():
            painter.setPen(styles[name][1])
            painter.drawPolyline(self.curve(rect, level, self.span))
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
        box = QRectF(rect.left(), rect.bottom() - 22, rect.width() - 8, 16)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

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
        painter.setPen(_pen(t.centre, 1.5))
        target = np.clip(self.params.cancellation_db + offset, 0.0, 30.0)
        painter.drawPolyline(self.curve(rect, target, self.span))
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


class SweetSpotPlot(SpeakerPlot):
    """Separation wherever the head is; the head of the headphone audition is dragged on it."""

    title = "Sweet spot"
    span = (0.0, 20.0)
    margins = (40.0, 44.0)

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Drag the head of the headphone audition; double click brings it back")
        self._held = False

    def legend_height(self) -> int:
        return 0

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
        t = self.tokens
        painter.setFont(theme.font(11))
        bar = QRectF(rect.right() - 108, 12, 64, 8)
        painter.drawImage(bar, painting.colormap_image("viridis"))
        painter.setPen(QColor(t.text2))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(bar.left() - 16, 8, 12, 16), middle | Qt.AlignmentFlag.AlignRight, "0")
        painter.drawText(QRectF(bar.right() + 6, 8, 60, 16), middle, painting.with_unit("20", "dB"))
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
        painter.setPen(QColor(t.text3))
        row = QRectF(rect.left(), rect.bottom() + 20, rect.width(), 16)
        painter.drawText(row, middle, "distance in m, down; sideways in cm, across")

    def paint_data(self, painter: QPainter, rect: QRectF) -> None:
        values = np.asarray(self.detail.sweet_db)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(rect, _image(values, self.span))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ends: dict[float, QPointF] = {}
        for level, color, width in ((10.0, "#FFFFFF", 1.5), (15.0, "#000000", 1.5)):
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
        for level, end in ends.items():
            self._paint_level(painter, rect, end, painting.with_unit(f"{level:.0f}", "dB"))

    def _paint_level(self, painter: QPainter, rect: QRectF, end: QPointF, text: str) -> None:
        """The name of a line, beside its lower end."""
        painter.setFont(theme.font(11))
        width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 8
        tag = QRectF(min(end.x() + 6, rect.right() - width), end.y() - 20, width, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 170))
        painter.drawRoundedRect(tag, 3, 3)
        painter.setPen(QColor("#FFFFFF"))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, text)

    def paint_handles(self, painter: QPainter, rect: QRectF) -> None:
        if self.params is None:
            return
        centre = self.place(*self._head())
        for color, width in (("#000000", 4.0), ("#FFFFFF", 2.0)):
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


def _image(values: np.ndarray, span: tuple[float, float]) -> QImage:
    """Values (rows, columns) in viridis."""
    pixels = np.ascontiguousarray(painting.colormap("viridis")[painting.color_index(values, *span)])
    height, width = pixels.shape
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()


class BeamPolarPlot(SpeakerPlot):
    """The centre beam around the device at one frequency; nulls (diamonds) and window edges are dragged.

    The listener is below, as in the plan.
    """

    title = "Centre beam"
    floor_db = -30.0
    frequency_chosen = Signal(float)

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Drag the diamonds (nulls) and the dashed lines (window)")
        self.frequency_hz = 1000.0
        self._held: str | None = None

    def set_frequency(self, frequency_hz: float) -> None:
        self.frequency_hz = frequency_hz
        self.update()

    @property
    def note(self) -> str:
        return painting.format_frequency(self.frequency_hz)

    def summary(self) -> str:
        return (
            "" if self.params is None else f"Nulls at ±{self.params.null_deg:g}°, window ±{self.params.window_deg:g}°"
        )

    def plot_rect(self) -> QRectF:
        side = min(self.width() - 76, self.height() - TITLE - 44)
        return QRectF((self.width() - side) / 2, TITLE + 18, side, side)

    def _point(self, azimuth_rad: float, radius: float) -> QPointF:
        """Azimuth 0 is down, towards the listener; the device's left (+) is the listener's right."""
        centre = self.plot_rect().center()
        return QPointF(centre.x() + radius * math.sin(azimuth_rad), centre.y() + radius * math.cos(azimuth_rad))

    def _azimuth(self, position: QPointF) -> float:
        away = position - self.plot_rect().center()
        return math.degrees(math.atan2(away.x(), away.y()))

    def _near(self, position: QPointF) -> str | None:
        if self.params is None:
            return None
        radius = self.plot_rect().width() / 2
        for path, degrees in (("render.null_deg", self.params.null_deg), ("render.window_deg", self.params.window_deg)):
            for side in (-1, 1):
                place = self._point(math.radians(side * degrees), radius)
                if (place - position).manhattanLength() < 1.6 * REACH:
                    return path
        return None

    def _drag(self, position: QPointF) -> None:
        degrees = float(round(abs(self._azimuth(position))))
        if self._held == "render.null_deg":  # the null stays outside of the window, by 5 degrees
            value = min(max(degrees, self.params.window_deg + 5.0, 10.0), 180.0)
        else:
            value = min(max(degrees, 5.0), 90.0, self.params.null_deg - 5.0)
        self.emit_change({self._held: value})

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = self._near(event.position())
            self.begin_gesture()

    def mouseMoveEvent(self, event) -> None:
        if self._held is not None:
            self._drag(event.position())
        else:
            over = self._near(event.position()) is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event) -> None:
        self._held = None

    def keyPressEvent(self, event) -> None:
        step = {Qt.Key.Key_Left: 1.0, Qt.Key.Key_Right: -1.0}.get(event.key())
        if step is None or self.params is None:
            super().keyPressEvent(event)
            return
        self.begin_gesture()
        value = min(max(self.params.null_deg + step, self.params.window_deg + 5.0), 180.0)
        self.emit_change({"render.null_deg": float(value)})

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        t = self.tokens
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.panel))
        painter.drawRect(rect.adjusted(-1, -1, 1, 1))
        painter.setBrush(QColor(t.plot))
        painter.drawEllipse(rect)
        painter.setFont(theme.font(11))
        radius = rect.width() / 2
        for level in (0, -10, -20):
            ring = radius * (level - self.floor_db) / -self.floor_db
            painter.setPen(QPen(QColor(t.line_strong if level == 0 else t.line), 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(rect.center(), ring, ring)
        if self.params is not None:
            painter.setPen(_pen(t.text3, 1.0, (4.0, 3.0)))
            for side in (-1, 1):
                painter.drawLine(rect.center(), self._point(math.radians(side * self.params.window_deg), radius))
        painter.setPen(QColor(t.text2))
        flags = Qt.AlignmentFlag.AlignCenter
        painter.drawText(QRectF(rect.left(), rect.bottom() + 3, rect.width(), 16), flags, "0° listener")
        painter.drawText(QRectF(rect.left(), rect.top() - 18, rect.width(), 16), flags, "180°")

    def paint_data(self, painter: QPainter, rect: QRectF) -> None:
        detail = self.detail
        row = int(np.abs(np.log(detail.beam_hz / self.frequency_hz)).argmin())
        painter.setClipping(False)
        for level, filled in ((detail.beam_spread_db[row], True), (detail.beam_db[row], False)):
            radius = rect.width() / 2 * np.clip((level - self.floor_db) / -self.floor_db, 0.0, 1.1)
            x = rect.center().x() + radius * np.sin(detail.beam_azimuth_rad)
            y = rect.center().y() + radius * np.cos(detail.beam_azimuth_rad)
            painter.setPen(Qt.PenStyle.NoPen if filled else _pen(self.tokens.accent, 1.75))
            painter.setBrush(self.tokens.color("accent", 0.2) if filled else Qt.BrushStyle.NoBrush)
            painter.drawPolygon(painting.polygon(x, y))

    def paint_handles(self, painter: QPainter, rect: QRectF) -> None:
        if self.params is None:
            return
        t, radius = self.tokens, rect.width() / 2
        painter.setFont(theme.font(11))
        for path, degrees in (("null", self.params.null_deg), ("window", self.params.window_deg)):
            for side in (-1, 1):
                place = self._point(math.radians(side * degrees), radius)
                if path == "null":
                    painter.setPen(QPen(QColor(t.plot), 1.0))
                    painter.setBrush(QColor(t.text1))
                    corners = ((0, -6), (6, 0), (0, 6), (-6, 0))
                    painter.drawPolygon(QPolygonF([place + QPointF(x, y) for x, y in corners]))
                out = self._point(math.radians(side * degrees), radius + 20)
                painter.setPen(QColor(t.text1 if path == "null" else t.text2))
                text = painting.number(-side * degrees, signed=True) + "°"  # left is positive for the listener
                painter.drawText(QRectF(out.x() - 22, out.y() - 8, 44, 16), Qt.AlignmentFlag.AlignCenter, text)


class BeamMapPlot(SpeakerPlot):
    """The centre beam over azimuth and frequency; a click chooses the frequency of the polar plot."""

    title = "Beam, all"
    span = (-24.0, 0.0)
    frequency_chosen = Signal(float)

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.frequency_hz = 1000.0
        self.setToolTip("Click to choose the frequency of the polar plot")

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

    def _y(self, rect: QRectF, frequency_hz: float) -> float:
        low, high = np.log(self.detail.beam_hz[[0, -1]])
        return rect.bottom() - (math.log(frequency_hz) - low) / (high - low) * rect.height()

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        t = self.tokens
        painter.setFont(theme.font(11))
        bar = QRectF(rect.right() - 104, 12, 64, 8)
        painter.drawImage(bar, painting.colormap_image("viridis"))
        painter.setPen(QColor(t.text2))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(bar.left() - 34, 8, 30, 16), middle | Qt.AlignmentFlag.AlignRight, "−24")
        painter.drawText(QRectF(bar.right() + 6, 8, 60, 16), middle, painting.with_unit("0", "dB"))
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
        painter.drawImage(rect, _image(np.asarray(self.detail.beam_db)[::-1], self.span))

    def paint_handles(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(_pen("#FFFFFF", 1.0, (4.0, 3.0)))
        y = self._y(rect, self.frequency_hz)
        painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
        if self.params is None:
            return
        for side in (-1, 1):
            x = rect.left() + (side * self.params.window_deg + 180) / 360 * rect.width()
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
        painter.setPen(QPen(QColor(self.tokens.plot), 1.0))
        painter.setBrush(QColor(self.tokens.text1))
        for side in (-1, 1):
            x = rect.left() + (side * self.params.null_deg + 180) / 360 * rect.width()
            corners = ((0, -5), (5, 0), (0, 5), (-5, 0))
            painter.drawPolygon(QPolygonF([QPointF(x + dx, rect.top() + dy) for dx, dy in corners]))


class DriverGainPlot(SpeakerPlot):
    """What each driver plays of one input; the boost limit is dragged."""

    title = "Driver gain"
    span = (-20.0, 22.0)

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Drag the boost limit")
        self._held = False

    @property
    def note(self) -> str:
        return ("left input", "right input")[self.input]

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
        step = {Qt.Key.Key_Up: 0.5, Qt.Key.Key_Down: -0.5}.get(event.key())
        if step is None or self.params is None:
            super().keyPressEvent(event)
            return
        self.begin_gesture()
        self._set(self.params.boost_limit_db + step)

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        self.paint_levels(painter, rect, self.span, (-10, 0, 10, 20), signed=True)
        self.paint_frequencies(painter, rect)

    def paint_data(self, painter: QPainter, rect: QRectF) -> None:
        gain_db = np.asarray(self.detail.input_gain_db[self.input])
        sides = driver_sides(self.layout_shown, self.response.driver_names)
        for level, side, dash in zip(gain_db, sides, driver_dashes(sides, gain_db)):
            painter.setPen(_pen(getattr(self.tokens, side), 1.5, dash))
            painter.drawPolyline(self.curve(rect, level, self.span))

    def paint_handles(self, painter: QPainter, rect: QRectF) -> None:
        if self.params is None or self.params.method != "crosstalk":
            return
        t, y = self.tokens, self._limit_y()
        painter.setPen(_pen(t.warning, 1.25, (4.0, 3.0)))
        painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.warning))
        painter.drawRoundedRect(QRectF(rect.right() - 18, y - 6, 12, 12), 3, 3)
        painter.setPen(QColor(t.warning))
        painter.setFont(theme.font(11))
        text = f"limit {painting.format_level(self.params.boost_limit_db, signed=True)}"
        box = QRectF(rect.left(), y - 18, rect.width() - 26, 16)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)


class ImpulsePlot(SpeakerPlot):
    """The filters of one input around the common delay, one row a driver; a click shows their group delay instead."""

    title = "Impulse responses"
    margins = (40.0, 26.0)
    span = (-2.0, 4.0)
    """Of the group delay, in ms over the common delay."""

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.group_delay = False
        self.setToolTip("Click for the group delay")

    @property
    def note(self) -> str:
        return ("left input", "right input")[self.input] + (", ms over the common delay" if self.group_delay else "")

    def show_group_delay(self, on: bool) -> None:
        """Group delay over frequency, or the impulse responses."""
        self.group_delay = on
        self.title = "Group delay" if on else "Impulse responses"
        self.setToolTip("Click for the impulse responses" if on else "Click for the group delay")
        self.setAccessibleName(self.title)
        self.update()

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.show_group_delay(not self.group_delay)

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.show_group_delay(not self.group_delay)
        else:
            super().keyPressEvent(event)

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        if self.group_delay:
            self.paint_levels(painter, rect, self.span, (-2, 0, 2, 4), signed=True)
            self.paint_frequencies(painter, rect)
            return
        if self.detail is None:
            return
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
        sides = driver_sides(self.layout_shown, self.response.driver_names)
        if self.group_delay:
            rows = np.asarray(self.detail.group_delay_ms[self.input])
            for row, side, dash in zip(rows, sides, driver_dashes(sides, rows)):
                painter.setPen(_pen(getattr(self.tokens, side), 1.5, dash))
                painter.drawPolyline(self.curve(rect, row, self.span))
            return
        rows = np.asarray(self.detail.impulse[self.input])
        x = np.linspace(rect.left(), rect.right(), rows.shape[1])
        height = rect.height() / len(rows)
        scale = 0.45 * height / max(float(np.abs(rows).max()), 1e-6)
        painter.setFont(theme.font(11))
        for number, (row, side, name) in enumerate(zip(rows, sides, self.response.driver_names)):
            middle = rect.top() + (number + 0.5) * height
            painter.setPen(QPen(QColor(self.tokens.line), 1.0))
            painter.drawLine(QPointF(rect.left(), middle), QPointF(rect.right(), middle))
            painter.setPen(_pen(getattr(self.tokens, side), 1.25))
            painter.drawPolyline(painting.polygon(x, middle - scale * row))
            box = QRectF(rect.left(), rect.top() + number * height + 2, rect.width() - 8, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
