"""How a talker of the simulated room moves: along its arc, or after the hand that drags it."""

from __future__ import annotations

import math

from workbench.audio.scene import Scene, Talker
from workbench.core.geometry import wrap_rad

_APPROACH_S = 0.15
_FASTEST_RAD_S = math.radians(240.0)
_FASTEST_M_S = 4.0
_ARRIVED_RAD = math.radians(0.05)
_ARRIVED_M = 0.002


class Motion:
    """Position of one talker over time, seen from the array: `azimuth_rad` and `distance_m` (horizontal)."""

    def __init__(self, talker: Talker, scene: Scene, array_radius_m: float):
        self._path = talker.path
        self._scene = scene
        self._array_radius_m = array_radius_m
        self._own_distance_m = talker.distance_m
        self._own_azimuth_rad = math.radians(talker.azimuth_deg)
        self._travelled_deg = talker.azimuth_deg - talker.path.from_deg if talker.path else 0.0
        self._target: tuple[float, float] | None = None
        self._dragged = False
        self.azimuth_rad = wrap_rad(self._own_azimuth_rad)
        self.distance_m = talker.distance_m

    @property
    def dragged(self) -> bool:
        """Away from its path: dragged, or on the way back."""
        return self._dragged or self._target is not None

    def drag(self, azimuth_rad: float, distance_m: float) -> tuple[float, float]:
        """Leave the path for the nearest possible place to the given one, which is returned."""
        self._target = self._scene.nearest_place(azimuth_rad, distance_m, self._array_radius_m)
        self._dragged = True
        return self._target

    def release(self) -> None:
        """Return to the path, or to where the scene put a still talker."""
        self._dragged = False
        self._target = self._on_path()

    def _on_path(self) -> tuple[float, float]:
        if self._path is None:
            return wrap_rad(self._own_azimuth_rad), self._own_distance_m
        span = self._path.to_deg - self._path.from_deg
        folded = self._travelled_deg % (2 * span)
        return wrap_rad(math.radians(self._path.from_deg + min(folded, 2 * span - folded))), self._own_distance_m

    def advance(self, step_s: float) -> None:
        """Move on by `step_s` seconds."""
        if self._target is None:
            if self._path is not None and not self._dragged:
                self._travelled_deg += self._path.speed_deg_s * step_s
                self.azimuth_rad, self.distance_m = self._on_path()
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
