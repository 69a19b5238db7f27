"""The panel of the layout editor: picture, table, cabinet, listener, what is wrong, and the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.core.geometry import SpeakerLayout, load_layout
from workbench.core.layout_edit import with_cabinet, with_listener, with_more, without
from workbench.core.params import Entry, Knob
from workbench.ui.controls import Segmented, ValueBox, rule
from workbench.ui.dialogs.parts import button, label
from workbench.ui.editor import EditorPanel
from workbench.ui.layout_editor.draft import LayoutDraft
from workbench.ui.layout_editor.plot import LayoutPlot
from workbench.ui.layout_editor.table import DriverTable
from workbench.ui.room_entries import typed_number

WIDTH = 900
USUAL_RADIUS_M = 0.06


def _entry(path: str, label: str, help: str, low: float, high: float, default: float) -> Entry:
    return Entry(path, float, default, Knob(label, help, unit="cm", low=low, high=high, decimals=1))


RADIUS = _entry("layout.radius", "Radius", "Radius of the spherical cabinet; the drivers stay on it", 2, 50, 6)
DISTANCE = _entry("layout.distance", "Listener at", "From the device's centre to the middle of the head", 20, 1000, 150)
HEAD = _entry("layout.head", "Head radius", "Of the listener's head, as a sphere", 5, 12, 8.75)


class LayoutPanel(EditorPanel):
    """Edits a `LayoutDraft`; see `EditorPanel`.

    Parameters
    ----------
    window : QWidget
    folder : where a person's own layouts lie
    choices : gives (name or path, description) of every layout that can be opened
    """

    def __init__(self, window: QWidget, folder: Path, choices: Callable[[], tuple[tuple[str, str], ...]]):
        super().__init__("Loudspeaker layout", WIDTH, window, "layout", folder, choices)
        self.draft = LayoutDraft(self.refresh)
        self.plot, self.table = LayoutPlot(self.draft), DriverTable(self.draft)
        self.body.addLayout(self.file_row())
        self.body.addWidget(rule())
        self.body.addLayout(self._device_row())
        self.body.addLayout(self.middle(self._tool_row(), (372, 404), 300))
        self.add_foot("clip", "Save it, and play through it")
        self.refresh()

    # ---- parts ---------------------------------------------------------------------------------------------

    def _device_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 4)
        row.setSpacing(8)
        self.cabinet = Segmented(
            (
                ("none", "Free field", 84, "text2", "Drivers without a cabinet, as points"),
                ("sphere", "Sphere", 70, "text2", "Drivers on a rigid spherical cabinet"),
            )
        )
        self.cabinet.chosen.connect(self._set_cabinet)
        row.addWidget(label("Cabinet", tone="2"))
        row.addWidget(self.cabinet)
        self.boxes: dict[str, ValueBox] = {}
        for entry in (RADIUS, DISTANCE, HEAD):
            key = entry.path.removeprefix("layout.")
            self.boxes[key] = ValueBox(entry)
            self.boxes[key].setToolTip(entry.knob.help)
            self.boxes[key].committed.connect(lambda text, key=key: self._typed(key, text))
            row.addSpacing(8)
            row.addWidget(label(entry.knob.label, tone="2"))
            row.addWidget(self.boxes[key])
        row.addStretch(1)
        return row

    def _tool_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.add_button = button("Add", "One more driver, where there is room (Insert)", self.add)
        self.remove_button = button("Remove", "Remove the chosen driver (Delete)", self.remove)
        self.fit_button = button("Fit", "Show all drivers", self.plot.fit)
        for part in (self.add_button, self.remove_button, self.fit_button):
            row.addWidget(part)
        row.addStretch(1)
        return row

    # ---- what is shown -------------------------------------------------------------------------------------

    def begin_with(self, layout: SpeakerLayout | None, name: str | None) -> None:
        """Open the editor with the layout in use, unless one is being drawn."""
        self.refresh_choices()
        if not self.draft.edited and layout is not None:
            self._take(layout, name or "")

    @property
    def name_of_draft(self) -> str:
        return self.draft.layout.name

    @property
    def usable(self) -> bool:
        return not self.draft.problems

    def show_parts(self) -> None:
        layout = self.draft.layout
        sphere = layout.cabinet_radius_m is not None
        self.cabinet.set_value("sphere" if sphere else "none")
        self.boxes["radius"].setEnabled(sphere)
        self.boxes["radius"].set_number(100 * (layout.cabinet_radius_m or USUAL_RADIUS_M))
        self.boxes["distance"].set_number(100 * layout.listener_distance_m)
        self.boxes["head"].set_number(100 * layout.head_radius_m)
        self.finding.setText(" ".join(self.draft.problems))

    def show_picked(self, number: int) -> None:
        self.remove_button.setEnabled(number >= 0)

    # ---- what a person does --------------------------------------------------------------------------------

    def rename(self, text: str) -> None:
        self.draft.rename(text)

    def _set_cabinet(self, kind: str) -> None:
        layout = self.draft.layout
        radius_m = (layout.cabinet_radius_m or USUAL_RADIUS_M) if kind == "sphere" else None
        if radius_m != layout.cabinet_radius_m and self.attempt(
            lambda: self.draft.take(with_cabinet(layout, radius_m))
        ):
            self.plot.fit()

    def _typed(self, key: str, text: str) -> None:
        layout = self.draft.layout
        change = {
            "radius": lambda value: with_cabinet(layout, value),
            "distance": lambda value: with_listener(layout, distance_m=value),
            "head": lambda value: with_listener(layout, head_radius_m=value),
        }[key]
        if self.attempt(lambda: self.draft.take(change(typed_number(self.boxes[key].entry, text) / 100))):
            self.plot.fit()

    def add(self) -> None:
        """One more driver."""
        if self.attempt(lambda: self.draft.take(with_more(self.draft.layout))):
            self._pick(len(self.draft.layout.drivers) - 1)
            self.plot.fit()

    def remove(self) -> None:
        """Without the chosen driver."""
        if 0 <= self.plot.current < len(self.draft.layout.drivers):
            self.draft.take(without(self.draft.layout, self.plot.current))

    def open_named(self, name: str) -> None:
        self.attempt(lambda: self._take(load_layout(name), name))

    def _take(self, layout: SpeakerLayout, name: str) -> None:
        self.plot.set_current(-1)
        self.draft.load(layout, self.own_path(name))
        self.open.set_value(name)
        self.name.setText(layout.name)
        self.plot.fit()

    def keyPressEvent(self, event):
        if event.key() == Qt.Key.Key_Insert:
            self.add()
        elif event.key() == Qt.Key.Key_Delete:
            self.remove()
        else:
            super().keyPressEvent(event)
