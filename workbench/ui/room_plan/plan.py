"""The room seen from above: talkers, their ways and point noises, dragged by hand."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from workbench.audio.scene import Scene
from workbench.audio.scene_parts import Arc, Walk
from workbench.core.errors import InputError
from workbench.ui import theme
from workbench.ui.controls import Themed, draw_focus_ring, new_gesture
from workbench.ui.painting import THIN_SPACE
from workbench.ui.room_plan import edits
from workbench.ui.room_plan.edits import Handle

GRAB = 14.0
MARGIN = 26.0
RADIUS = 9.0
NEW_CORNER_M = 0.5


class RoomPlan(Themed, QWidget):
    """0° is up, left is left. What is dragged is emitted when it is let go; until then it is only drawn."""

    changed = Signal(object, str)
    """A Scene, as a person has made it, and the gesture: what a held key does is one step."""
    chosen = Signal(int)
    """Index of the talker that was picked."""
    refused = Signal(str)

    def __init__(self):
        super().__init__()
        self.scene: Scene | None = None
        self.talker = 0
        self.current: Handle | None = None
        self._dragging = False
        self._draft: Scene | None = None
        self._gesture = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Plan of the simulated room")
        self.setProperty("picture", "room")
        self.setToolTip(
            "Drag talkers, the points of their ways and noises. Double-click adds a point to the chosen talker's way "
            "(Insert puts one ahead), Delete removes one; arrow keys move by 10 cm, with Shift by 1 cm; "
            "Page Up and Down choose"
        )

    def show_scene(self, scene: Scene | None) -> None:
        """Show a scene; what is being dragged stays in the hand."""
        self.scene = scene
        if not self._dragging:
            self._draft = None
        if scene is not None:
            self.talker = min(self.talker, max(0, len(scene.talkers) - 1))
        self.update()

    def choose(self, index: int) -> None:
        """Show the handles of a talker's way."""
        self.talker = index
        self.current = Handle("start", index)
        self.update()

    @property
    def drawn(self) -> Scene | None:
        """The scene with what is being dragged."""
        return self._draft or self.scene

    # ---- geometry ------------------------------------------------------------------------------------------

    def _frame(self) -> tuple[float, QPointF]:
        """Pixels a metre, and where the array is painted."""
        (length, width, _), (x, y, _) = self.drawn.size_m, self.drawn.array_xyz_m
        scale = min((self.width() - 2 * MARGIN) / width, (self.height() - 2 * MARGIN) / length)
        left = (self.width() - scale * width) / 2
        top = (self.height() - scale * length) / 2
        return scale, QPointF(left + scale * (width - y), top + scale * (length - x))

    def point_of(self, x_m: float, y_m: float) -> QPointF:
        """Where a place (ahead, left of the array) is painted."""
        scale, array = self._frame()
        return QPointF(array.x() - scale * y_m, array.y() - scale * x_m)

    def place_of(self, point: QPointF) -> tuple[float, float]:
        """The place (ahead, left of the array) under a point, in metres."""
        scale, array = self._frame()
        return (array.y() - point.y()) / scale, (array.x() - point.x()) / scale

    def handle_at(self, point: QPointF) -> Handle | None:
        """What is held at a point: the topmost of what is near."""
        found, nearest = None, GRAB
        for handle, place in edits.handles(self.drawn, self.talker):
            offset = self.point_of(*place) - point
            distance = math.hypot(offset.x(), offset.y())
            if distance <= nearest:
                found, nearest = handle, distance
        return found

    # ---- by hand -------------------------------------------------------------------------------------------

    def mousePressEvent(self, event):
        if self.scene is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._take(self.handle_at(event.position()))
        self._dragging = self.current is not None

    def mouseMoveEvent(self, event):
        if self.scene is None:
            return
        if not self._dragging:
            over = self.handle_at(event.position()) is not None
            self.setCursor(Qt.CursorShape.OpenHandCursor if over else Qt.CursorShape.ArrowCursor)
            return
        try:
            self._draft = edits.moved(self.drawn, self.current, *self.place_of(event.position()))
        except InputError:
            return  # there it cannot be: it stays at the last place where it could
        self.update()

    def mouseReleaseEvent(self, event):
        if self._dragging:
            self._dragging = False
            draft, self._draft = self._draft, None
            if draft is not None and draft != self.scene:
                self._emit(draft)

    def mouseDoubleClickEvent(self, event):
        if self.scene is not None and self.scene.talkers and self.handle_at(event.position()) is None:
            self._try(lambda: edits.with_corner(self.scene, self.talker, *self.place_of(event.position())))

    def keyPressEvent(self, event):
        if self.scene is None:
            event.ignore()
            return
        key = Qt.Key(event.key())
        if not event.isAutoRepeat():
            self._gesture = new_gesture("plan")
        step = 0.01 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0.1
        moves = {Qt.Key.Key_Up: (step, 0.0), Qt.Key.Key_Down: (-step, 0.0), Qt.Key.Key_Left: (0.0, step),
                 Qt.Key.Key_Right: (0.0, -step)}  # fmt: skip
        places = dict(edits.handles(self.scene, self.talker))
        if key in moves and self.current in places:
            x, y = places[self.current]
            x, y = x + moves[key][0], y + moves[key][1]
            self._try(lambda: edits.moved(self.scene, self.current, x, y), self._gesture)
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp) and places:
            order = sorted(places, key=lambda one: (one.kind == "noise", one.index, one.kind != "start", one.part))
            at = order.index(self.current) if self.current in order else -1
            self._take(order[(at + (1 if key == Qt.Key.Key_PageDown else -1)) % len(order)])
        elif key == Qt.Key.Key_Insert and self.scene.talkers:
            x, y = self._new_corner()
            self._try(lambda: edits.with_corner(self.scene, self.talker, x, y), self._gesture)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.current and self.current.kind == "corner":
            index, corner = self.current.index, self.current.part
            self.current = Handle("start", index)
            self._try(lambda: edits.without_corner(self.scene, index, corner))
        else:
            event.ignore()

    def _new_corner(self) -> tuple[float, float]:
        """A place for a point that is added by key: half a metre beyond the way's end, towards the array's front."""
        talker = self.scene.talkers[self.talker]
        ends = talker.path.points[-1:] if isinstance(talker.path, Walk) else ()
        x, y = edits.to_xy(*(ends[0] if ends else (talker.azimuth_deg, talker.distance_m)))
        return x + NEW_CORNER_M, y

    def _take(self, handle: Handle | None) -> None:
        self.current = handle
        if handle is not None and handle.kind != "noise" and handle.index != self.talker:
            self.talker = handle.index
            self.chosen.emit(self.talker)
        self.update()

    def _try(self, make, gesture: str = "") -> None:
        try:
            scene = make()
        except InputError as error:
            self.refused.emit(str(error))
            return
        if scene != self.scene:
            self._emit(scene, gesture)

    def _emit(self, scene: Scene, gesture: str = "") -> None:
        self.scene = scene
        self.update()
        self.changed.emit(scene, gesture)

    # ---- paint ---------------------------------------------------------------------------------------------

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(t.line), 1))
        painter.setBrush(QColor(t.plot))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if self.drawn is None:
            painter.setPen(QColor(t.text2))
            painter.setFont(theme.font(12))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Choose the simulated room as the source.")
        else:
            self._paint_room(painter)
            for index in range(len(self.drawn.talkers)):
                self._paint_way(painter, index)
            for handle, place in edits.handles(self.drawn, self.talker):
                self._paint_handle(painter, handle, self.point_of(*place))
        if self.hasFocus():
            draw_focus_ring(painter, t, QRectF(self.rect()).adjusted(1, 1, -1, -1), 4)
        painter.end()

    def _paint_room(self, painter: QPainter) -> None:
        t, scene = self.tokens, self.drawn
        (length, width, _), (x, y, _) = scene.size_m, scene.array_xyz_m
        walls = QRectF(self.point_of(length - x, width - y), self.point_of(-x, -y))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(t.line), 1))
        for metre in range(1, 21):
            if metre < length:
                painter.drawLine(self.point_of(metre - x, width - y), self.point_of(metre - x, -y))
            if metre < width:
                painter.drawLine(self.point_of(length - x, metre - y), self.point_of(-x, metre - y))
        painter.setPen(QPen(QColor(t.text2), 2))
        painter.drawRect(walls)
        array = self.point_of(0, 0)
        painter.setPen(QPen(QColor(t.text1), 1.5))
        painter.drawEllipse(array, 6, 6)
        painter.drawLine(QPointF(array.x(), array.y() - 6), QPointF(array.x(), array.y() - 13))
        painter.setPen(QColor(t.text3))
        painter.setFont(theme.font(11))
        size = f"{length:g} × {width:g}{THIN_SPACE}m, grid 1{THIN_SPACE}m"
        painter.drawText(QRectF(8, self.height() - 20, 200, 16), Qt.AlignmentFlag.AlignLeft, size)
        painter.drawText(QRectF(0, 4, self.width(), 16), Qt.AlignmentFlag.AlignCenter, "0° front")

    def _paint_way(self, painter: QPainter, index: int) -> None:
        t, talker = self.tokens, self.drawn.talkers[index]
        path = talker.path
        if path is None:
            return
        if isinstance(path, Arc):
            turns = np.radians(np.linspace(path.from_deg, path.to_deg, 61))
            places = [(talker.distance_m * math.cos(a), talker.distance_m * math.sin(a)) for a in turns]
        else:
            places = [edits.to_xy(talker.azimuth_deg, talker.distance_m)]
            places += [edits.to_xy(*point) for point in path.points]
            places += places[:1] if isinstance(path, Walk) and path.closed else []
        line = QPainterPath(self.point_of(*places[0]))
        for place in places[1:]:
            line.lineTo(self.point_of(*place))
        color = QColor(t.tracks[index % 4] if index == self.talker else t.text3)
        color.setAlphaF(1.0 if talker.walking else 0.45)
        painter.setPen(QPen(color, 2 if index == self.talker else 1.25, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(line)

    def _paint_handle(self, painter: QPainter, handle: Handle, at: QPointF) -> None:
        t, scene = self.tokens, self.drawn
        picked = handle == self.current
        color = QColor(t.text2 if handle.kind == "noise" else t.tracks[handle.index % 4])
        painter.setPen(QPen(QColor(t.accent) if picked else color, 2.25 if picked else 1.5))
        painter.setBrush(QColor(t.raised))
        painter.setFont(theme.font(11, 600))
        if handle.kind in ("corner", "arc"):
            painter.drawEllipse(at, 6, 6)
            return
        box = QRectF(at.x() - RADIUS, at.y() - RADIUS, 2 * RADIUS, 2 * RADIUS)
        if handle.kind == "noise":
            painter.drawRect(box)
            text, name = "N", scene.noises[handle.index].kind
        else:
            painter.drawEllipse(at, RADIUS, RADIUS)
            text, name = str(handle.index + 1), scene.talkers[handle.index].name
        painter.setPen(QColor(t.text1))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.setFont(theme.font(11))
        painter.setPen(color)
        (_, width, _), (_, y, _) = scene.size_m, scene.array_xyz_m
        left_wall, right_wall = self.point_of(0, width - y).x(), self.point_of(0, -y).x()
        left = at.x() + RADIUS + 4
        needed = painter.fontMetrics().horizontalAdvance(name)
        if left + needed > right_wall - 2 and at.x() - RADIUS - 4 - needed > left_wall + 2:
            left = at.x() - RADIUS - 4 - needed  # within the walls, where there is room
        painter.drawText(QPointF(left, at.y() + 4), name)
