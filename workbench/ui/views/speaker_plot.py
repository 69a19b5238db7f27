"""What all plots of a loudspeaker design share: each is a widget that shows a message and says what a person drags.

Whatever can be dragged emits `changed` with parameters by path and the gesture that joins one drag to one undo step.
Curves are drawn at half strength where the design on show is older than the parameters and the next one is late: those
that follow a slider do not flicker.

What stands still (axes) and what hangs on the design (curves) are pictures, painted anew when they change: a handle
that is dragged is painted sixty times a second, on top of them. A plot that finds nothing new in a design is not
painted again, nor for parameters that it does not show.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.core.geometry import SpeakerLayout
from workbench.core.messages import LoudspeakerResponse
from workbench.core.params import RenderParams
from workbench.ui import painting, theme
from workbench.ui.theme import Tokens
from workbench.ui.views.loudspeaker_parts import (
    HIGH_HZ,
    LOW_HZ,
    frequency_fraction,
)

TITLE = 30
LEGEND = 20
STALE = 0.5
LATE_MS = 300
"""A design that is older than the parameters is drawn at half strength when none has come for so long."""
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


def same_data(first: tuple | None, second: tuple | None) -> bool:
    """Two tuples of arrays and of what can be compared hold the same."""
    if first is None or second is None or len(first) != len(second):
        return first is second
    return all(map(_same, first, second))


def _same(first, second) -> bool:
    if first is second:
        return True
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        return first.shape == second.shape and first.dtype == second.dtype and first.tobytes() == second.tobytes()
    return not isinstance(first, np.ndarray) and not isinstance(second, np.ndarray) and bool(first == second)


def frequency_at(fraction: float) -> float:
    """Frequency at a place on the axis, the inverse of `frequency_fraction`."""
    low, high = painting.erb_number(LOW_HZ), painting.erb_number(HIGH_HZ)
    return float(painting.erb_to_hz(low + fraction * (high - low)))


def is_fine(event) -> bool:
    """Whether Shift makes the step of a key or drag finer."""
    return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)


class SpeakerPlot(QWidget):
    """Title, note, and a plot below them."""

    changed = Signal(dict, str)
    """{path: value}, gesture."""
    title = ""
    note = ""
    margins = (40.0, 26.0)
    """Room left of the plot and below it."""
    params_shown: tuple[str, ...] = ()
    """Names of the parameters that axes and handles are painted of."""

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(parent)
        self.tokens = tokens
        self.response: LoudspeakerResponse | None = None
        self.params: RenderParams | None = None
        self.layout_shown: SpeakerLayout | None = None
        self.input = 0
        self._gesture = ""
        self._layers: dict[str, tuple[Hashable, QPixmap]] = {}
        self._data: tuple | None = None
        self._data_number = 0
        self.faded = False
        """The curves are drawn at half strength."""
        self._late = QTimer(self, singleShot=True, interval=LATE_MS)
        self._late.timeout.connect(lambda: self._set_faded(True))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName(self.title)
        self.setProperty("picture", True)

    # What is shown ------------------------------------------------------------------------------------------

    def show_response(self, response: LoudspeakerResponse | None) -> None:
        """Show a design; None leaves the axes."""
        axes = self.axes_key()
        self.response = response
        data = None if self.detail is None else self.data_of(response)
        if not same_data(data, self._data):
            self._data = data
            self._data_number += 1
            self.update()
        elif axes != self.axes_key():
            self.update()
        self.setAccessibleDescription(self.summary())
        self._late.stop()  # one has come: the next one has its time
        self._look_at_age()

    def show_params(self, params: RenderParams) -> None:
        """The parameters in force."""
        before, self.params = self.params, params
        if before is None or any(getattr(before, name) != getattr(params, name) for name in self.params_shown):
            self.update()
        self._look_at_age()

    def _look_at_age(self) -> None:
        if not is_stale(self.response, self.params):
            self._late.stop()
            self._set_faded(False)
        elif not self.faded and not self._late.isActive():
            self._late.start()

    def _set_faded(self, faded: bool) -> None:
        if faded != self.faded:
            self.faded = faded
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

    def axes_key(self) -> Hashable:
        """What title, note and axes hang on, beside size and theme."""
        return self.note, self.detail is None

    def figures_key(self) -> Hashable | None:
        """What is written beside the title and follows the design; None: nothing is."""
        return None

    def data_of(self, response: LoudspeakerResponse) -> tuple:
        """What the data are painted of: arrays, and what can be compared. `response` has a detail."""
        return (response,)

    def data_key(self) -> Hashable:
        """What the data hang on, beside size, theme and layout."""
        return self._data_number, self.input

    def _layer(
        self,
        name: str,
        key: Hashable,
        paint: Callable[[QPainter], None],
        fill: str | None = None,
        height: int | None = None,
    ) -> QPixmap:
        """A picture of the whole widget, or of its top, painted where its key is another than before."""
        ratio = painting.pixel_ratio(self)
        key = (key, self.width(), self.height(), ratio, self.tokens, self.layout_shown)
        before = self._layers.get(name)
        if before is not None and before[0] == key:
            return before[1]
        size = self.size() if height is None else QSize(self.width(), height)
        picture = painting.blank_pixmap(size, ratio, fill)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint(painter)
        painter.end()
        self._layers[name] = (key, picture)
        return picture

    def hideEvent(self, event) -> None:
        self._layers.clear()  # megabytes that nobody sees
        super().hideEvent(event)

    def paintEvent(self, event) -> None:
        rect = self.plot_rect()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._layer("axes", self.axes_key(), self._paint_axes, self.tokens.panel))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if (figures := self.figures_key()) is not None:
            painter.drawPixmap(0, 0, self._layer("figures", figures, self.paint_figures, height=TITLE))
        if self.detail is not None:
            painter.setOpacity(STALE if self.faded else 1.0)
            painter.drawPixmap(0, 0, self._layer("data", self.data_key(), self._paint_data))
            painter.setOpacity(1.0)
            self.paint_handles(painter, rect)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self.tokens.accent), 2.0))
            painter.drawRoundedRect(rect.adjusted(-2, -2, 2, 2), theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.end()

    def _paint_data(self, painter: QPainter) -> None:
        rect = self.plot_rect()
        clip = QPainterPath()
        clip.addRoundedRect(rect, theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.setClipPath(clip)
        self.paint_data(painter, rect)

    def _paint_axes(self, painter: QPainter) -> None:
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

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        """Grid and numbers."""

    def paint_figures(self, painter: QPainter) -> None:
        """What is written beside the title."""

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

    def paint_unit(self, painter: QPainter, corner: QPointF, unit: str) -> None:
        """The unit of the levels in a corner of the plot, where it ends; no grid line runs through it."""
        painter.setFont(theme.font(11))
        metrics = QFontMetricsF(painter.font())
        box = QRectF(corner.x() - metrics.horizontalAdvance(unit) - 8, corner.y() - 8, 0, 16)
        box.setRight(corner.x())
        painter.fillRect(box, QColor(self.tokens.plot))
        painter.setPen(QColor(self.tokens.text3))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, unit)

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

    def curve(self, rect: QRectF, level_db: np.ndarray, span: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
        """Places (N,), (N,) of a curve over the response's frequencies."""
        frequency_hz = np.asarray(self.response.frequency_hz)
        inside = (frequency_hz >= 0.9 * LOW_HZ) & np.isfinite(level_db)
        x = rect.left() + frequency_fraction(frequency_hz[inside]) * rect.width()
        level = np.clip(np.asarray(level_db)[inside], span[0] - 60, span[1] + 60)
        return x, rect.top() + (span[1] - level) / (span[1] - span[0]) * rect.height()

    def draw_level(
        self,
        painter: QPainter,
        rect: QRectF,
        level_db: np.ndarray,
        span: tuple[float, float],
        pen: QPen,
    ) -> None:
        """A curve over the response's frequencies."""
        painting.draw_line(painter, *self.curve(rect, level_db, span), pen)


def line_pen(color: str, width: float, dashes: tuple[float, ...] = ()) -> QPen:
    pen = QPen(QColor(color), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.RoundJoin)
    if dashes:
        pen.setDashPattern(list(dashes))
    return pen


def image(values: np.ndarray, span: tuple[float, float]) -> QImage:
    """Values (rows, columns) in viridis."""
    pixels = np.ascontiguousarray(painting.colormap("viridis")[painting.color_index(values, *span)])
    height, width = pixels.shape
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()
