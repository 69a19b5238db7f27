"""What of a long recording is seen."""

import numpy as np
import pytest

from workbench.ui.views.time_span import SHORTEST_S, TimeSpan, clock


@pytest.mark.parametrize(
    ("time_s", "decimals", "text"),
    [(0, 1, "0:00.0"), (83.46, 1, "1:23.4"), (3723.4, 1, "1:02:03.4"), (43200, 0, "12:00:00"), (-1, 0, "0:00")],
)
def test_the_clock(time_s, decimals, text):
    assert clock(time_s, decimals) == text


def test_zooming_keeps_the_place_and_stays_inside():
    span = TimeSpan(43200.0)
    place = span.x(10_000.0, 1000)
    span.zoom(0.1, 10_000.0)
    assert span.x(10_000.0, 1000) == pytest.approx(place) and span.length_s == pytest.approx(4320)
    for _ in range(50):
        span.zoom(0.5, 10_000.0)
    assert span.length_s == SHORTEST_S and span.begin_s < 10_000 < span.end_s
    span.zoom(1e9, 0.0)
    assert span.whole and (span.begin_s, span.end_s) == (0.0, 43200.0)
    assert TimeSpan(0.2).length_s == 0.2


def test_scrolling_ends_at_both_ends_and_a_place_is_shown():
    span = TimeSpan(100.0)
    span.zoom(0.2, 50.0)
    span.scroll(10)
    assert (span.begin_s, span.end_s) == (80.0, 100.0)
    span.scroll(-10)
    assert (span.begin_s, span.end_s) == (0.0, 20.0)
    assert not span.show(15.0) and span.show(60.0) and span.begin_s == pytest.approx(58.0)


def test_marks_are_round_and_few():
    span = TimeSpan(43200.0)
    for _ in range(30):
        marks = span.marks(10)
        assert len(marks) <= 11 and all(span.begin_s - 1e-6 <= mark <= span.end_s + 1e-6 for mark in marks)
        np.testing.assert_allclose(np.diff(marks), marks[1] - marks[0] if len(marks) > 1 else [])
        span.zoom(0.7, 12_345.0)
    assert TimeSpan(0.0).marks(5) == []


def test_places_and_times_belong_together():
    span = TimeSpan(60.0)
    span.zoom(0.5, 20.0)
    for x in (0.0, 123.4, 999.0):
        assert span.x(span.time(x, 1000), 1000) == pytest.approx(x)
    assert span.time(-50, 1000) >= 0.0
