"""A private JACK server with the dummy driver: a real-time device without hardware, and a client at its ports."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from workbench.core.errors import DeviceError

NAMES = 4
"""JACK remembers eight servers, the dead ones too until one of the same name starts: a few names are used again."""


def _reserve_name():
    """A server name that no other test run uses now, and the open lock file that keeps it ours."""
    while True:
        for number in range(NAMES):
            lock = (Path(tempfile.gettempdir()) / f"earshot-jack-{number}.lock").open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                continue
            return f"earshot-test-{number}", lock
        time.sleep(0.1)


class JackServer:
    """`jackd -d dummy` under a name of its own. Pass `variables` to what shall find it.

    realtime : with real-time priority where that is allowed; what measures dropouts needs it on a busy machine.
    """

    def __init__(self, rate_hz: int = 48000, period: int = 480, inputs: int = 8, outputs: int = 8, realtime=False):
        if shutil.which("jackd") is None:
            pytest.skip("jackd is not installed")
        self.name, self._lock = _reserve_name()
        self.period = period
        self.variables = {"JACK_DEFAULT_SERVER": self.name}
        arguments = ("-r", "--no-mlock", "-d", "dummy", "-r", str(rate_hz), "-p", str(period))
        first = ["chrt", "-r", "20"]
        allowed = realtime and subprocess.run([*first, "true"], capture_output=True).returncode == 0
        self._command = [
            *(first if allowed else ()),
            "jackd",
            "-n",
            self.name,
            *arguments,
            "-C",
            str(inputs),
            "-P",
            str(outputs),
        ]
        self.start()

    def start(self) -> None:
        """Start it (again, after `kill`); returns when it is up."""
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._await()

    @property
    def pid(self) -> int:
        """Process of the server."""
        return self._process.pid

    def _await(self) -> None:
        for _ in range(100):
            listing = ["jack_lsp", "-s", self.name]
            found = subprocess.run(listing, capture_output=True, text=True, env={**os.environ, **self.variables})
            if found.returncode == 0 and "system:" in found.stdout:
                return
            time.sleep(0.05)
        self.stop()
        pytest.fail("jackd did not come up")

    def kill(self) -> None:
        """The server dies without a word."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it; may be called after `kill`."""
        self._process.terminate()
        try:
            self._process.wait(1.5)
        except subprocess.TimeoutExpired:
            self.kill()
        self._lock.close()


class Probe:
    """A JACK client that plays given samples into some of our inputs and records some of our outputs.

    play : (channels, n) float32, sent from the first cycle after `begin` on.
    seconds : length of the recording that begins with the same cycle.
    """

    def __init__(self, server: JackServer, play: np.ndarray, record_channels: int, seconds: float):
        import jack

        self._client = jack.Client("probe", servername=server.name, no_start_server=True)
        self._play = play
        self._position = -1
        self.recorded = np.zeros((record_channels, int(seconds * self._client.samplerate)), np.float32)
        self._outs = [self._client.outports.register(f"out_{number}") for number in range(len(play))]
        self._ins = [self._client.inports.register(f"in_{number}") for number in range(record_channels)]
        self._client.set_process_callback(self._process)
        self._client.activate()

    def _process(self, samples: int) -> None:
        position = self._position
        for port, row in zip(self._outs, self._play):
            data = port.get_array()
            data[:] = 0
            if position >= 0:
                part = row[position : position + samples]
                data[: len(part)] = part
        if 0 <= position < self.recorded.shape[1]:
            for port, row in zip(self._ins, self.recorded):
                part = row[position : position + samples]
                part[:] = port.get_array()[: len(part)]
        if position >= 0:
            self._position += samples

    def connect(self, input_ports: list[str], output_ports: list[str]) -> None:
        """Our input ports are fed by the probe, our output ports heard by it."""
        for port, name in zip(self._outs, input_ports):
            self._client.connect(port, name)
        for port, name in zip(self._ins, output_ports):
            self._client.connect(name, port)

    def ports(self, pattern: str) -> list[str]:
        """Names of the server's ports that match."""
        return [port.name for port in self._client.get_ports(pattern)]

    def begin(self) -> None:
        """Play and record from the next cycle on."""
        self._position = 0

    @property
    def done(self) -> bool:
        """The recording is full."""
        return self._position >= self.recorded.shape[1]

    def close(self) -> None:
        """Leave the graph."""
        self._client.deactivate()
        self._client.close()


def undisturbed(check, attempts=4):
    """Run `check` until it passes.

    Without real-time priority a busy machine makes the JACK server skip cycles or miss a new client, and it does
    not always say so. What is wrong in our own code is wrong every time.
    """
    for attempt in range(attempts):
        try:
            return check()
        except (AssertionError, DeviceError):
            if attempt == attempts - 1:
                raise
