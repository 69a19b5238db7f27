"""What all plots of the Sound region share: a cached background, round corners, pointer and keys on the shared axes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.ui.painting import blank_pixmap, corner_pixmaps, draw_corners, pixel_ratio
from workbench.ui.theme import DARK, RADIUS_FIELD, Tokens
from workbench.ui.views.sound_axes import Crosshair

DASHES = (3, 3)
DRAG_PIXELS = 4
"""From so many pixels on a press is a drag."""
WHEEL_SHARE = 0.1
"""Part of the time axis that one notch of the wheel scrolls."""


class Painted(QWidget):
    """A widget that paints every pixel of itself: a cached background, then what moves.

    Subclasses draw into `paint_background` (cached until size, theme or screen change) and `paint`.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tokens: Tokens = DARK
        self._background: QPixmap | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)

    def apply_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens from now on."""
        self.tokens = tokens
        self.invalidate()

    def invalidate(self) -> None:
        """Draw the background anew at the next repaint."""
        self._background = None
        self.update()

    def resizeEvent(self, event) -> None:
        self._background = None
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.EnabledChange):
            self._background = None
        super().changeEvent(event)

    covers_background = False
    """`paint` covers every pixel, so that no background is needed."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.covers_background:
            painter = QPainter(self)
            self.paint(painter)
            painter.end()
            return
        ratio = pixel_ratio(self)
        if self._background is None or self._background.devicePixelRatio() != ratio:
            self._background = blank_pixmap(self.size(), ratio, self.background_color())
            painter = QPainter(self._background)
            self.paint_background(painter)
            painter.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._background)
        self.paint(painter)
        painter.end()

    def background_color(self) -> str:
        """Token's value that fills the widget."""
        return self.tokens.panel

    def paint_background(self, painter: QPainter) -> None:
        """What stands still: text, ticks, grid."""

    def paint(self, painter: QPainter) -> None:
        """What moves."""


class Plot(Painted):
    """A plot of the grid: round corners, and the crosshair follows the pointer over it and the arrow keys.

    `has_time` and `has_frequency` say which of the shared axes it lies on.
    """

    has_time = True
    has_frequency = True

    pressed = Signal(float)
    """A press on the time axis, in seconds before now."""
    dragged = Signal(float, float)
    """A drag over the time axis: times where it began and where it is, in seconds before now."""
    scrolled = Signal(float)
    """Scroll by this part of the time axis, negative into the past."""
    menu_wanted = Signal(QPoint)
    """The context menu, at this place on the screen."""
    loop_wanted = Signal()
    select_all_wanted = Signal()

    def __init__(self, crosshair: Crosshair, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.crosshair = crosshair
        self.axes = crosshair.axes
        self._pressed_x: float | None = None
        self._last_x = 0.0
        self._dragging = self._scrolls = False
        self._turned = 0
        self._corners: list[QPixmap] = []
        self._ring = False  # the focus ring is for those who came by keyboard
        self._selecting = False
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        crosshair.changed.connect(self.update)
        self.axes.changed.connect(self.invalidate)
        self.axes.selection_changed.connect(self.update)

    def apply_theme(self, tokens: Tokens) -> None:
        self._corners = []
        super().apply_theme(tokens)

    def background_color(self) -> str:
        return self.tokens.plot

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        ratio = pixel_ratio(self)
        if not self._corners or self._corners[0].devicePixelRatio() != ratio:
            self._corners = corner_pixmaps(RADIUS_FIELD, self.tokens.panel, ratio)
        painter = QPainter(self)
        draw_corners(painter, self._corners, self.rect(), RADIUS_FIELD)
        if self._ring and self.hasFocus():
            painter.setPen(QPen(QColor(self.tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), RADIUS_FIELD, RADIUS_FIELD)
        painter.end()

    def sizeHint(self) -> QSize:
        return QSize(200, 100)

    def time_x(self, offset_s: float) -> float:
        """x of a time before now."""
        return self.axes.x(offset_s, self.width())

    def paint_crosshair(self, painter: QPainter, color: QColor) -> None:
        """The dashed lines of the axes that this plot has."""
        pen = QPen(color, 1)
        pen.setCosmetic(True)
        pen.setDashPattern(DASHES)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        if self.has_time and self.crosshair.offset_s is not None:
            x = round(min(self.time_x(self.crosshair.offset_s), self.width() - 1))
            if x >= 0:
                painter.drawLine(x, 0, x, self.height())
        if self.has_frequency and self.crosshair.frequency_hz is not None:
            y = self.frequency_y(self.crosshair.frequency_hz)
            painter.drawLine(0, y, self.width(), y)

    def paint_selection(self, painter: QPainter, count: int, hop_s: float, color: QColor | None = None) -> None:
        """The selected stretch of time, where the history's columns end with number `count`; in the accent's colour
        unless another is given."""
        if self.axes.selection is None:
            return
        first, end = (self.time_x((column - count) * hop_s) for column in self.axes.selection)
        left, right = round(max(-2.0, first)), round(min(self.width() + 2.0, end))
        if right < 0 or left > self.width():
            return
        color = QColor(self.tokens.accent) if color is None else QColor(color)
        painter.setPen(QPen(color, 2 if self.axes.looping else 1))
        for x in (left, right):
            painter.drawLine(x, 0, x, self.height())
        color.setAlphaF(0.22 if self.axes.looping else 0.13)
        painter.fillRect(left, 0, max(1, right - left), self.height(), color)

    def frequency_y(self, frequency_hz: float) -> int:
        """Pixel row of a frequency."""
        return min(round(float(self.axes.scale.y(frequency_hz, self.height()))), self.height() - 1)

    # -------------------------------------------------------------------------------------------------- pointer

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._pressed_x is not None and self.has_time:
            if abs(x - self._pressed_x) >= DRAG_PIXELS or self._dragging:
                self._dragging = True
                if self._scrolls:
                    self.scrolled.emit(-(x - self._last_x) / max(1, self.width()))
                else:
                    self.dragged.emit(self._offset_at(self._pressed_x), self._offset_at(x))
                self._last_x = x
            return
        self._point(event)

    def _offset_at(self, x: float) -> float:
        return self.axes.offset_at(x, self.width())

    def _point(self, event: QMouseEvent) -> None:
        point = event.position()
        self.crosshair.move(
            self._offset_at(point.x()) if self.has_time else (self.axes.end_s if self.has_frequency else None),
            self.axes.scale.at_y(point.y(), max(1, self.height())) if self.has_frequency else None,
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        middle = event.button() == Qt.MouseButton.MiddleButton
        if middle or event.button() == Qt.MouseButton.LeftButton:
            self._scrolls = middle or bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._pressed_x = self._last_x = event.position().x()
            self._dragging = False
            if self.has_time and not self._scrolls:
                self.pressed.emit(self._offset_at(self._pressed_x))
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._pressed_x is not None and not self._dragging:
            self.crosshair.toggle_hold()
            if not self.crosshair.held:
                self._point(event)
        self._pressed_x, self._dragging = None, False
        super().mouseReleaseEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta()
        if not self.has_time:
            super().wheelEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._turned += turn.y()
            notches = int(self._turned / 120)  # touchpads send many small turns
            self._turned -= 120 * notches
            if notches:
                self.axes.step_span(-notches, self._offset_at(event.position().x()))
        else:
            self.scrolled.emit(-WHEEL_SHARE * (turn.y() or turn.x()) / 120)
        event.accept()

    def contextMenuEvent(self, event) -> None:
        self.menu_wanted.emit(event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self.crosshair.move(None, None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() != Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def focusOutEvent(self, event) -> None:
        if not self.underMouse():
            self.crosshair.move(None, None)
        super().focusOutEvent(event)

    # ----------------------------------------------------------------------------------------------------- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        seconds, steps = (0.01, 0.1) if fine else (self.axes.span_s / 80, 1.0)
        selects = self.has_time and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        selects = selects and event.key() in (key.Key_Left, key.Key_Right)
        moves = {
            key.Key_Left: (-seconds, 0.0),
            key.Key_Right: (seconds, 0.0),
            key.Key_Up: (0.0, steps),
            key.Key_Down: (0.0, -steps),
        }
        scrolls = {key.Key_PageUp: -0.5, key.Key_PageDown: 0.5, key.Key_Home: -1e9, key.Key_End: 1e9}
        if selects and not self._selecting:  # from here on, wherever it scrolls to
            self.pressed.emit(self.axes.end_s if self.crosshair.offset_s is None else self.crosshair.offset_s)
        self._selecting = selects or (self._selecting and event.key() == key.Key_Control)
        if event.key() in moves:
            self.crosshair.nudge(*moves[event.key()])
            if selects:
                self.dragged.emit(self.crosshair.offset_s, self.crosshair.offset_s)
        elif self.has_time and event.key() in scrolls:
            self.scrolled.emit(scrolls[event.key()])
        elif self.has_time and event.key() in (key.Key_Plus, key.Key_Equal, key.Key_Minus):
            self.axes.step_span(1 if event.key() == key.Key_Minus else -1, self.crosshair.offset_s)
        elif event.key() == key.Key_A and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.select_all_wanted.emit()
        elif event.key() in (key.Key_Return, key.Key_Enter) and fine:
            self.loop_wanted.emit()
        elif event.key() in (key.Key_Return, key.Key_Enter):
            self.crosshair.toggle_hold()
        elif event.key() == key.Key_Escape and self.crosshair.shown:
            self.crosshair.hide()
        elif event.key() == key.Key_Escape and self.axes.selection is not None:
            self.axes.select(None)
        else:
            super().keyPressEvent(event)
