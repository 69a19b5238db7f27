import numpy as np
import pytest
from scipy import interpolate

from workbench.dsp.splines import CubicSpline


@pytest.mark.parametrize("count", [4, 5, 40])
def test_equals_scipys_between_and_beyond_the_knots(count):
    rng = np.random.default_rng(count)
    x = np.sort(rng.uniform(0, 100, count))
    y = rng.standard_normal((count, 2, 3)) + 1j * rng.standard_normal((count, 2, 3))
    at = np.linspace(x[0] - 1, x[-1] + 1, 200)
    np.testing.assert_allclose(CubicSpline(x, y)(at), interpolate.CubicSpline(x, y)(at), rtol=1e-8, atol=1e-8)


def test_a_cubic_comes_back_exactly():
    x = np.array([0.0, 1.0, 2.5, 3.0, 7.0])
    at = np.linspace(-1, 8, 50)
    np.testing.assert_allclose(CubicSpline(x, x**3 - 2 * x**2 + 5)(at), at**3 - 2 * at**2 + 5, atol=1e-9)


@pytest.mark.parametrize("x", [[0, 1, 2], [0, 1, 1, 2], [3, 2, 1, 0]])
def test_places_that_do_not_rise_or_are_too_few_are_refused(x):
    with pytest.raises(ValueError, match="rising"):
        CubicSpline(np.array(x), np.zeros(len(x)))
