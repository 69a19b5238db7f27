"""Streaming conversion of the sample rate."""

import itertools

import numpy as np
import pytest
import soxr

from workbench.audio.resampler import Resampler


@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 22050, 44100, 48000, 96000, 192000])
def test_any_chunking_gives_what_the_whole_file_gives(rate_hz):
    rng = np.random.default_rng(2)
    x = rng.standard_normal((2, rate_hz // 2 + 17)).astype(np.float32)
    whole = soxr.resample(x.T, rate_hz, 48000, quality="HQ").T
    resampler = Resampler(2, rate_hz, 48000)
    cuts = np.unique(np.r_[0, rng.integers(1, x.shape[1], 23), x.shape[1]])
    for _ in range(2):  # the second time after `flush` has reset it
        pieces = [resampler.process(x[:, a:b]) for a, b in itertools.pairwise(cuts)]
        pieces.append(resampler.flush())
        y = np.concatenate(pieces, axis=1)
        assert y.shape[1] == round(x.shape[1] * 48000 / rate_hz)
        np.testing.assert_array_equal(y[:, : whole.shape[1]], whole[:, : y.shape[1]])


def test_latency_is_what_is_still_due():
    resampler = Resampler(1, 44100, 48000)
    y = resampler.process(np.zeros((1, 4410), np.float32))
    assert resampler.latency == 4800 - y.shape[1]
