"""The parameters in force, with undo and redo."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from workbench.core import params as parameters
from workbench.core.params import Params

DEPTH = 200
"""Steps kept."""

TRANSPORT = ("output.bypass", "output.muted", "beamformer.follow")
"""What a person switches while listening is no setting: it is not undone."""


@dataclass(frozen=True)
class Step:
    """One undoable change. `label` names it for a person, e.g. "Strength 86 %", `clock` says when it was made.

    `structure` is (before, after) where it was source, sink, array, layout or channels that changed, `room` where it
    was the simulated room, or one was left by choosing another source: whoever undoes the step puts them back.
    """

    label: str
    before: Params
    after: Params
    gesture: object | None
    structure: tuple[Any, Any] | None = None
    room: tuple[Any, Any] | None = None
    clock: str = field(default_factory=lambda: datetime.now().strftime("%H:%M:%S"))


def _label(before: Params, after: Params) -> str:
    paths = parameters.differences(before, after)
    if len(paths) != 1:
        return f"{len(paths)} settings"
    knob = parameters.entry(paths[0]).knob
    text = parameters.as_text(paths[0], parameters.get(after, paths[0]))
    return f"{knob.label}: {text}" if knob.choices else f"{knob.label} {text}"


class ParameterHistory:
    """Holds the newest `Params`; every change is a step that can be undone.

    Changes with the same `gesture` (one slider drag) are one step.
    """

    def __init__(self, params: Params | None = None):
        self.params = params or Params()
        """Replaced whole: any thread may read it."""
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def set(self, values: dict[str, Any], gesture: object | None = None) -> bool:
        """Change values by path; False when nothing differs.

        Raises
        ------
        InputError
            Any path or value is not valid; nothing is changed.
        """
        return self.replace(parameters.replace(self.params, values), gesture)

    def replace(self, after: Params, gesture: object | None = None, label: str | None = None) -> bool:
        """Take a whole tree as one step; False when nothing differs."""
        if after == self.params:
            return False
        if set(parameters.differences(self.params, after)) <= set(TRANSPORT):
            self.params = after
            return True
        before = self.params
        if gesture is not None and self._done and self._done[-1].gesture == gesture:
            before = self._done.pop().before
        self.params = after
        self._undone.clear()
        if before != after:
            self._done.append(Step(label or _label(before, after), before, after, gesture))
            del self._done[:-DEPTH]
        return True

    def note_structure(self, label: str, before: Any, after: Any, room: Any = None) -> None:
        """Source, sink, array or layout became another one, which has happened already: a step like any other.

        It joins the newest step if that has the same label: parameters and structure of one settings file. `room` is
        what the simulated room was like that was left.
        """
        self._undone.clear()
        left = None if room is None else (room, None)
        if (
            self._done
            and self._done[-1].label == label
            and self._done[-1].structure is None
            and not self._done[-1].room
        ):
            self._done[-1] = replace(self._done[-1], structure=(before, after), room=left)
            return
        self._done.append(Step(label, self.params, self.params, None, (before, after), left))
        del self._done[:-DEPTH]

    def note_room(self, label: str, before: Any, after: Any, gesture: object | None = None) -> None:
        """The simulated room was changed, which has happened already; changes of one `gesture` are one step."""
        self._undone.clear()
        if gesture is not None and self._done and self._done[-1].gesture == gesture:
            before = self._done.pop().room[0]
            if before == after:
                return
        self._done.append(Step(label, self.params, self.params, gesture, room=(before, after)))
        del self._done[:-DEPTH]

    def undo(self) -> Step | None:
        """Take back the newest step, and give it; None when there is none."""
        if not self._done:
            return None
        step = self._done.pop()
        self._undone.append(step)
        if step.before is not step.after:
            self.params = self._with_transport(step.before)
        return step

    def redo(self) -> Step | None:
        """Apply the step taken back last, and give it; None when there is none."""
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step)
        if step.before is not step.after:
            self.params = self._with_transport(step.after)
        return step

    @property
    def done(self) -> tuple[Step, ...]:
        """Steps that `undo` can take back, oldest first."""
        return tuple(self._done)

    @property
    def undone(self) -> tuple[Step, ...]:
        """Steps that `redo` can apply, the next one first."""
        return tuple(reversed(self._undone))

    def _with_transport(self, params: Params) -> Params:
        return parameters.replace(params, {path: parameters.get(self.params, path) for path in TRANSPORT})

    @property
    def undo_label(self) -> str:
        """Name of the step that `undo` takes back, or ""."""
        return self._done[-1].label if self._done else ""

    @property
    def redo_label(self) -> str:
        """Name of the step that `redo` applies, or ""."""
        return self._undone[-1].label if self._undone else ""
