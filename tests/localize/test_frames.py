import numpy as np
import pytest

from workbench.localize import frames


def test_a_frame_is_the_windowed_transform_of_its_samples():
    x = np.random.default_rng(0).standard_normal((3, frames.FRAME + 2 * frames.SHIFT + 100)).astype(np.float32)
    analysed = frames.analyse(x)
    assert analysed.spectrum.shape == (3, frames.BINS, 3) and analysed.spectrum.dtype == np.complex64
    window = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(frames.FRAME) + 0.5) / frames.FRAME)
    time_s = np.arange(frames.FRAME) / frames.RATE_HZ
    second = x[:, frames.SHIFT : frames.SHIFT + frames.FRAME] * window * 2 / window.sum()
    for k in (0, 50, frames.BINS - 1):
        expected = second @ np.exp(-2j * np.pi * frames.BIN_HZ[k] * time_s)
        np.testing.assert_allclose(analysed.spectrum[1, k], expected, atol=1e-5)
        assert analysed.energy[1, k] == pytest.approx(np.mean(np.abs(expected) ** 2), rel=1e-3)


def test_a_full_scale_sine_has_magnitude_one_in_its_bin():
    x = np.sin(2 * np.pi * frames.BIN_HZ[40] * np.arange(frames.FRAME) / frames.RATE_HZ)[None].astype(np.float32)
    assert abs(frames.analyse(x).spectrum[0, 40, 0]) == pytest.approx(1.0, abs=1e-3)


def test_bands_hold_all_bins_within_the_limits():
    assert frames.BIN_HZ[0] >= frames.LOWEST_HZ and frames.BIN_HZ[-1] <= frames.HIGHEST_HZ
    x = np.random.default_rng(0).standard_normal((2, 24000)).astype(np.float32)
    analysed = frames.analyse(x)
    assert analysed.zone_energy.shape == (24, frames.BANDS)
    np.testing.assert_allclose(analysed.zone_energy.mean(), analysed.energy.mean(), rtol=1e-5)


@pytest.mark.parametrize("shape", [(8, frames.FRAME - 1), (24000,)])
def test_less_than_a_frame_is_refused(shape):
    with pytest.raises(ValueError, match="expected"):
        frames.analyse(np.zeros(shape, np.float32))
