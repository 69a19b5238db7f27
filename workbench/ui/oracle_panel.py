"""The panel in which the oracle ladder stands over the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from workbench.ui.dialogs import FloatPanel
from workbench.ui.theme import Tokens
from workbench.ui.views.oracle import OracleView

WIDTH = 1184


class OraclePanel(FloatPanel):
    """Header, and the ladder. The live sound comes back when it closes."""

    def __init__(self, window: QWidget):
        super().__init__("Oracle ladder", WIDTH, window)
        self.note.setText("where quality is lost, rung by rung")
        self.view = OracleView()
        for tool in self.view.tools:
            self.head.insertWidget(self.head.count() - 2, tool)
        self.head.insertSpacing(self.head.count() - 2, 8)
        self.body.addWidget(self.view)
        self.closed.connect(lambda: self.view.rung_wanted.emit("", False))

    def apply_theme(self, tokens: Tokens) -> None:
        super().apply_theme(tokens)
        self.view.apply_theme(tokens)

    def keyPressEvent(self, event):
        if Qt.Key.Key_1 <= event.key() <= Qt.Key.Key_6:
            self.view.keyPressEvent(event)
        else:
            super().keyPressEvent(event)
