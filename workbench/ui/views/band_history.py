"""The enhancer's gains and comb strengths over time: 34 bands by hops, kept in step with the spectrograms' history."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from workbench.core.messages import Snapshot
from workbench.ui.painting import (
    GRID_HZ,
    THIN_SPACE,
    UNKNOWN,
    color_index,
    colormap,
    colormap_image,
    draw_message,
    draw_text,
    number,
    with_unit,
)
from workbench.ui.theme import ROW, WHITE, font
from workbench.ui.views.gain_strip import LOWEST_GAIN_DB
from workbench.ui.views.plot import Painted, Plot
from workbench.ui.views.sound_axes import Crosshair
from workbench.ui.views.sound_history import CAPACITY, PixelMap, SoundHistory

GAIN, STRENGTH = "gain", "strength"
MAPS = {GAIN: "viridis", STRENGTH: "cividis"}
"""One map per quantity, none of them that of levels."""
RANGES = {GAIN: (LOWEST_GAIN_DB, 0.0), STRENGTH: (0.0, 100.0)}
UNITS = {GAIN: "dB", STRENGTH: "%"}
NOTHING = "Nothing heard yet. Press Start (Space)."


class BandHistory:
    """Gains and strengths of the hops that a `SoundHistory` holds, in the same columns.

    Attributes
    ----------
    gain_db, strength_percent : (CAPACITY, K) float16
        Column c lies in slot ``c % CAPACITY``; NaN where the enhancer said nothing.
    edges_hz : (K + 1,) or None
        Borders of the bands, once they are known.
    """

    def __init__(self) -> None:
        self.edges_hz: np.ndarray | None = None
        self._generation = -1
        self._count = 0
        self._take_bands(0)

    def _take_bands(self, bands: int) -> None:
        self.gain_db, self.strength_percent = (np.full((CAPACITY, bands), np.nan, np.float16) for _ in range(2))

    @property
    def bands(self) -> int:
        """Number of bands; 0 before the first."""
        return self.gain_db.shape[1]

    def follow(self, history: SoundHistory, fresh: Sequence[Snapshot]) -> None:
        """Take over the hops that were just appended to the history."""
        bands = next((len(s.enhancement.gain) for s in reversed(fresh) if s.enhancement is not None), self.bands)
        if history.generation != self._generation or bands != self.bands:
            self._generation, self._count = history.generation, 0
            self._take_bands(bands)
        new = min(history.count - self._count, CAPACITY)
        slots = history.slots(history.count - new, history.count)
        self.gain_db[slots] = np.nan
        self.strength_percent[slots] = np.nan
        self._count = history.count
        if not fresh:
            return
        for snapshot in fresh:
            column = history.count - 1 - (fresh[-1].sequence - snapshot.sequence)
            state = snapshot.enhancement
            if state is not None and history.oldest <= column < history.count:
                slot = column % CAPACITY
                self.gain_db[slot] = 20 * np.log10(np.maximum(state.gain, 1e-4))
                self.strength_percent[slot] = 100 * np.asarray(state.strength)

    def values(self, what: str) -> np.ndarray:
        """The ring of `GAIN` (dB) or `STRENGTH` (%), (CAPACITY, K)."""
        return self.gain_db if what == GAIN else self.strength_percent

    def at(self, what: str, column: int, band: int) -> float:
        """One value; NaN where there is none."""
        return float(self.values(what)[column % CAPACITY, band]) if band < self.bands else float("nan")


class BandPicture(Plot):
    """Bands over time as colours, on the spectrograms' axes: time, frequency and crosshair are theirs.

    Parameters
    ----------
    what : `GAIN` or `STRENGTH`
    bands : BandHistory
    shown : the history that the spectrograms show, for its columns (`set_shown` when they freeze)
    """

    def __init__(self, what: str, bands: BandHistory, shown: SoundHistory, crosshair: Crosshair, parent=None) -> None:
        super().__init__(crosshair, parent)
        self.what, self.bands, self.shown = what, bands, shown
        name = "Gain" if what == GAIN else "Comb strength"
        self.setAccessibleName(f"{name} of each band over time")
        self.setToolTip(f"{name} of each band over time, beside the spectrograms; the crosshair reads it")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_shown(self, history: SoundHistory) -> None:
        """Another history's columns: a frozen one's, or the live one's again."""
        self.shown = history
        self.update()

    def background_color(self) -> str:
        return self.tokens.plot

    def image(self) -> QImage:
        """The picture in device pixels."""
        ratio = self.devicePixelRatioF()
        width, height = max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))
        table = colormap(MAPS[self.what])
        # Where nothing was heard the plot is empty: the lowest colour would say that all was taken away.
        pixels = np.full((height, width), QColor(self.tokens.plot).rgb(), dtype=np.uint32)
        history = self.shown
        end = history.count + round(self.axes.end_s / history.hop_s)
        if history.count and self.bands.bands and self.bands.edges_hz is not None:
            pixel_map = PixelMap(width, max(1, round(self.axes.span_s / history.hop_s)))
            columns = np.arange(width) + int(pixel_map.pixel(end - 1)) + 1 - width
            first, last = pixel_map.hops(columns)
            there = (last >= history.oldest) & (first < history.count)
            first, last = (np.clip(hops[there], history.oldest, history.count - 1) for hops in (first, last))
            if len(first):
                pixels[:, there] = self._colors(first, last, table)[:, self._band_of_row(height)].T
        return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()

    def _colors(self, first: np.ndarray, last: np.ndarray, table: np.ndarray) -> np.ndarray:
        """Colours (N, K) of pixel columns that show the hops first … last (N,), the largest value of those."""
        ring = self.bands.values(self.what)
        values = ring[first % CAPACITY].astype(np.float32)
        for step in range(1, int(np.max(last - first)) + 1):
            np.fmax(values, ring[np.minimum(first + step, last) % CAPACITY], out=values)
        colors = table[color_index(np.nan_to_num(values, nan=RANGES[self.what][0]), *RANGES[self.what])]
        colors[np.isnan(values)] = QColor(self.tokens.line_strong).rgb()
        return colors

    def _band_of_row(self, height: int) -> np.ndarray:
        frequency_hz = self.axes.scale.frequency(1 - (np.arange(height) + 0.5) / height)
        return np.clip(np.searchsorted(self.bands.edges_hz, frequency_hz) - 1, 0, self.bands.bands - 1)

    def text_at_crosshair(self) -> str:
        """Band and value under the crosshair; empty without one."""
        crosshair = self.crosshair
        if crosshair.offset_s is None or crosshair.frequency_hz is None or self.bands.edges_hz is None:
            return ""
        band = int(
            np.clip(np.searchsorted(self.bands.edges_hz, crosshair.frequency_hz) - 1, 0, len(self.bands.edges_hz) - 2)
        )
        column = self.shown.count - 1 + round(crosshair.offset_s / self.shown.hop_s)
        value = float("nan")
        if self.shown.oldest <= column < self.shown.count:
            value = self.bands.at(self.what, column, band)
        text = UNKNOWN if np.isnan(value) else number(value, 1 if self.what == GAIN else 0)
        return f"band {band + 1}  {with_unit(text, UNITS[self.what])}"

    def paint(self, painter: QPainter) -> None:
        painter.drawImage(QRectF(self.rect()), self.image())
        ink = QColor(WHITE)
        ink.setAlphaF(0.06)
        painter.setPen(ink)
        for hz in GRID_HZ:
            painter.drawLine(0, self.frequency_y(hz), self.width(), self.frequency_y(hz))
        if not self.shown.count:
            painter.setFont(font(13))
            draw_message(painter, QRectF(self.rect()).center(), NOTHING, self.tokens)
        if self.crosshair.shown:
            ink.setAlphaF(0.8)
            self.paint_crosshair(painter, ink)


class MapBar(Painted):
    """The labelled bar of a quantity's colours."""

    BAR = 96

    def __init__(self, what: str, parent=None) -> None:
        super().__init__(parent)
        self.what = what
        self.setFont(font(11))
        self.setFixedSize(self.BAR + 78, ROW)
        low, high = RANGES[what]
        self.setAccessibleName(f"Colours from {number(low)} to {number(high)} {UNITS[what]}")

    def paint_background(self, painter: QPainter) -> None:
        low, high = RANGES[self.what]
        painter.setFont(self.font())
        middle = self.height() / 2
        right = Qt.AlignmentFlag.AlignRight
        high_text = f"{number(high)}{THIN_SPACE}{UNITS[self.what]}"
        taken = draw_text(painter, self.width(), middle, high_text, self.tokens.text2, right)
        box = QRectF(self.width() - taken - 6 - self.BAR, middle - 4, self.BAR, 8)
        draw_text(painter, box.left() - 6, middle, number(low), self.tokens.text2, right)
        outline = QPainterPath()
        outline.addRoundedRect(box, 2, 2)
        painter.setClipPath(outline)
        painter.drawImage(box, colormap_image(MAPS[self.what]))
