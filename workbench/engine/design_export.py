"""A loudspeaker design as files: filters, what they are, and the design to make them again."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from workbench.audio.files import write_sound
from workbench.core.atomic import write_text
from workbench.core.errors import InputError
from workbench.core.geometry import SpeakerLayout
from workbench.dsp.bands import RATE_HZ
from workbench.render.design import DESIGN_VERSION, Design
from workbench.render.renderer import RenderFilters, make_filters

SCHEMA = 1


def design_toml(design: Design) -> str:
    """The design as the TOML that `load_design` reads back."""
    lines = [f"earshot_design = {DESIGN_VERSION}"]
    for key, value in dataclasses.asdict(design).items():
        lines.append(f"{key} = {_toml(value)}")
    return "\n".join([*lines, ""])


def _toml(value: str | float | bool | tuple[float, ...]) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(repr, value)) + "]"
    return repr(value)


def export_filters(
    layout: SpeakerLayout, design: Design, folder: str | Path, filters: RenderFilters | None = None
) -> Path:
    """Write `fir_<input>.wav`, `fir.json` and `design.toml` into a folder, which is made if it is not there.

    Parameters
    ----------
    filters : those of the design, if they are already there

    Raises
    ------
    InputError
        The folder cannot be made or written; a design that the layout cannot have.
    """
    folder = Path(folder)
    filters = filters or make_filters(layout, design)
    document = {
        "schema": SCHEMA,
        "rate": RATE_HZ,
        "inputs": list(design.inputs),
        "drivers": layout.driver_names,
        "latency_samples": filters.latency_samples,
        "target": design.target,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made a folder ({error.strerror})") from error
    for name, fir in zip(design.inputs, filters.driver_fir):
        write_sound(folder / f"fir_{name}.wav", fir, RATE_HZ)
    try:
        write_text(folder / "fir.json", json.dumps(document, indent=2, ensure_ascii=False) + "\n")
        write_text(folder / "design.toml", design_toml(design))
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror})") from error
    return folder
