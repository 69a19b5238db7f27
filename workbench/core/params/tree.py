"""The tree of all parameters, and what stands at each of its paths."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

from workbench.core.errors import InputError
from workbench.core.params.beamformer import BeamformerParams
from workbench.core.params.enhance import EnhanceParams
from workbench.core.params.knob import Knob, Value
from workbench.core.params.localize import LocalizeParams
from workbench.core.params.output import OutputParams
from workbench.core.params.render import RenderParams


@dataclass(frozen=True, slots=True)
class Params:
    """The whole tree. Paths are dotted: ``enhance.strength_percent``."""

    beamformer: BeamformerParams = field(default_factory=BeamformerParams)
    enhance: EnhanceParams = field(default_factory=EnhanceParams)
    localize: LocalizeParams = field(default_factory=LocalizeParams)
    render: RenderParams = field(default_factory=RenderParams)
    output: OutputParams = field(default_factory=OutputParams)


@dataclass(frozen=True, slots=True)
class Entry:
    """One parameter of the tree: where it is, what type it has, what it is by default, and its knob."""

    path: str
    kind: type
    default: Value
    knob: Knob


def _entries() -> Iterator[Entry]:
    for group in fields(Params):
        for leaf in fields(getattr(Params(), group.name)):
            default: Any = leaf.default
            yield Entry(f"{group.name}.{leaf.name}", type(default), default, leaf.metadata["knob"])


ENTRIES: dict[str, Entry] = {entry.path: entry for entry in _entries()}
"""Every parameter by its dotted path, in the order of the panel."""

_VALUES = {path: attrgetter(path) for path in ENTRIES}  # asked for hundreds of times with every move of a slider


def entry(path: str) -> Entry:
    """The entry at a dotted path.

    Raises
    ------
    InputError
        No such parameter.
    """
    try:
        return ENTRIES[path]
    except KeyError:
        raise InputError(f"{path}: no such parameter (`workbench params` lists them)") from None


def get(params: Params, path: str) -> Value:
    """Value of one parameter."""
    return _VALUES[entry(path).path](params)


def differences(first: Params, second: Params) -> list[str]:
    """Paths at which two trees differ, in the order of the panel."""
    return [path for path, value in _VALUES.items() if value(first) != value(second)]


def to_dict(params: Params) -> dict[str, dict[str, Value]]:
    """Nested plain dictionary, for TOML and JSON."""
    return dataclasses.asdict(params)
