"""Spectrogram: a stretch of the last minute, scrolling by whole pixels.

The picture is a ring of pixel columns, so a new hop paints one or two of them and a repaint copies two rectangles.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from workbench.ui.painting import color_index, colormap, draw_curve, draw_message, polygon
from workbench.ui.theme import BLACK, LEVEL_MAPS, LEVEL_RANGE_DB, LIGHT_MAPS, WHITE, font, map_ink
from workbench.ui.views.axes import time_marks
from workbench.ui.views.plot import Plot
from workbench.ui.views.sound_axes import Crosshair
from workbench.ui.views.sound_history import PixelMap, RowMap, SoundHistory

DIFFERENCE_RANGE_DB = (-30.0, 30.0)
"""Colours of After minus Before."""
DIFFERENCE_FLOOR_DB = -100.0
"""Levels below this count as this: silence that got more silent is no difference."""

LEVEL, DIFFERENCE = "level", "difference"
BEFORE, AFTER = "before", "after"


SHORTEST_RUN = 3
"""Hops: a voiced stretch of less than 30 ms is a tracker's stray, not a melody."""
LARGEST_STEP_OCTAVES = 0.3
"""A step from hop to hop beyond this breaks the pitch line: nobody's voice glides so fast."""


def voiced_runs(pitch_hz: np.ndarray) -> np.ndarray:
    """Stretches of steady pitch: first and end (exclusive) index of each, (N, 2). 0 and NaN are unvoiced."""
    pitch_hz = np.nan_to_num(pitch_hz)
    voiced = pitch_hz > 0
    octave = np.log2(np.where(voiced, pitch_hz, 1.0))
    joined = voiced[1:] & voiced[:-1] & (np.abs(np.diff(octave)) <= LARGEST_STEP_OCTAVES)
    first = np.flatnonzero(voiced & ~np.concatenate(([False], joined)))
    end = np.flatnonzero(voiced & ~np.concatenate((joined, [False]))) + 1
    runs = np.column_stack((first, end))
    return runs[end - first >= SHORTEST_RUN]


class Spectrogram(Plot):
    """Before or After over time.

    Call `sync` after the history has grown. `mode` chooses level (magma) or the difference After − Before (berlin or
    vik); the pitch line and the bands' borders can be laid over it. `message` is shown in the middle.
    """

    covers_background = True

    def __init__(self, history: SoundHistory, crosshair: Crosshair, side: str, parent=None) -> None:
        super().__init__(crosshair, parent)
        self.history = history
        self.side = side
        self.mode = LEVEL
        self.pitch_shown = False
        self.bands_shown = False
        self.message = ""
        self.stale = False
        self.level_map = LEVEL_MAPS[0]
        self.level_range_db = LEVEL_RANGE_DB
        self._band_edges_hz: np.ndarray | None = None
        self._row_map: RowMap | None = None
        self._row_map_key: tuple | None = None
        self._have = (0, 0)  # numbers of the pixel columns that the picture holds for good, the second exclusive
        self._generation = history.generation
        self._pixels = np.zeros((1, 1), dtype=np.uint32)
        self._image = QImage()
        self._key: tuple = ()
        self._pixel_map = PixelMap(1, 1)
        self.setFont(font(13))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"Spectrogram {side}")
        self.setAccessibleDescription(
            "Arrow keys move the crosshair, with Shift in finer steps; Enter holds it, Escape takes it away. "
            "Page up and Home scroll back, End returns to now, plus and minus change the time span."
        )

    # ------------------------------------------------------------------------------------------- what to show

    def set_mode(self, mode: str) -> None:
        """`LEVEL` or `DIFFERENCE`."""
        if mode != self.mode:
            self.mode = mode
            self._rebuild()

    def show_history(self, history: SoundHistory) -> None:
        """Show another history: a frozen one, or the live one again."""
        if history is not self.history:
            self.history = history
            self._rebuild()

    def set_levels(self, map_name: str, range_db: tuple[float, float]) -> None:
        """Colour map and range of levels."""
        if (map_name, range_db) != (self.level_map, self.level_range_db):
            self.level_map, self.level_range_db = map_name, range_db
            self._rebuild()

    def set_pitch_shown(self, shown: bool) -> None:
        self.pitch_shown = shown
        self.update()

    def set_bands_shown(self, shown: bool) -> None:
        """Show the borders of the enhancer's bands."""
        self.bands_shown = shown
        self.update()

    def set_band_edges(self, edges_hz: np.ndarray) -> None:
        """Borders between bands, in Hz."""
        self._band_edges_hz = edges_hz
        self.update()

    def set_message(self, message: str, stale: bool = False) -> None:
        """A sentence in the middle ("" for none); a stale picture is faded to a half."""
        if (message, stale) != (self.message, self.stale):
            self.message, self.stale = message, stale
            self.update()

    def apply_theme(self, tokens) -> None:
        super().apply_theme(tokens)
        self._rebuild()

    @property
    def map_name(self) -> str:
        """Name of the colour map in use."""
        if self.mode == LEVEL:
            return self.level_map
        return self.tokens.difference_map

    @property
    def range_db(self) -> tuple[float, float]:
        return self.level_range_db if self.mode == LEVEL else DIFFERENCE_RANGE_DB

    # ----------------------------------------------------------------------------------------- the ring picture

    def sync(self) -> None:
        """The history has grown: its new columns are drawn at the next repaint."""
        self.update()

    def _rebuild(self) -> None:
        self._have = (0, 0)
        self.update()

    def _device_size(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))

    @property
    def visible(self) -> int:
        """Hops that the picture shows."""
        return max(1, round(self.axes.span_s / self.history.hop_s))

    @property
    def end_column(self) -> int:
        """Number of the column after the one at the right edge."""
        return self.history.count + round(self.axes.end_s / self.history.hop_s)

    def _target(self) -> tuple[int, int]:
        """Numbers of the pixel columns that are shown, the second exclusive."""
        width, end = self._pixel_map.width, self.end_column
        last = int(self._pixel_map.pixel(end - 1)) + 1 if self.history.count else 0
        return last - width, last

    def _prepare(self) -> None:
        """Make picture and maps fit size, scale and sound; what no longer fits is drawn anew."""
        history = self.history
        width, height = self._device_size()
        key = (width, height, self.visible, history.bins, history.bin_hz, history.generation, self.axes.scale)
        if key == self._key:
            return
        if self._pixels.shape != (height, width):
            self._pixels = np.empty((height, width), dtype=np.uint32)
            self._image = QImage(
                self._pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32
            )  # shares the array's memory
        self._pixel_map = PixelMap(width, self.visible)
        self._row_map = RowMap(height, history.bins, history.bin_hz, self.axes.scale) if history.bins else None
        self._key = key
        self._have = (0, 0)

    def _draw_columns(self) -> None:
        """Draw the pixel columns that are to be seen and are not in the picture."""
        self._prepare()
        begin, end = self._target()
        have_begin, have_end = max(begin, self._have[0]), min(end, self._have[1])
        if have_begin >= have_end:
            self._draw_pixels(begin, end)
        else:
            self._draw_pixels(begin, have_begin)
            self._draw_pixels(have_end, end)
        # The newest column still grows where several hops share it.
        self._have = (begin, min(end, int(self._pixel_map.first_pixel(self.history.count))))

    def _draw_pixels(self, begin: int, end: int) -> None:
        """Draw pixel columns begin … end − 1; where no sound is they are empty."""
        history = self.history
        pixels = np.arange(begin, end)
        if len(pixels) == 0:
            return
        width = self._pixels.shape[1]
        first_hop, last_hop = self._pixel_map.hops(pixels)
        sound = (last_hop >= history.oldest) & (first_hop < history.count)
        self._pixels[:, pixels[~sound] % width] = self._empty_color()
        if self._row_map is None or not sound.any():
            return
        pixels = pixels[sound]
        first_hop = np.maximum(first_hop[sound], history.oldest)
        last_hop = np.clip(last_hop[sound], first_hop, history.count - 1)
        levels = self._levels(first_hop, last_hop)
        colors = colormap(self.map_name)[color_index(levels, *self.range_db)]
        colors[np.isnan(levels[:, 0])] = QColor(self.tokens.line_strong).rgb()
        self._pixels[:, pixels % width] = colors.T

    def _empty_color(self) -> int:
        """Colour where no sound has been yet: the map's own lowest (or zero difference)."""
        table = colormap(self.map_name)
        return int(table[0] if self.mode == LEVEL else table[len(table) // 2])

    def _levels(self, first_hop: np.ndarray, last_hop: np.ndarray) -> np.ndarray:
        """Rows of the picture (N, rows) in dB, each the largest of the hops first … last (N,) that share it."""
        if self.mode == LEVEL:
            return self._largest(self.side, first_hop, last_hop)
        before, after = (
            np.maximum(self._largest(side, first_hop, last_hop), DIFFERENCE_FLOOR_DB) for side in (BEFORE, AFTER)
        )
        return after - before

    def _largest(self, side: str, first_hop: np.ndarray, last_hop: np.ndarray) -> np.ndarray:
        base, most = int(first_hop[0]), int(np.max(last_hop - first_hop))
        columns = self.history.before_dbfs if side == BEFORE else self.history.after_dbfs
        levels = columns[self.history.slots(base, int(last_hop[-1]) + 1)].astype(np.float32)
        # A missing hop (NaN) yields to its neighbours.
        found = levels[first_hop - base]
        for step in range(1, most + 1):
            np.fmax(found, levels[np.minimum(first_hop + step, last_hop) - base], out=found)
        assert self._row_map is not None  # there is a history to be drawn
        return self._row_map(found)

    # ------------------------------------------------------------------------------------------------- painting

    def background_color(self) -> str:
        return QColor.fromRgb(self._empty_color()).name()

    def _paint_grid(self, painter: QPainter) -> None:
        """Grid and band borders: thin rectangles, which cost far less than lines or a transparent picture over all."""
        width, height = self.width(), self.height()
        if self.bands_shown and self._band_edges_hz is not None:
            ink = map_ink(self.map_name, 0.22)
            places = np.rint(self.axes.scale.y(self._band_edges_hz, height))
            for y in places[(places >= 0) & (places < height)].astype(int).tolist():
                painter.fillRect(0, y, width, 1, ink)
        ink = map_ink(self.map_name, 0.10 if self.map_name in LIGHT_MAPS else 0.06)
        for hz in self.axes.scale.grid_hz:
            y = self.frequency_y(hz)
            painter.fillRect(0, y, width, 1, ink)
        for mark_s in time_marks(self.axes.begin_s, self.axes.end_s):
            x = round(self.time_x(mark_s))
            if 0 < x < width:
                painter.fillRect(x, 0, 1, height, ink)

    def paint(self, painter: QPainter) -> None:
        self._draw_columns()
        self._paint_picture(painter)
        self._paint_grid(painter)
        if self.pitch_shown and self.history.count:
            self._paint_pitch(painter)
        if self.stale:
            shade = QColor(self.tokens.plot)
            shade.setAlphaF(0.5)
            painter.fillRect(self.rect(), shade)
        self.paint_selection(painter, self.history.count, self.history.hop_s, map_ink(self.map_name))
        if self.crosshair.shown:
            self._paint_crosshair(painter)
        elif self.message:
            self._paint_message(painter)

    def _paint_picture(self, painter: QPainter) -> None:
        height, width = self._pixels.shape
        ratio = self.devicePixelRatioF()
        start = self._target()[1] % width
        for source, target_x in (
            (QRect(start, 0, width - start, height), 0),
            (QRect(0, 0, start, height), width - start),
        ):
            if source.width():
                target = QRectF(target_x / ratio, 0, source.width() / ratio, height / ratio)
                painter.drawImage(target, self._image, QRectF(source))

    def _paint_pitch(self, painter: QPainter) -> None:
        history = self.history
        first, end = max(history.oldest, self.end_column - self.visible), self.end_column
        if end <= first:
            return
        pitch_hz = history.pitch_hz[history.slots(first, end)]
        voiced = np.nan_to_num(pitch_hz) > 0
        if not voiced.any():
            return
        columns = np.arange(first, end)
        x = (self._pixel_map.first_pixel(columns) - self._target()[1]) / self.devicePixelRatioF() + self.width()
        y = self.axes.scale.y(np.where(voiced, pitch_hz, 1000.0), self.height())
        runs = []
        for start, end in voiced_runs(pitch_hz):
            keep = np.append(np.diff(x[start:end]) > 0, True)  # where hops share a pixel the last one counts
            runs.append((x[start:end][keep], y[start:end][keep]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        solid, flat, bevel = Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.BevelJoin
        casing = QColor(BLACK)
        casing.setAlphaF(0.78)
        painter.setPen(QPen(casing, 4.0, solid, flat, bevel))
        for run in runs:
            painter.drawPolyline(polygon(*run))
        for run in runs:
            draw_curve(painter, *run, QColor(WHITE), 1.75)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_crosshair(self, painter: QPainter) -> None:
        self.paint_crosshair(painter, map_ink(self.map_name, 0.8))
        if self.crosshair.offset_s is not None and self.crosshair.frequency_hz is not None:
            x = round(min(self.time_x(self.crosshair.offset_s), self.width() - 1))
            y = self.frequency_y(self.crosshair.frequency_hz)
            painter.setPen(QPen(map_ink(self.map_name), 2 if self.crosshair.held else 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(x - 4, y - 4, 8, 8)

    def _paint_message(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        draw_message(painter, QRectF(self.rect()).center(), self.message, self.tokens)
