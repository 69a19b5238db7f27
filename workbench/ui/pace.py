"""How often the window repaints: as often as the display can show, as long as that leaves the processor alone.

On a large screen without a graphics processor one repaint of all views takes more than 10 ms. Sixty of them in a second
would keep most of a core busy, and the interpreter from the sound; so they come less often, in even steps.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

SHORTEST_MS, LONGEST_MS = 16, 31
"""About 60 repaints a second and a few more than 30."""
MOST_OF_A_CORE = 0.5
_SMOOTHING = 0.9
_HYSTERESIS_MS = 1.5
_LARGEST_COST_S = 0.1
"""Opening a panel takes longer once; that says nothing of repaints."""


class Pace:
    """Interval between repaints, from what they cost.

    Parameters
    ----------
    most : float
        Part of a core that may go into them, above 0.
    """

    def __init__(self, most: float = MOST_OF_A_CORE):
        self._most = most
        self._cost_s = 0.0
        self._before_s: float | None = None
        self.interval_ms = SHORTEST_MS

    def tick(self, thread_time_s: float) -> int:
        """Once for each repaint, with the thread's processor time so far; the interval to the next, in ms."""
        if self._before_s is not None:
            cost_s = min(thread_time_s - self._before_s, _LARGEST_COST_S)
            self._cost_s += (1 - _SMOOTHING) * (cost_s - self._cost_s)
        self._before_s = thread_time_s
        wanted_ms = min(max(1000 * self._cost_s / self._most, SHORTEST_MS), LONGEST_MS)
        if abs(wanted_ms - self.interval_ms) > _HYSTERESIS_MS or wanted_ms in (SHORTEST_MS, LONGEST_MS):
            self.interval_ms = round(wanted_ms)
        return self.interval_ms


class PacedTimer(QObject):
    """A timer of the GUI thread that calls at the pace of what the calls and the repaints after them cost.

    Parameters
    ----------
    call : called without arguments
    clock : gives the thread's processor time in s
    """

    def __init__(
        self,
        call: Callable[[], None],
        parent: QObject | None = None,
        clock: Callable[[], float] = time.thread_time,
    ):
        super().__init__(parent)
        self._call, self._clock = call, clock
        self._pace = Pace()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(SHORTEST_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Call from now on."""
        self._pace = Pace()
        self._timer.start(SHORTEST_MS)

    def stop(self) -> None:
        """Call no more."""
        self._timer.stop()

    def isActive(self) -> bool:
        """Whether it runs."""
        return self._timer.isActive()

    def interval(self) -> int:
        """Until the next call, in ms."""
        return self._timer.interval()

    def _tick(self) -> None:
        interval_ms = self._pace.tick(self._clock())
        if interval_ms != self._timer.interval():
            self._timer.setInterval(interval_ms)
        self._call()
