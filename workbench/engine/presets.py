"""Presets: what the stages are set to for one task, as a readable TOML. Source, sink and output level are no part.

A preset covers whole stages. A stage that it names is set completely, what is not written at its default; a stage
that it does not name stays as it is. So one preset for the room and one for the loudspeakers can be combined.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from workbench.core import params as parameters
from workbench.core.atomic import write_text
from workbench.core.errors import InputError
from workbench.core.params import ENTRIES, Params, Value
from workbench.core.resources import find_toml, read_toml, resource
from workbench.core.versions import take_version

VERSION = 1
STAGES = ("beamformer", "enhance", "localize", "render")
"""What a preset may cover. The output's level, mute and bypass belong to the ears that listen."""
STAGE_NAMES = {
    "beamformer": "Capture beam",
    "enhance": "Enhancement",
    "localize": "Localization",
    "render": "Loudspeakers",
}
LEFT_OUT = ("beamformer.follow", "render.head_side_cm", "render.head_back_cm", "render.audition", "render.limit_dbtp")
"""Where somebody is just now, what one listens with, and how loud that may become, is no matter of a preset."""
JUMP_DB = 6.0
"""A preset that is louder by more than this begins muted."""

_TEXTS = ("name", "description", "array", "layout")


@dataclass(frozen=True)
class Preset:
    """Settings for one task.

    values : of every parameter of the stages that are covered, by path
    array, layout : what it was made for; "" where that does not matter
    """

    name: str
    values: Mapping[str, Value] = field(default_factory=dict)
    description: str = ""
    array: str = ""
    layout: str = ""

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages that it covers."""
        covered = {path.partition(".")[0] for path in self.values}
        return tuple(stage for stage in STAGES if stage in covered)

    def apply(self, params: Params) -> Params:
        """The parameters with this preset's stages in place of their own."""
        return parameters.replace(params, dict(self.values))

    def differences(self, params: Params) -> list[str]:
        """Paths at which the parameters differ from the preset."""
        return [path for path, value in self.values.items() if parameters.get(params, path) != value]

    def misfits(self, array: str | None, layout: str | None) -> list[str]:
        """For a person: what it was made for and is not in use."""
        said = []
        if self.array and "beamformer" in self.stages and self.array != array:
            said.append(f"made for the array {self.array}, in use is {array or 'none'}")
        if self.layout and "render" in self.stages and self.layout != layout:
            said.append(f"made for the loudspeakers {self.layout}, in use is {layout or 'none'}")
        return said


def _paths(stages) -> list[str]:
    return [path for path in ENTRIES if path.partition(".")[0] in stages and path not in LEFT_OUT]


def from_params(
    params: Params,
    name: str,
    stages: tuple[str, ...] = STAGES,
    description: str = "",
    array: str | None = None,
    layout: str | None = None,
) -> Preset:
    """The preset that holds what the given stages are set to."""
    values = {path: parameters.get(params, path) for path in _paths(stages)}
    return Preset(name, values, description, array or "", layout or "")


def save(preset: Preset, path: str | Path) -> None:
    """Write a preset; an existing file is replaced only when the new one is complete.

    Raises
    ------
    InputError
        The folder does not exist or cannot be written.
    """
    path = Path(path)
    table: dict[str, Any] = {"earshot_preset": VERSION}
    table |= {key: getattr(preset, key) for key in _TEXTS if getattr(preset, key)}
    for path_of_value, value in preset.values.items():
        stage, leaf = path_of_value.split(".")
        table.setdefault(stage, {})[leaf] = value
    try:
        write_text(path, tomli_w.dumps(table))
    except OSError as error:
        raise InputError(f"{path}: the preset cannot be written here ({error.strerror})") from error


def load(path: str | Path) -> Preset:
    """Read a preset, or the stages of a settings file.

    Raises
    ------
    InputError
        Neither of both, from a newer version, an unknown key, or a value of the wrong kind or out of range; the
        message names the file and the key.
    """
    path = Path(path)
    table = read_toml(path)
    if "earshot_settings" in table:
        return _of_settings(path)
    take_version(table, "earshot_preset", VERSION, path, "preset")
    texts = {key: table.pop(key) for key in _TEXTS if key in table}
    wrong = [key for key, value in texts.items() if not isinstance(value, str)]
    if wrong:
        raise InputError(f"{path}: {wrong[0]} must be text")
    unknown = set(table) - set(STAGES)
    if unknown:
        raise InputError(f"{path}: unknown key {sorted(unknown)[0]!r} (a preset has {', '.join(STAGES)})")
    try:
        params = parameters.from_dict(parameters.as_meant_then(table))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    left_out = [name for name in LEFT_OUT if name.split(".")[1] in table.get(name.split(".")[0], {})]
    if left_out:
        raise InputError(f"{path}: {left_out[0]} is no part of a preset")
    stages = tuple(stage for stage in STAGES if stage in table)
    texts.setdefault("name", path.stem)
    return from_params(params, stages=stages, **texts)


def _of_settings(path: Path) -> Preset:
    from workbench.engine import settings as settings_files

    settings = settings_files.load(path)
    return from_params(settings.params, path.stem, array=settings.array, layout=settings.layout)


def is_preset(path: str | Path) -> bool:
    """Whether a TOML file says that it is a preset. Raises InputError where it is no TOML."""
    return "earshot_preset" in read_toml(Path(path))


def shipped() -> list[Path]:
    """The presets that come with the program, by file name."""
    return sorted(resource("presets").glob("*.toml"))


def find(name_or_path: str | Path) -> Path:
    """A preset's file: a path, or the name of a shipped one, with the number that puts it in order or without.

    Raises
    ------
    InputError
        Neither; the message lists the shipped names.
    """
    text = str(name_or_path)
    named = (path for path in shipped() if text in (path.stem, path.stem.partition("-")[2]))
    return next(named, None) or find_toml("presets", text)


def louder_by_db(before: Params, after: Params) -> float:
    """By how much the gains alone make the second louder than the first; what filters do is matched elsewhere."""

    def gain_db(params: Params) -> float:
        return params.enhance.output_gain_db if params.enhance.enabled else 0.0

    return gain_db(after) - gain_db(before)
