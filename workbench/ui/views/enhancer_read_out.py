"""What the enhancer says of the sound and of itself: the SNR it hears, and what its estimate costs."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, quantiles

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter

from workbench.core.messages import Snapshot
from workbench.ui.painting import UNKNOWN, draw_text, number, with_unit
from workbench.ui.theme import ROW, font
from workbench.ui.views.plot import Painted

AVERAGED_HOPS = 100
TAIL_HOPS = 1000
"""Hops of which the slowest hundredth is told: ten seconds."""
EVERY_HOPS = 25
"""Figures that change with every hop cannot be read: four a second can."""
HOP_US = 10_000.0


@dataclass(frozen=True)
class EnhancerFigures:
    """Figures as text, without units: SNR in dB, pitch in Hz, load in % of a core, slowest hundredth in µs."""

    snr: str = UNKNOWN
    pitch: str = UNKNOWN
    load: str = UNKNOWN
    p99_us: str = UNKNOWN


class EnhancerMeter:
    """Averages what the snapshots say of the enhancer: SNR, pitch and load over a second, the slowest of ten."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Nothing is known."""
        self._snr_db: deque[float] = deque(maxlen=AVERAGED_HOPS)
        self._pitch_hz: deque[float] = deque(maxlen=EVERY_HOPS)
        self._us: deque[float] = deque(maxlen=TAIL_HOPS)
        self._hops = 0
        self.figures = EnhancerFigures()

    def take(self, snapshots: Sequence[Snapshot]) -> bool:
        """Hops that are new since the last call; returns whether there are new figures."""
        for snapshot in snapshots:
            if snapshot.enhancement is None:
                continue
            self._snr_db.append(snapshot.enhancement.snr_db)
            self._pitch_hz.append(snapshot.enhancement.pitch_hz)
            self._us.append(snapshot.estimate_us)
            self._hops += 1
        if self._hops < EVERY_HOPS:
            return False
        self._hops = 0
        known = [value for value in self._snr_db if math.isfinite(value)]
        voiced = [value for value in self._pitch_hz if value > 0]
        load = 100 * fmean(list(self._us)[-AVERAGED_HOPS:]) / HOP_US
        p99 = quantiles(self._us, n=100)[-1] if len(self._us) >= AVERAGED_HOPS else 0.0
        self.figures = EnhancerFigures(
            number(median(known), 0, signed=True) if 2 * len(known) > len(self._snr_db) else UNKNOWN,
            number(median(voiced), 0) if 2 * len(voiced) > len(self._pitch_hz) else UNKNOWN,
            number(load, 1) if load > 0 else UNKNOWN,
            number(p99, 0) if p99 > 0 else UNKNOWN,
        )
        return True


class EnhancerReadOut(Painted):
    """Input SNR and the estimator's share of the time, both over the last second.

    Where there is no room for both the SNR stands alone; the tooltip has both, and the slowest hundredth of hops.
    """

    SNR_WIDTH, LOAD_WIDTH = 92, 100

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setFont(font(12))
        self._strong = font(12, 500)
        self.meter = EnhancerMeter()
        self._show()

    def clear(self) -> None:
        """Nothing is known."""
        self.meter.clear()
        self._show()

    def show_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        """Hops that are new since the last call."""
        if self.meter.take(snapshots):
            self._show()

    def _show(self) -> None:
        figures = self.meter.figures
        self.snr, self.load = with_unit(figures.snr, "dB"), with_unit(figures.load, "%")
        self.setAccessibleName(f"Input SNR {self.snr}, gains {self.load} of a core")
        self.setToolTip(
            f"Signal-to-noise ratio that the enhancer hears: {self.snr}. "
            f"Its gains (the network's, where there is one) cost {self.load} of a core; "
            f"99 of 100 hops of the last ten seconds at most {with_unit(figures.p99_us, 'µs')}."
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
