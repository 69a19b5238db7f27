"""Where the compiled inner loops come from: a package that brings them, a build on this machine, or numba.

numba takes seconds to compile on a machine that sees the program for the first time, and 60 MB, so it is not imported
with the program: `load` has the loops built by another process (`workbench.dsp.ahead`; a packaged program brings them
along) and hands them to `workbench.dsp.kernels`; what must be repeatable calls it first. Where nothing can be built,
numba is imported after all, but what it compiles it compiles in another process too.

`python -m workbench.dsp.kernel_loader` is that process.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import linecache
import logging
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from workbench.dsp import ahead, built_loops, file_pages, kernels, loop_trial

log = logging.getLogger(__name__)


def load() -> bool:
    """Have the kernels, from where they can be had with least; returns whether they are there. On a machine that sees
    the program for the first time they are built, which takes half a minute: not on the audio path."""
    if kernels.ready() is None:
        loops = _packaged() or ahead.kept() or (ahead.build() if ahead.possible() else None) or _by_numba()
        if loops is None:
            log.info("numba is not installed: the chain runs on numpy alone")
            return False
        kernels.use(loops)
    return True


def _by_numba() -> ModuleType | None:
    """As `by_numba`; what numba's cache does not have is compiled by a process of its own, once: here it would keep the
    interpreter from sound and window for half a minute, and leave 80 MB behind."""
    try:
        if not (built_loops.folder() / "numba").exists():
            subprocess.run(
                [sys.executable, "-m", "workbench.dsp.kernel_loader"],
                cwd=Path(__file__).parents[2],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=ahead.PATIENCE_S,
                check=False,
            )
    except (OSError, subprocess.SubprocessError, importlib.metadata.PackageNotFoundError) as error:
        log.info("numba's cache was not filled: %s", error)
    return by_numba()


def by_numba() -> ModuleType | None:
    """The loops compiled in this process (or from numba's cache); None without numba. Costs 60 MB."""
    try:
        loops = importlib.import_module("workbench.dsp.loops")
    except ImportError:
        return None
    loop_trial.warm_up(loops)
    # Compiling reads the source of half of numba into this cache: 50 MB that nobody needs again.
    linecache.clearcache()
    file_pages.give_back("libllvmlite")
    return loops


def _packaged() -> ModuleType | None:
    """The module compiled for the package that fits this processor; None in a checkout."""
    for name in built_loops.module_names():
        try:
            return importlib.import_module(f"workbench.dsp.{name}")
        except ModuleNotFoundError:
            continue
    return None


def main() -> int:
    """Fill numba's cache."""
    if hasattr(os, "nice"):
        os.nice(10)  # meanwhile the sound runs on numpy
    return 0 if by_numba() is not None else 1


if __name__ == "__main__":
    sys.exit(main())
