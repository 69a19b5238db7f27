"""Where the compiled inner loops come from: a package that brings them, a build on this machine, or numba.

numba takes seconds to compile on a machine that sees the program for the first time, and 130 MB, so it is not imported
with the program: `load` has the loops built by another process (`workbench.dsp.ahead`; a packaged program brings them
along) and hands them to `workbench.dsp.kernels`; what must be repeatable calls it first.
"""

from __future__ import annotations

import importlib
import linecache
import logging
from types import ModuleType

from workbench.dsp import ahead, built_loops, kernels, loop_trial

log = logging.getLogger(__name__)


def load() -> bool:
    """Have the kernels, from where they can be had with least; returns whether they are there. On a machine that sees
    the program for the first time they are built, which takes half a minute: not on the audio path."""
    if kernels.ready() is None:
        loops = _packaged() or ahead.kept() or (ahead.build() if ahead.possible() else None) or by_numba()
        if loops is None:
            log.info("numba is not installed: the chain runs on numpy alone")
            return False
        kernels.use(loops)
    return True


def by_numba() -> ModuleType | None:
    """The loops compiled in this process (or from numba's cache); None without numba. Costs 130 MB."""
    try:
        loops = importlib.import_module("workbench.dsp.loops")
    except ImportError:
        return None
    loop_trial.warm_up(loops)
    # Compiling reads the source of half of numba into this cache: 50 MB that nobody needs again.
    linecache.clearcache()
    return loops


def _packaged() -> ModuleType | None:
    """The module compiled for the package that fits this processor; None in a checkout."""
    for name in built_loops.module_names():
        try:
            return importlib.import_module(f"workbench.dsp.{name}")
        except ModuleNotFoundError:
            continue
    return None
