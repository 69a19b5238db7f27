import numpy as np
import pytest

from workbench.audio.clock_follower import HOP_S, LIMIT, ClockFollower


def simulate(drift, seconds, jitter_s=0.0, start_s=0.02, follower=None):
    """A queue that a clock `drift` faster fills: its true length at each hop, and the follower."""
    rng = np.random.default_rng(0)
    follower = follower or ClockFollower(0.02)
    lasts_s, found = start_s, []
    for _ in range(round(seconds / HOP_S)):
        ratio = follower.update(lasts_s - rng.exponential(jitter_s) if jitter_s else lasts_s)
        lasts_s += HOP_S * (ratio * (1 + drift) - 1)
        found.append(lasts_s)
    return np.array(found), follower


@pytest.mark.parametrize("drift", [230e-6, -230e-6, 20e-6])
def test_the_queue_stays_within_a_millisecond_and_the_drift_is_found(drift):
    lasts_s, follower = simulate(drift, 120)
    assert np.abs(lasts_s - 0.02).max() < 0.3e-3
    assert np.abs(lasts_s[-3000:] - 0.02).max() < 2e-6
    assert follower.drift == pytest.approx(drift, abs=2e-6)
    assert not follower.alarming


def test_in_the_end_it_averages_over_five_seconds():
    _, follower = simulate(0.0, 100)
    assert follower.averaging_s == pytest.approx(5.0)


def test_late_hops_move_the_ratio_by_little():
    lasts_s, follower = simulate(100e-6, 200, jitter_s=0.3e-3)
    settled = lasts_s[-8000:]
    assert np.ptp(settled) < 0.3e-3
    assert np.abs(np.diff(settled)).max() < 300e-6 * HOP_S
    _, follower = simulate(0, 60)
    before = follower.ratio
    follower.update(0.02 - 0.5)  # a thread that was half a second late
    assert abs(follower.ratio - before) < 20e-6


def test_bursts_of_hops_do_not_pull_the_queue_from_its_mean():
    follower, lasts_s, found = ClockFollower(0.04), 0.04, []
    burst = np.resize([0.0, 0.01, 0.0, 0.01, 0.0, 0.01, 0.02], 12000)  # blocks of 1024 samples, roughly
    for early_s in burst - burst[:7].mean():
        ratio = follower.update(lasts_s + early_s)
        lasts_s += HOP_S * (ratio * (1 + 200e-6) - 1)
        found.append(lasts_s)
    assert np.abs(np.array(found) - 0.04).max() < 0.5e-3
    assert np.ptp(found[-3000:]) < 20e-6


def test_a_drift_beyond_the_limit_is_not_followed_but_said():
    lasts_s, follower = simulate(1500e-6, 30)
    assert follower.ratio == 1 - LIMIT and follower.alarming
    assert lasts_s[-1] > 0.03
    follower.moved()
    assert follower.error_s == 0 and abs(follower.drift) <= LIMIT
