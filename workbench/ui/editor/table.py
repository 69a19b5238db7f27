"""The parts of a draft as rows of texts, every one of which can be typed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from workbench.ui import theme
from workbench.ui.theme import Tokens

ROW = 24


def read_number(text: str) -> float:
    """A typed number, with a comma or a true minus perhaps.

    Raises
    ------
    ValueError
        It is none, or not finite; in words for a person.
    """
    try:
        value = float(text.strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not a number")
    return value


class DraftTable(QTableWidget):
    """A row for each part; subclasses give the rows' texts (`rows`) and take what was typed (`take_text`).

    Parameters
    ----------
    columns : heads, with units
    named : the first column is a name that can be typed; else a number that cannot
    """

    picked = Signal(int)
    """Index of the row that was chosen; -1 for none."""
    refused = Signal(str)

    def __init__(self, columns: Sequence[str], named: bool):
        super().__init__(0, len(columns))
        self._named, self._filling = named, False
        self.setHorizontalHeaderLabels(columns)
        for column in range(len(columns)):  # over what stands below
            self.horizontalHeaderItem(column).setTextAlignment(self._side(column) | Qt.AlignmentFlag.AlignVCenter)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        if not named:
            self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(0, 34)
        self.setFont(theme.font(12))
        self.horizontalHeader().setFont(theme.font(11))
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setFrameShape(QTableWidget.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.itemChanged.connect(self._on_edited)
        self.currentCellChanged.connect(lambda row, *_: self._filling or self.picked.emit(row))

    def rows(self) -> list[tuple[str, ...]]:
        """The texts of every row."""
        raise NotImplementedError

    def take_text(self, row: int, column: int, text: str) -> None:
        """A person typed a text. Raises ValueError, in words for a person; then nothing changed."""
        raise NotImplementedError

    def apply_theme(self, tokens: Tokens) -> None:
        """In the colours of the theme."""
        self.setStyleSheet(
            f"QTableWidget {{ background: {tokens.panel}; color: {tokens.text1}; border: 1px solid {tokens.panel};"
            f" selection-background-color: {tokens.hover}; selection-color: {tokens.text1}; }}"
            f"QTableWidget:focus {{ border-color: {tokens.accent}; }}"
        )
        self.horizontalHeader().setStyleSheet(
            f"QHeaderView::section {{ background: {tokens.panel}; color: {tokens.text3}; border: none;"
            f" border-bottom: 1px solid {tokens.line}; padding: 2px 4px; font-weight: normal; }}"
        )

    def show_draft(self, current: int) -> None:
        """Show all rows, one of them chosen (-1: none)."""
        self._filling = True
        rows = self.rows()
        self.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                item = self.item(row, column) or self._new_item(row, column)
                if item.text() != text:
                    item.setText(text)
        if 0 <= current < len(rows):
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.setCurrentCell(current, max(0 if self._named else 1, self.currentColumn()), flags)
        else:
            self.clearSelection()
        self._filling = False

    def _side(self, column: int) -> Qt.AlignmentFlag:
        return Qt.AlignmentFlag.AlignLeft if column == 0 and self._named else Qt.AlignmentFlag.AlignRight

    def _new_item(self, row: int, column: int) -> QTableWidgetItem:
        item = QTableWidgetItem()
        item.setTextAlignment(self._side(column) | Qt.AlignmentFlag.AlignVCenter)
        if column == 0 and not self._named:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
        self.setItem(row, column, item)
        return item

    def _on_edited(self, item: QTableWidgetItem) -> None:
        if self._filling:
            return
        row = item.row()
        try:
            self.take_text(row, item.column(), item.text().strip())
        except ValueError as error:
            self.refused.emit(str(error))
        self.show_draft(row)
