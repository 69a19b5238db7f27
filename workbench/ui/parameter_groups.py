"""What stands in the parameter panel: its groups, and which rows act with which method."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core import params as parameters
from workbench.core.params import NETWORK_METHODS, Params


@dataclass(frozen=True)
class GroupSpec:
    """One group of the panel; `structure` is the row about the chain's structure that stands in it."""

    name: str
    title: str
    tab: str
    structure: str = ""


GROUPS = (
    GroupSpec("beamformer", "Beamformer", "Beamform", "array"),
    GroupSpec("enhance", "Enhancement", "Enhance"),
    GroupSpec("localize", "Localization", "Localize"),
    GroupSpec("render", "Rendering", "Render", "layout"),
)

STRUCTURE = {
    "array": (
        "Array",
        "The microphones' positions. Their number must fit the source; wrong positions or a wrong order give wrong "
        "directions. A file of your own: name and mics = [[x, y, z], …] in metres.",
    ),
    "layout": (
        "Loudspeakers",
        "Where the drivers stand and what they are mounted on, and how far the listener is. The filters are "
        "designed for it.",
    ),
}

NETWORKS = frozenset(NETWORK_METHODS)
WITH_GAINS = NETWORKS | {"classical"}
APPLIES = {
    "beamformer.white_noise_floor_db": ("beamformer.method", frozenset({"superdirective", "mvdr", "lcmv"})),
    "beamformer.null_depth_db": ("beamformer.method", frozenset({"lcmv"})),
    "beamformer.adaptation_ms": ("beamformer.method", frozenset({"mvdr"})),
    "enhance.strength_percent": ("enhance.method", WITH_GAINS),
    "enhance.comb_percent": ("enhance.method", NETWORKS),
    "enhance.postfilter_beta": ("enhance.method", WITH_GAINS),
    "enhance.decay_ms": ("enhance.method", WITH_GAINS),
    "enhance.smoothing_ms": ("enhance.method", WITH_GAINS),
    "enhance.mix_percent": ("enhance.method", WITH_GAINS),
    "enhance.attenuation_limit_db": ("enhance.method", WITH_GAINS),
    "render.cancellation_db": ("render.method", frozenset({"crosstalk"})),
    "render.boost_limit_db": ("render.method", frozenset({"crosstalk"})),
    "render.virtual_deg": ("render.method", frozenset({"crosstalk"})),
}
"""Rows that act with some choices of a method only: path -> (path of the choice, choices with which it acts)."""
OF_METHODS = frozenset({"beamformer.white_noise_floor_db", "beamformer.null_depth_db", "beamformer.adaptation_ms"})
"""Rows that take no room while a method is chosen that does not know them; a search finds them all the same."""


def applies(params: Params, path: str) -> bool:
    """The parameter has an effect with the methods that are chosen and the group switched on."""
    group = path.split(".")[0]
    if not parameters.get(params, f"{group}.enabled"):
        return False
    return method_knows(params, path)


def method_knows(params: Params, path: str) -> bool:
    """The parameter has an effect with the methods that are chosen."""
    if path in APPLIES:
        choice, values = APPLIES[path]
        return parameters.get(params, choice) in values
    return True
