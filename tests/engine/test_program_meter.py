import numpy as np
import pytest

from workbench.dsp.bands import HOP
from workbench.engine.program_meter import OutputLoudness, PairMeter

RATE_HZ = 48000


def _hops(x):
    return [x[:, start : start + HOP].astype(np.float32) for start in range(0, x.shape[1] - HOP + 1, HOP)]


def _tone(frequency_hz, seconds, phase=0.0):
    return np.sin(2 * np.pi * frequency_hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ + phase)


def test_a_tone_reads_its_loudness_and_its_true_peak():
    """A sine at a quarter of the rate whose samples all lie 3.01 dB under its peaks."""
    x = 0.5 * np.stack([_tone(12000, 4.0, np.pi / 4)] * 2)
    meter = OutputLoudness(2)
    readings = [meter.process(hop) for hop in _hops(x)]
    assert readings[-1].momentary_lufs == pytest.approx(readings[-1].short_term_lufs, abs=0.01)
    assert readings[-1].integrated_lufs == pytest.approx(readings[-1].momentary_lufs, abs=0.1)
    assert 20 * np.log10(np.abs(x).max()) == pytest.approx(-9.03, abs=0.01)
    assert readings[-1].true_peak_dbtp == pytest.approx(-6.02, abs=0.1)
    assert readings[-1].seconds == pytest.approx(4.0)


def test_beginning_anew_forgets_the_past_but_not_the_meters():
    meter = OutputLoudness(1)
    for hop in _hops(_tone(997, 2.0)[None]):
        meter.process(hop)
    meter.reset_wanted = True
    quiet = _hops(0.01 * _tone(997, 5.0)[None])
    readings = [meter.process(hop) for hop in quiet]
    assert readings[0].seconds == pytest.approx(0.01)
    assert readings[-1].integrated_lufs == pytest.approx(-43.01, abs=0.1)
    assert readings[-1].highest_dbtp == pytest.approx(-40.0, abs=0.5)


@pytest.mark.parametrize(("sign", "expected"), [(1, 1.0), (-1, -1.0)])
def test_correlation_of_equal_and_opposite_channels(sign, expected):
    noise = np.random.default_rng(1).standard_normal(RATE_HZ)
    meter = PairMeter()
    for hop in _hops(np.stack([noise, 0.5 * sign * noise])):
        scope = meter.process(hop, hop)
    assert scope.correlation == pytest.approx(expected, abs=1e-3)
    assert scope.balance_db == pytest.approx(-6.02, abs=0.01)
    assert scope.points.shape == (2, HOP // 2)


def test_independent_noise_is_uncorrelated_and_silence_unknown():
    rng = np.random.default_rng(2)
    meter = PairMeter(("input", 2, 0))
    for hop in _hops(rng.standard_normal((3, 4 * RATE_HZ))):
        scope = meter.process(hop, hop[:1])
    assert abs(scope.correlation) < 0.05 and abs(scope.balance_db) < 0.5
    meter.pair = ("output", 0, 1)
    silence = np.zeros((2, HOP), dtype=np.float32)
    scope = meter.process(silence, silence)
    assert (scope.kind, scope.first, scope.second) == ("output", 0, 1)
    assert np.isnan(scope.correlation) and np.isnan(scope.balance_db)


def test_channels_that_are_not_there_give_nothing():
    meter = PairMeter(("input", 0, 5))
    hop = np.zeros((2, HOP), dtype=np.float32)
    assert meter.process(hop, hop) is None
