"""A hand on the source map: what pointer and keys do to beam, nulls, talkers and the map itself."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, Qt

from workbench.core.geometry import wrap_deg
from workbench.ui.views.map_geometry import length
from workbench.ui.views.map_state import Drag

MOST_NULLS = 3
NEAREST_M = 0.3
"""No talker can be dragged closer to the array."""
GRAB = 16.0
GRID_DEG = 15.0
"""Steps of beam and nulls while Ctrl is held."""


class MapHand:
    """Drags, keys and focus of a `MapCanvas`; number 0 is the beam, others are talkers, -1, -2, ... nulls."""

    def _begin_hand(self) -> None:
        self._keyboard = False
        self._pressed = False
        self._target = 0

    # ---------------------------------------------------------------------------------------- pointer

    def _grab_at(self, point: QPointF) -> int | None:
        """What lies under the pointer and can be taken: 0 the beam, n a talker, None nothing."""
        if self.beam_deg is not None and length(point - self.handle_place()) <= GRAB:
            return 0
        if self.state.movable:
            near = [(length(point - place), number) for number, place, _ in self.truth_places()]
            near = [entry for entry in near if entry[0] <= GRAB]
            if near:
                return min(near)[1]
        near = [(length(point - place), -number) for number, place in enumerate(self.null_places(), start=1)]
        near = [entry for entry in near if entry[0] <= GRAB]
        return min(near)[1] if near else None

    def mousePressEvent(self, event) -> None:
        self._keyboard = False
        target = self._grab_at(event.position())
        left, middle = (event.button() == button for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton))
        if middle or (left and target is None and self._on_disc(event.position())):
            self._panning = event.position()
            self.setCursor(Qt.CursorShape.SizeAllCursor)
            return
        if not left or target is None:
            super().mousePressEvent(event)
            return
        self._target = target
        if target == 0 and self.state.following:
            return
        self.state.drag = self.state.grip(target, self.rim_m)
        self._pressed = True
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self.update()

    def mouseMoveEvent(self, event) -> None:
        if self._panning is not None:
            self._drag_map(event.position())
            return
        if not self._pressed:
            self._point(event.position())
            return
        if self.state.drag is None:  # taken away in the meantime: the beam began to follow
            return
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        azimuth_rad, distance_m = self._geometry.seen_from_array(event.position())
        coarse = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        step = 0.1 if fine else GRID_DEG if coarse and self.state.drag.number <= 0 else 1.0
        azimuth_deg = wrap_deg(round(math.degrees(azimuth_rad) / step) * step)
        distance_step = 0.01 if fine else 0.1
        distance_m = round(round(distance_m / distance_step) * distance_step, 2)
        self._move_to(round(azimuth_deg, 1), self._within_map(math.radians(azimuth_deg), distance_m))

    def _within_map(self, azimuth_rad: float, distance_m: float) -> float:
        return min(max(distance_m, NEAREST_M), round(self._geometry.reach_m(azimuth_rad), 2))

    def mouseReleaseEvent(self, event) -> None:
        if self._panning is not None:
            self._panning = None
            self._point(event.position())
        elif event.button() == Qt.MouseButton.LeftButton:
            self._pressed = False
            self._drop()
            self._point(event.position())

    def mouseDoubleClickEvent(self, event) -> None:
        """On the ring: a null there, or the null that is there away. Inside: the array back into the middle."""
        target = self._grab_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and target is None and self._on_disc(event.position()):
            self.reset_view()
            return
        if (
            event.button() != Qt.MouseButton.LeftButton
            or not self.state.nulls_shown
            or length(event.position() - self._geometry.center) < self._geometry.radius - 4
        ):
            super().mouseDoubleClickEvent(event)
            return
        if target is not None and target < 0:
            self._remove_null(target)
        elif target is None and len(self.state.hand_nulls_deg) < MOST_NULLS:
            azimuth_rad, _ = self._geometry.seen_from_array(event.position())
            self._put_nulls((*self.state.hand_nulls_deg, float(round(math.degrees(azimuth_rad)))), True)

    def _insert_null(self) -> None:
        """One null more, a quarter turn from the beam, where there is none yet; it has the keys then."""
        nulls_deg = self.state.hand_nulls_deg
        places = (round(wrap_deg((self.beam_deg or 0.0) + turn)) for turn in (90, -90, 180, 45, -45))
        free = [place for place in places if all(abs(wrap_deg(place - null)) > 5 for null in nulls_deg)]
        if len(nulls_deg) < MOST_NULLS and free:
            self._keyboard = True
            self._put_nulls((*nulls_deg, float(free[0])), True)
            self._target = -len(nulls_deg) - 1
            self.update()

    def _remove_null(self, target: int) -> None:
        kept = list(self.nulls_deg)
        del kept[-target - 1]
        if self.state.hand_nulls_deg:
            self._put_nulls(tuple(kept), True)

    def _put_nulls(self, nulls_deg: tuple[float, ...], final: bool) -> None:
        self.state.hand_nulls_deg = nulls_deg
        if -self._target > len(nulls_deg):
            self._target = 0
        self._describe()
        self.nulls_changed.emit(nulls_deg, final)
        self.update()

    def _on_disc(self, point: QPointF) -> bool:
        return length(point - self._geometry.center) < self._geometry.radius - 4

    def leaveEvent(self, event) -> None:
        self.unsetCursor()

    def _point(self, position: QPointF) -> None:
        target = self._grab_at(position)
        if target is None and self._on_disc(position):
            self.setCursor(Qt.CursorShape.SizeAllCursor)
        elif target is None:
            self.unsetCursor()
        elif target == 0 and self.state.following:
            self.setCursor(Qt.CursorShape.ForbiddenCursor)
        else:
            self.setCursor(Qt.CursorShape.OpenHandCursor)

    def _move_to(self, azimuth_deg: float, distance_m: float) -> None:
        drag = self.state.drag
        if drag.number == 0:
            if azimuth_deg == drag.azimuth_deg:
                return
            self.state.drag = Drag(0, azimuth_deg, self._geometry.rim_m, moved=True)
            self.steering_changed.emit(azimuth_deg, False)
        elif drag.number < 0:
            if azimuth_deg == drag.azimuth_deg:
                return
            self.state.drag = Drag(drag.number, azimuth_deg, self._geometry.rim_m, moved=True)
            self._put_nulls(self.nulls_deg, False)
        else:
            if (azimuth_deg, distance_m) == (drag.azimuth_deg, drag.distance_m):
                return
            self.state.drag = Drag(drag.number, azimuth_deg, distance_m, moved=True)
            self.talker_moved.emit(drag.number, math.radians(azimuth_deg), distance_m)
        self._arrange()
        self.update()

    def _drop(self) -> None:
        """End of a drag or of a held key: the value stays until the engine shows its own."""
        drag, self.state.drag = self.state.drag, None
        if drag is None or not drag.moved:
            return
        if drag.number == 0:
            self.state.engine_beam_deg = drag.azimuth_deg
            self.state.hold(0, drag.azimuth_deg, self.rim_m)
            self._describe()
            self.steering_changed.emit(drag.azimuth_deg, True)
        elif drag.number < 0:
            self._put_nulls(self.state.hand_nulls_deg, True)
        else:
            self.state.hold(drag.number, math.radians(drag.azimuth_deg), drag.distance_m)
            self.talker_dropped.emit()
        self.update()

    # ---------------------------------------------------------------------------------------- keys

    def keyPressEvent(self, event) -> None:
        turns = {Qt.Key.Key_Left: (1, 0), Qt.Key.Key_Right: (-1, 0), Qt.Key.Key_Up: (1, 1), Qt.Key.Key_Down: (-1, -1)}
        if self._viewport_key(event):
            return
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and -len(self.nulls_deg) <= self._target < 0:
            self._remove_null(self._target)
            return
        if event.key() == Qt.Key.Key_Insert and self.state.nulls_shown:
            self._insert_null()
            return
        home = event.key() == Qt.Key.Key_Home and self._target == 0
        locked = self._target == 0 and (self.state.engine_beam_deg is None or self.state.following)
        gone = self._target > len(self.truth_places())
        if (event.key() not in turns and not home) or locked or gone:
            super().keyPressEvent(event)
            return
        self._keyboard = True
        if self.state.drag is None:
            self.state.drag = self.state.grip(self._target, self.rim_m)
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        drag = self.state.drag
        if home:
            self._move_to(0.0, self._geometry.rim_m)
            return
        turn, farther = turns[event.key()]
        if drag.number <= 0 or farther == 0:
            azimuth_deg = round(wrap_deg(drag.azimuth_deg + turn * (0.1 if fine else 1.0)), 1)
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier and drag.number <= 0:
                # To the next place of the grid, from wherever it stands.
                places = drag.azimuth_deg / GRID_DEG
                places = math.floor(places) + 1 if turn > 0 else math.ceil(places) - 1
                azimuth_deg = wrap_deg(places * GRID_DEG)
            self._move_to(azimuth_deg, drag.distance_m)
        else:
            distance_m = round(drag.distance_m + farther * (0.01 if fine else 0.1), 2)
            self._move_to(drag.azimuth_deg, self._within_map(math.radians(drag.azimuth_deg), distance_m))

    def keyReleaseEvent(self, event) -> None:
        if not event.isAutoRepeat() and not self._pressed:
            self._drop()
        super().keyReleaseEvent(event)

    def focusInEvent(self, event) -> None:
        reasons = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
        self._keyboard = event.reason() in reasons
        if event.reason() == Qt.FocusReason.TabFocusReason:
            self._target = 0
        elif event.reason() == Qt.FocusReason.BacktabFocusReason:
            self._target = self._stops()[-1]
        self.update()

    def focusOutEvent(self, event) -> None:
        self._pressed, self._panning = False, None
        self._drop()
        self.update()

    def _stops(self) -> list[int]:
        """What Tab goes through: the beam, true positions that can be moved, nulls."""
        talkers = range(1, 1 + len(self.truth_places())) if self.state.movable else ()
        return [0, *talkers, *(-number for number in range(1, 1 + len(self.nulls_deg)))]

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes through the handles on the map before it leaves it."""
        stops = self._stops()
        place = (stops.index(self._target) if self._target in stops else 0) + (1 if forward else -1)
        if self.hasFocus() and 0 <= place < len(stops):
            self._drop()
            self._target, self._keyboard = stops[place], True
            self.update()
            return True
        return super().focusNextPrevChild(forward)
