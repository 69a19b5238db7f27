"""The help box of the parameter panel."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from workbench.ui import theme


def _kept_together(text: str) -> str:
    """Numbers and their units on one line: a no-break thin space between them."""
    return re.sub(r"(?<=\d) (?=(%|dB|Hz|kHz|ms|s|m|cm)\b|%)", "\u202f", text)


class HelpBox(QWidget):
    """92 high (72 in the narrow window): label, range and default of a parameter, and what it does in three lines."""

    HEIGHT, COMPACT_HEIGHT = 92, 72

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setFixedHeight(self.HEIGHT)
        self.title = QLabel()
        self.title.setFont(theme.font(12, 600))
        self.facts = QLabel()
        self.facts.setFont(theme.font(11))
        self.facts.setProperty("tone", "3")
        self.text = QLabel()
        self.text.setFont(theme.font(12))
        self.text.setProperty("tone", "2")
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.facts)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 9, 11, 4)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.text, 1)

    def set_compact(self, compact: bool) -> None:
        """Three lines and no more: in the narrow window all rows of the longest group shall be seen at once."""
        self.setFixedHeight(self.COMPACT_HEIGHT if compact else self.HEIGHT)
        self.layout().setContentsMargins(12, 6 if compact else 9, 11, 2 if compact else 4)
        self.layout().setSpacing(2 if compact else 4)

    def show_help(self, title: str, facts: str, text: str, when: str = "") -> None:
        """Fill the box; its tooltip has the whole text, and when to move the parameter."""
        self.title.setText(title)
        self.facts.setText(facts)
        self.text.setText(_kept_together(text))
        self.setToolTip(f"{text}\n\n{when}".strip())
