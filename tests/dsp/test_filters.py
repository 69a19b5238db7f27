import numpy as np
import pytest
from scipy import signal

from workbench.dsp.filters import HighPass


def _run(x, cutoffs_hz):
    high_pass = HighPass(len(x))
    hops = [high_pass.process(x[:, 480 * k : 480 * (k + 1)], cutoff) for k, cutoff in enumerate(cutoffs_hz)]
    return np.concatenate(hops, axis=1)


def test_equals_scipys_filter_at_a_constant_cutoff():
    x = np.random.default_rng(0).standard_normal((2, 480 * 10)).astype(np.float32)
    expected = signal.sosfilt(signal.butter(4, 120.0, "highpass", fs=48000, output="sos"), x.astype(float), axis=1)
    np.testing.assert_allclose(_run(x, [120.0] * 10), expected, atol=1e-6)


@pytest.mark.parametrize("tone_hz", [60.0, 200.0, 1000.0])
def test_a_moving_cutoff_makes_no_click(tone_hz):
    time_s = np.arange(480 * 60) / 48000
    x = np.sin(2 * np.pi * tone_hz * time_s)[None].astype(np.float32)
    cutoffs_hz = 20.0 * 15.0 ** (np.arange(60) / 59)
    y = _run(x, cutoffs_hz)[0, 480:]
    second_difference = np.abs(np.diff(y, 2)).max()
    assert second_difference < 1.5 * (2 * np.pi * tone_hz / 48000) ** 2 + 1e-4


def test_after_a_change_the_filter_is_the_new_one():
    x = np.random.default_rng(1).standard_normal((1, 480 * 40)).astype(np.float32)
    changed, fixed = _run(x, [20.0] * 20 + [200.0] * 20), _run(x, [200.0] * 40)
    np.testing.assert_allclose(changed[:, 21 * 480 :], fixed[:, 21 * 480 :], atol=1e-4)


def test_one_channel_may_be_a_plain_hop():
    assert HighPass().process(np.ones(480, np.float32), 80.0).shape == (480,)


def test_silence_leaves_no_denormal_numbers():
    high_pass = HighPass()
    high_pass.process(np.ones(480, np.float32), 300.0)
    for _ in range(400):
        high_pass.process(np.zeros(480, np.float32), 300.0)
    assert not high_pass._state.any()
