"""Compiled inner loops of the live chain, each the twin of a numpy function that stays as its oracle.

numba takes seconds to compile on a machine that sees the program for the first time, so nothing here is imported
with the program: `load` compiles (or reads the cache) and `ready` gives the twins from then on, None before. State
has the same layout in both, so that a running stream can change over; what must be repeatable calls `load` first.
"""

from __future__ import annotations

import importlib
import linecache
import logging
from types import ModuleType

import numpy as np

log = logging.getLogger(__name__)

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
    global _loaded
    if _loaded is None:
        try:
            compiled = importlib.import_module("workbench.dsp.compiled")
            compiled.warm_up()
        except ImportError:
            log.info("numba is not installed: the chain runs on numpy alone")
            return False
        # Compiling reads the source of half of numba into this cache: 50 MB that nobody needs again.
        linecache.clearcache()
        _loaded = compiled
    return True


def unload() -> None:
    """Back to numpy, for tests that compare the two."""
    global _loaded
    _loaded = None
