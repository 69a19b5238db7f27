"""The frame of an editor: name and file, picture beside table, what is wrong, undo, saving, taking into use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLayout, QLineEdit, QVBoxLayout

from workbench.core.errors import InputError
from workbench.ui import theme
from workbench.ui.controls import MethodChooser, rule
from workbench.ui.dialogs import FloatPanel
from workbench.ui.dialogs.parts import button, label
from workbench.ui.theme import Tokens

UNFIT_FOR_FILES = '/\\:*?"<>|'


class EditorPanel(FloatPanel):
    """Edits a draft; `use_wanted` gives the path of what was saved.

    A subclass makes `draft`, `plot` (with `current`, `set_current`, `fit`, signals `selected` and `refused`) and
    `table` (a `DraftTable`), builds its rows around those of here, and says what they are of.

    Parameters
    ----------
    title, width, window : of the panel
    noun : "array", "layout"
    folder : where a person's own files lie
    choices : gives (name or path, description) of everything that can be opened
    """

    use_wanted = Signal(str)
    saved = Signal(str)
    refused = Signal(str)

    def __init__(self, title: str, width: int, window, noun: str, folder: Path, choices: Callable):
        super().__init__(title, width, window)
        self.noun, self.folder, self._choices = noun, folder, choices
        self._picking = False

    # ---- what a subclass says ------------------------------------------------------------------------------

    @property
    def name_of_draft(self) -> str:
        """The name of what is drawn."""
        raise NotImplementedError

    @property
    def usable(self) -> bool:
        """Whether it can be saved."""
        raise NotImplementedError

    def open_named(self, name: str) -> None:
        """Begin with one by name or path."""
        raise NotImplementedError

    def rename(self, text: str) -> None:
        """Another name was typed."""
        raise NotImplementedError

    def show_parts(self) -> None:
        """Show what is particular to this editor."""

    def show_picked(self, number: int) -> None:
        """A part was chosen, or none (-1)."""

    # ---- building ------------------------------------------------------------------------------------------

    def file_row(self) -> QHBoxLayout:
        """Name, and what to begin with."""
        row = QHBoxLayout()
        row.setContentsMargins(12, 4, 12, 10)
        row.setSpacing(8)
        self.name = QLineEdit()
        self.name.setFont(theme.font(13))
        self.name.setFixedHeight(28)
        self.name.setAccessibleName(f"Name of the {self.noun}")
        self.name.setToolTip(f"Name of the {self.noun}, and of its file")
        self.name.textEdited.connect(self._on_renamed)
        article = "an" if self.noun[0] in "aeiou" else "a"
        self.open = MethodChooser(f"Begin with {article} {self.noun}", (), fit=False)
        self.open.setFixedHeight(28)
        self.open.setToolTip(f"Begin with {article} {self.noun} that is there")
        self.open.chosen.connect(self.open_named)
        row.addWidget(label("Name", tone="2"))
        row.addWidget(self.name, 2)
        row.addSpacing(8)
        row.addWidget(label("Begin with", tone="2"))
        row.addWidget(self.open, 3)
        return row

    def middle(self, tools: QLayout, plot_size: tuple[int, int], table_height: int) -> QHBoxLayout:
        """The picture, and the table over its tools."""
        middle = QHBoxLayout()
        middle.setContentsMargins(12, 4, 12, 8)
        middle.setSpacing(12)
        self.plot.setFixedSize(*plot_size)
        middle.addWidget(self.plot)
        right = QVBoxLayout()
        right.setSpacing(6)
        self.table.setMinimumHeight(table_height)
        right.addWidget(self.table, 1)
        right.addLayout(tools)
        middle.addLayout(right, 1)
        self.plot.selected.connect(self._pick)
        self.table.picked.connect(self._pick)
        for part in (self.plot, self.table):
            part.refused.connect(self.refused)
        return middle

    def add_foot(self, tone: str, use_tip: str) -> None:
        """What is wrong, then undo, redo, where it lies, save, use."""
        self.finding = label("", 12, tone=tone, wrap=True)
        self.finding.setContentsMargins(12, 0, 12, 8)
        self.body.addWidget(self.finding)
        self.body.addWidget(rule())
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        undo_tip = f"Take back the last change of the {self.noun} (Ctrl+Z here)"
        self.undo = button("Undo", undo_tip, lambda: self.draft.undo())
        self.redo = button("Redo", "Apply it again (Ctrl+Shift+Z here)", lambda: self.draft.redo())
        self.where = label("", 11, tone="3")
        self.save_button = button("Save", f"Save it among your own {self.noun}s", self.save)
        self.use_button = button("Save and use", use_tip, self.use)
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        row.addWidget(self.where, 1)
        row.addWidget(self.save_button)
        row.addWidget(self.use_button)
        self.body.addLayout(row)

    def apply_theme(self, tokens: Tokens) -> None:
        """Use a theme's colours."""
        super().apply_theme(tokens)
        for part in (self.plot, self.table):
            part.apply_theme(tokens)

    # ---- what is shown -------------------------------------------------------------------------------------

    def refresh_choices(self) -> None:
        """List what can be opened."""
        self.open.set_choices(self._choices())

    def refresh(self) -> None:
        """Show the draft; to be called after every change."""
        draft = self.draft
        if not self.name.hasFocus() or self.name.text() != self.name_of_draft:
            self.name.setText(self.name_of_draft)
        count = len(self.table.rows())
        if self.plot.current >= count:
            self.plot.set_current(count - 1)
        self.plot.update()
        self.table.show_draft(self.plot.current)
        self.show_parts()
        self.show_picked(self.plot.current)
        self.finding.setVisible(bool(self.finding.text()))
        self.undo.setEnabled(draft.can_undo)
        self.redo.setEnabled(draft.can_redo)
        self.save_button.setEnabled(self.usable)
        self.use_button.setEnabled(self.usable)
        self._show_file()
        if self.isVisible():
            self.place()

    def _show_file(self) -> None:
        self.note.setText("edited" if self.draft.edited else "")
        self.where.setText(f"in {self.draft.path.name}" if self.draft.path else "")

    def _pick(self, number: int) -> None:
        if not self._picking:
            self._picking = True
            self.plot.set_current(number)
            self.table.show_draft(number)
            self.show_picked(number)
            self._picking = False

    # ---- what a person does --------------------------------------------------------------------------------

    def own_path(self, name: str) -> Path | None:
        """The file of one's own that a name stands for; None for what is shipped or lies elsewhere."""
        path = Path(name)
        return path if path.parent == self.folder else None

    def _on_renamed(self, text: str) -> None:
        self.rename(text)
        self.draft.path = None
        self._show_file()

    def save(self) -> bool:
        """Save among one's own, under its name."""
        name = "".join("-" if letter in UNFIT_FOR_FILES else letter for letter in self.name_of_draft).strip(" .")
        if not name:
            self.refused.emit(f"The {self.noun} needs a name")
            return False
        path = self.folder / f"{name}.toml"
        if path.exists() and path != self.draft.path:
            self.refused.emit(f"{path.name} exists already: choose another name, or begin with it")
            return False
        if not self.attempt(lambda: self.draft.save(path)):
            return False
        self.refresh_choices()
        self.open.set_value(str(path))
        self.saved.emit(str(path))
        return True

    def use(self) -> None:
        """Save it and take it into use."""
        if self.save():
            self.use_wanted.emit(str(self.draft.path))

    def attempt(self, action: Callable[[], object]) -> bool:
        """Do something; what is refused is said."""
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
            event.accept()  # undo of what is drawn rather than of the session
            return True
        return super().event(event)

    def keyPressEvent(self, event):
        if not self._is_undo(event):
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.draft.redo()
        else:
            self.draft.undo()
