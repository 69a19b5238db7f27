"""What the source map adds to talkers and beam: nulls, the room's outline, the scale, errors against the truth."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from workbench.core.geometry import wrap_rad
from workbench.core.messages import TalkerTruth, Track
from workbench.ui.theme import Tokens
from workbench.ui.views import polar

RIMS_M = (1.0, 1.5, 2.5, 4.0, 6.0, 10.0)
"""Distances that the map's rim can stand for; the wheel steps through them."""
NULL_HALF = 6.5
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


def draw_outline(
    painter: QPainter, center: QPointF, pixels_per_m: float, corners_xy_m: np.ndarray, tokens: Tokens
) -> None:
    """The walls, corners (N, 2) in metres ahead and to the left of the array."""
    points = [QPointF(center.x() - y * pixels_per_m, center.y() - x * pixels_per_m) for x, y in corners_xy_m]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(tokens.text3), 1.5))
    painter.drawPolygon(QPolygonF(points))
