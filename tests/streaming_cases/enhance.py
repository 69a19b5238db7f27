"""Streaming classes of `workbench.enhance`."""

import numpy as np

from tests.streaming import StreamingCase
from workbench.core.params import EnhanceParams
from workbench.dsp.bands import BANDS, HOP
from workbench.enhance import classical, enhancer, features, ladder, runtime


def _hops(rng, hops):
    """Sound, and settings that change: what is smoothed and mixed has its own memory."""
    settings = [
        EnhanceParams(smoothing_ms=40.0 * (k // 3 % 2), mix_percent=100.0 - 30.0 * (k % 3)) for k in range(hops)
    ]
    return [((0.1 * rng.standard_normal((2, HOP))).astype(np.float32), params) for params in settings]


def _energies(rng, hops):
    return [(rng.exponential(size=(2, BANDS)),) for _ in range(hops)]


def _samples(rng, hops):
    return [((0.1 * rng.standard_normal((2, HOP))).astype(np.float32),) for _ in range(hops)]


def _frames(rng, hops):
    extractor = features.FeatureExtractor(2)
    return [(extractor.process(*call),) for call in _samples(rng, hops)]


def _pairs(rng, hops):
    def hop():
        return (0.1 * rng.standard_normal((2, HOP))).astype(np.float32)

    return [(hop(), hop(), EnhanceParams()) for _ in range(hops)]


CASES = {
    classical.MinimumTracker: StreamingCase(lambda: classical.MinimumTracker((2, BANDS)), _energies, hops=40),
    classical.NoiseTracker: StreamingCase(lambda: classical.NoiseTracker(2), _energies, hops=40),
    classical.ClassicalGains: StreamingCase(lambda: classical.ClassicalGains(2), _frames),
    features.RunningLevel: StreamingCase(lambda: features.RunningLevel(2), _energies),
    features.FeatureExtractor: StreamingCase(lambda: features.FeatureExtractor(2), _samples),
    runtime.NetworkGains: StreamingCase(lambda: runtime.NetworkGains(2), _frames),
    ladder.OracleLadder: StreamingCase(lambda: ladder.OracleLadder(2), _pairs),
    enhancer.Enhancer: StreamingCase(lambda: enhancer.Enhancer(2), _hops),
}
