"""Two settings, A and B, each with its own undo, behind the interface of one `ParameterHistory`."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any

from workbench.core import params as parameters
from workbench.core.ab import SIDES, ABChoice, Difference
from workbench.core.errors import InputError
from workbench.core.params import Params
from workbench.engine.ab_lanes import Side
from workbench.engine.history import TRANSPORT, ParameterHistory, Step, with_transport


def side_number(side: str) -> int:
    """0 for "a", 1 for "b". Raises InputError."""
    if side not in SIDES:
        raise InputError(f"{side!r}: the sides are {' and '.join(SIDES)}")
    return SIDES.index(side)


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """What a recorded session says of a hop: both sides as they were (or the only one), and what was heard of them."""

    sides: tuple[Side, ...]
    choice: ABChoice
    azimuth_rad: float
    pictures: tuple[tuple[str, Any], ...] = ()
    """What the shown side's filters look like: attributes of the mailbox."""
    methods: tuple[str, ...] | None = None
    """Those that the enhancer had; None: all that there are now."""


@dataclass(frozen=True, slots=True, eq=False)
class _Followed:
    """What a recording says, with what a person switches while listening as it is now."""

    of: tuple[Side, ...]
    sides: tuple[Side, Side]
    choice: ABChoice
    transport: tuple


class SideHistory:
    """Everything that a `ParameterHistory` has, for the shown side; what is transport is common to both sides.

    While a recording is followed, parameters and choice are those of the recording, beside a person's own. As soon as a
    person changes something, they become the person's own, as one step, and the recording is followed no more.

    Changes come from any thread, one after the other; who reads never waits.
    """

    def __init__(self, params: Params | None = None):
        self._sides = (ParameterHistory(params), ParameterHistory(params))
        self._choice = ABChoice()
        self._following = False
        self._followed: _Followed | None = None
        self._changing = threading.RLock()

    def side(self, number: int) -> ParameterHistory:
        """The history of A (0) or B (1): a person's own."""
        return self._sides[number]

    @property
    def choice(self) -> ABChoice:
        """What is shown and heard; replaced whole: any thread may read it."""
        followed = self._now()
        return followed.choice if followed else self._choice

    @choice.setter
    def choice(self, choice: ABChoice) -> None:
        with self._changing:
            self.adopt()
            self._choice = choice

    @property
    def _shown(self) -> ParameterHistory:
        return self._sides[self._choice.shown]

    @property
    def params(self) -> Params:
        """The shown side's parameters."""
        followed = self._now()
        return followed.sides[followed.choice.shown].params if followed else self._shown.params

    def params_of(self, number: int) -> Params:
        """Parameters in force of A (0) or B (1)."""
        followed = self._now()
        return followed.sides[number].params if followed else self._sides[number].params

    # ---- a recording that is followed ------------------------------------------------------------------------

    @property
    def following(self) -> bool:
        """Whether a recording says what the settings are."""
        return self._following

    def follow(self, on: bool) -> None:
        """Let a recording say what the settings are, or go back to a person's own."""
        self._followed, self._following = None, bool(on)

    def show_recorded(self, recorded: Recorded) -> tuple[tuple[Side, Side], ABChoice]:
        """What a recording says of this hop; gives it with the present mute, bypass and followed track. Cheap while
        nothing changes: for the hop's thread."""
        followed = self._followed = self._with_own_transport(recorded.sides, recorded.choice)
        return followed.sides, followed.choice

    def _with_own_transport(self, of: tuple[Side, ...], choice: ABChoice) -> _Followed:
        own = self._shown.params
        transport = tuple(parameters.get(own, path) for path in TRANSPORT)
        before = self._followed
        if before is not None and before.of is of and before.transport == transport:
            return before if before.choice is choice else replace(before, choice=choice)
        sides = tuple(Side(with_transport(side.params, own), side.designs) for side in of)
        return _Followed(of, (sides * 2)[:2], choice, transport)

    def _now(self) -> _Followed | None:
        followed = self._followed
        if followed is None or not self._following:
            return None
        self._followed = followed = self._with_own_transport(followed.of, followed.choice)
        return followed

    def adopt(self) -> None:
        """What a followed recording says becomes a person's own, one step on each side; it is followed no more."""
        with self._changing:
            followed = self._now()
            self.follow(False)
            if followed is None:
                return
            for history, side in zip(self._sides, followed.sides):
                history.replace(with_transport(side.params, history.params), label="Settings of the recording")
            self._choice = replace(followed.choice, heard=followed.choice.shown)

    # ---- changes ---------------------------------------------------------------------------------------------

    def set(self, values: dict[str, Any], gesture: object | None = None) -> bool:
        """See `ParameterHistory.set`."""
        with self._changing:
            if not set(values) <= set(TRANSPORT):
                parameters.replace(self.params, values)  # what is not valid changes nothing
                self.adopt()
            changed = self._shown.set(values, gesture)
            self._share_transport()
            return changed

    def replace(self, after: Params, gesture: object | None = None, label: str | None = None) -> bool:
        """See `ParameterHistory.replace`."""
        with self._changing:
            self.adopt()
            changed = self._shown.replace(after, gesture, label)
            self._share_transport()
            return changed

    def undo(self) -> Step | None:
        """See `ParameterHistory.undo`; a recording is followed no more."""
        with self._changing:
            self.follow(False)
            return self._shown.undo()

    def redo(self) -> Step | None:
        """See `ParameterHistory.redo`; a recording is followed no more."""
        with self._changing:
            self.follow(False)
            return self._shown.redo()

    def __getattr__(self, name: str) -> Any:
        # What else a history offers.
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._shown, name)

    def replace_side(self, number: int, after: Params, label: str) -> bool:
        """Take a whole tree on one side as one undo step of it; transport stays."""
        with self._changing:
            self.adopt()
            history = self._sides[number]
            return history.replace(with_transport(after, history.params), label=label)

    def _share_transport(self) -> None:
        shown = self._choice.shown
        self._sides[1 - shown].share(self._sides[shown].params)

    def differences(self) -> tuple[Difference, ...]:
        """What differs between A and B, in the order of the parameters."""
        a, b = self.params_of(0), self.params_of(1)
        return tuple(
            Difference(
                path,
                parameters.entry(path).knob.label,
                *(parameters.as_text(path, parameters.get(side, path)) for side in (a, b)),
            )
            for path in parameters.differences(a, b)
            if path not in TRANSPORT
        )
