import numpy as np

from workbench.ui.dialogs.tap_learner import TapLearner


def feed(learner, levels, times):
    return [found for _ in range(times) if (found := learner.feed(np.array(levels, float))) is not None]


def test_a_tap_is_found_once_and_then_the_next():
    learner = TapLearner()
    quiet = [-60, -58, -61, -60]
    assert feed(learner, quiet, 30) == []
    assert feed(learner, [-40, -12, -42, -41], 3) == [1]
    assert feed(learner, quiet, 60) == []
    assert feed(learner, [-40, -42, -41, -9], 3) == [3]


def test_what_all_hear_is_no_tap():
    learner = TapLearner()
    feed(learner, [-60] * 4, 30)
    assert feed(learner, [-12, -14, -13, -12], 10) == []


def test_who_is_loud_all_the_time_taps_not():
    learner = TapLearner()
    feed(learner, [-60, -20, -60], 30)
    assert feed(learner, [-60, -18, -60], 50) == []


def test_a_quiet_knock_is_too_little():
    learner = TapLearner()
    feed(learner, [-90] * 3, 30)
    assert feed(learner, [-90, -60, -90], 5) == []
