"""A and B, the points of the chain that can be heard, and blind listening."""

from __future__ import annotations

from workbench.core.params import Params
from workbench.ui.bridge.state import BridgeState


class CompareCommands(BridgeState):
    """Two settings beside each other."""

    @property
    def ab(self):
        """How A and B stand to each other (ABState)."""
        return self.session.ab.state

    @property
    def differences(self) -> tuple:
        """What differs between A and B (Difference)."""
        return self.session.ab.differences()

    @property
    def other_side(self) -> tuple[Params, str]:
        """Parameters and name of the side that is not shown."""
        side = "b" if self.session.ab.side == "a" else "a"
        return self.session.ab.settings(side), side

    @property
    def taps(self) -> tuple[str, ...]:
        """Places of the chain that can be heard."""
        return self.session.ab.taps

    def choose_side(self, side: str) -> bool:
        """Show, edit and hear "a" or "b"."""
        return self._do(self.session.ab.choose, side)

    def copy_side(self, source: str, target: str) -> bool:
        """Make one side equal to the other."""
        return self._do(self.session.ab.copy, source, target)

    def swap_sides(self) -> bool:
        """Exchange A and B."""
        return self._do(self.session.ab.swap)

    def take_value(self, path: str, side: str) -> bool:
        """Give both sides the value that a parameter has on one."""
        return self._do(self.session.ab.take, path, side)

    def choose_tap(self, tap: str) -> bool:
        """Hear another place of the chain, see `core.ab.TAPS`."""
        return self._do(self.session.ab.choose_tap, tap)

    def set_matched(self, on: bool) -> bool:
        """Level A and B by their loudness."""
        return self._do(self.session.ab.set_matched, on)

    def freeze_match(self, on: bool) -> bool:
        """Keep the loudness offset as it is."""
        return self._do(self.session.ab.freeze, on)

    def play_blind(self, side: str | None) -> bool:
        """Hear a side while everything shown stays with the other; None ends it."""
        return self._do(self.session.ab.play, side)
