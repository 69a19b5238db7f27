"""The source map's canvas: shows a `MapState`, and is the handle of beam, nulls and simulated talkers."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workbench.core.geometry import wrap_deg
from workbench.core.messages import Localization
from workbench.ui import painting
from workbench.ui.theme import Tokens
from workbench.ui.views import map_marks, polar
from workbench.ui.views.map_backdrop import paint_backdrop
from workbench.ui.views.map_beam import paint_beam_line, paint_handle, paint_hub, paint_nulls
from workbench.ui.views.map_frame import paint_frame
from workbench.ui.views.map_geometry import RIM_M, MapGeometry, length
from workbench.ui.views.map_scene import MapScene, arrange_labels, label_text
from workbench.ui.views.map_state import Drag, MapState
from workbench.ui.views.map_talkers import paint_message, paint_tails, paint_tracks
from workbench.ui.views.map_tips import tip_at

MOST_NULLS = 3
NEAREST_M = 0.3
"""No talker can be dragged closer to the array."""
GRAB = 16.0
GRID_DEG = 15.0
"""Steps of beam and nulls while Ctrl is held."""


class MapCanvas(QWidget):
    """The map itself, painted and taken hold of; see `SourceMapView` for the whole."""

    steering_changed = Signal(float, bool)
    talker_moved = Signal(int, float, float)
    nulls_changed = Signal(tuple, bool)

    def __init__(self, tokens: Tokens, clock: Callable[[], float] = time.monotonic, parent: QWidget | None = None):
        super().__init__(parent)
        self.state = MapState(clock)
        self._tokens = tokens
        self._geometry = MapGeometry.fit(220.0, 220.0, False, RIM_M)
        self._turned = 0
        self._keyboard = False
        self._pressed = False
        self._target = 0
        self._labels: dict[int, tuple[QRectF, int]] = {}
        self._backdrop: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(220, 220)
        self.setAccessibleName("Source map")

    # ---------------------------------------------------------------------------------------- what is shown

    def show_localization(self, localization: Localization) -> None:
        self.state.show_localization(localization)
        self._refresh()

    def show_beam(self, azimuth_rad: float, following: int) -> None:
        if not self.state.show_beam(azimuth_rad, following):
            return
        if following and self.state.drag is not None and self.state.drag.number == 0:
            beam_deg = self.state.engine_beam_deg
            self._drop()
            self.state.engine_beam_deg = beam_deg  # the followed talker's, not where the hand was
        self._describe()
        self.update()

    def set_array(self, mic_xyz_m: np.ndarray | None) -> None:
        self.state.set_array(mic_xyz_m)
        self.update()

    def set_room(self, corners_xy_m: np.ndarray | None) -> None:
        self.state.room_xy_m = None if corners_xy_m is None else np.array(corners_xy_m, dtype=float).reshape(-1, 2)
        self._refresh()

    def set_nulls(self, handles_deg: Sequence[float], shown: bool) -> None:
        self.state.hand_nulls_deg, self.state.nulls_shown = tuple(map(float, handles_deg)), shown
        if -self._target > len(self.nulls_deg):
            self._target = 0
        self._describe()
        self.update()

    def show_designed_nulls(self, nulls_rad: Sequence[float]) -> None:
        self.state.show_designed_nulls(nulls_rad)
        self._describe()
        self.update()

    def zoom(self, steps: int) -> None:
        place = map_marks.RIMS_M.index(self.rim_m) - steps
        rim_m = map_marks.RIMS_M[min(max(place, 0), len(map_marks.RIMS_M) - 1)]
        self._geometry = replace(self._geometry, rim_m=rim_m)
        self._refresh()

    def set_talkers_movable(self, movable: bool) -> None:
        self.state.movable = movable
        if not movable:
            self._target = 0
        self.update()

    def set_running(self, running: bool) -> None:
        self.state.running = running
        self.update()

    def set_stale(self, stale: bool) -> None:
        if stale != self.state.stale:
            self.state.stale = stale
            self._refresh()

    def set_srp(self, shown: bool) -> None:
        self.state.srp = shown
        self._refresh()

    def set_truth(self, shown: bool) -> None:
        self.state.truth_shown = shown
        self._refresh()

    def set_compact(self, compact: bool) -> None:
        self._labels.clear()
        self._layout(compact)

    def apply_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._refresh()

    def clear(self) -> None:
        self.state.clear()
        self._labels.clear()
        self._refresh()

    # ---------------------------------------------------------------------------------------- readable state

    @property
    def center(self) -> QPointF:
        """The array's place in the widget."""
        return QPointF(self._geometry.center)

    @property
    def radius(self) -> float:
        """Pixels from the centre to the rim distance (2.5 m)."""
        return self._geometry.radius

    @property
    def rim_m(self) -> float:
        """Distance shown at the rim; what is farther is drawn on the rim."""
        return self._geometry.rim_m

    @property
    def nulls_deg(self) -> tuple[float, ...]:
        """Where the diamonds stand."""
        return self.state.nulls_deg

    def null_places(self) -> list[QPointF]:
        """Centres of the diamonds."""
        return self._scene().null_places()

    @property
    def mirror_deg(self) -> float | None:
        """The direction that an array on a line hears as it hears the beam's."""
        return self.state.mirror_deg

    @property
    def error_text(self) -> str:
        """How far the tracks are from the true positions, or nothing."""
        return self.state.error_text

    @property
    def beam_deg(self) -> float | None:
        """Where the handle stands, None before the first `show_beam`."""
        return self.state.beam_deg

    @property
    def message(self) -> str:
        """The empty state's sentence, or nothing."""
        return self.state.message

    @property
    def label_rects(self) -> dict[int, QRectF]:
        """Rectangles of the talkers' labels by number."""
        return {number: QRectF(rect) for number, (rect, _) in self._labels.items()}

    def place(self, azimuth_rad: float, distance_m: float | None) -> QPointF:
        """Where a source is drawn."""
        return self._geometry.place(azimuth_rad, distance_m)

    def handle_place(self) -> QPointF:
        """Centre of the beam's handle."""
        return self._geometry.on_ring(math.radians(self.beam_deg or 0.0))

    def truth_places(self) -> list[tuple[int, QPointF, bool]]:
        """(number, place, active) of each true position that is shown."""
        return self._scene().truth_places()

    # ---------------------------------------------------------------------------------------- arrangement

    def sizeHint(self) -> QSize:
        return QSize(472, 456)

    def resizeEvent(self, event) -> None:
        self._layout(self._geometry.compact)

    def _layout(self, compact: bool) -> None:
        self._geometry = MapGeometry.fit(float(self.width()), float(self.height()), compact, self.rim_m)
        self._refresh()

    def _scene(self) -> MapScene:
        focus = self._target if self._keyboard and self.hasFocus() else None
        return MapScene(self.state, self._geometry, self._tokens, self._labels, focus)

    def _refresh(self) -> None:
        """Forget what was drawn of the data, place the labels anew and repaint."""
        self._backdrop = None
        self._labels = arrange_labels(self._scene())
        self._describe()
        self.update()

    def _describe(self) -> None:
        parts = []
        if self.state.engine_beam_deg is not None:
            state = f", following T{self.state.following}" if self.state.following else ""
            parts.append(f"Beam {painting.format_azimuth(math.radians(self.state.engine_beam_deg))}{state}")
        parts += [f"Null {painting.format_azimuth(math.radians(null_deg))}" for null_deg in self.nulls_deg]
        for track in self.state.tracks:
            parts.append(" ".join(label_text(track, self._geometry.compact)))
        self.setAccessibleDescription("; ".join(parts) or self.message or "No data")

    def paintEvent(self, event) -> None:
        scene = self._scene()
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        if self._backdrop is None or self._backdrop.devicePixelRatio() != ratio:
            self._backdrop = paint_backdrop(scene, ratio)
        painter.drawPixmap(0, 0, self._backdrop)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fade = 0.5 if self.state.stale else 1.0
        taken = paint_beam_line(painter, scene)
        painter.setOpacity(fade)
        paint_tails(painter, scene)
        for _, place, active in scene.truth_places():
            polar.draw_truth(painter, place, self._tokens, active)
        painter.setOpacity(1.0)
        paint_hub(painter, scene)
        painter.setOpacity(fade)
        paint_tracks(painter, scene)
        painter.setOpacity(1.0)
        paint_nulls(painter, scene)
        paint_handle(painter, scene)
        paint_frame(painter, scene, taken)
        paint_message(painter, scene)
        painter.end()

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
        if event.button() != Qt.MouseButton.LeftButton or target is None:
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
        if not self._pressed:
            self._point(event.position())
            return
        if self.state.drag is None:  # taken away in the meantime: the beam began to follow
            return
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        azimuth_rad, radius = polar.from_screen(self._geometry.center, event.position())
        coarse = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        step = 0.1 if fine else GRID_DEG if coarse and self.state.drag.number <= 0 else 1.0
        azimuth_deg = wrap_deg(round(math.degrees(azimuth_rad) / step) * step)
        distance_step = 0.01 if fine else 0.1
        distance_m = round(radius / self._geometry.radius * self._geometry.rim_m / distance_step) * distance_step
        self._move_to(round(azimuth_deg, 1), min(max(round(distance_m, 2), NEAREST_M), self._geometry.rim_m))

    def mouseReleaseEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = False
            self._drop()
            self._point(event.position())

    def mouseDoubleClickEvent(self, event) -> None:
        """On the ring: a null there, or the null that is there away."""
        radius = length(event.position() - self._geometry.center)
        if (
            event.button() != Qt.MouseButton.LeftButton
            or not self.state.nulls_shown
            or radius < self._geometry.radius - 4
        ):
            super().mouseDoubleClickEvent(event)
            return
        target = self._grab_at(event.position())
        if target is not None and target < 0:
            self._remove_null(target)
        elif target is None and len(self.state.hand_nulls_deg) < MOST_NULLS:
            azimuth_rad, _ = polar.from_screen(self._geometry.center, event.position())
            self._put_nulls((*self.state.hand_nulls_deg, float(round(math.degrees(azimuth_rad)))), True)

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

    def wheelEvent(self, event) -> None:
        self._turned += event.angleDelta().y()
        notches = int(self._turned / 120)  # touchpads send many small turns
        self._turned -= 120 * notches
        if notches:
            self.zoom(notches)
        event.accept()

    def leaveEvent(self, event) -> None:
        self.unsetCursor()

    def _point(self, position: QPointF) -> None:
        target = self._grab_at(position)
        if target is None:
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
            self._labels = arrange_labels(self._scene())
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
        self.update()

    # ---------------------------------------------------------------------------------------- keys

    def keyPressEvent(self, event) -> None:
        turns = {Qt.Key.Key_Left: (1, 0), Qt.Key.Key_Right: (-1, 0), Qt.Key.Key_Up: (1, 1), Qt.Key.Key_Down: (-1, -1)}
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self.zoom(1 if event.key() == Qt.Key.Key_Plus else -1)
            return
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and -len(self.nulls_deg) <= self._target < 0:
            self._remove_null(self._target)
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
            self._move_to(drag.azimuth_deg, min(max(distance_m, NEAREST_M), self._geometry.rim_m))

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
        self._pressed = False
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

    def event(self, event) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            text = self.tip_at(QPointF(event.pos()))
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def tip_at(self, point: QPointF) -> str:
        """What the tooltip says at a place."""
        return tip_at(self._scene(), point, self._grab_at(point))
