"""The beam on the source map: its line and label, the array, the handle and the nulls."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from workbench.ui import theme
from workbench.ui.views import map_marks, polar
from workbench.ui.views.map_geometry import HANDLE_LENGTH, HANDLE_WIDTH, HUB
from workbench.ui.views.map_scene import MapScene


def paint_beam_line(painter: QPainter, scene: MapScene) -> None:
    """The dashed line and the beam's label."""
    state, geometry = scene.state, scene.geometry
    if state.beam_deg is None:
        return
    azimuth_rad = math.radians(state.beam_deg)
    pen = QPen(QColor(scene.tokens.accent), 1.0)
    pen.setDashPattern([4.0, 3.0])
    painter.setPen(pen)
    start = polar.to_screen(geometry.origin, azimuth_rad, HUB)
    painter.drawLine(start, geometry.edge(azimuth_rad, geometry.radius - 1))
    if state.mirror_deg is not None:
        mirror_rad = math.radians(state.mirror_deg)
        painter.setPen(QPen(scene.tokens.color("accent", 0.6), 1.0, Qt.PenStyle.DotLine))
        start = polar.to_screen(geometry.origin, mirror_rad, HUB)
        painter.drawLine(start, geometry.edge(mirror_rad, geometry.radius - 1))
        painter.setPen(QColor(scene.tokens.accent))
    rect, text = geometry.beam_label(state.beam_deg)
    painter.setFont(theme.font(12, 600))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def paint_hub(painter: QPainter, scene: MapScene) -> None:
    state, geometry = scene.state, scene.geometry
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scene.tokens.plot))
    hub = 16.0 if geometry.compact else HUB
    painter.drawEllipse(geometry.origin, hub, hub)
    if state.mic_xyz_m is None or len(state.mic_xyz_m) == 0:
        return
    extent_m = float(np.hypot(state.mic_xyz_m[:, 0], state.mic_xyz_m[:, 1]).max())
    scale = (hub - 6.0) / extent_m if extent_m > 0 else 0.0
    painter.setBrush(QColor(scene.tokens.text2))
    for ahead_m, left_m in state.mic_xyz_m[:, :2]:
        place = QPointF(geometry.origin.x() - left_m * scale, geometry.origin.y() - ahead_m * scale)
        painter.drawEllipse(place, 2.25, 2.25)


def paint_nulls(painter: QPainter, scene: MapScene) -> None:
    state = scene.state
    for number, place in enumerate(scene.null_places(), start=1):
        map_marks.draw_null(painter, place, scene.tokens, by_hand=bool(state.hand_nulls_deg))
        if scene.focus == -number:
            polar.draw_focus_ring(painter, polar.rect_around(place, 8.0), scene.tokens, 8.0)


def paint_handle(painter: QPainter, scene: MapScene) -> None:
    state, geometry = scene.state, scene.geometry
    t = scene.tokens
    if state.mirror_deg is not None:
        mirror = geometry.on_ring(math.radians(state.mirror_deg))
        painter.setPen(QPen(QColor(t.plot), 4.0))
        painter.setBrush(QColor(t.plot))
        painter.drawEllipse(mirror, 7.0, 7.0)
        painter.setPen(QPen(QColor(t.accent), 1.75))
        painter.drawEllipse(mirror, 7.0, 7.0)
    if scene.focus is not None and scene.focus > 0:
        for number, place, _ in scene.truth_places():
            if number == scene.focus:
                polar.draw_focus_ring(painter, polar.rect_around(place, 12.0), t, 12.0)
    if state.beam_deg is None:
        return
    painter.save()
    painter.translate(geometry.on_ring(math.radians(state.beam_deg)))
    painter.rotate(-math.degrees(geometry.turn_rad(math.radians(state.beam_deg))))
    body = QRectF(-HANDLE_LENGTH / 2, -HANDLE_WIDTH / 2, HANDLE_LENGTH, HANDLE_WIDTH)
    painter.setPen(QPen(QColor(t.plot), 2.5))
    painter.setBrush(QColor(t.accent))
    painter.drawRoundedRect(body, HANDLE_WIDTH / 2, HANDLE_WIDTH / 2)
    painter.setPen(QPen(QColor(t.plot), 1.5))
    for x in (-4.0, 0.0, 4.0):
        painter.drawLine(QPointF(x, -4.0), QPointF(x, 4.0))
    if scene.focus == 0:
        polar.draw_focus_ring(painter, body, t, HANDLE_WIDTH / 2)
    painter.restore()
