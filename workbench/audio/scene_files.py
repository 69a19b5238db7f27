"""Scenes as TOML files: reading with an error for everything that cannot be meant, and writing."""

from __future__ import annotations

import math
from dataclasses import asdict, fields, replace
from pathlib import Path

import tomli_w

from workbench.audio.scene import Scene
from workbench.audio.scene_parts import Arc, Mismatch, Noise, Talker, Walk
from workbench.core.atomic import write_text
from workbench.core.errors import InputError
from workbench.core.resources import find_toml, read_toml
from workbench.core.versions import take_version

DEFAULT_SCENE = "two-talkers-fan"
VERSION = 1
"""Of scene files, as their key `earshot_scene`; a file without it is of this version."""


def _number(value, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InputError(f"{where} must be a number, got {value!r}")
    return float(value)


def _whole(value, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"{where} must be a whole number, got {value!r}")
    return value


def _text(value, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise InputError(f"{where} must be a text, got {value!r}")
    return value


def _switch(value, where: str) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"{where} must be true or false, got {value!r}")
    return value


def _row(value, where: str, read, length: int | None = None) -> tuple:
    if not isinstance(value, list) or (length is not None and len(value) != length):
        shape = "a list" if length is None else f"a list of {length}"
        raise InputError(f"{where} must be {shape}, got {value!r}")
    return tuple(read(item, where) for item in value)


def _path(value, where: str) -> Arc | Walk:
    if isinstance(value, dict) and "points" in value:
        return _table(value, Walk, where)
    return _table(value, Arc, where)


_READERS = {
    "str": _text,
    "float": _number,
    "int": _whole,
    "bool": _switch,
    "Arc | Walk | None": _path,
    "tuple[float, ...]": lambda value, where: _row(value, where, _number),
    "tuple[int, ...]": lambda value, where: _row(value, where, _whole),
    "tuple[tuple[float, float], ...]": lambda value, where: _row(
        value, where, lambda item, inner: _row(item, inner, _number, 2)
    ),
    "tuple[tuple[int, int], ...]": lambda value, where: _row(
        value, where, lambda item, inner: _row(item, inner, _whole, 2)
    ),
}
"""How the value of a field is read, by the field's annotation."""


def _table(table, kind: type, where: str):
    """A dataclass from a TOML table; unknown and missing keys are errors."""
    if not isinstance(table, dict):
        raise InputError(f"{where} must be a table")
    known = {item.name: item for item in fields(kind)}
    unknown = [key for key in table if key not in known]
    if unknown:
        raise InputError(f"{where}: unknown key {unknown[0]} (known: {', '.join(known)})")
    values = {key: _READERS[known[key].type](value, f"{where}: {key}") for key, value in table.items()}
    try:
        return kind(**values)
    except TypeError:
        missing = [name for name in known if name not in values]
        raise InputError(f"{where}: {missing[0]} is missing") from None


def _tables(table: dict, key: str, kind: type) -> tuple:
    entries = table.get(key, [])
    if not isinstance(entries, list):
        raise InputError(f"{key}s are written as [[{key}]]")
    return tuple(_table(entry, kind, f"{key} {number}") for number, entry in enumerate(entries, start=1))


def load_scene(name_or_path: str | Path = DEFAULT_SCENE) -> Scene:
    """Load a scene from a shipped name or a TOML file.

    Raises
    ------
    InputError
        Unknown name, unreadable file, missing, unknown or malformed keys, somebody in a wall or on the array;
        the message names the file.
    """
    path = find_toml("scenes", name_or_path)
    table = read_toml(path)
    take_version(table, "earshot_scene", VERSION, path)
    try:
        return _scene(table, path)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _scene(table: dict, path: Path) -> Scene:
    known = {"name", "description", "seed", "room", "array", "talker", "noise", "microphones"}
    unknown = [key for key in table if key not in known]
    if unknown:
        raise InputError(f"unknown key {unknown[0]} (known: {', '.join(sorted(known))})")
    room, array = table.get("room"), table.get("array")
    if not isinstance(room, dict) or set(room) != {"size_m", "rt60_s"}:
        raise InputError("needs [room] with size_m and rt60_s, and nothing else")
    if not isinstance(array, dict) or set(array) != {"name", "xyz_m"} or not isinstance(array["name"], str):
        raise InputError("needs [array] with name and xyz_m, and nothing else")
    seed = _whole(table.get("seed", 1), "seed")
    if seed < 0:
        raise InputError(f"seed must be a whole number from 0, got {seed}")
    return Scene(
        name=str(table.get("name", path.stem)),
        description=str(table.get("description", "")),
        seed=seed,
        size_m=_row(room["size_m"], "room: size_m", _number, 3),
        rt60_s=_number(room["rt60_s"], "room: rt60_s"),
        array=array["name"],
        array_xyz_m=_row(array["xyz_m"], "array: xyz_m", _number, 3),
        talkers=_tables(table, "talker", Talker),
        noises=_tables(table, "noise", Noise),
        mismatch=_table(table.get("microphones", {}), Mismatch, "microphones"),
        folder=path.resolve().parent,
    )


def _plain(value):
    """A value as TOML can hold it: tuples as lists, without what is not set."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    return [_plain(item) for item in value] if isinstance(value, (tuple, list)) else value


def _changed(part) -> dict:
    """A part's fields that are not as they would be without saying so."""
    default = {item.name: item.default for item in fields(part)}
    return {name: value for name, value in _plain(asdict(part)).items() if getattr(part, name) != default[name]}


def scene_toml(scene: Scene) -> str:
    """The scene as TOML text, which `load_scene` reads back to an equal scene."""
    table = {
        "earshot_scene": VERSION,
        "name": scene.name,
        "description": scene.description,
        "seed": scene.seed,
        "room": {"size_m": list(scene.size_m), "rt60_s": scene.rt60_s},
        "array": {"name": scene.array, "xyz_m": list(scene.array_xyz_m)},
        "talker": [_changed(talker) for talker in scene.talkers],
        "noise": [_changed(noise) for noise in scene.noises],
    }
    if scene.mismatch != Mismatch():
        table["microphones"] = _changed(scene.mismatch)
    return tomli_w.dumps(table)


def save_scene(scene: Scene, path: str | Path) -> None:
    """Write the scene to a TOML file, which is replaced only when complete.

    Files beside the scene's old place are named in full, so that the copy still finds them.

    Raises
    ------
    InputError
        The file cannot be written.
    """

    path = Path(path)
    if scene.folder is not None and scene.folder != path.resolve().parent:
        talkers = tuple(replace(talker, voice=scene.beside(talker.voice)) for talker in scene.talkers)
        scene = replace(scene, talkers=talkers, array=scene.beside(scene.array, ".toml"))
    try:
        write_text(path, scene_toml(scene))
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error
