"""The drivers of a draft as numbers, in centimetres, degrees and decibels."""

from __future__ import annotations

import math

from workbench.core.layout_edit import with_driver
from workbench.ui.editor import DraftTable, read_number
from workbench.ui.layout_editor.draft import LayoutDraft
from workbench.ui.painting import number

COLUMNS = ("Driver", "Ahead cm", "Left cm", "Up cm", "Azimuth °", "Faces °", "Limit dB")
LIMIT_DB = (-40.0, 40.0)
LARGEST_CM = 1000.0


class DriverTable(DraftTable):
    """Every value can be typed; azimuth turns the driver around the device's centre, an empty limit is none."""

    def __init__(self, draft: LayoutDraft):
        super().__init__(COLUMNS, named=True)
        self.draft = draft
        self.setAccessibleName("Drivers")
        self.setToolTip(
            "Type a value. Left is that of someone at the device who looks at the listener: the loudspeaker on the "
            "listener's left has a negative one. Limit: the most a driver may get over plain stereo"
        )

    def rows(self) -> list[tuple[str, ...]]:
        rows = []
        for driver in self.draft.layout.drivers:
            x, y, z = driver.xyz_m
            azimuth = math.degrees(math.atan2(y, x)) if x or y else 0.0
            limit = "" if driver.gain_limit_db is None else number(driver.gain_limit_db, 1)
            lengths = (number(100 * value, 1) for value in (x, y, z))
            rows.append((driver.name, *lengths, number(azimuth, 1), number(driver.facing_deg, 1), limit))
        return rows

    def take_text(self, row: int, column: int, text: str) -> None:
        changes = self._changes(self.draft.layout.drivers[row], column, text)
        self.draft.take(with_driver(self.draft.layout, row, **changes))

    @staticmethod
    def _changes(driver, column: int, text: str) -> dict:
        if column == 0:
            return {"name": text}
        if column == 6 and not text:
            return {"gain_limit_db": None}
        value = read_number(text)
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
