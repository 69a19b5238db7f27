import numpy as np
import pytest
from scipy import signal

from workbench.dsp import limiter
from workbench.dsp.limiter import TruePeakLimiter, true_peak_dbtp

HOP, RATE_HZ = 480, 48000
LATENCY = TruePeakLimiter.latency


def _run(x, limit_dbtp=-1.0):
    stream = TruePeakLimiter(len(x))
    hops, reduction = [], []
    for start in range(0, x.shape[1], HOP):
        hops.append(stream.process(x[:, start : start + HOP], limit_dbtp))
        reduction.append(stream.gain_reduction_db)
    return np.concatenate(hops, axis=1), np.array(reduction)


def _audio_band(x):
    sections = signal.butter(8, 20000, fs=RATE_HZ, output="sos")
    return signal.sosfilt(sections, x, axis=-1).astype(np.float32)


def _peak_dbtp(y):
    """Oracle: sixteenfold oversampling of the steady part."""
    fine = signal.resample_poly(y.astype(float), 16, 1, axis=-1, window=("kaiser", 12.0))
    return 20 * np.log10(np.abs(fine[:, 16 * HOP : -16 * HOP]).max())


def _loud(kind):
    rng = np.random.default_rng(7)
    n = np.arange(100 * HOP)
    if kind == "noise":
        return rng.standard_normal((2, len(n)))
    if kind == "impulses":
        return (rng.random((2, len(n))) < 0.001) * 4.0
    if kind == "between the samples":
        return 1.9 * np.sin(2 * np.pi * 11997 / RATE_HZ * n + 0.8)[None]
    if kind == "18 kHz":
        return 1.9 * np.sin(2 * np.pi * 18003 / RATE_HZ * n)[None]
    if kind == "bass":
        return 3.0 * np.sin(2 * np.pi * 50 / RATE_HZ * n)[None]
    return np.repeat(rng.random(100) < 0.1, HOP)[None] * 3 * np.sin(0.1 * n)


KINDS = ("noise", "impulses", "between the samples", "18 kHz", "bass", "bursts")


@pytest.mark.parametrize("limit_dbtp", [-1.0, -12.0])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_exceeds_the_limit(kind, limit_dbtp):
    y, reduction = _run(_audio_band(_loud(kind)), limit_dbtp)
    assert _peak_dbtp(y) < limit_dbtp + 0.15
    assert reduction.max() > 3
    assert np.abs(y).max() > 0.7 * 10 ** (limit_dbtp / 20)  # and it is not simply turned down


def test_is_transparent_bit_for_bit_below_the_limit():
    x = (0.1 * np.random.default_rng(0).standard_normal((3, 40 * HOP))).astype(np.float32)
    x *= np.float32(10 ** ((-1.001 - true_peak_dbtp(x)) / 20))
    y, reduction = _run(x)
    np.testing.assert_array_equal(y[:, LATENCY:], x[:, :-LATENCY])
    assert (reduction == 0).all()


def test_is_transparent_again_after_a_peak():
    x = (0.05 * np.random.default_rng(0).standard_normal((1, 120 * HOP))).astype(np.float32)
    x[0, 1000] = 3.0
    y, reduction = _run(x)
    delayed = x[:, :-LATENCY]
    assert np.abs(y[0, LATENCY + 900 : LATENCY + 1100]).max() < 0.9
    np.testing.assert_array_equal(y[:, LATENCY:][:, :900], delayed[:, :900])
    np.testing.assert_array_equal(y[:, LATENCY:][:, 100 * HOP :], delayed[:, 100 * HOP :])
    assert reduction[0] == 0 and reduction[-1] == 0


def test_reduction_is_reported_and_recovers_slowly():
    x = np.full((1, 60 * HOP), 1e-3, dtype=np.float32)
    x[0, 5 * HOP] = 2.0
    _, reduction = _run(x, 0.0)
    assert reduction.max() == pytest.approx(20 * np.log10(2.0), abs=0.01)
    hop = int(reduction.argmax())
    assert 0.7 < reduction[hop + 8] / (reduction.max() * np.exp(-7 * HOP / (0.08 * RATE_HZ))) < 1.3


def test_all_channels_get_the_same_gain():
    x = np.zeros((2, 20 * HOP), dtype=np.float32)
    x[0, 9 * HOP] = 4.0
    x[1] = 0.01
    y, _ = _run(x, 0.0)
    assert y[1, 9 * HOP + LATENCY] == pytest.approx(0.0025, rel=0.01)


def test_gain_has_no_steps():
    x = np.full((1, 60 * HOP), 0.01, dtype=np.float32)
    x[0, 10 * HOP] = 1.0
    y, _ = _run(x, -12.0)
    gain = y[0] / 0.01
    gain = np.delete(gain, 10 * HOP + LATENCY)[LATENCY + HOP :]
    assert np.abs(np.diff(gain)).max() < 0.05


def test_gain_equals_the_sample_by_sample_recursion():
    """The vectorised release against the plain recursion it stands for."""
    rng = np.random.default_rng(3)
    x = (rng.standard_normal((1, 20 * HOP)) * (1 + 2 * (rng.random(20 * HOP) < 0.002))).astype(np.float32)
    y, _ = _run(x, -3.0)
    padded = np.concatenate([np.zeros((1, LATENCY + limiter._HALF), dtype=np.float32), x], axis=1)
    peaks = limiter.interval_peaks(padded)[LATENCY + limiter._HALF - limiter._TAPS :]
    needed = 20 * np.log10(np.maximum(np.maximum(peaks[:-1], peaks[1:]) / 10 ** (-3 / 20), 1.0))
    released, level = [], 0.0
    for value in needed:
        level = max(value, level * limiter._RELEASE)
        released.append(level)
    padded_db = np.concatenate([np.zeros(2 * limiter.LOOK_AHEAD - 2), released])
    for n in range(0, len(needed), 97):
        spans = [padded_db[n + k : n + k + limiter.LOOK_AHEAD].max() for k in range(limiter.LOOK_AHEAD)]
        gain = 10 ** (-(np.array(spans) @ limiter._SMOOTHER) / 20)
        assert y[0, n] == pytest.approx(padded[0, n + limiter._HALF] * gain, abs=2e-4)


def test_a_limit_that_comes_down_is_kept():
    x = np.full((1, 20 * HOP), 0.9, dtype=np.float32) * np.sin(0.05 * np.arange(20 * HOP)).astype(np.float32)
    stream = TruePeakLimiter(1)
    hops = [stream.process(x[:, k * HOP : (k + 1) * HOP], 0.0 if k < 8 else -10.0) for k in range(20)]
    assert np.abs(np.concatenate(hops[10:], axis=1)).max() <= 10 ** (-10 / 20) + 1e-4


def test_true_peak_between_the_samples():
    """A sine at a quarter of the rate, sampled 45 degrees off its peaks, reads 3 dB low in samples."""
    x = np.sin(np.pi / 2 * np.arange(4800) + np.pi / 4)[None]
    assert 20 * np.log10(np.abs(x).max()) == pytest.approx(-3.01, abs=0.01)
    middle = limiter.interval_peaks(x.astype(np.float32))[100:-100].max()
    assert 20 * np.log10(middle) == pytest.approx(0.0, abs=0.02)
    assert true_peak_dbtp(np.zeros((2, 100))) == -np.inf


def test_what_is_not_a_number_is_silence_and_leaves_no_trace():
    x = (0.1 * np.random.default_rng(5).standard_normal((2, 20 * HOP))).astype(np.float32)
    broken = x.copy()
    broken[0, 2000:2100] = np.nan
    broken[1, 2050] = np.inf
    y, reduction = _run(broken)
    want = np.where(np.isfinite(broken), broken, 0)
    np.testing.assert_array_equal(y[:, LATENCY:], want[:, :-LATENCY])
    assert (reduction == 0).all()
