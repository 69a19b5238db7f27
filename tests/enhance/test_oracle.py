"""Targets: the strength's defining property, its limits, and the gain as a ratio of amplitudes."""

import numpy as np
import pytest

from workbench.dsp.bands import BANDS, BINS
from workbench.enhance.oracle import NOISE_FLOOR, comb_coherence, comb_strength, targets

SIGMA_SQUARED = 0.125


def _unit_vectors(q_x, q_y, noise_gain):
    """Unit vectors p, y, p̂ with the given coherences to p, and residuals that are orthogonal to each other."""
    q_p = comb_coherence(np.float64(q_y), noise_gain)
    p = np.array([1.0, 0, 0])
    y = np.array([q_y, np.sqrt(1 - q_y**2), 0])
    p_hat = np.array([q_p, 0, np.sqrt(1 - q_p**2)])
    return p, y, p_hat


@pytest.mark.parametrize(("q_x", "q_y"), [(0.6, 0.3), (0.8, 0.5), (0.5, 0.45), (0.9, 0.8), (0.7, 0.69)])
def test_mixing_by_the_strength_gives_the_clean_coherence(q_x, q_y):
    p, y, p_hat = _unit_vectors(q_x, q_y, SIGMA_SQUARED)
    r, factor = comb_strength(q_x, q_y, SIGMA_SQUARED)
    assert 0 < r < 1 and factor == 1
    # The published solution is for z = y + α p̂ with residuals p̂ ⟂ y; α enters scaled by the vectors' norms.
    z = (1 - r) * y + r * p_hat
    assert p @ z / np.linalg.norm(z) == pytest.approx(q_x, abs=1e-15)


def test_coherence_after_the_comb():
    assert comb_coherence(np.float64(1.0), SIGMA_SQUARED) == 1
    assert comb_coherence(np.float64(0.5), 1.0) == 0.5
    assert comb_coherence(np.float64(0.5), SIGMA_SQUARED) > 0.5


def test_strength_is_zero_where_the_noisy_signal_is_no_less_periodic():
    r, factor = comb_strength(np.array([0.5, 0.3]), np.array([0.5, 0.6]), SIGMA_SQUARED)
    np.testing.assert_array_equal(r, 0)
    np.testing.assert_array_equal(factor, 1)


def test_the_gain_takes_what_the_comb_cannot():
    q_x, q_y = 0.98, 0.2
    q_p = comb_coherence(np.float64(q_y), SIGMA_SQUARED)
    assert q_p < q_x
    r, factor = comb_strength(q_x, q_y, SIGMA_SQUARED)
    assert r == 1
    assert factor == pytest.approx(np.sqrt((1 + NOISE_FLOOR - q_x**2) / (1 + NOISE_FLOOR - q_p**2)))
    assert factor < 1


def test_strength_is_continuous_where_both_coherences_meet():
    """a = q_p̂² - q_x² goes through 0: the limit (q_x²-q_y²)/(2b), from above and at the point itself."""
    q_y = 0.4
    q_x = comb_coherence(np.float64(q_y), SIGMA_SQUARED)
    b = q_x * q_y * (1 - q_x**2)
    limit = (q_x**2 - q_y**2) / (2 * b)
    r, _ = comb_strength(q_x - 1e-9, q_y, SIGMA_SQUARED)
    assert r == pytest.approx(limit / (1 + limit), rel=1e-5)


def test_all_strengths_are_between_zero_and_one():
    rng = np.random.default_rng(1)
    r, factor = comb_strength(rng.uniform(-1, 1, 10000), rng.uniform(-1, 1, 10000), rng.uniform(0.12, 0.24, 10000))
    assert np.all((r >= 0) & (r <= 1)) and np.all((factor > 0) & (factor <= 1))


def test_gain_is_a_ratio_of_amplitudes_and_silence_is_harmless():
    rng = np.random.default_rng(2)
    noisy = (rng.standard_normal((4, BINS)) + 1j * rng.standard_normal((4, BINS))).astype(np.complex64)
    g, r = targets(0.5 * noisy, noisy, 0.5 * noisy, np.full(4, SIGMA_SQUARED))
    np.testing.assert_allclose(g, 0.5, rtol=1e-5)
    np.testing.assert_allclose(r, 0, atol=1e-3)
    g, r = targets(*(np.zeros((4, BINS), dtype=np.complex64),) * 3, np.full(4, SIGMA_SQUARED))
    assert g.shape == (4, BANDS) and np.all(g == 0) and np.all(r == 0)
