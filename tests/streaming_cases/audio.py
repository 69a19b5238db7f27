"""Streaming classes of `workbench.audio`."""

import numpy as np

from tests.streaming import StreamingCase
from workbench.audio import resampler


def _samples(rng, hops):
    return [(rng.standard_normal((2, 441)).astype(np.float32),) for _ in range(hops)]


CASES = {
    resampler.Resampler: StreamingCase(
        make=lambda: resampler.Resampler(2, 44100, 48000), inputs=_samples, any_length=True
    ),
}
