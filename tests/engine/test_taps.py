import numpy as np
import pytest

from workbench.engine.taps import BIN_HZ, Delay, SpectrumColumn, levels


def test_a_full_scale_sine_reads_zero_dbfs_at_its_bin():
    t = np.arange(480 * 10) / 48000
    column = SpectrumColumn()
    sine = np.sin(2 * np.pi * 64 * BIN_HZ * t).astype(np.float32)
    for k in range(0, len(t), 480):
        spectrum = column.process(sine[k : k + 480])
    assert spectrum.argmax() == 64
    assert spectrum[64] == pytest.approx(0, abs=0.01)


def test_silence_is_far_below_everything():
    assert SpectrumColumn().process(np.zeros(480, np.float32)).max() == pytest.approx(-200, abs=1e-3)


@pytest.mark.parametrize("samples", [0, 1, 480, 1441])
def test_delay_is_exact(samples):
    x = np.random.default_rng(0).standard_normal((2, 4800)).astype(np.float32)
    delay = Delay(2, samples)
    y = np.concatenate([delay.process(x[:, k : k + 480]) for k in range(0, 4800, 480)], axis=1)
    np.testing.assert_array_equal(y[:, samples:], x[:, : 4800 - samples])
    assert not y[:, :samples].any()


def test_levels_of_a_sine_a_square_and_silence():
    t = np.arange(480) / 48000
    x = np.stack([0.5 * np.sin(2 * np.pi * 1000 * t), np.sign(np.sin(2 * np.pi * 1000 * t + 0.01)), 0 * t])
    result = levels(x.astype(np.float32))
    np.testing.assert_allclose(result.peak_dbfs[:2], [-6.02, 0], atol=0.01)
    np.testing.assert_allclose(result.rms_dbfs[:2], [-9.03, 0], atol=0.01)
    assert result.rms_dbfs[2] == -np.inf
    assert result.clipped.tolist() == [False, True, False]
