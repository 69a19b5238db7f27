"""Causes of dropouts: by hand-made costs, and provoked in earnest."""

import os
import re
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from workbench.engine import dropouts
from workbench.engine.dropouts import BEFORE, CONFESSION_S, EXCUSE_S, DropoutWatch, HopCost, HopMeter, WaitMeter
from workbench.engine.meters import StolenMeter, stolen_by_core_s, stolen_s
from workbench.engine.standstill import Standstill

CALM = HopCost(0.001, "enhance", 0.0015)


def ends():
    source = SimpleNamespace(name="Array", dropped_samples=0, server_dropouts=0, losses=0, lost=False)
    sink = SimpleNamespace(name="Speakers", missed_samples=0, server_dropouts=0, losses=0, lost=False)
    return source, sink, DropoutWatch(source, sink)


def told(watch, time_s, stolen_s=0.0):
    """The dropout that the counters of this moment lead to, told now or a little later."""
    first = watch.look(time_s, CALM, stolen_s)
    return first or watch.look(time_s + CONFESSION_S + 1e-6, CALM, stolen_s)


@pytest.mark.parametrize(
    ("cost", "stolen_s", "stage", "own", "words"),
    [
        (HopCost(0.0131, "enhance", 0.014), 0.0, "enhance", True, "took 13.1 ms of 10"),
        (HopCost(0.0131, "enhance", 0.014), 0.5, "enhance", True, "took 13.1 ms of 10"),
        (HopCost(0.0102, "beam", 0.110), 0.1, "processor", False, "host took .* 100 ms"),
        (HopCost(0.0102, "beam", 0.110), 0.0, "program", True, "other threads .* 100 ms"),
        (HopCost(0.0102, "beam", 0.110, 0.098), 0.0, "processor", False, "other programs .* 98 ms"),
        (HopCost(0.001, "enhance", 0.030, 0.028), 0.0, "processor", False, "other programs .* 28 ms"),
        (HopCost(0.001, "enhance", 0.0012, 0.020), 0.0, "processor", False, "other programs .* 20 ms"),
        (HopCost(0.001, "enhance", 0.041, 0.001), 0.0, "program", True, "other threads .* 39 ms"),
        (HopCost(0.001, "enhance", 0.041, 0.001), 0.05, "processor", False, "host took .* 50 ms"),
        (HopCost(0.001, "enhance", 0.041, 0.001), 0.015, "program", True, "other threads .* 39 ms"),
        (HopCost(0.001, "enhance", 0.041, 0.001, 0.030), 0.0, "program", True, "other threads .* 39 ms"),
        (HopCost(0.001, "enhance", 0.041, 0.001, 0.004), 0.0, "processor", False, "hardly any processor for 39 ms"),
        (CALM, 0.05, "processor", False, "host took .* 50 ms"),
        (CALM, 0.0, "sink", True, "480 samples of silence"),
    ],
)
def test_the_cause_is_what_the_hop_cost(cost, stolen_s, stage, own, words):
    _, sink, watch = ends()
    assert watch.look(0.0, CALM) is None
    assert watch.look(0.01, cost) is None
    for hop in range(3):  # the device finds out a little later
        assert watch.look(0.02 + hop / 100, CALM) is None
    sink.missed_samples += 480
    dropout = told(watch, 0.05, stolen_s)
    assert (dropout.stage, dropout.own, dropout.time_s) == (stage, own, 0.05)
    assert re.search(words, dropout.detail)
    sink.missed_samples += 480
    assert told(watch, 0.06).stage == "sink"  # what explained one explains no other


def test_what_is_long_past_explains_nothing():
    source, _, watch = ends()
    watch.look(0.0, HopCost(0.02, "enhance", 0.02))
    for hop in range(BEFORE):
        watch.look(0.01 * hop, CALM)
    source.dropped_samples += 480
    dropout = told(watch, 1.0)
    assert (dropout.stage, dropout.own) == ("source", True)


def test_the_sound_servers_own_fault_covers_what_follows_from_it():
    _, sink, watch = ends()
    sink.server_dropouts += 2
    assert watch.look(0.0, CALM).stage == "sound server" and watch.server == 2
    sink.missed_samples += 480
    assert watch.look(EXCUSE_S / 2, CALM).stage == "sound server"
    sink.missed_samples += 480
    assert told(watch, EXCUSE_S + 0.1).stage == "sink"
    sink.server_dropouts += 1
    sink.missed_samples += 480
    late = watch.look(2.0, HopCost(0.02, "beam", 0.02))
    assert (late.stage, late.own) == ("beam", True)  # both at once: our own share is not hidden


def test_a_loss_is_one_dropout_whatever_silence_it_costs():
    source, sink, watch = ends()
    source.lost, source.losses = True, 1
    dropout = watch.look(0.0, CALM)
    assert (dropout.stage, dropout.own, dropout.detail) == ("source", False, "Array was lost")
    for hop in range(20):
        sink.missed_samples += 480
        assert watch.look(0.01 * hop, CALM) is None
    source.lost = False
    sink.missed_samples += 480
    assert watch.look(0.5, CALM) is None
    sink.missed_samples += 480
    assert told(watch, 3.0) is not None


def test_a_sound_server_may_confess_a_little_later():
    _, sink, watch = ends()
    sink.missed_samples += 1808
    assert watch.look(0.0, CALM) is None  # nothing explains it: the server is given a moment
    sink.server_dropouts += 1
    dropout = watch.look(CONFESSION_S / 2, CALM)
    assert (dropout.stage, dropout.own) == ("sound server", False)
    assert watch.look(2 * CONFESSION_S, CALM) is None and watch.look(1.0, CALM) is None


def test_a_device_that_stood_still_and_then_asks_for_everything_at_once_is_the_cause():
    source, sink, watch = ends()
    watch.look(0.0, HopCost(0.001, "enhance", 0.010))  # a hop was held up a little too
    sink.missed_samples, sink.stalled_s = 3360, 0.072
    dropout = told(watch, 0.05)
    assert (dropout.stage, dropout.own) == ("sound server", False)
    assert "asked for nothing for 72 ms, then for all at once; 3360 samples" in dropout.detail
    watch.look(0.5, HopCost(0.001, "enhance", 0.041))  # what held a hop up for longer is the cause
    sink.missed_samples, sink.stalled_s = 2 * 3360, 0.02
    assert told(watch, 0.51).stage == "program"
    watch.look(0.8, HopCost(0.013, "beam", 0.014))  # our own share is not hidden
    source.stalled_s, source.dropped_samples = 0.3, 4800
    assert told(watch, 0.81).stage == "beam"


def test_a_queue_that_is_brought_back_after_an_interruption_has_its_cause():
    _, sink, watch = ends()
    sink.inserted_samples, sink.stalled_s = 0, 0.05
    sink.missed_samples = 1920
    assert told(watch, 0.0).stage == "sound server"
    sink.stalled_s = 0.0
    sink.missed_samples, sink.inserted_samples = 1920 + 2880, 2880
    after = told(watch, 1.7)
    assert (after.stage, after.own, after.time_s) == ("sound server", False, 1.7)
    assert "brought back to its length" in after.detail and "2880" in after.detail
    sink.missed_samples += 480  # silence that no correction explains
    assert told(watch, 2.0).own
    sink.missed_samples, sink.inserted_samples = sink.missed_samples + 960, 3840
    assert told(watch, 9.0).own  # long after


def test_hops_that_are_nearly_late_are_counted_by_what_the_queue_gives_them():
    _, sink, watch = ends()
    for wall_s in (0.002, 0.0079, 0.0081, 0.012):
        watch.look(0.0, HopCost(0.001, "enhance", wall_s))
    assert watch.close_calls == 2
    sink.extra_s = 0.02
    for wall_s in (0.012, 0.023, 0.025):
        watch.look(0.0, HopCost(0.001, "enhance", wall_s))
    assert watch.close_calls == 3


def test_a_standstill_is_one_dropout_whatever_it_costs():
    source, sink, _ = ends()
    found = []
    watch = DropoutWatch(source, sink, SimpleNamespace(look=lambda: found.pop() if found else None))
    watch.look(0.0, CALM)
    sink.missed_samples += 480
    assert watch.look(0.01, CALM) is None  # it waits for an explanation
    found.append(Standstill(3.2, slept=False))
    sink.missed_samples += 144000
    dropout = watch.look(0.02, HopCost(0.001, "enhance", 3.2))
    assert (dropout.stage, dropout.own) == ("computer", False)
    assert dropout.detail == "the whole program was halted for 3.2 s"
    for hop in range(3, 60):  # the queues find their length again
        source.dropped_samples += 480
        assert watch.look(hop / 100, CALM) is None
    sink.missed_samples += 480
    assert told(watch, 3.0).stage == "sink"


def cost_of(work):
    """What `work` costs as a hop, in a thread of its own."""
    found = []

    def run():
        meter = HopMeter()
        meter.begin()
        meter.end("enhance")
        meter.begin()
        work()
        found.append(meter.end("enhance"))
        meter.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def spin(seconds):
    end_s = time.thread_time() + seconds
    while time.thread_time() < end_s:
        pass


def test_computing_is_measured_as_computing():
    """What a machine's host takes away meanwhile the system may count as either: one of several is undisturbed."""
    costs = [cost_of(lambda: spin(0.03)) for _ in range(5)]
    assert all(cost.computing_s >= 0.03 for cost in costs)
    assert any(cost.computing_s < 0.06 and cost.held_s < cost.computing_s for cost in costs)


class Clocks:
    """Those of a thread that computes for 2 ms, and then loses the processor before one of the readings."""

    def __init__(self, lost_before: int):
        self._left = lost_before + 4  # four readings begin a hop
        self.monotonic_s, self.used_s, self.others_s, self.waited_s = 10.0, 1.0, 4.0, 3.0

    def compute(self):
        self.monotonic_s, self.used_s = self.monotonic_s + 0.002, self.used_s + 0.002

    def _read(self):
        if self._left == 0:  # others of the same program have it for half a second
            self.monotonic_s, self.others_s, self.waited_s = 10.502, 4.5, 3.5
        self._left -= 1

    def monotonic(self):
        self._read()
        return self.monotonic_s

    def thread_time(self):
        self._read()
        return self.used_s

    def process_time(self):
        self._read()
        return self.used_s + self.others_s

    def read_s(self):
        self._read()
        return self.waited_s

    def close(self):
        pass


@pytest.mark.parametrize("place", range(4))
def test_a_thread_that_loses_the_processor_while_it_reads_the_clocks_has_waited_for_it(monkeypatch, place):
    clocks = Clocks(place)
    monkeypatch.setattr(dropouts, "time", clocks)
    monkeypatch.setattr(dropouts, "WaitMeter", lambda: clocks)
    meter = HopMeter()
    meter.begin()
    clocks.compute()
    cost = meter.end("enhance")
    assert clocks._left == place - 4  # four end it
    assert cost.held_s < 1e-9 and cost.computing_s == pytest.approx(0.002)


def test_a_thread_that_holds_the_interpreter_is_measured_as_such():
    """One long call into C that never gives the interpreter back."""
    numbers = range(8_000_000)  # nothing that a collection of garbage would have to look at
    begun = threading.Event()

    def hold():
        begun.set()
        sum(numbers)

    def work():
        thread = threading.Thread(target=hold)
        thread.start()
        begun.wait()
        thread.join()

    cost = cost_of(work)
    assert cost.held_s > 0.02 and cost.computing_s < 0.02
    assert cost.others_s > 0.02  # the holder computed for so long, whatever a busy machine made of it


@pytest.mark.skipif(not os.path.exists("/proc/thread-self/schedstat"), reason="the system does not count it")
def test_waiting_for_a_processor_is_measured_as_such():
    """Three programs on one core: ours is ready all the time and runs a third of it. One of several measurements is
    undisturbed by the machine's host."""
    core = min(os.sched_getaffinity(0))
    forever = f"import os\nos.sched_setaffinity(0, [{core}])\nprint(flush=True)\nwhile True: pass"
    others = [subprocess.Popen([sys.executable, "-c", forever], stdout=subprocess.PIPE) for _ in range(2)]
    try:
        for other in others:
            other.stdout.readline()

        def work():
            os.sched_setaffinity(0, {core})  # of this thread
            spin(0.05)

        costs = [cost_of(work) for _ in range(5)]
    finally:
        for other in others:
            other.kill()
            other.communicate()
    assert any(cost.waited_s > 0.02 and cost.waited_s > cost.held_s for cost in costs)


def test_meters_grow_and_close():
    meter = WaitMeter()
    before = meter.read_s()
    spin(0.005)
    assert meter.read_s() >= before
    meter.close()
    meter.close()
    assert meter.read_s() == 0.0
    before_s, by_core_s, after_s = stolen_s(), stolen_by_core_s(), stolen_s()
    ticks_s = 0.01 * (1 + len(by_core_s))  # each is told in whole ticks
    assert before_s - ticks_s <= sum(by_core_s) <= after_s + ticks_s
    assert StolenMeter().look() == 0.0
