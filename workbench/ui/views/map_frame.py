"""What is written around the source map: angles at the rim, and the footer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from workbench.ui import painting, theme
from workbench.ui.views import polar
from workbench.ui.views.map_labels import free_angles
from workbench.ui.views.map_scene import MapScene


def paint_frame(painter: QPainter, scene: MapScene) -> None:
    """Angles around the rim and the footer."""
    state, geometry = scene.state, scene.geometry
    t = scene.tokens
    painter.setFont(theme.font(11))
    metrics = QFontMetricsF(painter.font())
    for angle in free_angles(scene):
        painter.setPen(QColor(t.text2))
        painter.drawText(angle.rect, Qt.AlignmentFlag.AlignCenter, angle.text)
        if angle.below:
            left = angle.degrees > 0
            side = Qt.AlignmentFlag.AlignRight if left else Qt.AlignmentFlag.AlignLeft
            room = angle.rect.adjusted(-10, 16, 0, 16) if left else angle.rect.adjusted(-6, 16, 10, 16)
            painter.setPen(QColor(t.text3))
            painter.drawText(room, side, angle.below)
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
