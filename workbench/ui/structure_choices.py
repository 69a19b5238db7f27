"""What can be chosen as array, layout and simulated scene: the shipped files and a person's own."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from workbench.core.errors import InputError
from workbench.core.geometry import load_array, load_layout
from workbench.core.resources import find_toml, read_toml, shipped_names

log = logging.getLogger(__name__)

Choices = tuple[tuple[str, str], ...]


def _readable(load, names: Iterable) -> Choices:
    """(name or path, description) of those that can be read; the others are left out and logged."""
    choices = []
    for name in names:
        try:
            choices.append((str(name), load(name).description or str(name)))
        except InputError as error:
            log.warning("%s", error)
    return tuple(choices)


def _own(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml")) if folder.is_dir() else []


def array_choices(folder: Path) -> Choices:
    """(name or path, description) of the shipped arrays and of a person's own."""
    own = ((path, f"{Path(path).stem}: {description}") for path, description in _readable(load_array, _own(folder)))
    return (*_readable(load_array, shipped_names("arrays")), *own)


def layout_choices(folder: Path) -> Choices:
    """(name or path, description) of the shipped layouts and of a person's own."""
    return _readable(load_layout, (*shipped_names("layouts"), *_own(folder)))


def scene_choices(folder: Path) -> Choices:
    """(source, label) of the shipped scenes and of the person's own."""
    shipped = tuple((f"room:{name}", name.replace("-", " ").capitalize()) for name in shipped_names("scenes"))
    return (*shipped, *((f"room:{path}", path.stem) for path in _own(folder)))


def shipped_scenes() -> list[tuple[str, str, int]]:
    """(name, description, microphones) of the shipped scenes; one that cannot be read is left out and logged."""
    scenes = []
    for name in shipped_names("scenes"):
        try:
            table = read_toml(find_toml("scenes", name))
            array = table.get("array", {})
            mics = len(array["mics"]) if "mics" in array else load_array(array.get("name", "uca8-100mm")).mics
            scenes.append((name, str(table.get("description", "")), mics))
        except (InputError, TypeError, AttributeError) as error:
            log.warning("scene %s: %s", name, error)
    return scenes
