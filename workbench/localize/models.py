"""The manifest of localization networks: what each is, for which microphones, and the checksum it must have.

`localization.json` beside the models: `{"schema": 1, "models": {NAME: {"file", "sha256", "rate_hz", "samples", "bands",
"ring", "array", "mic_xyz_m", "limits_m", "calibration", "weights", "base", "found_xyz_m"}}}`. A network knows one
geometry; for another one it is refused, with the command that trains one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from workbench.core.errors import InputError
from workbench.core.geometry import SECTORS, MicrophoneArray, wrap_rad
from workbench.core.network_files import Manifest
from workbench.core.resources import root
from workbench.dsp.bands import RATE_HZ
from workbench.localize.frames import BANDS, WINDOW_SAMPLES
from workbench.localize.ring import RING

SAME_PLACE_M = 1e-3
"""Microphones that differ by no more are the same: files are rounded."""


class NoNetworkError(InputError):
    """There is no network for the array."""


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Microphone i of the network is microphone order[i] of the array, whose frame is turned by `turn_rad`."""

    order: np.ndarray
    turn_rad: float


def _turned(xyz_m: np.ndarray, turn_rad: float) -> np.ndarray:
    cosine, sine = np.cos(turn_rad), np.sin(turn_rad)
    return xyz_m @ np.array([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]])


def align(own_xyz_m: np.ndarray, other_xyz_m: np.ndarray) -> Alignment | None:
    """The turn around the vertical, the smallest, that brings microphones (mics, 3) onto others in some order."""
    if own_xyz_m.shape != other_xyz_m.shape:
        return None
    first = int(np.argmax(np.hypot(own_xyz_m[:, 0], own_xyz_m[:, 1])))
    turns_rad = wrap_rad(
        np.arctan2(other_xyz_m[:, 1], other_xyz_m[:, 0]) - np.arctan2(own_xyz_m[first, 1], own_xyz_m[first, 0])
    )
    # Nobody turns an array by less than what rounding does.
    turns_rad[np.abs(turns_rad) < 1e-3] = 0.0
    for turn_rad in sorted(turns_rad, key=abs):
        apart_m = np.abs(_turned(own_xyz_m, turn_rad)[:, None] - other_xyz_m).max(axis=-1)
        order = apart_m.argmin(axis=1)
        if len(set(order.tolist())) == len(order) and apart_m.min(axis=1).max() <= SAME_PLACE_M:
            return Alignment(order, float(turn_rad))
    return None


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """One entry of the manifest.

    `limits_m` (8, 2) are the sectors' least and largest distance; `calibration` (constant, slope) turns the logit of
    the network's probability into that of being right. An adapted model has in `base` the model it comes from, and in
    `found_xyz_m` where adaptation found the microphones.
    """

    file: str
    sha256: str
    rate_hz: int
    samples: int
    bands: int
    ring: int
    array: str
    mic_xyz_m: tuple[tuple[float, float, float], ...]
    limits_m: tuple[tuple[float, float], ...]
    calibration: tuple[float, float]
    weights: int
    base: str = ""
    found_xyz_m: tuple[tuple[float, float, float], ...] = ()

    def alignment(self, array: MicrophoneArray) -> Alignment | None:
        """How to take the array for the one that the network was made for; None if it is another."""
        return align(np.asarray(self.mic_xyz_m), array.mic_xyz_m)

    def fits(self, array: MicrophoneArray) -> bool:
        """Whether it was made for these microphones, turned or numbered otherwise perhaps."""
        return self.alignment(array) is not None

    def heard_xyz_m(self, array: MicrophoneArray) -> np.ndarray:
        """Where the array's microphones are as far as is known, (mics, 3), in the array's order and frame."""
        alignment = self.alignment(array)
        if not self.found_xyz_m or alignment is None:
            return array.mic_xyz_m
        placed = np.empty((len(self.found_xyz_m), 3))
        placed[alignment.order] = _turned(np.asarray(self.found_xyz_m), alignment.turn_rad)
        return placed


def _facts(entry: dict) -> RegionFacts:
    values = {field.name: entry[field.name] for field in fields(RegionFacts)}
    for key in ("mic_xyz_m", "limits_m", "found_xyz_m"):
        values[key] = tuple(tuple(float(x) for x in row) for row in values[key])
    values["calibration"] = tuple(float(x) for x in values["calibration"])
    if len(values["limits_m"]) != SECTORS:
        raise ValueError(f"limits_m has {len(values['limits_m'])} rows")
    return RegionFacts(**values)


MANIFEST = Manifest(
    "localization.json",
    schema=1,
    holds="localization models",
    remedy="reinstall the program, or train the model again with `workbench train localize`",
    entry=_facts,
)

_EXPECTED = {"rate_hz": RATE_HZ, "samples": WINDOW_SAMPLES, "bands": BANDS, "ring": RING}


def models_folder() -> Path:
    """Folder of the shipped models."""
    return root() / "models"


def read_manifest(folder: Path | None = None) -> dict[str, RegionFacts]:
    """Localization models of a folder by name (the shipped ones by default); none where there is no manifest.

    Raises
    ------
    InputError
        Not JSON, of another schema, or an entry that lacks something.
    """
    folder = folder or models_folder()
    return MANIFEST.read(folder) if (folder / MANIFEST.name).is_file() else {}


def write_manifest_entry(folder: Path, name: str, facts: RegionFacts) -> None:
    """Add or replace one model in a folder's manifest."""
    MANIFEST.write_entry(folder, name, facts)


def find_model(array: MicrophoneArray, model: str = "") -> tuple[RegionFacts, bytes, Path]:
    """The network for an array: its facts, its bytes (checked) and where it lies.

    Parameters
    ----------
    array : MicrophoneArray
    model : a shipped name, the path of an .onnx file beside its localization.json, or "" for whichever fits

    Raises
    ------
    NoNetworkError
        None of the shipped ones fits; the message has the command that trains one.
    InputError
        No such model, one for another array, or a file that is not the one in the manifest.
    """
    if model.endswith(".onnx"):
        folder = Path(model).parent
        facts = MANIFEST.named(Path(model))
    else:
        folder = models_folder()
        manifest = read_manifest()
        if model and model not in manifest:
            raise InputError(f"{model}: no such localization model (there are: {', '.join(manifest) or 'none'})")
        fitting = [facts for name, facts in manifest.items() if name == model or (not model and facts.fits(array))]
        if not fitting:
            raise NoNetworkError(f"{untrained(array)} ({_known(manifest)})")
        facts = fitting[0]
    path = folder / facts.file
    if not facts.fits(array):
        raise InputError(f"{path}: made for array {facts.array!r}; {untrained(array)}")
    return facts, MANIFEST.load(path, facts, _EXPECTED), path


def _known(manifest: dict[str, RegionFacts]) -> str:
    return f"networks are there for: {', '.join(facts.array for facts in manifest.values()) or 'no array'}"


def untrained(array: MicrophoneArray) -> str:
    """What to tell somebody whose array has no network."""
    return (
        f"no localization network for array {array.name!r}; train one with "
        f"`workbench train localize --array {array.name} --speech DIR --out MODEL.onnx`, or use --method srp"
    )
