"""How much work a design may be: while a slider is dragged a draft is enough, and one that nobody waits for any more
ends at its next step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


class Outdated(Exception):
    """The design is no longer wanted; nothing was made."""


def _wanted() -> bool:
    return False


@dataclass(frozen=True)
class Effort:
    """Two are equal where they lead to the same filters.

    draft : bool
        Fewer frequencies and rounds: within a few tenths of a decibel of the design itself, for less of the work.
    outdated : callable
        Asked between steps; True ends the work with `Outdated`. Caches keep it: it should hold on to little.
    """

    draft: bool = False
    outdated: Callable[[], bool] = field(default=_wanted, compare=False, repr=False)

    def step(self) -> None:
        """Between two steps. Raises Outdated."""
        if self.outdated():
            raise Outdated


EXACT = Effort()
