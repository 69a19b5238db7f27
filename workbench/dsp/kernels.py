"""Compiled inner loops of the live chain, each the twin of a numpy function that stays as its oracle.

This is where the streaming classes ask for them: `ready` gives the twins once `workbench.dsp.kernel_loader` has brought
them, None before. State has the same layout in both, so that a running stream can change over.
"""

from __future__ import annotations

from types import ModuleType

import numpy as np

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
"""The functions that the chain calls; what else `workbench.dsp.loops` has is called by these."""

_loaded: ModuleType | None = None


def ready() -> ModuleType | None:
    """The module with the compiled functions (`workbench.dsp.loops`, or one built of it), or None: numpy alone."""
    return _loaded


def own(x: np.ndarray) -> np.ndarray:
    """A float32 copy of the kind that the kernels were compiled for: a read-only or strided array would be another
    type, and numba would compile for it on the audio path."""
    return np.array(x, dtype=np.float32, order="C")


def use(loops: ModuleType | None) -> None:
    """Take these functions from now on, or numpy's again; for what compares them."""
    global _loaded
    _loaded = loops


def unload() -> None:
    """Back to numpy, for tests that compare the two."""
    use(None)
