"""Spectrum now, Before and After, turned to lie beside the spectrogram on the same ERB axis."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter

from workbench.ui.painting import MINUS, THIN_SPACE, draw_curve, draw_text, polygon
from workbench.ui.theme import font
from workbench.ui.views.plot import Plot
from workbench.ui.views.sound_axes import Crosshair
from workbench.ui.views.sound_history import SoundHistory, smoothing_weights

LOW_DB, HIGH_DB = -100.0, -20.0
AVERAGE_S = 0.15
"""Power is averaged over this time: long enough to read, short enough to follow syllables."""
CAPTIONS_FROM = 160
"""Narrower than this the unit is left out."""


class LevelStrip(Plot):
    """Level over frequency at "now", −100 to −20 dBFS."""

    has_time = False

    def __init__(self, history: SoundHistory, crosshair: Crosshair, parent=None) -> None:
        super().__init__(crosshair, parent)
        self.history = history
        self._weights: np.ndarray | None = None
        self._weights_key: tuple | None = None
        self.setFont(font(11))
        self.setAccessibleName("Level over frequency now, before and after")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Spectrum now, averaged over 150 ms and half an ERB: before (filled) and after (line)")

    def sync(self) -> None:
        """The history has grown."""
        self.update()

    def _x(self, level_db):
        return (np.clip(level_db, LOW_DB, HIGH_DB) - LOW_DB) * (self.width() / (HIGH_DB - LOW_DB))

    def paint_background(self, painter: QPainter) -> None:
        painter.setPen(QColor(self.tokens.line))
        for level_db in (-80, -60, -40):
            x = int(self._x(level_db))
            painter.drawLine(x, 0, x, self.height())
        for hz in self.axes.scale.grid_hz:
            y = self.frequency_y(hz)
            painter.drawLine(0, y, self.width(), y)

    def curves(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Levels (rows,) in dBFS of Before and After, top row first; None without sound."""
        spectra = self.history.mean_spectrum(AVERAGE_S, self.axes.end_s)
        if spectra is None:
            return None
        rows = max(2, self.height())
        key = (rows, self.history.bins, self.history.bin_hz, self.axes.scale)
        if key != self._weights_key:
            self._weights_key, self._weights = key, smoothing_weights(*key[:3], scale=self.axes.scale)
        before, after = (10 * np.log10(np.maximum(self._weights @ power, 1e-20)) for power in spectra)
        return before, after

    def paint(self, painter: QPainter) -> None:
        curves = self.curves()
        if curves is not None:
            before, after = (self._x(levels) for levels in curves)
            y = np.arange(len(before)) + 0.5
            # Without anti-aliasing, whose cost grows with the zigzag: the line over its edge has it.
            fill = QColor(self.tokens.before)
            fill.setAlphaF(0.16)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            outline = np.concatenate(([0.0], before, [0.0])), np.concatenate(([0.0], y, [float(self.height())]))
            painter.drawPolygon(polygon(*outline))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for x, color, width in ((before, self.tokens.before, 1.0), (after, self.tokens.after, 1.5)):
                draw_curve(painter, np.maximum(x, width / 2), y, QColor(color), width)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setFont(self.font())
        for level_db, unit in ((-60, ""), (-40, f"{THIN_SPACE}dB" if self.width() >= CAPTIONS_FROM else "")):
            draw_text(painter, self._x(level_db) + 3, 9, f"{MINUS}{-level_db}{unit}", self.tokens.text2)
        ink = QColor(self.tokens.text1)
        ink.setAlphaF(0.6)
        self.paint_crosshair(painter, ink)
