"""Which part of the room the source map shows: moved and enlarged by pointer, wheel and keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from workbench.ui.views import map_marks
from workbench.ui.views.map_geometry import RIM_M, MapGeometry

WHEEL_SHARE = 0.1
"""Of the rim's distance: so far one notch of the wheel, or one key, moves the map."""
NOTCH = 120


class MapViewport:
    """Moves and enlarges the map; for a widget that has `_geometry` and `_refresh`."""

    _geometry: MapGeometry

    def _begin_viewport(self) -> None:
        self._turned = [0, 0]
        self._panning: QPointF | None = None
        """Where the pointer was last while it moves the map."""

    @property
    def rim_m(self) -> float:
        """Distance from the middle to the rim; what is farther is drawn on the rim."""
        return self._geometry.rim_m

    @property
    def pan_m(self) -> tuple[float, float]:
        """The place in the middle of the map: metres ahead and to the left of the array."""
        return self._geometry.pan_m

    def zoom(self, steps: int) -> None:
        """Make it larger by steps, or smaller."""
        place = map_marks.RIMS_M.index(self.rim_m) - steps
        self._show_part(self._geometry.zoomed(map_marks.RIMS_M[min(max(place, 0), len(map_marks.RIMS_M) - 1)]))

    def pan(self, ahead_m: float, left_m: float) -> None:
        """Show what lies farther ahead and to the left."""
        now_ahead_m, now_left_m = self.pan_m
        self._show_part(self._geometry.panned(now_ahead_m + ahead_m, now_left_m + left_m))

    def reset_view(self) -> None:
        """The array in the middle, at the first scale."""
        self._show_part(self._geometry.zoomed(RIM_M).panned(0.0, 0.0))

    def _show_part(self, geometry: MapGeometry) -> None:
        if geometry != self._geometry:
            self._geometry = geometry
            self._refresh()

    def _drag_map(self, position: QPointF) -> None:
        """The map goes with the pointer."""
        moved = position - self._panning
        self._panning = QPointF(position)
        self.pan(moved.y() / self._geometry.scale, moved.x() / self._geometry.scale)

    def wheelEvent(self, event) -> None:
        """Enlarges; with Shift it moves the map ahead and back, turned sideways (or with Alt) to the sides."""
        turn, modifiers = event.angleDelta(), event.modifiers()
        self._turned[0] += turn.x()
        self._turned[1] += turn.y()
        across, along = (int(turned / NOTCH) for turned in self._turned)  # touchpads send many small turns
        self._turned[0] -= NOTCH * across
        self._turned[1] -= NOTCH * along
        step_m = WHEEL_SHARE * self.rim_m
        if across:
            self.pan(0.0, step_m * across)
        if along and modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.pan(step_m * along, 0.0)
        elif along:
            self.zoom(along)
        event.accept()

    def _viewport_key(self, event) -> bool:
        """Take a key that moves or enlarges the map; whether it was one."""
        key, alt = Qt.Key, bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        step_m = WHEEL_SHARE * self.rim_m
        moves = {
            key.Key_Up: (step_m, 0.0),
            key.Key_Down: (-step_m, 0.0),
            key.Key_Left: (0.0, step_m),
            key.Key_Right: (0.0, -step_m),
        }
        if event.key() in (key.Key_Plus, key.Key_Equal, key.Key_Minus):
            self.zoom(-1 if event.key() == key.Key_Minus else 1)
        elif alt and event.key() in moves:
            self.pan(*moves[event.key()])
        elif alt and event.key() == key.Key_Home:
            self.reset_view()
        else:
            return False
        return True
