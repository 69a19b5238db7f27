"""The crosshair's read-out in the header of Before."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from workbench.ui.painting import THIN_SPACE, UNKNOWN, draw_text, format_frequency, format_note, number
from workbench.ui.theme import font
from workbench.ui.views.plot import Painted


@dataclass(frozen=True)
class Field:
    """One value of the read-out: word before it, number, unit, token of its colour ("" for plain), width."""

    word: str
    value: str
    unit: str
    token: str
    width: int


class ReadOut(Painted):
    """What lies under the crosshair, each value in a place of its own; empty without a crosshair.

    Where room is short the words and the band go first, then time and frequency (which the axes' tags repeat).
    """

    GAP, MARGIN = 11, 4

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(font(12))
        self._strong = font(12, 500)
        self.values: tuple | None = None
        self.setAccessibleName("Crosshair")

    def show_values(
        self,
        offset_s: float | None,
        frequency_hz: float | None,
        band: int | None,
        before_dbfs: float | None,
        after_dbfs: float | None,
    ) -> None:
        """Values under the crosshair; None where unknown. `band` counts from 1."""
        values = (offset_s, frequency_hz, band, before_dbfs, after_dbfs)
        if values != self.values:
            self.values = values
            self.setAccessibleDescription(self.text())
            self.update()

    def clear(self) -> None:
        """No crosshair."""
        if self.values is not None:
            self.values = None
            self.setAccessibleDescription("")
            self.update()

    def fields(self) -> list[Field]:
        """The fields that have room, left to right."""
        if self.values is None:
            return []
        offset_s, frequency_hz, band, before_dbfs, after_dbfs = self.values
        frequency, _, hertz = format_frequency(frequency_hz).partition(THIN_SPACE)
        known = before_dbfs is not None and after_dbfs is not None
        difference = after_dbfs - before_dbfs if known else None
        place = [
            Field("", number(offset_s, 2), "s", "", 50),
            Field("", frequency, hertz, "", 56),
        ]
        note, _, cents = format_note(frequency_hz).partition(" ")
        note_field = Field("", note, "", "", 26)
        tuned = Field("", note, cents, "", 70)
        levels = [
            Field("", number(before_dbfs, 1), "dB", "before", 60),
            Field("", number(after_dbfs, 1), "dB", "after", 60),
            Field("Δ", number(difference, 1, signed=True), "dB", "", 72),
        ]
        worded = [replace(levels[0], word="before", width=100), replace(levels[1], word="after", width=90), levels[2]]
        band_field = Field("band", UNKNOWN if band is None else str(band), "", "", 46)
        choices = (
            [*place, tuned, band_field, *worded],
            [*place, note_field, band_field, *worded],
            [*place, band_field, *worded],
            [*place, note_field, *levels],
            [*place, *levels],
            levels,
            levels[1:],
        )
        for fields in choices:
            if sum(field.width + self.GAP for field in fields) - self.GAP + self.MARGIN <= self.width():
                return fields
        return []

    def text(self) -> str:
        """The read-out as one line."""
        return ", ".join(" ".join(filter(None, (field.word, field.value, field.unit))) for field in self.fields())

    def paint(self, painter: QPainter) -> None:
        right = float(self.width() - self.MARGIN)
        middle = self.height() / 2
        align = Qt.AlignmentFlag.AlignRight
        for field in reversed(self.fields()):
            color = getattr(self.tokens, field.token) if field.token else None
            x = right
            painter.setFont(self.font())
            if field.unit and field.value != UNKNOWN:
                x -= draw_text(painter, x, middle, field.unit, color or self.tokens.text2, align) + 4
            painter.setFont(self.font() if color else self._strong)
            x -= draw_text(painter, x, middle, field.value, color or self.tokens.text1, align) + 4
            painter.setFont(self.font())
            draw_text(painter, x, middle, field.word, color or self.tokens.text2, align)
            right -= field.width + self.GAP
