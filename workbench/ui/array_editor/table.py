"""The microphones of a draft as numbers: Cartesian and polar, in millimetres and degrees."""

from __future__ import annotations

import math

from workbench.ui.array_editor.draft import ArrayDraft
from workbench.ui.editor import DraftTable, read_number
from workbench.ui.painting import number

COLUMNS = ("Ch", "x mm", "y mm", "z mm", "Radius mm", "Azimuth °")
RADIUS, AZIMUTH = 4, 5


class MicrophoneTable(DraftTable):
    """Every number can be typed; a new radius or azimuth moves the microphone in the plane."""

    def __init__(self, draft: ArrayDraft):
        super().__init__(COLUMNS, named=False)
        self.draft = draft
        self.setAccessibleName("Places of the microphones")
        self.setToolTip("Type a number; x is ahead, y is left, azimuth is counter-clockwise from ahead")

    def rows(self) -> list[tuple[str, ...]]:
        rows = []
        for row, (x, y, z) in enumerate(self.draft.places, start=1):
            azimuth = math.degrees(math.atan2(y, x)) if x or y else 0.0
            lengths = (number(1000 * value, 1) for value in (x, y, z, math.hypot(x, y)))
            rows.append((str(row), *lengths, number(azimuth, 1)))
        return rows

    def take_text(self, row: int, column: int, text: str) -> None:
        value = read_number(text)
        x, y, z = self.draft.places[row]
        radius, azimuth = math.hypot(x, y), math.atan2(y, x)
        if column == RADIUS:
            x, y = value / 1000 * math.cos(azimuth), value / 1000 * math.sin(azimuth)
        elif column == AZIMUTH:
            x, y = radius * math.cos(math.radians(value)), radius * math.sin(math.radians(value))
        else:
            x, y, z = (value / 1000 if column == axis else old for axis, old in enumerate((x, y, z), start=1))
        self.draft.move(row, x, y, z)
