"""Arrays that cross a thread."""

from __future__ import annotations

import numpy as np


def frozen(array: np.ndarray) -> np.ndarray:
    """The array itself, made read-only: what crosses a thread may not be written again."""
    array.setflags(write=False)
    return array
