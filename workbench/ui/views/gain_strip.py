"""Gain and comb strength of each band now, as paired bars at the bands' places on the frequency axis."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from workbench.core.messages import EnhancementState
from workbench.ui.painting import erb_frequency, erb_position
from workbench.ui.views.plot import Plot
from workbench.ui.views.sound_axes import Crosshair

LOWEST_GAIN_DB = -30.0
MARGIN, GAP, CAP = 6, 4, 2
"""Pixels: outside the scales, between them, a bar's bright end."""
GAIN_FILL, STRENGTH_FILL = 0.42, 0.34
HIGHLIGHT = 0.12


def band_edges(peaks_hz: np.ndarray) -> np.ndarray:
    """Borders (K+1,) of bands with these peaks (K,), in Hz: half-way between neighbours on the ERB scale.

    The outermost lie as far beyond the first and last peak as the inner ones on their other side, but not below 0.
    """
    position = erb_position(np.asarray(peaks_hz, dtype=float))
    middle = (position[1:] + position[:-1]) / 2
    edges = np.concatenate(([2 * position[0] - middle[0]], middle, [2 * position[-1] - middle[-1]]))
    return np.maximum(0.0, erb_frequency(edges))


def gain_fraction(gain: np.ndarray) -> np.ndarray:
    """Amplitude gains as bar lengths: 0 at −30 dB and below, 1 at 0 dB."""
    gain_db = 20 * np.log10(np.maximum(np.asarray(gain, dtype=float), 1e-6))
    return np.clip(1 - gain_db / LOWEST_GAIN_DB, 0.0, 1.0)


class GainStrip(Plot):
    """34 paired bars: gain leftward, comb strength rightward. The crosshair lights up its band."""

    has_time = False

    def __init__(self, crosshair: Crosshair, parent=None) -> None:
        super().__init__(crosshair, parent)
        self.state: EnhancementState | None = None
        self.edges_hz: np.ndarray | None = None
        self.setAccessibleName("Gain and comb strength of each band")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Gain of each band (left, 0 to −30 dB) and strength of its comb filter (right, 0 to 100 %)")

    def set_bands(self, peaks_hz: np.ndarray) -> None:
        """Centre frequencies of the bands (K,), in Hz."""
        self.edges_hz = band_edges(peaks_hz)
        self.update()

    def show_state(self, state: EnhancementState | None) -> None:
        """Show one frame's decisions; None empties the strip (enhancement off)."""
        self.state = state
        self.update()

    @property
    def bands(self) -> int:
        """Number of bands; 0 before they are known."""
        return 0 if self.edges_hz is None else len(self.edges_hz) - 1

    def band_at(self, frequency_hz: float) -> int | None:
        """Index of the band whose bar lies at a frequency; None before the bands are known."""
        if self.edges_hz is None:
            return None
        return int(np.clip(np.searchsorted(self.edges_hz, frequency_hz) - 1, 0, self.bands - 1))

    @property
    def _scale(self) -> float:
        """Pixels of a full bar."""
        return (self.width() - 2 * MARGIN - GAP) / 2

    def paint_background(self, painter: QPainter) -> None:
        painter.setPen(QColor(self.tokens.line))
        left, right, scale = MARGIN, self.width() - MARGIN, self._scale
        for x in (left, left + scale / 3, left + 2 * scale / 3, right - scale / 2, right - 1):
            painter.drawLine(int(x), 0, int(x), self.height())

    def bars(self) -> np.ndarray:
        """Top and bottom (K, 2) of the bars, in whole pixels, a pixel of air between them."""
        places = self.axes.scale.y(self.edges_hz, self.height())
        y = np.rint(np.clip(places, -1e6, 1e6)).astype(int)
        return np.column_stack((y[1:], np.maximum(y[:-1] - 1, y[1:] + 1)))

    def paint(self, painter: QPainter) -> None:
        if self.edges_hz is None:
            return
        tops = self.bars()
        ink = QColor(self.tokens.text1)
        if self.crosshair.frequency_hz is not None:
            ink.setAlphaF(HIGHLIGHT)
            top, bottom = tops[self.band_at(self.crosshair.frequency_hz)]
            painter.fillRect(0, int(top), self.width(), int(bottom - top), ink)
        if self.state is None or len(self.state.gain) != len(tops):
            return
        scale = self._scale
        middle_left, middle_right = MARGIN + scale, MARGIN + scale + GAP
        gain = gain_fraction(self.state.gain) * scale
        strength = np.clip(np.asarray(self.state.strength, dtype=float), 0.0, 1.0) * scale
        self._paint_bars(painter, tops, middle_left - gain, gain, QColor(self.tokens.after), GAIN_FILL, left=True)
        at = np.full(len(tops), middle_right)
        self._paint_bars(painter, tops, at, strength, QColor(self.tokens.centre), STRENGTH_FILL, left=False)

    @staticmethod
    def _paint_bars(painter, tops, x, length, color: QColor, opacity: float, *, left: bool) -> None:
        """Bars from `x`, `length` long, their outer ends bright."""
        fill = QColor(color)
        fill.setAlphaF(opacity)
        painter.setPen(Qt.PenStyle.NoPen)
        bodies, caps = [], []
        for (top, bottom), start, extent in zip(tops.tolist(), x.tolist(), length.tolist()):
            height = bottom - top
            if bottom <= 0:
                continue
            cap = min(CAP, max(1.0, extent))
            if left:
                caps.append(QRectF(start, top, cap, height))
                bodies.append(QRectF(start + cap, top, max(0.0, extent - cap), height))
            else:
                caps.append(QRectF(start + max(0.0, extent - cap), top, cap, height))
                bodies.append(QRectF(start, top, max(0.0, extent - cap), height))
        painter.setBrush(fill)
        painter.drawRects(bodies)
        painter.setBrush(color)
        painter.drawRects(caps)
