import numpy as np
import pytest
from scipy import fft as scipys

from workbench.dsp import fft


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "shape, axis, n", [((3, 960), -1, None), ((3, 960), 1, 1024), ((4, 500), -1, 301), ((64, 5), 0, None)]
)
def test_equals_scipys_transforms_bit_for_bit(dtype, shape, axis, n):
    x = np.random.default_rng(0).standard_normal(shape).astype(dtype)
    spectrum = fft.rfft(x, n, axis=axis)
    expected = scipys.rfft(x, n, axis=axis)
    assert spectrum.dtype == expected.dtype
    np.testing.assert_array_equal(spectrum, expected)
    back, expected = fft.irfft(spectrum, n, axis=axis), scipys.irfft(spectrum, n, axis=axis)
    assert back.dtype == dtype
    np.testing.assert_array_equal(back, expected)


def test_integers_and_strided_arrays_are_taken():
    x = np.arange(64)[::2]
    np.testing.assert_array_equal(fft.rfft(x), scipys.rfft(x))


def test_what_is_no_signal_is_refused():
    with pytest.raises(TypeError, match="real"):
        fft.rfft(np.zeros(8, complex))
    with pytest.raises(ValueError, match="data points"):
        fft.irfft(np.zeros(4, complex), 0)


@pytest.mark.parametrize("length", [1, 7, 97, 4801, 65537])
def test_fast_lengths_are_those_of_scipy(length):
    assert fft.next_fast_len(length) == scipys.next_fast_len(length)
    assert fft.next_fast_len(length, real=True) == scipys.next_fast_len(length, real=True)


def test_convolution_equals_the_sum_over_all_pairs():
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((3, 1, 20)), rng.standard_normal((2, 7))
    z = fft.convolved(x, y)
    assert z.shape == (3, 2, 26)
    np.testing.assert_allclose(z[2, 1], np.convolve(x[2, 0], y[1]), atol=1e-12)
