"""A and B under command: which side is shown and heard, at which tap, and how they stand to each other."""

from __future__ import annotations

from dataclasses import replace

from workbench.core import params as parameters
from workbench.core.ab import SIDES, TAPS, ABState, Difference
from workbench.core.errors import InputError
from workbench.core.params import Params
from workbench.engine.ab_lanes import differing_groups
from workbench.engine.ab_settings import SideHistory, side_number
from workbench.engine.chain import Chain
from workbench.engine.stages import GROUPS


class ABControl:
    """A and B under command; from any thread, and nothing waits.

    Parameters
    ----------
    history : SideHistory
    """

    def __init__(self, history: SideHistory):
        self._history = history
        self._chain: Chain | None = None

    def attach(self, chain: Chain | None) -> None:
        """The chain that runs now, None when none does: it knows what is shared and how loud the sides are."""
        self._chain = chain

    @property
    def side(self) -> str:
        """The side that is shown and edited."""
        return SIDES[self._history.choice.shown]

    @property
    def heard(self) -> str:
        """The side that is heard; another than `side` only in a blind comparison."""
        return SIDES[self._history.choice.heard]

    def choose(self, side: str) -> None:
        """Show, edit and hear a side. Raises InputError."""
        number = side_number(side)
        self._history.choice = replace(self._history.choice, shown=number, heard=number)

    def play(self, side: str | None) -> None:
        """Hear a side blindly: what is shown stays with the shown side. None: hear that again. Raises InputError."""
        choice = self._history.choice
        heard = choice.shown if side is None else side_number(side)
        self._history.choice = replace(choice, heard=heard)

    def settings(self, side: str) -> Params:
        """A side's parameters. Raises InputError."""
        return self._history.params_of(side_number(side))

    def replace(self, side: str, params: Params, label: str) -> bool:
        """Give a side other parameters, as one undo step of it; False when nothing differs. Raises InputError."""
        return self._history.replace_side(side_number(side), params, label)

    def copy(self, source: str, target: str) -> None:
        """Make the target equal to the source, as one undo step of the target. Raises InputError."""
        self.replace(target, self.settings(source), f"Copy {source.upper()} to {target.upper()}")

    def swap(self) -> None:
        """Exchange A and B: one undo step on each."""
        a, b = self.settings("a"), self.settings("b")
        self.replace("a", b, "Swap A and B")
        self.replace("b", a, "Swap A and B")

    def differences(self) -> tuple[Difference, ...]:
        """What differs between A and B."""
        return self._history.differences()

    def take(self, path: str, side: str) -> None:
        """Give both sides the value that a parameter has on one: an undo step of the other. Raises InputError."""
        other = SIDES[1 - side_number(side)]
        value = parameters.get(self.settings(side), path)
        label = f"{parameters.entry(path).knob.label} of {side.upper()}"
        self.replace(other, parameters.replace(self.settings(other), {path: value}), label)

    @property
    def taps(self) -> tuple[str, ...]:
        """Taps that the running chain has."""
        return self._chain.taps if self._chain is not None else TAPS

    def choose_tap(self, tap: str) -> None:
        """Hear another place of the chain. Raises InputError."""
        if tap not in self.taps:
            raise InputError(f"{tap!r} cannot be heard here: there are {', '.join(self.taps)}")
        self._history.choice = replace(self._history.choice, tap=tap)

    def set_matched(self, on: bool) -> None:
        """Level the sides by their loudness, or not."""
        self._history.choice = replace(self._history.choice, matched=bool(on))

    def freeze(self, on: bool) -> None:
        """Keep the loudness offset as it is, or let it follow again."""
        self._history.choice = replace(self._history.choice, frozen=bool(on))

    @property
    def state(self) -> ABState:
        """How things are now."""
        choice, chain = self._history.choice, self._chain
        known = ABState(SIDES[choice.shown], choice.tap, choice.matched, choice.frozen, shared=self._equal())
        if chain is None or chain.match is None:
            return known
        match = chain.match
        gains_db, lufs = match.gains_db if choice.matched else (0.0, 0.0), match.lufs
        return replace(
            known,
            gain_a_db=gains_db[0],
            gain_b_db=gains_db[1],
            lufs_a=lufs[0],
            lufs_b=lufs[1],
            measured_s=match.measured_s,
        )

    def _equal(self) -> tuple[str, ...]:
        """Groups of stages that both sides share."""
        shared = []
        for group, differs in zip(GROUPS, differing_groups(self.settings("a"), self.settings("b"))):
            if differs:
                break
            shared.append(group)
        return tuple(shared)
