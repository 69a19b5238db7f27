"""The marks around the array: which are done, which is next, and where the talker seems to be."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from workbench.engine.walk_recorder import WalkState
from workbench.ui import theme
from workbench.ui.controls import Themed
from workbench.ui.painting import format_azimuth

MARK_RADIUS = 12.0
HALF_WIDTH_DEG = 10.0
LABEL_HALF = (22.0, 12.0)
"""Half the width and the height that a direction takes, with air."""


def label_distance(azimuth_rad: float) -> float:
    """How far outside a mark's centre its direction is written: its half width beside the mark, its half height above,
    so that none lies under a mark."""
    across, along = abs(math.sin(azimuth_rad)), abs(math.cos(azimuth_rad))
    return MARK_RADIUS + LABEL_HALF[0] * across + LABEL_HALF[1] * along


class WalkMap(Themed, QWidget):
    """Seen from above: front is up, positive azimuths are on the left."""

    def __init__(self):
        super().__init__()
        self.setFixedHeight(270)
        self.setAccessibleName("Walk about the array")
        self.setProperty("picture", "walk")
        self.state = WalkState((), 0)
        self.you_rad: float | None = None

    def show_state(self, state: WalkState, you_rad: float | None) -> None:
        """How the walk stands, and the azimuth of the talker who is heard."""
        self.state, self.you_rad = state, you_rad
        done = sum(count >= state.wanted for count in state.samples)
        where = "" if state.finished else f", next {format_azimuth(math.radians(state.azimuth_deg[state.mark]))}"
        self.setAccessibleName(f"{done} of {len(state.azimuth_deg)} marks done{where}")
        self.update()

    def _at(self, azimuth_rad: float, radius: float) -> QPointF:
        centre = QPointF(self.width() / 2, self.height() / 2)
        return centre + radius * QPointF(-math.sin(azimuth_rad), -math.cos(azimuth_rad))

    def paintEvent(self, event):
        t, state = self.tokens, self.state
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre, rim = QPointF(self.width() / 2, self.height() / 2), self.height() / 2 - 34
        painter.setPen(QPen(QColor(t.line_strong), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for part in (1.0, 0.5):
            painter.drawEllipse(centre, rim * part, rim * part)
        if not state.finished and state.azimuth_deg:
            self._wedge(painter, centre, rim, state.azimuth_deg[state.mark])
        painter.setBrush(QColor(t.text2))
        painter.setPen(Qt.PenStyle.NoPen)
        for number in range(8):
            painter.drawEllipse(self._at(number * math.pi / 4, 9), 1.8, 1.8)
        for number, azimuth_deg in enumerate(state.azimuth_deg):
            self._mark(painter, number, math.radians(azimuth_deg), rim)
        if self.you_rad is not None and not state.finished:
            self._you(painter, rim)
        painter.end()

    def _wedge(self, painter: QPainter, centre: QPointF, rim: float, azimuth_deg: float) -> None:
        path = QPainterPath(centre)
        box = QRectF(centre.x() - rim, centre.y() - rim, 2 * rim, 2 * rim)
        path.arcTo(box, azimuth_deg + 90 - HALF_WIDTH_DEG, 2 * HALF_WIDTH_DEG)
        path.closeSubpath()
        fill = QColor(self.tokens.accent)
        fill.setAlphaF(0.25)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPath(path)

    def _mark(self, painter: QPainter, number: int, azimuth_rad: float, rim: float) -> None:
        t, state = self.tokens, self.state
        at = self._at(azimuth_rad, rim)
        box = QRectF(at.x() - MARK_RADIUS, at.y() - MARK_RADIUS, 2 * MARK_RADIUS, 2 * MARK_RADIUS)
        done, present = state.samples[number] >= state.wanted, number == state.mark
        painter.setPen(QPen(QColor(t.line_strong), 1))
        painter.setBrush(QColor(t.text2 if done and not present else t.panel))
        painter.drawEllipse(box)
        if present:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(t.accent), 3))
            share = state.samples[number] / max(1, state.wanted)
            painter.drawArc(box, 90 * 16, -round(360 * 16 * share))
        ink = t.panel if done and not present else t.text1
        painter.setPen(QPen(QColor(ink), 1.8))
        if done and not present:
            tick = QPainterPath(at + QPointF(-4.5, 0.5))
            tick.lineTo(at + QPointF(-1.2, 3.8))
            tick.lineTo(at + QPointF(4.8, -3.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(tick)
        else:
            painter.setFont(theme.font(11, 500))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number + 1))
        label = self._at(azimuth_rad, rim + label_distance(azimuth_rad))
        painter.setFont(theme.font(11))
        painter.setPen(QColor(t.accent if present else t.text3))
        painter.drawText(
            QRectF(label.x() - 24, label.y() - 8, 48, 16), Qt.AlignmentFlag.AlignCenter, format_azimuth(azimuth_rad)
        )

    def _you(self, painter: QPainter, rim: float) -> None:
        at = self._at(self.you_rad, rim * 0.78)
        painter.setPen(QPen(QColor(self.tokens.panel), 1.5))
        painter.setBrush(QColor(self.tokens.track1))
        painter.drawEllipse(at, 5.5, 5.5)
        painter.setFont(theme.font(11, 500))
        painter.setPen(QColor(self.tokens.track1))
        text = f"you {format_azimuth(self.you_rad)}"
        box = QRectF(at.x() + 9, at.y() - 8, 90, 16)
        side = Qt.AlignmentFlag.AlignLeft
        if at.x() > self.width() / 2:  # inwards, where no marks stand
            box.moveRight(at.x() - 9)
            side = Qt.AlignmentFlag.AlignRight
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | side, text)
