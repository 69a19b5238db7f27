"""The box in which one number is read and typed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QWidget

from workbench.core.params import Entry
from workbench.ui import knobs, theme
from workbench.ui.controls.base import BOX_HEIGHT, BOX_WIDTH, DIMMED, Themed

NUMBER_SIGNS = tuple("0123456789.,+-−")
NUMBER_KEYS = frozenset(
    {
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_Backspace,
        Qt.Key.Key_Delete,
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
        Qt.Key.Key_Escape,
    }
)


class ValueBox(Themed, QLineEdit):
    """A number with its unit; while it has the focus a field for typing, applied by Enter or Tab, left by Escape."""

    committed = Signal(str)

    def __init__(self, entry: Entry, parent: QWidget | None = None):
        super().__init__(parent)
        self.entry = entry
        self.number = float(entry.default)
        self.dimmed = False
        self.setObjectName("valueBox")
        self.setFixedSize(BOX_WIDTH, BOX_HEIGHT)
        self.setFont(theme.font(13))
        self.setAccessibleName(f"{entry.knob.label}, value")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setStyleSheet("QLineEdit { border-radius: 4px; padding: 0 6px; }")
        self._show()

    def set_number(self, value: float) -> None:
        """Show a value; what is being typed stays, and what is shown already is not painted again."""
        if value == self.number:
            return
        self.number = value
        if not self.isModified():
            whole = self.hasSelectedText()
            self._show()
            if whole:
                self.selectAll()
        self.update()

    def set_dimmed(self, dimmed: bool) -> None:
        """Paint faintly: the value has no effect at present."""
        if dimmed != self.dimmed:
            self.dimmed = dimmed
            self.update()

    def _show(self) -> None:
        self.setText(knobs.number_text(self.entry.knob, self.number))

    def focusInEvent(self, event):
        super().focusInEvent(event)
        self._show()
        self.selectAll()

    def focusOutEvent(self, event):
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._commit()
        super().focusOutEvent(event)
        self._show()
        self.deselect()

    def mouseReleaseEvent(self, event):
        super().mouseReleaseEvent(event)
        if not self.isModified() and not self.hasSelectedText():
            self.selectAll()

    def event(self, event):
        if event.type() == QEvent.Type.ShortcutOverride and not self.isModified() and not self._types(event):
            event.ignore()  # nothing has been typed: Ctrl+Z takes the last change back, B is setting B
            return False
        return super().event(event)

    @staticmethod
    def _types(event: QKeyEvent) -> bool:
        """Whether a key belongs to a number or moves within it; other keys are the window's."""
        editing = (QKeySequence.StandardKey.SelectAll, QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.Paste)
        if any(event.matches(key) for key in editing):
            return True
        command = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        return not command and (event.text() in NUMBER_SIGNS or event.key() in NUMBER_KEYS)

    def keyPressEvent(self, event):
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._commit()
            self.selectAll()
        elif event.key() == Qt.Key.Key_Escape:
            self._show()
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def _commit(self) -> None:
        if self.isModified():
            self.setModified(False)
            self.committed.emit(self.text())

    def paintEvent(self, event):
        t, knob = self.tokens, self.entry.knob
        unit = knobs.unit_text(knob)
        if self.hasFocus():
            super().paintEvent(event)
            painter = QPainter(self)
            painter.setFont(theme.font(12))
            painter.setPen(QColor(t.text3))
            painter.drawText(
                self.rect().adjusted(0, 0, -7, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, unit
            )
            painter.end()
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(t.line_strong if self.underMouse() else t.line), 1))
        painter.setBrush(QColor(t.field))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setOpacity(DIMMED if self.dimmed else 1.0)
        text = knobs.number_text(knob, self.number)
        painter.setFont(self.font())
        width = QFontMetricsF(self.font()).horizontalAdvance(text)
        edge = max(43.0, 7.0 + width)
        box = QRectF(0, 0, edge, self.height())
        painter.setPen(QColor(t.text1))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        if unit:
            painter.setPen(QColor(t.text1 if unit == "°" else t.text3))
            painter.setFont(self.font() if unit == "°" else theme.font(12))
            rest = QRectF(edge + (0 if unit == "°" else 4), 0, self.width() - edge, self.height())
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, unit)
        painter.end()
