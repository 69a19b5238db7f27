"""The history: every change as a line; choosing one goes back to it, or forward again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.ui.dialogs.chooser import Choice, ChooserPanel

WIDTH = 320
MOST_ROWS = 100


class HistoryPanel(ChooserPanel):
    """Shows steps; emits how many shall be done."""

    step_chosen = Signal(int)

    def __init__(self, window: QWidget):
        super().__init__("History", WIDTH, window)
        self.undo = self.add_footer_button("Undo", lambda: self.step_chosen.emit(self._done - 1))
        self.undo.setToolTip("One step back (Ctrl+Z)")
        self.redo = self.add_footer_button("Redo", lambda: self.step_chosen.emit(self._done + 1))
        self.redo.setToolTip("One step forward (Ctrl+Shift+Z)")
        for one in (self.undo, self.redo):
            one.setEnabled(False)
        self._done = 0
        self._shown: tuple = ()
        self.pin.setChecked(True)
        self.chosen.connect(lambda value: self.step_chosen.emit(int(value)))

    def show_steps(self, done: Sequence, undone: Sequence) -> None:
        """Show the steps (`engine.history.Step`), oldest first; what is undone stands below, until something else is
        changed."""
        shown = (tuple(done), tuple(undone))
        if shown == self._shown:
            return
        self._shown, self._done = shown, len(done)
        self.undo.setEnabled(bool(done))
        self.redo.setEnabled(bool(undone))
        choices = [Choice("Beginning", "0")]
        for number, step in enumerate([*done, *undone], start=1):
            choices.append(Choice(step.label, str(number), (step.clock,), tag="undone" if number > len(done) else ""))
        if len(choices) > MOST_ROWS:
            choices = [Choice(f"{len(choices) - MOST_ROWS} earlier steps"), *choices[-MOST_ROWS:]]
        self.set_choices(choices, str(len(done)))
        self.note.setText(f"{len(done)} step{'s' if len(done) != 1 else ''}")
        for row in self.rows:
            if row.current:
                self.scroll.ensureWidgetVisible(row)
