"""The comb filter: weights in closed form, periodic signals untouched, noise taken down by σ²."""

import numpy as np
import pytest

from workbench.dsp import comb
from workbench.dsp.comb import CombFilter, comb_weights
from workbench.dsp.stft import Analysis, power_complementary_window


@pytest.mark.parametrize("taps", [1, 3, 5, 8])
def test_noise_gain_of_the_whole_comb(taps):
    weights = comb_weights(taps, taps, taps)
    assert weights.sum() == pytest.approx(1, abs=1e-15)
    assert (weights**2).sum() == pytest.approx(3 / (4 * (taps + 1)), abs=1e-15)


def test_noise_gain_in_decibels():
    assert 10 * np.log10(comb.NOISE_GAIN[5]) == pytest.approx(-9.03, abs=0.005)
    assert 10 * np.log10(3 / 16) == pytest.approx(-7.27, abs=0.005)
    assert comb.NOISE_GAIN[0] > comb.NOISE_GAIN[1] > comb.NOISE_GAIN[5]


def _run(x, period):
    stream, period = CombFilter(), np.array([period])
    return [stream.process(x[None, k : k + 480], period, period) for k in range(0, len(x) - 479, 480)]


def _slow(x, start, period, future):
    weights = comb_weights(5, future)
    frame = sum(w * x[start + k * period : start + k * period + 960] for w, k in zip(weights, range(-5, future + 1)))
    return np.fft.rfft(frame * power_complementary_window())


@pytest.mark.parametrize(("period", "future"), [(600, 1), (480, 2), (240, 4), (192, 5), (96, 5), (768, 1)])
def test_output_equals_the_definition_with_the_taps_that_exist(period, future):
    x = np.random.default_rng(1).standard_normal(480 * 14).astype(np.float32)
    newest = _run(x, period)[-1]
    assert newest.noise_gain[0] == comb.NOISE_GAIN[future]
    np.testing.assert_allclose(newest.spectrum[0], _slow(x, len(x) - 1920, period, future), atol=2e-4)
    np.testing.assert_allclose(newest.causal_spectrum[0], _slow(x, len(x) - 960, period, 0), atol=2e-4)


def test_a_periodic_signal_passes_unchanged():
    period = 320
    x = np.tile(np.random.default_rng(2).standard_normal(period), 30).astype(np.float32)
    frames = _run(x, period)
    analysis = Analysis()
    spectra = [analysis.process(x[None, k : k + 480]) for k in range(0, len(x) - 479, 480)]
    np.testing.assert_allclose(frames[-1].spectrum, spectra[-3], atol=1e-3)
    np.testing.assert_allclose(frames[-1].causal_spectrum, spectra[-1], atol=1e-3)


def test_white_noise_falls_by_sigma_squared():
    x = np.random.default_rng(3).standard_normal(480 * 400).astype(np.float32)
    frames = _run(x, 200)[10:]
    power = np.mean([np.abs(frame.spectrum) ** 2 for frame in frames])
    expected = (power_complementary_window() ** 2).sum() * frames[0].noise_gain[0]
    assert power == pytest.approx(expected, rel=0.03)
