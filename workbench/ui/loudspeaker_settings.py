"""The settings of a loudspeaker design that have no row elsewhere in the window, by subject."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.messages import RoomDepth
from workbench.core.params import Entry, Params, RenderParams, Value
from workbench.ui import painting, theme
from workbench.ui.controls import ChoiceRow, Row, Segmented, SliderRow, SwitchRow
from workbench.ui.controls.base import BOX_HEIGHT, ROW_MARGIN, TRACK_X, new_gesture
from workbench.ui.overlay_scroll import OverlayScroll
from workbench.ui.theme import Tokens

WIDTH = 312
LEAST_ROWS = 5
"""So many rows of a page are seen at least; the others scroll."""
GROUPS = {
    "sides": (
        "render.target",
        "render.region_cm",
        "render.region_back_cm",
        "render.region_size_percent",
        "render.region_yaw_deg",
        "render.region_weight",
        "render.droop_db",
    ),
    "centre": (
        "render.upmix",
        "render.centre",
        "render.centre_width_percent",
        "render.adaptation_ms",
        "render.null_deg",
        "render.more_nulls",
        "render.window_deg",
        "render.beam_null_db",
        "render.beam_even_db",
        "render.beam_shift_us",
        "render.beam_wng_db",
    ),
    "filters": (
        "render.band_low_hz",
        "render.band_high_hz",
        "render.taps",
        "render.delay_ms",
    ),
    "room": (
        "render.audition",
        "render.room",
        "render.room_rt60_s",
        "render.room_distance_m",
        "render.head_side_cm",
        "render.head_back_cm",
    ),
}
SETTINGS = tuple(path for group in GROUPS.values() for path in group)
_TABS = (
    ("sides", "Sides", 66, "text2", "Left and right: crosstalk cancellation, and the heads it is made for"),
    ("centre", "Centre", 74, "text2", "The centre channel and its beam"),
    ("filters", "Filters", 72, "text2", "Band, length and delay of the filters"),
    ("room", "Room", 66, "text2", "Headphone audition: head and listening room"),
)
ONLY_CROSSTALK = set(GROUPS["sides"])
ONLY_UPMIX = {"render.centre", "render.centre_width_percent", "render.adaptation_ms"}
ONLY_BEAM = {"render.null_deg", "render.more_nulls", "render.window_deg"}
ONLY_BEAM |= {"render.beam_null_db", "render.beam_even_db", "render.beam_shift_us", "render.beam_wng_db"}
ONLY_AUDITION = {"render.room", "render.head_side_cm", "render.head_back_cm"}


def applies(params: RenderParams, path: str) -> bool:
    """The setting has an effect with the others as they are."""
    if path in ONLY_CROSSTALK:
        return params.method == "crosstalk"
    if path in ONLY_UPMIX:
        return params.upmix
    if path in ONLY_BEAM:
        return params.upmix and params.centre == "beam"
    if path in ONLY_AUDITION:
        return params.audition
    return True


class AnglesRow(Row):
    """Label, angles as text, and buttons for one more or one less."""

    more_wanted = Signal()
    less_wanted = Signal()

    def __init__(self, entry: Entry, parent: QWidget | None = None):
        super().__init__(entry.path, entry.knob.label, parent)
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("none")
        self.field.setAccessibleName(f"{entry.knob.label}, in degrees")
        self.more, self.less = QPushButton("+", self), QPushButton("−", self)
        for button, tip, signal in (
            (self.more, "Another pair of nulls, where most room is", self.more_wanted),
            (self.less, "Without the last pair of nulls", self.less_wanted),
        ):
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.setStyleSheet("padding: 0")  # a sign has no room beside a word's
            button.clicked.connect(signal)
        self._watch(self.field, self.more, self.less)
        self._value = ""
        self.field.editingFinished.connect(self._on_typed)

    def set_value(self, value: Value) -> None:
        self._value = str(value)
        typing = self.field.hasFocus() and self.field.isModified()
        if not typing and self.field.text() != self._value:
            self.field.setText(self._value)
        self.less.setEnabled(bool(self._value))

    def _on_typed(self) -> None:
        text = self.field.text().strip()
        self.field.setModified(False)
        if text == self._value:
            return
        try:
            value = parameters.check(self.path, text)
        except InputError as error:
            self.field.setText(self._value)
            self.refused.emit(str(error))
            return
        self.edited.emit(self.path, value, new_gesture(self.path))

    def keyPressEvent(self, event):
        if event.key() == Qt.Key.Key_Escape and self.field.hasFocus():
            self.field.setText(self._value)
            self.field.setModified(False)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event):
        top, right = (self.height() - BOX_HEIGHT) // 2, self.width() - ROW_MARGIN
        for button in (self.less, self.more):
            right -= 28
            button.setGeometry(right, top, 26, BOX_HEIGHT)
        self.field.setGeometry(TRACK_X, top, right - 4 - TRACK_X, BOX_HEIGHT)


def setting_row(path: str) -> Row:
    """The row that edits a parameter."""
    entry = parameters.entry(path)
    if entry.knob.angles:
        return AnglesRow(entry)
    if entry.kind is bool:
        return SwitchRow(entry)
    if entry.kind is str:
        return ChoiceRow(path, entry.knob.label, entry.knob.choices)
    return SliderRow(entry)


class DepthTable(QWidget):
    """How directly the centre is heard in the listening room, beside a plain mix."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 10, 12, 0)
        grid.setVerticalSpacing(4)
        self.head = QLabel()
        grid.addWidget(self.head, 0, 0, 1, 3)
        self.cells: dict[tuple[int, int], QLabel] = {}
        for column, title in ((1, "Centre"), (2, "Plain mix")):
            grid.addWidget(self._label(title), 1, column, Qt.AlignmentFlag.AlignRight)
        for row, title in enumerate(("Direct over reverberant", "Critical distance", "Coherence of the ears"), start=2):
            grid.addWidget(self._label(title), row, 0)
            for column in (1, 2):
                cell = self.cells[row - 2, column - 1] = self._label(painting.UNKNOWN)
                grid.addWidget(cell, row, column, Qt.AlignmentFlag.AlignRight)
        self.setAccessibleName("Depth in the listening room")
        self.show_depth(None)

    @staticmethod
    def _label(text: str) -> QLabel:
        label = QLabel(text)
        label.setFont(theme.font(12))
        return label

    def show_depth(self, depth: RoomDepth | None) -> None:
        """Show figures; None: they are being computed."""
        self.head.setFont(theme.font(12, 600))
        if depth is None:
            self.head.setText("The room is being computed…")
            rows = [(painting.UNKNOWN, painting.UNKNOWN)] * 3
        else:
            place = painting.with_unit(f"{depth.distance_m:g}", "m")
            self.head.setText(f"Heard {place} away in a room of {painting.with_unit(f'{depth.rt60_s:g}', 's')}")
            rows = [
                tuple(
                    map(painting.format_level, (depth.direct_to_reverberant_db, depth.plain_direct_to_reverberant_db))
                ),
                tuple(
                    painting.with_unit(f"{value:.2f}", "m")
                    for value in (depth.critical_distance_m, depth.plain_critical_distance_m)
                ),
                (f"{depth.coherence:.2f}", f"{depth.plain_coherence:.2f}"),
            ]
        for row, pair in enumerate(rows):
            for column, text in enumerate(pair):
                self.cells[row, column].setText(text)
        self.setAccessibleDescription("; ".join(f"{centre}, plain mix {mix}" for centre, mix in rows))


class LoudspeakerSettings(QWidget):
    """One page of rows for each of GROUPS."""

    edited = Signal(str, object, str)
    reset_requested = Signal(str)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.rows: dict[str, Row] = {path: setting_row(path) for path in SETTINGS}
        self.depth = DepthTable()
        self.tabs = Segmented(_TABS)
        self.pages = QStackedWidget()
        for name, paths in GROUPS.items():
            page = QWidget()
            column = QVBoxLayout(page)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            for path in paths:
                column.addWidget(self.rows[path])
            if name == "room":
                column.addWidget(self.depth)
            column.addStretch(1)
            scroll = OverlayScroll()  # in a low window the longest page must not squeeze the plots
            scroll.setWidget(page)
            page.setAutoFillBackground(False)
            scroll.setMinimumHeight(LEAST_ROWS * theme.ROW)
            self.pages.addWidget(scroll)
        self.tabs.chosen.connect(self.show_group)
        for path, row in self.rows.items():
            row.edited.connect(self.edited)
            row.reset_requested.connect(self.reset_requested)
            row.refused.connect(self.refused)
            row.setToolTip(parameters.entry(path).knob.help)
        head = QHBoxLayout()
        head.setContentsMargins(12, 0, 12, 8)
        head.addWidget(self.tabs)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.pages, 1)

    @property
    def nulls(self) -> AnglesRow:
        """The row of further nulls."""
        row = self.rows["render.more_nulls"]
        assert isinstance(row, AnglesRow)
        return row

    def show_group(self, name: str) -> None:
        """Show one page."""
        self.tabs.set_value(name)
        self.pages.setCurrentIndex(list(GROUPS).index(name))

    def show_params(self, params: Params, preset: Params) -> None:
        """Show the parameters in force; dots mark what differs from the preset."""
        for path, row in self.rows.items():
            value = parameters.get(params, path)
            row.set_value(value)
            row.set_differs(value != parameters.get(preset, path))
            row.set_dimmed(not applies(params.render, path))

    def apply_theme(self, tokens: Tokens) -> None:
        """Use a theme's colours."""
        for part in (*self.rows.values(), *self.tabs.buttons.values()):
            part.apply_theme(tokens)
        for row in self.rows.values():
            for child in row.findChildren(QWidget):
                if hasattr(child, "apply_theme"):
                    child.apply_theme(tokens)
        for label in self.depth.findChildren(QLabel):
            label.setStyleSheet(f"color: {tokens.text2}")
        self.depth.head.setStyleSheet(f"color: {tokens.text1}")
