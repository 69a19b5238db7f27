"""The nulls of the centre's beam as a person edits them: angles, each on both sides; the first is always there.

Nulls stay outside of the window by `APART_DEG`, and as far from each other.
"""

from __future__ import annotations

from itertools import pairwise

from workbench.core.params import MOST_ANGLES, RenderParams, format_angles, parse_angles

APART_DEG = 5.0
LEAST_DEG, MOST_DEG = 10.0, 180.0
MOST_NULLS = 1 + MOST_ANGLES

Nulls = tuple[float, ...]


def nulls_of(params: RenderParams) -> Nulls:
    """All nulls of the parameters, the first one first."""
    return (params.null_deg, *parse_angles("render.more_nulls", params.more_nulls))


def values_of(nulls: Nulls) -> dict[str, object]:
    """The parameters that say so."""
    first, *more = nulls
    return {"render.null_deg": float(first), "render.more_nulls": format_angles(more)}


def _free(others: Nulls, window_deg: float, degrees: float) -> float | None:
    """The angle nearest to that wanted which is far enough from window and other nulls; None: there is no room."""
    low = max(LEAST_DEG, window_deg + APART_DEG)
    edges = [low, MOST_DEG, *(other + side * APART_DEG for other in others for side in (-1.0, 1.0))]
    tried = [min(max(degrees, low), MOST_DEG), *edges]
    open_ones = [
        angle
        for angle in tried
        if low <= angle <= MOST_DEG and all(abs(angle - other) >= APART_DEG - 1e-6 for other in others)
    ]
    return min(open_ones, key=lambda angle: abs(angle - degrees)) if open_ones else None


def moved(nulls: Nulls, number: int, degrees: float, window_deg: float) -> Nulls:
    """One null elsewhere, as near as it may be."""
    others = nulls[:number] + nulls[number + 1 :]
    place = _free(others, window_deg, degrees)
    return nulls if place is None else (*nulls[:number], place, *nulls[number + 1 :])


def added(nulls: Nulls, degrees: float, window_deg: float) -> Nulls:
    """One null more, as near to the angle as it may be; the same ones where there is no room."""
    place = _free(nulls, window_deg, degrees) if len(nulls) < MOST_NULLS else None
    return nulls if place is None else (*nulls, place)


def removed(nulls: Nulls, number: int) -> Nulls:
    """Without one null; the last one stays."""
    return nulls if len(nulls) == 1 else nulls[:number] + nulls[number + 1 :]


def widest_gap(nulls: Nulls, window_deg: float) -> float:
    """The middle of the widest angle without a null, where one more has most room."""
    edges = [max(LEAST_DEG, window_deg), *sorted(nulls), MOST_DEG]
    pairs = list(pairwise(edges))
    low, high = max(pairs, key=lambda pair: pair[1] - pair[0])
    return float(round((low + high) / 2)) if high < MOST_DEG else float(round((low + 2 * high) / 3))
