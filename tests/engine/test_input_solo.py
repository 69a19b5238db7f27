from dataclasses import replace

import numpy as np
import pytest

from workbench.core.params import OutputParams, Params
from workbench.dsp.bands import HOP
from workbench.dsp.limiter import TruePeakLimiter
from workbench.engine.input_solo import InputSolo

LATE = TruePeakLimiter.latency
RNG = np.random.default_rng(2)
SOURCE = (0.1 * RNG.standard_normal((4, 30 * HOP))).astype(np.float32)
PLAYED = (0.1 * RNG.standard_normal((3, 30 * HOP))).astype(np.float32)


def run(solo, chosen, params=lambda hop: Params()):
    """What is played when `chosen` tells the channel of each hop."""
    out = []
    for hop in range(30):
        solo.channel = chosen(hop)
        part = slice(hop * HOP, (hop + 1) * HOP)
        out.append(solo.process(PLAYED[:, part], SOURCE[:, part], params(hop)))
    return np.concatenate(out, axis=1)


def test_without_a_channel_the_sound_is_let_through_untouched():
    np.testing.assert_array_equal(run(InputSolo(), lambda hop: None), PLAYED)


def test_a_channel_is_heard_bit_for_bit_on_the_first_two_outputs():
    y = run(InputSolo(), lambda hop: 2 if 5 <= hop < 20 else None)
    np.testing.assert_array_equal(y[:, : 5 * HOP], PLAYED[:, : 5 * HOP])
    np.testing.assert_array_equal(y[0, 6 * HOP + LATE : 20 * HOP], SOURCE[2, 6 * HOP : 20 * HOP - LATE])
    np.testing.assert_array_equal(y[1], np.where(np.arange(30 * HOP) // HOP // 21 == 0, y[1], PLAYED[1]))
    np.testing.assert_array_equal(y[0, 6 * HOP : 20 * HOP], y[1, 6 * HOP : 20 * HOP])
    assert not y[2, 6 * HOP : 20 * HOP].any()
    np.testing.assert_array_equal(y[:, 21 * HOP :], PLAYED[:, 21 * HOP :])


def test_no_change_clicks():
    """Constant inputs: every step between samples would be a click."""
    solo, out = InputSolo(), []
    played = np.full((2, HOP), 0.5, np.float32)
    source = np.stack([np.full(HOP, level, np.float32) for level in (-0.5, 0.2)])
    levels = (
        Params(),
        replace(Params(), output=OutputParams(gain_db=-12.0)),
        replace(Params(), output=OutputParams(muted=True)),
    )
    for hop in range(24):
        solo.channel = (None, 0, 1, None)[hop // 3 % 4]
        out.append(solo.process(played, source, levels[hop % 3]))
    y = np.concatenate(out, axis=1)
    fade = 1.01 / HOP  # the limiter's delay line begins empty, under the fade
    assert np.abs(np.diff(y)).max() < fade + 0.5 / HOP


def test_level_mute_and_limit_are_those_of_the_output():
    loud = replace(Params(), output=OutputParams(gain_db=12.0))
    solo = InputSolo(0)
    source = np.full((1, HOP), 0.9, np.float32)
    for _ in range(20):
        y = solo.process(np.zeros((2, HOP), np.float32), source, loud)
    assert np.abs(y).max() <= 10 ** (loud.render.limit_dbtp / 20) + 1e-6
    for _ in range(3):
        y = solo.process(np.zeros((2, HOP), np.float32), source, replace(loud, output=OutputParams(muted=True)))
    assert not y.any()


@pytest.mark.parametrize("channel", [4, 99])
def test_a_channel_that_has_gone_gives_the_whole_sound_back(channel):
    np.testing.assert_array_equal(run(InputSolo(), lambda hop: channel), PLAYED)


def test_what_is_no_number_is_silence():
    solo = InputSolo(0)
    y = solo.process(np.zeros((2, HOP), np.float32), np.full((1, HOP), np.nan, np.float32), Params())
    assert np.isfinite(y).all()
