"""What the whole process costs: processor time, memory, and processor time that the host took away."""

from __future__ import annotations

import os
import time
from collections import deque
from dataclasses import dataclass

from workbench.core.system_files import text_of

_TICKS_PER_S = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def memory_mb() -> float:
    """Resident memory of this process; 0 where the system does not tell."""
    try:
        pages = int(text_of("/proc/self/statm").split()[1])
    except (OSError, IndexError, ValueError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def process_age_s() -> float:
    """Seconds since this process began, to 10 ms; NaN where the system does not tell."""
    try:
        ticks = int(text_of("/proc/self/stat").rpartition(")")[2].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / _TICKS_PER_S
    except (OSError, IndexError, ValueError, AttributeError):
        return float("nan")


def stolen_s() -> float:
    """Processor time of all cores that the virtual machine's host gave to others, since boot; 0 where unknown."""
    try:
        fields = text_of("/proc/stat").split("\n", 1)[0].split()
        return int(fields[8]) / _TICKS_PER_S
    except (OSError, IndexError, ValueError):
        return 0.0


def child_cpu_s() -> float:
    """Processor time of all children that still run (the audio processes); 0 where unknown."""
    total = 0
    try:
        for task in os.listdir("/proc/self/task"):
            for child in text_of(f"/proc/self/task/{task}/children").split():
                after_name = text_of(f"/proc/{child}/stat").rpartition(")")[2].split()
                total += int(after_name[11]) + int(after_name[12])
    except (OSError, IndexError, ValueError):
        return 0.0
    return total / _TICKS_PER_S


def stolen_by_core_s() -> tuple[float, ...]:
    """The same for each core."""
    try:
        lines = text_of("/proc/stat").split("\n")
        rows = (line.split() for line in lines if line.startswith("cpu") and line[3:4].isdigit())
        return tuple(int(row[8]) / _TICKS_PER_S for row in rows)
    except (OSError, IndexError, ValueError):
        return ()


class StolenMeter:
    """Processor time that was stolen within about the last half second; call `look` some ten times a second."""

    def __init__(self, kept: int = 6):
        self._seen: deque[tuple[float, ...]] = deque(maxlen=kept)

    def look(self) -> float:
        """Read the meter; what was stolen between the oldest kept reading and now, in s, of the core it hit most."""
        self._seen.append(stolen_by_core_s())
        return max((now - before for now, before in zip(self._seen[-1], self._seen[0])), default=0.0)


@dataclass(frozen=True)
class Reading:
    """The meters at one moment; a difference of two gives the cost of what lies between."""

    wall_s: float
    cpu_s: float
    stolen_s: float
    memory_mb: float

    @classmethod
    def now(cls) -> Reading:
        """Read all meters."""
        return cls(time.monotonic(), time.process_time() + child_cpu_s(), stolen_s(), memory_mb())

    def core_percent(self, later: Reading) -> float:
        """Processor time between this reading and a later one, in percent of one core."""
        return 100 * (later.cpu_s - self.cpu_s) / max(later.wall_s - self.wall_s, 1e-9)
