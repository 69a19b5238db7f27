"""Changes of the simulated room as steps that can be undone: what one is called, and how it is put back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from workbench.audio.scene import Scene
from workbench.audio.scene_parts import Mismatch, Noise, Talker

_ROOM = {"rt60_s": ("RT60", "s", 2), "array": ("Array of the room", "", 0), "seed": ("Seed", "", 0)}
_TALKER = {
    "level_db": ("level", "dB", 1),
    "pause_s": ("silence", "s", 1),
    "height_m": ("height", "m", 2),
    "start_s": ("start", "s", 1),
}
_NOISE = {"snr_db": ("SNR", "dB", 1), "height_m": ("height", "m", 2), "blade_hz": ("blades", "Hz", 0)}
_MISMATCH = {
    "gain_sigma_db": ("Microphone gain errors", "dB", 1),
    "delay_sigma_us": ("Microphone delay errors", "µs", 0),
    "position_sigma_mm": ("Microphone position errors", "mm", 1),
}


@dataclass(frozen=True)
class RoomState:
    """A scene, and who was dragged off the own place: name to (azimuth_rad, distance_m)."""

    scene: Scene
    dragged: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def room_label(before: RoomState, after: RoomState) -> str:
    """What changed, in a person's words, e.g. "RT60 0.40 s"; "" where nothing did."""
    if before.dragged != after.dragged and before.scene == after.scene:
        return _dragged(before.dragged, after.dragged)
    changed = _changed(before.scene, after.scene)
    if "size_m" in changed:  # array and places went along
        return _size(before.scene, after.scene)
    if len(changed) != 1:
        return "Simulated room" if changed else ""
    name = changed[0]
    if name == "talkers":
        return _parts("Talker", before.scene.talkers, after.scene.talkers, _talker)
    if name == "noises":
        return _parts("Noise", before.scene.noises, after.scene.noises, _noise)
    if name == "mismatch":
        return _mismatch(before.scene.mismatch, after.scene.mismatch)
    return _number(_ROOM, name, after.scene) or "Simulated room"


def put_back(current: RoomState, now: RoomState, wanted: RoomState) -> RoomState:
    """What `current` becomes when the change from `wanted` to `now` is taken back, and nothing else.

    Who was dragged then but has been set down since (a room that was stopped keeps everybody where they are) gets the
    wanted scene's place.

    Raises
    ------
    InputError
        The room cannot be like that with what has changed since.
    """
    names = _changed(now.scene, wanted.scene)
    scene = replace(current.scene, **{name: getattr(wanted.scene, name) for name in names})
    dragged = dict(current.dragged)
    for name in {*now.dragged, *wanted.dragged}:
        if now.dragged.get(name) == wanted.dragged.get(name):
            continue
        if name in wanted.dragged:
            dragged[name] = wanted.dragged[name]
        elif dragged.pop(name, None) is None:
            scene = _set_down(scene, name, wanted.scene)
    return RoomState(scene, dragged)


def _set_down(scene: Scene, name: str, wanted: Scene) -> Scene:
    places = {talker.name: (talker.azimuth_deg, talker.distance_m, talker.path) for talker in wanted.talkers}
    talkers = []
    for talker in scene.talkers:
        if talker.name == name and name in places:
            azimuth_deg, distance_m, path = places[name]
            talker = replace(talker, azimuth_deg=azimuth_deg, distance_m=distance_m, path=path)
        talkers.append(talker)
    return replace(scene, talkers=tuple(talkers))


def _changed(before: Any, after: Any) -> list[str]:
    return [one.name for one in fields(before) if one.compare and getattr(before, one.name) != getattr(after, one.name)]


def _with_unit(value: float, unit: str, decimals: int) -> str:
    return f"{value:.{decimals}f} {unit}".strip().replace("-", "−")


def _number(names: Mapping[str, tuple[str, str, int]], name: str, of: Any) -> str:
    if name not in names:
        return ""
    word, unit, decimals = names[name]
    value = getattr(of, name)
    return f"{word} {value}" if isinstance(value, str) else f"{word} {_with_unit(value, unit, decimals)}"


def _place(azimuth_deg: float, distance_m: float) -> str:
    turned = round(azimuth_deg)
    sign = "+" if turned > 0 else "−" if turned < 0 else ""
    return f"{sign}{abs(turned)}°, {_with_unit(distance_m, 'm', 1)}"


def _dragged(before: Mapping, after: Mapping) -> str:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if len(names) > 1:
        return "Everybody back" if not after else "Talkers moved"
    if names[0] not in after:
        return f"{names[0]} back to the own place"
    azimuth_rad, distance_m = after[names[0]]
    return f"{names[0]} to {_place(math.degrees(azimuth_rad), distance_m)}"


def _size(before: Scene, after: Scene) -> str:
    sides = [place for place in range(3) if before.size_m[place] != after.size_m[place]]
    if len(sides) > 1:
        return f"Room {' × '.join(f'{side:g}' for side in after.size_m)} m"
    return f"Room {('length', 'width', 'height')[sides[0]]} {_with_unit(after.size_m[sides[0]], 'm', 1)}"


def _parts(word: str, before: tuple, after: tuple, describe) -> str:
    if len(after) > len(before):
        return f"{word} added"
    if len(after) < len(before):
        return f"{word} removed"
    places = [place for place, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    if len(places) > 1:
        return f"{word}s"
    return describe(before[places[0]], after[places[0]], places[0])


def _talker(before: Talker, after: Talker, _place_in_list: int) -> str:
    changed = _changed(before, after)
    if set(changed) <= {"azimuth_deg", "distance_m"}:
        return f"{after.name} to {_place(after.azimuth_deg, after.distance_m)}"
    if "path" in changed:
        return f"{after.name}: way"
    if changed == ["voice"]:
        return f"{after.name}: voice {after.voice}"
    if changed == ["muted"]:
        return f"{after.name} {'silent' if after.muted else 'speaks'}"
    if changed == ["walking"]:
        return f"{after.name} {'walks' if after.walking else 'stands'}"
    text = _number(_TALKER, changed[0], after) if len(changed) == 1 else ""
    return f"{after.name}: {text}" if text else after.name


def _noise(before: Noise, after: Noise, place: int) -> str:
    changed, name = _changed(before, after), f"Noise {place + 1}"
    if set(changed) <= {"azimuth_deg", "distance_m"}:
        return f"{name} to {_place(after.azimuth_deg, after.distance_m)}"
    if changed in (["kind"], ["field"]):
        return f"{name}: {getattr(after, changed[0])}"
    text = _number(_NOISE, changed[0], after) if len(changed) == 1 else ""
    return f"{name}: {text}" if text else name


def _mismatch(before: Mismatch, after: Mismatch) -> str:
    if after == Mismatch():
        return "Microphones mended"
    changed = _changed(before, after)
    return (_number(_MISMATCH, changed[0], after) if len(changed) == 1 else "") or "Microphone faults"
