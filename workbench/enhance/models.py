"""The manifest beside the network files: what each model is, and the checksum it must have.

`manifest.json`: `{"schema": 1, "models": {NAME: {"file", "sha256", "rate_hz", "hop", "bands", "features",
"look_ahead_frames", "state", "weights", "precision"}}}`. These are facts of a model, not settings.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from workbench.core.errors import InputError
from workbench.core.network_files import Manifest
from workbench.core.resources import root
from workbench.dsp.bands import BANDS, HOP, RATE_HZ
from workbench.dsp.pitch import LOOK_AHEAD
from workbench.enhance.features import FEATURES


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


def _facts(entry: dict) -> ModelFacts:
    return ModelFacts(**{field.name: entry[field.name] for field in fields(ModelFacts)})


MANIFEST = Manifest(
    "manifest.json",
    schema=1,
    holds="models",
    remedy="reinstall the program, or export the model again with `workbench train export`",
    entry=_facts,
)

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
    return MANIFEST.read(folder or models_folder())


def write_manifest_entry(folder: Path, name: str, facts: ModelFacts) -> None:
    """Add or replace one model in a folder's manifest."""
    MANIFEST.write_entry(folder, name, facts)


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
        facts = MANIFEST.named(path)
    else:
        manifest = read_manifest()
        if text not in manifest:
            raise InputError(f"{text}: no such model (there are: {', '.join(manifest) or 'none'})")
        facts = manifest[text]
        path = models_folder() / facts.file
    return facts, MANIFEST.load(path, facts, _EXPECTED)
