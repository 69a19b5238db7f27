"""Drawing around a centre: azimuth to screen and back, talkers' markers, labels that cover nothing.

On the screen 0° is up and left is positive: a point at azimuth a and radius r lies at (−r sin a, −r cos a) from the
centre, with y downwards.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from workbench.ui.theme import Tokens, track_style

MARKER_RADIUS = 6.5
"""Half the size of a talker's marker, without its casing."""
TRUTH_RADIUS, TRUTH_REACH = 7.0, 13.0
"""Ring and arms of the cross-hair of a true position."""


def to_screen(center: QPointF, azimuth_rad: float, radius: float) -> QPointF:
    """The point at an azimuth and a radius in pixels."""
    return QPointF(center.x() - radius * math.sin(azimuth_rad), center.y() - radius * math.cos(azimuth_rad))


def from_screen(center: QPointF, point: QPointF) -> tuple[float, float]:
    """Azimuth in (−π, π] and radius in pixels of a point: inverse of `to_screen`."""
    left, ahead = center.x() - point.x(), center.y() - point.y()
    azimuth_rad = math.atan2(left, ahead)
    return (math.pi if azimuth_rad == -math.pi else azimuth_rad), math.hypot(left, ahead)


def rect_around(center: QPointF, half: float) -> QRectF:
    """A square around a point."""
    return QRectF(center.x() - half, center.y() - half, 2 * half, 2 * half)


def draw_shape(painter: QPainter, center: QPointF, shape: str, half: float) -> None:
    """One of `theme.TRACK_SHAPES` with the painter's pen and brush; all shapes look equally large."""
    x, y = center.x(), center.y()
    if shape == "circle":
        painter.drawEllipse(center, half, half)
    elif shape == "square":
        painter.drawRect(rect_around(center, 0.92 * half))
    elif shape == "triangle":
        width, top, bottom = 1.12 * half, 1.15 * half, 0.85 * half
        corners = [QPointF(x, y - top), QPointF(x + width, y + bottom), QPointF(x - width, y + bottom)]
        painter.drawPolygon(QPolygonF(corners))
    else:
        reach = 1.22 * half
        corners = [QPointF(x, y - reach), QPointF(x + reach, y), QPointF(x, y + reach), QPointF(x - reach, y)]
        painter.drawPolygon(QPolygonF(corners))


def draw_marker(
    painter: QPainter, center: QPointF, number: int, tokens: Tokens, half: float = MARKER_RADIUS, active: bool = True
) -> None:
    """A track's marker in its colour and shape on a casing of the plot's colour; hollow while silent."""
    color, shape = track_style(number, tokens)
    painter.setPen(QPen(QColor(tokens.plot), 4.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(QColor(tokens.plot))
    draw_shape(painter, center, shape, half - 0.5)
    if active:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        draw_shape(painter, center, shape, half)
    else:
        painter.setPen(QPen(QColor(color), 2.0))
        draw_shape(painter, center, shape, half - 1.0)


def draw_truth(painter: QPainter, center: QPointF, tokens: Tokens, active: bool = True) -> None:
    """An open cross-hair: where a talker really is; fainter while the talker is silent."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for width, color in ((4.0, tokens.plot), (1.75, tokens.text1 if active else tokens.text3)):
        painter.setPen(QPen(QColor(color), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawEllipse(center, TRUTH_RADIUS, TRUTH_RADIUS)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            start = QPointF(center.x() + dx * TRUTH_RADIUS, center.y() + dy * TRUTH_RADIUS)
            painter.drawLine(start, QPointF(center.x() + dx * TRUTH_REACH, center.y() + dy * TRUTH_REACH))


def draw_focus_ring(painter: QPainter, rect: QRectF, tokens: Tokens, radius: float) -> None:
    """The ring around what has the keyboard: 2 px wide, 2 px off."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(tokens.accent), 2.0))
    painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), radius + 3, radius + 3)


# ------------------------------------------------------------------------------------------------ labels

_HARD, _SOFT, _MOVE = 1000.0, 0.15, 10.0
_GRID = 6.0
_OFFSETS = (0.0, 5.0, 10.0, 22.0, 38.0, 58.0, 84.0, 116.0)


def _candidates(anchor: QPointF, size: QSizeF, reach: float) -> np.ndarray:
    """Rectangles around an anchor as rows (left, top, right, bottom): below, above and beside, near ones first."""
    w, h = size.width(), size.height()
    x, y = anchor.x(), anchor.y()
    rows = []
    for gap in _OFFSETS:
        below, above = y + reach + gap, y - reach - gap - h
        for left in (x - 20, x + 20 - w, x - w / 2):
            rows += [(left, below), (left, above)]
        for top in (y - h / 2, y - h, y):
            rows += [(x + reach + gap, top), (x - reach - gap - w, top)]
    corners = np.array(rows)
    return np.concatenate([corners, corners + np.array([w, h])], axis=1)


def _everywhere(size: QSizeF, bounds: QRectF) -> np.ndarray:
    """Rectangles all over the bounds, as rows."""
    left = np.arange(bounds.left(), max(bounds.left() + 1.0, bounds.right() - size.width()), _GRID)
    top = np.arange(bounds.top(), max(bounds.top() + 1.0, bounds.bottom() - size.height()), _GRID)
    corners = np.stack(np.meshgrid(left, top), axis=-1).reshape(-1, 2)
    return np.concatenate([corners, corners + np.array([size.width(), size.height()])], axis=1)


def _within(rows: np.ndarray, bounds: QRectF) -> np.ndarray:
    """The rectangles, moved into the bounds."""
    shift = np.clip(bounds.left() - rows[:, 0], 0, None) - np.clip(rows[:, 2] - bounds.right(), 0, None)
    drop = np.clip(bounds.top() - rows[:, 1], 0, None) - np.clip(rows[:, 3] - bounds.bottom(), 0, None)
    return rows + np.stack([shift, drop, shift, drop], axis=1)


def _costs(
    rows: np.ndarray, anchor: QPointF, bounds: QRectF, hard: np.ndarray, soft: np.ndarray, reach: float
) -> np.ndarray:
    """What speaks against each rectangle, (N,): from `_HARD` on it covers what may not be covered."""
    middle = (rows[:, :2] + rows[:, 2:]) / 2
    distance = np.hypot(middle[:, 0] - anchor.x(), middle[:, 1] - anchor.y())
    cost = _HARD * _overlap(rows, hard) + _SOFT * _overlap(rows, soft) + distance
    corners = np.hypot(
        np.maximum(np.abs(rows[:, 0] - bounds.center().x()), np.abs(rows[:, 2] - bounds.center().x())),
        np.maximum(np.abs(rows[:, 1] - bounds.center().y()), np.abs(rows[:, 3] - bounds.center().y())),
    )
    cost += 1.5 * np.clip(corners - bounds.width() / 2, 0.0, None)
    # Below and toward the map's middle first.
    return cost + 0.1 * np.abs(middle[:, 0] - bounds.center().x()) + 12.0 * (middle[:, 1] < anchor.y() - reach)


def _overlap(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Summed area that each rectangle shares with the others: (N, 4), (M, 4) -> (N,)."""
    if len(others) == 0:
        return np.zeros(len(rows))
    low = np.maximum(rows[:, None, :2], others[None, :, :2])
    high = np.minimum(rows[:, None, 2:], others[None, :, 2:])
    return np.prod(np.clip(high - low, 0.0, None), axis=2).sum(axis=1)


def _rows(rects: Sequence[QRectF], margin: float = 0.0) -> np.ndarray:
    return np.array(
        [(r.left() - margin, r.top() - margin, r.right() + margin, r.bottom() + margin) for r in rects]
    ).reshape(-1, 4)


def place_labels(
    labels: Sequence[tuple[int, QPointF, QSizeF]],
    markers: Sequence[QRectF],
    avoid: Sequence[QRectF],
    bounds: QRectF,
    before: dict[int, int] | None = None,
    reach: float = 15.0,
) -> dict[int, tuple[QRectF, int]]:
    """Places for labels so that none covers a marker or another label, and preferably nothing in `avoid`.

    They stand near their anchors; where it is too crowded there, anywhere.

    Parameters
    ----------
    labels : (number, anchor, size) of each label
    markers : what may never be covered
    avoid : what had better not be covered
    bounds : square around the map's disc, where labels have to stay; they stay inside the disc if they can
    before : choice of each number the last time; kept where it is about as good, so that labels do not hop

    Returns
    -------
    dict of number to (rectangle, choice)
    """
    hard = _rows(markers, 1.0)
    soft = _rows(avoid)
    result: dict[int, tuple[QRectF, int]] = {}
    for number, anchor, size in labels:
        near = _within(_candidates(anchor, size, reach), bounds)
        kept = before.get(number) if before else None
        for far in (False, True):
            if not far and kept is not None and kept >= len(near):
                continue  # it has stood farther away
            rows = np.concatenate([near, _everywhere(size, bounds)]) if far else near
            cost = _costs(rows, anchor, bounds, hard, soft, reach)
            if kept is not None and kept < len(rows):
                cost[kept] -= _MOVE
            choice = int(np.argmin(cost))
            if cost[choice] < _HARD:
                break
        left, top, right, bottom = np.round(rows[choice])
        rect = QRectF(left, top, right - left, bottom - top)
        result[number] = (rect, choice)
        hard = np.concatenate([hard, _rows([rect], 3.0)])
    return result
