"""The plan of a loudspeaker layout, seen from above with the listener below, facing up: the listener's left is on the
left."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from workbench.core.geometry import SpeakerLayout
from workbench.ui import painting, theme
from workbench.ui.theme import Tokens
from workbench.ui.views.loudspeaker_parts import clip_to_field, driver_sides, line_pen

SMALL_M = 0.4
"""Devices smaller than this are drawn enlarged beside the plan."""


def device_extent(layout: SpeakerLayout) -> float:
    """Size of the device in metres: the cabinet's diameter, else the largest distance between two drivers."""
    if layout.cabinet_radius_m is not None:
        return 2 * layout.cabinet_radius_m
    xyz_m = layout.driver_xyz_m
    return max(float(np.linalg.norm(xyz_m[:, None] - xyz_m[None], axis=-1).max()), 1e-3)


def paint_plan(painter: QPainter, rect: QRectF, layout: SpeakerLayout | None, t: Tokens) -> None:
    """Drivers and listener from above, to scale; a small device once more, enlarged."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(t.plot))
    painter.drawRoundedRect(rect, theme.RADIUS_FIELD, theme.RADIUS_FIELD)
    if layout is None or len(layout.drivers) == 0:
        return
    xyz_m = layout.driver_xyz_m
    extent_m = device_extent(layout)
    small = extent_m < SMALL_M
    room = rect.adjusted(0, 0, 0, -104) if small else rect
    painter.save()
    clip_to_field(painter, rect)
    ahead_m = max(0.0, -float(xyz_m[:, 0].min()))
    aside_m = max(float(np.abs(xyz_m[:, 1]).max()), 1e-3)
    scale = min((room.height() - 68) / (layout.listener_distance_m + ahead_m), (room.width() / 2 - 16) / aside_m, 400.0)
    used = (layout.listener_distance_m + ahead_m) * scale + 68
    origin = QPointF(rect.center().x(), room.top() + 20 + ahead_m * scale + (room.height() - used) / 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setFont(theme.font(11))
    radii_m = [r for r in (0.5, 1.0, 1.5, 2.0) if (layout.listener_distance_m - r) * scale > 26]
    for radius_m in radii_m:
        ring = radius_m * scale
        painter.setPen(QPen(QColor(t.line), 1.0))
        painter.drawArc(QRectF(origin.x() - ring, origin.y() - ring, 2 * ring, 2 * ring), 200 * 16, 140 * 16)
    listener = QPointF(origin.x(), origin.y() + layout.listener_distance_m * scale)
    painter.setPen(line_pen(t.line_strong, 1.0, (2.0, 3.0)))
    painter.drawLine(origin, listener)
    for radius_m in radii_m:
        text = painting.with_unit(f"{radius_m:g}", "m") if radius_m == 1.0 else f"{radius_m:g}"
        width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 4
        box = QRectF(origin.x() - width / 2, origin.y() + radius_m * scale - 7, width, 14)
        painter.fillRect(box, QColor(t.plot))
        painter.setPen(QColor(t.text3))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    _paint_head(painter, listener, t)
    painter.setPen(QColor(t.text2))
    caption = QRectF(rect.left(), listener.y() + 17, rect.width(), 16)
    text = painting.with_unit(f"{layout.listener_distance_m:.2f}", "m")
    painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, text)
    if small:
        painter.setPen(QPen(QColor(t.text2), 1.5))
        painter.setBrush(QColor(t.panel))
        painter.drawEllipse(origin, 5, 5)
        _paint_inset(painter, QPointF(rect.center().x(), rect.bottom() - 52), 44.0, layout, t)
    else:
        for number, (x_m, y_m, _) in enumerate(xyz_m, start=1):
            place = QPointF(origin.x() + y_m * scale, origin.y() + x_m * scale)
            _paint_driver(painter, place, number, layout, t)
    painter.restore()


def _paint_head(painter: QPainter, place: QPointF, t: Tokens) -> None:
    painter.setPen(QPen(QColor(t.text1), 1.5))
    painter.setBrush(QColor(t.plot))
    for side in (-1, 1):
        painter.drawEllipse(QPointF(place.x() + side * 10, place.y()), 2.5, 4.0)
    nose = [
        QPointF(place.x() - 4, place.y() - 8),
        QPointF(place.x(), place.y() - 14),
        QPointF(place.x() + 4, place.y() - 8),
    ]
    painter.drawPolyline(QPolygonF(nose))
    painter.drawEllipse(place, 10, 10)


def _paint_inset(painter: QPainter, center: QPointF, radius: float, layout: SpeakerLayout, t: Tokens) -> None:
    """The device enlarged, with the numbers of its drivers."""
    extent_m = device_extent(layout)
    painter.setPen(QPen(QColor(t.line_strong), 1.0))
    painter.setBrush(QColor(t.panel))
    painter.drawEllipse(center, radius, radius)
    scale = (radius - 13) / (extent_m / 2)
    if layout.cabinet_radius_m is not None:
        painter.setPen(QPen(QColor(t.text3), 1.0))
        painter.setBrush(QColor(t.plot))
        painter.drawEllipse(center, layout.cabinet_radius_m * scale, layout.cabinet_radius_m * scale)
    painter.setFont(theme.font(11))
    painter.setPen(QColor(t.text2))
    text = painting.with_unit(f"{100 * extent_m:.0f}", "cm")
    on_axis = any(abs(x) < extent_m / 8 and abs(y) < extent_m / 8 for x, y, _ in layout.driver_xyz_m)
    flat = layout.cabinet_radius_m is None
    drop = 18 if on_axis or flat else 0
    painter.drawText(QRectF(center.x() - 30, center.y() - 8 + drop, 60, 16), Qt.AlignmentFlag.AlignCenter, text)
    for number, (x_m, y_m, _) in enumerate(layout.driver_xyz_m, start=1):
        _paint_driver(painter, QPointF(center.x() + y_m * scale, center.y() + x_m * scale), number, layout, t)


def _paint_driver(painter: QPainter, place: QPointF, number: int, layout: SpeakerLayout, t: Tokens) -> None:
    side = driver_sides(layout, layout.driver_names)[number - 1]
    painter.setPen(QPen(QColor(t.plot), 1.5))
    painter.setBrush(QColor(getattr(t, side)))
    painter.drawEllipse(place, 8, 8)
    painter.setPen(QColor(t.plot))
    painter.setFont(theme.font(11, 600))
    painter.drawText(QRectF(place.x() - 8, place.y() - 8, 16, 16), Qt.AlignmentFlag.AlignCenter, str(number))
