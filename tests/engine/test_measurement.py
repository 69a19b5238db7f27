"""Impulse responses through a loop: in memory, and through a real-time JACK server with a filter in it."""

import json
import os
import threading

import numpy as np
import pytest
import soundfile

from workbench.audio.server import ask_for_priority
from workbench.core.errors import DeviceError, EarshotError
from workbench.core.messages import Block
from workbench.dsp.bands import HOP
from workbench.engine.measurement import MeasurementPlan, measure

PLAN = MeasurementPlan(sweep_s=0.5, level_dbfs=-12.0, length_s=0.05, delay_s=0.3)


def _known(outputs, inputs, samples=900, seed=0):
    rng = np.random.default_rng(seed)
    return 0.1 * rng.standard_normal((outputs, inputs, samples)) * np.exp(-np.arange(samples) / 120)


class Loop:
    """A sink whose sound comes back through known responses, `delay` samples later; it is the source as well."""

    live = True
    dropped_samples = missed_samples = server_dropouts = 0
    finished = lost = False
    name = "Loop"

    def __init__(self, known, delay=960, gain=1.0, noise=1e-5):
        self.channels, inputs, taps = known.shape
        self.channel_names = tuple(f"microphone {number + 1}" for number in range(inputs))
        self._known = known * gain
        self._queue = [np.zeros((inputs, HOP), np.float32)] * (delay // HOP)
        self._past = np.zeros((self.channels, taps - 1))
        self._rng, self._noise = np.random.default_rng(1), noise
        self.closed = 0
        self.reads = 0

    def start(self):
        pass

    def close(self):
        self.closed += 1

    def read(self, timeout_s):
        self.reads += 1
        sound = self._queue.pop(0) if self._queue else np.zeros((len(self.channel_names), HOP), np.float32)
        sound = sound + self._noise * self._rng.standard_normal(sound.shape)
        return Block(sound.clip(-1, 1).astype(np.float32), 0, 0.0)

    def write(self, x):
        line = np.concatenate([self._past, x], axis=1)
        self._past = line[:, HOP:]
        heard = [
            sum(np.convolve(line[o], self._known[o, i], "valid") for o in range(self.channels))
            for i in range(len(self.channel_names))
        ]
        self._queue.append(np.array(heard, dtype=np.float32))


def _error_db(found, known):
    """Error of the found response against the known one, both with their own common time zero."""
    size = 2 * max(found.shape[-1], known.shape[-1])
    a, b = np.fft.rfft(found, size), np.fft.rfft(known, size)
    shift = int(np.fft.irfft((a * b.conj()).sum(axis=(0, 1)), size).argmax())
    moved = np.roll(np.pad(known, [(0, 0), (0, 0), (0, size - known.shape[-1])]), shift, axis=-1)
    found = np.pad(found, [(0, 0), (0, 0), (0, size - found.shape[-1])])
    return 10 * np.log10(np.sum((found - moved) ** 2) / np.sum(moved**2))


def test_known_responses_come_back():
    known = _known(3, 2)
    loop = Loop(known)
    found = measure(loop, loop, 3, PLAN, ["a", "b", "c"])
    assert loop.closed == 2
    assert found.impulse.shape == (3, 2, 2400)
    assert _error_db(found.impulse, known) < -60
    assert found.delay_samples == pytest.approx(960, abs=3)
    assert found.snr_db.min() > 40


def test_a_clipped_input_is_told():
    with pytest.raises(EarshotError, match="microphone 2: clipped while a played"):
        measure(*[Loop(_known(1, 2) * [[[0.01], [30.0]]])] * 2, 1, PLAN, ["a"])


def test_a_dead_connection_is_told():
    known = _known(2, 2)
    known[1, 0] = 0
    with pytest.raises(EarshotError, match="microphone 1 hardly hears b"):
        measure(*[Loop(known)] * 2, 2, PLAN, ["a", "b"])


def test_an_interrupted_sweep_is_played_again():
    loop = Loop(_known(1, 1))
    read = loop.read

    def once_lost(timeout_s):
        loop.dropped_samples = int(loop.reads > 80)
        return read(timeout_s)

    loop.read = once_lost
    said = []
    assert measure(loop, loop, 1, PLAN, ["a"], said.append).attempts == 2
    assert any("once more" in text for text in said)


def test_a_loop_that_always_loses_samples_gives_up():
    loop = Loop(_known(1, 1))
    read = loop.read

    def always_lost(timeout_s):
        loop.dropped_samples += 1
        return read(timeout_s)

    loop.read = always_lost
    with pytest.raises(DeviceError, match="lost samples"):
        measure(loop, loop, 1, PLAN, ["a"])
    assert loop.closed == 2


class Filter:
    """A JACK client that is the room: our outputs through known responses into our inputs."""

    def __init__(self, server, known):
        import jack

        self._client = jack.Client("room", servername=server.name, no_start_server=True)
        server.track(self)
        outputs, inputs, taps = known.shape
        self._size = 4096
        self._spectra = np.fft.rfft(known, self._size)
        self._past = np.zeros((outputs, taps - 1))
        self._ins = [self._client.inports.register(f"in_{number}") for number in range(outputs)]
        self._outs = [self._client.outports.register(f"out_{number}") for number in range(inputs)]
        self._client.set_process_callback(self._process)
        self._client.activate()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._connect)
        self._thread.start()

    def _process(self, samples):
        ask_for_priority()
        x = np.stack([port.get_array() for port in self._ins])
        line = np.concatenate([self._past, x], axis=1)
        self._past = line[:, samples:]
        heard = np.einsum("oif,of->if", self._spectra, np.fft.rfft(line, self._size))
        heard = np.fft.irfft(heard, self._size)[:, self._past.shape[1] : self._past.shape[1] + samples]
        for port, row in zip(self._outs, heard):
            port.get_array()[:] = row

    def _connect(self):
        """Connect the program's ports to ours as they appear."""
        done = set()
        while not self._ended.wait(0.02):
            try:
                theirs = {
                    kind: [port.name for port in self._client.get_ports(f"PortAudio.*:{kind}_")]
                    for kind in ("in", "out")
                }
            except Exception:  # a port went while it was looked at
                continue
            pairs = [*zip(theirs["out"], (port.name for port in self._ins))]
            pairs += zip((port.name for port in self._outs), theirs["in"])
            done.intersection_update(pairs)  # a sweep that is played once more has ports of the same names
            for pair in pairs:
                if pair not in done:
                    try:
                        self._client.connect(*pair)
                        done.add(pair)
                    except Exception:
                        pass  # the port went while it was looked at

    def close(self):
        """Leave the graph; may be called twice."""
        if not self._ended.is_set():
            self._ended.set()
            self._thread.join()
            self._client.deactivate()
            self._client.close()


@pytest.mark.jack
@pytest.mark.server(inputs=2, outputs=2, period=2048)
def test_the_command_measures_through_a_sound_server(jack_server, tmp_path, capsys, monkeypatch):
    """The dummy server has no sound of its own: a client with known responses stands for room and loudspeakers."""
    from workbench.cli import main

    monkeypatch.setitem(os.environ, "JACK_DEFAULT_SERVER", jack_server.name)
    known = _known(2, 2, samples=600)
    room = Filter(jack_server, known)
    try:
        device = "device:JACK Audio Connection Kit/system"
        arguments = ["--sink", device, "--source", device, "--layout", "pair-100mm", "--out", str(tmp_path / "found")]
        code = main(["measure", *arguments, "--sweep", "1", "--length", "0.05"])
        said = capsys.readouterr().err
        assert code == 0, said
    finally:
        room.close()
    files = sorted((tmp_path / "found").glob("*.wav"))
    assert [file.name for file in files] == ["01_left.wav", "02_right.wav"]
    found = np.stack([soundfile.read(file)[0].T for file in files])
    assert _error_db(found, known) < -60
    report = json.loads((tmp_path / "found" / "measurement.json").read_text())
    assert report["drivers"] == ["left", "right"] and len(report["microphones"]) == 2
    assert (tmp_path / "found" / "response.svg").is_file()
