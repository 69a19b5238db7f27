"""What the source map adds to talkers and beam: nulls, the room's outline, the scale, errors against the truth."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from workbench.core.geometry import wrap_rad
from workbench.core.messages import TalkerTruth, Track
from workbench.ui import theme
from workbench.ui.theme import Tokens
from workbench.ui.views import polar

RIMS_M = (1.0, 1.5, 2.5, 4.0, 6.0, 10.0)
"""Distances that the map's rim can stand for; the wheel steps through them."""
NULL_HALF = 6.5
WALL_NAME = "wall"
WALL_LABELLED = 48.0
"""Pixels of a wall below which it has no name."""
SAME_TALKER_RAD = math.radians(45.0)
"""A track farther from every true position than this belongs to nobody."""


def ring_step_m(rim_m: float) -> float:
    """Distance between the map's rings: three to five of them."""
    return next(step for step in (0.25, 0.5, 1.0, 2.0) if rim_m / step <= 6.0)


def track_errors_rad(tracks: Sequence[Track], truth: Sequence[TalkerTruth]) -> dict[int, float]:
    """How far each track is from the true position that is its own: number -> radians, tracks without one left out.

    The pairs are made nearest first, each track and each talker once.
    """
    pairs = sorted(
        (abs(wrap_rad(track.azimuth_rad - talker.azimuth_rad)), track.number, place)
        for track in tracks
        for place, talker in enumerate(truth)
    )
    errors: dict[int, float] = {}
    taken: set[int] = set()
    for error, number, place in pairs:
        if error <= SAME_TALKER_RAD and number not in errors and place not in taken:
            errors[number] = error
            taken.add(place)
    return dict(sorted(errors.items()))


def draw_null(painter: QPainter, place: QPointF, tokens: Tokens, by_hand: bool) -> None:
    """A diamond: filled where a person put the null, hollow where it follows a talker."""
    painter.setPen(QPen(QColor(tokens.plot), 4.0))
    painter.setBrush(QColor(tokens.plot))
    polar.draw_shape(painter, place, "diamond", NULL_HALF)
    painter.setPen(QPen(QColor(tokens.text1), 1.75))
    painter.setBrush(QColor(tokens.text1 if by_hand else tokens.plot))
    polar.draw_shape(painter, place, "diamond", NULL_HALF)


def wall_pieces(corners_xy_m: np.ndarray, rim_m: float) -> list[tuple[np.ndarray, np.ndarray]]:
    """What of each wall lies within the rim: (start, end) in metres, walls wholly outside left out."""
    corners = np.asarray(corners_xy_m, dtype=float)
    pieces = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0)):
        along = end - start
        # |start + t along| = rim is a quadratic equation in t.
        a, b, c = float(along @ along), float(start @ along), float(start @ start) - rim_m**2
        under = b * b - a * c
        if a == 0.0 or under <= 0.0:
            continue
        low, high = max(0.0, (-b - math.sqrt(under)) / a), min(1.0, (-b + math.sqrt(under)) / a)
        if low < high:
            pieces.append((start + low * along, start + high * along))
    return pieces


def _on_screen(center: QPointF, scale: float, point_m: np.ndarray) -> QPointF:
    return QPointF(center.x() - point_m[1] * scale, center.y() - point_m[0] * scale)


def draw_walls(
    painter: QPainter, center: QPointF, radius: float, rim_m: float, corners_xy_m: np.ndarray, t: Tokens
) -> None:
    """The walls as far as they are on the map, dashed.

    `corners_xy_m`: (N, 2) in metres ahead and to the left of the disc's middle.
    """
    pen = QPen(QColor(t.text3), 1.0)
    pen.setDashPattern([5.0, 4.0])
    painter.setPen(pen)
    scale = radius / rim_m
    for start, end in wall_pieces(corners_xy_m, rim_m):
        painter.drawLine(_on_screen(center, scale, start), _on_screen(center, scale, end))


def wall_name_places(center: QPointF, radius: float, rim_m: float, corners_xy_m: np.ndarray) -> list[QRectF]:
    """Where the walls' name may stand, the best place first: within the room and the disc, along a wall that is long
    enough, the longest first, beside the axes, then farther and farther along."""
    scale = radius / rim_m
    width, height = QFontMetricsF(theme.font(11)).horizontalAdvance(WALL_NAME) + 6, 16.0
    middle_m = np.mean(corners_xy_m, axis=0)
    places = []
    pieces = sorted(wall_pieces(corners_xy_m, rim_m), key=lambda piece: -float(np.hypot(*(piece[1] - piece[0]))))
    for start, end in pieces:
        reach = float(np.hypot(*(end - start))) * scale
        if reach < WALL_LABELLED:
            break
        middle, along = (start + end) / 2, (end - start) * scale / reach
        inward = np.array([-along[1], along[0]])
        inward *= -1.0 if inward @ (middle_m - middle) < 0 else 1.0
        away = abs(inward[1]) * width / 2 + abs(inward[0]) * height / 2 + 3
        extent = abs(along[1]) * width + abs(along[0]) * height
        beside, farthest = extent / 2 + 6, (reach - extent) / 2 - 3
        steps = np.arange(beside, farthest, extent / 2) if farthest > beside else np.zeros(1)
        for aside in np.stack([steps, -steps], axis=1).ravel():
            box = QRectF(0.0, 0.0, width, height)
            box.moveCenter(_on_screen(center, scale, middle + (inward * away + along * aside) / scale))
            corners = (box.topLeft(), box.topRight(), box.bottomLeft(), box.bottomRight())
            if all(math.hypot(*(corner - center).toTuple()) <= radius for corner in corners):
                places.append(box)
    return places
