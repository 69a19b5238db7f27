"""Post-filter and decay limit in closed form."""

import numpy as np
import pytest

from workbench.enhance.postfilter import compensation, decay_factor, limit_decay, postfilter, warped


def test_largest_compensation():
    ratio = np.geomspace(1, 1000, 20001)
    gain_db = 20 * np.log10(compensation(ratio, 0.02))
    assert gain_db.max() == pytest.approx(5.57, abs=0.005)
    assert ratio[np.argmax(gain_db)] == pytest.approx(1 / np.sqrt(0.02), rel=1e-3)


def test_warping_leaves_the_ends_and_lowers_the_middle():
    gain = np.linspace(0, 1, 101)
    np.testing.assert_allclose(warped(gain)[[0, -1]], [0, 1], atol=1e-15)
    assert np.all(warped(gain)[1:-1] < gain[1:-1])


def test_equal_full_gains_pass():
    np.testing.assert_allclose(postfilter(np.ones(34), np.ones(34), 0.02), 1)


def test_off_at_beta_zero():
    gain = np.random.default_rng(1).random((3, 34))
    np.testing.assert_array_equal(postfilter(gain, np.ones((3, 34)), 0.0), gain)


def test_energy_is_restored_for_small_losses():
    """Near ρ = 1 the gain is √ρ: the energy after is the energy before."""
    gain = np.full(34, 0.95)
    out = postfilter(gain, np.ones(34), 0.001)
    assert (out**2).sum() == pytest.approx((gain**2).sum(), rel=1e-3)


def test_silence_is_harmless():
    assert np.isfinite(postfilter(np.zeros(34), np.zeros(34), 0.02)).all()


def test_decay_of_135_ms_is_0_6_a_frame():
    assert decay_factor(135.0) == pytest.approx(0.6, abs=0.001)


def test_gain_falls_no_faster_than_the_factor():
    np.testing.assert_allclose(limit_decay(np.array([0.0, 0.9]), np.array([1.0, 0.5]), 0.6), [0.6, 0.9])
