"""What is written around the source map: angles at the rim, and the footer."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from workbench.ui import painting, theme
from workbench.ui.views import polar
from workbench.ui.views.map_geometry import RIM
from workbench.ui.views.map_scene import MapScene


def paint_frame(painter: QPainter, scene: MapScene, taken: list[QRectF]) -> None:
    """Angles around the rim (but for those under the beam's label) and the footer."""
    state, geometry = scene.state, scene.geometry
    t = scene.tokens
    painter.setFont(theme.font(11))
    metrics = QFontMetricsF(painter.font())
    painter.setPen(QColor(t.text2))
    outer = geometry.radius + RIM
    angles = (0, 90, -90, 180) if geometry.compact else (0, 45, -45, 90, -90, 135, -135, 180)
    words = {0: " front"} if geometry.compact else {0: " front", 90: "\nleft", -90: "\nright"}
    gap = 4 if geometry.compact else 10
    for degrees in angles:
        head = "180°" if degrees == 180 else painting.number(degrees, signed=True) + "°"
        word = words.get(degrees, "").removeprefix("\n")
        width = metrics.horizontalAdvance(head + (word if degrees == 0 else "")) + 2
        azimuth_rad = geometry.turn_rad(math.radians(degrees))
        left, ahead = math.sin(azimuth_rad), math.cos(azimuth_rad)
        anchor = polar.to_screen(geometry.center, azimuth_rad, outer + (2 if degrees in (0, 180) else gap))
        rect = QRectF(anchor.x() - width / 2 * (1 + left), anchor.y() - 8 * (1 + ahead), width, 16)
        below = word if degrees in (90, -90) else ""
        whole = rect.united(rect.translated(0, 16)) if below else rect
        if any(whole.intersects(other) for other in taken):
            continue
        painter.setPen(QColor(t.text2))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, head + (word if degrees == 0 else ""))
        if below:
            side = Qt.AlignmentFlag.AlignRight if degrees > 0 else Qt.AlignmentFlag.AlignLeft
            room = rect.adjusted(-10, 16, 0, 16) if degrees > 0 else rect.adjusted(-6, 16, 10, 16)
            painter.setPen(QColor(t.text3))
            painter.drawText(room, side, below)
    if geometry.compact:
        return
    footer = QRectF(12, geometry.height - 18, geometry.width - 24, 16)
    painter.setPen(QColor(t.text3))
    alignment = Qt.AlignmentFlag.AlignVCenter
    rim = f"rim {painting.format_distance(geometry.rim_m)}"
    if geometry.pan_m != (0.0, 0.0):
        rim += ", moved"
    painter.drawText(footer, alignment | Qt.AlignmentFlag.AlignLeft, rim)
    middle = "array on a line: front and back sound alike" if state.mirror_deg is not None else state.error_text
    painter.drawText(footer, alignment | Qt.AlignmentFlag.AlignHCenter, middle)
    if scene.truth_places():
        legend = "true position"
        painter.drawText(footer, alignment | Qt.AlignmentFlag.AlignRight, legend)
        x = footer.right() - metrics.horizontalAdvance(legend) - 14
        painter.save()
        painter.translate(x, footer.center().y())
        painter.scale(0.62, 0.62)
        polar.draw_truth(painter, QPointF(0, 0), t)
        painter.restore()
