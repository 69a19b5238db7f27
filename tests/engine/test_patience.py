"""The queue grows when hops come late again and again, and only then."""

from collections import deque
from types import SimpleNamespace

import pytest

from workbench.core.messages import Dropout
from workbench.engine import patience
from workbench.engine.patience import Patience


class Sink:
    def __init__(self, most=3):
        self.extra_s, self._most = 0.0, most

    def lengthen(self):
        if self.extra_s >= 0.01 * self._most - 1e-9:
            return False
        self.extra_s += 0.01
        return True


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """A clock that stands still until a test moves it."""
    now = [0.0]
    monkeypatch.setattr(patience, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def late(time_s, stage="program"):
    return Dropout(time_s, stage, own=stage != "processor", detail="480 samples of silence were played")


def test_the_second_late_hop_lengthens_the_queue_by_one():
    sink, log, watch = Sink(), deque(maxlen=200), Patience()
    assert watch.look(log, sink) == ""
    log.append(late(1.0))
    assert watch.look(log, sink) == "" and watch.look(log, sink) == ""
    log.append(late(2.0, "processor"))
    assert "10 ms longer" in watch.look(log, sink)
    assert watch.look(log, sink) == "" and sink.extra_s == pytest.approx(0.01)
    log.extend([late(3.0), late(3.01), late(3.02), late(3.03)])
    assert "20 ms longer" in watch.look(log, sink)  # a burst is one reason, not several


def test_hops_that_are_nearly_late_lengthen_it_before_anybody_hears_something(now):
    sink, watch = Sink(), Patience()
    assert watch.look(deque(), sink, 7) == ""  # what was before nobody watched
    for close_calls in (8, 9):
        now[0] += 5.0
        assert watch.look(deque(), sink, close_calls) == ""
        assert watch.look(deque(), sink, close_calls) == ""
    assert "nearly late" in watch.look(deque(), sink, 10) and sink.extra_s == pytest.approx(0.01)
    for close_calls in range(11, 20):  # seldom: it happens
        now[0] += 20.0
        assert watch.look(deque(), sink, close_calls) == ""
    assert "20 ms longer" in watch.look(deque(), sink, 30)


def test_far_apart_or_not_our_doing_is_no_reason(now):
    sink, log, watch = Sink(), deque(), Patience()
    for _ in range(5):
        log.append(late(now[0]))
        assert watch.look(log, sink) == ""
        now[0] += patience.WITHIN_S + 1
    log.append(Dropout(0.0, "sink", own=False, detail="Speakers was lost"))
    log.extend([late(0.0, "sound server"), late(0.0, "source")])
    assert watch.look(log, sink) == "" and sink.extra_s == 0


def test_it_ends_somewhere_and_other_sinks_are_left_alone():
    sink, log, watch = Sink(most=1), deque(), Patience()
    for round_s in range(4):
        log.extend([late(round_s), late(round_s + 0.5)])
        watch.look(log, sink)
    assert sink.extra_s == pytest.approx(0.01)
    log.extend([late(9.0), late(9.1)])
    assert Patience().look(log, object()) == ""
