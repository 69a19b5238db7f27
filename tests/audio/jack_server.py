"""A private JACK server with the dummy driver: a real-time device without hardware, and a client at its ports.

What may go wrong on a busy machine is taken care of here, so that a test only says what it wants to see: a server
ends with its owner whatever becomes of that, a name is free again only when its process is gone, a start counts only
when the process that answers is ours and has the ports that were asked for.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
import weakref
from pathlib import Path

import numpy as np
import pytest

from workbench.audio.server import ask_for_priority

NAMES = 4
"""JACK remembers eight servers, the dead ones too until one of the same name starts: a few names are used again."""

START_S, START_ATTEMPTS = 6.0, 4
STOP_S = 1.5
TURN_S = 1200.0
"""Another run of the tests may be at work on the same machine: one does not wait for it for ever. Each turn may take
as long as a test may."""


def lock_path(what: str) -> Path:
    """A lock file for all test runs of this user on this machine: where JACK itself keeps what servers share, wherever
    a run has its temporary files."""
    shared = Path("/dev/shm")
    return (shared if shared.is_dir() else Path(tempfile.gettempdir())) / f"earshot-jack-{os.getuid()}-{what}.lock"


def _try_lock(path: Path):
    """The open file that holds the lock, or None."""
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


@contextlib.contextmanager
def turn():
    """One real-time test at a time, whatever the processes are that tests are dealt out to."""
    file, limit_s = None, time.monotonic() + TURN_S
    while file is None and time.monotonic() < limit_s:
        file = _try_lock(lock_path("turn"))
        if file is None:
            time.sleep(0.05)
    try:
        yield
    finally:
        if file is not None:
            file.close()


def _reserve_name():
    """A server name that no other test run uses now, and the open lock file that keeps it ours."""
    while True:
        for number in range(NAMES):
            lock = _try_lock(lock_path(str(number)))
            if lock is not None:
                name = f"earshot-test-{number}"
                _end_orphans(name)
                return name, lock
        time.sleep(0.1)


def _end_orphans(name: str) -> None:
    """End a server of this name that outlived its test run: the name is ours now."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if words[:1] == [b"jackd"] and name.encode() in words:
                os.kill(int(entry.name), signal.SIGKILL)
                while (entry / "cmdline").exists() and (entry / "cmdline").read_bytes():
                    time.sleep(0.01)


def _listens(pid: int, name: str) -> bool:
    """Whether the process holds the socket at which clients ask the server of this name."""
    ending = f"/jack_{name}_{os.getuid()}_0"
    try:
        lines = Path("/proc/net/unix").read_text().splitlines()
        inodes = {fields[6] for fields in map(str.split, lines) if fields[-1].endswith(ending)}
        held = {os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    except OSError:
        return False
    return any(f"socket:[{inode}]" in held for inode in inodes)


def _end(processes: list[subprocess.Popen], lock) -> None:
    """End the server, then free its name: never the other way round."""
    while processes:
        process = processes.pop()
        process.kill()
        process.wait()
    lock.close()


class JackServer:
    """`jackd -d dummy` under a name of its own. Pass `variables` to what shall find it.

    realtime : with real-time priority where that is allowed, as sound servers have it everywhere.
    """

    def __init__(self, rate_hz: int = 48000, period: int = 480, inputs: int = 8, outputs: int = 8, realtime=True):
        if shutil.which("jackd") is None:
            pytest.skip("jackd is not installed")
        self.name, lock = _reserve_name()
        self.rate_hz, self.period, self.inputs, self.outputs = rate_hz, period, inputs, outputs
        self.variables = {"JACK_DEFAULT_SERVER": self.name}
        # Said to the server itself: its threads do not inherit what it was started with.
        allowed = realtime and subprocess.run(["chrt", "-r", "20", "true"], capture_output=True).returncode == 0
        self._priority = ["-R", "-P", "20"] if allowed else ["-r"]
        self._processes: list[subprocess.Popen] = []
        self._clients: weakref.WeakSet = weakref.WeakSet()
        self._finalizer = weakref.finalize(self, _end, self._processes, lock)
        self.start()

    def _command(self) -> list[str]:
        # It dies with the thread that started it, should that be killed.
        setpriv = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        driver = ["-d", "dummy", "-r", str(self.rate_hz), "-p", str(self.period)]
        ports = ["-C", str(self.inputs), "-P", str(self.outputs)]
        return [*setpriv, "jackd", "-n", self.name, *self._priority, "--no-mlock", *driver, *ports]

    def start(self, rate_hz: int | None = None, period: int | None = None) -> None:
        """Start it (again, after `kill`), perhaps at another rate; returns when it is up and surely ours."""
        self.rate_hz, self.period = rate_hz or self.rate_hz, period or self.period
        for _ in range(START_ATTEMPTS):
            quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            self._processes.append(subprocess.Popen(self._command(), **quiet))
            if self._comes_up():
                return
            self.kill()
        self.stop()
        pytest.fail(f"jackd did not come up ({START_ATTEMPTS} times)")

    @property
    def pid(self) -> int:
        """Process of the server."""
        return self._processes[-1].pid

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return bool(self._processes) and self._processes[-1].poll() is None

    def ports(self) -> list[str]:
        """Names of all ports; empty while it does not answer."""
        listing = ["jack_lsp", "-s", self.name]
        try:
            found = subprocess.run(
                listing, capture_output=True, text=True, timeout=START_S, env={**os.environ, **self.variables}
            )
        except subprocess.TimeoutExpired:
            return []
        return found.stdout.split("\n") if found.returncode == 0 else []

    def _comes_up(self) -> bool:
        limit_s = time.monotonic() + START_S
        while self.running and time.monotonic() < limit_s:
            if _listens(self.pid, self.name):
                ports = self.ports()
                counts = [sum(port.startswith(f"system:{kind}_") for port in ports) for kind in ("capture", "playback")]
                if counts == [self.inputs, self.outputs] and self.running:
                    return True
            time.sleep(0.03)
        return False

    def kill(self) -> None:
        """The server dies without a word."""
        while self._processes:
            process = self._processes.pop()
            process.kill()
            process.wait()

    def signal(self, number: int) -> None:
        """Send its process a signal, such as SIGSTOP."""
        os.kill(self.pid, number)

    def restart(self) -> None:
        """A fresh server of the same name."""
        self._leave()
        self.kill()
        self.start()

    def track(self, client) -> None:
        """A client in this process: closed before the server goes, which else takes the process with it."""
        self._clients.add(client)

    def _leave(self) -> None:
        for client in list(self._clients):
            with contextlib.suppress(Exception):
                client.close()
        self._clients = weakref.WeakSet()

    def stop(self) -> None:
        """End it and free its name; may be called after `kill`, and twice."""
        self._leave()
        if self.running:
            process = self._processes[-1]
            process.send_signal(signal.SIGCONT)
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_S)
        self._finalizer()


class Probe:
    """A JACK client that plays given samples into some of our inputs and records some of our outputs.

    play : (channels, n) float32, sent from the first cycle after `begin` on.
    seconds : length of the recording that begins with the same cycle.
    """

    def __init__(self, server: JackServer, play: np.ndarray, record_channels: int, seconds: float):
        import jack

        self._client = jack.Client("probe", servername=server.name, no_start_server=True)
        server.track(self)
        self._play = play
        self._position = -1
        self.recorded = np.zeros((record_channels, int(seconds * self._client.samplerate)), np.float32)
        self._outs = [self._client.outports.register(f"out_{number}") for number in range(len(play))]
        self._ins = [self._client.inports.register(f"in_{number}") for number in range(record_channels)]
        self._client.set_process_callback(self._process)
        self._client.activate()

    def _process(self, samples: int) -> None:
        ask_for_priority()
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
        """Leave the graph; may be called twice."""
        client, self._client = self._client, None
        if client is not None:
            client.deactivate()
            client.close()


def undisturbed(check, attempts=4, renew=lambda: None):
    """Run `check` until it passes, with `renew` between the attempts.

    On a busy machine the JACK server skips cycles or misses a new client, and it does not always say so. What is
    wrong in our own code is wrong every time. A test that has used up its time is not begun again.
    """
    for attempt in range(attempts):
        try:
            return check()
        except (Exception, pytest.fail.Exception) as error:
            if attempt == attempts - 1 or str(error).startswith("Timeout"):
                raise
        renew()
