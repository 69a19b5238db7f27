import math

import pytest

from tests.ui.space_messages import localization, track, truth
from workbench.ui.views.map_state import HOLD_S, TAIL_S, Drag, MapState


class Clock:
    """Time that the test sets."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def state(clock):
    return MapState(clock)


def test_a_beam_is_news_only_when_it_moved_or_follows_another(state):
    assert state.show_beam(0.5, 0)
    assert not state.show_beam(0.5, 0)
    assert state.show_beam(0.5, 2) and state.following == 2


def test_a_dropped_beam_stays_until_the_engine_answers_or_time_is_up(state, clock):
    state.show_beam(0.0, 0)
    state.hold(0, 30.0, 2.5)
    state.show_beam(0.1, 0)
    assert state.beam_deg == 30.0
    clock.now += HOLD_S
    state.show_beam(0.1, 0)
    assert state.beam_deg == pytest.approx(math.degrees(0.1)) and not state.held


def test_a_dropped_talker_stays_until_the_engine_has_taken_it(state):
    state.show_localization(localization(truths=[truth(10, 1.0)]))
    state.hold(1, math.radians(40), 1.5)
    state.show_localization(localization(truths=[truth(10, 1.0)], time_s=1.2))
    assert state.truths()[0][1:3] == (math.radians(40), 1.5)
    state.show_localization(localization(truths=[truth(40.2, 1.52)], time_s=1.4))
    assert state.truths()[0][1:3] == (math.radians(40.2), 1.52) and not state.held


def test_a_dragged_null_goes_before_the_told_ones(state):
    state.nulls_shown, state.hand_nulls_deg = True, (90.0, -90.0)
    state.drag = Drag(-2, -75.0, 2.5)
    assert state.nulls_deg == (90.0, -75.0)
    state.nulls_shown = False
    assert state.nulls_deg == ()


def test_tails_are_as_long_as_they_last(state):
    for k in range(30):
        state.show_localization(localization([track(1, k)], time_s=0.2 * k))
    times = [when for when, _, _ in state.tails[1]]
    assert times[-1] - times[0] == pytest.approx(TAIL_S, abs=0.2) and times[-1] - times[0] <= TAIL_S
    state.show_localization(localization([track(2, 0)], time_s=6.0))
    assert list(state.tails) == [2]
