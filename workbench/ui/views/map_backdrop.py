"""The source map's backdrop: disc, sectors, grid, walls and the ring of spatial power."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QConicalGradient, QPainter, QPainterPath, QPen, QPixmap

from workbench.core.geometry import SECTORS
from workbench.ui import painting, theme
from workbench.ui.views import map_marks, polar
from workbench.ui.views.map_geometry import HUB, RING_GAP, RING_STEPS, RING_WIDTH, ring_levels
from workbench.ui.views.map_labels import free_distances, free_sectors
from workbench.ui.views.map_scene import MapScene


def paint_backdrop(scene: MapScene, ratio: float) -> QPixmap:
    """Disc, sectors, grid and the spatial spectrum: all that changes only with a message."""
    state, geometry = scene.state, scene.geometry
    t, center, radius = scene.tokens, geometry.center, geometry.radius
    pixmap = QPixmap(round(geometry.width * ratio), round(geometry.height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(t.plot))
    painter.drawEllipse(center, radius, radius)
    shown = state.localization
    fade = 0.5 if state.stale else 1.0
    if shown is not None and shown.sectors is not None:
        strength = 0.24 if t.is_dark else 0.26
        for sector, probability in enumerate(shown.sectors):
            if probability >= 0.02:  # fainter shades cannot be seen
                painter.setBrush(t.color("accent", fade * strength * min(1.0, float(probability))))
                turn = 2 * math.pi / SECTORS
                painter.drawPath(geometry.sector_path(sector * turn, (sector + 1) * turn))
    _paint_grid(painter, scene)
    if shown is not None and shown.sectors is not None:
        painter.setFont(theme.font(11))
        painter.setOpacity(fade)
        for sector, box in free_sectors(scene):
            probability = float(shown.sectors[sector])
            painter.setPen(QColor(t.text1 if probability >= 0.5 else t.text3))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, painting.format_probability(probability))
        painter.setOpacity(1.0)
    _paint_ring(painter, scene, fade)
    painter.end()
    return pixmap


def _paint_grid(painter: QPainter, scene: MapScene) -> None:
    state, geometry = scene.state, scene.geometry
    t, center, radius = scene.tokens, geometry.center, geometry.radius
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(t.line), 1.0))
    step_m = map_marks.ring_step_m(geometry.rim_m)
    painter.save()
    disc = QPainterPath()
    disc.addEllipse(center, radius, radius)
    painter.setClipPath(disc)
    farthest_m = geometry.rim_m + math.hypot(*geometry.pan_m)
    for step in range(1, math.ceil(farthest_m / step_m)):
        painter.drawEllipse(geometry.origin, step * step_m * geometry.scale, step * step_m * geometry.scale)
    painter.restore()
    for sector in range(SECTORS):
        azimuth_rad = 2 * math.pi * sector / SECTORS
        strong = sector % 2 == 0
        painter.setPen(QPen(QColor(t.line_strong if strong else t.line), 1.0))
        start = polar.to_screen(geometry.origin, azimuth_rad, HUB - 2)
        painter.drawLine(start, geometry.edge(azimuth_rad, radius))
    if state.room_xy_m is not None:
        map_marks.draw_walls(painter, center, radius, geometry.rim_m, state.room_xy_m - geometry.pan_m, t)
    painter.setFont(theme.font(11))
    words = [(box, text, t.text2) for box, text in free_distances(scene)]
    if scene.wall is not None:
        words.append((scene.wall, map_marks.WALL_NAME, t.text3))
    for box, text, color in words:
        painter.fillRect(box, QColor(t.plot))
        painter.setPen(QColor(color))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _paint_ring(painter: QPainter, scene: MapScene, fade: float) -> None:
    state, geometry = scene.state, scene.geometry
    middle = geometry.radius + RING_GAP + RING_WIDTH / 2
    spectrum = state.localization.spectrum if state.localization is not None else None
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if not state.srp or spectrum is None or len(spectrum.azimuth_rad) == 0:
        painter.setPen(QPen(QColor(scene.tokens.line), 1.0))
        painter.drawEllipse(geometry.center, middle, middle)
        return
    gradient = QConicalGradient(geometry.center, 90.0)
    table = painting.colormap("viridis")
    levels = (spectrum.azimuth_rad, spectrum.level_db)
    index = painting.color_index(ring_levels(geometry.ring_azimuths_rad(), *levels), *theme.SPATIAL_RANGE_DB)
    stops = [(k / RING_STEPS, QColor.fromRgb(int(table[i]))) for k, i in enumerate(index)]
    gradient.setStops([*stops, (1.0, stops[0][1])])
    painter.setOpacity(fade)
    painter.setPen(QPen(gradient, RING_WIDTH))
    painter.drawEllipse(geometry.center, middle, middle)
    painter.setOpacity(1.0)
