import pytest
from PySide6.QtTest import QTest

from workbench.ui.pace import LONGEST_MS, MOST_OF_A_CORE, SHORTEST_MS, Pace, PacedTimer


def run(pace, costs_s):
    """Intervals after each repaint, whose costs are given."""
    now_s, intervals = 0.0, [pace.tick(0.0)]
    for cost_s in costs_s:
        now_s += cost_s
        intervals.append(pace.tick(now_s))
    return intervals


def test_cheap_repaints_come_as_often_as_the_display_shows_them():
    assert set(run(Pace(), [0.006] * 100)) == {SHORTEST_MS}


def test_dear_repaints_leave_half_a_core():
    pace = Pace()
    run(pace, [0.0118] * 100)
    assert 0.0118 / (0.001 * pace.interval_ms) == pytest.approx(MOST_OF_A_CORE, rel=0.06)
    assert 1000 / pace.interval_ms > 40


def test_however_dear_never_fewer_than_thirty_a_second():
    intervals = run(Pace(), [0.05] * 100)
    assert intervals[-1] == LONGEST_MS and 1000 / LONGEST_MS > 30


def test_one_long_call_is_no_reason():
    """A dialog that opens: half a second once."""
    pace = Pace()
    run(pace, [0.004] * 50)
    assert run_on(pace, [0.5, *[0.004] * 30])[-1] == SHORTEST_MS


def run_on(pace, costs_s):
    now_s, intervals = pace._before_s, []
    for cost_s in costs_s:
        now_s += cost_s
        intervals.append(pace.tick(now_s))
    return intervals


def test_when_a_dock_is_hidden_it_is_fast_again_at_once_and_steady_meanwhile():
    pace = Pace()
    run(pace, [0.012] * 100)
    slow = run_on(pace, [0.012, 0.0122, 0.0118, 0.0121] * 20)[20:]
    assert len(set(slow)) == 1  # small differences of cost are no new interval
    fast = run_on(pace, [0.004] * 40)
    assert fast[-1] == SHORTEST_MS and fast[10] < slow[-1]


def test_the_timer_calls_and_slows_down_by_its_clock(qtbot):
    spent, calls = [0.0], []

    def call():
        calls.append(timer.interval())
        spent[0] += 0.014  # of processor time, says the clock; the call itself takes none

    timer = PacedTimer(call, clock=lambda: spent[0])
    assert not timer.isActive()
    timer.start()
    qtbot.waitUntil(lambda: len(calls) > 60, timeout=20_000)
    assert calls[0] == SHORTEST_MS and calls[-1] == pytest.approx(0.014 / MOST_OF_A_CORE * 1000, abs=1.5)
    timer.stop()
    count = len(calls)
    QTest.qWait(100)
    assert len(calls) == count and not timer.isActive()
