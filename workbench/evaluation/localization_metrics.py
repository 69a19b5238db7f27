"""Scores of localization in one instant: directions that were reported against those of the talkers who spoke.

OSPA ("optimal sub-pattern assignment", Schuhmacher, Vo and Vo, IEEE Trans. Signal Processing 56, 2008) of order 1 with
a cut-off: a pair costs the angle between the two, at most the cut-off, and everybody missed or invented costs the
cut-off, over the larger number of the two. 0 is perfect, the cut-off is useless.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from workbench.core.geometry import wrap_deg

CUTOFF_DEG = 20.0


@dataclass(frozen=True, slots=True)
class Match:
    """A talker (index) and the report (index) that is taken for it, and the angle between them."""

    talker: int
    report: int
    error_deg: float


def assign(truth_deg: np.ndarray, reported_deg: np.ndarray) -> list[Match]:
    """The one-to-one assignment with the least sum of angles cut off at CUTOFF_DEG; pairs beyond that are none."""
    if not len(truth_deg) or not len(reported_deg):
        return []
    apart = np.abs(wrap_deg(np.asarray(truth_deg)[:, None] - np.asarray(reported_deg)))
    rows, columns = linear_sum_assignment(np.minimum(apart, CUTOFF_DEG))
    return [
        Match(int(row), int(column), float(apart[row, column]))
        for row, column in zip(rows, columns, strict=True)
        if apart[row, column] < CUTOFF_DEG
    ]


def ospa_deg(talkers: int, reports: int, matches: list[Match]) -> float:
    """OSPA from an assignment; 0 where nobody speaks and nothing is reported."""
    most = max(talkers, reports)
    if most == 0:
        return 0.0
    return (sum(match.error_deg for match in matches) + CUTOFF_DEG * (most - len(matches))) / most
