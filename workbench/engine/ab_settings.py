"""Two settings, A and B, each with its own undo, behind the interface of one `ParameterHistory`."""

from __future__ import annotations

from typing import Any

from workbench.core import params as parameters
from workbench.core.ab import SIDES, ABChoice, Difference
from workbench.core.errors import InputError
from workbench.core.params import Params
from workbench.engine.history import TRANSPORT, ParameterHistory


def side_number(side: str) -> int:
    """0 for "a", 1 for "b". Raises InputError."""
    if side not in SIDES:
        raise InputError(f"{side!r}: the sides are {' and '.join(SIDES)}")
    return SIDES.index(side)


class SideHistory:
    """Everything that a `ParameterHistory` has, for the shown side; what is transport is common to both sides."""

    def __init__(self, params: Params | None = None):
        self._sides = (ParameterHistory(params), ParameterHistory(params))
        self.choice = ABChoice()
        """What is shown and heard; replaced whole: any thread may read it."""

    def side(self, number: int) -> ParameterHistory:
        """The history of A (0) or B (1)."""
        return self._sides[number]

    @property
    def _shown(self) -> ParameterHistory:
        return self._sides[self.choice.shown]

    @property
    def params(self) -> Params:
        """The shown side's parameters."""
        return self._shown.params

    def set(self, values: dict[str, Any], gesture: object | None = None) -> bool:
        """See `ParameterHistory.set`."""
        changed = self._shown.set(values, gesture)
        self._share_transport()
        return changed

    def replace(self, after: Params, gesture: object | None = None, label: str | None = None) -> bool:
        """See `ParameterHistory.replace`."""
        changed = self._shown.replace(after, gesture, label)
        self._share_transport()
        return changed

    def __getattr__(self, name: str) -> Any:
        # Undo, redo and what else a history offers.
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._shown, name)

    def replace_side(self, number: int, after: Params, label: str) -> bool:
        """Take a whole tree on one side as one undo step of it; transport stays."""
        history = self._sides[number]
        return history.replace(_with_transport(after, history.params), label=label)

    def _share_transport(self) -> None:
        shown = self.choice.shown
        other = self._sides[1 - shown]
        shared = _with_transport(other.params, self._sides[shown].params)
        if shared != other.params:
            other.params = shared

    def differences(self) -> tuple[Difference, ...]:
        """What differs between A and B, in the order of the parameters."""
        a, b = (history.params for history in self._sides)
        return tuple(
            Difference(
                path,
                parameters.entry(path).knob.label,
                *(parameters.as_text(path, parameters.get(side, path)) for side in (a, b)),
            )
            for path in parameters.differences(a, b)
            if path not in TRANSPORT
        )


def _with_transport(params: Params, of: Params) -> Params:
    return parameters.replace(params, {path: parameters.get(of, path) for path in TRANSPORT})
