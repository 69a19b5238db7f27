import numpy as np
import pytest

from workbench.evaluation.localization_metrics import CUTOFF_DEG, assign, ospa_deg


def _ospa(truth_deg, reported_deg):
    truth_deg, reported_deg = np.array(truth_deg, float), np.array(reported_deg, float)
    return ospa_deg(len(truth_deg), len(reported_deg), assign(truth_deg, reported_deg))


@pytest.mark.parametrize(
    ("truth_deg", "reported_deg", "value"),
    [
        ([], [], 0.0),
        ([10], [], CUTOFF_DEG),
        ([], [10, 20], CUTOFF_DEG),
        ([10], [13], 3.0),
        ([10], [100], CUTOFF_DEG),
        ([179], [-179], 2.0),
        ([0, 50], [51], (1 + CUTOFF_DEG) / 2),
        ([0], [1, 90, 120], (1 + 2 * CUTOFF_DEG) / 3),
        ([0, 90], [90, 2], 1.0),
    ],
)
def test_ospa_by_hand(truth_deg, reported_deg, value):
    assert _ospa(truth_deg, reported_deg) == pytest.approx(value)


def test_assignment_is_the_best_of_all():
    from itertools import permutations

    rng = np.random.default_rng(0)
    for _ in range(50):
        truth, reported = rng.uniform(-180, 180, 3), rng.uniform(-180, 180, 3)
        apart = np.abs((truth[:, None] - reported + 180) % 360 - 180)
        best = min(sum(min(apart[k, p[k]], CUTOFF_DEG) for k in range(3)) for p in permutations(range(3))) / 3
        assert _ospa(truth, reported) == pytest.approx(best)
