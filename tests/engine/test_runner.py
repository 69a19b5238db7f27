import numpy as np
import pytest

from tests.engine.messages import ArraySource, ListSink
from workbench.core import params as parameters
from workbench.core.params import Params
from workbench.dsp.bands import HOP
from workbench.engine.chain import STAGES, Chain, ChainConfig
from workbench.engine.designs import DesignBench
from workbench.engine.dropouts import HopCost
from workbench.engine.history import ParameterHistory
from workbench.engine.mailbox import Mailbox
from workbench.engine.runner import Runner, fit_channels
from workbench.engine.timing import HopClock
from workbench.engine.worker import Worker


def make(samples, params=None, *, align=True, mailbox=None, sink_channels=None):
    source = ArraySource(samples)
    chain = Chain(ChainConfig(source.channels, limit=False), analyse=mailbox is not None, clock=HopClock(STAGES))
    sink = ListSink(sink_channels or chain.out_channels)
    history = ParameterHistory(params)
    runner = Runner(source, sink, chain, history, DesignBench(None, None), mailbox=mailbox, pace="fast", align=align)
    return runner, source, sink


class CalmMeter:
    """Every hop costs next to nothing, whatever the machine is busy with."""

    def begin(self):
        pass

    def end(self, stage):
        return HopCost(0.001, stage, 0.001)

    def close(self):
        pass


def drain(runner):
    runner.start()
    while not runner.finished:
        runner.step()
    runner.close()


@pytest.mark.parametrize("length", [1, 479, 480, 481, 10_000])
def test_aligned_output_has_the_inputs_length_and_place(length):
    x = (0.1 * np.random.default_rng(0).standard_normal((2, length))).astype(np.float32)
    runner, _, sink = make(x, parameters.replace(Params(), {"output.bypass": True}))
    drain(runner)
    np.testing.assert_array_equal(sink.samples, x)
    assert runner.samples_out == length


def test_source_and_sink_are_closed():
    runner, source, sink = make(np.zeros((1, 4800)))
    drain(runner)
    assert source.closed and sink.closed


def test_every_hop_is_one_snapshot_in_order():
    mailbox = Mailbox()
    runner, _, _ = make(np.zeros((1, HOP * 30)), mailbox=mailbox)
    drain(runner)
    sequences = [snapshot.sequence for snapshot in mailbox.snapshots_since(-1)]
    assert sequences == list(range(30))


def test_parameters_are_read_every_hop():
    x = (0.1 * np.random.default_rng(0).standard_normal((1, HOP * 40))).astype(np.float32)
    runner, _, sink = make(x, parameters.replace(Params(), {"output.bypass": True}), align=False)
    runner.start()
    for hop in range(40):
        if hop == 20:
            runner._history.set({"output.muted": True})
        runner.step()
    y = sink.samples[0]
    assert y[: HOP * 20].any()
    assert not y[HOP * 21 :].any()


def test_lost_samples_become_a_dropout_with_its_stage():
    runner, source, sink = make(np.zeros((1, HOP * 60)), align=False)
    runner._meter = CalmMeter()
    runner.start()

    def steps():  # what nothing explains is told after a tenth of a second
        for _ in range(15):
            runner.step()

    steps()
    source.dropped_samples += 960
    steps()
    sink.missed_samples += 480
    steps()
    sink.server_dropouts += 1
    steps()
    assert [(dropout.stage, dropout.own) for dropout in runner.dropouts.newest] == [
        ("source", True),
        ("sink", True),
        ("sound server", False),
    ]
    assert (runner.dropouts.own, runner.server_dropouts) == (2, 1)


@pytest.mark.parametrize("align", [False, True])
def test_it_stops_with_the_hop_that_was_asked_for(align):
    x = (0.1 * np.random.default_rng(0).standard_normal((1, HOP * 60))).astype(np.float32)
    runner, _, sink = make(x, parameters.replace(Params(), {"output.bypass": True}), align=align)
    runner._stop_after = 10 * HOP - 1
    drain(runner)
    moved = runner.samples_out if align else runner.samples_in
    assert moved == sink.samples.shape[1] and 10 * HOP - 1 <= moved < 11 * HOP


def test_worker_ends_with_the_source_and_keeps_the_error():
    runner, _, sink = make(np.zeros((1, 48000)))
    worker = Worker(runner)
    worker.start()
    worker.join(60)
    assert not worker.alive and worker.error is None
    assert sink.samples.shape == (1, 48000)
    worker.close()

    runner, source, _ = make(np.zeros((1, 48000)))
    source.read = lambda timeout_s: 1 / 0
    worker = Worker(runner)
    worker.start()
    worker.join(60)
    assert isinstance(worker.error, ZeroDivisionError)
    worker.close()


def test_channels_are_fitted_to_the_sink():
    mono = np.ones((1, HOP), dtype=np.float32)
    assert fit_channels(mono, 2).sum() == 2 * HOP
    assert fit_channels(mono, 8)[2:].sum() == 0
    assert fit_channels(np.ones((8, HOP), dtype=np.float32), 2).shape == (2, HOP)
    assert fit_channels(mono, 1) is mono
