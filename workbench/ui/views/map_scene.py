"""One picture of the source map: state and geometry put together."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from workbench.core.messages import Track
from workbench.ui import painting
from workbench.ui.theme import Tokens
from workbench.ui.views.map_geometry import MapGeometry
from workbench.ui.views.map_state import MapState


@dataclass(frozen=True)
class MapScene:
    """One picture of the map: what is shown, where, in which colours; `focus` is what has the keyboard, if any."""

    state: MapState
    geometry: MapGeometry
    tokens: Tokens
    labels: dict[int, tuple[QRectF, int]]
    focus: int | None = None
    wall: QRectF | None = None
    """Where the walls' name stands."""

    def truth_places(self) -> list[tuple[int, QPointF, bool]]:
        """(number, place, active) of each true position that is shown."""
        truths = self.state.truths()
        return [(number, self.geometry.place(at_rad, at_m), active) for number, at_rad, at_m, active in truths]

    def null_places(self) -> list[QPointF]:
        """Centres of the diamonds."""
        return [self.geometry.on_ring(math.radians(null_deg)) for null_deg in self.state.nulls_deg]


def label_text(track: Track, compact: bool) -> tuple[str, str]:
    """Name and place in a track's label; the narrow window leaves the distance out."""
    azimuth = painting.format_azimuth(track.azimuth_rad)
    if compact or track.distance_m is None:
        return f"T{track.number}", azimuth
    return f"T{track.number}", f"{azimuth} {painting.format_distance(track.distance_m)}"
