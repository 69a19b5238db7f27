import numpy as np
import pytest

from workbench.evaluation import bench_timing
from workbench.evaluation.bench_timing import HOP_US, WARM_UP, Case, measure


def test_a_call_is_told_its_number_and_the_first_are_not_counted(monkeypatch):
    clock, told = iter(range(0, 10**9, 7000)), []
    monkeypatch.setattr(bench_timing.time, "thread_time_ns", lambda: next(clock))
    times = bench_timing._thread_times_us(told.append, calls=5, pause_s=0.0)
    np.testing.assert_allclose(times, 7.0)
    assert told == list(range(WARM_UP + 5))


def test_a_reference_that_cannot_be_measured_here_is_what_its_authors_tell():
    case = Case("render", "nothing", lambda: lambda number: None, period_hops=2, published=("theirs", 2.0))
    assert measure(case, 0.001)["reference"] == {
        "name": "theirs",
        "p50_us": pytest.approx(0.02 * 2 * HOP_US),
        "core_percent": 2.0,
    }


def test_a_reference_is_measured_beside_the_case():
    ran = []
    case = Case("beam", "ours", lambda: ran.append, reference=("theirs", lambda: lambda number: ran.append("theirs")))
    row = measure(case, 0.001)
    assert row["reference"].keys() == {"name", "p50_us", "core_percent"} and row["reference"]["name"] == "theirs"
    assert ran.index("theirs") == 2 * (WARM_UP + 20) and ran.count("theirs") == 2 * (WARM_UP + 10)
