"""What interrupted the sound since its start: all of it counted, the newest of it kept."""

from __future__ import annotations

from collections import deque

from workbench.core.messages import Dropout

KEPT = 200
MACHINE = "processor"
"""The stage of a dropout for which the processor was taken away: neither the program's nor the sound server's."""


class DropoutLog:
    """Counts every dropout and keeps the newest, for a day in which there are more than anybody reads.

    Attributes
    ----------
    newest : the last `KEPT` of all, oldest first
    newest_own : the last `KEPT` of the program's own, whatever came from outside since
    noted, own, machine : how many there were: in all, the program's own, and those of a machine busy otherwise
    """

    def __init__(self) -> None:
        self.newest: deque[Dropout] = deque(maxlen=KEPT)
        self.newest_own: deque[Dropout] = deque(maxlen=KEPT)
        self.noted = self.own = self.machine = 0

    def note(self, dropout: Dropout) -> None:
        """One more."""
        self.newest.append(dropout)
        self.noted += 1
        if dropout.own:
            self.newest_own.append(dropout)
            self.own += 1
        elif dropout.stage == MACHINE:
            self.machine += 1
