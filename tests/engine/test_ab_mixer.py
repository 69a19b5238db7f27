"""A and B through a chain that compares."""

import numpy as np
import pytest

from tests.engine.test_loudness_match import music, speech
from workbench.core import params as parameters
from workbench.core.ab import ABChoice
from workbench.core.geometry import load_array, load_layout
from workbench.core.messages import Block
from workbench.core.params import Params
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.loudness import integrated_lufs
from workbench.engine.ab_lanes import Side
from workbench.engine.chain import Chain, ChainConfig
from workbench.engine.designs import DesignBench

ARRAY, LAYOUT = load_array("uca8-100mm"), load_layout("pair-100mm")
BASE = parameters.replace(Params(), {"enhance.method": "classical"})


def changed(**changes):
    return parameters.replace(BASE, {name.replace("__", "."): value for name, value in changes.items()})


def designs_for(params, array, layout):
    if array is None and layout is None:
        return DesignBench(None, None).designs
    bench = DesignBench(array, layout)
    bench.request(params, np.radians(params.beamformer.steering_deg))
    return bench.designs


def run(x, a, b, choices, array=None, layout=None):
    """Samples and results of a comparing chain; `choices` gives the ABChoice of each hop."""
    chain = Chain(ChainConfig(len(x), array, layout), analyse=False, compare=True)
    sides = [Side(params, designs_for(params, array, layout)) for params in (a, b)]
    results = []
    for number in range(x.shape[1] // HOP):
        choice = choices(number)
        own, other = sides[choice.shown], sides[1 - choice.shown]
        block = Block(x[:, number * HOP : (number + 1) * HOP], number * HOP, number * 0.01)
        results.append(chain.process(block, own.params, own.designs, other, choice))
    return np.concatenate([result.samples for result in results], axis=1), results, chain


def both(side, **more):
    return ABChoice(shown=side, heard=side, **more)


def programme(length=RATE_HZ, channels=1, seed=0):
    """Low tones: their slope is small, so that any step shows."""
    t = np.arange(length) / RATE_HZ
    x = sum(0.1 * np.sin(2 * np.pi * f * t + seed) for f in (97.0, 163.0, 211.0))
    return np.repeat(x[None], channels, axis=0).astype(np.float32)


def test_equal_sides_are_the_plain_chain_bit_for_bit_and_run_once():
    x = np.random.default_rng(0).standard_normal((8, HOP * 40)).astype(np.float32) * 0.05
    y, _, chain = run(x, BASE, BASE, lambda hop: both(hop // 7 % 2), ARRAY, LAYOUT)
    plain = Chain(ChainConfig(8, ARRAY, LAYOUT), analyse=False)
    designs = designs_for(BASE, ARRAY, LAYOUT)
    expected = [
        plain.process(Block(x[:, k * HOP : (k + 1) * HOP], k * HOP, k * 0.01), BASE, designs).samples for k in range(40)
    ]
    np.testing.assert_array_equal(y, np.concatenate(expected, axis=1))
    assert chain.shared == ("beam", "enhance", "render")


def test_switching_has_no_step_and_lasts_ten_milliseconds():
    x = programme(4 * RATE_HZ)
    a, b = changed(enhance__method="none"), changed(enhance__method="none", enhance__output_gain_db=-9.0)
    still = [run(x, a, b, lambda hop, side=side: both(side, matched=False))[0] for side in (0, 1)]
    y, _, _ = run(x, a, b, lambda hop: both(hop // 33 % 2, matched=False))
    slope = max(np.abs(np.diff(one)).max() for one in still)
    fade = np.abs(still[0] - still[1]).max() * 0.5 * np.pi / HOP
    assert np.abs(np.diff(y)).max() <= slope + fade
    for switch in range(33, 300, 33):
        begin, end = (switch + 1) * HOP, (switch + 33) * HOP  # one hop later only the new side is left
        np.testing.assert_array_equal(y[:, begin:end], still[switch // 33 % 2][:, begin:end])


@pytest.mark.parametrize("sound", [speech, music])
def test_sides_are_matched_in_loudness(sound):
    """Each side heard alone over the same programme: equal in loudness to 0.2 LU, whatever their levels."""
    x = sound(7.0)[None]
    a, b = changed(enhance__method="none"), changed(enhance__strength_percent=60.0, enhance__output_gain_db=5.0)
    runs = [run(x, a, b, lambda hop, side=side: both(side, matched=False)) for side in (0, 1)]
    unmatched = [integrated_lufs(samples) for samples, _, _ in runs]
    matched = np.add(unmatched, runs[0][2].match.gains_db)
    assert abs(matched[0] - matched[1]) < 0.2
    assert abs(unmatched[0] - unmatched[1]) > 1.0
    heard = [run(x, a, b, lambda hop, side=side: both(side))[0] for side in (0, 1)]
    assert abs(np.subtract(*(integrated_lufs(one[:, 3 * RATE_HZ :]) for one in heard))) < 0.5  # while it is learnt


def test_output_level_counts_as_loudness():
    x = speech(6.0)[None]
    a, b = changed(), changed(output__gain_db=-8.0)
    heard = [run(x, a, b, lambda hop, side=side: both(side))[0] for side in (0, 1)]
    assert abs(np.subtract(*(integrated_lufs(one[:, 3 * RATE_HZ :]) for one in heard))) < 0.1


def test_taps_lie_on_the_outputs_samples():
    """With stages that pass everything, every tap is the output, sample by sample."""
    x = speech(2.0)[None]
    params = changed(enhance__method="none")
    taps = {
        tap: run(x, params, params, lambda hop, tap=tap: both(0, tap=tap))[0]
        for tap in ("output", "microphone", "enhanced")
    }
    np.testing.assert_array_equal(taps["enhanced"], taps["output"])
    np.testing.assert_allclose(taps["microphone"][:, RATE_HZ:], taps["output"][:, RATE_HZ:], atol=1e-5)


@pytest.mark.parametrize("tap", ["microphone", "beam", "enhanced", "scene", "audition"])
def test_taps_of_the_whole_chain_are_in_step(tap):
    x = np.repeat(speech(2.0)[None], 8, axis=0)  # as if from straight above: every microphone the same
    params = changed(enhance__method="none", render__enabled=False, beamformer__low_cut_hz=20.0)
    y, _, chain = run(x, params, params, lambda hop: both(0), ARRAY, LAYOUT)
    tapped, _, _ = run(x, params, params, lambda hop: both(0, tap=tap), ARRAY, LAYOUT)
    assert tap in chain.taps
    spectra = [np.fft.rfft(one[0, RATE_HZ // 2 :]) for one in (y, tapped)]
    lag = np.argmax(np.fft.irfft(spectra[0] * np.conj(spectra[1])))
    if tap == "audition":  # the modelled way to the ears is heard: what goes over it is not the same sound
        assert lag < 400 or lag > RATE_HZ
    else:
        assert (lag + 4) % (RATE_HZ * 3 // 2) <= 8  # the low cut's phase


def test_a_blind_side_is_heard_and_shows_nowhere():
    x = speech(2.0)[None]
    x = x + 0.02 * np.random.default_rng(0).standard_normal(x.shape).astype(np.float32)
    a, b = changed(enhance__method="none"), changed(enhance__strength_percent=100.0)
    open_a, shown, _ = run(x, a, b, lambda hop: both(0))
    blind, hidden, _ = run(x, a, b, lambda hop: ABChoice(shown=0, heard=1))
    assert np.abs(open_a - blind).max() > 0.01
    np.testing.assert_array_equal(blind[:, RATE_HZ:], run(x, a, b, lambda hop: both(1))[0][:, RATE_HZ:])
    for one, other in zip(shown, hidden):
        np.testing.assert_array_equal(one.enhancement.gain, other.enhancement.gain)
    still = [result.output.rms_dbfs for result in hidden]
    np.testing.assert_array_equal(
        np.stack(still), np.stack([r.output.rms_dbfs for r in run(x, a, b, lambda hop: both(0, matched=False))[1]])
    )


def test_a_frozen_offset_stays_and_moves_only_slowly_when_it_is_free_again():
    x = speech(7.0)[None]
    a, b = changed(), changed(enhance__output_gain_db=6.0)
    frozen_from = 400
    _, _, chain = run(x, a, b, lambda hop: both(1, frozen=hop > frozen_from))
    assert chain.match.gains_db[1] == pytest.approx(-6.0, abs=0.3)
    y, _, _ = run(x, a, b, lambda hop: both(1))
    plain, _, _ = run(x, a, b, lambda hop: both(1, matched=False))
    with np.errstate(divide="ignore", invalid="ignore"):
        gain_db = 20 * np.log10(np.abs(y[0] / plain[0]))
    gain_db = gain_db[np.abs(plain[0]) > 1e-3]
    assert gain_db.max() < 0.01 and gain_db.min() > -6.5
    assert np.abs(np.diff(gain_db[:: HOP // 10])).max() < 1.0


def test_a_switch_of_matched_sides_has_no_step_either():
    x = programme(5 * RATE_HZ)
    a, b = changed(enhance__method="none"), changed(enhance__method="none", enhance__output_gain_db=-9.0)
    y, _, _ = run(x, a, b, lambda hop: both(hop // 33 % 2, tap="enhanced" if hop % 50 < 25 else "output"))
    slope, fade = np.abs(np.diff(x)).max(), np.abs(x).max() * 0.5 * np.pi / HOP
    assert np.abs(np.diff(y)).max() <= slope + fade
