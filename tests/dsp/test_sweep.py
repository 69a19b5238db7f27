import numpy as np
import pytest
from scipy import signal

from workbench.dsp.sweep import deconvolve, exponential_sweep, onset


@pytest.mark.parametrize("seconds", [0.5, 2.0])
def test_a_known_response_comes_back(seconds):
    rng = np.random.default_rng(0)
    known = rng.standard_normal((2, 2000)) * np.exp(-np.arange(2000) / 300)
    sweep = exponential_sweep(seconds, -12.0)
    recorded = signal.fftconvolve(known, sweep[None].astype(float), axes=1)
    got = deconvolve(recorded, sweep)[:, :2000]
    assert 10 * np.log10(np.sum((got - known) ** 2) / np.sum(known**2)) < -60


def test_harmonics_stay_out_of_the_response():
    sweep = exponential_sweep(2.0, 0.0).astype(float)
    cube = signal.resample_poly(signal.resample_poly(sweep, 4, 1) ** 3, 1, 4)  # as in air: nothing folds back
    bent = np.pad(sweep + 0.1 * cube, (0, 24000))
    got = deconvolve(bent[None], sweep)[0]
    assert onset(got) == 0
    late = np.sum(got[200:24000] ** 2)
    assert 10 * np.log10(late / np.sum(got[:200] ** 2)) < -35  # nearly all of it below the lowest frequency


def test_the_sweep_keeps_its_level_and_covers_all_octaves():
    sweep = exponential_sweep(1.0, -20.0)
    assert sweep.dtype == np.float32
    assert np.abs(sweep).max() == pytest.approx(0.1, rel=1e-3)
    power = np.abs(np.fft.rfft(sweep)) ** 2 * np.arange(len(sweep) // 2 + 1)  # pink
    octaves = [power[int(low) : int(2 * low)].mean() for low in 20 * 2.0 ** np.arange(9)]
    assert np.ptp(10 * np.log10(octaves)) < 1.5
