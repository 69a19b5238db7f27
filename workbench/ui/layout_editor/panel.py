"""The panel of the layout editor: picture, table, cabinet, listener, what is wrong, and the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from workbench.core.errors import InputError
from workbench.core.geometry import SpeakerLayout, load_layout
from workbench.core.layout_edit import with_cabinet, with_listener, with_more, without
from workbench.core.params import Entry, Knob
from workbench.ui import theme
from workbench.ui.controls import MethodChooser, Segmented, ValueBox, rule
from workbench.ui.dialogs import FloatPanel
from workbench.ui.dialogs.parts import button, label
from workbench.ui.layout_editor.draft import LayoutDraft
from workbench.ui.layout_editor.plot import LayoutPlot
from workbench.ui.layout_editor.table import DriverTable
from workbench.ui.room_entries import typed_number
from workbench.ui.theme import Tokens

WIDTH = 900
USUAL_RADIUS_M = 0.06


def _entry(path: str, label: str, help: str, low: float, high: float, default: float) -> Entry:
    return Entry(path, float, default, Knob(label, help, unit="cm", low=low, high=high, decimals=1))


RADIUS = _entry("layout.radius", "Radius", "Radius of the spherical cabinet; the drivers stay on it", 2, 50, 6)
DISTANCE = _entry("layout.distance", "Listener at", "From the device's centre to the middle of the head", 20, 1000, 150)
HEAD = _entry("layout.head", "Head radius", "Of the listener's head, as a sphere", 5, 12, 8.75)


class LayoutPanel(FloatPanel):
    """Edits a draft; `use_wanted` gives the path of a saved layout.

    Parameters
    ----------
    window : QWidget
    folder : where a person's own layouts lie
    choices : gives (name or path, description) of every layout that can be opened
    """

    use_wanted = Signal(str)
    saved = Signal(str)
    refused = Signal(str)

    def __init__(self, window: QWidget, folder: Path, choices: Callable[[], tuple[tuple[str, str], ...]]):
        super().__init__("Loudspeaker layout", WIDTH, window)
        self.folder, self._choices = folder, choices
        self.draft = LayoutDraft(self._show)
        self.plot, self.table = LayoutPlot(self.draft), DriverTable(self.draft)
        self.body.addLayout(self._file_row())
        self.body.addWidget(rule())
        self.body.addLayout(self._device_row())
        middle = QHBoxLayout()
        middle.setContentsMargins(12, 4, 12, 8)
        middle.setSpacing(12)
        self.plot.setFixedSize(372, 404)
        middle.addWidget(self.plot)
        right = QVBoxLayout()
        right.setSpacing(6)
        self.table.setMinimumHeight(300)
        right.addWidget(self.table, 1)
        right.addLayout(self._tool_row())
        middle.addLayout(right, 1)
        self.body.addLayout(middle)
        self.finding = label("", 12, tone="clip", wrap=True)
        self.finding.setContentsMargins(12, 0, 12, 8)
        self.body.addWidget(self.finding)
        self.body.addWidget(rule())
        self.body.addLayout(self._foot())
        self.plot.selected.connect(self._pick)
        self.table.picked.connect(self._pick)
        for part in (self.plot, self.table):
            part.refused.connect(self.refused)
        self._picking = False
        self._show()

    # ---- parts ---------------------------------------------------------------------------------------------

    def _file_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 4, 12, 10)
        row.setSpacing(8)
        self.name = QLineEdit()
        self.name.setFont(theme.font(13))
        self.name.setFixedHeight(28)
        self.name.setAccessibleName("Name of the layout")
        self.name.setToolTip("Name of the layout, and of its file")
        self.name.textEdited.connect(self._rename)
        self.open = MethodChooser("Begin with a layout", (), fit=False)
        self.open.setFixedHeight(28)
        self.open.setToolTip("Begin with a layout that is there")
        self.open.chosen.connect(self.open_layout)
        row.addWidget(label("Name", tone="2"))
        row.addWidget(self.name, 2)
        row.addSpacing(8)
        row.addWidget(label("Begin with", tone="2"))
        row.addWidget(self.open, 3)
        return row

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

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self.undo = button("Undo", "Take back the last change of the layout (Ctrl+Z here)", lambda: self.draft.undo())
        self.redo = button("Redo", "Apply it again (Ctrl+Shift+Z here)", lambda: self.draft.redo())
        self.where = label("", 11, tone="3")
        self.save_button = button("Save", "Save it among your own layouts", self.save)
        self.use_button = button("Save and use", "Save it, and play through it", self.use)
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        row.addWidget(self.where, 1)
        row.addWidget(self.save_button)
        row.addWidget(self.use_button)
        return row

    def apply_theme(self, tokens: Tokens) -> None:
        """Use a theme's colours."""
        super().apply_theme(tokens)
        for part in (self.plot, self.table, self.open, *self.boxes.values(), *self.cabinet.buttons.values()):
            part.apply_theme(tokens)

    # ---- what is shown -------------------------------------------------------------------------------------

    def begin_with(self, layout: SpeakerLayout | None, name: str | None) -> None:
        """Open the editor with the layout in use, unless one is being drawn."""
        self.open.set_choices(self._choices())
        if not self.draft.edited and layout is not None:
            self._take(layout, name or "")

    def _show(self) -> None:
        draft, layout = self.draft, self.draft.layout
        if not self.name.hasFocus():
            self.name.setText(layout.name)
        if self.plot.current >= len(layout.drivers):
            self.plot.set_current(len(layout.drivers) - 1)
        self.plot.update()
        self.table.show_draft(self.plot.current)
        sphere = layout.cabinet_radius_m is not None
        self.cabinet.set_value("sphere" if sphere else "none")
        self.boxes["radius"].setEnabled(sphere)
        self.boxes["radius"].set_number(100 * (layout.cabinet_radius_m or USUAL_RADIUS_M))
        self.boxes["distance"].set_number(100 * layout.listener_distance_m)
        self.boxes["head"].set_number(100 * layout.head_radius_m)
        problems = draft.problems
        self.finding.setText(" ".join(problems))
        self.finding.setVisible(bool(problems))
        self.remove_button.setEnabled(self.plot.current >= 0)
        self.undo.setEnabled(draft.can_undo)
        self.redo.setEnabled(draft.can_redo)
        self.save_button.setEnabled(not problems)
        self.use_button.setEnabled(not problems)
        self.note.setText("edited" if draft.edited else "")
        self.where.setText(f"in {draft.path.name}" if draft.path else "")
        if self.isVisible():
            self.place()

    def _pick(self, number: int) -> None:
        if not self._picking:
            self._picking = True
            self.plot.set_current(number)
            self.table.show_draft(number)
            self.remove_button.setEnabled(number >= 0)
            self._picking = False

    # ---- what a person does --------------------------------------------------------------------------------

    def _rename(self, text: str) -> None:
        self.draft.rename(text)
        self.note.setText("edited" if self.draft.edited else "")
        self.where.setText("")

    def _set_cabinet(self, kind: str) -> None:
        layout = self.draft.layout
        radius_m = (layout.cabinet_radius_m or USUAL_RADIUS_M) if kind == "sphere" else None
        if radius_m != layout.cabinet_radius_m and self._try(lambda: self.draft.take(with_cabinet(layout, radius_m))):
            self.plot.fit()

    def _typed(self, key: str, text: str) -> None:
        layout = self.draft.layout
        change = {
            "radius": lambda value: with_cabinet(layout, value),
            "distance": lambda value: with_listener(layout, distance_m=value),
            "head": lambda value: with_listener(layout, head_radius_m=value),
        }[key]
        if self._try(lambda: self.draft.take(change(typed_number(self.boxes[key].entry, text) / 100))):
            self.plot.fit()

    def add(self) -> None:
        """One more driver."""
        if self._try(lambda: self.draft.take(with_more(self.draft.layout))):
            self._pick(len(self.draft.layout.drivers) - 1)
            self.plot.fit()

    def remove(self) -> None:
        """Without the chosen driver."""
        if 0 <= self.plot.current < len(self.draft.layout.drivers):
            self.draft.take(without(self.draft.layout, self.plot.current))

    def open_layout(self, name: str) -> None:
        """Begin with a layout by name or path."""
        self._try(lambda: self._take(load_layout(name), name))

    def _take(self, layout: SpeakerLayout, name: str) -> None:
        path = Path(name)
        self.plot.set_current(-1)
        self.draft.load(layout, path if path.parent == self.folder else None)
        self.open.set_value(name)
        self.name.setText(layout.name)
        self.plot.fit()

    def save(self) -> bool:
        """Save among one's own layouts, under the layout's name."""
        name = "".join("-" if letter in '/\\:*?"<>|' else letter for letter in self.draft.layout.name).strip(" .")
        if not name:
            self.refused.emit("The layout needs a name")
            return False
        path = self.folder / f"{name}.toml"
        if path.exists() and path != self.draft.path:
            self.refused.emit(f"{path.name} exists already: choose another name, or begin with it")
            return False
        if not self._try(lambda: self.draft.save(path)):
            return False
        self.open.set_choices(self._choices())
        self.open.set_value(str(path))
        self.saved.emit(str(path))
        return True

    def use(self) -> None:
        """Save it and take it into use."""
        if self.save():
            self.use_wanted.emit(str(self.draft.path))

    def _try(self, action: Callable[[], None]) -> bool:
        try:
            action()
        except InputError as error:
            self.refused.emit(str(error))
            return False
        return True

    @staticmethod
    def _is_undo(event) -> bool:
        return event.key() == Qt.Key.Key_Z and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)

    def event(self, event):
        if event.type() == QEvent.Type.ShortcutOverride and self._is_undo(event):
            event.accept()  # undo of the layout rather than of the parameters
            return True
        return super().event(event)

    def keyPressEvent(self, event):
        if self._is_undo(event):
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.draft.redo()
            else:
                self.draft.undo()
        elif event.key() == Qt.Key.Key_Insert:
            self.add()
        elif event.key() == Qt.Key.Key_Delete:
            self.remove()
        else:
            super().keyPressEvent(event)
