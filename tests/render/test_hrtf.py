import numpy as np
import pytest

from workbench.render.hrtf import contralateral, head_shadow, virtual_pair, woodworth_itd_s

FREQUENCY_HZ = np.array([0.0, 200.0, 1000.0, 4000.0, 12000.0])


def test_head_shadow_lifts_towards_the_ear_and_shades_at_150_degrees():
    low, high = np.abs(head_shadow(0.0, np.array([0.0, 1e6])))
    assert low == pytest.approx(1.0)
    assert high == pytest.approx(2.0, rel=1e-3)
    assert np.abs(head_shadow(np.radians(150), np.array([1e6])))[0] == pytest.approx(0.1, rel=0.02)


def test_delay_of_the_far_ear_is_woodworths():
    assert woodworth_itd_s(0.0) == 0.0
    assert woodworth_itd_s(np.pi / 2) == pytest.approx(0.0875 / 343 * (1 + np.pi / 2))
    assert woodworth_itd_s(-0.5) == woodworth_itd_s(0.5)
    frequency_hz = np.array([10.0])
    phase = np.angle(contralateral(np.radians(30), frequency_hz))[0]
    # At low frequency the shadow's own phase delay adds to the travel time.
    assert -phase / (2 * np.pi * 10.0) > woodworth_itd_s(np.radians(30))


def test_near_ear_is_untouched_and_the_pair_is_symmetric():
    pair = virtual_pair(np.radians(30), FREQUENCY_HZ)
    np.testing.assert_array_equal(pair[:, 0, 0], 1.0)
    np.testing.assert_array_equal(pair[:, 1, 1], 1.0)
    np.testing.assert_array_equal(pair[:, 0, 1], pair[:, 1, 0])
    level_db = 20 * np.log10(np.abs(pair[:, 1, 0]))
    assert level_db[0] == pytest.approx(0.0)
    assert (np.diff(level_db) < 0).all()


def test_straight_ahead_both_ears_hear_the_same():
    np.testing.assert_allclose(contralateral(0.0, FREQUENCY_HZ), 1.0)
