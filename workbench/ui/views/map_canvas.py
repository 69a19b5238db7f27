"""The source map's canvas: shows a `MapState`, and is the handle of beam, nulls and simulated talkers."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workbench.core.messages import Localization
from workbench.ui import painting
from workbench.ui.theme import Tokens
from workbench.ui.views import polar
from workbench.ui.views.map_backdrop import paint_backdrop
from workbench.ui.views.map_beam import paint_beam_line, paint_handle, paint_hub, paint_nulls
from workbench.ui.views.map_frame import paint_frame
from workbench.ui.views.map_geometry import RIM_M, MapGeometry
from workbench.ui.views.map_hand import MapHand
from workbench.ui.views.map_labels import arrange_labels, place_wall_name, written
from workbench.ui.views.map_scene import MapScene, label_text
from workbench.ui.views.map_state import MapState
from workbench.ui.views.map_talkers import paint_message, paint_tails, paint_tracks
from workbench.ui.views.map_tips import tip_at
from workbench.ui.views.map_viewport import MapViewport


class MapCanvas(MapHand, MapViewport, QWidget):
    """The map itself, painted and taken hold of; see `SourceMapView` for the whole."""

    steering_changed = Signal(float, bool)
    talker_moved = Signal(int, float, float)
    talker_dropped = Signal()
    nulls_changed = Signal(tuple, bool)

    def __init__(self, tokens: Tokens, clock: Callable[[], float] = time.monotonic, parent: QWidget | None = None):
        super().__init__(parent)
        self.state = MapState(clock)
        self._tokens = tokens
        self._geometry = MapGeometry.fit(220.0, 220.0, False, RIM_M)
        self._begin_viewport()
        self._begin_hand()
        self._labels: dict[int, tuple[QRectF, int]] = {}
        self._wall: QRectF | None = None
        self._backdrop: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(220, 220)
        self.setAccessibleName("Source map")
        self.setProperty("picture", "source-map")

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
        self._arrange()
        self._describe()
        self.update()

    def set_array(self, mic_xyz_m: np.ndarray | None) -> None:
        self.state.set_array(mic_xyz_m)
        self.update()

    def set_room(self, corners_xy_m: np.ndarray | None) -> None:
        self.state.room_xy_m = None if corners_xy_m is None else np.array(corners_xy_m, dtype=float).reshape(-1, 2)
        self._refresh()

    def set_nulls(self, handles_deg: Sequence[float], shown: bool) -> None:
        before = self.state.hand_nulls_deg, self.state.nulls_shown
        self.state.hand_nulls_deg, self.state.nulls_shown = tuple(map(float, handles_deg)), shown
        if before == (self.state.hand_nulls_deg, self.state.nulls_shown):
            return
        if -self._target > len(self.nulls_deg):
            self._target = 0
        self._describe()
        self.update()

    def show_designed_nulls(self, nulls_rad: Sequence[float]) -> None:
        self.state.show_designed_nulls(nulls_rad)
        self._describe()
        self.update()

    def set_talkers_movable(self, movable: bool) -> None:
        self.state.movable = movable
        if not movable:
            self._target = 0
        self.update()

    def set_running(self, running: bool) -> None:
        self.state.running = running
        self._refresh()

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
        """The middle of the disc in the widget: the array's place until the map is moved."""
        return QPointF(self._geometry.center)

    @property
    def radius(self) -> float:
        """Pixels from the middle to the rim."""
        return self._geometry.radius

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

    @property
    def text_rects(self) -> list[tuple[str, QRectF]]:
        """All that is written within the disc and at its rim: words and where they stand."""
        return written(self._scene())

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
        pan_m = self.pan_m
        self._geometry = MapGeometry.fit(float(self.width()), float(self.height()), compact, self.rim_m).panned(*pan_m)
        self._refresh()

    def _scene(self) -> MapScene:
        focus = self._target if self._keyboard and self.hasFocus() else None
        return MapScene(self.state, self._geometry, self._tokens, self._labels, focus, self._wall)

    def _refresh(self) -> None:
        """Forget what was drawn of the data, place the labels anew and repaint."""
        self._backdrop = None
        self._arrange()
        self._describe()
        self.update()

    def _arrange(self) -> None:
        """Place the labels anew."""
        before = self._wall, self._labels
        self._labels = arrange_labels(self._scene())
        self._wall = place_wall_name(self._scene())
        if before != (self._wall, self._labels):
            self._backdrop = None  # other words of it may lie under a label

    def _describe(self) -> None:
        parts = []
        if self.state.engine_beam_deg is not None:
            state = f", following T{self.state.following}" if self.state.following else ""
            parts.append(f"Beam {painting.format_azimuth(math.radians(self.state.engine_beam_deg))}{state}")
        parts += [f"Null {painting.format_azimuth(math.radians(null_deg))}" for null_deg in self.nulls_deg]
        for track in self.state.tracks:
            parts.append(" ".join(label_text(track, self._geometry.compact)))
        if self.pan_m != (0.0, 0.0):
            parts.append("map moved: Alt+Home puts the array back into the middle")
        self.setAccessibleDescription("; ".join(parts) or self.message or "No data")

    def paintEvent(self, event) -> None:
        scene = self._scene()
        painter = QPainter(self)
        ratio = painting.pixel_ratio(self)
        if self._backdrop is None or self._backdrop.devicePixelRatio() != ratio:
            self._backdrop = paint_backdrop(scene, ratio)
        painter.drawPixmap(0, 0, self._backdrop)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fade = 0.5 if self.state.stale else 1.0
        paint_beam_line(painter, scene)
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
        paint_frame(painter, scene)
        paint_message(painter, scene)
        painter.end()

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
