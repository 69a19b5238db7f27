"""Compiled inner loops of the live chain, each the twin of a numpy function that stays as its oracle.

numba takes seconds to compile on a machine that sees the program for the first time, so nothing here is imported
with the program: `load` compiles (or reads the cache) and `ready` gives the twins from then on, None before. State
has the same layout in both, so that a running stream can change over; what must be repeatable calls `load` first.
A packaged program has no numba: it brings the loops compiled ahead of time, one module for each kind of processor.
"""

from __future__ import annotations

import importlib
import linecache
import logging
from types import ModuleType

import numpy as np

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
PREBUILT = ("prebuilt_v3", "prebuilt_v2", "prebuilt")
"""Modules of `packaging/compile_kernels.py`, the fastest first: x86-64-v3 (AVX2), x86-64-v2, and other processors'."""

_loaded: ModuleType | None = None


def ready() -> ModuleType | None:
    """The compiled functions (`workbench.dsp.compiled`), or None while only numpy is there."""
    return _loaded


def own(x: np.ndarray) -> np.ndarray:
    """A float32 copy of the kind that the kernels were compiled for: a read-only or strided array would be another
    type, and numba would compile for it on the audio path."""
    return np.array(x, dtype=np.float32, order="C")


def load() -> bool:
    """Import and compile; returns whether the kernels are there. Slow: not on the audio path."""
    if _loaded is None:
        if (prebuilt := _prebuilt()) is not None:
            use(prebuilt)
            return True
        try:
            compiled = importlib.import_module("workbench.dsp.compiled")
            compiled.warm_up()
        except ImportError:
            log.info("numba is not installed: the chain runs on numpy alone")
            return False
        # Compiling reads the source of half of numba into this cache: 50 MB that nobody needs again.
        linecache.clearcache()
        use(compiled)
    return True


def _prebuilt() -> ModuleType | None:
    """The module compiled ahead of time that fits this processor; None in a checkout."""
    for name in PREBUILT:
        if name == "prebuilt_v3" and not _processor_has("X86_V3"):
            continue
        try:
            return importlib.import_module(f"workbench.dsp.{name}")
        except ModuleNotFoundError:
            continue
    return None


def _processor_has(feature: str) -> bool:
    """Whether numpy found a feature of the processor, by numpy's name for it."""
    found = np.show_config(mode="dicts")["SIMD Extensions"]
    return feature in found["baseline"] or feature in found["found"]


def use(loops: ModuleType | None) -> None:
    """Take these functions from now on, or numpy's again; for what compares them."""
    global _loaded
    _loaded = loops


def unload() -> None:
    """Back to numpy, for tests that compare the two."""
    use(None)
