"""The source map: where talkers are heard, where they really are, and where the beam points.

0° is up and left is positive. The rim's handle steers the beam; true positions of simulated talkers can be dragged.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QConicalGradient,
    QFontMetricsF,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from workbench.core.geometry import SECTORS, mirror_azimuth_rad, wrap_deg
from workbench.core.messages import BeamPattern, Localization, TalkerTruth, Track
from workbench.ui import painting, theme
from workbench.ui.theme import Tokens, track_style
from workbench.ui.views import map_marks, polar
from workbench.ui.views.headers import toggle_style

RIM_M = 2.5
"""Distance shown at the rim at first; what is farther is drawn on the rim."""
MOST_NULLS = 3
UNKNOWN_SHARE = 0.8
"""Of the radius: the ring on which tracks without a distance are drawn."""
NEAREST_M = 0.3
"""No talker can be dragged closer to the array."""
TAIL_S = 3.0
STALE_S = 1.0
_HOLD_S = 0.5
"""How long a dragged value stays on screen while the engine has not answered with it."""
_RATE_WINDOW_S = 2.0

_RING_GAP, _RING_WIDTH = 3.0, 8.0
_RIM = _RING_GAP + _RING_WIDTH
_HUB = 18.0
_MICS_RADIUS = 12.0
_HANDLE_LENGTH, _HANDLE_WIDTH = 26.0, 18.0
_GRAB = 16.0
_GRID_DEG = 15.0
"""Steps of beam and nulls while Ctrl is held."""


@dataclass(frozen=True)
class _Drag:
    """What a press took hold of: number 0 is the beam, others are talkers, -1, -2, ... nulls.

    `moved` once anything was emitted.
    """

    number: int
    azimuth_deg: float
    distance_m: float
    moved: bool = False


class MapCanvas(QWidget):
    """The map itself, painted; see `SourceMapView` for the whole."""

    steering_changed = Signal(float, bool)
    talker_moved = Signal(int, float, float)
    nulls_changed = Signal(tuple, bool)

    def __init__(self, tokens: Tokens, clock: Callable[[], float] = time.monotonic, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = tokens
        self._clock = clock
        self._compact = False
        self._running = False
        self._stale = False
        self._srp, self._truth_shown = True, True
        self._movable = False
        self._mic_xyz_m: np.ndarray | None = None
        self._on_line = False
        self._room_xy_m: np.ndarray | None = None
        self._rim_m = RIM_M
        self._turned = 0
        self._nulls_shown = False
        self._nulls_deg: tuple[float, ...] = ()
        self._own_nulls_deg: tuple[float, ...] = ()
        self._localization: Localization | None = None
        self._beam_deg: float | None = None
        self._following = 0
        self._drag: _Drag | None = None
        self._held: dict[int, tuple[float, float, float]] = {}
        self._keyboard = False
        self._pressed = False
        self._target = 0
        self._tails: dict[int, deque[tuple[float, float, float]]] = {}
        self._labels: dict[int, tuple[QRectF, int]] = {}
        self._backdrop: QPixmap | None = None
        self._radius = 100.0
        self._center = QPointF()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(220, 220)
        self.setAccessibleName("Source map")

    # ---------------------------------------------------------------------------------------- what is shown

    def show_localization(self, localization: Localization) -> None:
        last = self._localization
        if last is not None and localization.time_s < last.time_s:
            self._tails.clear()
        self._localization = localization
        self._stale = False
        self._extend_tails(localization)
        held = self._held.items()
        self._held = {n: hold for n, hold in held if not self._answered(n, hold, localization.truth)}
        self._refresh()

    def _answered(self, number: int, hold: tuple[float, float, float], truth: Sequence[TalkerTruth]) -> bool:
        azimuth_rad, distance_m, until = hold
        if self._clock() >= until or not 0 < number <= len(truth):
            return True
        there = truth[number - 1]
        return abs(there.distance_m - distance_m) < 0.05 and abs(there.azimuth_rad - azimuth_rad) < math.radians(0.5)

    def _extend_tails(self, localization: Localization) -> None:
        for track in localization.tracks:
            tail = self._tails.setdefault(track.number, deque())
            if not tail or localization.time_s > tail[-1][0]:
                tail.append((localization.time_s, track.azimuth_rad, track.distance_m))
        heard = {track.number for track in localization.tracks}
        self._tails = {number: tail for number, tail in self._tails.items() if number in heard}
        for tail in self._tails.values():
            while localization.time_s - tail[0][0] > TAIL_S:
                tail.popleft()

    def show_beam(self, azimuth_rad: float, following: int) -> None:
        azimuth_deg = math.degrees(azimuth_rad)
        held = self._held.get(0)
        if held is not None and self._clock() < held[2] and abs(wrap_deg(azimuth_deg - held[0])) > 0.05:
            azimuth_deg = held[0]
        else:
            self._held.pop(0, None)
        if (azimuth_deg, following) == (self._beam_deg, self._following):
            return
        if following and self._drag is not None and self._drag.number == 0:
            self._drop()
        self._beam_deg, self._following = azimuth_deg, following
        self._describe()
        self.update()

    def set_array(self, mic_xyz_m: np.ndarray | None) -> None:
        self._mic_xyz_m = None if mic_xyz_m is None else np.array(mic_xyz_m, dtype=float).reshape(-1, 3)
        # On its own axis even a line has no mirror, so two directions are asked.
        some = self._mic_xyz_m is not None and len(self._mic_xyz_m) > 0
        self._on_line = some and any(mirror_azimuth_rad(self._mic_xyz_m, at) is not None for at in (0.0, 1.0))
        self.update()

    def set_room(self, corners_xy_m: np.ndarray | None) -> None:
        self._room_xy_m = None if corners_xy_m is None else np.array(corners_xy_m, dtype=float).reshape(-1, 2)
        self._refresh()

    def set_nulls(self, handles_deg: Sequence[float], shown: bool) -> None:
        self._nulls_deg, self._nulls_shown = tuple(map(float, handles_deg)), shown
        if -self._target > len(self.nulls_deg):
            self._target = 0
        self._describe()
        self.update()

    def show_designed_nulls(self, nulls_rad: Sequence[float]) -> None:
        self._own_nulls_deg = tuple(round(wrap_deg(math.degrees(null_rad)), 1) for null_rad in nulls_rad)
        self._describe()
        self.update()

    def zoom(self, steps: int) -> None:
        place = map_marks.RIMS_M.index(self._rim_m) - steps
        self._rim_m = map_marks.RIMS_M[min(max(place, 0), len(map_marks.RIMS_M) - 1)]
        self._refresh()

    def set_talkers_movable(self, movable: bool) -> None:
        self._movable = movable
        if not movable:
            self._target = 0
        self.update()

    def set_running(self, running: bool) -> None:
        self._running = running
        self.update()

    def set_stale(self, stale: bool) -> None:
        if stale != self._stale:
            self._stale = stale
            self._refresh()

    def set_srp(self, shown: bool) -> None:
        self._srp = shown
        self._refresh()

    def set_truth(self, shown: bool) -> None:
        self._truth_shown = shown
        self._refresh()

    def set_compact(self, compact: bool) -> None:
        self._compact = compact
        self._labels.clear()
        self._layout()

    def apply_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._refresh()

    def clear(self) -> None:
        self._localization = None
        self._tails.clear()
        self._labels.clear()
        self._held.clear()
        self._stale = False
        self._refresh()

    # ---------------------------------------------------------------------------------------- readable state

    @property
    def center(self) -> QPointF:
        """The array's place in the widget."""
        return QPointF(self._center)

    @property
    def radius(self) -> float:
        """Pixels from the centre to the rim distance (2.5 m)."""
        return self._radius

    @property
    def rim_m(self) -> float:
        """Distance shown at the rim; what is farther is drawn on the rim."""
        return self._rim_m

    @property
    def nulls_deg(self) -> tuple[float, ...]:
        """Where the diamonds stand: those placed by hand, else those that the design holds; none without LCMV."""
        if not self._nulls_shown:
            return ()
        nulls_deg = self._nulls_deg or self._own_nulls_deg
        if self._drag is not None and self._drag.number < 0 and -self._drag.number <= len(nulls_deg):
            moved = list(nulls_deg)
            moved[-self._drag.number - 1] = self._drag.azimuth_deg
            return tuple(moved)
        return nulls_deg

    def null_places(self) -> list[QPointF]:
        """Centres of the diamonds."""
        middle = self._radius + _RING_GAP + _RING_WIDTH / 2
        return [polar.to_screen(self._center, math.radians(null_deg), middle) for null_deg in self.nulls_deg]

    @property
    def mirror_deg(self) -> float | None:
        """The direction that an array on a line hears as it hears the beam's."""
        if self.beam_deg is None or not self._on_line:
            return None
        mirror_rad = mirror_azimuth_rad(self._mic_xyz_m, math.radians(self.beam_deg))
        return None if mirror_rad is None else math.degrees(mirror_rad)

    @property
    def error_text(self) -> str:
        """How far the tracks are from the true positions, or nothing."""
        if self._localization is None or not self._truth_shown:
            return ""
        errors = map_marks.track_errors_rad(self._localization.tracks, self._localization.truth)
        parts = [f"T{number} {painting.number(math.degrees(error), 1)}°" for number, error in errors.items()]
        return f"error {', '.join(parts)}" if parts else ""

    @property
    def beam_deg(self) -> float | None:
        """Where the handle stands, None before the first `show_beam`."""
        return self._drag.azimuth_deg if self._drag is not None and self._drag.number == 0 else self._beam_deg

    @property
    def message(self) -> str:
        """The empty state's sentence, or nothing."""
        heard = self._localization is not None and bool(self._localization.tracks)
        return "" if heard or not self._running else "No talkers heard."

    @property
    def label_rects(self) -> dict[int, QRectF]:
        """Rectangles of the talkers' labels by number."""
        return {number: QRectF(rect) for number, (rect, _) in self._labels.items()}

    def place(self, azimuth_rad: float, distance_m: float | None) -> QPointF:
        """Where a source is drawn."""
        share = shown_distance(distance_m, self._rim_m) / self._rim_m
        return polar.to_screen(self._center, azimuth_rad, share * self._radius)

    def handle_place(self) -> QPointF:
        """Centre of the beam's handle."""
        azimuth_rad = math.radians(self.beam_deg or 0.0)
        return polar.to_screen(self._center, azimuth_rad, self._radius + _RING_GAP + _RING_WIDTH / 2)

    def truth_places(self) -> list[tuple[int, QPointF, bool]]:
        """(number, place, active) of each true position that is shown."""
        if self._localization is None or not self._truth_shown:
            return []
        result = []
        for number, talker in enumerate(self._localization.truth, start=1):
            azimuth_rad, distance_m = talker.azimuth_rad, talker.distance_m
            if self._drag is not None and self._drag.number == number:
                azimuth_rad, distance_m = math.radians(self._drag.azimuth_deg), self._drag.distance_m
            elif number in self._held:
                azimuth_rad, distance_m, _ = self._held[number]
            result.append((number, self.place(azimuth_rad, distance_m), talker.active))
        return result

    # ---------------------------------------------------------------------------------------- geometry

    def sizeHint(self) -> QSize:
        return QSize(472, 456)

    def resizeEvent(self, event) -> None:
        self._layout()

    def _layout(self) -> None:
        side, top, bottom = (37.0, 20.0, 28.0) if self._compact else (43.0, 22.0, 32.0)
        width, height = float(self.width()), float(self.height())
        outer = max(40.0, min(width / 2 - side, (height - top - bottom) / 2))
        self._radius = outer - _RIM
        spare = max(0.0, height - top - bottom - 2 * outer)
        self._center = QPointF(width / 2, round(top + min(spare, max(16.0, spare / 2)) + outer))
        self._refresh()

    def _refresh(self) -> None:
        """Forget what was drawn of the data, place the labels anew and repaint."""
        self._backdrop = None
        self._arrange_labels()
        self._describe()
        self.update()

    def _tracks(self) -> tuple[Track, ...]:
        return self._localization.tracks if self._localization is not None else ()

    def _label_text(self, track: Track) -> tuple[str, str]:
        azimuth = painting.format_azimuth(track.azimuth_rad)
        if self._compact or track.distance_m is None:
            return f"T{track.number}", azimuth
        return f"T{track.number}", f"{azimuth} {painting.format_distance(track.distance_m)}"

    def _arrange_labels(self) -> None:
        tracks = self._tracks()
        if not tracks:
            self._labels = {}
            return
        bold, plain = QFontMetricsF(theme.font(12, 600)), QFontMetricsF(theme.font(12, 500))
        labels, markers = [], []
        for track in tracks:
            name, text = self._label_text(track)
            width = math.ceil(7 + bold.horizontalAdvance(name) + 7 + plain.horizontalAdvance(text) + 8)
            place = self.place(track.azimuth_rad, track.distance_m)
            labels.append((track.number, place, QSizeF(width, 22)))
            markers.append(polar.rect_around(place, polar.MARKER_RADIUS + 3))
        markers += [polar.rect_around(place, polar.TRUTH_RADIUS + 2) for _, place, _ in self.truth_places()]
        avoid = [polar.rect_around(self._center, _HUB), *(box for box, _ in self._ring_labels())]
        for tail in self._tails.values():
            avoid += [polar.rect_around(self.place(azimuth, distance), 4) for _, azimuth, distance in list(tail)[:-1:2]]
        if not self._compact and self._localization.sectors is not None:
            avoid += [self._sector_text_rect(sector) for sector in range(SECTORS)]
        bounds = polar.rect_around(self._center, self._radius)
        before = {number: choice for number, (_, choice) in self._labels.items()}
        self._labels = polar.place_labels(labels, markers, avoid, bounds, before)

    def _sector_text_rect(self, sector: int) -> QRectF:
        azimuth_rad = (sector + 0.5) * 2 * math.pi / SECTORS
        middle = polar.to_screen(self._center, azimuth_rad, self._radius - 14)
        return QRectF(middle.x() - 18, middle.y() - 8, 36, 16)

    def _describe(self) -> None:
        parts = []
        if self._beam_deg is not None:
            state = f", following T{self._following}" if self._following else ""
            parts.append(f"Beam {painting.format_azimuth(math.radians(self._beam_deg))}{state}")
        parts += [f"Null {painting.format_azimuth(math.radians(null_deg))}" for null_deg in self.nulls_deg]
        for track in self._tracks():
            parts.append(" ".join(self._label_text(track)))
        self.setAccessibleDescription("; ".join(parts) or self.message or "No data")

    # ---------------------------------------------------------------------------------------- painting

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        if self._backdrop is None or self._backdrop.devicePixelRatio() != ratio:
            self._backdrop = self._paint_backdrop(ratio)
        painter.drawPixmap(0, 0, self._backdrop)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        taken = self._paint_beam_line(painter)
        painter.setOpacity(0.5 if self._stale else 1.0)
        self._paint_tails(painter)
        for _, place, active in self.truth_places():
            polar.draw_truth(painter, place, self._tokens, active)
        painter.setOpacity(1.0)
        self._paint_hub(painter)
        painter.setOpacity(0.5 if self._stale else 1.0)
        self._paint_tracks(painter)
        painter.setOpacity(1.0)
        self._paint_nulls(painter)
        self._paint_handle(painter)
        self._paint_outside(painter, taken)
        self._paint_message(painter)
        painter.end()

    def _paint_backdrop(self, ratio: float) -> QPixmap:
        """Disc, sectors, grid and the spatial spectrum: all that changes only with a message."""
        t, center, radius = self._tokens, self._center, self._radius
        pixmap = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.plot))
        painter.drawEllipse(center, radius, radius)
        shown = self._localization
        fade = 0.5 if self._stale else 1.0
        if shown is not None and shown.sectors is not None:
            strength = 0.24 if t.name == "dark" else 0.26
            disc = polar.rect_around(center, radius)
            for sector, probability in enumerate(shown.sectors):
                if probability >= 0.02:  # fainter shades cannot be seen
                    painter.setBrush(t.color("accent", fade * strength * min(1.0, float(probability))))
                    # Qt counts sixteenths of a degree counter-clockwise from three o'clock; 0° here is at twelve.
                    painter.drawPie(disc, (90 + sector * 360 // SECTORS) * 16, 360 // SECTORS * 16)
        self._paint_grid(painter)
        if shown is not None and shown.sectors is not None and not self._compact:
            painter.setFont(theme.font(11))
            painter.setOpacity(fade)
            for sector, probability in enumerate(shown.sectors):
                painter.setPen(QColor(t.text1 if probability >= 0.5 else t.text3))
                text = painting.format_probability(float(probability))
                painter.drawText(self._sector_text_rect(sector), Qt.AlignmentFlag.AlignCenter, text)
            painter.setOpacity(1.0)
        self._paint_ring(painter, fade)
        painter.end()
        return pixmap

    def _paint_grid(self, painter: QPainter) -> None:
        t, center, radius = self._tokens, self._center, self._radius
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(t.line), 1.0))
        step_m = map_marks.ring_step_m(self._rim_m)
        for step in range(1, math.ceil(self._rim_m / step_m)):
            painter.drawEllipse(center, step * step_m / self._rim_m * radius, step * step_m / self._rim_m * radius)
        for sector in range(SECTORS):
            azimuth_rad = 2 * math.pi * sector / SECTORS
            strong = sector % 2 == 0
            painter.setPen(QPen(QColor(t.line_strong if strong else t.line), 1.0))
            start = polar.to_screen(center, azimuth_rad, _HUB - 2)
            painter.drawLine(start, polar.to_screen(center, azimuth_rad, radius))
        if self._room_xy_m is not None:
            painter.save()
            inside = QPainterPath()
            inside.addEllipse(center, radius, radius)
            painter.setClipPath(inside)
            map_marks.draw_outline(painter, center, radius / self._rim_m, self._room_xy_m, t)
            painter.restore()
        painter.setFont(theme.font(11))
        painter.setPen(QColor(t.text2))
        for box, text in self._ring_labels():
            painter.fillRect(box, QColor(t.plot))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _ring_labels(self) -> list[tuple[QRectF, str]]:
        """The distances written on the axis towards the back."""
        metrics = QFontMetricsF(theme.font(11))
        every = 2 if self._compact or self._radius < 140 else 1
        step_m = map_marks.ring_step_m(self._rim_m)
        steps = range(every, math.ceil(self._rim_m / step_m), every)
        labels = []
        for step in steps:
            distance_m = step * step_m
            text = painting.with_unit(f"{distance_m:g}", "m" if step == steps[-1] else "")
            width = metrics.horizontalAdvance(text) + 8
            y = self._center.y() + distance_m / self._rim_m * self._radius
            labels.append((QRectF(self._center.x() - width / 2, y - 8, width, 16), text))
        return labels

    def _paint_ring(self, painter: QPainter, fade: float) -> None:
        middle = self._radius + _RING_GAP + _RING_WIDTH / 2
        spectrum = self._localization.spectrum if self._localization is not None else None
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if not self._srp or spectrum is None or len(spectrum.azimuth_rad) == 0:
            painter.setPen(QPen(QColor(self._tokens.line), 1.0))
            painter.drawEllipse(self._center, middle, middle)
            return
        gradient = QConicalGradient(self._center, 90.0)
        table = painting.colormap("viridis")
        index = painting.color_index(ring_levels(spectrum.azimuth_rad, spectrum.level_db), *theme.SPATIAL_RANGE_DB)
        stops = [(k / RING_STEPS, QColor.fromRgb(int(table[i]))) for k, i in enumerate(index)]
        gradient.setStops([*stops, (1.0, stops[0][1])])
        painter.setOpacity(fade)
        painter.setPen(QPen(gradient, _RING_WIDTH))
        painter.drawEllipse(self._center, middle, middle)
        painter.setOpacity(1.0)

    def _paint_beam_line(self, painter: QPainter) -> list[QRectF]:
        """The dashed line and the beam's label; returns what the label occupies."""
        if self.beam_deg is None:
            return []
        azimuth_rad = math.radians(self.beam_deg)
        pen = QPen(QColor(self._tokens.accent), 1.0)
        pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        start = polar.to_screen(self._center, azimuth_rad, _HUB)
        painter.drawLine(start, polar.to_screen(self._center, azimuth_rad, self._radius - 1))
        if self.mirror_deg is not None:
            mirror_rad = math.radians(self.mirror_deg)
            painter.setPen(QPen(self._tokens.color("accent", 0.6), 1.0, Qt.PenStyle.DotLine))
            start = polar.to_screen(self._center, mirror_rad, _HUB)
            painter.drawLine(start, polar.to_screen(self._center, mirror_rad, self._radius - 1))
            painter.setPen(QColor(self._tokens.accent))
        rect, text = self._beam_label(azimuth_rad)
        painter.setFont(theme.font(12, 600))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
        return [rect, self._handle_rect(azimuth_rad)]

    def _beam_label(self, azimuth_rad: float) -> tuple[QRectF, str]:
        metrics = QFontMetricsF(theme.font(12, 600))
        degrees = self.beam_deg
        fine = abs(degrees - round(degrees)) > 0.04
        angle = painting.number(degrees, 1, signed=True) + "°" if fine else painting.format_azimuth(azimuth_rad)
        outer = self._radius + _RIM
        left, ahead = math.sin(azimuth_rad), math.cos(azimuth_rad)
        handle = self._handle_rect(azimuth_rad)
        best: tuple[float, QRectF, str] | None = None
        # Further and further out on one line; else on two lines, moved along the rim towards front or back.
        one = [(f"Beam {angle}", 14.0, gap, 0.0) for gap in range(4, 34, 2)]
        two = [(f"Beam\n{angle}", 30.0, 6, shift) for shift in range(0, 48, 2)]
        for text, height, gap, shift in one + two:
            width = max(metrics.horizontalAdvance(line) for line in text.split("\n")) + 1
            anchor = polar.to_screen(self._center, azimuth_rad, outer + gap)
            rect = QRectF(anchor.x() - width / 2 * (1 + left), anchor.y() - height / 2 * (1 + ahead), width, height)
            rect.translate(0.0, -shift if ahead >= 0 else shift)
            rect.moveLeft(min(max(rect.left(), 2.0), self.width() - 2.0 - width))
            rect.moveTop(min(max(rect.top(), 0.0), self.height() - height))
            covered = rect.intersected(handle)
            inside = outer - _length(nearest_point(rect, self._center) - self._center)
            fault = covered.width() * covered.height() + 10 * max(0.0, inside)
            if fault == 0.0:
                return rect, text
            if best is None or fault < best[0]:
                best = (fault, rect, text)
        return best[1], best[2]

    def _handle_rect(self, azimuth_rad: float) -> QRectF:
        """The upright rectangle that holds the handle."""
        aside, along = abs(math.sin(azimuth_rad)), abs(math.cos(azimuth_rad))
        straight = (_HANDLE_LENGTH - _HANDLE_WIDTH) / 2
        half_x = along * straight + _HANDLE_WIDTH / 2 + 1
        half_y = aside * straight + _HANDLE_WIDTH / 2 + 1
        place = self.handle_place()
        return QRectF(place.x() - half_x, place.y() - half_y, 2 * half_x, 2 * half_y)

    def _paint_tails(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for number, tail in self._tails.items():
            points = [self.place(azimuth_rad, distance_m) for _, azimuth_rad, distance_m in tail]
            ages = [(self._localization.time_s - when) / TAIL_S for when, _, _ in tail]
            ribbon = tail_ribbon(points, ages)
            if ribbon is None:
                continue
            color = QColor(track_style(number, self._tokens)[0])
            gradient = QLinearGradient(points[-1], points[0])
            gradient.setColorAt(0.0, color)
            color.setAlphaF(0.0)
            gradient.setColorAt(1.0, color)
            painter.setBrush(gradient)
            painter.drawPath(ribbon)

    def _paint_hub(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._tokens.plot))
        hub = 16.0 if self._compact else _HUB
        painter.drawEllipse(self._center, hub, hub)
        if self._mic_xyz_m is None or len(self._mic_xyz_m) == 0:
            return
        extent_m = float(np.hypot(self._mic_xyz_m[:, 0], self._mic_xyz_m[:, 1]).max())
        scale = (hub - 6.0) / extent_m if extent_m > 0 else 0.0
        painter.setBrush(QColor(self._tokens.text2))
        for ahead_m, left_m in self._mic_xyz_m[:, :2]:
            place = QPointF(self._center.x() - left_m * scale, self._center.y() - ahead_m * scale)
            painter.drawEllipse(place, 2.25, 2.25)

    def _paint_tracks(self, painter: QPainter) -> None:
        t = self._tokens
        for track in self._tracks():
            place = self.place(track.azimuth_rad, track.distance_m)
            if track.distance_m is None:
                # Only the direction is known: the talker may be anywhere along this line.
                painter.setPen(QPen(t.color(f"track{(track.number - 1) % 4 + 1}", 0.35), 1.0))
                start = polar.to_screen(self._center, track.azimuth_rad, _HUB)
                painter.drawLine(start, polar.to_screen(self._center, track.azimuth_rad, self._radius))
            entry = self._labels.get(track.number)
            if entry is not None:
                near = nearest_point(entry[0], place)
                if math.hypot(near.x() - place.x(), near.y() - place.y()) > 26:
                    painter.setPen(QPen(QColor(track_style(track.number, t)[0]), 1.0))
                    painter.drawLine(place, near)
            polar.draw_marker(painter, place, track.number, t, active=track.active)
        metrics = QFontMetricsF(theme.font(12, 600))
        for track in self._tracks():
            if track.number not in self._labels:
                continue
            rect = self._labels[track.number][0]
            color = QColor(track_style(track.number, t)[0])
            painter.setPen(QPen(color, 1.25))
            painter.setBrush(QColor(t.panel))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS_FIELD, theme.RADIUS_FIELD)
            name, text = self._label_text(track)
            painter.setPen(color)
            painter.setFont(theme.font(12, 600))
            painter.drawText(rect.adjusted(7, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(QColor(t.text1 if track.active else t.text3))
            painter.setFont(theme.font(12, 500))
            start = 14 + metrics.horizontalAdvance(name)
            painter.drawText(rect.adjusted(start, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_nulls(self, painter: QPainter) -> None:
        for number, place in enumerate(self.null_places(), start=1):
            map_marks.draw_null(painter, place, self._tokens, by_hand=bool(self._nulls_deg))
            if self._keyboard and self.hasFocus() and self._target == -number:
                polar.draw_focus_ring(painter, polar.rect_around(place, 8.0), self._tokens, 8.0)

    def _paint_handle(self, painter: QPainter) -> None:
        t = self._tokens
        if self.mirror_deg is not None:
            middle = self._radius + _RING_GAP + _RING_WIDTH / 2
            mirror = polar.to_screen(self._center, math.radians(self.mirror_deg), middle)
            painter.setPen(QPen(QColor(t.plot), 4.0))
            painter.setBrush(QColor(t.plot))
            painter.drawEllipse(mirror, 7.0, 7.0)
            painter.setPen(QPen(QColor(t.accent), 1.75))
            painter.drawEllipse(mirror, 7.0, 7.0)
        if self._keyboard and self.hasFocus() and self._target > 0:
            for number, place, _ in self.truth_places():
                if number == self._target:
                    polar.draw_focus_ring(painter, polar.rect_around(place, 12.0), t, 12.0)
        if self.beam_deg is None:
            return
        painter.save()
        painter.translate(self.handle_place())
        painter.rotate(-self.beam_deg)
        body = QRectF(-_HANDLE_LENGTH / 2, -_HANDLE_WIDTH / 2, _HANDLE_LENGTH, _HANDLE_WIDTH)
        painter.setPen(QPen(QColor(t.plot), 2.5))
        painter.setBrush(QColor(t.accent))
        painter.drawRoundedRect(body, _HANDLE_WIDTH / 2, _HANDLE_WIDTH / 2)
        painter.setPen(QPen(QColor(t.plot), 1.5))
        for x in (-4.0, 0.0, 4.0):
            painter.drawLine(QPointF(x, -4.0), QPointF(x, 4.0))
        if self._keyboard and self.hasFocus() and self._target == 0:
            polar.draw_focus_ring(painter, body, t, _HANDLE_WIDTH / 2)
        painter.restore()

    def _paint_outside(self, painter: QPainter, taken: list[QRectF]) -> None:
        """Angles around the rim (but for those under the beam's label) and the footer."""
        t = self._tokens
        painter.setFont(theme.font(11))
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QColor(t.text2))
        outer = self._radius + _RIM
        angles = (0, 90, -90, 180) if self._compact else (0, 45, -45, 90, -90, 135, -135, 180)
        words = {0: " front"} if self._compact else {0: " front", 90: "\nleft", -90: "\nright"}
        gap = 4 if self._compact else 10
        for degrees in angles:
            head = "180°" if degrees == 180 else painting.number(degrees, signed=True) + "°"
            word = words.get(degrees, "").removeprefix("\n")
            width = metrics.horizontalAdvance(head + (word if degrees == 0 else "")) + 2
            azimuth_rad = math.radians(degrees)
            left, ahead = math.sin(azimuth_rad), math.cos(azimuth_rad)
            anchor = polar.to_screen(self._center, azimuth_rad, outer + (2 if degrees in (0, 180) else gap))
            rect = QRectF(anchor.x() - width / 2 * (1 + left), anchor.y() - 8 * (1 + ahead), width, 16)
            below = word if degrees in (90, -90) else ""
            whole = rect.united(rect.translated(0, 16)) if below else rect
            if any(whole.intersects(other) for other in taken):
                continue
            painter.setPen(QColor(t.text2))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, head + (word if degrees == 0 else ""))
            if below:
                side = Qt.AlignmentFlag.AlignRight if degrees > 0 else Qt.AlignmentFlag.AlignLeft
                room = rect.adjusted(-10, 16, 0, 16) if degrees > 0 else rect.adjusted(-6, 16, 10, 16)
                painter.setPen(QColor(t.text3))
                painter.drawText(room, side, below)
        if self._compact:
            return
        footer = QRectF(12, self.height() - 18, self.width() - 24, 16)
        painter.setPen(QColor(t.text3))
        alignment = Qt.AlignmentFlag.AlignVCenter
        rim = f"rim {painting.format_distance(self._rim_m)}"
        painter.drawText(footer, alignment | Qt.AlignmentFlag.AlignLeft, rim)
        middle = "array on a line: front and back sound alike" if self.mirror_deg is not None else self.error_text
        painter.drawText(footer, alignment | Qt.AlignmentFlag.AlignHCenter, middle)
        if self.truth_places():
            legend = "true position"
            painter.drawText(footer, alignment | Qt.AlignmentFlag.AlignRight, legend)
            x = footer.right() - metrics.horizontalAdvance(legend) - 14
            painter.save()
            painter.translate(x, footer.center().y())
            painter.scale(0.62, 0.62)
            polar.draw_truth(painter, QPointF(0, 0), t)
            painter.restore()

    def _paint_message(self, painter: QPainter) -> None:
        if not self.message:
            return
        painter.setFont(theme.font(13))
        width = QFontMetricsF(painter.font()).horizontalAdvance(self.message) + 24
        box = QRectF(self._center.x() - width / 2, self._center.y() - 0.36 * self._radius - 14, width, 28)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._tokens.plot))
        painter.drawRoundedRect(box, theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.setPen(QColor(self._tokens.text2))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.message)

    # ---------------------------------------------------------------------------------------- pointer and keys

    def _grab_at(self, point: QPointF) -> int | None:
        """What lies under the pointer and can be taken: 0 the beam, n a talker, None nothing."""
        if self.beam_deg is not None and _length(point - self.handle_place()) <= _GRAB:
            return 0
        if self._movable:
            near = [(_length(point - place), number) for number, place, _ in self.truth_places()]
            near = [entry for entry in near if entry[0] <= _GRAB]
            if near:
                return min(near)[1]
        near = [(_length(point - place), -number) for number, place in enumerate(self.null_places(), start=1)]
        near = [entry for entry in near if entry[0] <= _GRAB]
        return min(near)[1] if near else None

    def mousePressEvent(self, event) -> None:
        self._keyboard = False
        target = self._grab_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or target is None:
            super().mousePressEvent(event)
            return
        self._target = target
        if target == 0 and self._following:
            return
        self._drag = self._held_value(target)
        self._pressed = True
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self.update()

    def mouseMoveEvent(self, event) -> None:
        if not self._pressed:
            self._point(event.position())
            return
        if self._drag is None:  # taken away in the meantime: the beam began to follow
            return
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        azimuth_rad, radius = polar.from_screen(self._center, event.position())
        coarse = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        step = 0.1 if fine else _GRID_DEG if coarse and self._drag.number <= 0 else 1.0
        azimuth_deg = wrap_deg(round(math.degrees(azimuth_rad) / step) * step)
        distance_step = 0.01 if fine else 0.1
        distance_m = round(radius / self._radius * self._rim_m / distance_step) * distance_step
        self._move_to(round(azimuth_deg, 1), min(max(round(distance_m, 2), NEAREST_M), self._rim_m))

    def mouseReleaseEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = False
            self._drop()
            self._point(event.position())

    def mouseDoubleClickEvent(self, event) -> None:
        """On the ring: a null there, or the null that is there away."""
        radius = _length(event.position() - self._center)
        if event.button() != Qt.MouseButton.LeftButton or not self._nulls_shown or radius < self._radius - 4:
            super().mouseDoubleClickEvent(event)
            return
        target = self._grab_at(event.position())
        if target is not None and target < 0:
            self._remove_null(target)
        elif target is None and len(self._nulls_deg) < MOST_NULLS:
            azimuth_rad, _ = polar.from_screen(self._center, event.position())
            self._put_nulls((*self._nulls_deg, float(round(math.degrees(azimuth_rad)))), True)

    def _remove_null(self, target: int) -> None:
        kept = list(self.nulls_deg)
        del kept[-target - 1]
        if self._nulls_deg:
            self._put_nulls(tuple(kept), True)

    def _put_nulls(self, nulls_deg: tuple[float, ...], final: bool) -> None:
        self._nulls_deg = nulls_deg
        if -self._target > len(nulls_deg):
            self._target = 0
        self._describe()
        self.nulls_changed.emit(nulls_deg, final)
        self.update()

    def wheelEvent(self, event) -> None:
        self._turned += event.angleDelta().y()
        notches = int(self._turned / 120)  # touchpads send many small turns
        self._turned -= 120 * notches
        if notches:
            self.zoom(notches)
        event.accept()

    def leaveEvent(self, event) -> None:
        self.unsetCursor()

    def _point(self, position: QPointF) -> None:
        target = self._grab_at(position)
        if target is None:
            self.unsetCursor()
        elif target == 0 and self._following:
            self.setCursor(Qt.CursorShape.ForbiddenCursor)
        else:
            self.setCursor(Qt.CursorShape.OpenHandCursor)

    def _held_value(self, target: int) -> _Drag:
        if target == 0:
            return _Drag(0, float(self._beam_deg), self._rim_m)
        if target < 0:
            return _Drag(target, self.nulls_deg[-target - 1], self._rim_m)
        talker = self._localization.truth[target - 1]
        azimuth_rad, distance_m = talker.azimuth_rad, talker.distance_m
        if target in self._held:
            azimuth_rad, distance_m, _ = self._held[target]
        return _Drag(target, math.degrees(azimuth_rad), distance_m)

    def _move_to(self, azimuth_deg: float, distance_m: float) -> None:
        drag = self._drag
        if drag.number == 0:
            if azimuth_deg == drag.azimuth_deg:
                return
            self._drag = _Drag(0, azimuth_deg, self._rim_m, moved=True)
            self.steering_changed.emit(azimuth_deg, False)
        elif drag.number < 0:
            if azimuth_deg == drag.azimuth_deg:
                return
            self._drag = _Drag(drag.number, azimuth_deg, self._rim_m, moved=True)
            self._put_nulls(self.nulls_deg, False)
        else:
            if (azimuth_deg, distance_m) == (drag.azimuth_deg, drag.distance_m):
                return
            self._drag = _Drag(drag.number, azimuth_deg, distance_m, moved=True)
            self.talker_moved.emit(drag.number, math.radians(azimuth_deg), distance_m)
            self._arrange_labels()
        self.update()

    def _drop(self) -> None:
        """End of a drag or of a held key: the value stays until the engine shows its own."""
        drag, self._drag = self._drag, None
        if drag is None or not drag.moved:
            return
        until = self._clock() + _HOLD_S
        if drag.number == 0:
            self._beam_deg = drag.azimuth_deg
            self._held[0] = (drag.azimuth_deg, self._rim_m, until)
            self._describe()
            self.steering_changed.emit(drag.azimuth_deg, True)
        elif drag.number < 0:
            self._put_nulls(self._nulls_deg, True)
        else:
            self._held[drag.number] = (math.radians(drag.azimuth_deg), drag.distance_m, until)
        self.update()

    def keyPressEvent(self, event) -> None:
        turns = {Qt.Key.Key_Left: (1, 0), Qt.Key.Key_Right: (-1, 0), Qt.Key.Key_Up: (1, 1), Qt.Key.Key_Down: (-1, -1)}
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self.zoom(1 if event.key() == Qt.Key.Key_Plus else -1)
            return
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and -len(self.nulls_deg) <= self._target < 0:
            self._remove_null(self._target)
            return
        home = event.key() == Qt.Key.Key_Home and self._target == 0
        locked = self._target == 0 and (self._beam_deg is None or self._following)
        gone = self._target > len(self.truth_places())
        if (event.key() not in turns and not home) or locked or gone:
            super().keyPressEvent(event)
            return
        self._keyboard = True
        if self._drag is None:
            self._drag = self._held_value(self._target)
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        drag = self._drag
        if home:
            self._move_to(0.0, self._rim_m)
            return
        turn, farther = turns[event.key()]
        if drag.number <= 0 or farther == 0:
            azimuth_deg = round(wrap_deg(drag.azimuth_deg + turn * (0.1 if fine else 1.0)), 1)
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier and drag.number <= 0:
                # To the next place of the grid, from wherever it stands.
                places = drag.azimuth_deg / _GRID_DEG
                places = math.floor(places) + 1 if turn > 0 else math.ceil(places) - 1
                azimuth_deg = wrap_deg(places * _GRID_DEG)
            self._move_to(azimuth_deg, drag.distance_m)
        else:
            distance_m = round(drag.distance_m + farther * (0.01 if fine else 0.1), 2)
            self._move_to(drag.azimuth_deg, min(max(distance_m, NEAREST_M), self._rim_m))

    def keyReleaseEvent(self, event) -> None:
        if not event.isAutoRepeat() and not self._pressed:
            self._drop()
        super().keyReleaseEvent(event)

    def focusInEvent(self, event) -> None:
        reasons = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
        self._keyboard = event.reason() in reasons
        if event.reason() == Qt.FocusReason.TabFocusReason:
            self._target = 0
        elif event.reason() == Qt.FocusReason.BacktabFocusReason:
            self._target = self._stops()[-1]
        self.update()

    def focusOutEvent(self, event) -> None:
        self._pressed = False
        self._drop()
        self.update()

    def _stops(self) -> list[int]:
        """What Tab goes through: the beam, true positions that can be moved, nulls."""
        talkers = range(1, 1 + len(self.truth_places())) if self._movable else ()
        return [0, *talkers, *(-number for number in range(1, 1 + len(self.nulls_deg)))]

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes through the handles on the map before it leaves it."""
        stops = self._stops()
        place = (stops.index(self._target) if self._target in stops else 0) + (1 if forward else -1)
        if self.hasFocus() and 0 <= place < len(stops):
            self._drop()
            self._target, self._keyboard = stops[place], True
            self.update()
            return True
        return super().focusNextPrevChild(forward)

    def event(self, event) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            text = self.tip_at(QPointF(event.pos()))
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def tip_at(self, point: QPointF) -> str:
        """What the tooltip says at a place."""
        target = self._grab_at(point)
        if target == 0:
            if self._following:
                return f"The beam follows T{self._following}. Press Following in the table to steer by hand."
            return "Steers the beam. Drag, or use the arrow keys: 1° steps, with Shift 0.1°, with Ctrl 15°. Home: 0°."
        if target is not None and target < 0:
            if self._nulls_deg:
                return "Null of the beam. Drag, or use the arrow keys; double-click or Delete takes it away."
            return "Null on a talker, placed by itself. Drag it to place the nulls by hand."
        if target is not None:
            name = self._localization.truth[target - 1].name
            return f"{name}: true position. Drag to move the simulated talker."
        for track in self._tracks():
            if _length(point - self.place(track.azimuth_rad, track.distance_m)) <= 12:
                state = "speaking" if track.active else f"silent {painting.with_unit(f'{track.silent_s:.1f}', 's')}"
                confidence = painting.format_probability(track.confidence)
                unknown = ", distance unknown" if track.distance_m is None else ""
                error = map_marks.track_errors_rad(self._tracks(), self._localization.truth)
                off = f", {painting.number(math.degrees(error[track.number]), 1)}° off" if track.number in error else ""
                return f"{' '.join(self._label_text(track))}{unknown}, {state}, confidence {confidence}{off}"
        if _length(point - self._center) <= _HUB and self._mic_xyz_m is not None:
            extent_m = float(np.hypot(self._mic_xyz_m[:, 0], self._mic_xyz_m[:, 1]).max())
            largest = painting.with_unit(f"{1000 * extent_m:.0f}", "mm")
            return f"{len(self._mic_xyz_m)} microphones, enlarged; the outermost is {largest} from the centre."
        radius = _length(point - self._center)
        if self.mirror_deg is not None:
            middle = self._radius + _RING_GAP + _RING_WIDTH / 2
            if _length(point - polar.to_screen(self._center, math.radians(self.mirror_deg), middle)) <= 10:
                return "Heard like the beam's direction: the microphones stand on a line."
        if self._srp and self._radius < radius < self._radius + _RIM + 4:
            return "Power from each direction (SRP), −24 to 0 dB."
        return ""


RING_STEPS = 180
"""Colours around the ring, one every 2°."""


def ring_levels(azimuth_rad: np.ndarray, level_db: np.ndarray) -> np.ndarray:
    """Levels at 0°, 2°, ... 358° counter-clockwise from the front: (RING_STEPS,), linear between the given azimuths."""
    wanted = 2 * np.pi * np.arange(RING_STEPS) / RING_STEPS
    return np.interp(wanted, np.asarray(azimuth_rad, dtype=float), level_db, period=2 * np.pi)


def shown_distance(distance_m: float | None, rim_m: float = RIM_M) -> float:
    """Distance at which a source is drawn: unknown on a fixed ring, beyond the rim on the rim."""
    return UNKNOWN_SHARE * rim_m if distance_m is None else min(max(distance_m, 0.0), rim_m)


def tail_ribbon(points: Sequence[QPointF], ages: Sequence[float]) -> QPainterPath | None:
    """A band along the points, 3 px wide at age 0 and nothing at age 1; None for a talker that stood still."""
    if len(points) < 2 or _length(points[-1] - points[0]) < 4.0:
        return None
    line = np.array([(p.x(), p.y()) for p in points])
    along = np.gradient(line, axis=0)
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) / length
    half = 1.5 * (1.0 - np.clip(np.asarray(ages, dtype=float), 0.0, 1.0))[:, None]
    outline = np.concatenate([line + half * across, (line - half * across)[::-1]])
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in outline]))
    path.closeSubpath()
    return path


def nearest_point(rect: QRectF, point: QPointF) -> QPointF:
    """The point of a rectangle that is nearest to another."""
    return QPointF(
        min(max(point.x(), rect.left()), rect.right()),
        min(max(point.y(), rect.top()), rect.bottom()),
    )


def _length(vector: QPointF) -> float:
    return math.hypot(vector.x(), vector.y())


class SourceMapView(QWidget):
    """The source map with its heading, its two switches and how often it is renewed.

    Signals: `steering_changed(deg, final)` while the handle is dragged, final once on release;
    `talker_moved(number, azimuth_rad, distance_m)` while a true position is dragged; `nulls_changed(degs, final)`
    with all nulls that are placed by hand when one is added, dragged or taken away.
    """

    steering_changed = Signal(float, bool)
    talker_moved = Signal(int, float, float)
    nulls_changed = Signal(tuple, bool)

    def __init__(
        self,
        tokens: Tokens = theme.DARK,
        parent: QWidget | None = None,
        clock: Callable[[], float] = time.monotonic,
    ):
        super().__init__(parent)
        self._clock = clock
        self._arrivals: deque[tuple[float, int]] = deque()
        self._running = False
        self.canvas = MapCanvas(tokens, clock, self)
        self.canvas.steering_changed.connect(self.steering_changed)
        self.canvas.talker_moved.connect(self.talker_moved)
        self.canvas.nulls_changed.connect(self.nulls_changed)

        self._title = QLabel("Source map")
        self._title.setFont(theme.font(13, 600))
        self._rate = QLabel()
        self._rate.setFont(theme.font(12))
        self._rate.setToolTip("How often the localizer gives a new picture.")
        self.toggles = QWidget()
        row = QHBoxLayout(self.toggles)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.srp_button = self._toggle("SRP ring", "Show the power from each direction as a ring", self.canvas.set_srp)
        self.truth_button = self._toggle("Truth", "Show where the talkers really are", self.canvas.set_truth)
        row.addWidget(self.srp_button)
        row.addWidget(self.truth_button)

        self.header = QWidget()
        self.header.setFixedHeight(theme.HEADER)
        head = QHBoxLayout(self.header)
        head.setContentsMargins(theme.PANEL_PADDING, 0, theme.PANEL_PADDING, 0)
        head.setSpacing(9)
        head.addWidget(self._title)
        head.addWidget(self._rate)
        head.addStretch(1)
        self._toggles_home = head
        head.addWidget(self.toggles)

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.canvas, 1)

        self._stale_timer = QTimer(self)
        self._stale_timer.setSingleShot(True)
        self._stale_timer.setInterval(round(1000 * STALE_S))
        self._stale_timer.timeout.connect(self._turn_stale)
        self.apply_theme(tokens)
        self._show_rate()

    def _toggle(self, text: str, tip: str, act: Callable[[bool], None]) -> QPushButton:
        button = QPushButton(text)
        button.setCheckable(True)
        button.setChecked(True)
        button.setFixedHeight(28)
        button.setFont(theme.font(12))
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.toggled.connect(act)
        return button

    def show_localization(self, localization: Localization) -> None:
        """Show one update of the localizer."""
        now = self._clock()
        if self._arrivals and localization.sequence < self._arrivals[-1][1]:
            self._arrivals.clear()  # another run
        self._arrivals.append((now, localization.sequence))
        while now - self._arrivals[0][0] > _RATE_WINDOW_S:
            self._arrivals.popleft()
        self._stale_timer.start()
        self.canvas.show_localization(localization)
        self._show_rate()

    def show_beam(self, azimuth_rad: float, following: int = 0) -> None:
        """Show where the beam points; `following` is the number of the track that it follows, 0 for none."""
        self.canvas.show_beam(azimuth_rad, following)

    def set_array(self, mic_xyz_m: np.ndarray | None) -> None:
        """Draw an array's microphones, positions (mics, 3) in metres; their layout is enlarged to be seen."""
        self.canvas.set_array(mic_xyz_m)

    def show_pattern(self, pattern: BeamPattern | None) -> None:
        """Take the nulls that the beam's design holds."""
        self.canvas.show_designed_nulls(pattern.nulls_rad if pattern is not None else ())

    def set_nulls(self, handles_deg: Sequence[float], shown: bool) -> None:
        """The nulls placed by hand, and whether the method has nulls at all."""
        self.canvas.set_nulls(handles_deg, shown)

    def set_room(self, corners_xy_m: np.ndarray | None) -> None:
        """Draw the room's walls: corners (N, 2) in metres ahead and to the left of the array; None: not known."""
        self.canvas.set_room(corners_xy_m)

    def set_talkers_movable(self, movable: bool) -> None:
        """Whether true positions can be dragged (simulated rooms)."""
        self.canvas.set_talkers_movable(movable)

    def set_running(self, running: bool) -> None:
        """Whether sound runs: an empty map then says so."""
        self._running = running
        if not running:
            self._arrivals.clear()
        self.canvas.set_running(running)
        self._show_rate()

    def set_compact(self, compact: bool) -> None:
        """The narrow window's map: no heading of its own (it is a tab), fewer words on the map."""
        self.header.setVisible(not compact)
        self.srp_button.setText("SRP" if compact else "SRP ring")
        self.canvas.set_compact(compact)

    def restore_toggles(self) -> None:
        """Take the two switches back into the map's own header."""
        self._toggles_home.addWidget(self.toggles)

    def apply_theme(self, tokens: Tokens) -> None:
        """Use a theme's colours."""
        self.canvas.apply_theme(tokens)
        self._title.setStyleSheet(f"color: {tokens.text1}")
        self._rate.setStyleSheet(f"color: {tokens.text3}")
        for button in (self.srp_button, self.truth_button):
            button.setStyleSheet(toggle_style(tokens))

    def clear(self) -> None:
        """Forget all that was heard."""
        self._arrivals.clear()
        self._stale_timer.stop()
        self.canvas.clear()
        self._show_rate()

    @property
    def rate_text(self) -> str:
        """The header's read-out."""
        return self._rate.text()

    def _turn_stale(self) -> None:
        self._arrivals.clear()
        self.canvas.set_stale(True)
        self._show_rate()

    def _show_rate(self) -> None:
        if len(self._arrivals) < 3:
            text = f"{painting.UNKNOWN} updates/s" if self._running else ""
        else:
            (begin_s, first), (end_s, last) = self._arrivals[0], self._arrivals[-1]
            text = f"{(last - first) / (end_s - begin_s):.0f} updates/s" if end_s > begin_s else ""
        if text != self._rate.text():
            self._rate.setText(text)
