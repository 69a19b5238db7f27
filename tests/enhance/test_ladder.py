import numpy as np
import pytest

from workbench.core.params import EnhanceParams
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.enhance.ladder import RUNGS, OracleLadder, whole_ladder

SECONDS = 1.5


def _voice(seconds: float = SECONDS) -> np.ndarray:
    """A buzz that glides around 140 Hz and comes and goes."""
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(140 + 25 * np.sin(2 * np.pi * 1.5 * t)) / RATE_HZ
    buzz = sum(np.sin(k * phase) / k for k in range(1, 40))
    return (0.08 * buzz * (0.5 - 0.5 * np.cos(2 * np.pi * 2.0 * t))).astype(np.float32)[None]


def _noise(samples: int, level: float = 0.05) -> np.ndarray:
    return (level * np.random.default_rng(3).standard_normal((1, samples))).astype(np.float32)


def _sdr_db(estimate: np.ndarray, clean: np.ndarray) -> float:
    scaled = clean * np.vdot(clean, estimate) / np.vdot(clean, clean)
    return float(10 * np.log10(np.sum(scaled**2) / np.sum((estimate - scaled) ** 2)))


@pytest.fixture(scope="module")
def climbed():
    clean = _voice()
    noisy = clean + _noise(clean.shape[1])
    return clean, noisy, whole_ladder(noisy, clean, EnhanceParams())


def test_each_rung_is_better_than_the_noisy_signal(climbed):
    clean, noisy, rungs = climbed
    assert tuple(rungs) == RUNGS
    for rung, sound in rungs.items():
        assert sound.shape == clean.shape
        assert _sdr_db(sound, clean) > _sdr_db(noisy, clean) + 3, rung


def test_knowing_more_is_better(climbed):
    """Every bin beats every band; the comb beats bands alone, on a voice."""
    clean, _, rungs = climbed
    sdr = {rung: _sdr_db(sound, clean) for rung, sound in rungs.items()}
    assert sdr["magnitude"] > sdr["bands"] + 0.5
    assert sdr["comb"] > sdr["bands"] + 0.5
    assert sdr["postfilter"] > sdr["bands"]


def test_a_clean_signal_passes(climbed):
    """Nothing to take away: every rung gives the clean signal back, the delay taken out."""
    clean = climbed[0]
    for rung, sound in whole_ladder(clean, clean, EnhanceParams()).items():
        np.testing.assert_allclose(sound, clean, atol=2e-5, err_msg=rung)


def test_true_magnitudes_are_reached_in_every_bin():
    """On one stationary tone in noise, the magnitude rung has the clean spectrum."""
    t = np.arange(RATE_HZ) / RATE_HZ
    clean = (0.1 * np.sin(2 * np.pi * 1000 * t)).astype(np.float32)[None]
    sound = whole_ladder(clean + _noise(RATE_HZ), clean, EnhanceParams(), ("magnitude",))["magnitude"]
    middle = slice(RATE_HZ // 4, 3 * RATE_HZ // 4)
    assert sound[0, middle].std() == pytest.approx(0.1 / np.sqrt(2), rel=0.02)
    assert _sdr_db(sound[:, middle], clean[:, middle]) > 20


def test_without_speech_every_rung_is_silent():
    noise = _noise(RATE_HZ // 2)
    for rung, sound in whole_ladder(noise, np.zeros_like(noise), EnhanceParams()).items():
        # The decay limit lets the last rung fade at 60 dB in 135 ms.
        assert np.abs(sound[:, RATE_HZ // 4 :]).max() < 1e-4, rung


def test_one_rung_alone_is_the_same(climbed):
    clean, noisy, rungs = climbed
    np.testing.assert_array_equal(whole_ladder(noisy, clean, EnhanceParams(), ("comb",))["comb"], rungs["comb"])


def test_bad_arguments():
    with pytest.raises(ValueError, match="no such rung"):
        OracleLadder(1, ("top",))
    with pytest.raises(ValueError, match="shape"):
        whole_ladder(np.zeros((1, HOP)), np.zeros((1, 2 * HOP)), EnhanceParams())
