"""The worker's end: at once; or by itself, with nothing taken from under it, where a hop does not come to its end."""

import threading

import numpy as np
import pytest

from tests.engine.messages import ArraySource, ListSink
from tests.engine.watched import PATIENCE_S, WatchedSession, until
from workbench.core.errors import EarshotError
from workbench.core.params import Params
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine import worker as workers
from workbench.engine.chain import STAGES, Chain, ChainConfig
from workbench.engine.designs import DesignBench
from workbench.engine.history import ParameterHistory
from workbench.engine.mailbox import Mailbox
from workbench.engine.runner import Runner
from workbench.engine.settings import Settings
from workbench.engine.timing import HopClock
from workbench.engine.worker import Worker


class Gate:
    """Stands in a chain's way: the hop that comes to it waits until it is opened."""

    def __init__(self, chain, after_hops=3):
        self.reached, self._opened = threading.Event(), threading.Event()
        self._process, self._left = chain.process, after_hops
        chain.process = self.process

    def process(self, *args):
        self._left -= 1
        if self._left < 0:
            self.reached.set()
            assert self._opened.wait(PATIENCE_S)
        return self._process(*args)

    def open(self):
        self._opened.set()


class StrictSink(ListSink):
    """Finds it wrong to be written to when it is closed."""

    def write(self, samples):
        assert not self.closed
        super().write(samples)


def make(mailbox=None):
    source = ArraySource(np.zeros((1, 100 * HOP)))
    chain = Chain(ChainConfig(1, limit=False), analyse=mailbox is not None, clock=HopClock(STAGES))
    sink = StrictSink(chain.out_channels)
    history = ParameterHistory(Params())
    return Runner(source, sink, chain, history, DesignBench(None, None), mailbox=mailbox, pace="fast", align=False)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(workers, "CLOSE_PATIENCE_S", 0.05)


def test_what_it_used_is_freed_when_it_has_ended():
    runner = make()
    worker = Worker(runner)
    worker.start()
    assert worker.close(runner.close)
    assert not worker.alive and runner.source.closed and runner.sink.closed and worker.error is None
    assert worker.close()  # again: nothing happens


def test_one_that_was_never_started_frees_as_well():
    runner = make()
    assert Worker(runner).close(runner.close)
    assert runner.source.closed and runner.sink.closed


def test_what_cannot_be_freed_is_told_to_who_closes():
    worker = Worker(make())
    worker.start()

    def full():
        raise EarshotError("no space left")

    with pytest.raises(EarshotError, match="no space left"):
        worker.close(full)


def test_a_hop_that_does_not_end_keeps_what_it_uses_and_frees_it_when_it_ends(impatient):
    mailbox = Mailbox()
    runner = make(mailbox)
    gate = Gate(runner.chain)
    worker = Worker(runner)
    worker.start()
    assert gate.reached.wait(PATIENCE_S)
    shown, written = mailbox.snapshots.next_sequence, len(runner.sink.pieces)
    said = []
    assert not worker.close(runner.close, lambda: said.append("late"))
    assert said == ["late"] and worker.alive
    assert not runner.source.closed and not runner.sink.closed
    gate.open()
    worker.join(PATIENCE_S)
    assert not worker.alive and runner.source.closed and runner.sink.closed
    assert worker.error is None  # a sink that was closed under its hands would have complained
    assert len(runner.sink.pieces) == written + 1
    assert mailbox.snapshots.next_sequence == shown  # another chain may publish by now
    assert worker.close(late=lambda: said.append("late again")) and said == ["late"]


def test_when_it_frees_too_late_and_that_fails_it_ends_all_the_same(impatient, caplog):
    runner = make()
    gate = Gate(runner.chain)
    worker = Worker(runner)
    worker.start()
    assert gate.reached.wait(PATIENCE_S)
    assert not worker.close(lambda: 1 / 0)
    gate.open()
    worker.join(PATIENCE_S)
    assert not worker.alive
    assert any("could not be closed" in record.message for record in caplog.records)


def test_a_session_says_that_a_step_does_not_end_and_plays_on_with_another_chain(impatient, tmp_path):
    session = WatchedSession(Settings(source="room", array="", layout=""))
    try:
        session.play()
        session.start_recording(tmp_path)
        until(lambda: session.recorded_samples > 0.1 * RATE_HZ)
        assembly, worker = session._assembly, session._worker
        gate = Gate(assembly.runner.chain)
        assert gate.reached.wait(PATIENCE_S)
        session.stop()
        said, failed = session.says("has not come to its end")
        assert failed and assembly.runner.source.name in said
        session.becomes("stopped")
        session.play()
        assert session._worker is not worker and worker.alive
        gate.open()
        session.says("are free")
        worker.join(PATIENCE_S)
        assert not worker.alive and worker.error is None
        newest = session.mailbox.snapshots.next_sequence
        until(lambda: session.mailbox.snapshots.next_sequence > newest + 5)
        session.becomes("running", from_now=True)
    finally:
        session.close()
    assert sorted(path.name for path in next(tmp_path.iterdir()).glob("*.wav")) == ["input.wav", "output.wav"]
