"""The drivers of a draft as numbers, in centimetres, degrees and decibels."""

from __future__ import annotations

import math

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from workbench.core.layout_edit import with_driver
from workbench.ui import theme
from workbench.ui.layout_editor.draft import LayoutDraft
from workbench.ui.painting import number
from workbench.ui.theme import Tokens

COLUMNS = ("Driver", "Ahead cm", "Left cm", "Up cm", "Azimuth °", "Faces °", "Limit dB")
ROW = 24
LIMIT_DB = (-40.0, 40.0)
LARGEST_CM = 1000.0


class DriverTable(QTableWidget):
    """Every value can be typed; azimuth turns the driver around the device's centre, an empty limit is none."""

    picked = Signal(int)
    refused = Signal(str)

    def __init__(self, draft: LayoutDraft):
        super().__init__(0, len(COLUMNS))
        self.draft = draft
        self._filling = False
        self.setHorizontalHeaderLabels(COLUMNS)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.setFont(theme.font(12))
        self.horizontalHeader().setFont(theme.font(11))
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setFrameShape(QTableWidget.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setAccessibleName("Drivers")
        self.setToolTip(
            "Type a value. Left is that of someone at the device who looks at the listener: the loudspeaker on the "
            "listener's left has a negative one. Limit: the most a driver may get over plain stereo"
        )
        self.itemChanged.connect(self._on_edited)
        self.currentCellChanged.connect(lambda row, *_: self._filling or self.picked.emit(row))

    def apply_theme(self, tokens: Tokens) -> None:
        """In the colours of the theme."""
        palette = self.palette()
        for role, color in (
            (QPalette.ColorRole.Base, tokens.panel),
            (QPalette.ColorRole.Text, tokens.text1),
            (QPalette.ColorRole.Highlight, tokens.hover),
            (QPalette.ColorRole.HighlightedText, tokens.text1),
        ):
            palette.setColor(role, QColor(color))
        self.setPalette(palette)
        self.horizontalHeader().setStyleSheet(
            f"QHeaderView::section {{ background: {tokens.panel}; color: {tokens.text3}; border: none;"
            f" border-bottom: 1px solid {tokens.line}; padding: 2px 4px; font-weight: normal; }}"
        )

    def show_draft(self, current: int) -> None:
        """Show all drivers."""
        self._filling = True
        drivers = self.draft.layout.drivers
        self.setRowCount(len(drivers))
        for row, driver in enumerate(drivers):
            x, y, z = driver.xyz_m
            azimuth = math.degrees(math.atan2(y, x)) if x or y else 0.0
            limit = "" if driver.gain_limit_db is None else number(driver.gain_limit_db, 1)
            values = (*(number(100 * value, 1) for value in (x, y, z)), number(azimuth, 1))
            for column, text in enumerate((driver.name, *values, number(driver.facing_deg, 1), limit)):
                item = self.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
                    item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                    self.setItem(row, column, item)
                if item.text() != text:
                    item.setText(text)
        if 0 <= current < len(drivers):
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.setCurrentCell(current, max(0, self.currentColumn()), flags)
        else:
            self.clearSelection()
        self._filling = False

    def _on_edited(self, item: QTableWidgetItem) -> None:
        if self._filling:
            return
        row, column, text = item.row(), item.column(), item.text().strip()
        driver = self.draft.layout.drivers[row]
        try:
            changes = self._changes(driver, column, text)
        except ValueError as error:
            self.refused.emit(str(error))
            self.show_draft(row)
            return
        self.draft.take(with_driver(self.draft.layout, row, **changes))
        self.show_draft(row)

    @staticmethod
    def _changes(driver, column: int, text: str) -> dict:
        if column == 0:
            return {"name": text}
        if column == 6 and not text:
            return {"gain_limit_db": None}
        try:
            value = float(text.replace(",", ".").replace("−", "-"))
        except ValueError:
            raise ValueError(f"{text!r} is not a number") from None
        if column == 6:
            if not LIMIT_DB[0] <= value <= LIMIT_DB[1]:
                raise ValueError(f"a driver's limit is from {LIMIT_DB[0]:g} to {LIMIT_DB[1]:g} dB")
            return {"gain_limit_db": value}
        largest = 180.0 if column in (4, 5) else LARGEST_CM
        if not abs(value) <= largest:
            raise ValueError(f"{COLUMNS[column]} is from {-largest:g} to {largest:g}")
        if column == 5:
            return {"facing_deg": value}
        x, y, z = driver.xyz_m
        if column == 4:
            ring, angle = math.hypot(x, y), math.radians(value)
            return {"xyz_m": (ring * math.cos(angle), ring * math.sin(angle), z)}
        place = [x, y, z]
        place[column - 1] = value / 100
        return {"xyz_m": tuple(place)}
