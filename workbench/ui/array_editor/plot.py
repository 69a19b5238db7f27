"""The array seen from above: microphones that are dragged, added and removed by hand."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from workbench.ui import theme
from workbench.ui.array_editor.draft import ArrayDraft
from workbench.ui.controls import Themed, draw_focus_ring, new_gesture
from workbench.ui.painting import THIN_SPACE

RADIUS = 11.0
GRAB = 14.0
MARGIN = 30.0
RINGS_MM = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


class ArrayPlot(Themed, QWidget):
    """0° (+x) is up and left (+y) is left, as everywhere. Snaps to a millimetre, with Shift to a tenth."""

    selected = Signal(int)
    """Index of the microphone that was picked; -1 for none."""
    refused = Signal(str)

    def __init__(self, draft: ArrayDraft):
        super().__init__()
        self.draft = draft
        self.current = -1
        self._reach_m = 0.12
        self._drag: str | None = None
        self._held = ""
        self.setMinimumHeight(260)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Microphones seen from above")
        self.setProperty("picture", "array")
        self.setToolTip(
            "Drag a microphone; double-click adds one; Delete removes it. Arrow keys move by 1 mm, with Shift by "
            "0.1 mm; Page Up and Down choose the next; the wheel zooms"
        )

    # ---- geometry ------------------------------------------------------------------------------------------

    def _scale(self) -> float:
        return (min(self.width(), self.height()) / 2 - MARGIN) / self._reach_m

    def point_of(self, x_m: float, y_m: float) -> QPointF:
        """Where a place is painted."""
        scale = self._scale()
        return QPointF(self.width() / 2 - y_m * scale, self.height() / 2 - x_m * scale)

    def place_of(self, point: QPointF) -> tuple[float, float]:
        """The place (x, y) in metres under a point."""
        scale = self._scale()
        return (self.height() / 2 - point.y()) / scale, (self.width() / 2 - point.x()) / scale

    def microphone_at(self, point: QPointF) -> int:
        """Index of the microphone under a point, the nearest; -1 if none."""
        nearest, found = GRAB, -1
        for index, (x, y, _) in enumerate(self.draft.places):
            offset = self.point_of(x, y) - point
            distance = math.hypot(offset.x(), offset.y())
            if distance < nearest:
                nearest, found = distance, index
        return found

    def fit(self) -> None:
        """Zoom so that all microphones are seen."""
        reach = max((math.hypot(x, y) for x, y, _ in self.draft.places), default=0.0)
        self._reach_m = max(0.02, 1.2 * reach)
        self.update()

    def set_current(self, index: int) -> None:
        """Pick a microphone."""
        self.current = index if 0 <= index < len(self.draft.places) else -1
        if self.current >= 0:
            x, y, z = (1000 * value for value in self.draft.places[self.current])
            self.setAccessibleDescription(f"Microphone {self.current + 1} at x {x:.1f}, y {y:.1f}, z {z:.1f} mm")
        self.update()

    # ---- by hand -------------------------------------------------------------------------------------------

    @staticmethod
    def _snap(value_m: float, fine: bool) -> float:
        step = 1e-4 if fine else 1e-3
        return round(value_m / step) * step

    def mousePressEvent(self, event):
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pick(self.microphone_at(event.position()))
        if self.current >= 0:
            self._drag = new_gesture("array")

    def mouseMoveEvent(self, event):
        if self._drag is None:
            over = self.microphone_at(event.position()) >= 0
            self.setCursor(Qt.CursorShape.OpenHandCursor if over else Qt.CursorShape.ArrowCursor)
            return
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        x, y = (self._snap(value, fine) for value in self.place_of(event.position()))
        self.draft.move(self.current, x, y, gesture=self._drag)

    def mouseReleaseEvent(self, event):
        self._drag = None

    def mouseDoubleClickEvent(self, event):
        if self.microphone_at(event.position()) < 0:
            x, y = (self._snap(value, False) for value in self.place_of(event.position()))
            self.add(x, y)

    def add(self, x_m: float, y_m: float) -> None:
        """One more microphone, picked."""
        try:
            self._pick(self.draft.add(x_m, y_m))
        except ValueError as error:
            self.refused.emit(str(error))

    def remove(self) -> None:
        """Remove the picked microphone."""
        if self.current >= 0:
            index = self.current
            self.draft.remove([index])
            self._pick(min(index, len(self.draft.places) - 1))

    def _pick(self, index: int) -> None:
        self.set_current(index)
        self.selected.emit(self.current)

    def wheelEvent(self, event):
        self._reach_m = min(6.0, max(0.005, self._reach_m * 0.9 ** (event.angleDelta().y() / 120)))
        self.update()

    def keyPressEvent(self, event):
        key, fine = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step = 1e-4 if fine else 1e-3
        moves = {Qt.Key.Key_Up: (step, 0.0), Qt.Key.Key_Down: (-step, 0.0), Qt.Key.Key_Left: (0.0, step),
                 Qt.Key.Key_Right: (0.0, -step)}  # fmt: skip
        count = len(self.draft.places)
        if not event.isAutoRepeat():
            self._held = new_gesture("array")  # what a held key does is one step of undo
        if key in moves and self.current >= 0:
            x, y, _ = self.draft.places[self.current]
            self.draft.move(self.current, x + moves[key][0], y + moves[key][1], gesture=self._held)
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp) and count:
            self._pick((self.current + (1 if key == Qt.Key.Key_PageDown else -1)) % count)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove()
        elif key == Qt.Key.Key_Insert:
            self.add(0.0, 0.0)
        else:
            event.ignore()

    # ---- paint ---------------------------------------------------------------------------------------------

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(t.line), 1))
        painter.setBrush(QColor(t.plot))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        self._paint_rings(painter)
        wrong = {mic - 1 for finding in self.draft.findings if finding.fatal for mic in finding.mics}
        painter.setFont(theme.font(11, 600))
        for index, (x, y, _) in enumerate(self.draft.places):
            self._paint_microphone(painter, index, self.point_of(x, y), index in wrong)
        if not self.draft.places:
            painter.setPen(QColor(t.text2))
            painter.setFont(theme.font(12))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Double-click to add a microphone.")
        if self.hasFocus():
            draw_focus_ring(painter, t, QRectF(self.rect()).adjusted(1, 1, -1, -1), 4)
        painter.end()

    def _paint_rings(self, painter: QPainter) -> None:
        t, centre, scale = self.tokens, self.point_of(0, 0), self._scale()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setFont(theme.font(11))
        painter.drawLine(QPointF(centre.x(), MARGIN - 12), QPointF(centre.x(), self.height() - MARGIN + 12))
        painter.drawLine(QPointF(8, centre.y()), QPointF(self.width() - 8, centre.y()))
        spacing_mm = next((ring for ring in RINGS_MM if ring * scale / 1000 >= 34), RINGS_MM[-1])
        for number in range(1, 7):
            radius = number * spacing_mm * scale / 1000
            if radius > max(self.width(), self.height()) / 2:
                break
            painter.setPen(QPen(QColor(t.line), 1))
            painter.drawEllipse(centre, radius, radius)
            if radius < self.height() / 2 - 14:
                painter.setPen(QColor(t.text3))
                text = f"{number * spacing_mm}{THIN_SPACE}mm" if number == 1 else f"{number * spacing_mm}"
                painter.drawText(QPointF(centre.x() + 0.4 * radius + 3, centre.y() + 0.92 * radius + 9), text)
        painter.setPen(QColor(t.text2))
        painter.drawText(QRectF(0, 4, self.width(), 16), Qt.AlignmentFlag.AlignCenter, "0° front")
        painter.drawText(QRectF(8, centre.y() - 18, 80, 16), Qt.AlignmentFlag.AlignLeft, "+90° left")

    def _paint_microphone(self, painter: QPainter, index: int, at: QPointF, wrong: bool) -> None:
        t, picked = self.tokens, index == self.current
        painter.setPen(
            QPen(QColor(t.clip if wrong else t.accent if picked else t.text2), 2 if picked or wrong else 1.25)
        )
        painter.setBrush(QColor(t.raised))
        painter.drawEllipse(at, RADIUS, RADIUS)
        painter.setPen(QColor(t.clip if wrong else t.text1))
        box = QRectF(at.x() - RADIUS, at.y() - RADIUS, 2 * RADIUS, 2 * RADIUS)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(index + 1))
