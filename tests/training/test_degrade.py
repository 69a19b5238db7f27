"""Lossy codecs and lower rates: in time with the original, and honest about where the sound ends."""

import numpy as np
import pytest
from scipy import signal

from workbench.training.degrade import band_limited, clipped, coded


def _speech_like(seed, count=96000):
    rng = np.random.default_rng(seed)
    x = signal.lfilter([1.0], [1.0, -0.85], rng.standard_normal(count)) * 0.1
    return (x * (np.sin(2 * np.pi * 3 * np.arange(count) / 48000) > -0.3)).astype(np.float32)


@pytest.mark.parametrize("seed", range(8))
def test_coded_sound_is_in_time_with_the_original(seed):
    x = _speech_like(seed)
    y, end_hz = coded(x, np.random.default_rng(seed))
    assert y.shape == x.shape and y.dtype == np.float32
    assert 3000 < end_hz <= 24000
    low = signal.butter(6, 3000, fs=48000, output="sos")
    a, b = signal.sosfilt(low, x), signal.sosfilt(low, y)
    at = signal.correlation_lags(len(a), len(b))[np.argmax(signal.correlate(b, a))]
    assert abs(at) <= 3, "samples of delay"
    assert np.corrcoef(a, b)[0, 1] > 0.75, "MP3 of the lowest quality cuts out whole bands now and then"
    assert np.std(y) == pytest.approx(np.std(x), rel=0.2)


def test_codecs_cut_the_highest_bands_at_times_and_say_so():
    ends = [coded(_speech_like(1), np.random.default_rng(k))[1] for k in range(12)]
    assert min(ends) < 18000 < max(ends)


def test_silence_passes_a_codec_as_it_is():
    y, end_hz = coded(np.zeros(4800, dtype=np.float32), np.random.default_rng(1))
    assert not y.any() and end_hz == 24000


def test_a_limited_band_ends_where_it_says():
    for seed in range(6):
        (y, silent), limit_hz = band_limited(
            (_speech_like(seed), np.zeros(96000, dtype=np.float32)), np.random.default_rng(seed)
        )
        assert y.shape == (96000,) and not silent.any()
        spectrum = np.abs(np.fft.rfft(y)) ** 2
        frequency_hz = np.fft.rfftfreq(96000, 1 / 48000)
        assert spectrum[frequency_hz > 1.15 * limit_hz].sum() < 2e-3 * spectrum.sum()


def test_clipping_flattens_the_peaks_only():
    x = _speech_like(3)
    y = clipped(x, np.random.default_rng(2))
    limit = np.max(np.abs(y))
    assert 0.25 <= limit / np.max(np.abs(x)) <= 0.8
    np.testing.assert_array_equal(y[np.abs(x) < limit], x[np.abs(x) < limit])
