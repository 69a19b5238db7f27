"""The slider of one number."""

from __future__ import annotations

import time

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSlider, QWidget

from workbench.core.params import Entry
from workbench.ui import knobs
from workbench.ui.controls.base import DIMMED, Themed, new_gesture

KNOB_RADIUS, RING_RADIUS, TRACK_HEIGHT = 6.0, 9.0, 4.0
RING_MARGIN = 11
GESTURE_PAUSE_S = 0.8
"""Key presses and wheel steps closer than this are one undo step."""


class ParameterSlider(Themed, QSlider):
    """A knob on a 4 px track, its default as a tick; linear or logarithmic, from the left or from zero.

    The integer value of the slider is the parameter times ten to its decimals, so that screen readers speak it.
    """

    moved = Signal(float, str)
    """A person moved the knob: value, gesture."""
    reset_requested = Signal()

    def __init__(self, entry: Entry, parent: QWidget | None = None):
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.entry = entry
        self.knob = entry.knob
        self.dimmed = False
        self._scale = 10**self.knob.decimals
        self._other: tuple[float, str] | None = None
        self._drag: tuple[float, float, bool] | None = None  # pointer x, fraction, fine: at the last reference point
        self._gesture = ""
        self._gesture_end_s = 0.0
        self.setRange(round(self.knob.low * self._scale), round(self.knob.high * self._scale))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(f"{self.knob.label}, {self.knob.unit}" if self.knob.unit else self.knob.label)
        self.setAccessibleDescription(self.knob.help)
        self.set_number(float(entry.default))

    @property
    def number(self) -> float:
        """The value shown, in the parameter's unit."""
        return self.value() / self._scale

    @property
    def dragging(self) -> bool:
        """A person holds the knob."""
        return self._drag is not None

    def set_other(self, value: float | None, side: str = "") -> None:
        """Mark the value that the other setting ("a" or "b") has, below the track; None: no mark."""
        other = None if value is None else (float(value), side)
        if other != self._other:
            self._other = other
            self.update()

    def set_number(self, value: float) -> None:
        """Show a value; one that is shown already is not painted again."""
        self.setValue(round(value * self._scale))

    def set_dimmed(self, dimmed: bool) -> None:
        """Paint faintly: the value has no effect at present."""
        if dimmed != self.dimmed:
            self.dimmed = dimmed
            self.update()

    def _offer(self, value: float, gesture: str) -> None:
        value = knobs.clamped(self.knob, value)
        if value != self.number:
            self.set_number(value)
            self.moved.emit(value, gesture)

    def _burst_gesture(self) -> str:
        now_s = time.monotonic()
        if now_s > self._gesture_end_s or not self._gesture:
            self._gesture = new_gesture(self.entry.path)
        self._gesture_end_s = now_s + GESTURE_PAUSE_S
        return self._gesture

    # Geometry: the knob's centre travels along the whole track; the ring needs room at both ends.
    def _track(self) -> tuple[float, float]:
        return float(RING_MARGIN), float(self.width() - RING_MARGIN)

    def _x_of(self, fraction: float) -> float:
        left, right = self._track()
        return left + fraction * (right - left)

    def mousePressEvent(self, event):
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        left, right = self._track()
        x = event.position().x()
        fraction = knobs.fraction_of(self.knob, self.number)
        self._gesture = new_gesture(self.entry.path)
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if abs(x - self._x_of(fraction)) > KNOB_RADIUS + 2:  # beside the knob: it jumps there
            fraction = (x - left) / (right - left)
            self._offer(knobs.value_at(self.knob, fraction, fine), self._gesture)
        self._drag = (x, fraction, fine)
        self.update()

    def mouseMoveEvent(self, event):
        if self._drag is None:
            return
        left, right = self._track()
        x = event.position().x()
        start_x, start_fraction, was_fine = self._drag
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if fine != was_fine:  # go on from here at the other speed, without a jump
            start_x, start_fraction = x, knobs.fraction_of(self.knob, self.number)
            self._drag = (x, start_fraction, fine)
        moved = (x - start_x) / (right - left) * (0.1 if fine else 1.0)
        self._offer(knobs.value_at(self.knob, start_fraction + moved, fine), self._gesture)

    def mouseReleaseEvent(self, event):
        self._drag = None
        self._gesture = ""
        self.update()

    def mouseDoubleClickEvent(self, event):
        self._drag = None
        self.reset_requested.emit()

    def wheelEvent(self, event):
        if not self.hasFocus() or event.angleDelta().y() == 0:
            event.ignore()  # the panel scrolls
            return
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        steps = 1 if event.angleDelta().y() > 0 else -1
        self._offer(knobs.stepped(self.knob, self.number, steps, fine), self._burst_gesture())
        event.accept()

    def keyPressEvent(self, event):
        steps = {
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: 10,
            Qt.Key.Key_PageDown: -10,
        }.get(Qt.Key(event.key()))
        if steps is not None:
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._offer(knobs.stepped(self.knob, self.number, steps, fine), self._burst_gesture())
        elif event.key() == Qt.Key.Key_Home:
            self._offer(self.knob.low, self._burst_gesture())
        elif event.key() == Qt.Key.Key_End:
            self._offer(self.knob.high, self._burst_gesture())
        elif event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.reset_requested.emit()
        else:
            event.ignore()

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(DIMMED if self.dimmed else 1.0)
        middle = self.height() / 2
        left, right = self._track()
        x = self._x_of(knobs.fraction_of(self.knob, self.number))
        start = self._x_of(knobs.fraction_of(self.knob, 0.0)) if self.knob.bipolar else left
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.line))
        painter.drawRoundedRect(QRectF(left, middle - 2, right - left, TRACK_HEIGHT), 2, 2)
        painter.setBrush(QColor(t.slider_fill))
        painter.drawRoundedRect(QRectF(min(start, x), middle - 2, abs(x - start), TRACK_HEIGHT), 2, 2)
        tick = round(self._x_of(knobs.fraction_of(self.knob, float(self.entry.default)))) + 0.5
        painter.setPen(QPen(QColor(t.text3), 1))
        painter.drawLine(QPointF(tick, middle - 5), QPointF(tick, middle + 5))
        if self._other is not None:
            value, side = self._other
            mark = self._x_of(knobs.fraction_of(self.knob, value))
            painter.setPen(QPen(QColor(getattr(t, side)), 2))
            painter.drawLine(QPointF(mark, middle + 4), QPointF(mark, middle + 9))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.text1 if t.is_dark else t.text2))
        painter.drawEllipse(QPointF(x, middle), KNOB_RADIUS, KNOB_RADIUS)
        if self.hasFocus() or self.dragging:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(t.accent), 2))
            painter.drawEllipse(QPointF(x, middle), RING_RADIUS, RING_RADIUS)
        painter.end()
