"""A line for a note: about the moment in which it was asked for."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from workbench.ui import theme
from workbench.ui.dialogs.float_panel import FloatPanel
from workbench.ui.dialogs.parts import button


class NotePanel(FloatPanel):
    """Enter keeps the note, Escape does not."""

    written = Signal(str)

    def __init__(self, window: QWidget):
        super().__init__("Note", 380, window)
        self.line = QLineEdit()
        self.line.setFont(theme.font(13))
        self.line.setFixedHeight(28)
        self.line.setPlaceholderText("What is it about?")
        self.line.setAccessibleName("Note")
        self.line.setToolTip("What is to be remembered of this place; Enter keeps it, Escape does not")
        self.line.returnPressed.connect(self._keep)
        row = QHBoxLayout()
        row.setContentsMargins(12, 2, 12, 12)
        row.addWidget(self.line, 1)
        row.addWidget(button("Keep", "Keep the note (Enter)", self._keep))
        self.body.addLayout(row)
        self.pin.hide()

    def ask(self, about: str, text: str = "") -> None:
        """Let a note about a moment be written."""
        self.note.setText(about)
        self.line.setText(text)
        self.show_at(None)
        self.line.setFocus()
        self.line.selectAll()

    def _keep(self) -> None:
        text = self.line.text().strip()
        self.dismiss()
        self.written.emit(text)
