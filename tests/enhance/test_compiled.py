"""The compiled twins give what numpy gives, and compile nothing while sound runs."""

from dataclasses import replace

import numpy as np
import pytest

from workbench.core.params import EnhanceParams
from workbench.dsp import kernel_loader, kernels
from workbench.dsp.bands import BANDS, HOP
from workbench.enhance.enhancer import Enhancer
from workbench.enhance.estimator import Estimate
from workbench.enhance.features import FeatureExtractor
from workbench.enhance.runtime import NetworkGains, estimated_snr_db

pytest.importorskip("numba")


@pytest.fixture
def compiled():
    before = kernels.ready()
    assert kernel_loader.load()
    yield
    kernels.use(before)


def _voice(hops: int, channels: int = 2) -> np.ndarray:
    """A gliding buzz in noise, pauses in between, (hops, channels, HOP)."""
    rng = np.random.default_rng(0)
    t = np.arange(hops * HOP) / 48000
    phase = 2 * np.pi * np.cumsum(110 + 40 * np.sin(2 * np.pi * 0.7 * t)) / 48000
    buzz = 0.1 * sum(np.sin(k * phase) / k for k in range(1, 30)) * (np.sin(2 * np.pi * 1.1 * t) > -0.5)
    x = buzz + 0.02 * rng.standard_normal((channels, hops * HOP))
    return x.astype(np.float32).reshape(channels, hops, HOP).swapaxes(0, 1).copy()


class _GivenGains:
    """Random gains and strengths, the same for every run."""

    channels = 2

    def __init__(self):
        self.reset()

    def reset(self):
        self._rng = np.random.default_rng(1)

    def process(self, frame):
        gain, strength = self._rng.random((2, 2, BANDS), dtype=np.float32)
        return Estimate(gain, strength, np.zeros(2))


def _both(run):
    """The result with numpy alone and with the kernels."""
    kernels.unload()
    plain = run()
    kernel_loader.load()
    return plain, run()


def test_features_equal_numpy(compiled):
    hops = _voice(150)

    def run():
        extractor = FeatureExtractor(2)
        return np.stack([extractor.process(x).features for x in hops])

    plain, twin = _both(run)
    difference = np.abs(plain - twin)
    # Where the pitch tracker meets a tie, a hop may differ in period, correlation and coherence.
    assert np.mean(difference.max(axis=(1, 2)) < 2e-3) > 0.97
    assert difference[..., :BANDS].max() < 2e-3


@pytest.mark.parametrize("beta", [0.0, 0.02])
@pytest.mark.parametrize("strength_percent", [100.0, 60.0])
def test_shaping_equals_numpy(compiled, beta, strength_percent):
    hops = _voice(80)
    params = replace(EnhanceParams(), method="given", postfilter_beta=beta, strength_percent=strength_percent)

    def run():
        enhancer = Enhancer(2, {"given": _GivenGains()})
        out, gains = [], []
        for x in hops:
            out.append(enhancer.process(x, params))
            gains.append(enhancer.state.gain)
        return np.concatenate(out, axis=1), np.stack(gains)

    (plain, plain_gain), (twin, twin_gain) = _both(run)
    np.testing.assert_allclose(twin_gain, plain_gain, atol=2e-4)
    np.testing.assert_allclose(np.median(np.abs(twin - plain)), 0, atol=1e-6)
    assert np.mean(np.abs(twin - plain) < 1e-4) > 0.98


def test_nothing_is_compiled_while_sound_runs(compiled):
    """Read-only blocks, one channel or several, all methods, a stream that began with numpy: the types of the warm-up
    are all that there are."""
    loops = kernel_loader.by_numba()
    functions = [item for item in vars(loops).values() if hasattr(item, "signatures")]
    assert len(functions) >= len(kernels.ENTRIES)
    before = [len(function.signatures) for function in functions]
    for channels in (1, 2, 8):
        enhancer = Enhancer(channels, {"percepnet-small": NetworkGains(channels)})
        kernels.unload()
        for x in _voice(2, channels):
            enhancer.process(x, EnhanceParams())
        kernels.use(loops)
        for number, x in enumerate(_voice(8, channels)):
            x.setflags(write=False)
            method = ("percepnet-small", "classical", "none")[number % 3]
            enhancer.process(x[:, ::-1] if number == 5 else x, replace(EnhanceParams(), method=method))
    assert [len(function.signatures) for function in functions] == before


def test_implied_snr_equals_numpy(compiled):
    rng = np.random.default_rng(2)
    gain, energy = rng.random((3, BANDS), dtype=np.float32), rng.exponential(size=(3, BANDS)).astype(np.float32)
    energy[2] = 0
    plain, twin = _both(lambda: estimated_snr_db(gain, energy))
    np.testing.assert_allclose(twin, plain, rtol=1e-4)
    assert np.isnan(twin[2])
