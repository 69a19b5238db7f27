"""The microphones of a draft as numbers: Cartesian and polar, in millimetres and degrees."""

from __future__ import annotations

import math

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from workbench.ui import theme
from workbench.ui.array_editor.draft import ArrayDraft
from workbench.ui.painting import number
from workbench.ui.theme import Tokens

COLUMNS = ("Ch", "x mm", "y mm", "z mm", "Radius mm", "Azimuth °")
ROW = 24


class MicrophoneTable(QTableWidget):
    """Every number can be typed; a new radius or azimuth moves the microphone in the plane."""

    picked = Signal(int)
    refused = Signal(str)

    def __init__(self, draft: ArrayDraft):
        super().__init__(0, len(COLUMNS))
        self.draft = draft
        self._filling = False
        self.setHorizontalHeaderLabels(COLUMNS)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        self.setColumnWidth(0, 34)
        self.setFont(theme.font(12))
        self.horizontalHeader().setFont(theme.font(11))
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setFrameShape(QTableWidget.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setAccessibleName("Places of the microphones")
        self.setToolTip("Type a number; x is ahead, y is left, azimuth is counter-clockwise from ahead")
        self.itemChanged.connect(self._on_edited)
        self.currentCellChanged.connect(lambda row, *_: self._filling or self.picked.emit(row))

    def apply_theme(self, tokens: Tokens) -> None:
        """In the colours of the theme."""
        self.setStyleSheet(
            f"QTableWidget {{ background: {tokens.panel}; color: {tokens.text1}; border: none;"
            f" selection-background-color: {tokens.hover}; selection-color: {tokens.text1}; }}"
            f"QTableWidget:focus {{ border: 1px solid {tokens.accent}; }}"
        )
        self.horizontalHeader().setStyleSheet(
            f"QHeaderView::section {{ background: {tokens.panel}; color: {tokens.text3}; border: none;"
            f" border-bottom: 1px solid {tokens.line}; padding: 2px 4px; }}"
        )

    def show_draft(self, current: int) -> None:
        """Show all places."""
        self._filling = True
        self.setRowCount(len(self.draft.places))
        for row, (x, y, z) in enumerate(self.draft.places):
            azimuth = math.degrees(math.atan2(y, x)) if x or y else 0.0
            values = (str(row + 1), *(number(1000 * value, 1) for value in (x, y, z, math.hypot(x, y))))
            for column, text in enumerate((*values, number(azimuth, 1))):
                item = self.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                    if column == 0:
                        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                    self.setItem(row, column, item)
                if item.text() != text:
                    item.setText(text)
        if current >= 0:
            self.setCurrentCell(current, max(1, self.currentColumn()), QItemSelectionModel.SelectionFlag.ClearAndSelect
                                | QItemSelectionModel.SelectionFlag.Rows)  # fmt: skip
        else:
            self.clearSelection()
        self._filling = False

    def _on_edited(self, item: QTableWidgetItem) -> None:
        if self._filling:
            return
        row, column = item.row(), item.column()
        try:
            value = float(item.text().strip().replace(",", ".").replace("−", "-"))
            if not math.isfinite(value):
                raise ValueError
        except ValueError:
            self.refused.emit(f"{item.text()!r} is not a number")
            self.show_draft(row)
            return
        x, y, z = self.draft.places[row]
        radius, azimuth = math.hypot(x, y), math.atan2(y, x)
        if column == 4:
            x, y = value / 1000 * math.cos(azimuth), value / 1000 * math.sin(azimuth)
        elif column == 5:
            x, y = radius * math.cos(math.radians(value)), radius * math.sin(math.radians(value))
        else:
            x, y, z = (value / 1000 if column == number_ else old for number_, old in enumerate((x, y, z), start=1))
        before = self.draft.places
        self.draft.move(row, x, y, z)
        if self.draft.places == before:
            self.show_draft(row)
