"""The cursor of the beam's pictures: what the beam does at an azimuth and a frequency, by pointer or by keys.

A mixin of `BeamCanvas`, which has the pattern and knows where its pictures lie.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from workbench.ui import painting, theme
from workbench.ui.views import polar
from workbench.ui.views.beam_figures import axis_range, level_at, nearest_row

STEP_DEG, FINE_STEP_DEG = 5.0, 1.0


class BeamCursor:
    """Pointer and keys over a `BeamCanvas`."""

    @property
    def cursor_level_db(self) -> float | None:
        """Level of the beam under the cursor; None without one."""
        if self._cursor is None or self._pattern is None:
            return None
        azimuth_rad, frequency_hz = self._cursor
        return level_at(self._pattern, nearest_row(self._pattern, frequency_hz), azimuth_rad)

    def set_cursor(self, azimuth_rad: float | None, frequency_hz: float | None = None) -> None:
        """Read the level at an azimuth, at a frequency or at the chosen one; None ends it."""
        cursor = None if azimuth_rad is None else (azimuth_rad, frequency_hz or self._frequency_hz)
        if cursor != self._cursor:
            self._cursor = cursor
            self._recompute(curve=False)

    def _pointed(self, point: QPointF) -> tuple[float, float] | None:
        """Azimuth and frequency at a place of the image or of the polar plot; None elsewhere."""
        image = self.image_rect()
        if image.contains(point) and not self._curves_shown:
            low, high = painting.erb_number(np.array(axis_range(self._pattern)))
            erb = high - (point.y() - image.top()) / image.height() * (high - low)
            azimuth_rad = math.pi - (point.x() - image.left()) / image.width() * 2 * math.pi
            return azimuth_rad, float(painting.erb_to_hz(erb))
        center, radius = self.polar_geometry()
        azimuth_rad, reach = polar.from_screen(center, point)
        return (azimuth_rad, self._frequency_hz) if 4 < reach <= radius + 6 else None

    def mouseMoveEvent(self, event) -> None:
        self._by_keys = False
        self.set_cursor(*(self._pointed(event.position()) or (None,)))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event) -> None:
        if not self._by_keys:
            self.set_cursor(None)
        super().leaveEvent(event)

    def focusOutEvent(self, event) -> None:
        self._by_keys = False
        self.set_cursor(None)
        self.update()
        super().focusOutEvent(event)

    def focusInEvent(self, event) -> None:
        self._by_keys = event.reason() != Qt.FocusReason.MouseFocusReason
        self.update()
        super().focusInEvent(event)

    def keyPressEvent(self, event) -> None:
        key = Qt.Key
        step = math.radians(FINE_STEP_DEG if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP_DEG)
        turns = {key.Key_Left: step, key.Key_Right: -step}
        bands = {key.Key_Up: 1, key.Key_PageUp: 3, key.Key_Down: -1, key.Key_PageDown: -3}
        if self._pattern is not None and event.key() in turns:
            self._by_keys = True
            here = self._cursor[0] if self._cursor else self._pattern.steering_rad - turns[event.key()]
            self.set_cursor(math.remainder(here + turns[event.key()], 2 * math.pi))
        elif event.key() in bands:
            self.frequency_clicked.emit(self._frequency_hz * 2 ** (bands[event.key()] / 3))
        elif event.key() == key.Key_Escape and self._cursor is not None:
            self.set_cursor(None)
        else:
            super().keyPressEvent(event)

    def _paint_cursor(self, painter: QPainter) -> None:
        """A spoke in the polar plot and a cross in the image where the level is read."""
        if self._cursor is None or self._pattern is None:
            return
        azimuth_rad, frequency_hz = self._cursor
        center, radius = self.polar_geometry()
        pen = QPen(QColor(self._tokens.text1), 1.0)
        pen.setDashPattern([3.0, 3.0])
        painter.setPen(pen)
        painter.drawLine(center, polar.to_screen(center, azimuth_rad, radius))
        if not self._curves_shown:
            place = QPointF(self.azimuth_x(azimuth_rad), self.frequency_y(frequency_hz))
            for width, color in ((3.0, theme.BLACK), (1.0, theme.WHITE)):
                painter.setPen(QPen(QColor(color), width))
                painter.drawLine(QPointF(place.x() - 6, place.y()), QPointF(place.x() + 6, place.y()))
                painter.drawLine(QPointF(place.x(), place.y() - 6), QPointF(place.x(), place.y() + 6))
