import numpy as np
import pytest
from scipy import signal

from workbench.dsp.sections import butterworth_high_pass, one_pole, response, sosfilt, steady_state

RATE_HZ = 48000


@pytest.mark.parametrize("shape", [(480,), (3, 480), (2, 3, 480)])
def test_filters_as_scipy_does_and_goes_on_where_it_stopped(shape):
    rng = np.random.default_rng(0)
    sections = signal.butter(5, 300, "highpass", fs=RATE_HZ, output="sos")
    x = rng.standard_normal(shape)
    expected = signal.sosfilt(sections, x, axis=-1)
    first, state = sosfilt(sections, x[..., :100])
    rest, state = sosfilt(sections, x[..., 100:], state)
    np.testing.assert_array_equal(np.concatenate([first, rest], axis=-1), expected)
    assert state.shape == (len(sections), *shape[:-1], 2)


def test_leaves_what_it_was_given():
    sections, x = butterworth_high_pass(100, RATE_HZ), np.ones((2, 50))
    state = np.zeros((2, 2, 2))
    sosfilt(sections, x, state)
    assert (x == 1).all() and (state == 0).all()


@pytest.mark.parametrize("cutoff_hz", [20, 80, 1000, 15000])
@pytest.mark.parametrize("order", [2, 4, 6])
def test_butterworth_equals_scipys(order, cutoff_hz):
    ours = butterworth_high_pass(cutoff_hz, RATE_HZ, order)
    theirs = signal.butter(order, cutoff_hz, "highpass", fs=RATE_HZ, output="sos")
    np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-12)
    frequency_hz = np.array([cutoff_hz])
    assert np.abs(response(ours, frequency_hz, RATE_HZ))[0] == pytest.approx(np.sqrt(0.5))


def test_the_steady_state_of_a_constant():
    for sections in (signal.butter(4, 500, fs=RATE_HZ, output="sos"), butterworth_high_pass(500, RATE_HZ)):
        np.testing.assert_allclose(steady_state(sections), signal.sosfilt_zi(sections), rtol=1e-6, atol=1e-9)


def test_a_pole_decays_by_its_own_factor():
    impulse = np.zeros(5)
    impulse[0] = 1
    np.testing.assert_allclose(sosfilt(one_pole(0.5, 3.0), impulse)[0], 3 * 0.5 ** np.arange(5))


def test_response_equals_scipys():
    sections = signal.ellip(6, 1, 60, 2000, fs=RATE_HZ, output="sos")
    frequency_hz = np.linspace(10, 20000, 50)
    np.testing.assert_allclose(
        response(sections, frequency_hz, RATE_HZ), signal.freqz_sos(sections, frequency_hz, fs=RATE_HZ)[1], rtol=1e-9
    )
