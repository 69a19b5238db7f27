"""The enhancer with its shipped network: switching, level, silence."""

from dataclasses import replace

import numpy as np
import pytest

from workbench.core.params import EnhanceParams
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.enhance.enhancer import Enhancer
from workbench.enhance.features import FeatureExtractor
from workbench.enhance.runtime import NetworkGains

SMALL = replace(EnhanceParams(), method="percepnet-small")


def _speech(seconds: float, level_dbfs: float = -20.0) -> np.ndarray:
    """A buzz with pauses in noise 15 dB below it, peak at the level, (1, samples)."""
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(140 + 30 * np.sin(2 * np.pi * 1.3 * t)) / RATE_HZ
    buzz = sum(np.sin(k * phase) / k for k in range(1, 30)) * np.clip(3 * np.sin(2 * np.pi * 1.5 * t), 0, 1)
    noise = np.random.default_rng(0).standard_normal(len(t))
    x = buzz + noise * buzz.std() * 10 ** (-15 / 20)
    return (x * 10 ** (level_dbfs / 20) / np.abs(x).max()).astype(np.float32)[None]


def _run(enhancer, x, params):
    hops = [enhancer.process(x[:, k : k + HOP], params(k // HOP)) for k in range(0, x.shape[1] - HOP + 1, HOP)]
    return np.concatenate(hops, axis=1)


@pytest.fixture
def enhancer():
    return Enhancer(1, {"percepnet-small": NetworkGains(1)})


def test_switching_between_all_methods_makes_no_step(enhancer):
    """A steady tone: no bend beyond what the tone itself has and what gains that change between frames add."""
    t = np.arange(HOP * 240) / RATE_HZ
    tone = (0.3 * np.sin(2 * np.pi * 300 * t)).astype(np.float32)[None]
    methods = ("none", "percepnet-small", "classical", "percepnet-small", "none", "classical")
    y = _run(enhancer, tone, lambda hop: replace(SMALL, method=methods[hop // 20 % 6]))[0, 4800:]
    bend = np.abs(np.diff(y, n=2)).max()
    assert bend < 2 * 0.3 * (2 * np.pi * 300 / RATE_HZ) ** 2
    assert np.abs(y).max() > 0.2


def test_the_place_in_time_is_the_same_for_every_method(enhancer):
    """A click in silence comes out 1440 samples later whatever the method."""
    for method in ("none", "classical", "percepnet-small"):
        x = np.zeros((1, HOP * 20), dtype=np.float32)
        x[0, 5000] = 0.5
        params = replace(SMALL, method=method, attenuation_limit_db=0.0, comb_percent=0.0, postfilter_beta=0.0)
        enhancer.reset()
        y = _run(enhancer, x, lambda hop, params=params: params)
        assert np.abs(y[0]).argmax() == 5000 + enhancer.latency, method


@pytest.mark.parametrize("level_dbfs", [-55.0, -40.0, 0.0])
def test_level_does_not_matter(enhancer, level_dbfs):
    """Features are the same from -55 to 0 dBFS, and so is the sound, scaled."""
    quiet, loud = _speech(2.0, level_dbfs), _speech(2.0)
    scale = 10 ** ((-20.0 - level_dbfs) / 20)

    def features(x):
        extractor = FeatureExtractor(1)
        return np.concatenate([extractor.process(x[:, k : k + HOP]).features for k in range(0, x.shape[1], HOP)])

    difference = np.abs(features(quiet) - features(loud))
    assert np.mean(difference.max(axis=1) < 0.01) > 0.97  # the tracker may meet a tie
    a = _run(enhancer, quiet, lambda hop: SMALL)
    enhancer.reset()
    b = _run(enhancer, loud, lambda hop: SMALL)
    error = scale * a - b
    assert 10 * np.log10(np.sum(error**2) / np.sum(b**2)) < -30


@pytest.mark.parametrize("method", ["percepnet-small", "classical", "none"])
def test_silence_in_is_digital_silence_within_200_ms(enhancer, method):
    params = replace(SMALL, method=method)
    x = np.concatenate([_speech(1.5), np.zeros((1, RATE_HZ), dtype=np.float32)], axis=1)
    y = _run(enhancer, x, lambda hop: params)
    end = int(1.5 * RATE_HZ)
    assert not y[:, end + RATE_HZ // 5 :].any()


def test_a_reset_forgets_everything(enhancer):
    x = _speech(1.0)
    first = _run(enhancer, x, lambda hop: SMALL)
    _run(enhancer, _speech(0.7, -3.0)[:, ::-1].copy(), lambda hop: SMALL)
    enhancer.reset()
    np.testing.assert_array_equal(_run(enhancer, x, lambda hop: SMALL), first)


def test_noise_alone_is_turned_down_and_comb_acts_on_voice(enhancer):
    noise = (0.05 * np.random.default_rng(1).standard_normal((1, 3 * RATE_HZ))).astype(np.float32)
    y = _run(enhancer, noise, lambda hop: SMALL)
    assert 20 * np.log10(noise[:, RATE_HZ:].std() / y[:, RATE_HZ:].std()) > 6
    strengths = []
    enhancer.reset()
    x = _speech(1.5)
    for start in range(0, x.shape[1], HOP):
        enhancer.process(x[:, start : start + HOP], SMALL)
        strengths.append(enhancer.state.strength.max())
    assert max(strengths) > 0.2
