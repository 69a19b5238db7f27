import sys

import pytest

from workbench.core.errors import EarshotError
from workbench.evaluation import bench_start


def test_rows_of_the_start_are_medians_of_what_the_program_says():
    said = iter([9.0, 1.0, 3.0, 2.0])  # the first one is not counted

    def start():
        window_s = next(said)
        return {"window_s": window_s, "sound_s": window_s + 0.5, "column_s": window_s + 1.0, "cpu_s": window_s + 1.0}

    rows = bench_start.start_rows(3, start)
    assert [row["p50_us"] for row in rows] == [2e6, 2.5e6, 3e6]
    assert [row["p99_us"] for row in rows] == [3e6, 3.5e6, 4e6]
    assert {row["stage"] for row in rows} == {"start"} and rows[0]["core_percent"] == pytest.approx(100)


def test_the_program_says_how_long_its_start_took(monkeypatch):
    monkeypatch.setattr(bench_start, "START_PATIENCE_S", 600.0)
    times = bench_start._start()
    assert times.keys() == {"window_s", "sound_s", "column_s", "cpu_s"}
    # Window and sound are begun beside each other, and which is there first is up to the machine; a column shows both.
    assert 0 < times["window_s"] <= times["column_s"] and 0 < times["sound_s"] <= times["column_s"]
    assert times["cpu_s"] > 0


def test_a_program_that_does_not_start_is_said(monkeypatch):
    monkeypatch.setattr(bench_start, "program", lambda: [sys.executable, "-c", "raise SystemExit('no display here')"])
    with pytest.raises(EarshotError, match="no display here"):
        bench_start._start()
