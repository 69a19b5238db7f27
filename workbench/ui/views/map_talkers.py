"""Talkers on the source map: tails, tracks and their labels, the sentence where there are none."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPen

from workbench.ui import theme
from workbench.ui.theme import track_style
from workbench.ui.views import polar
from workbench.ui.views.map_geometry import HUB, nearest_point, tail_ribbon
from workbench.ui.views.map_labels import message_box
from workbench.ui.views.map_scene import MapScene, label_text
from workbench.ui.views.map_state import TAIL_S


def paint_tails(painter: QPainter, scene: MapScene) -> None:
    state, geometry = scene.state, scene.geometry
    painter.setPen(Qt.PenStyle.NoPen)
    for number, tail in state.tails.items():
        points = [geometry.place(azimuth_rad, distance_m) for _, azimuth_rad, distance_m in tail]
        ages = [(state.localization.time_s - when) / TAIL_S for when, _, _ in tail]
        ribbon = tail_ribbon(points, ages)
        if ribbon is None:
            continue
        color = QColor(track_style(number, scene.tokens)[0])
        gradient = QLinearGradient(points[-1], points[0])
        gradient.setColorAt(0.0, color)
        color.setAlphaF(0.0)
        gradient.setColorAt(1.0, color)
        painter.setBrush(gradient)
        painter.drawPath(ribbon)


def paint_tracks(painter: QPainter, scene: MapScene) -> None:
    state, geometry = scene.state, scene.geometry
    t = scene.tokens
    for track in state.tracks:
        place = geometry.place(track.azimuth_rad, track.distance_m)
        if track.distance_m is None:
            # Only the direction is known: the talker may be anywhere along this line.
            painter.setPen(QPen(t.color(f"track{(track.number - 1) % 4 + 1}", 0.35), 1.0))
            start = polar.to_screen(geometry.origin, track.azimuth_rad, HUB)
            painter.drawLine(start, geometry.edge(track.azimuth_rad, geometry.radius))
        entry = scene.labels.get(track.number)
        if entry is not None:
            near = nearest_point(entry[0], place)
            if math.hypot(near.x() - place.x(), near.y() - place.y()) > 26:
                painter.setPen(QPen(QColor(track_style(track.number, t)[0]), 1.0))
                painter.drawLine(place, near)
        polar.draw_marker(painter, place, track.number, t, active=track.active)
    metrics = QFontMetricsF(theme.font(12, 600))
    for track in state.tracks:
        if track.number not in scene.labels:
            continue
        rect = scene.labels[track.number][0]
        color = QColor(track_style(track.number, t)[0])
        painter.setPen(QPen(color, 1.25))
        painter.setBrush(QColor(t.panel))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        name, text = label_text(track, geometry.compact)
        painter.setPen(color)
        painter.setFont(theme.font(12, 600))
        painter.drawText(rect.adjusted(7, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(QColor(t.text1 if track.active else t.text3))
        painter.setFont(theme.font(12, 500))
        start = 14 + metrics.horizontalAdvance(name)
        painter.drawText(rect.adjusted(start, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)


def paint_message(painter: QPainter, scene: MapScene) -> None:
    box = message_box(scene)
    if box is None:
        return
    painter.setFont(theme.font(13))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scene.tokens.plot))
    painter.drawRoundedRect(box, theme.RADIUS_FIELD, theme.RADIUS_FIELD)
    painter.setPen(QColor(scene.tokens.text2))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, scene.state.message)
