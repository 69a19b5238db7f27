"""What all plots of the Sound region share: the crosshair, a cached background, round corners, keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.ui.painting import (
    HIGH_HZ,
    LOW_HZ,
    blank_pixmap,
    corner_pixmaps,
    draw_corners,
    erb_number,
    erb_to_hz,
    frequency_y,
    y_frequency,
)
from workbench.ui.theme import DARK, RADIUS_FIELD, Tokens
from workbench.ui.views.sound_history import VISIBLE_S

DASHES = (3, 3)


class Crosshair(QObject):
    """The one crosshair of all plots: a time before now and a frequency, either of which may be unset.

    While `held` (a click holds it, another lets go) the pointer no longer moves it.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.offset_s: float | None = None
        self.frequency_hz: float | None = None
        self.held = False

    @property
    def shown(self) -> bool:
        return self.offset_s is not None or self.frequency_hz is not None

    def move(self, offset_s: float | None, frequency_hz: float | None) -> None:
        """Set both coordinates; None hides that line. Ignored while held."""
        if self.held:
            return
        self._set(offset_s, frequency_hz)

    def nudge(self, seconds: float, erbs: float) -> None:
        """Move from where it is, held or not; from the centre when it is not shown."""
        offset_s = (-VISIBLE_S / 2 if self.offset_s is None else self.offset_s) + seconds
        frequency_hz = 1000.0 if self.frequency_hz is None else self.frequency_hz
        frequency_hz = float(erb_to_hz(erb_number(frequency_hz) + erbs))
        self._set(min(0.0, max(-VISIBLE_S, offset_s)), min(HIGH_HZ, max(LOW_HZ, frequency_hz)))

    def toggle_hold(self) -> None:
        self.held = self.shown and not self.held

    def hide(self) -> None:
        """Take it away, held or not."""
        self.held = False
        self._set(None, None)

    def _set(self, offset_s: float | None, frequency_hz: float | None) -> None:
        if (offset_s, frequency_hz) != (self.offset_s, self.frequency_hz):
            self.offset_s, self.frequency_hz = offset_s, frequency_hz
            self.changed.emit()


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

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
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

    def __init__(self, crosshair: Crosshair, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.crosshair = crosshair
        self._corners: list[QPixmap] = []
        self._ring = False  # the focus ring is for those who came by keyboard
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        crosshair.changed.connect(self.update)

    def apply_theme(self, tokens: Tokens) -> None:
        self._corners = []
        super().apply_theme(tokens)

    def background_color(self) -> str:
        return self.tokens.plot

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        ratio = self.devicePixelRatioF()
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
        """x of a time before now (0 at the right edge)."""
        return self.width() * (1 + offset_s / VISIBLE_S)

    def paint_crosshair(self, painter: QPainter, color: QColor) -> None:
        """The dashed lines of the axes that this plot has."""
        pen = QPen(color, 1)
        pen.setCosmetic(True)
        pen.setDashPattern(DASHES)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        if self.has_time and self.crosshair.offset_s is not None:
            x = round(min(self.time_x(self.crosshair.offset_s), self.width() - 1))
            painter.drawLine(x, 0, x, self.height())
        if self.has_frequency and self.crosshair.frequency_hz is not None:
            y = self.frequency_y(self.crosshair.frequency_hz)
            painter.drawLine(0, y, self.width(), y)

    def frequency_y(self, frequency_hz: float) -> int:
        """Pixel row of a frequency."""
        return min(round(float(frequency_y(frequency_hz, self.height()))), self.height() - 1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        offset_s = min(0.0, max(-VISIBLE_S, VISIBLE_S * (point.x() / max(1, self.width()) - 1)))
        self.crosshair.move(
            offset_s if self.has_time else (0.0 if self.has_frequency else None),
            y_frequency(point.y(), max(1, self.height())) if self.has_frequency else None,
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.crosshair.toggle_hold()
            if not self.crosshair.held:
                self.mouseMoveEvent(event)
        super().mousePressEvent(event)

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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        seconds, erbs = (0.01, 0.1) if fine else (0.1, 1.0)
        steps = {
            Qt.Key.Key_Left: (-seconds, 0.0),
            Qt.Key.Key_Right: (seconds, 0.0),
            Qt.Key.Key_Up: (0.0, erbs),
            Qt.Key.Key_Down: (0.0, -erbs),
        }
        if event.key() in steps:
            self.crosshair.nudge(*steps[event.key()])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.crosshair.toggle_hold()
        elif event.key() == Qt.Key.Key_Escape and self.crosshair.shown:
            self.crosshair.hide()
        else:
            super().keyPressEvent(event)
