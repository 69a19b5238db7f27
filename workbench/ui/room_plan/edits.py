"""Changes to where things stand in a scene; pure. A handle names what is held: see `Handle`."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from workbench.audio.scene import Scene, array_radius_m
from workbench.audio.scene_parts import Arc, Talker, Walk
from workbench.core.errors import InputError

KINDS = (("stand", "Stands"), ("arc", "Arc about the array"), ("walk", "Walks from point to point"))
MOST_CORNERS = 12
NEW_ARC_DEG, NEW_SPEED_DEG_S = 30.0, 15.0
NEW_STEP_M = 0.7


@dataclass(frozen=True, slots=True)
class Handle:
    """What can be dragged: `kind` is "start" or "corner" (of talker `index`), "arc" (its end `part`), or "noise"."""

    kind: str
    index: int
    part: int = 0


def path_kind(talker: Talker) -> str:
    """One of KINDS."""
    return "arc" if isinstance(talker.path, Arc) else "walk" if isinstance(talker.path, Walk) else "stand"


def to_xy(azimuth_deg: float, distance_m: float) -> tuple[float, float]:
    """A place as seen from the array, in metres: ahead, left."""
    turn = math.radians(azimuth_deg)
    return distance_m * math.cos(turn), distance_m * math.sin(turn)


def handles(scene: Scene, chosen: int) -> list[tuple[Handle, tuple[float, float]]]:
    """All handles with their places (x, y): those of the chosen talker's path last, so that they lie on top."""
    found = [
        (Handle("noise", index), to_xy(noise.azimuth_deg, noise.distance_m))
        for index, noise in enumerate(scene.noises)
        if noise.field == "point"
    ]
    found += [
        (Handle("start", index), to_xy(talker.azimuth_deg, talker.distance_m))
        for index, talker in enumerate(scene.talkers)
    ]
    if 0 <= chosen < len(scene.talkers):
        talker = scene.talkers[chosen]
        if isinstance(talker.path, Arc):
            ends = (talker.path.from_deg, talker.path.to_deg)
            found += [(Handle("arc", chosen, end), to_xy(ends[end], talker.distance_m)) for end in (0, 1)]
        elif isinstance(talker.path, Walk):
            found += [
                (Handle("corner", chosen, corner), to_xy(*point)) for corner, point in enumerate(talker.path.points)
            ]
    return found


def _nearest(scene: Scene, x_m: float, y_m: float) -> tuple[float, float]:
    """(azimuth_deg, distance_m) of the nearest place where somebody may be, to a centimetre and a tenth of a degree."""
    radius_m = array_radius_m(scene.load_array())
    azimuth_rad, distance_m = scene.nearest_place(math.atan2(y_m, x_m), math.hypot(x_m, y_m), radius_m)
    rounded = round(math.degrees(azimuth_rad), 1), round(distance_m, 2)
    again = scene.nearest_place(math.radians(rounded[0]), rounded[1], radius_m)
    if abs(again[1] - rounded[1]) < 1e-6:
        return rounded
    return math.degrees(azimuth_rad), distance_m


def _with_talker(scene: Scene, index: int, **changes) -> Scene:
    talkers = list(scene.talkers)
    talkers[index] = replace(talkers[index], **changes)
    return replace(scene, talkers=tuple(talkers))


def moved(scene: Scene, handle: Handle, x_m: float, y_m: float) -> Scene:
    """The scene with a handle at a place, or the nearest possible one.

    Raises
    ------
    InputError
        The way then leads through a wall or over the array.
    """
    azimuth_deg, distance_m = _nearest(scene, x_m, y_m)
    if handle.kind == "noise":
        noises = list(scene.noises)
        noises[handle.index] = replace(noises[handle.index], azimuth_deg=azimuth_deg, distance_m=distance_m)
        return replace(scene, noises=tuple(noises))
    talker = scene.talkers[handle.index]
    path = talker.path
    if handle.kind == "arc":
        here = (path.from_deg, path.to_deg)[handle.part]
        turned = here + (math.degrees(math.atan2(y_m, x_m)) - here + 180) % 360 - 180  # on, past the back
        ends = [path.from_deg, path.to_deg]
        ends[handle.part] = round(turned)
        if not 1 <= ends[1] - ends[0] <= 360:
            return scene
        start = min(max(talker.azimuth_deg, ends[0]), ends[1])
        return _with_talker(
            scene, handle.index, azimuth_deg=start, path=replace(path, from_deg=ends[0], to_deg=ends[1])
        )
    if handle.kind == "corner":
        points = list(path.points)
        points[handle.part] = (azimuth_deg, distance_m)
        return _with_talker(scene, handle.index, path=replace(path, points=tuple(points)))
    if isinstance(path, Arc):  # the whole arc comes along
        by = (azimuth_deg - talker.azimuth_deg + 180) % 360 - 180
        path = replace(path, from_deg=path.from_deg + by, to_deg=path.to_deg + by)
        return _with_talker(scene, handle.index, azimuth_deg=talker.azimuth_deg + by, distance_m=distance_m, path=path)
    return _with_talker(scene, handle.index, azimuth_deg=azimuth_deg, distance_m=distance_m)


def with_kind(scene: Scene, index: int, kind: str) -> Scene:
    """A talker with another kind of path; a new one is short and can be drawn out. Raises InputError."""
    talker = scene.talkers[index]
    if kind == path_kind(talker):
        return scene
    if kind == "stand":
        return _with_talker(scene, index, path=None)
    if kind == "arc":
        azimuth = talker.azimuth_deg
        return _with_talker(
            scene, index, walking=True, path=Arc(azimuth - NEW_ARC_DEG, azimuth + NEW_ARC_DEG, NEW_SPEED_DEG_S)
        )
    x, y = to_xy(talker.azimuth_deg, talker.distance_m)
    length = math.hypot(x, y)
    aside = (-y / length * NEW_STEP_M, x / length * NEW_STEP_M)
    for sign in (1, -1):
        place = _nearest(scene, x + sign * aside[0], y + sign * aside[1])
        try:
            return _with_talker(scene, index, walking=True, path=Walk((place,)))
        except InputError as error:
            failure = error
    raise failure


def with_corner(scene: Scene, index: int, x_m: float, y_m: float) -> Scene:
    """One point more at the end of a talker's walk; somebody who stands begins to walk. Raises InputError."""
    talker = scene.talkers[index]
    place = _nearest(scene, x_m, y_m)
    if not isinstance(talker.path, Walk):
        return _with_talker(scene, index, walking=True, path=Walk((place,)))
    if len(talker.path.points) >= MOST_CORNERS:
        raise InputError(f"{talker.name}: a walk has at most {MOST_CORNERS} points")
    return _with_talker(scene, index, path=replace(talker.path, points=(*talker.path.points, place)))


def without_corner(scene: Scene, index: int, corner: int) -> Scene:
    """One point less; without any the talker stands."""
    path = scene.talkers[index].path
    points = (*path.points[:corner], *path.points[corner + 1 :])
    return _with_talker(scene, index, path=replace(path, points=points) if points else None)


def with_path(scene: Scene, index: int, **changes) -> Scene:
    """A talker's path with another speed, rest or closing. Raises InputError."""
    return _with_talker(scene, index, path=replace(scene.talkers[index].path, **changes))
