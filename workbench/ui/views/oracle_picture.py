"""The spectrogram of one rung of the oracle ladder, alone or less that of the noisy sound."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from workbench.ui.painting import GRID_HZ, color_index, colormap, frequency_y, pixel_ratio
from workbench.ui.theme import LEVEL_RANGE_DB, RADIUS_FIELD, map_ink
from workbench.ui.views.plot import Painted
from workbench.ui.views.sound_history import RowMap

PICTURE_HEIGHT = 240
DIFFERENCE_RANGE_DB = (-30.0, 30.0)
"""Colours of a rung minus the noisy sound."""
DIFFERENCE_FLOOR_DB = -100.0


class Picture(Painted):
    """The spectrogram of one rung; a click plays it."""

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(PICTURE_HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._columns_dbfs: np.ndarray | None = None
        self._reference_dbfs: np.ndarray | None = None
        self._bin_hz = 1.0
        self.playing = False
        self.position = 0.0
        """Share of the excerpt that has been played."""

    def show_columns(self, columns_dbfs: np.ndarray | None, reference_dbfs: np.ndarray | None, bin_hz: float) -> None:
        """Columns (T, B) to show; with a reference their difference to it; None: an empty picture."""
        self._columns_dbfs, self._reference_dbfs, self._bin_hz = columns_dbfs, reference_dbfs, bin_hz
        self.invalidate()

    def show_playing(self, playing: bool, position: float) -> None:
        """Accent frame, and the playhead at a share of the width."""
        if (playing, position) != (self.playing, self.position):
            self.playing, self.position = playing, position
            self.update()

    @property
    def map_name(self) -> str:
        """Colour map in use."""
        if self._reference_dbfs is None:
            return "magma"
        return self.tokens.difference_map

    def background_color(self) -> str:
        return QColor.fromRgb(int(colormap("magma")[0])).name()

    def image(self) -> QImage:
        """The picture in device pixels."""
        ratio = pixel_ratio(self)
        width, height = max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))
        columns = self._columns_dbfs
        rows = RowMap(height, columns.shape[1], self._bin_hz)
        levels, range_db = rows(columns), LEVEL_RANGE_DB
        if self._reference_dbfs is not None:
            reference = np.maximum(rows(self._reference_dbfs), DIFFERENCE_FLOOR_DB)
            levels, range_db = np.maximum(levels, DIFFERENCE_FLOOR_DB) - reference, DIFFERENCE_RANGE_DB
        first = np.arange(width) * len(levels) // width
        if self._reference_dbfs is None and len(levels) >= width:
            levels = np.maximum.reduceat(levels, first, axis=0)  # the largest of the hops that share a pixel
        else:
            levels = levels[first]
        pixels = np.ascontiguousarray(colormap(self.map_name)[color_index(levels, *range_db)].T)
        return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()

    def paint_background(self, painter: QPainter) -> None:
        if self._columns_dbfs is not None:
            painter.drawImage(QRectF(self.rect()), self.image())
        ink = map_ink(self.map_name)
        ink.setAlphaF(0.08)
        painter.setPen(ink)
        for hz in GRID_HZ:
            y = round(float(frequency_y(hz, self.height())))
            painter.drawLine(0, y, self.width(), y)

    def paint(self, painter: QPainter) -> None:
        if self._columns_dbfs is not None:
            painter.setPen(map_ink(self.map_name))
            x = round(self.position * (self.width() - 1))
            painter.drawLine(x, 0, x, self.height())
        if self.playing:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self.tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_FIELD, RADIUS_FIELD)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()
