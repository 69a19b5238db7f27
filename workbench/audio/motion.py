"""How a talker of the simulated room moves: along its path, or after the hand that drags it."""

from __future__ import annotations

import math

import numpy as np

from workbench.audio.scene import Scene
from workbench.audio.scene_parts import Arc, Talker
from workbench.core.geometry import wrap_rad

_APPROACH_S = 0.15
_FASTEST_RAD_S = math.radians(240.0)
_FASTEST_M_S = 4.0
_ARRIVED_RAD = math.radians(0.05)
_ARRIVED_M = 0.002


class Route:
    """Where a talker's path leads, over the time spent on it; it repeats for ever."""

    def __init__(self, talker: Talker):
        path = talker.path
        self._polar = path is None or isinstance(path, Arc)
        if path is None:
            corners, speed, rest_s, start_s = [[math.radians(talker.azimuth_deg), talker.distance_m]], 1.0, 0.0, 0.0
        elif isinstance(path, Arc):
            ends = [[math.radians(end), talker.distance_m] for end in (path.from_deg, path.to_deg)]
            corners, speed, rest_s = [ends[0], ends[1], ends[0]], math.radians(path.speed_deg_s), path.rest_s
            start_s = (talker.azimuth_deg - path.from_deg) / path.speed_deg_s
        else:
            places = [(talker.azimuth_deg, talker.distance_m), *path.points]
            way = [[r * math.cos(math.radians(deg)), r * math.sin(math.radians(deg))] for deg, r in places]
            corners = [*way, way[0]] if path.closed else [*way, *way[-2::-1]]
            speed, rest_s, start_s = path.speed_m_s, path.rest_s, 0.0
        corners = np.array(corners, dtype=float)
        moving_s = np.hypot(*np.diff(corners, axis=0).T) / speed
        # Each corner but the first stands twice: reached, and left after the rest.
        time_s = np.concatenate([[0.0], np.cumsum(np.stack([moving_s, np.full_like(moving_s, rest_s)], axis=1))])
        self._time_s = time_s
        self._corners = np.repeat(corners, 2, axis=0)[1:]
        self.start_s = start_s
        self.period_s = float(time_s[-1])

    def at(self, time_s: float) -> tuple[float, float]:
        """(azimuth_rad, distance_m) after that long on the way."""
        moment = (time_s + self.start_s) % self.period_s if self.period_s > 0 else 0.0
        first, second = (float(np.interp(moment, self._time_s, self._corners[:, axis])) for axis in (0, 1))
        if self._polar:
            return wrap_rad(first), second
        return math.atan2(second, first), math.hypot(first, second)

    def places(self, step_s: float, most: int = 2000) -> list[tuple[float, float]]:
        """Places along one period, in order, from the start."""
        steps = min(most, int(self.period_s / step_s) + 1) if self.period_s else 1
        return [self.at(step * self.period_s / steps) for step in range(steps)]


class Motion:
    """Position of one talker over time, seen from the array: `azimuth_rad` and `distance_m` (horizontal)."""

    def __init__(self, talker: Talker, scene: Scene, array_radius_m: float):
        self._scene = scene
        self._array_radius_m = array_radius_m
        self.route = Route(talker)
        self._time_s = 0.0
        self._walking = talker.walking and talker.path is not None
        self._target: tuple[float, float] | None = None
        self._dragged = False
        self.azimuth_rad, self.distance_m = self.route.at(0.0)

    @property
    def dragged(self) -> bool:
        """Away from its path: dragged, or on the way back."""
        return self._dragged or self._target is not None

    @property
    def held(self) -> bool:
        """Dragged, and not yet told to return."""
        return self._dragged

    @property
    def place(self) -> tuple[float, float]:
        """(azimuth_rad, distance_m)."""
        return self.azimuth_rad, self.distance_m

    def drag(self, azimuth_rad: float, distance_m: float) -> tuple[float, float]:
        """Leave the path for the nearest possible place to the given one, which is returned."""
        self._target = self._scene.nearest_place(azimuth_rad, distance_m, self._array_radius_m)
        self._dragged = True
        return self._target

    def release(self) -> None:
        """Return to the path, or to where the scene put a still talker."""
        self._dragged = False
        self._target = self.route.at(self._time_s)

    def change(self, before: Talker, talker: Talker, scene: Scene, array_radius_m: float) -> None:
        """Go on in a changed scene: a new path is walked to, a place that is gone is left for the nearest."""
        self._scene, self._array_radius_m = scene, array_radius_m
        self._walking = talker.walking and talker.path is not None
        old, new = ((who.azimuth_deg, who.distance_m, who.path) for who in (before, talker))
        if old != new:
            self.route, self._time_s = Route(talker), 0.0
            self.release()
        elif self._target is not None or self._dragged:
            self._target = scene.nearest_place(*(self._target or self.place), array_radius_m)

    def advance(self, step_s: float) -> None:
        """Move on by `step_s` seconds."""
        if self._target is None:
            if self._walking and not self._dragged:
                self._time_s += step_s
                self.azimuth_rad, self.distance_m = self.route.at(self._time_s)
            return
        azimuth_rad, distance_m = self._target
        share = 1 - math.exp(-step_s / _APPROACH_S)
        turn = wrap_rad(azimuth_rad - self.azimuth_rad)
        away = distance_m - self.distance_m
        if abs(turn) < _ARRIVED_RAD and abs(away) < _ARRIVED_M:
            self.azimuth_rad, self.distance_m = azimuth_rad, distance_m
            self._target = None
            return
        turn = max(-_FASTEST_RAD_S * step_s, min(_FASTEST_RAD_S * step_s, share * turn))
        away = max(-_FASTEST_M_S * step_s, min(_FASTEST_M_S * step_s, share * away))
        self.azimuth_rad, self.distance_m = self._scene.nearest_place(
            wrap_rad(self.azimuth_rad + turn), self.distance_m + away, self._array_radius_m
        )
