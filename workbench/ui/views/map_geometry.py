"""Where things lie on the source map: pure geometry, nothing is painted here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QPainterPath, QPolygonF

from workbench.core.geometry import SECTORS
from workbench.ui import painting, theme
from workbench.ui.views import map_marks, polar

RIM_M = 2.5
"""Distance from the middle to the rim at first; what is farther is drawn on the rim."""
UNKNOWN_SHARE = 0.8
"""Of the radius: the ring on which tracks without a distance are drawn."""
RING_GAP, RING_WIDTH = 3.0, 8.0
RIM = RING_GAP + RING_WIDTH
HUB = 18.0
HANDLE_LENGTH, HANDLE_WIDTH = 26.0, 18.0
RING_STEPS = 180
"""Colours around the ring, one every 2°."""
FARTHEST_PAN = 0.75
"""Of the rim's distance: so far the array can be pushed off the middle of the disc, and no farther."""


@dataclass(frozen=True)
class MapGeometry:
    """Places on a map of a size in pixels.

    The disc around `center` shows `rim_m` metres to every side of the place `pan_m` (ahead and to the left of the
    array). The ring around it tells directions as the array sees them: each stands where its ray leaves the disc.
    """

    width: float
    height: float
    compact: bool
    rim_m: float
    center: QPointF
    radius: float
    pan_m: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def fit(cls, width: float, height: float, compact: bool, rim_m: float) -> MapGeometry:
        """The largest map that leaves room for what is written around it."""
        side, top, bottom = (37.0, 20.0, 28.0) if compact else (43.0, 22.0, 32.0)
        outer = max(40.0, min(width / 2 - side, (height - top - bottom) / 2))
        spare = max(0.0, height - top - bottom - 2 * outer)
        center = QPointF(width / 2, round(top + min(spare, max(16.0, spare / 2)) + outer))
        return cls(width, height, compact, rim_m, center, outer - RIM)

    @property
    def scale(self) -> float:
        """Pixels in a metre."""
        return self.radius / self.rim_m

    @property
    def origin(self) -> QPointF:
        """The array's place."""
        ahead_m, left_m = self.pan_m
        return QPointF(self.center.x() + left_m * self.scale, self.center.y() + ahead_m * self.scale)

    def panned(self, ahead_m: float, left_m: float) -> MapGeometry:
        """The map with that place in its middle; the array stays well within the disc."""
        share = math.hypot(ahead_m, left_m) / (FARTHEST_PAN * self.rim_m)
        return replace(self, pan_m=(ahead_m / max(1.0, share), left_m / max(1.0, share)))

    def zoomed(self, rim_m: float) -> MapGeometry:
        """The map with another distance from its middle to its rim."""
        return replace(self, rim_m=rim_m).panned(*self.pan_m)

    def edge(self, azimuth_rad: float, radius: float) -> QPointF:
        """Where the ray from the array crosses the circle of a radius around the middle."""
        return polar.to_screen(self.origin, azimuth_rad, self._to_edge(azimuth_rad, radius))

    def _to_edge(self, azimuth_rad: float, radius: float) -> float:
        # |offset + t ray| = radius, a quadratic equation in t; the array is inside, so that one root is positive.
        offset = self.origin - self.center
        along = -offset.x() * math.sin(azimuth_rad) - offset.y() * math.cos(azimuth_rad)
        return -along + math.sqrt(along**2 + radius**2 - offset.x() ** 2 - offset.y() ** 2)

    def reach_m(self, azimuth_rad: float) -> float:
        """The farthest distance shown in a direction."""
        return self._to_edge(azimuth_rad, self.radius) / self.scale

    def seen_from_array(self, point: QPointF) -> tuple[float, float]:
        """Azimuth in (−π, π] and distance in metres of a point on the screen."""
        azimuth_rad, pixels = polar.from_screen(self.origin, point)
        return azimuth_rad, pixels / self.scale

    def place(self, azimuth_rad: float, distance_m: float | None) -> QPointF:
        """Where a source is drawn: what is farther than the disc reaches at its edge."""
        farthest = self._to_edge(azimuth_rad, self.radius)
        pixels = UNKNOWN_SHARE * farthest if distance_m is None else max(distance_m, 0.0) * self.scale
        return polar.to_screen(self.origin, azimuth_rad, min(pixels, farthest))

    def on_ring(self, azimuth_rad: float) -> QPointF:
        """The middle of the ring at an azimuth, where handle and nulls stand."""
        return self.edge(azimuth_rad, self.radius + RING_GAP + RING_WIDTH / 2)

    def turn_rad(self, azimuth_rad: float) -> float:
        """The angle at which an azimuth stands on the ring: the azimuth itself while the array is in the middle."""
        return polar.from_screen(self.center, self.on_ring(azimuth_rad))[0]

    def ring_azimuths_rad(self) -> np.ndarray:
        """Azimuths that the array has for the ring's places at 0°, 2°, ... 358°: (RING_STEPS,)."""
        turns_rad = 2 * np.pi * np.arange(RING_STEPS) / RING_STEPS
        middle, offset = self.radius + RING_GAP + RING_WIDTH / 2, self.origin - self.center
        return np.arctan2(middle * np.sin(turns_rad) + offset.x(), middle * np.cos(turns_rad) + offset.y())

    def sector_path(self, begin_rad: float, end_rad: float) -> QPainterPath:
        """The disc's part between two azimuths as the array sees them."""
        corners = [self.origin]
        steps = math.ceil(math.degrees(end_rad - begin_rad))
        corners += [
            self.edge(begin_rad + (end_rad - begin_rad) * step / steps, self.radius) for step in range(steps + 1)
        ]
        path = QPainterPath()
        path.addPolygon(QPolygonF(corners))
        path.closeSubpath()
        return path

    def handle_rect(self, azimuth_rad: float) -> QRectF:
        """The upright rectangle that holds the handle."""
        turn_rad = self.turn_rad(azimuth_rad)
        aside, along = abs(math.sin(turn_rad)), abs(math.cos(turn_rad))
        straight = (HANDLE_LENGTH - HANDLE_WIDTH) / 2
        half_x = along * straight + HANDLE_WIDTH / 2 + 1
        half_y = aside * straight + HANDLE_WIDTH / 2 + 1
        place = self.on_ring(azimuth_rad)
        return QRectF(place.x() - half_x, place.y() - half_y, 2 * half_x, 2 * half_y)

    def beam_label(self, degrees: float) -> tuple[QRectF, str]:
        """Where the beam's label stands, and its text: outside the ring, beside the handle."""
        metrics = QFontMetricsF(theme.font(12, 600))
        azimuth_rad = math.radians(degrees)
        fine = abs(degrees - round(degrees)) > 0.04
        angle = painting.number(degrees, 1, signed=True) + "°" if fine else painting.format_azimuth(azimuth_rad)
        outer = self.radius + RIM
        turn_rad = self.turn_rad(azimuth_rad)
        left, ahead = math.sin(turn_rad), math.cos(turn_rad)
        handle = self.handle_rect(azimuth_rad)
        best: tuple[float, QRectF, str] | None = None
        # Further and further out on one line; else on two lines, moved along the rim towards front or back.
        one = [(f"Beam {angle}", 14.0, gap, 0.0) for gap in range(4, 34, 2)]
        two = [(f"Beam\n{angle}", 30.0, 6, shift) for shift in range(0, 48, 2)]
        for text, height, gap, shift in one + two:
            width = max(metrics.horizontalAdvance(line) for line in text.split("\n")) + 1
            anchor = polar.to_screen(self.center, turn_rad, outer + gap)
            rect = QRectF(anchor.x() - width / 2 * (1 + left), anchor.y() - height / 2 * (1 + ahead), width, height)
            rect.translate(0.0, -shift if ahead >= 0 else shift)
            rect.moveLeft(min(max(rect.left(), 2.0), self.width - 2.0 - width))
            rect.moveTop(min(max(rect.top(), 0.0), self.height - height))
            covered = rect.intersected(handle)
            inside = outer - length(nearest_point(rect, self.center) - self.center)
            fault = covered.width() * covered.height() + 10 * max(0.0, inside)
            if fault == 0.0:
                return rect, text
            if best is None or fault < best[0]:
                best = (fault, rect, text)
        return best[1], best[2]

    def sector_text_rect(self, sector: int) -> QRectF:
        """Where a sector's probability is printed."""
        azimuth_rad = (sector + 0.5) * 2 * math.pi / SECTORS
        middle = self.edge(azimuth_rad, self.radius - 14)
        return QRectF(middle.x() - 18, middle.y() - 8, 36, 16)

    def ring_labels(self) -> list[tuple[QRectF, str]]:
        """The distances from the array, written on the axis towards the back."""
        metrics = QFontMetricsF(theme.font(11))
        every = 2 if self.compact or self.radius < 140 else 1
        step_m = map_marks.ring_step_m(self.rim_m)
        steps = range(every, math.ceil(self.reach_m(math.pi) / step_m), every)
        labels = []
        for step in steps:
            distance_m = step * step_m
            text = painting.with_unit(f"{distance_m:g}", "m" if step == steps[-1] else "")
            width = metrics.horizontalAdvance(text) + 8
            y = self.origin.y() + distance_m * self.scale
            labels.append((QRectF(self.origin.x() - width / 2, y - 8, width, 16), text))
        return labels


def ring_levels(wanted_rad: np.ndarray, azimuth_rad: np.ndarray, level_db: np.ndarray) -> np.ndarray:
    """Levels at the wanted azimuths, linear between the given ones, the short way round."""
    return np.interp(wanted_rad, np.asarray(azimuth_rad, dtype=float), level_db, period=2 * np.pi)


def tail_ribbon(points: Sequence[QPointF], ages: Sequence[float]) -> QPainterPath | None:
    """A band along the points, 3 px wide at age 0 and nothing at age 1; None for a talker that stood still."""
    if len(points) < 2 or length(points[-1] - points[0]) < 4.0:
        return None
    line = np.array([(p.x(), p.y()) for p in points])
    along = np.gradient(line, axis=0)
    steps = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) / steps
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


def length(vector: QPointF) -> float:
    """Pixels from the origin."""
    return math.hypot(vector.x(), vector.y())
