"""The manifest beside the network files: what each model is, and the checksum it must have.

`manifest.json`: `{"schema": 1, "models": {NAME: {"file", "sha256", "rate_hz", "hop", "bands", "features",
"look_ahead_frames", "state", "weights", "precision"}}}`. These are facts of a model, not settings.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from workbench.core.errors import InputError
from workbench.core.resources import root
from workbench.dsp.bands import BANDS, HOP, RATE_HZ
from workbench.dsp.pitch import LOOK_AHEAD
from workbench.enhance.features import FEATURES

SCHEMA = 1
MANIFEST = "manifest.json"
_REMEDY = "reinstall the program, or export the model again with `workbench train export`"


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One entry of the manifest. `state` is the number of values the network carries from hop to hop."""

    file: str
    sha256: str
    rate_hz: int
    hop: int
    bands: int
    features: int
    look_ahead_frames: int
    state: int
    weights: int
    precision: str


_EXPECTED = {
    "rate_hz": RATE_HZ,
    "hop": HOP,
    "bands": BANDS,
    "features": FEATURES,
    "look_ahead_frames": LOOK_AHEAD,
}


def models_folder() -> Path:
    """Folder of the shipped models."""
    return root() / "models"


def read_manifest(folder: Path | None = None) -> dict[str, ModelFacts]:
    """Models of a folder by name (the shipped ones by default).

    Raises
    ------
    InputError
        Missing, not JSON, of another schema, or an entry that lacks something.
    """
    path = (folder or models_folder()) / MANIFEST
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["schema"] != SCHEMA:
            raise InputError(f"{path}: schema {data['schema']}, this program reads {SCHEMA}; {_REMEDY}")
        names = [field.name for field in fields(ModelFacts)]
        return {name: ModelFacts(**{key: entry[key] for key in names}) for name, entry in data["models"].items()}
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; {_REMEDY}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); {_REMEDY}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: not a manifest of models ({error!r}); {_REMEDY}") from error


def write_manifest_entry(folder: Path, name: str, facts: ModelFacts) -> None:
    """Add or replace one model in a folder's manifest."""
    path = folder / MANIFEST
    models = read_manifest(folder) if path.is_file() else {}
    models[name] = facts
    text = json.dumps({"schema": SCHEMA, "models": {key: asdict(models[key]) for key in sorted(models)}}, indent=2)
    partial = path.with_suffix(".part")
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(path)


def load_model(name_or_path: str | Path) -> tuple[ModelFacts, bytes]:
    """A model's facts and its bytes, checked.

    Parameters
    ----------
    name_or_path : a shipped name ("percepnet-small"), or the path of an .onnx file beside its manifest.json

    Raises
    ------
    InputError
        No such model, a model for another rate or framing, or a file that is not the one in the manifest.
    """
    text = str(name_or_path)
    if text.endswith(".onnx"):
        path = Path(text)
        matching = [facts for facts in read_manifest(path.parent).values() if facts.file == path.name]
        if not matching:
            raise InputError(f"{path}: not in {path.parent / MANIFEST}; {_REMEDY}")
        facts = matching[0]
    else:
        manifest = read_manifest()
        if text not in manifest:
            raise InputError(f"{text}: no such model (there are: {', '.join(manifest) or 'none'})")
        facts = manifest[text]
        path = models_folder() / facts.file
    for key, expected in _EXPECTED.items():
        if getattr(facts, key) != expected:
            raise InputError(
                f"{path}: made for {key} = {getattr(facts, key)}, this program needs {expected}; {_REMEDY}"
            )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); {_REMEDY}") from error
    if hashlib.sha256(data).hexdigest() != facts.sha256:
        raise InputError(f"{path}: damaged or altered (its SHA-256 is not the one in {MANIFEST}); {_REMEDY}")
    return facts, data
