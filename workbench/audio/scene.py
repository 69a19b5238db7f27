"""Scenes of the simulated room: what stands where, and whether it can stand there.

All angles and distances of a scene are seen from the array's centre, in plan view: `azimuth_deg` as everywhere
(0 = ahead, + left), `distance_m` measured horizontally, `height_m` above the array's centre (0: same height).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from workbench.audio.scene_parts import NOISE_FIELDS, NOISE_KINDS, Arc, Mismatch, Noise, Talker, Walk
from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray, load_array, wrap_deg, wrap_rad

MAX_TALKERS = 8
MAX_NOISES = 8
WALL_MARGIN_M = 0.15
"""Nothing may stand nearer to a wall."""
ARRAY_MARGIN_M = 0.2
"""Nothing may stand nearer to the outermost microphone."""
FARTHEST_M = 15.0
"""Nothing may stand farther from the array."""
SIDE_RANGE_M = (1.0, 50.0)
RT60_MAX_S = 3.0
_WALK_STEP_M = 0.05
_SLACK_M = 2e-3
"""What rounding in a file may move somebody."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A shoebox room with an array, talkers and noises. `seed` fixes every random number of the scene.

    `size_m` is (x, y, z) with the origin in a lower corner; `array_xyz_m` the array's centre in it; `rt60_s` 0 is
    a room without reflections.

    Raises
    ------
    InputError
        Something that cannot be, or stands where it cannot stand; the message says what and where.
    """

    name: str
    size_m: tuple[float, float, float]
    rt60_s: float
    array: str
    array_xyz_m: tuple[float, float, float]
    talkers: tuple[Talker, ...] = ()
    noises: tuple[Noise, ...] = ()
    mismatch: Mismatch = field(default_factory=Mismatch)
    description: str = ""
    seed: int = 1
    folder: Path | None = field(default=None, compare=False)
    """Where the scene was read: files it names may lie beside it."""

    def __post_init__(self):
        _check(self)

    def load_array(self) -> MicrophoneArray:
        """The microphone array as its file says, positions relative to its centre."""
        return load_array(self.beside(self.array, ".toml"))

    def beside(self, name: str, suffix: str = "") -> str:
        """`name`, or the path of a file of that name beside the scene file."""
        if self.folder is not None and (name.endswith(suffix) or not suffix):
            path = self.folder / name
            if path.is_file():
                return str(path)
        return name

    def place(self, azimuth_rad: float, distance_m: float, height_m: float = 0.0) -> np.ndarray:
        """Room coordinates (3,) of a place given as seen from the array."""
        centre = np.asarray(self.array_xyz_m)
        offset = np.array([distance_m * math.cos(azimuth_rad), distance_m * math.sin(azimuth_rad), height_m])
        return centre + offset

    def nearest_place(self, azimuth_rad: float, distance_m: float, array_radius_m: float) -> tuple[float, float]:
        """The nearest (azimuth_rad, distance_m) at which somebody may stand: in the room and off the array."""
        return nearest_place(self.size_m, self.array_xyz_m, azimuth_rad, distance_m, array_radius_m)


def array_radius_m(array: MicrophoneArray) -> float:
    """Distance of the outermost microphone from the array's centre."""
    return float(np.linalg.norm(array.mic_xyz_m, axis=1).max())


def nearest_place(size_m, array_xyz_m, azimuth_rad: float, distance_m: float, radius_m: float) -> tuple[float, float]:
    """See `Scene.nearest_place`."""
    centre = np.asarray(array_xyz_m[:2])
    low, high = WALL_MARGIN_M - centre, np.asarray(size_m[:2]) - WALL_MARGIN_M - centre
    direction = np.array([math.cos(azimuth_rad), math.sin(azimuth_rad)])
    place = np.clip(min(distance_m, FARTHEST_M) * direction, low, high)
    if math.hypot(*place) < radius_m + ARRAY_MARGIN_M:
        outwards = place / math.hypot(*place) if place.any() else direction
        place = np.clip((radius_m + ARRAY_MARGIN_M) * outwards, low, high)
    return math.atan2(place[1], place[0]), math.hypot(*place)


def _to_the_wall(size_m, array_xyz_m, azimuth_rad: float) -> float:
    """How far from the array somebody can stand in that direction."""
    reach_m = FARTHEST_M
    for at, side, toward in zip(array_xyz_m, size_m, (math.cos(azimuth_rad), math.sin(azimuth_rad)), strict=False):
        if abs(toward) > 1e-9:
            reach_m = min(reach_m, (side - WALL_MARGIN_M - at if toward > 0 else WALL_MARGIN_M - at) / toward)
    return reach_m


def resized(scene: Scene, size_m: tuple[float, float, float]) -> Scene:
    """The scene in a room of another size: the array where it was in proportion, everybody at the nearest place.

    Raises
    ------
    InputError
        The array does not fit into such a room.
    """
    share = np.asarray(scene.array_xyz_m) / np.asarray(scene.size_m)
    centre = tuple(float(round(at, 3)) for at in share * np.asarray(size_m))
    radius_m = array_radius_m(scene.load_array())
    low, high = WALL_MARGIN_M - centre[2], size_m[2] - WALL_MARGIN_M - centre[2]

    def fitted(azimuth_deg: float, distance_m: float) -> tuple[float, float]:
        azimuth_rad, used_m = nearest_place(size_m, centre, math.radians(azimuth_deg), distance_m, radius_m)
        turned_m = distance_m * abs(wrap_rad(azimuth_rad - math.radians(azimuth_deg)))
        if abs(used_m - distance_m) + turned_m < _SLACK_M:
            return azimuth_deg, distance_m
        return math.degrees(azimuth_rad), used_m

    def moved(part):
        azimuth_deg, distance_m = fitted(part.azimuth_deg, part.distance_m)
        height_m = min(max(part.height_m, low), high)
        if isinstance(getattr(part, "path", None), Arc):
            sweep = np.linspace(part.path.from_deg, part.path.to_deg, 181)
            reach_m = min(_to_the_wall(size_m, centre, math.radians(deg)) for deg in sweep)
            return replace(part, distance_m=min(part.distance_m, reach_m), height_m=height_m)
        part = replace(part, azimuth_deg=azimuth_deg, distance_m=distance_m, height_m=height_m)
        if isinstance(getattr(part, "path", None), Walk):
            part = replace(part, path=replace(part.path, points=tuple(fitted(*point) for point in part.path.points)))
        return part

    return replace(
        scene,
        size_m=tuple(size_m),
        array_xyz_m=centre,
        talkers=tuple(moved(talker) for talker in scene.talkers),
        noises=tuple(moved(noise) for noise in scene.noises),
    )


def _check(scene: Scene) -> None:
    low, high = SIDE_RANGE_M
    if not all(low <= side <= high for side in scene.size_m):
        raise InputError(f"room: size_m {list(scene.size_m)} needs three sides of {low:g} to {high:g} m")
    if not 0.0 <= scene.rt60_s <= RT60_MAX_S:
        raise InputError(f"room: rt60_s {scene.rt60_s:g} is outside 0…{RT60_MAX_S:g} s")
    if not all(
        WALL_MARGIN_M <= at <= side - WALL_MARGIN_M for at, side in zip(scene.array_xyz_m, scene.size_m, strict=True)
    ):
        raise InputError(f"array: xyz_m {list(scene.array_xyz_m)} is not inside the room {list(scene.size_m)} m")
    if len(scene.talkers) > MAX_TALKERS:
        raise InputError(f"{len(scene.talkers)} talkers; at most {MAX_TALKERS} are supported")
    if len(scene.noises) > MAX_NOISES:
        raise InputError(f"{len(scene.noises)} noises; at most {MAX_NOISES} are supported")
    array = scene.load_array()
    radius_m = array_radius_m(array)
    names = [talker.name for talker in scene.talkers]
    for number, talker in enumerate(scene.talkers, start=1):
        where = f"talker {number} ({talker.name})"
        if names.index(talker.name) != number - 1:
            raise InputError(f"{where}: talker {names.index(talker.name) + 1} has the same name")
        for azimuth_deg, distance_m in _ways(talker, where):
            _check_place(scene, azimuth_deg, distance_m, talker.height_m, radius_m, where)
        if talker.pause_s < 0 or talker.start_s < 0:
            raise InputError(f"{where}: pause_s and start_s must not be negative")
        if abs(talker.level_db) > 40:
            raise InputError(f"{where}: level_db {talker.level_db:g} is outside -40…40 dB")
    for number, noise in enumerate(scene.noises, start=1):
        _check_noise(scene, noise, radius_m, f"noise {number} ({noise.kind})")
    _check_mismatch(scene.mismatch, array.mics)


def _ways(talker: Talker, where: str) -> list[tuple[float, float]]:
    """Places (azimuth_deg, distance_m) that a talker passes, close enough together to check them all."""
    here = (talker.azimuth_deg, talker.distance_m)
    path = talker.path
    if path is None:
        return [here]
    if not 0 <= path.rest_s <= 600:
        raise InputError(f"{where}: rest_s {path.rest_s:g} is outside 0…600 s")
    if isinstance(path, Arc):
        _check_arc(talker, where)
        return [here, *((float(deg), talker.distance_m) for deg in np.linspace(path.from_deg, path.to_deg, 181))]
    if not path.points:
        raise InputError(f"{where}: a path of straight lines needs at least one point [azimuth_deg, distance_m]")
    if not 0 < path.speed_m_s <= 10:
        raise InputError(f"{where}: speed_m_s {path.speed_m_s:g} is outside 0…10 m/s")
    corners = np.array([here, *path.points, *([here] if path.closed else [])])
    angle = np.radians(corners[:, 0])
    corners = corners[:, 1:] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    ways = [here, *path.points]
    for start, end in pairwise(corners):
        steps = int(np.hypot(*(end - start)) / _WALK_STEP_M) + 2
        for x, y in start + np.linspace(0, 1, steps)[:, None] * (end - start):
            ways.append((math.degrees(math.atan2(y, x)), math.hypot(x, y)))
    return ways


def _check_arc(talker: Talker, where: str) -> None:
    arc = talker.path
    if arc.from_deg >= arc.to_deg or arc.to_deg - arc.from_deg > 360:
        raise InputError(f"{where}: path needs from_deg < to_deg, at most a turn apart")
    if not arc.from_deg <= talker.azimuth_deg <= arc.to_deg:
        raise InputError(
            f"{where}: azimuth_deg {talker.azimuth_deg:g} is not on its path ({arc.from_deg:g}…{arc.to_deg:g}°)"
        )
    if not 0 < arc.speed_deg_s <= 180:
        raise InputError(f"{where}: speed_deg_s {arc.speed_deg_s:g} is outside 0…180 °/s")


def _check_place(
    scene: Scene, azimuth_deg: float, distance_m: float, height_m: float, radius_m: float, where: str
) -> None:
    seen = f"at azimuth {wrap_deg(azimuth_deg):.4g}°, {distance_m:.3g} m"
    if not distance_m > 0 or math.hypot(distance_m, height_m) < radius_m + ARRAY_MARGIN_M - _SLACK_M:
        raise InputError(f"{where} {seen} is on the array: keep {radius_m + ARRAY_MARGIN_M:.2f} m from its centre")
    if distance_m > FARTHEST_M + _SLACK_M:
        raise InputError(f"{where} {seen} is too far away: at most {FARTHEST_M:g} m")
    place = scene.place(math.radians(azimuth_deg), distance_m, height_m)
    margin = WALL_MARGIN_M - _SLACK_M
    if not all(margin <= at <= side - margin for at, side in zip(place, scene.size_m, strict=True)):
        raise InputError(
            f"{where} {seen} is in a wall or outside the room of {' × '.join(f'{side:g}' for side in scene.size_m)} m "
            f"(keep {WALL_MARGIN_M} m off the walls)"
        )


def _check_noise(scene: Scene, noise: Noise, radius_m: float, where: str) -> None:
    if noise.kind not in NOISE_KINDS:
        raise InputError(f"{where}: kind {noise.kind!r} is not one of {', '.join(NOISE_KINDS)}")
    if noise.field not in NOISE_FIELDS:
        raise InputError(f"{where}: field {noise.field!r} is not one of {', '.join(NOISE_FIELDS)}")
    if noise.field == "point":
        _check_place(scene, noise.azimuth_deg, noise.distance_m, noise.height_m, radius_m, where)
    if not 20 <= noise.blade_hz <= 1000:
        raise InputError(f"{where}: blade_hz {noise.blade_hz:g} is outside 20…1000 Hz")
    if not -40 <= noise.snr_db <= 100:
        raise InputError(f"{where}: snr_db {noise.snr_db:g} is outside -40…100 dB")


def _check_mismatch(mismatch: Mismatch, mics: int) -> None:
    for name, highest in (("gain_sigma_db", 20.0), ("delay_sigma_us", 200.0), ("position_sigma_mm", 50.0)):
        if not 0 <= getattr(mismatch, name) <= highest:
            raise InputError(f"microphones: {name} {getattr(mismatch, name):g} is outside 0…{highest:g}")
    for name, highest in (("gain_db", 60.0), ("delay_us", 1000.0)):
        values = getattr(mismatch, name)
        if values and len(values) != mics:
            raise InputError(f"microphones: {name} has {len(values)} values, the array {mics} microphones")
        if any(abs(value) > highest for value in values):
            raise InputError(f"microphones: {name} is outside ±{highest:g}")
    named = [*mismatch.dead, *mismatch.inverted, *(number for pair in mismatch.swapped for number in pair)]
    wrong = [number for number in named if not 1 <= number <= mics]
    if wrong:
        raise InputError(f"microphones: there is no microphone {wrong[0]} (the array has {mics}, numbered from 1)")
