"""The parameter tree: everything a person can move while sound plays.

One immutable `Params` is read once a hop by the worker; an edit makes a new one. Each field carries a
`Knob` (range, unit, default, label, help) from which sliders, `workbench params` and presets are built.
What a model dictates (rate, hop, bands) and what changes the structure of the chain (source, sink, array,
layout) is not here: those are commands of the session.

A module for each subject: a group of parameters, the tree, a value, an edit.
"""

from workbench.core.params.beamformer import BeamformerParams
from workbench.core.params.edits import from_dict, replace
from workbench.core.params.enhance import NETWORK_METHODS, EnhanceParams
from workbench.core.params.knob import Knob, Value
from workbench.core.params.localize import LocalizeParams
from workbench.core.params.older import as_meant_then
from workbench.core.params.output import OutputParams
from workbench.core.params.render import RenderParams
from workbench.core.params.tree import ENTRIES, Entry, Params, differences, entry, get, to_dict
from workbench.core.params.values import (
    MOST_ANGLES,
    as_text,
    check,
    format_angles,
    format_curve,
    parse,
    parse_angles,
    parse_curve,
)

__all__ = [
    "ENTRIES",
    "MOST_ANGLES",
    "NETWORK_METHODS",
    "BeamformerParams",
    "EnhanceParams",
    "Entry",
    "Knob",
    "LocalizeParams",
    "OutputParams",
    "Params",
    "RenderParams",
    "Value",
    "as_meant_then",
    "as_text",
    "check",
    "differences",
    "entry",
    "format_angles",
    "format_curve",
    "from_dict",
    "get",
    "parse",
    "parse_angles",
    "parse_curve",
    "replace",
    "to_dict",
]
