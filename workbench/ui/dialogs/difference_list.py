"""What differs between two settings: one line a parameter, with both values and a way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from workbench.ui.dialogs.parts import button, label

ROW_HEIGHT = 30
MOST_ROWS = 7
"""More than these scroll."""


@dataclass(frozen=True)
class DifferenceRow:
    """One parameter: its path, its name for a person, and both values as text."""

    path: str
    name: str
    left: str
    right: str


class DifferenceList(QWidget):
    """A table of differences; each line can be taken back."""

    back_wanted = Signal(str)
    """Path of the parameter that shall have the left value."""

    def __init__(self, left: str, right: str, empty: str, back: str = "Back", back_tip: str = "", parent=None):
        super().__init__(parent)
        self._heads, self._back, self._back_tip = (left, right), back, back_tip
        self.rows: tuple[DifferenceRow, ...] = ()
        self.buttons: list[QPushButton] = []
        self._empty = label(empty, 12, tone="3", wrap=True)
        self._empty.setContentsMargins(12, 0, 12, 8)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._empty)
        column.addWidget(self._scroll)
        self.show_rows(())

    def show_rows(self, rows: Sequence[DifferenceRow]) -> None:
        """Replace the lines."""
        rows = tuple(rows)
        if rows == self.rows and self._scroll.widget() is not None:
            return
        self.rows = rows
        self._empty.setVisible(not rows)
        self._scroll.setVisible(bool(rows))
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(12, 0, 12, 6)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        for column, head in enumerate(self._heads, start=1):
            grid.addWidget(label(head, 11, tone="3"), 0, column, Qt.AlignmentFlag.AlignRight)
        self.buttons = []
        for line, row in enumerate(rows, start=1):
            name = label(row.name, 12)
            grid.addWidget(name, line, 0)
            grid.addWidget(label(row.left, 12, tone="2"), line, 1, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(label(row.right, 12, 500), line, 2, Qt.AlignmentFlag.AlignRight)
            back = button(self._back, self._back_tip, lambda path=row.path: self.back_wanted.emit(path), flat=True)
            back.setAccessibleName(f"{row.name}: {self._back_tip or self._back}, {row.left} instead of {row.right}")
            grid.addWidget(back, line, 3)
            self.buttons.append(back)
        self._scroll.setWidget(table)
        self._scroll.setFixedHeight((1 + min(len(rows), MOST_ROWS)) * ROW_HEIGHT)
        self.updateGeometry()
