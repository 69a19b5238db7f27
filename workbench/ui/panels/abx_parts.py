"""What the ABX panel is made of: letters to listen to, squares for the trials."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from workbench.ui import theme
from workbench.ui.controls import Themed, draw_focus_ring

SQUARES_A_ROW = 20


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
