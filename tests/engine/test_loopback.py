import numpy as np
import pytest

from tests.engine.messages import ArraySource, ListSink
from workbench.core.errors import EarshotError
from workbench.core.messages import Block
from workbench.dsp.bands import HOP
from workbench.engine.chain import Chain, ChainConfig
from workbench.engine.designs import DesignBench
from workbench.engine.history import ParameterHistory
from workbench.engine.loopback import ATTEMPTS, LoopbackProbe, find_chirp, measure_devices
from workbench.engine.runner import Runner


def loop(probe, delay, channels=2, channel=1, gain=0.1, noise=0.0, gap_at=None):
    """Play the probe through a wire of `delay` samples; what was played is returned."""
    rng = np.random.default_rng(0)
    wire = np.zeros(400 * HOP, np.float32)
    hop = 0
    out = np.ones((2, HOP), np.float32)
    played = []
    while not probe.done:
        heard = noise * rng.standard_normal((channels, HOP)).astype(np.float32)
        heard[channel] += gain * wire[hop * HOP : (hop + 1) * HOP]
        played.append(probe.exchange(Block(heard, hop * HOP, 0.0, gap=hop == gap_at), out))
        wire[hop * HOP + delay : (hop + 1) * HOP + delay] += played[-1][0] * (hop > 0)
        hop += 1
    return np.concatenate(played, axis=1)


@pytest.mark.parametrize("delay", [480, 1777, 30_000])
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_the_delay_of_a_wire_is_found_to_the_sample(delay, noise):
    probe = LoopbackProbe(2)
    loop(probe, delay, noise=noise)
    found = probe.result()
    assert abs(found.samples - delay) < 0.5 and found.channel == 1


def test_what_sounded_before_fades_out_and_in_again():
    probe = LoopbackProbe(2)
    played = loop(probe, 480)
    assert played[0, 0] == 1 and played[0, -1] == 1
    assert np.abs(np.diff(played[1])).max() < 0.01
    assert not played[1, HOP:-HOP].any() and 0.09 < np.abs(played[0, HOP:-HOP]).max() < 0.11
    x = np.ones((2, HOP), np.float32)
    assert probe.exchange(Block(x, 0, 0.0), x) is x


def test_silence_and_noise_are_no_chirp():
    for noise in (0.0, 0.1):
        probe = LoopbackProbe(2)
        loop(probe, 480, gain=0.0, noise=noise)
        with pytest.raises(EarshotError, match="not heard"):
            probe.result()


def test_a_gap_makes_it_worthless():
    probe = LoopbackProbe(2)
    loop(probe, 480, gap_at=20)
    with pytest.raises(EarshotError, match="lost"):
        probe.result()


def test_samples_that_the_output_missed_make_it_worthless():
    probe = LoopbackProbe(2)
    probe.spoil()
    loop(probe, 480)
    with pytest.raises(EarshotError, match="lost while measuring"):
        probe.result()


def test_a_fraction_of_a_sample_is_seen():
    played = np.zeros(96000, np.float32)
    t = np.arange(12000)
    for shift in (0.0, 0.25, 0.5):
        heard = np.zeros((1, 96000), np.float32)
        wave = lambda x: np.sin(2 * np.pi * (0.005 * x + 4e-6 * x**2)) * np.sin(np.pi * x / 12000) ** 2  # noqa: E731
        played[:12000] = wave(t)
        heard[0, 1000:13000] = wave(t - shift)
        assert find_chirp(played, heard).samples == pytest.approx(1000 + shift, abs=0.05)


def test_the_runner_plays_it_in_the_outputs_place():
    source = ArraySource(0.5 * np.ones((2, 200 * HOP)))
    chain = Chain(ChainConfig(2, limit=False), analyse=False)
    sink = ListSink(2)
    runner = Runner(source, sink, chain, ParameterHistory(), DesignBench(None, None), pace="fast")
    runner.start()
    runner.loopback = probe = LoopbackProbe(2)
    while not probe.done:
        runner.step()
    chirp = sink.samples[0, 10 * HOP : 36 * HOP]
    assert np.abs(chirp).max() == pytest.approx(0.1, rel=0.01)
    assert not sink.samples[1, HOP : 100 * HOP].any()


class Wire(ListSink):
    """A sink that is wired to a source of the same clock: what is written is heard `delay` samples later. In some runs
    of the chirp samples go missing, and the queue is longer from then on."""

    def __init__(self, delay: int, spoiled: int):
        super().__init__(1, live=True)
        self.delay, self.spoiled, self.device_latency_samples = delay, spoiled, 0
        self.heard = np.zeros(delay, np.float32)
        self.finished, self.dropped_samples = False, 0

    def read(self, timeout_s: float) -> Block:
        hop = np.zeros((1, HOP), np.float32)
        part = self.heard[:HOP]
        hop[0, : len(part)], self.heard = part, self.heard[HOP:]
        return Block(hop, 0, 0.0)

    def write(self, samples: np.ndarray) -> None:
        loud = np.abs(samples).max() > 0.05
        if loud and self.spoiled and not np.abs(self.heard).max() > 0.05:
            self.spoiled, self.missed_samples = self.spoiled - 1, self.missed_samples + HOP
            self.heard = np.concatenate((self.heard, np.zeros(HOP, np.float32)))
        self.heard = np.concatenate((self.heard, samples[0]))
        self.latency_samples = len(self.heard)


def test_a_chirp_that_samples_were_lost_in_is_played_once_more():
    wire = Wire(3 * HOP, spoiled=2)
    found, reported = measure_devices(wire, wire, settle_s=0.1)
    assert wire.missed_samples == 2 * HOP
    assert found.samples == pytest.approx(len(wire.heard), abs=0.5) and found.samples > 4 * HOP
    assert reported["ring"] == pytest.approx(found.ms, abs=0.1)
    with pytest.raises(EarshotError, match="lost in every attempt"):
        measure_devices(wire := Wire(3 * HOP, spoiled=ATTEMPTS), wire, settle_s=0.1)
