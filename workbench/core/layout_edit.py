"""Changes of a loudspeaker layout, what is wrong with one, and its text as a TOML file."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from workbench.core.errors import InputError
from workbench.core.geometry import LAYOUT_VERSION, Driver, SpeakerLayout

MOST_DRIVERS = 16
NEAREST_M = 1e-3
"""Drivers that are no farther apart than this are at the same place."""

SMALLEST_CABINET_M, LARGEST_CABINET_M = 0.02, 0.5
LISTENER_M = (0.2, 10.0)
HEAD_M = (0.05, 0.12)


def layout_problems(layout: SpeakerLayout) -> list[str]:
    """What keeps a layout from being used, each in a sentence; an empty list: nothing."""
    found, xyz = [], layout.driver_xyz_m.reshape(-1, 3)
    names = layout.driver_names
    if len(xyz) < 2 or np.ptp(xyz[:, 1]) < NEAREST_M:
        found.append("Stereo needs two drivers side by side.")
    if not all(name.strip() for name in names) or len(set(names)) < len(names):
        found.append("Every driver needs a name of its own.")
    apart = np.linalg.norm(xyz[:, None] - xyz[None], axis=-1) + np.eye(len(xyz))
    if len(xyz) and apart.min() < NEAREST_M:
        first, second = np.unravel_index(apart.argmin(), apart.shape)
        found.append(f"{names[first]} and {names[second]} are at the same place.")
    head = np.array([layout.listener_distance_m, 0.0, 0.0])
    near = np.linalg.norm(xyz - head, axis=1) if len(xyz) else np.zeros(0)
    if len(near) and near.min() < 1.02 * layout.head_radius_m:
        found.append(f"{names[int(near.argmin())]} is inside the listener's head.")
    radius_m = layout.cabinet_radius_m
    if radius_m is not None:
        off = np.abs(np.linalg.norm(xyz, axis=1) - radius_m)
        if len(off) and off.max() > 0.01 * radius_m:
            found.append(f"{names[int(off.argmax())]} is not on the cabinet's surface.")
        if layout.listener_distance_m < radius_m + 1.02 * layout.head_radius_m:
            found.append("The listener's head is inside the cabinet.")
    return found


def on_cabinet(xyz_m: tuple[float, float, float], radius_m: float | None) -> tuple[float, float, float]:
    """The nearest place on a spherical cabinet's surface; without a cabinet the place itself. To 10 micrometres."""
    place = np.asarray(xyz_m, dtype=float)
    if radius_m is not None:
        length = np.linalg.norm(place)
        place = np.array([radius_m, 0.0, 0.0]) if length < 1e-9 else place * (radius_m / length)
    x, y, z = (round(float(value), 5) + 0.0 for value in place)
    return x, y, z


def with_driver(layout: SpeakerLayout, number: int, **changes) -> SpeakerLayout:
    """The layout with other values of one driver; on a cabinet it stays on the surface and faces outwards."""
    drivers = list(layout.drivers)
    driver = replace(drivers[number], **changes)
    if "xyz_m" in changes:
        place = on_cabinet(driver.xyz_m, layout.cabinet_radius_m)
        driver = replace(driver, xyz_m=place)
        if layout.cabinet_radius_m is not None:
            driver = replace(driver, facing_deg=_outwards(place))
    drivers[number] = driver
    return replace(layout, drivers=tuple(drivers))


def with_cabinet(layout: SpeakerLayout, radius_m: float | None) -> SpeakerLayout:
    """The layout on a spherical cabinet of this radius, to whose surface the drivers go, or in free field (None).

    Raises
    ------
    InputError
        A radius out of range.
    """
    if radius_m is not None and not SMALLEST_CABINET_M <= radius_m <= LARGEST_CABINET_M:
        low, high = 100 * SMALLEST_CABINET_M, 100 * LARGEST_CABINET_M
        raise InputError(f"a cabinet's radius is from {low:g} to {high:g} cm, not {100 * radius_m:g}")
    moved = replace(layout, cabinet_radius_m=radius_m)
    for number, driver in enumerate(layout.drivers):
        moved = with_driver(moved, number, xyz_m=driver.xyz_m)
    return moved


def with_listener(
    layout: SpeakerLayout, *, distance_m: float | None = None, head_radius_m: float | None = None
) -> SpeakerLayout:
    """The layout with the listener elsewhere, or with another head.

    Raises
    ------
    InputError
        A distance or radius out of range.
    """
    given = {"distance": (distance_m, LISTENER_M), "head radius": (head_radius_m, HEAD_M)}
    for word, (value, (low, high)) in given.items():
        if value is not None and not low <= value <= high:
            raise InputError(f"the listener's {word} is from {100 * low:g} to {100 * high:g} cm, not {100 * value:g}")
    distance_m = layout.listener_distance_m if distance_m is None else round(float(distance_m), 4)
    head_radius_m = layout.head_radius_m if head_radius_m is None else round(float(head_radius_m), 5)
    return replace(layout, listener_distance_m=distance_m, head_radius_m=head_radius_m)


def with_more(layout: SpeakerLayout) -> SpeakerLayout:
    """One driver more, where there is most room between the others.

    Raises
    ------
    InputError
        There are as many as there may be.
    """
    if len(layout.drivers) >= MOST_DRIVERS:
        raise InputError(f"a layout has at most {MOST_DRIVERS} drivers")
    names = set(layout.driver_names)
    name = next(f"driver {number}" for number in range(1, MOST_DRIVERS + 2) if f"driver {number}" not in names)
    reach = layout.cabinet_radius_m or max(float(np.abs(layout.driver_xyz_m).max(initial=0.0)), 0.05)
    angles = np.arange(-180, 180, 15)
    circle = reach * np.stack([np.cos(np.radians(angles)), np.sin(np.radians(angles)), 0 * angles], axis=1)
    free = (
        np.linalg.norm(circle[:, None] - layout.driver_xyz_m[None], axis=-1).min(axis=1) if layout.drivers else angles
    )
    place = on_cabinet(tuple(circle[int(np.argmax(free))]), layout.cabinet_radius_m)
    facing_deg = _outwards(place) if layout.cabinet_radius_m is not None else 0.0
    return replace(layout, drivers=(*layout.drivers, Driver(name, place, facing_deg)))


def without(layout: SpeakerLayout, number: int) -> SpeakerLayout:
    """The layout with one driver less."""
    return replace(layout, drivers=layout.drivers[:number] + layout.drivers[number + 1 :])


def _outwards(place: tuple[float, float, float]) -> float:
    return round(math.degrees(math.atan2(place[1], place[0])), 2) + 0.0


def layout_toml(layout: SpeakerLayout) -> str:
    """The layout as the TOML that `load_layout` reads back.

    Raises
    ------
    InputError
        It has a problem; the first is named.
    """
    problems = layout_problems(layout)
    if problems:
        raise InputError(f"layout {layout.name!r} cannot be saved: {problems[0]}")
    lines = [
        f"earshot_layout = {LAYOUT_VERSION}",
        f"name = {_text(layout.name)}",
        f"description = {_text(layout.description)}",
        "# Device frame: +x towards the listener, +y to the left of someone at the device who looks at the listener:",
        "# the loudspeaker on the listener's left has negative y.",
        *(f"{key} = {_value(value)}" for key, value in layout.extra.items()),
        "drivers = [",
    ]
    for driver in layout.drivers:
        place = ", ".join(f"{float(value)!r}" for value in driver.xyz_m)
        entry = f"name = {_text(driver.name)}, xyz_m = [{place}], facing_deg = {float(driver.facing_deg)!r}"
        if driver.gain_limit_db is not None:
            entry += f", gain_limit_db = {driver.gain_limit_db!r}"
        lines.append(f"    {{ {entry} }},")
    radius_m = layout.cabinet_radius_m
    cabinet = '{ type = "none" }' if radius_m is None else f'{{ type = "sphere", radius_m = {radius_m!r} }}'
    listener = f"{{ distance_m = {layout.listener_distance_m!r}, head_radius_m = {layout.head_radius_m!r} }}"
    return "\n".join([*lines, "]", f"cabinet = {cabinet}", f"listener = {listener}", ""])


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'


def _value(value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_text(str(key))} = {_value(item)}" for key, item in value.items()) + " }"
    raise InputError(f"a value of kind {type(value).__name__} cannot be kept in a layout file")
