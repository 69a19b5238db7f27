from dataclasses import replace

import numpy as np
import pytest

from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.geometry import load_array, load_layout
from workbench.core.messages import Block
from workbench.core.params import Params
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.chain import Chain, ChainConfig
from workbench.engine.designs import DesignBench
from workbench.engine.stages import Designs
from workbench.enhance.classical import ClassicalGains

ARRAY, LAYOUT = load_array("uca8-100mm"), load_layout("pair-100mm")
OFF = parameters.replace(Params(), {"enhance.enabled": False, "render.enabled": False})
BYPASS = parameters.replace(Params(), {"output.bypass": True})


def run(chain, samples, params, designs=None, changes=None):
    """All output of a chain; `changes` maps a hop to the parameters from there on."""
    bench = DesignBench(chain.config.array, chain.config.layout)
    out = []
    for hop in range(samples.shape[1] // HOP):
        params = (changes or {}).get(hop, params)
        bench.request(params, np.radians(params.beamformer.steering_deg))
        block = Block(samples[:, hop * HOP : (hop + 1) * HOP], hop * HOP, hop * HOP / RATE_HZ)
        out.append(chain.process(block, params, designs or bench.designs))
    return out


def joined(results):
    return np.concatenate([result.samples for result in results], axis=1)


@pytest.fixture
def noise():
    return (0.1 * np.random.default_rng(0).standard_normal((8, HOP * 60))).astype(np.float32)


@pytest.mark.parametrize("limit", [True, False])
def test_bypass_is_the_input_bit_for_bit_channel_by_channel(noise, limit):
    chain = Chain(ChainConfig(8, limit=limit))
    y = joined(run(chain, noise, BYPASS))
    np.testing.assert_array_equal(y[:, chain.latency :], noise[:, : -chain.latency])


def test_bypass_with_an_array_is_microphone_one_on_both_sides(noise):
    chain = Chain(ChainConfig(8, ARRAY, LAYOUT))
    y = joined(run(chain, noise, BYPASS))
    for side in y:
        np.testing.assert_array_equal(side[chain.latency :], noise[0, : -chain.latency])


@pytest.mark.parametrize(
    "config",
    [
        ChainConfig(1),
        ChainConfig(2),
        ChainConfig(8, ARRAY),
        ChainConfig(8, ARRAY, LAYOUT),
        ChainConfig(2, None, LAYOUT),
    ],
)
def test_latency_is_what_is_said(config):
    """Stages off: a click from the front comes out once, after exactly the latency (rendering spreads it a little)."""
    chain = Chain(config)
    x = np.zeros((config.channels, HOP * 20), dtype=np.float32)
    # A plane wave from straight above reaches the flat array's microphones at once: no beam filter delays it.
    x[:, 1000] = 0.25
    y = joined(run(chain, x, OFF))
    assert y.shape[0] == chain.out_channels
    assert np.abs(y[0]).argmax() == pytest.approx(1000 + chain.latency, abs=12 if config.array else 0)


def test_the_beam_takes_what_comes_from_its_direction():
    """A plane wave from the steering direction keeps its level, from the side it loses several dB."""
    rng = np.random.default_rng(1)
    source = rng.standard_normal(HOP * 80)
    delay_s = -(ARRAY.mic_xyz_m @ [1.0, 0.0, 0.0]) / 343.0
    spectrum = np.fft.rfft(source) * (np.fft.rfftfreq(len(source), 1 / RATE_HZ) < 8000)
    phase = np.exp(-2j * np.pi * np.fft.rfftfreq(len(source), 1 / RATE_HZ) * delay_s[:, None])
    mics = (0.05 * np.fft.irfft(spectrum * phase, n=len(source))).astype(np.float32)
    levels = []
    for steering_deg in (0.0, 90.0):
        params = parameters.replace(OFF, {"beamformer.steering_deg": steering_deg})
        y = joined(run(Chain(ChainConfig(8, ARRAY)), mics, params))
        levels.append(20 * np.log10(y[0, 9600:].std() / mics[0].std()))
    assert levels[0] == pytest.approx(0, abs=0.5)
    assert levels[1] < -5


def test_moving_any_slider_makes_no_click():
    """A steady tone through the whole chain while parameters jump."""
    t = np.arange(HOP * 160) / RATE_HZ
    tone = (0.2 * np.sin(2 * np.pi * 400 * t)).astype(np.float32)
    changes = {
        20: parameters.replace(OFF, {"beamformer.steering_deg": 120.0}),
        40: parameters.replace(OFF, {"beamformer.enabled": False}),
        60: parameters.replace(OFF, {"render.enabled": True, "render.audition": False}),
        80: parameters.replace(OFF, {"render.enabled": True, "render.audition": True, "render.place_deg": 20.0}),
        100: parameters.replace(OFF, {"output.gain_db": -12.0}),
        120: parameters.replace(OFF, {"output.muted": True}),
        140: parameters.replace(OFF, {"output.bypass": True}),
    }
    y = joined(run(Chain(ChainConfig(8, ARRAY, LAYOUT)), np.repeat(tone[None], 8, axis=0), OFF, changes=changes))
    # A step in a waveform shows in its second difference; the tone's own is amplitude * (2 pi 400 / rate)^2 < 0.001.
    bend = np.abs(np.diff(y[:, HOP * 12 :], n=2, axis=1))
    assert bend.max() < 0.003


def test_not_finite_samples_are_silenced_and_counted(noise):
    noise[3, 5000:5010] = np.nan
    noise[2, 7000] = np.inf
    results = run(Chain(ChainConfig(8, ARRAY, LAYOUT)), noise, Params())
    assert sum(result.repaired for result in results) == 11
    assert np.isfinite(joined(results)).all()


def test_before_and_after_belong_to_the_same_instant():
    """A click shows in the same column of both spectra, and in the input level of the same hop."""
    x = np.zeros((8, HOP * 30), dtype=np.float32)
    x[:, HOP * 10 + 240] = 0.5
    results = run(Chain(ChainConfig(8, ARRAY)), x, OFF)
    before = np.array([result.before_dbfs.max() for result in results])
    after = np.array([result.after_dbfs.max() for result in results])
    first_before = int((before > -100).argmax())
    assert abs(first_before - int((after > before.max() - 40).argmax())) <= 1
    level = np.array([result.input.peak_dbfs[0] for result in results])
    assert abs(int(level.argmax()) - first_before) <= 1
    assert results[first_before].time_s == pytest.approx(0.11, abs=0.011)


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match=r"8 microphones.*2 channels"):
        ChainConfig(2, ARRAY)
    with pytest.raises(InputError, match="5 channels"):
        ChainConfig(5, None, LAYOUT)
    with pytest.raises(InputError, match="no channels"):
        ChainConfig(0)


def test_mono_without_an_array_is_enhanced_alone():
    chain = Chain(ChainConfig(1))
    assert chain.out_channels == 1
    assert replace(chain.config, channels=2).channels == 2


def test_a_network_arrives_for_both_sides_with_a_hop_and_the_first_of_two_is_kept():
    chain = Chain(ChainConfig(1, limit=False), analyse=False, compare=True)
    first, second = (tuple(ClassicalGains(1) for _ in range(2)) for _ in range(2))
    block = Block(np.zeros((1, HOP), np.float32), 0, 0.0)
    chain.install("mine", first)
    assert "mine" not in chain.methods
    chain.process(block, Params(), Designs())
    assert "mine" in chain.methods
    chain.install("mine", second)
    chain.process(block, Params(), Designs())
    assert tuple(enhancer._estimators["mine"] for enhancer in chain.enhancers) == first
