"""What the ABX panel is made of: letters to listen to, squares for the trials, a bar for the loop."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from workbench.core.kept import KeptSound, LoopRegion
from workbench.ui import theme
from workbench.ui.controls import Themed, draw_focus_ring

SQUARES_A_ROW = 20
HANDLE_REACH = 10
SHORTEST_LOOP_S = 0.3


class LetterButton(Themed, QAbstractButton):
    """A, B or X, 76 high: filled while it plays, and a word below it."""

    def __init__(self, letter: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.letter, self.note, self.playing = letter, "", False
        self.setFixedHeight(76)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setToolTip(f"Listen to {letter} ({letter})")
        self.show_state("", False)

    def show_state(self, note: str, playing: bool) -> None:
        """The word below the letter, and whether it sounds now."""
        self.note, self.playing = note, playing
        self.setAccessibleName(f"Listen to {self.letter}")
        self.setAccessibleDescription(note)
        self.update()

    def _ink(self) -> str:
        t = self.tokens
        return {"A": t.a, "B": t.b}.get(self.letter, t.text1)

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.45)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        ink = QColor(self._ink())
        painter.setPen(QPen(ink if self.playing else QColor(t.line), 1))
        painter.setBrush(ink if self.playing else QColor(t.hover if self.underMouse() else t.raised))
        painter.drawRoundedRect(rect, theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.setFont(theme.font(28, 600))
        painter.setPen(QColor(t.panel) if self.playing else ink)
        painter.drawText(rect.adjusted(0, 8, 0, -28), Qt.AlignmentFlag.AlignCenter, self.letter)
        painter.setFont(theme.font(11))
        painter.setPen(QColor(t.panel if self.playing else t.text3))
        painter.drawText(rect.adjusted(0, 46, 0, -8), Qt.AlignmentFlag.AlignCenter, self.note)
        if self.hasFocus():
            draw_focus_ring(painter, t, QRectF(self.rect()).adjusted(2, 2, -2, -2), theme.RADIUS_FIELD)
        painter.end()


class TrialSquares(Themed, QWidget):
    """One square a trial: answered ones look alike, the present one is framed."""

    def __init__(self):
        super().__init__()
        self.trials, self.answered = 16, 0
        self.show_trials(16, 0)

    def show_trials(self, trials: int, answered: int) -> None:
        """How many there are, and how many are answered."""
        self.trials, self.answered = trials, answered
        self.setFixedHeight(18 * -(-trials // SQUARES_A_ROW))
        self.setAccessibleName(f"{answered} of {trials} trials answered")
        self.update()

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns = min(self.trials, SQUARES_A_ROW)
        step = min(18.0, self.width() / columns)
        size = step - 4
        for number in range(self.trials):
            row, column = divmod(number, SQUARES_A_ROW)
            box = QRectF(column * step + 0.5, row * 18 + 0.5, size, size)
            done, present = number < self.answered, number == self.answered
            painter.setBrush(QColor(t.text3) if done else Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(t.accent if present else t.line_strong), 2 if present else 1))
            painter.drawRoundedRect(box, 2, 2)
        painter.end()


class LoopBar(Themed, QWidget):
    """The kept sound as a bar: the part that loops between two handles, and where it plays."""

    region_wanted = Signal(object)
    """A LoopRegion."""

    def __init__(self):
        super().__init__()
        self.kept = KeptSound()
        self._dragged: str | None = None
        self._edges_s = (0.0, 0.0)
        self.setFixedHeight(34)
        self._held = "begin"
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(
            "Drag the handles: only what is between them is played, again and again. Keys: Up and Down choose a "
            "handle, Left and Right move it by 0.1 s, with Shift by 0.01 s"
        )
        self.setAccessibleName("Loop")

    def show_kept(self, kept: KeptSound) -> None:
        """Show what is kept and which part of it loops."""
        self.kept = kept
        if self._dragged is None:
            region = kept.region
            self._edges_s = (region.begin_s, region.end_s) if region else (0.0, kept.kept_s)
        self.setEnabled(kept.looping)
        self.update()

    def _x(self, time_s: float) -> float:
        return 6 + (self.width() - 12) * time_s / max(self.kept.kept_s, 1e-6)

    def _time_s(self, x: float) -> float:
        return min(max((x - 6) / max(self.width() - 12, 1), 0.0), 1.0) * self.kept.kept_s

    def mousePressEvent(self, event):
        if not self.kept.looping:
            return
        x = event.position().x()
        distances = [abs(x - self._x(edge)) for edge in self._edges_s]
        if min(distances) <= HANDLE_REACH:
            self._dragged = self._held = "begin" if distances[0] <= distances[1] else "end"

    def mouseMoveEvent(self, event):
        if self._dragged is not None:
            self._put(self._dragged, self._time_s(event.position().x()))

    def _put(self, edge: str, time_s: float) -> None:
        begin_s, end_s = self._edges_s
        if edge == "begin":
            self._edges_s = (max(0.0, min(time_s, end_s - SHORTEST_LOOP_S)), end_s)
        else:
            self._edges_s = (begin_s, min(self.kept.kept_s, max(time_s, begin_s + SHORTEST_LOOP_S)))
        self.update()

    def mouseReleaseEvent(self, event):
        if self._dragged is not None:
            self._dragged = None
            self._emit()

    def _emit(self) -> None:
        begin_s, end_s = self._edges_s
        self.region_wanted.emit(LoopRegion(round(begin_s * 48000), round(end_s * 48000)))

    def keyPressEvent(self, event):
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step_s = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key(), 0) * (0.01 if fine else 0.1)
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._held = "end" if event.key() == Qt.Key.Key_Up else "begin"
            self.update()
        elif step_s and self.kept.looping:
            self._put(self._held, self._edges_s[self._held == "end"] + step_s)
            self._emit()
        else:
            event.ignore()

    def focusInEvent(self, event):
        self.update()

    def focusOutEvent(self, event):
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 34)

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.kept.looping else 0.45)
        lane = QRectF(6, 10, self.width() - 12, 14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.plot))
        painter.drawRoundedRect(lane, 2, 2)
        if self.kept.looping and self.kept.kept_s > 0:
            begin, end = (self._x(edge) for edge in self._edges_s)
            painter.setBrush(QColor(t.text3))
            painter.drawRect(QRectF(begin, 10, end - begin, 14))
            painter.setBrush(QColor(t.text1))
            for edge in (begin, end):
                painter.drawRoundedRect(QRectF(edge - 3, 4, 6, 26), 2, 2)
            at = self._x(self.kept.position_s)
            painter.setPen(QPen(QColor(t.accent), 1.5))
            painter.drawLine(QPointF(at, 6), QPointF(at, 28))
            if self.hasFocus():
                edge = begin if self._held == "begin" else end
                draw_focus_ring(painter, t, QRectF(edge - 6, 2, 12, 30), 4)
        painter.end()
