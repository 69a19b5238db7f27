"""What changed between two structures, in a person's words: the names of undo steps."""

from __future__ import annotations

from dataclasses import fields
from pathlib import PurePath

from workbench.engine.assembly import Structure
from workbench.engine.inputs import InputSetup
from workbench.engine.stand_ins import name_of

INPUT_LABELS = ("Channel map", "Rate and block of the source", "Calibration", "Channel map and calibration")
"""Steps of what is done to a source's channels."""


def structure_label(before: Structure, after: Structure) -> str:
    """E.g. "Source: take.wav"; "" where nothing differs that a person chose."""
    if before.source != after.source:
        return f"Source: {_spec(after.source)}"
    if before.sink != after.sink:
        return f"Sink: {_spec(after.sink)}"
    for name, word in (("array", "Microphones"), ("layout", "Loudspeakers")):
        if getattr(before, name) != getattr(after, name):
            return f"{word}: {_file(getattr(after, name) or 'none')}"
    if before.inputs != after.inputs:
        return _inputs(before.inputs, after.inputs)
    if before.outputs != after.outputs:
        return "Rate and block of the sink"
    return ""


def _inputs(before: InputSetup, after: InputSetup) -> str:
    changed = [one.name for one in fields(InputSetup) if getattr(before, one.name) != getattr(after, one.name)]
    channel_map, rate, calibration, several = INPUT_LABELS
    if changed == ["channel_map"]:
        return channel_map
    if set(changed) <= {"rate_hz", "block"}:
        return rate
    return several if {"channel_map", "rate_hz", "block"} & set(changed) else calibration


def _spec(spec: str) -> str:
    kind, _, rest = spec.partition(":")
    if kind == "room":
        return f"room {_file(rest)}" if rest else "simulated room"
    if kind == "session":
        return f"session {PurePath(rest).name}"
    return PurePath(rest).name if kind == "file" else name_of(spec)


def _file(name: str) -> str:
    return PurePath(name).stem if name.endswith(".toml") else name
