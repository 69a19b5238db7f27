"""Drivers, cabinet and listener from above, to be dragged. The listener is below and faces up, as in the plan."""

from __future__ import annotations

import itertools
import math

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from workbench.core.errors import InputError
from workbench.core.layout_edit import LISTENER_M, with_driver, with_listener
from workbench.ui import painting, theme
from workbench.ui.layout_editor.draft import LayoutDraft
from workbench.ui.theme import Tokens

RADIUS = 9
REACH = 14.0
LISTENER_STRIP = 64
METRES_PER_PIXEL = 0.01
"""Of the listener's distance, which is not to scale: a device is some centimetres wide, its listener metres off."""
SNAP_M = 0.001
SNAP_RAD = math.radians(1.0)
_gestures = itertools.count()


class LayoutPlot(QWidget):
    """Drag drivers; on a cabinet they slide around it. Drag the head for the listener's distance.

    Keys: Page Up and Down choose a driver; arrows move it by 1 mm, or around the cabinet by 1 degree (Shift: a tenth).
    """

    selected = Signal(int)
    refused = Signal(str)

    def __init__(self, draft: LayoutDraft, parent: QWidget | None = None):
        super().__init__(parent)
        self.draft = draft
        self.tokens = theme.DARK
        self.current = -1
        self._held: int | str | None = None
        self._gesture = ""
        self._reach_m = 0.1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Picture of the layout")
        self.setProperty("picture", "layout")
        self.setToolTip(
            "Drag the drivers; drag the head to set the listener's distance. Page Up and Down choose a driver, arrow "
            "keys move it by 1 mm or, around a cabinet, by 1°; with Shift a tenth of it"
        )
        self.fit()

    # ---- geometry ------------------------------------------------------------------------------------------

    def fit(self) -> None:
        """Choose the scale so that all drivers are seen."""
        layout = self.draft.layout
        far = max((math.hypot(x, y) for x, y, _ in (driver.xyz_m for driver in layout.drivers)), default=0.05)
        self._reach_m = max(1.35 * far, 1.35 * (layout.cabinet_radius_m or 0.0), 0.04)
        self.update()

    def area(self) -> QRectF:
        """Where the device lies."""
        return QRectF(0, 0, self.width(), self.height() - LISTENER_STRIP)

    @property
    def scale(self) -> float:
        """Pixels a metre."""
        return 0.5 * min(self.area().width(), self.area().height()) / self._reach_m

    def place(self, xyz_m) -> QPointF:
        """Where a point of the device frame is drawn: +x is down, +y is to the right."""
        centre = self.area().center()
        return QPointF(centre.x() + xyz_m[1] * self.scale, centre.y() + xyz_m[0] * self.scale)

    def metres(self, position: QPointF) -> tuple[float, float]:
        """x and y of a place in the picture."""
        away = position - self.area().center()
        return away.y() / self.scale, away.x() / self.scale

    def head(self) -> QPointF:
        """Where the listener is drawn."""
        return QPointF(self.area().center().x(), self.height() - LISTENER_STRIP / 2 + 4)

    def _at(self, position: QPointF) -> int | str | None:
        near = [(self.place(driver.xyz_m) - position).manhattanLength() for driver in self.draft.layout.drivers]
        if near and min(near) <= REACH:
            return near.index(min(near))
        return "head" if (self.head() - position).manhattanLength() < 2 * REACH else None

    # ---- a person ------------------------------------------------------------------------------------------

    def set_current(self, number: int) -> None:
        """The chosen driver; -1: none."""
        self.current = number
        self.update()

    def mousePressEvent(self, event) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._held = self._at(event.position())
        self._gesture = f"layout-{next(_gestures)}"
        self._start = (event.position(), self.draft.layout.listener_distance_m)
        if isinstance(self._held, int):
            self.set_current(self._held)
            self.selected.emit(self._held)

    def mouseMoveEvent(self, event) -> None:
        if self._held is None:
            over = self._at(event.position()) is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
        elif self._held == "head":
            start, distance_m = self._start
            moved = distance_m + METRES_PER_PIXEL * (event.position().y() - start.y())
            self._set_distance(min(max(round(moved, 2), LISTENER_M[0]), LISTENER_M[1]))
        else:
            x, y = self.metres(event.position())
            self.move(self._held, x, y, self._gesture, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def mouseReleaseEvent(self, event) -> None:
        if self._held is not None:
            self._held = None
            self.fit()

    def _set_distance(self, distance_m: float) -> None:
        try:
            self.draft.take(with_listener(self.draft.layout, distance_m=distance_m), self._gesture)
        except InputError as error:
            self.refused.emit(str(error))

    def move(self, number: int, x_m: float, y_m: float, gesture: object = None, fine: bool = False) -> None:
        """Put a driver elsewhere, in steps of a millimetre, or around the cabinet in degrees at its height; fine: in
        tenths of them."""
        share = 0.1 if fine else 1.0
        snap_m, snap_rad = share * SNAP_M, share * SNAP_RAD
        layout = self.draft.layout
        z_m = layout.drivers[number].xyz_m[2]
        radius_m = layout.cabinet_radius_m
        if radius_m is None:
            place = (round(x_m / snap_m) * snap_m, round(y_m / snap_m) * snap_m, z_m)
        else:
            angle = round(math.atan2(y_m, x_m) / snap_rad) * snap_rad
            ring = math.sqrt(max(radius_m**2 - z_m**2, 0.0))
            place = (ring * math.cos(angle), ring * math.sin(angle), z_m)
        self.draft.take(with_driver(layout, number, xyz_m=place), gesture)

    def keyPressEvent(self, event) -> None:
        drivers = self.draft.layout.drivers
        turn = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}.get(event.key())
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        if turn is not None and drivers:
            self.set_current((self.current + turn) % len(drivers))
            self.selected.emit(self.current)
        elif event.key() in steps and 0 <= self.current < len(drivers):
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            far = 0.1 if fine else 1.0
            if not event.isAutoRepeat():
                self._gesture = f"layout-{next(_gestures)}"
            x, y, _ = drivers[self.current].xyz_m
            ahead, aside = steps[event.key()]
            if self.draft.layout.cabinet_radius_m is None:
                self.move(self.current, x + far * SNAP_M * ahead, y + far * SNAP_M * aside, self._gesture, fine)
            else:
                angle = math.atan2(y, x) + far * SNAP_RAD * (aside or -ahead)
                self.move(self.current, math.cos(angle), math.sin(angle), self._gesture, fine)
        else:
            super().keyPressEvent(event)

    # ---- painting ------------------------------------------------------------------------------------------

    def apply_theme(self, tokens: Tokens) -> None:
        """Use a theme's colours."""
        self.tokens = tokens
        self.update()

    def paintEvent(self, event) -> None:
        painter, t, layout = QPainter(self), self.tokens, self.draft.layout
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.plot))
        painter.drawRoundedRect(QRectF(self.rect()), theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        centre = self.place((0.0, 0.0))
        painter.setPen(QPen(QColor(t.line_strong), 1.0, Qt.PenStyle.DotLine))
        painter.drawLine(centre, self.head())
        if layout.cabinet_radius_m is not None:
            radius = layout.cabinet_radius_m * self.scale
            painter.setPen(QPen(QColor(t.text3), 1.5))
            painter.setBrush(QColor(t.panel))
            painter.drawEllipse(centre, radius, radius)
        self._paint_grid(painter)
        for number, driver in enumerate(layout.drivers):
            self._paint_driver(painter, number, driver)
        self._paint_head(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(t.accent), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.end()

    def _paint_grid(self, painter: QPainter) -> None:
        t, centre = self.tokens, self.place((0.0, 0.0))
        step_m = next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0) if step * self.scale > 34)
        painter.setFont(theme.font(11))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for number in range(1, 8):
            radius = number * step_m * self.scale
            if radius > 0.5 * min(self.area().width(), self.area().height()):
                break
            painter.setPen(QPen(QColor(t.line), 1.0))
            painter.drawEllipse(centre, radius, radius)
            painter.setPen(QColor(t.text3))
            text = f"{100 * number * step_m:g}" + (" cm" if number == 1 else "")
            painter.drawText(QRectF(centre.x() + 4, centre.y() - radius, 60, 14), Qt.AlignmentFlag.AlignLeft, text)

    def _paint_driver(self, painter: QPainter, number: int, driver) -> None:
        t, place = self.tokens, self.place(driver.xyz_m)
        side = "centre" if abs(driver.xyz_m[1]) < 1e-3 else "left" if driver.xyz_m[1] < 0 else "right"
        angle = math.radians(driver.facing_deg)
        ahead = QPointF(math.sin(angle), math.cos(angle))
        painter.setPen(QPen(QColor(getattr(t, side)), 2.0))
        painter.drawLine(place, place + 18 * ahead)
        if number == self.current:
            painter.setPen(QPen(QColor(t.accent), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(place, RADIUS + 4, RADIUS + 4)
        painter.setPen(QPen(QColor(t.plot), 1.5))
        painter.setBrush(QColor(getattr(t, side)))
        painter.drawEllipse(place, RADIUS, RADIUS)
        painter.setPen(QColor(t.plot))
        painter.setFont(theme.font(11, 600))
        box = QRectF(place.x() - RADIUS, place.y() - RADIUS, 2 * RADIUS, 2 * RADIUS)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number + 1))

    def _paint_head(self, painter: QPainter) -> None:
        t, place, layout = self.tokens, self.head(), self.draft.layout
        painter.setPen(QPen(QColor(t.text1), 1.5))
        painter.setBrush(QColor(t.plot))
        for side in (-1, 1):
            painter.drawEllipse(QPointF(place.x() + side * 12, place.y()), 3.0, 5.0)
        nose = [place + QPointF(-4, -10), place + QPointF(0, -17), place + QPointF(4, -10)]
        painter.drawPolyline(QPolygonF(nose))
        painter.drawEllipse(place, 12, 12)
        painter.setFont(theme.font(12))
        text = painting.with_unit(f"{layout.listener_distance_m:.2f}", "m") + ", not to scale"
        painter.setPen(QColor(t.text2))
        box = QRectF(place.x() + 24, place.y() - 8, 160, 16)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
