"""DeviceSource and DeviceSink against a real sound server (JACK with its dummy driver)."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tests.audio.jack_server import Probe
from workbench.audio.capture import DeviceSource
from workbench.audio.playback import DeviceSink
from workbench.audio.protocols import HOP
from workbench.audio.recovery import RecoveringSink, RecoveringSource
from workbench.audio.server import ask_for_priority
from workbench.audio.specs import DeviceSpec
from workbench.core.errors import DeviceError

pytestmark = pytest.mark.jack

SYSTEM = DeviceSpec("JACK Audio Connection Kit", "system")


PATIENCE_S = 60.0
"""For a machine that has other things to do."""


def until(condition):
    """Wait for what lasts once it has come."""
    limit_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < limit_s, "did not happen in time"
        time.sleep(0.01)


def children() -> set[str]:
    """Processes whose parent is this one."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[1] == str(os.getpid()) and fields[0] != "Z":
                found.add(entry.name)
    return found


class PassThrough:
    """The shortest engine: what comes in goes out, channel by channel, in a thread."""

    def __init__(self, source, sink, stall_s=0.0):
        self.source, self.sink = source, sink
        self.computing_s = 0.0
        self.gaps = self.hops = 0
        self._moved = threading.Condition()
        self.stall_s = stall_s
        self._stop = threading.Event()
        try:
            source.start()
            sink.start()
        except BaseException:
            source.close()
            sink.close()
            raise
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        ask_for_priority()  # as the program's own worker does
        while not self._stop.is_set():
            block = self.source.read(0.1)
            if block is None:
                continue
            begun_s = time.perf_counter()
            self.gaps += block.gap
            stall_s, self.stall_s = self.stall_s, 0.0
            time.sleep(stall_s)
            self.sink.write(block.samples)
            self.computing_s += 0.02 * (time.perf_counter() - begun_s - self.computing_s)
            with self._moved:
                self.hops += 1
                self._moved.notify_all()

    def move(self, hops):
        """Wait until so many more hops have gone through: a while by the device's clock, whatever else goes on."""
        with self._moved:
            wanted = self.hops + hops
            assert self._moved.wait_for(lambda: self.hops >= wanted, PATIENCE_S), f"{self.hops - wanted + hops} hops"

    def soon(self, condition, hops):
        """See that something comes while so many hops go through, whatever they take by another clock."""
        limit = self.hops + hops
        while not condition():
            assert self.hops < limit, f"not within {hops} hops"
            self.move(1)

    def stall(self, seconds):
        """Halt for so long in the next hop, and wait until that is over."""
        self.stall_s = seconds
        self.move(2)

    @property
    def latency_samples(self):
        return self.source.latency_samples + 48000 * self.computing_s + self.sink.latency_samples

    def close(self):
        self._stop.set()
        self._thread.join()
        self.source.close()
        self.sink.close()


def play_through(server, engine, play, seconds, outputs=2):
    probe = Probe(server, play, outputs, seconds)
    ours = probe.ports("PortAudio.*:in_"), probe.ports("PortAudio.*:out_")
    probe.connect(ours[0][: len(play)], ours[1][:outputs])
    engine.move(30)
    probe.begin()
    until(lambda: probe.done)
    probe.close()
    return probe.recorded


def delay_of(play, recorded):
    """Delay at which `play` (n,) stands in `recorded` (m,), by its largest sample."""
    return int(np.abs(recorded).argmax()) - int(np.abs(play).argmax())


def noise(channels=2, samples=48000):
    play = np.random.default_rng(5).uniform(-0.5, 0.5, (channels, samples)).astype(np.float32)
    play[:, 1000] = 0.9
    return play


def through(server, source, sink, play, seconds):
    """What was recorded of what was played, the latency that was reported, and the engine."""
    engine = PassThrough(source, sink)
    try:
        recorded = play_through(server, engine, play, seconds, min(len(play), sink.channels))
        return recorded, engine.latency_samples, engine
    finally:
        engine.close()


def test_round_trip_is_bit_exact_and_as_long_as_reported(jack_server):
    play = noise(samples=24000)
    source = DeviceSource(SYSTEM, variables=jack_server.variables)
    sink = DeviceSink(SYSTEM, 8, variables=jack_server.variables)
    recorded, reported, engine = through(jack_server, source, sink, play, 0.7)
    delay = delay_of(play[0], recorded[0])
    np.testing.assert_array_equal(recorded[:, delay : delay + play.shape[1]], play)
    assert abs(reported - delay) < 48
    assert source.dropped_samples == sink.missed_samples == engine.gaps == 0


def test_any_channels_in_any_order(jack_server):
    source = DeviceSource(DeviceSpec("jack", "system", (5, 2)), variables=jack_server.variables)
    sink = DeviceSink(DeviceSpec("JACK", "system", (7, 3)), 2, variables=jack_server.variables)
    engine = PassThrough(source, sink)
    try:
        assert source.channel_names == ("in 5", "in 2") and sink.channel_names == ("out 7", "out 3")
        play = np.zeros((5, 4800), np.float32)
        play[1, 1000], play[4, 1000] = 0.25, 0.5
        recorded = play_through(jack_server, engine, play, 0.3, outputs=7)
    finally:
        engine.close()
    peaks = np.abs(recorded).max(axis=1)
    np.testing.assert_array_equal(peaks, [0, 0, 0.25, 0, 0, 0, 0.5])


@pytest.mark.server(rate_hz=44100, period=512)
def test_a_device_at_another_rate_is_resampled(jack_server):
    time_s = np.arange(22050) / 44100
    play = (0.5 * np.sin(2 * np.pi * 1000 * time_s) * np.hanning(22050)).astype(np.float32)[None]
    source = DeviceSource(SYSTEM, variables=jack_server.variables)
    sink = DeviceSink(SYSTEM, 1, variables=jack_server.variables)
    recorded, reported, _ = through(jack_server, source, sink, play, 1.0)
    assert source.rate_hz == sink.rate_hz == 44100
    spectrum = np.fft.rfft(recorded[0]) * np.fft.rfft(play[0], recorded.shape[1]).conj()
    delay = int(np.fft.irfft(spectrum).argmax())
    np.testing.assert_allclose(recorded[0, delay : delay + 22050], play[0], atol=2e-3)
    assert abs(reported / 48000 - delay / 44100) < 1e-3


def test_a_stall_is_skipped_and_latency_comes_back(jack_server):
    queue_s = 0.03
    engine = PassThrough(
        DeviceSource(SYSTEM, variables=jack_server.variables),
        DeviceSink(SYSTEM, 2, variables=jack_server.variables),
    )
    source, sink = engine.source, engine.sink
    try:
        engine.move(30)
        before = sink.latency_samples
        engine.stall(0.12)  # less than capture keeps
        expected = (0.12 - queue_s - 0.02) * 48000
        engine.soon(lambda: sink.missed_samples >= expected and abs(sink.latency_samples - before) < 480, 150)
        assert source.dropped_samples == 0
        missed = sink.missed_samples
        engine.stall(0.6)  # more: capture drops, playback has to find its target again
        engine.soon(lambda: source.dropped_samples >= 0.5 * 48000 and engine.gaps >= 1, 20)
        engine.soon(lambda: sink.missed_samples - missed >= (0.6 - queue_s - 0.02) * 48000, 20)
        engine.soon(lambda: sink.corrections >= 1 and abs(sink.latency_samples - before) < 480, 150)
        missed = sink.missed_samples
        engine.move(50)
        assert sink.missed_samples == missed
        assert abs(sink.latency_samples - before) < 480
    finally:
        engine.close()


@pytest.mark.parametrize("end", ["child", "server"])
def test_loss_is_said_and_closing_does_not_hang(jack_server, end):
    source = DeviceSource(SYSTEM, variables=jack_server.variables)
    sink = DeviceSink(SYSTEM, 2, variables=jack_server.variables)
    try:
        source.start()
        sink.start()
        assert source.read(1.0) is not None and not source.lost and not sink.lost
        if end == "child":
            for pid in children() - {str(jack_server.pid)}:
                os.kill(int(pid), signal.SIGKILL)
        else:
            jack_server.kill()
        limit_s = time.monotonic() + PATIENCE_S
        while not (source.lost and sink.lost) and time.monotonic() < limit_s:
            source.read(0.05)
            sink.write(np.zeros((2, HOP), np.float32))
        assert source.lost and "JACK" in source.lost_reason
        assert sink.lost and "JACK" in sink.lost_reason
        for _ in range(1000):  # what had come before is not lost
            if source.read(0.01) is None:
                break
        assert source.read(0.01) is None
    finally:
        source.close()
        sink.close()


def test_a_busy_reader_is_not_a_lost_device(jack_server):
    source = DeviceSource(SYSTEM, variables=jack_server.variables)
    sink = DeviceSink(SYSTEM, 2, variables=jack_server.variables)
    try:
        source.start()
        sink.start()
        time.sleep(1.2)  # it is what the reader does meanwhile that counts: nothing
        assert not source.lost and not sink.lost
        assert source.read(1.0) is not None
        sink.write(np.zeros((2, HOP), np.float32))
        assert not source.lost and not sink.lost
        assert sink.missed_samples == 0  # nothing is missed before the first hop
    finally:
        source.close()
        sink.close()


def test_a_queue_that_grew_at_the_start_comes_back_to_its_target(jack_server):
    source = DeviceSource(SYSTEM, variables=jack_server.variables)
    sink = DeviceSink(SYSTEM, 2, variables=jack_server.variables)
    engine = PassThrough(source, sink, stall_s=0.035)
    try:
        engine.soon(lambda: sink.corrections == 1, 90)
        engine.move(50)
        waiting = sink.latency_samples - sink.device_latency_samples
    finally:
        engine.close()
    assert abs(waiting - 1440) < 240 and sink.corrections == 1


def test_a_lost_device_can_be_opened_again(jack_server):
    source = DeviceSource(SYSTEM, variables=jack_server.variables)
    source.start()
    try:
        first = source.read(1.0)
        for pid in children() - {str(jack_server.pid)}:
            os.kill(int(pid), signal.SIGKILL)
        while source.read(0.5) is not None:
            pass
        assert source.lost
        source.reopen()
        again = source.read(1.0)
        assert not source.lost and again.gap and again.index > first.index
    finally:
        source.close()


def test_the_child_leaves_with_its_parent(jack_server):
    script = (
        "import os, sys\n"
        "from workbench.audio.capture import DeviceSource\n"
        "from workbench.audio.specs import DeviceSpec\n"
        "source = DeviceSource(DeviceSpec('JACK', 'system'))\n"
        "source.start()\n"
        "print(source._stream._process.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **jack_server.variables},
    )
    child = Path("/proc") / parent.stdout.readline().decode().strip()
    assert child.exists()
    parent.kill()
    parent.communicate()

    def gone():
        try:
            return " Z " in (child / "stat").read_text()
        except OSError:
            return True

    until(gone)


def test_nothing_is_left_behind(jack_server):
    def run_once():
        engine = PassThrough(
            DeviceSource(SYSTEM, variables=jack_server.variables),
            DeviceSink(SYSTEM, 2, variables=jack_server.variables),
        )
        engine.close()
        with pytest.raises(DeviceError):
            DeviceSource(DeviceSpec("JACK", "nothing"), variables=jack_server.variables).start()

    run_once()
    descriptors, processes = len(os.listdir("/proc/self/fd")), children()
    for _ in range(3):
        run_once()
    assert len(os.listdir("/proc/self/fd")) == descriptors
    assert children() == processes


@pytest.mark.parametrize(
    ("spec", "options", "said"),
    [
        (DeviceSpec("JACK", "nothing"), {}, "no device of that name.*system"),
        (DeviceSpec("JACK", "system", (9,)), {}, "channel 9 .* has 8 input"),
        (DeviceSpec("JACK", "system"), {"rate_hz": 44100}, "refuses 8 input channels at 44100 Hz .*48000"),
        (DeviceSpec("CoreAudio", "x"), {}, "no host API 'CoreAudio'.*JACK"),
    ],
)
def test_the_cause_of_a_refusal_is_named(jack_server, spec, options, said):
    with pytest.raises(DeviceError, match=said):
        DeviceSource(spec, variables=jack_server.variables, **options).start()


def test_jack_without_a_server_is_explained():
    with pytest.raises(DeviceError, match="JACK is there only while its server runs"):
        DeviceSource(SYSTEM, variables={"JACK_DEFAULT_SERVER": "earshot-no-such-server"}).start()


def test_the_child_loads_nothing_heavy():
    script = (
        "import sys, workbench.__main__, workbench.audio.server, sounddevice\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'numpy', 'scipy', 'PySide6', 'soxr'}))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_killed_server_is_said_and_taken_again_while_hops_go_on(jack_server):
    server = jack_server
    source = RecoveringSource(DeviceSource(SYSTEM, variables=server.variables))
    sink = RecoveringSink(DeviceSink(SYSTEM, 2, variables=server.variables))
    engine = PassThrough(source, sink)
    try:
        engine.move(30)
        server.kill()
        until(lambda: source.lost and sink.lost)
        assert "JACK" in source.lost_reason
        server.start()
        until(lambda: not source.lost and not sink.lost)
        engine.move(50)
        missed = sink.missed_samples
        engine.move(30)
        assert sink.missed_samples - missed < 4800
    finally:
        engine.close()


def test_an_inflated_queue_is_flushed_without_a_click(jack_server):
    """The queue is made longer by hand; after the flush it has its length again, and nothing was silent."""

    source = DeviceSource(SYSTEM, variables=jack_server.variables)
    sink = DeviceSink(SYSTEM, 2, variables=jack_server.variables, own_clock=True)
    engine = PassThrough(source, sink)
    try:
        engine.move(100)
        usual_s = sink.queue_s
        sink._written += 960  # as if the source had sent two hops too many
        engine.move(30)
        assert sink._lasts_s() - usual_s > 0.01
        missed = sink.missed_samples
        sink.flush()
        engine.move(50)
        assert abs(sink._lasts_s() - usual_s) < 0.012
        assert sink.missed_samples - missed < 480
    finally:
        engine.close()


def test_a_device_that_turns_to_digital_silence_is_noticed_and_opened_anew(jack_server):
    """Another program feeds our input: noise first, then the very zeros that a vanished node leaves behind."""
    source = RecoveringSource(DeviceSource(DeviceSpec("JACK", "system", (1,)), variables=jack_server.variables))
    try:
        source.start()
        play = 0.1 * np.random.default_rng(3).standard_normal((1, 24000)).astype(np.float32)
        probe = Probe(jack_server, play, 0, 0.5)
        probe.connect(probe.ports("PortAudio.*:in_")[:1], [])
        probe.begin()

        def listen(condition, limit_s):
            end_s = time.monotonic() + limit_s
            while not condition() and time.monotonic() < end_s:
                source.read(0.1)
            return condition()

        assert not listen(lambda: source.zeros, 0.4)
        assert listen(lambda: source.zeros, 8.0)
        assert not source.lost and source.losses == 0
        probe.close()
        source.reopen_now()
        assert listen(lambda: source.losses == 1 and not source.lost, 10.0)
        assert not source.zeros
    finally:
        source.close()


@pytest.mark.parametrize("rate_hz", [44100, 96000])
def test_a_server_that_comes_back_at_another_rate_is_taken_at_that(jack_server, rate_hz):
    options = {"rate_hz": 48000, "variables": jack_server.variables}
    source, sink = RecoveringSource(DeviceSource(SYSTEM, **options)), RecoveringSink(DeviceSink(SYSTEM, 2, **options))
    engine = PassThrough(source, sink)
    try:
        engine.move(30)
        jack_server.kill()
        until(lambda: source.lost and sink.lost)
        jack_server.start(rate_hz=rate_hz, period=512)
        until(lambda: not source.lost and not sink.lost)
        assert source._end.rate_hz == sink._end.rate_hz == rate_hz
        play = np.zeros((1, rate_hz // 4), np.float32)
        play[0] = 0.5 * np.sin(2 * np.pi * 1000 / rate_hz * np.arange(rate_hz // 4)) * np.hanning(rate_hz // 4)
        recorded = play_through(jack_server, engine, play, 0.6, outputs=1)
        spectrum = np.abs(np.fft.rfft(recorded[0] * np.hanning(len(recorded[0]))))
        assert abs(spectrum.argmax() * rate_hz / len(recorded[0]) - 1000) < 5  # the pitch has stayed
        assert np.abs(recorded).max() > 0.45
    finally:
        engine.close()


def test_two_instances_on_one_device(jack_server):
    """JACK lets both in, each with ports of its own; the second changes nothing for the first."""
    engines = [
        PassThrough(
            DeviceSource(SYSTEM, variables=jack_server.variables),
            DeviceSink(SYSTEM, 2, variables=jack_server.variables),
        )
        for _ in range(2)
    ]
    try:
        for engine in engines:
            engine.move(50)
        assert all(not (engine.source.lost or engine.sink.lost) for engine in engines)
        engines[1].close()
        engines[0].move(30)
        assert not engines[0].source.lost
    finally:
        for engine in engines:
            engine.close()


@pytest.mark.parametrize("who", ["server", "children"])
def test_what_was_suspended_and_resumed_goes_on(jack_server, who):
    """As when a computer sleeps: for a while nobody runs. A longer stop is a loss, a shorter one a few dropouts."""
    source = RecoveringSource(DeviceSource(SYSTEM, variables=jack_server.variables))
    sink = RecoveringSink(DeviceSink(SYSTEM, 2, variables=jack_server.variables))
    engine = PassThrough(source, sink)
    try:
        engine.move(30)
        stopped = [jack_server.pid] if who == "server" else [int(pid) for pid in children() - {str(jack_server.pid)}]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        until(lambda: source.lost and sink.lost)
        for pid in stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        until(lambda: not source.lost and not sink.lost)
        engine.move(50)
    finally:
        engine.close()


@pytest.mark.parametrize("own_clock", [False, True])
def test_a_queue_can_be_made_longer_and_flushed_to_its_shortest(jack_server, own_clock):
    source = DeviceSource(SYSTEM, variables=jack_server.variables)
    sink = DeviceSink(SYSTEM, 2, variables=jack_server.variables, own_clock=own_clock)
    engine = PassThrough(source, sink)
    try:
        engine.move(100)
        sink.flush()  # it may have grown at the start
        engine.move(100)
        usual = sink.latency_samples
        assert sink.lengthen() and sink.lengthen()
        engine.soon(lambda: abs(sink.latency_samples - usual - 960) < 240, 150)
        engine.move(50)
        assert abs(sink.latency_samples - usual - 960) < 240
        assert sink.extra_s == pytest.approx(0.02)
        missed = sink.missed_samples
        engine.move(50)
        assert sink.missed_samples == missed
        sink.flush()
        engine.soon(lambda: abs(sink.latency_samples - usual) < 240, 150)
        engine.move(50)
        assert abs(sink.latency_samples - usual) < 240 and sink.extra_s == 0
        while sink.lengthen():
            pass
        assert sink.extra_s == pytest.approx(0.05)
    finally:
        engine.close()
