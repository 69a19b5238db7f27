"""What the source map shows and what a person holds on it: no painting, no events."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.core.geometry import mirror_azimuth_rad, wrap_deg
from workbench.core.messages import Localization, TalkerTruth, Track
from workbench.ui import painting
from workbench.ui.views import map_marks

TAIL_S = 3.0
HOLD_S = 0.5
"""How long a dragged value stays on screen while the engine has not answered with it."""


@dataclass(frozen=True)
class Drag:
    """What a press took hold of: number 0 is the beam, others are talkers, -1, -2, ... nulls.

    `moved` once anything was emitted.
    """

    number: int
    azimuth_deg: float
    distance_m: float
    moved: bool = False


class MapState:
    """Localization, beam, nulls, array and room as last told, and the drag that goes before them on the screen."""

    def __init__(self, clock: Callable[[], float]):
        self._clock = clock
        self.running = False
        self.stale = False
        self.srp, self.truth_shown = True, True
        self.movable = False
        self.mic_xyz_m: np.ndarray | None = None
        self.on_line = False
        self.room_xy_m: np.ndarray | None = None
        self.nulls_shown = False
        self.hand_nulls_deg: tuple[float, ...] = ()
        self.design_nulls_deg: tuple[float, ...] = ()
        self.localization: Localization | None = None
        self.engine_beam_deg: float | None = None
        self.following = 0
        self.drag: Drag | None = None
        self.held: dict[int, tuple[float, float, float]] = {}
        """Dropped values by number: azimuth, distance, until when they go before the engine's."""
        self.tails: dict[int, deque[tuple[float, float, float]]] = {}

    # ------------------------------------------------------------------------------------ what is told

    def show_localization(self, localization: Localization) -> None:
        """Take one update of the localizer."""
        last = self.localization
        if last is not None and localization.time_s < last.time_s:
            self.tails.clear()
        self.localization = localization
        self.stale = False
        self._extend_tails(localization)
        held = self.held.items()
        self.held = {n: hold for n, hold in held if not self._answered(n, hold, localization.truth)}

    def _answered(self, number: int, hold: tuple[float, float, float], truth: Sequence[TalkerTruth]) -> bool:
        azimuth_rad, distance_m, until = hold
        if self._clock() >= until or not 0 < number <= len(truth):
            return True
        there = truth[number - 1]
        return abs(there.distance_m - distance_m) < 0.05 and abs(there.azimuth_rad - azimuth_rad) < math.radians(0.5)

    def _extend_tails(self, localization: Localization) -> None:
        for track in localization.tracks:
            tail = self.tails.setdefault(track.number, deque())
            if not tail or localization.time_s > tail[-1][0]:
                tail.append((localization.time_s, track.azimuth_rad, track.distance_m))
        heard = {track.number for track in localization.tracks}
        self.tails = {number: tail for number, tail in self.tails.items() if number in heard}
        for tail in self.tails.values():
            while localization.time_s - tail[0][0] > TAIL_S:
                tail.popleft()

    def show_beam(self, azimuth_rad: float, following: int) -> bool:
        """Take where the beam points; whether anything is new."""
        azimuth_deg = math.degrees(azimuth_rad)
        held = self.held.get(0)
        if held is not None and self._clock() < held[2] and abs(wrap_deg(azimuth_deg - held[0])) > 0.05:
            azimuth_deg = held[0]
        else:
            self.held.pop(0, None)
        if (azimuth_deg, following) == (self.engine_beam_deg, self.following):
            return False
        self.engine_beam_deg, self.following = azimuth_deg, following
        return True

    def set_array(self, mic_xyz_m: np.ndarray | None) -> None:
        """Take the microphones' places."""
        self.mic_xyz_m = None if mic_xyz_m is None else np.array(mic_xyz_m, dtype=float).reshape(-1, 3)
        # On its own axis even a line has no mirror, so two directions are asked.
        some = self.mic_xyz_m is not None and len(self.mic_xyz_m) > 0
        self.on_line = some and any(mirror_azimuth_rad(self.mic_xyz_m, at) is not None for at in (0.0, 1.0))

    def show_designed_nulls(self, nulls_rad: Sequence[float]) -> None:
        """Take the nulls that the beam's design holds."""
        self.design_nulls_deg = tuple(round(wrap_deg(math.degrees(null_rad)), 1) for null_rad in nulls_rad)

    def clear(self) -> None:
        """Forget what was heard."""
        self.localization = None
        self.tails.clear()
        self.held.clear()
        self.stale = False

    def hold(self, number: int, azimuth: float, distance_m: float) -> None:
        """Keep a dropped value on the screen until the engine answers: degrees for the beam, radians for a talker."""
        self.held[number] = (azimuth, distance_m, self._clock() + HOLD_S)

    # ------------------------------------------------------------------------------------ what is true on the screen

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The talkers heard."""
        return self.localization.tracks if self.localization is not None else ()

    @property
    def nulls_deg(self) -> tuple[float, ...]:
        """Where the diamonds stand: those placed by hand, else those that the design holds; none without LCMV."""
        if not self.nulls_shown:
            return ()
        nulls_deg = self.hand_nulls_deg or self.design_nulls_deg
        if self.drag is not None and self.drag.number < 0 and -self.drag.number <= len(nulls_deg):
            moved = list(nulls_deg)
            moved[-self.drag.number - 1] = self.drag.azimuth_deg
            return tuple(moved)
        return nulls_deg

    @property
    def mirror_deg(self) -> float | None:
        """The direction that an array on a line hears as it hears the beam's."""
        if self.beam_deg is None or not self.on_line:
            return None
        mirror_rad = mirror_azimuth_rad(self.mic_xyz_m, math.radians(self.beam_deg))
        return None if mirror_rad is None else math.degrees(mirror_rad)

    @property
    def error_text(self) -> str:
        """How far the tracks are from the true positions, or nothing."""
        if self.localization is None or not self.truth_shown:
            return ""
        errors = map_marks.track_errors_rad(self.localization.tracks, self.localization.truth)
        parts = [f"T{number} {painting.number(math.degrees(error), 1)}°" for number, error in errors.items()]
        return f"error {', '.join(parts)}" if parts else ""

    @property
    def beam_deg(self) -> float | None:
        """Where the handle stands, None before the first `show_beam`."""
        return self.drag.azimuth_deg if self.drag is not None and self.drag.number == 0 else self.engine_beam_deg

    @property
    def message(self) -> str:
        """The empty state's sentence, or nothing."""
        heard = self.localization is not None and bool(self.localization.tracks)
        return "" if heard or not self.running else "No talkers heard."

    def truths(self) -> list[tuple[int, float, float, bool]]:
        """(number, azimuth_rad, distance_m, active) of each true position that is shown, as dragged or held."""
        if self.localization is None or not self.truth_shown:
            return []
        result = []
        for number, talker in enumerate(self.localization.truth, start=1):
            azimuth_rad, distance_m = talker.azimuth_rad, talker.distance_m
            if self.drag is not None and self.drag.number == number:
                azimuth_rad, distance_m = math.radians(self.drag.azimuth_deg), self.drag.distance_m
            elif number in self.held:
                azimuth_rad, distance_m, _ = self.held[number]
            result.append((number, azimuth_rad, distance_m, talker.active))
        return result

    def grip(self, target: int, rim_m: float) -> Drag:
        """The drag that begins where a target stands now."""
        if target == 0:
            return Drag(0, float(self.engine_beam_deg), rim_m)
        if target < 0:
            return Drag(target, self.nulls_deg[-target - 1], rim_m)
        talker = self.localization.truth[target - 1]
        azimuth_rad, distance_m = talker.azimuth_rad, talker.distance_m
        if target in self.held:
            azimuth_rad, distance_m, _ = self.held[target]
        return Drag(target, math.degrees(azimuth_rad), distance_m)
