"""Loudness of the output: momentary and short-term bars over a LUFS scale, with the target, and the figures."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from workbench.core.messages import Loudness
from workbench.ui.painting import draw_text, number
from workbench.ui.theme import font
from workbench.ui.views.plot import Painted

TARGET_LUFS = -23.0
"""EBU R 128."""
HOT_DBTP = -1.0
"""Highest true peak that EBU R 128 allows."""
LOWEST_LUFS, HIGHEST_LUFS = -59.0, -5.0
"""Scale of EBU Tech 3341, "+18": -36 to +18 LU about the target."""
MARKS_LUFS = (-5, -14, -18, -23, -32, -41, -50, -59)
HOLD_S = 3.0
LEFT, TOP, BOTTOM, BAR = 32, 8, 22, 26


def loudness_fraction(lufs: float) -> float:
    """Place on the scale: 0 at its foot, 1 at its head."""
    if math.isnan(lufs):
        return 0.0
    return float(np.clip((lufs - LOWEST_LUFS) / (HIGHEST_LUFS - LOWEST_LUFS), 0.0, 1.0))


class LoudnessBars(Painted):
    """Momentary (M) and short-term (S) loudness, the highest momentary of the last 3 s, integrated as a mark."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.loudness: Loudness | None = None
        self.held_lufs = -math.inf
        self._held_s = 0.0
        self.setFont(font(11))
        self._bold = font(11, 600)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setFixedWidth(LEFT + 2 * BAR + 14)
        self.setToolTip(
            "Loudness of the output after BS.1770: M momentary (0.4 s) with its highest of 3 s, S short-term (3 s); "
            "the triangle is the integrated loudness, the line EBU R 128's −23 LUFS"
        )
        self.setAccessibleName("Loudness of the output")

    def sizeHint(self) -> QSize:
        return QSize(self.width(), 260)

    def show_loudness(self, loudness: Loudness, elapsed_s: float) -> None:
        """Take the newest reading, `elapsed_s` after the one before."""
        self.loudness = loudness
        self._held_s += elapsed_s
        if loudness.momentary_lufs >= self.held_lufs or self._held_s > HOLD_S:
            self.held_lufs, self._held_s = loudness.momentary_lufs, 0.0
        momentary, short = number(loudness.momentary_lufs, 1), number(loudness.short_term_lufs, 1)
        self.setAccessibleDescription(f"momentary {momentary} LUFS, short-term {short} LUFS")
        self.update()

    def clear(self) -> None:
        """As before any sound."""
        self.loudness, self.held_lufs = None, -math.inf
        self.setAccessibleDescription("")
        self.update()

    def _y(self, lufs: float) -> int:
        return round(TOP + (self.height() - TOP - BOTTOM) * (1 - loudness_fraction(lufs)))

    def paint_background(self, painter: QPainter) -> None:
        t = self.tokens
        painter.setFont(self.font())
        last = -100
        for mark in MARKS_LUFS:
            y = self._y(mark)
            if y - last < 13:
                continue
            last = y
            target = mark == TARGET_LUFS
            painter.setPen(QColor(t.text1 if target else t.text3))
            painter.drawLine(LEFT - 5, y, LEFT - 3, y)
            ink = t.text1 if target else t.text2
            draw_text(painter, LEFT - 8, y, number(mark), ink, Qt.AlignmentFlag.AlignRight)
        draw_text(painter, 0, self.height() - 10, "LUFS", t.text3)
        track = QColor(t.meter_track)
        foot = self._y(LOWEST_LUFS)
        for place, name in enumerate("MS"):
            x = LEFT + place * (BAR + 6)
            painter.fillRect(x, TOP, BAR, foot - TOP, track)
            draw_text(painter, x + BAR / 2, self.height() - 10, name, t.text2, Qt.AlignmentFlag.AlignHCenter)

    def paint(self, painter: QPainter) -> None:
        t, shown = self.tokens, self.loudness
        foot = self._y(LOWEST_LUFS)
        if shown is not None:
            for place, lufs in enumerate((shown.momentary_lufs, shown.short_term_lufs)):
                x, top = LEFT + place * (BAR + 6), self._y(lufs)
                if top < foot:
                    color = QColor(t.after)
                    painter.fillRect(x, top, BAR, 2, color)
                    color.setAlphaF(0.55)
                    painter.fillRect(x, top + 2, BAR, foot - top - 2, color)
            held = self._y(self.held_lufs)
            if held < foot:
                painter.fillRect(LEFT, held, BAR, 2, QColor(t.text1))
            if math.isfinite(shown.integrated_lufs):
                y, x = self._y(shown.integrated_lufs), LEFT + 2 * BAR + 7
                painter.setPen(QPen(QColor(t.text1), 2))
                painter.drawLine(x, y, x + 5, y - 3)
                painter.drawLine(x, y, x + 5, y + 3)
        target = QColor(t.text1)
        target.setAlphaF(0.55)
        y = self._y(TARGET_LUFS)
        painter.setPen(QPen(target, 1, Qt.PenStyle.DashLine))
        painter.drawLine(LEFT, y, LEFT + 2 * BAR + 6, y)
