"""Recipes for work over many files: the settings of the chain, and what is written.

    earshot_recipe = 1
    description = "Interviews, gently"

    [chain]                    # both may be left out
    array = "uca8-100mm"       # its microphones become one beam; without: every channel on its own
    layout = "pair-100mm"      # rendered for these loudspeakers; without: as it comes out of the enhancer

    [output]
    format = "flac"            # flac (24-bit), wav (32-bit float), or same: flac from flac, else wav
    suffix = "_enhanced"       # added to each file's name

    [params.enhance]           # what differs from the defaults
    method = "percepnet-small"
    attenuation_limit_db = 18.0

A settings file, as the window saves it, is a recipe too: its source and sink are left out.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from workbench import __version__
from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.geometry import load_array, load_layout
from workbench.core.params import Params
from workbench.core.resources import find_toml, read_toml
from workbench.core.versions import take_version
from workbench.engine import settings as settings_files
from workbench.enhance.models import load_model

VERSION = 1
FORMATS = ("flac", "wav", "same")
_FORBIDDEN = set('/\\:*?"<>|\0')


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is done to each file. `array` and `layout` are shipped names or whole paths, None without."""

    params: Params = field(default_factory=Params)
    array: str | None = None
    layout: str | None = None
    format: str = "flac"
    suffix: str = ""
    description: str = ""

    def output_name(self, source: Path) -> str:
        """Name of the file that becomes of `source`."""
        same = "flac" if source.suffix.lower() == ".flac" else "wav"
        return f"{source.stem}{self.suffix}.{same if self.format == 'same' else self.format}"


def load_recipe(path: str | Path) -> Recipe:
    """Read a recipe, or a settings file as one.

    Raises
    ------
    InputError
        Not a recipe, of a newer version, an unknown key, a value of the wrong kind or out of range, an array, layout
        or network that is not there; the message names the file and the key.
    """
    path = Path(path)
    table = read_toml(path)
    if "earshot_settings" in table:
        settings = settings_files.load(path)
        recipe = Recipe(settings.params, settings.array or None, settings.layout or None)
    else:
        recipe = _from_table(table, path)
    try:
        for find, name in ((load_array, recipe.array), (load_layout, recipe.layout)):
            if name:
                find(name)
        if network := recipe.params.enhance.network:
            load_model(network)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return recipe


def fingerprint(recipe: Recipe) -> str:
    """SHA-256 over everything that the samples of an output depend on besides its input: settings, the content of
    array and layout, the network's file, this program's version."""
    parts = {
        "version": __version__,
        "params": parameters.to_dict(recipe.params),
        "array": _content("arrays", recipe.array),
        "layout": _content("layouts", recipe.layout),
        "network": (network := recipe.params.enhance.network) and load_model(network)[0].sha256,
        "format": recipe.format,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def as_plain(recipe: Recipe) -> dict:
    """The recipe for a report: what was asked for, parameters only where they differ from the defaults."""
    plain = {key: value for key, value in asdict(recipe).items() if key != "params" and value not in (None, "")}
    changed = parameters.differences(recipe.params, Params())
    return {**plain, "params": {path: parameters.get(recipe.params, path) for path in changed}}


def _content(folder: str, name: str | None) -> dict | None:
    return read_toml(find_toml(folder, name)) if name else None


def _from_table(table: dict, path: Path) -> Recipe:
    take_version(table, "earshot_recipe", VERSION, path, "recipe")
    known = {"description": str, "chain": dict, "output": dict, "params": dict}
    _check(table, known, path, "")
    chain, output = table.get("chain", {}), table.get("output", {})
    _check(chain, {"array": str, "layout": str}, path, "chain.")
    _check(output, {"format": str, "suffix": str}, path, "output.")
    if output.get("format", "flac") not in FORMATS:
        raise InputError(f"{path}: output.format {output['format']!r}: there are {', '.join(FORMATS)}")
    if bad := _FORBIDDEN & set(output.get("suffix", "")):
        raise InputError(f"{path}: output.suffix {output['suffix']!r}: file names cannot hold {sorted(bad)[0]!r}")
    try:
        params = parameters.from_dict(table.get("params", {}))
    except InputError as error:
        raise InputError(f"{path}: params.{error}") from error
    if params.enhance.model:
        params = parameters.replace(params, {"enhance.model": _beside(params.enhance.model, path)})
    return Recipe(
        params=params,
        array=_beside(chain.get("array"), path),
        layout=_beside(chain.get("layout"), path),
        description=table.get("description", ""),
        **output,
    )


def _check(table: dict, known: dict[str, type], path: Path, where: str) -> None:
    for key, value in table.items():
        if key not in known:
            raise InputError(f"{path}: unknown key {where + key!r}; there are {', '.join(known)}")
        if not isinstance(value, known[key]):
            kind = "a table" if known[key] is dict else "text"
            raise InputError(f"{path}: {where}{key} must be {kind}")


def _beside(name: str | None, path: Path) -> str | None:
    """A file beside the recipe by its whole path, so that workers elsewhere find it; a shipped name as it is."""
    if name and name.endswith((".toml", ".onnx")) and not Path(name).is_absolute():
        return str((path.parent / name).resolve())
    return name or None
