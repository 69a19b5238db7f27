"""What the enhancer says of the sound and of itself: the SNR it hears, and what its estimate costs."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from statistics import fmean, median

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter

from workbench.core.messages import Snapshot
from workbench.ui.painting import UNKNOWN, draw_text, number, with_unit
from workbench.ui.theme import ROW, font
from workbench.ui.views.plot import Painted

AVERAGED_HOPS = 100
EVERY_HOPS = 25
"""Figures that change with every hop cannot be read: four a second can."""
HOP_US = 10_000.0


class EnhancerReadOut(Painted):
    """Input SNR and the estimator's share of the time, both over the last second.

    Where there is no room for both the SNR stands alone; the tooltip has both.
    """

    SNR_WIDTH, LOAD_WIDTH = 92, 100

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setFont(font(12))
        self._strong = font(12, 500)
        self.clear()

    def clear(self) -> None:
        """Nothing is known."""
        self._snr_db: deque[float] = deque(maxlen=AVERAGED_HOPS)
        self._us: deque[float] = deque(maxlen=AVERAGED_HOPS)
        self._hops = 0
        self._show(UNKNOWN, UNKNOWN)

    def show_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        """Hops that are new since the last call."""
        for snapshot in snapshots:
            if snapshot.enhancement is None:
                continue
            self._snr_db.append(snapshot.enhancement.snr_db)
            self._us.append(snapshot.estimate_us)
            self._hops += 1
        if self._hops >= EVERY_HOPS:
            self._hops = 0
            known = [value for value in self._snr_db if math.isfinite(value)]
            snr = number(median(known), 0, signed=True) if 2 * len(known) > len(self._snr_db) else UNKNOWN
            load = 100 * fmean(self._us) / HOP_US
            self._show(snr, number(load, 1) if load > 0 else UNKNOWN)

    def _show(self, snr: str, load: str) -> None:
        self.snr, self.load = with_unit(snr, "dB"), with_unit(load, "%")
        self.setAccessibleName(f"Input SNR {self.snr}, gains {self.load} of a core")
        self.setToolTip(
            f"Signal-to-noise ratio that the enhancer hears: {self.snr}. "
            f"Its gains (the network's, where there is one) cost {self.load} of a core."
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.SNR_WIDTH + self.LOAD_WIDTH, ROW)

    def paint(self, painter: QPainter) -> None:
        right, middle = float(self.width()), self.height() / 2
        figures = [("gains", self.load, self.LOAD_WIDTH), ("SNR", self.snr, self.SNR_WIDTH)]
        for word, value, width in figures[self.width() < self.sizeHint().width() :]:
            painter.setFont(self._strong)
            taken = draw_text(painter, right, middle, value, self.tokens.text1, Qt.AlignmentFlag.AlignRight)
            painter.setFont(self.font())
            draw_text(painter, right - taken - 6, middle, word, self.tokens.text2, Qt.AlignmentFlag.AlignRight)
            right -= width
