"""The spectrograms' colour bar, which is also the handle of their range of levels."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from workbench.ui.theme import LEVEL_RANGE_DB, RADIUS_FIELD
from workbench.ui.views.headers import ColorBar

LOWEST_DB, HIGHEST_DB, NARROWEST_DB = -140.0, 20.0, 10.0
"""Limits of the range, and the least that its ends are apart."""
STEP_DB = 5.0
DB_PER_PIXEL = 0.5


def held_range(low_db: float, high_db: float) -> tuple[float, float]:
    """The nearest range that is allowed, in whole dB."""
    low_db = min(max(round(low_db), LOWEST_DB), HIGHEST_DB - NARROWEST_DB)
    return float(low_db), float(min(max(round(high_db), low_db + NARROWEST_DB), HIGHEST_DB))


class LevelBar(ColorBar):
    """A colour map with the levels at its ends.

    While it is `movable`, dragging its left half moves the low end, its right half the high one; wheel and arrow keys
    shift both (up and down: the low end alone); a double click brings the designed range back.
    """

    range_changed = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.movable = True
        self.default_db = LEVEL_RANGE_DB
        self._drag: tuple[float, bool, tuple[float, float]] | None = None
        super().__init__(parent)
        self.set_movable(True)
        self.setToolTip(
            "Levels of the colours. Drag the left half for the low end, the right half for the high end; "
            "wheel or arrow keys shift both; double click: as designed."
        )

    def set_movable(self, movable: bool) -> None:
        """Whether the range can be changed."""
        self.movable = movable
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if movable else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.SizeHorCursor if movable else Qt.CursorShape.ArrowCursor)

    def choose_range(self, low_db: float, high_db: float) -> None:
        """Choose a range as a person does: held within its limits."""
        wanted = held_range(low_db, high_db)
        if self.movable and wanted != self.range_db:
            self.range_changed.emit(*wanted)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.movable:
            x = event.position().x()
            self._drag = (x, x < self._left() + self.length / 2, self.range_db)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is None:
            return
        begin_x, low_end, (low_db, high_db) = self._drag
        moved_db = (event.position().x() - begin_x) * DB_PER_PIXEL
        self.choose_range(*((low_db + moved_db, high_db) if low_end else (low_db, high_db + moved_db)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.choose_range(*self.default_db)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._shift(STEP_DB * event.angleDelta().y() / 120)
        event.accept()

    def _shift(self, by_db: float) -> None:
        low_db, high_db = self.range_db
        by_db = min(max(by_db, LOWEST_DB - low_db), HIGHEST_DB - high_db)
        self.choose_range(low_db + by_db, high_db + by_db)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = 1.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP_DB
        shifts = {Qt.Key.Key_Right: step, Qt.Key.Key_Left: -step}
        lows = {Qt.Key.Key_Up: step, Qt.Key.Key_Down: -step}
        if event.key() in shifts:
            self._shift(shifts[event.key()])
        elif event.key() in lows:
            self.choose_range(self.range_db[0] + lows[event.key()], self.range_db[1])
        elif event.key() == Qt.Key.Key_Home:
            self.choose_range(*self.default_db)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event) -> None:
        self.update()
        super().focusOutEvent(event)

    def paint(self, painter: QPainter) -> None:
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self.tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_FIELD, RADIUS_FIELD)
