"""How the loops are compiled: for which processor, with which liberties, and where numba keeps what it compiled."""

from __future__ import annotations

import os

from numba import njit
from numba.core import config

from workbench.dsp import built_loops


def _choose() -> None:
    """Tell numba for which processor it shall compile, also where somebody has imported it before, who would otherwise
    have it compile for this very machine; and where to keep that."""
    if "NUMBA_CPU_NAME" not in os.environ:
        os.environ.update(built_loops.environment(built_loops.module_names()[0]))
    config.reload_config()
    if not config.CACHE_DIR:  # type: ignore[attr-defined]  # numba sets it by its name
        # Its own place, beside each source, is kept by that file's date alone: loops that call those of another file
        # would stay as they were when that one changes.
        config.CACHE_DIR = str(built_loops.folder() / "numba")  # type: ignore[attr-defined]


_choose()  # before the first loop

OPTIONS = {"cache": True, "nogil": True, "fastmath": {"nsz"}}
"""Products and sums are not fused: whether the compiler's vector loop or its scalar twin runs depends on where the
arrays happen to lie, and the same input must give the same samples, bit for bit."""
SUMS = {"cache": True, "nogil": True, "fastmath": {"reassoc", "contract", "nsz", "arcp"}}
"""For sums that only read: there the loop is always the same one."""


@njit(**OPTIONS)
def copy(source, target, start):
    """source (n,) into target from place `start` on."""
    # numba takes seconds to compile what its own slice assignment could complain of.
    for n in range(len(source)):
        target[start + n] = source[n]
