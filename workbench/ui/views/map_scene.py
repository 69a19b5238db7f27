"""One picture of the source map: state and geometry put together, and where its labels go."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF

from workbench.core.geometry import SECTORS
from workbench.core.messages import Track
from workbench.ui import painting, theme
from workbench.ui.theme import Tokens
from workbench.ui.views import polar
from workbench.ui.views.map_geometry import HUB, MapGeometry
from workbench.ui.views.map_state import MapState


@dataclass(frozen=True)
class MapScene:
    """One picture of the map: what is shown, where, in which colours; `focus` is what has the keyboard, if any."""

    state: MapState
    geometry: MapGeometry
    tokens: Tokens
    labels: dict[int, tuple[QRectF, int]]
    focus: int | None = None

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


def arrange_labels(scene: MapScene) -> dict[int, tuple[QRectF, int]]:
    """Places of the talkers' labels, near where they were before: number to (rectangle, choice)."""
    state, geometry = scene.state, scene.geometry
    tracks = state.tracks
    if not tracks:
        return {}
    bold, plain = QFontMetricsF(theme.font(12, 600)), QFontMetricsF(theme.font(12, 500))
    labels, markers = [], []
    for track in tracks:
        name, text = label_text(track, geometry.compact)
        width = math.ceil(7 + bold.horizontalAdvance(name) + 7 + plain.horizontalAdvance(text) + 8)
        place = geometry.place(track.azimuth_rad, track.distance_m)
        labels.append((track.number, place, QSizeF(width, 22)))
        markers.append(polar.rect_around(place, polar.MARKER_RADIUS + 3))
    markers += [polar.rect_around(place, polar.TRUTH_RADIUS + 2) for _, place, _ in scene.truth_places()]
    avoid = [polar.rect_around(geometry.origin, HUB), *(box for box, _ in geometry.ring_labels())]
    for tail in state.tails.values():
        avoid += [polar.rect_around(geometry.place(azimuth, distance), 4) for _, azimuth, distance in list(tail)[:-1:2]]
    if not geometry.compact and state.localization.sectors is not None:
        avoid += [geometry.sector_text_rect(sector) for sector in range(SECTORS)]
    bounds = polar.rect_around(geometry.center, geometry.radius)
    before = {number: choice for number, (_, choice) in scene.labels.items()}
    return polar.place_labels(labels, markers, avoid, bounds, before)
