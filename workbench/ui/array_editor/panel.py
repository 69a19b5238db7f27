"""The panel of the array editor: shapes, picture, table, what the geometry means, and the file."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.core.array_shapes import circle_xyz_m, grid_xyz_m, line_xyz_m, read_csv
from workbench.core.errors import InputError
from workbench.core.geometry import load_array
from workbench.core.params import Entry, Knob
from workbench.ui.array_editor.draft import ArrayDraft
from workbench.ui.array_editor.plot import ArrayPlot
from workbench.ui.array_editor.table import MicrophoneTable
from workbench.ui.controls import MethodChooser, ValueBox, rule
from workbench.ui.dialogs.parts import button, label, set_tone
from workbench.ui.editor import EditorPanel
from workbench.ui.painting import THIN_SPACE, UNKNOWN
from workbench.ui.room_entries import typed_number

WIDTH = 812
SHAPES = (("circle", "Circle"), ("line", "Line"), ("grid", "Grid"), ("csv", "From a table (CSV)…"))


def _entry(path: str, label: str, help: str, unit: str, low: float, high: float, default: float) -> Entry:
    return Entry(path, float, default, Knob(label, help, unit=unit, low=low, high=high, decimals=0 if not unit else 1))


COUNT = _entry("array.mics", "Microphones", "How many; of a grid: in a row", "", 1, 64, 8)
ROWS = _entry("array.rows", "Rows", "Rows of a grid", "", 1, 64, 2)
SIZE = _entry("array.size", "Size", "Radius of a circle, spacing of a line or grid", "mm", 1, 5000, 45)
TURN = _entry("array.turn", "Turn", "Counter-clockwise", "°", -180, 180, 0)


class ArrayPanel(EditorPanel):
    """Edits an `ArrayDraft`; see `EditorPanel`.

    Parameters
    ----------
    window : QWidget
    folder : where a person's own arrays lie
    choices : gives (name or path, description) of every array that can be opened
    ask_file : called with title, filter and what to do with the path that is chosen
    """

    def __init__(
        self,
        window: QWidget,
        folder: Path,
        choices: Callable[[], tuple[tuple[str, str], ...]],
        ask_file: Callable[[str, str, Callable[[Path], None]], None],
    ):
        super().__init__("Microphone array", WIDTH, window, "array", folder, choices)
        self._ask_file = ask_file
        self.draft = ArrayDraft(self.refresh)
        self.plot, self.table = ArrayPlot(self.draft), MicrophoneTable(self.draft)
        self.body.addLayout(self.file_row())
        self.body.addWidget(rule())
        self.body.addLayout(self._shape_row())
        self.body.addLayout(self.middle(self._tool_row(), (396, 372), 312))
        self.body.addWidget(rule())
        self.body.addLayout(self._figure_row())
        self.add_foot("warning", "Save it, and take it as the array of the source")
        self._on_shape("circle")
        self.refresh()

    # ---- parts ---------------------------------------------------------------------------------------------

    def _shape_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 4)
        row.setSpacing(8)
        self.shape = MethodChooser("Shape", SHAPES)
        self.shape.setToolTip("Place all microphones anew in a shape")
        self.shape.chosen.connect(self._on_shape)
        self.boxes: dict[str, ValueBox] = {}
        row.addWidget(label("Shape", tone="2"))
        row.addWidget(self.shape)
        self._shape_parts: dict[str, tuple[QWidget, ...]] = {}
        for key, entry in (("rows", ROWS), ("mics", COUNT), ("size", SIZE), ("turn", TURN)):
            box = ValueBox(entry)
            box.setToolTip(entry.knob.help)
            box.committed.connect(lambda text, key=key: self._typed(key, text))
            word = label(entry.knob.label, tone="2")
            self.boxes[key] = box
            self._shape_parts[key] = (word, box)
            row.addWidget(word)
            row.addWidget(box)
        self.place_button = button("Place", "Place all microphones in this shape; one step of undo", self.place_shape)
        row.addWidget(self.place_button)
        row.addStretch(1)
        return row

    def _tool_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.tools = {}
        for key, text, tip, action in (
            (
                "add",
                "Add",
                "One more microphone at the centre (Insert in the picture)",
                lambda: self.plot.add(0.0, 0.0),
            ),
            ("remove", "Remove", "Remove the chosen microphone (Delete)", lambda: self.plot.remove()),
            ("up", "Up", "One channel earlier", lambda: self._shift(-1)),
            ("down", "Down", "One channel later", lambda: self._shift(1)),
            ("centre", "Centre", "Move all so that their mean is the array's centre", lambda: self.draft.centre()),
        ):
            self.tools[key] = button(text, tip, action)
            row.addWidget(self.tools[key], 1)
        return row

    def _figure_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(24)
        self.figures = {}
        for key, word, tip in (
            ("mics", "Microphones", "Channels of the source that it needs"),
            ("aperture", "Aperture", "Largest distance between two microphones"),
            ("spacing", "Spacing", "Largest distance from a microphone to its nearest neighbour"),
            ("alias", "Aliasing from", "From here on the spacing is over half a wavelength: a beam has side beams"),
            ("low", "Directive from", "Below, the aperture is under a quarter of a wavelength: hardly any directivity"),
        ):
            column = QVBoxLayout()
            column.setSpacing(0)
            self.figures[key] = label(UNKNOWN, 13, 500)
            self.figures[key].setToolTip(tip)
            head = label(word, 11, tone="3")
            head.setToolTip(tip)
            column.addWidget(head)
            column.addWidget(self.figures[key])
            row.addLayout(column)
        row.addStretch(1)
        return row

    # ---- what is shown -------------------------------------------------------------------------------------

    def begin_with(self, name: str | None) -> None:
        """Open the editor with the array in use."""
        self.refresh_choices()
        if not self.draft.edited and name:
            self.open_named(name)

    @property
    def name_of_draft(self) -> str:
        return self.draft.name

    @property
    def usable(self) -> bool:
        return self.draft.usable

    def show_parts(self) -> None:
        draft, figures = self.draft, self.draft.figures
        self.figures["mics"].setText(str(len(draft.places)))
        self.figures["aperture"].setText(_mm(figures.aperture_m))
        self.figures["spacing"].setText(_mm(figures.spacing_m))
        self.figures["alias"].setText(_hz(figures.aliasing_hz))
        self.figures["low"].setText(_hz(figures.lowest_hz))
        self.finding.setText("\n".join(finding.text for finding in draft.findings[:3]))
        set_tone(self.finding, "clip" if not draft.usable else "warning")
        self.tools["centre"].setEnabled(bool(draft.places))

    def show_picked(self, number: int) -> None:
        for key in ("remove", "up", "down"):
            self.tools[key].setEnabled(number >= 0)

    # ---- what a person does --------------------------------------------------------------------------------

    def rename(self, text: str) -> None:
        self.draft.name = text

    def _shift(self, by: int) -> None:
        if self.plot.current >= 0:
            index = self.draft.shift(self.plot.current, by)
            self._pick(index)

    def _typed(self, key: str, text: str) -> None:
        try:
            value = typed_number(self.boxes[key].entry, text)
        except InputError as error:
            self.refused.emit(str(error))
            return
        self.boxes[key].set_number(round(value) if key in ("rows", "mics") else value)

    def _on_shape(self, shape: str) -> None:
        self.shape.set_value(shape)
        shown = {"circle": ("mics", "size", "turn"), "line": ("mics", "size", "turn"), "grid": ("rows", "mics", "size")}
        for key, parts in self._shape_parts.items():
            for part in parts:
                part.setVisible(key in shown.get(shape, ()))
        self.place_button.setText("Open…" if shape == "csv" else "Place")

    def place_shape(self) -> None:
        """Place all microphones in the chosen shape, or read them from a table."""
        if self.shape.currentData() == "csv":
            self._ask_file("Open a table of microphones", "Tables (*.csv *.txt *.tsv);;All files (*)", self.read_table)
            return
        rows, mics, size_m, turn = (
            int(self.boxes["rows"].number),
            int(self.boxes["mics"].number),
            self.boxes["size"].number / 1000,
            self.boxes["turn"].number,
        )
        make = {
            "circle": lambda: circle_xyz_m(mics, size_m, turn),
            "line": lambda: line_xyz_m(mics, size_m, 90.0 + turn),
            "grid": lambda: grid_xyz_m(rows, mics, size_m),
        }[self.shape.currentData()]
        self.attempt(lambda: self.draft.replace(make()))
        self.plot.fit()

    def read_table(self, path: Path) -> None:
        """Take the positions from a CSV file."""
        if self.attempt(lambda: self.draft.replace(read_csv(path))):
            self.plot.fit()

    def open_named(self, name: str) -> None:
        if self.attempt(lambda: self.draft.load(load_array(name), self.own_path(name))):
            self.open.set_value(name)
            self.plot.set_current(-1)
            self.plot.fit()
            self.refresh()


def _mm(value_m: float) -> str:
    return f"{1000 * value_m:.0f}{THIN_SPACE}mm" if math.isfinite(value_m) else UNKNOWN


def _hz(value_hz: float) -> str:
    if not math.isfinite(value_hz):
        return UNKNOWN
    return f"{value_hz / 1000:.2f}{THIN_SPACE}kHz" if value_hz >= 1000 else f"{value_hz:.0f}{THIN_SPACE}Hz"
