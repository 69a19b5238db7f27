import numpy as np
import pytest
from scipy import signal

from workbench.core.errors import InputError
from workbench.core.params import OutputParams
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.output_test import OutputTest

LOUD, MUTED = OutputParams(), OutputParams(muted=True)
PLAYED = np.full((4, HOP), 0.7, np.float32)


def play(test, hops, params=LOUD):
    return np.concatenate([test.process(PLAYED, params) for _ in range(hops)], axis=1)


@pytest.mark.parametrize("kind", ["tone", "pink"])
def test_one_output_plays_at_its_level_and_the_others_are_silent(kind):
    y = play(OutputTest(kind, 2), 1000)
    assert not y[[0, 1, 3]].any()
    assert 20 * np.log10(y[2, HOP:].std()) == pytest.approx(-30, abs=0.5 if kind == "pink" else 0.01)


def test_the_tone_has_no_step_anywhere():
    y = play(OutputTest("tone", 0), 300)[0]
    largest = 10 ** (-30 / 20) * np.sqrt(2) * 2 * np.pi * 1000 / RATE_HZ
    assert np.abs(np.diff(y)).max() < 1.01 * largest


def test_pink_noise_falls_by_three_decibels_an_octave():
    y = play(OutputTest("pink", 0), 6000)[0, HOP:]
    frequency_hz, density = signal.welch(y, RATE_HZ, nperseg=8192)
    inside = (frequency_hz > 40) & (frequency_hz < 18000)
    slope, _ = np.polyfit(np.log2(frequency_hz[inside]), 10 * np.log10(density[inside]), 1)
    assert slope == pytest.approx(-3.0, abs=0.15)


def test_started_muted_it_is_not_heard_until_the_mute_goes_softly():
    test = OutputTest("tone", 1)
    assert not play(test, 20, MUTED).any()
    y = play(test, 1)[1]
    assert np.abs(y[:48]).max() < 0.11 * np.abs(y).max() and y.any()


def test_an_output_that_is_not_there_and_an_unknown_kind():
    assert not play(OutputTest("tone", 9), 2).any()
    with pytest.raises(InputError, match="tone or pink"):
        OutputTest("brown", 0)
