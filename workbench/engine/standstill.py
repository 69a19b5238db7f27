"""Time in which the computer slept, or the whole program was halted: nobody's hop was late then."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

SLEPT_S = 1.0
"""Clocks that count sleep and those that do not differ by their adjustments too: by far less than this."""
AT_ONCE_S = 0.05
"""Two clocks are read at one moment if that takes no longer."""
HALTED_S = 0.5
"""A look that comes later than this after the one before ..."""
IDLE_PART = 0.2
"""... while all threads together used less of a processor than this part of it: nobody held the others up."""


@dataclass(frozen=True, slots=True)
class Standstill:
    """A time in which nothing ran. `slept`: the computer; else the program alone."""

    seconds: float
    slept: bool

    @property
    def words(self) -> str:
        """As a sentence without its full stop."""
        whose = "the computer slept" if self.slept else "the whole program was halted"
        return f"{whose} for {duration(self.seconds)}"


def duration(seconds: float) -> str:
    """3.2 s, 12 min, 7.5 h"""
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def sleep_s() -> float:
    """How long the computer has slept since it was started; 0 where the system does not tell.

    What is compared are clocks that nobody can set: with the time of day a changed clock would look like sleep.
    """
    with_sleep = getattr(time, "CLOCK_BOOTTIME", None)  # Linux
    without = time.CLOCK_MONOTONIC if with_sleep is not None else None
    if with_sleep is None and hasattr(time, "CLOCK_UPTIME_RAW"):  # macOS
        with_sleep, without = time.CLOCK_MONOTONIC, time.CLOCK_UPTIME_RAW
    if with_sleep is None or without is None:
        return 0.0
    for _ in range(5):  # a thread that loses the processor between the two readings would take that for sleep
        before_s = time.clock_gettime(without)
        slept_s = time.clock_gettime(with_sleep) - before_s
        if time.clock_gettime(without) - before_s < AT_ONCE_S:
            break
    return slept_s


class StandstillWatch:
    """Notices standstills. Call `look` from the thread that moves the hops, at least ten times a second.

    Parameters
    ----------
    slept_s, clock_s, used_s : for tests: how long the computer has slept in all, a clock that cannot be set, and the
        processor time that all threads have used
    """

    def __init__(
        self,
        slept_s: Callable[[], float] = sleep_s,
        clock_s: Callable[[], float] = time.monotonic,
        used_s: Callable[[], float] = time.process_time,
    ):
        self._slept_s, self._clock_s, self._used_s = slept_s, clock_s, used_s
        self._before: tuple[float, float, float] | None = None

    def look(self) -> Standstill | None:
        """The standstill since the look before, if there was one. Takes about a microsecond."""
        now = self._slept_s(), self._clock_s(), self._used_s()
        before, self._before = self._before, now
        if before is None:
            return None
        slept_s, passed_s, used_s = (one - other for one, other in zip(now, before))
        if slept_s > SLEPT_S:
            return Standstill(slept_s, slept=True)
        if passed_s > HALTED_S and used_s < IDLE_PART * passed_s:
            return Standstill(passed_s, slept=False)
        return None
