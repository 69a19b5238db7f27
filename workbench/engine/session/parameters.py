"""Parameters of the session: changed, undone, done again."""

from __future__ import annotations

from typing import Any

from workbench.core.params import Params, entry
from workbench.engine.history import Step
from workbench.engine.session.source import SourceCommands
from workbench.engine.session.structure import StructureCommands


class ParameterCommands(StructureCommands, SourceCommands):
    """What changes the parameters of the shown side; nothing here waits for the chain."""

    @property
    def preset(self) -> Params:
        """The parameters as last loaded or saved: what a row's dot compares with."""
        return self._preset

    def set(self, values: dict[str, Any], gesture: object | None = None) -> None:
        """Change parameters by path; one `gesture` is one undo step. Raises InputError; then nothing changed."""
        self._history.set(values, gesture)

    def reset(self, path: str) -> None:
        """A parameter back to its default."""
        self._history.set({path: entry(path).default})

    def undo(self) -> bool:
        """Take back the newest step; False when there is none."""
        step = self._history.undo()
        if step is not None and step.structure is not None:
            self._put_structure_back(*reversed(step.structure))
        if step is not None and step.room is not None:
            self._put_room_back(*reversed(step.room))
        return step is not None

    def redo(self) -> bool:
        """Apply again what was taken back; False when there is nothing."""
        step = self._history.redo()
        if step is not None and step.structure is not None:
            self._put_structure_back(*step.structure)
        if step is not None and step.room is not None:
            self._put_room_back(*step.room)
        return step is not None

    @property
    def steps(self) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
        """Steps that can be undone, oldest first, and those that can be done again, the next one first."""
        return self._history.done, self._history.undone

    def go_to_step(self, count: int) -> None:
        """Undo or redo until `count` steps are done."""
        done, undone = self.steps
        for _ in range(len(done) - count):
            self.undo()
        for _ in range(min(count - len(done), len(undone))):
            self.redo()

    @property
    def can_undo(self) -> bool:
        return bool(self._history.undo_label)

    @property
    def can_redo(self) -> bool:
        return bool(self._history.redo_label)

    @property
    def undo_label(self) -> str:
        return self._history.undo_label

    @property
    def redo_label(self) -> str:
        return self._history.redo_label

    def mark_saved(self) -> None:
        """The parameters as they are now have been written: what a row's dot compares with."""
        self._preset = self.params
