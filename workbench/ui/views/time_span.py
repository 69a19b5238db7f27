"""The part of a long recording that a timeline shows: zoomed, scrolled, followed."""

from __future__ import annotations

import math

SHORTEST_S = 0.5
_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)


def clock(time_s: float, decimals: int = 0) -> str:
    """ "1:02:03.4" from an hour on, else "2:03.4"."""
    unit = 10**decimals
    ticks = max(0, math.floor(time_s * unit + 1e-6))
    whole, part = divmod(ticks, unit)
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    text = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
    return f"{text}.{part:0{decimals}d}" if decimals else text


class TimeSpan:
    """What is seen of `duration_s` seconds; never beyond them, and never less than SHORTEST_S."""

    def __init__(self, duration_s: float = 0.0):
        self.set_duration(duration_s)

    def set_duration(self, duration_s: float) -> None:
        """Another recording: all of it is seen."""
        self.duration_s = max(0.0, duration_s)
        self.begin_s, self.end_s = 0.0, self.duration_s

    @property
    def length_s(self) -> float:
        """How much is seen."""
        return self.end_s - self.begin_s

    @property
    def whole(self) -> bool:
        """Everything is seen."""
        return self.length_s >= self.duration_s * (1 - 1e-9)

    def x(self, time_s, width: float):
        """Place of a time (a number or an array) on an axis so wide."""
        return (time_s - self.begin_s) / max(self.length_s, 1e-9) * width

    def time(self, x: float, width: float) -> float:
        """Time at a place, inside the recording."""
        return min(max(self.begin_s + x / max(width, 1) * self.length_s, 0.0), self.duration_s)

    def zoom(self, factor: float, around_s: float) -> None:
        """See `factor` times as much; what lies at `around_s` stays where it is."""
        length_s = min(max(self.length_s * factor, min(SHORTEST_S, self.duration_s)), self.duration_s)
        share = (around_s - self.begin_s) / max(self.length_s, 1e-9)
        self._place(around_s - min(max(share, 0.0), 1.0) * length_s, length_s)

    def scroll(self, share: float) -> None:
        """Move by this part of what is seen."""
        self._place(self.begin_s + share * self.length_s, self.length_s)

    def show(self, time_s: float) -> bool:
        """Move so that a time is seen, if it is not; whether that was needed."""
        if self.begin_s <= time_s <= self.end_s:
            return False
        self._place(time_s - 0.1 * self.length_s, self.length_s)
        return True

    def _place(self, begin_s: float, length_s: float) -> None:
        self.begin_s = min(max(begin_s, 0.0), max(self.duration_s - length_s, 0.0))
        self.end_s = min(self.begin_s + length_s, self.duration_s)

    def marks(self, most: int) -> list[float]:
        """Round times in what is seen, at most so many."""
        if self.length_s <= 0:
            return []
        step = next((step for step in _STEPS_S if self.length_s / step <= most), _STEPS_S[-1])
        first = math.ceil(self.begin_s / step - 1e-9)
        return [step * number for number in range(first, math.floor(self.end_s / step + 1e-9) + 1)]
