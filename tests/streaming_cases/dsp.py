"""Streaming classes of `workbench.dsp`."""

import numpy as np

from tests.streaming import StreamingCase
from workbench.dsp import stft


def _samples(rng, hops):
    return [(rng.standard_normal((2, 480)).astype(np.float32),) for _ in range(hops)]


def _spectra(rng, hops):
    return [
        ((rng.standard_normal((2, 481)) + 1j * rng.standard_normal((2, 481))).astype(np.complex64),)
        for _ in range(hops)
    ]


CASES = {
    stft.Analysis: StreamingCase(make=lambda: stft.Analysis(2), inputs=_samples),
    stft.Synthesis: StreamingCase(make=lambda: stft.Synthesis(2), inputs=_spectra),
}
