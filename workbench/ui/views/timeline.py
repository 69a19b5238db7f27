"""The timeline of a file or recorded session: what pointer and keys do to its picture."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QToolTip

from workbench.ui.views.time_span import clock
from workbench.ui.views.timeline_canvas import EVENTS, GUTTER, KINDS, RULER, WAVE, TimelineCanvas

STEP_S, FINE_S = 5.0, 0.5
ZOOM = 1.5
GRAB = 5
"""Pixels around a marker or a loop's end that count as on it."""
DRAG = 4
TIP = (
    "Click or drag to play from there; Shift and drag to loop a part; the wheel zooms. "
    "← → 5 s, Ctrl+← → from marker to marker, Home, End, + − zoom"
)


class Timeline(TimelineCanvas):
    """Click, drag and keys seek. Wheel: zoom; Shift and drag: a loop; right click: a menu."""

    seek_wanted = Signal(float)
    region_wanted = Signal(object)
    """(begin, end) in seconds, or None."""
    marker_moved_to = Signal(int)
    """Go to the next (1) or last (-1) marker."""
    delete_wanted = Signal()
    menu_wanted = Signal(object, float)
    """A place on the screen, and the time there."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self._pressed: QPointF | None = None
        self._region_from_s: float | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(TIP)

    # ---- pointer -----------------------------------------------------------------------------------------------

    def _edge_at(self, x: float) -> int | None:
        """Which end of the loop lies here: 0, 1 or None."""
        ends = self._region_s or ()
        return next((number for number, end in enumerate(ends) if abs(self._x(end) - x) <= GRAB), None)

    def mousePressEvent(self, event) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self.state.path or event.position().x() < GUTTER:
            super().mousePressEvent(event)
            return
        self._pressed = event.position()
        edge = self._edge_at(event.position().x())
        if edge is not None:
            self._region_from_s = self._region_s[1 - edge]
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._region_from_s = self.time_at(event.position().x())
        else:
            near = next((one for one in self.markers if abs(self._x(one.time_s) - event.position().x()) <= GRAB), None)
            on_flag = near is not None and event.position().y() < RULER
            self._scrub(near.time_s if on_flag else self.time_at(event.position().x()))

    def mouseMoveEvent(self, event) -> None:
        x = event.position().x()
        if self._region_from_s is not None and abs(x - self._pressed.x()) >= DRAG:
            self._region_s = tuple(sorted((self._region_from_s, self.time_at(x))))
            self.invalidate()
        elif self._scrubbed_s is not None:
            if abs(x - self._pressed.x()) >= DRAG:
                self._scrub(self.time_at(x))
        else:
            edge = self._edge_at(x)
            self.setCursor(Qt.CursorShape.SplitHCursor if edge is not None else Qt.CursorShape.ArrowCursor)
            QToolTip.showText(event.globalPosition().toPoint(), self.text_at(event.position()), self)

    def mouseReleaseEvent(self, event) -> None:
        if self._region_from_s is not None:
            self._region_from_s = None
            if self._region_s != self.state.region_s:
                self.region_wanted.emit(self._region_s)
        if self._scrubbed_s is not None:
            self._repaint_at(self._x(self._scrubbed_s))
            self._scrubbed_s = None
        self._pressed = None

    def _scrub(self, time_s: float) -> None:
        for one in (self._scrubbed_s, self.state.position_s, time_s):
            if one is not None:
                self._repaint_at(self._x(one))
        self._scrubbed_s = time_s
        self.seek_wanted.emit(time_s)

    def contextMenuEvent(self, event) -> None:
        if self.state.path:
            mouse = event.reason() == event.Reason.Mouse
            self.menu_wanted.emit(event.globalPos(), self.time_at(event.pos().x()) if mouse else self.state.position_s)

    def wheelEvent(self, event) -> None:
        delta = event.angleDelta()
        if delta.x() or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.span.scroll(-(delta.x() or delta.y()) / 1200)
        elif delta.y():
            self.span.zoom(ZOOM ** (-delta.y() / 120), self.time_at(event.position().x()))
        self._viewed()
        event.accept()

    def text_at(self, place: QPointF) -> str:
        """What a tooltip says: the time, and what is near it."""
        if not self.state.path or place.x() < GUTTER:
            return ""
        lines = [clock(self.time_at(place.x()), 2)]
        near_s = GRAB / self._wide * self.span.length_s
        time_s = self.time_at(place.x())
        lines += [
            f"Marker {clock(one.time_s, 1)}{f': {one.text}' if one.text else ''}"
            for one in self.markers
            if abs(one.time_s - time_s) <= near_s
        ][:4]
        events = self.picture.events
        if events is not None and RULER + WAVE < place.y() <= RULER + WAVE + EVENTS + 1:
            for name, text, _ in KINDS:
                times = getattr(events, name)
                first, last = np.searchsorted(times, (time_s - near_s, time_s + near_s))
                if last > first:
                    lines.append(
                        f"{text}, {clock(times[first], 2)}" + (f" ({last - first}×)" if last > first + 1 else "")
                    )
            spans = events.limiter_s
            if np.any((spans[:, 0] <= time_s + near_s) & (spans[:, 1] >= time_s - near_s)):
                lines.append("The limiter works")
        return "\n".join(lines)

    # ---- keys --------------------------------------------------------------------------------------------------

    def focusInEvent(self, event) -> None:
        self._ring = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event) -> None:
        self.update()
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = event.key(), event.modifiers()
        here_s = self.state.position_s
        fine = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        to_marker = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        step = FINE_S if fine else STEP_S
        keys = Qt.Key
        if not self.state.path:
            super().keyPressEvent(event)
        elif key in (keys.Key_Left, keys.Key_Right) and to_marker:
            self.marker_moved_to.emit(1 if key == keys.Key_Right else -1)
        elif key in (keys.Key_Left, keys.Key_Right):
            self.seek_wanted.emit(max(0.0, here_s + (step if key == keys.Key_Right else -step)))
        elif key == keys.Key_Home:
            self.seek_wanted.emit(0.0)
        elif key == keys.Key_End:
            self.seek_wanted.emit(max(0.0, self.span.duration_s - 1.0))
        elif key in (keys.Key_PageUp, keys.Key_PageDown):
            self.seek_wanted.emit(max(0.0, here_s + (0.1 if key == keys.Key_PageDown else -0.1) * self.span.length_s))
        elif key in (keys.Key_Plus, keys.Key_Equal, keys.Key_Up, keys.Key_Minus, keys.Key_Down):
            closer = key not in (keys.Key_Minus, keys.Key_Down)
            self.span.zoom(1 / ZOOM if closer else ZOOM, here_s)
            self._viewed()
        elif key in (keys.Key_Delete, keys.Key_Backspace):
            self.delete_wanted.emit()
        elif key == keys.Key_Escape and self._region_s is not None:
            self.region_wanted.emit(None)
        else:
            super().keyPressEvent(event)
