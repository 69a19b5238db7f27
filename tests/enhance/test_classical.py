import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import exp1

from tests.enhance.calibrate_noise_tracker import measure_minimum_bias, measure_noise_error, white_noise_energies
from workbench.dsp.bands import BANDS, HOP, band_energy
from workbench.dsp.stft import Analysis
from workbench.enhance.classical import MINIMUM_BIAS, ClassicalGains, NoiseTracker, exponential_integral, lsa_gain
from workbench.enhance.features import FeatureExtractor


def _spectra(x):
    analysis = Analysis(1)
    return [analysis.process(x[None, k : k + HOP].astype(np.float32)) for k in range(0, len(x) - HOP + 1, HOP)]


@pytest.mark.parametrize(("prior", "posterior"), [(0.1, 0.5), (1.0, 2.0), (10.0, 8.0)])
def test_lsa_gain_equals_the_published_integral(prior, posterior):
    v = prior / (1 + prior) * posterior
    integral = quad(lambda t: np.exp(-t) / t, v, np.inf)[0]
    expected = min(prior / (1 + prior) * np.exp(0.5 * integral), 1.0)
    assert lsa_gain(np.array([prior]), np.array([posterior]))[0] == pytest.approx(expected, rel=1e-6)


def test_exponential_integral_equals_scipys():
    v = np.geomspace(1e-8, 500, 4000)
    np.testing.assert_allclose(exponential_integral(v), exp1(v), rtol=1e-6, atol=3e-7)


def test_lsa_gain_grows_with_the_prior_snr():
    gains = lsa_gain(np.logspace(-3, 3, 50), np.full(50, 2.0))
    assert (np.diff(gains) >= 0).all()
    assert gains[-1] > 0.99


def test_noise_is_unbiased_on_white_noise_in_every_band():
    error_db = 10 * np.log10(measure_noise_error(white_noise_energies(40, seed=7)))
    assert np.abs(error_db[1:]).max() < 0.5
    assert abs(error_db[0]) < 1.0  # the band at 0 Hz has hardly more than one bin


def test_minima_of_white_noise_are_compensated_in_every_band():
    np.testing.assert_allclose(measure_minimum_bias(white_noise_energies(40, seed=8)), MINIMUM_BIAS, rtol=0.06)


def test_noise_follows_a_step_within_three_seconds():
    rng = np.random.default_rng(1)
    x = np.concatenate([0.001 * rng.standard_normal(48000 * 4), 0.01 * rng.standard_normal(48000 * 6)])
    energies = [band_energy(frame) for frame in _spectra(x)]
    tracker = NoiseTracker(1)
    noise = np.array([tracker.process(energy.astype(float)).copy() for energy in energies])
    late = noise[700:, 0].mean(axis=0) / np.mean(energies[700:], axis=0)[0]
    assert np.abs(10 * np.log10(late)).max() < 3


def test_noise_alone_is_turned_down_and_a_loud_tone_is_kept():
    rng = np.random.default_rng(2)
    t = np.arange(48000 * 6) / 48000
    tone = np.where(t > 4, 0.3 * np.sin(2 * np.pi * 1000 * t), 0.0)
    gains, extractor = ClassicalGains(1), FeatureExtractor(1)
    x = (tone + 0.003 * rng.standard_normal(len(t))).astype(np.float32)
    frames = [extractor.process(x[None, k : k + HOP]) for k in range(0, len(x), HOP)]
    history = np.array([gains.process(frame).gain[0] for frame in frames])
    assert np.median(history[200:380]) < 0.15
    assert history[450:, 9].min() > 0.9  # the band whose peak lies at 1.05 kHz
    assert history.shape == (600, BANDS)
    assert history.min() >= 0 and history.max() <= 1
