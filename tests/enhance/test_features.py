"""Features: level-free, aligned, and what they say about simple signals."""

import numpy as np
import pytest

from workbench.dsp.bands import BANDS, PEAK_HZ
from workbench.dsp.stft import Analysis
from workbench.enhance.features import FEATURES, FeatureExtractor


def _features(x):
    extractor = FeatureExtractor()
    return np.concatenate([extractor.process(x[None, k : k + 480]).features for k in range(0, len(x) - 479, 480)])


@pytest.fixture(scope="module")
def speechlike():
    rng = np.random.default_rng(1)
    time_s = np.arange(72000) / 48000
    voice = sum(np.cos(2 * np.pi * 140 * k * time_s + k * k) / k for k in range(1, 30))
    return (0.05 * voice * (np.sin(2 * np.pi * 3 * time_s) > 0) + 0.01 * rng.standard_normal(72000)).astype(np.float32)


@pytest.mark.parametrize("gain_db", [-45, 20])
def test_level_does_not_matter(speechlike, gain_db):
    reference = _features(speechlike)
    scaled = _features(speechlike * np.float32(10 ** (gain_db / 20)))
    assert reference.shape == (150, FEATURES)
    difference = np.abs(scaled - reference)
    assert np.median(difference) < 1e-5
    assert np.mean(difference[:, : 2 * BANDS] > 0.05) < 0.01


def test_voiced_bands_are_coherent_and_noise_is_not(speechlike):
    features = _features(speechlike)
    voiced = features[20:30, BANDS : 2 * BANDS]  # the voice sounds in the first sixth of a second, then again
    noise_only = features[25 + 5 : 33, BANDS : 2 * BANDS][:, 20:]
    low = (PEAK_HZ > 150) & (PEAK_HZ < 2000)
    assert _features(speechlike)[5:14, BANDS : 2 * BANDS][:, low].mean() > 0.6
    assert abs(noise_only.mean()) < 0.6
    assert np.all(np.abs(voiced) <= 1.001)


def test_silence_is_finite_and_quiet():
    features = _features(np.zeros(4800, dtype=np.float32))
    assert np.isfinite(features).all()
    assert np.all(features[:, :BANDS] == features[0, 0])


def test_the_running_level_survives_a_pause():
    """Digital silence must not move the level: speech after it looks like speech before it."""
    rng = np.random.default_rng(2)
    noise = 0.1 * rng.standard_normal(48000).astype(np.float32)
    pause = np.zeros(48000, dtype=np.float32)
    features = _features(np.concatenate([noise, pause, noise]))
    assert features[210:290, :BANDS].mean() == pytest.approx(features[50:100, :BANDS].mean(), abs=0.05)


def test_spectrum_and_energy_belong_to_the_frame_two_hops_ago(speechlike):
    extractor, analysis, spectra = FeatureExtractor(), Analysis(), []
    for k in range(0, 4800, 480):
        spectra.append(analysis.process(speechlike[None, k : k + 480]))
        frame = extractor.process(speechlike[None, k : k + 480])
    np.testing.assert_array_equal(frame.spectrum, spectra[-3])
