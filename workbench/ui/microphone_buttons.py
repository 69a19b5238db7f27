"""The microphones of a simulated array as squares: good, dead or inverted."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from workbench.ui import theme
from workbench.ui.controls import Themed, draw_focus_ring

MEANING = "click: × dead, − inverted, good again"


class MicrophoneButtons(Themed, QWidget):
    """One square for each microphone; a click takes it from good to dead to inverted."""

    changed = Signal(tuple, tuple)
    """Numbers of the dead ones, of the inverted ones."""
    SIDE, GAP = 28, 4

    def __init__(self):
        super().__init__()
        self._mics = 0
        self._dead: tuple[int, ...] = ()
        self._inverted: tuple[int, ...] = ()
        self._at = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Microphones: good, dead or inverted")
        self.setToolTip("Click a microphone: good, dead (×), inverted (−)")

    def show_state(self, mics: int, dead: tuple[int, ...], inverted: tuple[int, ...]) -> None:
        """Show how many there are and which are faulty."""
        self._mics, self._dead, self._inverted = mics, dead, inverted
        self._at = min(self._at, max(0, mics - 1))
        self.setFixedHeight(self._rows() * (self.SIDE + self.GAP))
        self._describe()
        self.update()

    def _columns(self) -> int:
        return max(1, (self.width() - 24 + self.GAP) // (self.SIDE + self.GAP))

    def _rows(self) -> int:
        return -(-max(1, self._mics) // self._columns())

    def _rect(self, index: int) -> QRectF:
        step, columns = self.SIDE + self.GAP, self._columns()
        return QRectF(12 + index % columns * step, index // columns * step, self.SIDE, self.SIDE)

    def _describe(self) -> None:
        number = self._at + 1
        state = "dead" if number in self._dead else "inverted" if number in self._inverted else "good"
        self.setAccessibleDescription(f"Microphone {number}: {state}")

    def _turn(self, index: int) -> None:
        number, dead, inverted = index + 1, set(self._dead), set(self._inverted)
        if number in dead:
            dead.discard(number)
            inverted.add(number)
        elif number in inverted:
            inverted.discard(number)
        else:
            dead.add(number)
        self.changed.emit(tuple(sorted(dead)), tuple(sorted(inverted)))

    def resizeEvent(self, event):
        self.setFixedHeight(self._rows() * (self.SIDE + self.GAP))

    def mousePressEvent(self, event):
        for index in range(self._mics):
            if self._rect(index).contains(event.position()):
                self._at = index
                self._turn(index)

    def keyPressEvent(self, event):
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: self._columns(),
                 Qt.Key.Key_Up: -self._columns()}  # fmt: skip
        if Qt.Key(event.key()) in steps:
            self._at = max(0, min(self._mics - 1, self._at + steps[Qt.Key(event.key())]))
            self._describe()
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._turn(self._at)
        else:
            event.ignore()

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(12))
        for index in range(self._mics):
            number, box = index + 1, self._rect(index).adjusted(0.5, 0.5, -0.5, -0.5)
            faulty = number in self._dead or number in self._inverted
            painter.setPen(QPen(QColor(t.warning if faulty else t.line), 1))
            painter.setBrush(QColor(t.field if number in self._dead else t.raised))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(QColor(t.text3 if number in self._dead else t.text1))
            mark = "×" if number in self._dead else "−" if number in self._inverted else ""
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{mark}{number}")
            if self.hasFocus() and index == self._at:
                draw_focus_ring(painter, t, box.adjusted(1, 1, -1, -1), 4)
        end = self._rect(max(0, self._mics - 1))
        room = self.width() - 12 - end.right() - 12
        painter.setFont(theme.font(11))
        if self._mics and self._rows() == 1 and painter.fontMetrics().horizontalAdvance(MEANING) <= room:
            painter.setPen(QColor(t.text3))
            painter.drawText(QRectF(end.right() + 12, 0, room, self.SIDE), Qt.AlignmentFlag.AlignVCenter, MEANING)
        painter.end()
