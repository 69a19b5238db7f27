"""A beam pattern's level over azimuth and frequency as an image.

0° is in the middle, left is positive: the image runs from +180° at its left edge to −180° at its right.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from workbench.core.messages import BeamPattern
from workbench.ui import painting, theme
from workbench.ui.views.beam_figures import axis_range


def pattern_image(pattern: BeamPattern, rows: int) -> QImage:
    """The level over azimuth (left positive at the left) and frequency (ERB scale, high at the top) in viridis."""
    low, high = axis_range(pattern)
    edges = painting.erb_number(np.array([high, low]))
    wanted_hz = painting.erb_to_hz(edges[0] + (np.arange(rows) + 0.5) / rows * (edges[1] - edges[0]))
    place = np.interp(np.log(wanted_hz), np.log(pattern.frequency_hz), np.arange(len(pattern.frequency_hz)))
    below = np.minimum(place.astype(int), len(pattern.frequency_hz) - 1)
    above = np.minimum(below + 1, len(pattern.frequency_hz) - 1)
    share = (place - below)[:, None].astype(np.float32)
    level = pattern.level_db[below] * (1 - share) + pattern.level_db[above] * share
    index = painting.color_index(level[:, np.argsort(-pattern.azimuth_rad)], *theme.SPATIAL_RANGE_DB)
    pixels = np.ascontiguousarray(painting.colormap("viridis")[index])
    height, width = pixels.shape
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()
