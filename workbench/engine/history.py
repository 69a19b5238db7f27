"""The parameters in force, with undo and redo."""

from __future__ import annotations

import threading
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


def with_transport(params: Params, of: Params) -> Params:
    """Parameters with what a person switches while listening as it is in others."""
    return parameters.replace(params, {path: parameters.get(of, path) for path in TRANSPORT})


class ParameterHistory:
    """Holds the newest `Params`; every change is a step that can be undone.

    Changes with the same `gesture` (one slider drag) are one step. They come from any thread: of two at a time neither
    is lost. Who reads `params` never waits.
    """

    def __init__(self, params: Params | None = None):
        self.params = params or Params()
        """Replaced whole: any thread may read it."""
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._changing = threading.RLock()

    def set(self, values: dict[str, Any], gesture: object | None = None) -> bool:
        """Change values by path; False when nothing differs.

        Raises
        ------
        InputError
            Any path or value is not valid; nothing is changed.
        """
        with self._changing:
            return self.replace(parameters.replace(self.params, values), gesture)

    def replace(self, after: Params, gesture: object | None = None, label: str | None = None) -> bool:
        """Take a whole tree as one step; False when nothing differs."""
        with self._changing:
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

    def share(self, of: Params) -> None:
        """Take what is transport from other parameters; no step."""
        with self._changing:
            shared = with_transport(self.params, of)
            if shared != self.params:
                self.params = shared

    def note_structure(self, label: str, before: Any, after: Any, room: Any = None) -> None:
        """Source, sink, array or layout became another one, which has happened already: a step like any other.

        It joins the newest step if that has the same label: parameters and structure of one settings file. `room` is
        what the simulated room was like that was left.
        """
        with self._changing:
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
        with self._changing:
            self._undone.clear()
            if gesture is not None and self._done and self._done[-1].gesture == gesture:
                before = self._done.pop().room[0]
                if before == after:
                    return
            self._done.append(Step(label, self.params, self.params, gesture, room=(before, after)))
            del self._done[:-DEPTH]

    def undo(self) -> Step | None:
        """Take back the newest step, and give it; None when there is none."""
        with self._changing:
            if not self._done:
                return None
            step = self._done.pop()
            self._undone.append(step)
            if step.before is not step.after:
                self.params = with_transport(step.before, self.params)
            return step

    def redo(self) -> Step | None:
        """Apply the step taken back last, and give it; None when there is none."""
        with self._changing:
            if not self._undone:
                return None
            step = self._undone.pop()
            self._done.append(step)
            if step.before is not step.after:
                self.params = with_transport(step.after, self.params)
            return step

    @property
    def done(self) -> tuple[Step, ...]:
        """Steps that `undo` can take back, oldest first."""
        return tuple(self._done)

    @property
    def undone(self) -> tuple[Step, ...]:
        """Steps that `redo` can apply, the next one first."""
        return tuple(reversed(self._undone))

    @property
    def undo_label(self) -> str:
        """Name of the step that `undo` takes back, or ""."""
        done = self.done
        return done[-1].label if done else ""

    @property
    def redo_label(self) -> str:
        """Name of the step that `redo` applies, or ""."""
        undone = self.undone
        return undone[0].label if undone else ""
