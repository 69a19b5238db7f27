"""Where each tracked talker was, on a recording's own clock: what is learnt later tells where an earlier sound was."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.core.geometry import wrap_rad
from workbench.core.messages import Track

LEAD_S = 0.25
"""A talker is heard this long before the middle of the first half second that gave the direction."""
MISSED_UPDATES = 5
"""A track that is absent so often has ended; one that was crowded out for a moment goes on."""


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A talker at one update: `azimuth_rad` goes on beyond ±π where the talker walked past it."""

    time_s: float
    azimuth_rad: float
    distance_m: float | None
    confidence: float
    active: bool


@dataclass(slots=True)
class TalkerPath:
    """One track. `begin_s` is when its talker began to speak; `ended` when no more is to come."""

    number: int
    begin_s: float
    points: list[Waypoint] = field(default_factory=list)
    ended: bool = False
    missed: int = 0

    @property
    def end_s(self) -> float:
        """Time of the last waypoint; the path may go on."""
        return self.points[-1].time_s

    def azimuth_rad(self, time_s: float) -> float:
        """Direction at a time, in (-π, π]: between waypoints on the shorter way, before and after them as there."""
        after = bisect_right(self.points, time_s, key=lambda point: point.time_s)
        if after == 0:
            return wrap_rad(self.points[0].azimuth_rad)
        left = self.points[after - 1]
        if after == len(self.points):
            return wrap_rad(left.azimuth_rad)
        right = self.points[after]
        share = (time_s - left.time_s) / max(right.time_s - left.time_s, 1e-9)
        return wrap_rad(left.azimuth_rad + share * (right.azimuth_rad - left.azimuth_rad))

    def silent_s(self, time_s: float) -> float:
        """How long nobody was heard there, as far as is known."""
        heard = [point.time_s for point in self.points if point.active]
        return time_s - heard[-1] if heard else math.inf


class PathBook:
    """Takes the localizer's updates and keeps the path of every track that is still of use."""

    def __init__(self) -> None:
        self.paths: dict[int, TalkerPath] = {}

    def take(self, tracks: Sequence[Track], time_s: float) -> None:
        """One update: all tracks that there are, and its time on the recording's clock."""
        present = {track.number for track in tracks}
        for number, path in self.paths.items():
            path.missed = 0 if number in present else path.missed + 1
            path.ended = path.ended or path.missed >= MISSED_UPDATES
        for track in tracks:
            path = self.paths.get(track.number)
            if path is None:
                path = self.paths[track.number] = TalkerPath(track.number, max(0.0, time_s - track.age_s - LEAD_S))
            azimuth_rad = track.azimuth_rad
            if path.points:
                if time_s <= path.end_s:  # the source jumped back; the recording goes on
                    continue
                before_rad = path.points[-1].azimuth_rad
                azimuth_rad = before_rad + wrap_rad(azimuth_rad - before_rad)
            path.points.append(Waypoint(time_s, azimuth_rad, track.distance_m, track.confidence, track.active))

    def forget_before(self, time_s: float) -> None:
        """Let go of what no later sound needs: paths that ended, and waypoints but the last before a time."""
        for number in [n for n, path in self.paths.items() if path.ended and path.end_s < time_s]:
            del self.paths[number]
        for path in self.paths.values():
            keep = bisect_right(path.points, time_s, key=lambda point: point.time_s) - 1
            if keep > 0:
                del path.points[:keep]
