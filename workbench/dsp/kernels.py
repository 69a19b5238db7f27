"""Compiled inner loops of the live chain, each the twin of a numpy function that stays as its oracle.

numba takes seconds to compile on a machine that sees the program for the first time, and 130 MB, so it is not imported
with the program: `load` has the loops built by another process (`workbench.dsp.ahead`; a packaged program brings them
along) and `ready` gives the twins from then on, None before. State has the same layout in both, so that a running
stream can change over; what must be repeatable calls `load` first.
"""

from __future__ import annotations

import importlib
import linecache
import logging
import os
import sys
from types import ModuleType

import numpy as np

from workbench.dsp import ahead

log = logging.getLogger(__name__)

ENTRIES = (
    "analysis_hop",
    "synthesis_hop",
    "pitch_hop",
    "comb_hop",
    "frame_features",
    "implied_snr_db",
    "shape_gain",
    "shape_spectrum",
    "centre_spectrum",
)
"""The functions that the chain calls; what else `workbench.dsp.compiled` has is called by these."""

_loaded: ModuleType | None = None


def ready() -> ModuleType | None:
    """The compiled functions (`workbench.dsp.compiled`), or None while only numpy is there."""
    return _loaded


def own(x: np.ndarray) -> np.ndarray:
    """A float32 copy of the kind that the kernels were compiled for: a read-only or strided array would be another
    type, and numba would compile for it on the audio path."""
    return np.array(x, dtype=np.float32, order="C")


def load() -> bool:
    """Have the kernels, from where they can be had with least; returns whether they are there. On a machine that sees
    the program for the first time they are built, which takes half a minute: not on the audio path."""
    if _loaded is None:
        loops = _packaged() or ahead.kept() or (ahead.build() if ahead.possible() else None) or by_numba()
        if loops is None:
            log.info("numba is not installed: the chain runs on numpy alone")
            return False
        use(loops)
    return True


def by_numba() -> ModuleType | None:
    """The loops compiled in this process (or from numba's cache); None without numba. Costs 130 MB."""
    if "numba" not in sys.modules:
        os.environ.update(ahead.environment(ahead.module_names()[0]))
    try:
        compiled = importlib.import_module("workbench.dsp.compiled")
    except ImportError:
        return None
    compiled.warm_up()
    # Compiling reads the source of half of numba into this cache: 50 MB that nobody needs again.
    linecache.clearcache()
    return compiled


def _packaged() -> ModuleType | None:
    """The module compiled for the package that fits this processor; None in a checkout."""
    for name in ahead.module_names():
        try:
            return importlib.import_module(f"workbench.dsp.{name}")
        except ModuleNotFoundError:
            continue
    return None


def use(loops: ModuleType | None) -> None:
    """Take these functions from now on, or numpy's again; for what compares them."""
    global _loaded
    _loaded = loops


def unload() -> None:
    """Back to numpy, for tests that compare the two."""
    use(None)
