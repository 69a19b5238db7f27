"""Settings files: a readable TOML with the parameters, source, sink, array and layout. Written whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import tomli_w

from workbench.core import params as parameters
from workbench.core.atomic import write_text
from workbench.core.errors import InputError
from workbench.core.params import Params
from workbench.core.resources import read_toml
from workbench.core.versions import take_version
from workbench.engine import inputs
from workbench.engine.inputs import InputSetup

VERSION = 1
SETTINGS_NAME = "settings.toml"
"""Of the settings beside a recording."""


@dataclass(frozen=True)
class Settings:
    """Everything that a session can be set to."""

    params: Params = field(default_factory=Params)
    source: str = "room"
    sink: str = "none"
    array: str = "uca8-100mm"
    layout: str = "pair-100mm"
    inputs: InputSetup | None = None
    """Channel map and calibration of the source; None: what is remembered of the device."""


_TEXTS = ("source", "sink", "array", "layout")


def save(settings: Settings, path: str | Path) -> None:
    """Write a settings file; an existing one is replaced only when the new one is complete.

    Raises
    ------
    InputError
        The folder does not exist or cannot be written.
    """
    path = Path(path)
    table = {"earshot_settings": VERSION, **{name: getattr(settings, name) for name in _TEXTS}}
    if settings.inputs not in (None, InputSetup()):
        table["inputs"] = inputs.to_table(settings.inputs)
    table["params"] = parameters.to_dict(settings.params)
    try:
        write_text(path, tomli_w.dumps(table))
    except OSError as error:
        raise InputError(f"{path}: the settings cannot be written here ({error.strerror})") from error


def load(path: str | Path) -> Settings:
    """Read a settings file.

    Raises
    ------
    InputError
        Not a settings file, from a newer version, an unknown key, or a value of the wrong kind or out of range;
        the message names the file and the key.
    """
    path = Path(path)
    table = read_toml(path)
    take_version(table, "earshot_settings", VERSION, path, "settings file")
    params_table = table.pop("params", {})
    inputs_table = table.pop("inputs", None)
    unknown = set(table) - set(_TEXTS)
    if unknown:
        raise InputError(f"{path}: unknown key {sorted(unknown)[0]!r}")
    table |= {name: _beside(table[name], path) for name in ("source",) if isinstance(table.get(name), str)}
    wrong = [name for name, value in table.items() if not isinstance(value, str)]
    if wrong:
        raise InputError(f"{path}: {wrong[0]} must be text")
    if not isinstance(params_table, dict):
        raise InputError(f"{path}: params must be a table")
    try:
        setup = None if inputs_table is None else inputs.from_table(inputs_table)
        return Settings(params=parameters.from_dict(parameters.as_meant_then(params_table)), **table, inputs=setup)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _beside(spec: str, path: Path) -> str:
    """A source that is a file beside the settings, by its whole path; everything else as it is."""
    kind, _, name = spec.partition(":")
    if kind == "file" and not Path(name).is_absolute() and (path.parent / name).is_file():
        return f"file:{(path.parent / name).resolve()}"
    return spec
