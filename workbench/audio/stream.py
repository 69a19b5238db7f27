"""The parent's end of one stream of the audio process: start it, talk to it, end it whatever state it is in."""

from __future__ import annotations

import contextlib
import json
import math
import os
import select
import socket
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

from workbench.audio import ring as rings
from workbench.audio.protocols import RATE_HZ
from workbench.core.errors import DeviceError, DeviceUnavailable

OPEN_TIMEOUT_S = 6.0
CLOSE_TIMEOUT_S = 1.0
LOST_S = 0.5
LOST_BLOCKS = 4
"""A device whose callback says nothing for this long, and for this many of its blocks, is lost."""

STALL_S, STALL_BLOCKS = 0.005, 1.5
"""A callback that comes later after the one before than this, beyond so many blocks: the device stood still. It is told
for `STALL_TOLD_S`."""
STALL_TOLD_S = 0.5

STDERR_TAIL = 400
CLOCK_MESSAGES = 32
CLOCK_AGREE = 3


def program() -> list[str]:
    """Command line that starts this program, frozen or from a checkout."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "workbench"]


def command(*arguments: str) -> list[str]:
    """Command line that starts this program as an audio server."""
    return [*program(), "--audio-server", *arguments]


def environment(changes: dict[str, str] | None = None) -> dict[str, str]:
    """Environment of a child: ours with `changes`, and this package importable from wherever we run."""
    variables = {**os.environ, **(changes or {})}
    if not getattr(sys, "frozen", False):
        package_parent = str(Path(__file__).resolve().parents[2])
        variables["PYTHONPATH"] = os.pathsep.join(filter(None, (package_parent, variables.get("PYTHONPATH"))))
    return variables


class StreamClock:
    """When sample i of a stream met the device's callback, from the messages of its callbacks.

    A callback may run late, never early: the earliest of the last callbacks, relative to the sample count, is the
    best estimate of the device's own pace. When several callbacks in a row are late by more than half a block, the
    device has left out samples, and what was earlier no longer counts.
    """

    def __init__(self, rate_hz: int):
        self.rate_hz = rate_hz
        self._offsets_s: deque[float] = deque(maxlen=CLOCK_MESSAGES)

    def update(self, message: rings.Message) -> None:
        """Take in one callback's message."""
        offsets_s = self._offsets_s
        offsets_s.append(message.time_s - (message.index - message.block) / self.rate_hz)
        newest_s = list(offsets_s)[-CLOCK_AGREE:]
        if len(newest_s) == CLOCK_AGREE and min(newest_s) - min(offsets_s) > 0.5 * message.block / self.rate_hz:
            offsets_s.clear()
            offsets_s.extend(newest_s)

    def time_s(self, index: float) -> float:
        """`time.perf_counter` at which the callback that held sample `index` would have held it as its first."""
        return min(self._offsets_s) + index / self.rate_hz


class StreamProcess:
    """One running PortAudio stream in a child process.

    Parameters
    ----------
    direction : "input" or "output"
    hostapi, name : str
        The device; never an index, which goes stale. Empty stands for the default.
    channels : int or None
        Channels to open, from the first on; None = all that the device has.
    block : int
        Samples per callback; 0 = the device's own.
    rate_hz : int or None
        None = 48 kHz or, if the device refuses, its own rate.
    latency : "low", "high" or seconds
    variables : dict
        Changes to the child's environment, such as JACK_DEFAULT_SERVER.
    open_timeout_s : float
        How long the device may take to open, and again until its first block comes.

    Attributes
    ----------
    rate_hz, channels, available : int
        What was opened, and how many channels the device has in this direction.
    last : Message or None
        The newest message of the device's callback.
    xruns, missed : int

    Raises
    ------
    DeviceUnavailable
        The device is missing, refuses the request, or nothing comes of it in time.
    DeviceError
        The audio process cannot be started.
    """

    def __init__(
        self,
        direction: str,
        hostapi: str,
        name: str,
        channels: int,
        *,
        at_most: bool = False,
        block: int = 0,
        rate_hz: int | None = None,
        latency: str | float = "low",
        capacity: int = 2 * RATE_HZ,
        variables: dict[str, str] | None = None,
        open_timeout_s: float = OPEN_TIMEOUT_S,
    ):
        self._open_timeout_s = open_timeout_s
        self._direction = direction
        self.label = f"device:{hostapi}/{name}" if name else f"the default {direction} device"
        self.last: rings.Message | None = None
        self._heard_s = time.perf_counter()
        self._said = ""
        self._newest: rings.Message | None = None
        self._stall = (-math.inf, 0.0)
        memory = rings.create_memory(capacity * channels * rings.FLOAT_BYTES)
        control, child_control = socket.socketpair()
        link, child_link = rings.create_link()
        stderr_read, stderr_write = os.pipe()
        # Nobody reads stderr unless something fails. Non-blocking, it holds what fits the pipe and the rest is
        # dropped: a sound library that prints without end neither blocks nor costs us anything.
        os.set_blocking(stderr_write, False)
        os.set_blocking(stderr_read, False)
        inherited = (child_control.fileno(), child_link.fileno(), memory)
        try:
            self._process = subprocess.Popen(
                command("stream", *map(str, inherited)),
                stdin=subprocess.DEVNULL,
                stdout=stderr_write,
                stderr=stderr_write,
                pass_fds=inherited,
                env=environment(variables),
            )
        except OSError as error:
            os.close(memory)
            os.close(stderr_read)
            control.close()
            link.close()
            raise DeviceError(f"the audio process cannot be started ({error.strerror})") from error
        finally:
            os.close(stderr_write)
            child_control.close()
            child_link.close()
        self._control, self._stderr = control, stderr_read
        self.link = rings.Link(link)
        self.ring: rings.Ring | None = None
        request = {
            "direction": direction,
            "hostapi": hostapi,
            "name": name,
            "channels": channels,
            "at_most": at_most,
            "capacity": capacity,
            "block": block,
            "rate_hz": rate_hz,
            "latency": latency,
        }
        try:
            self._control.sendall(json.dumps(request).encode() + b"\n")
            opened = self._await_opening()
            self.channels = int(opened["channels"])
            self.rate_hz = int(opened["rate_hz"])
            self.available = int(opened["available"])
            self.clock = StreamClock(self.rate_hz)
            memory, self.ring = None, rings.Ring(memory, self.channels, capacity)
            self._await_first_block()
        except BaseException:
            if memory is not None:
                os.close(memory)
            self.close()
            raise

    def _await_opening(self) -> dict:
        """The child's answer: opened, or the reason why not."""
        received = b""
        deadline_s = time.perf_counter() + self._open_timeout_s
        while not received.endswith(b"\n"):
            left_s = deadline_s - time.perf_counter()
            if left_s <= 0 or not select.select([self._control], [], [], left_s)[0]:
                raise self._unavailable(f"does not answer (waited {self._open_timeout_s:g} s){self._stderr_tail()}")
            data = self._control.recv(65536)
            if not data:
                raise self._unavailable(f"the audio process ended while opening it{self._stderr_tail()}")
            received += data
        event = json.loads(received)
        if event["event"] != "opened":
            raise self._unavailable(event["text"], event["cause"])
        return event

    def _await_first_block(self) -> None:
        deadline_s = time.perf_counter() + self._open_timeout_s
        while self.last is None:
            if not self.wait(deadline_s - time.perf_counter()):
                raise self._unavailable(f"opened, but no sound comes from it{self._stderr_tail()}")
            self.update()

    def _unavailable(self, text: str, cause: str = "silent") -> DeviceUnavailable:
        return DeviceUnavailable(f"{self.label}: {text}", self._direction, cause)

    def _stderr_tail(self) -> str:
        """What the child said last, for an error's text."""
        try:
            said = os.read(self._stderr, 1 << 16).decode(errors="replace").strip()
        except BlockingIOError:
            said = ""
        return f"; it said: {said[-STDERR_TAIL:]}" if said else ""

    @property
    def xruns(self) -> int:
        """Overflows or underflows that the sound server reported."""
        return self.last.xruns if self.last else 0

    @property
    def missed(self) -> int:
        """Samples of silence played because nothing was there (playback)."""
        return self.last.missed if self.last else 0

    @property
    def silent_s(self) -> float:
        """Time since something was heard of the device; 0 while messages wait that nobody has read yet.

        Not since its last callback: where nobody read for long, the link was full, and the newest message in it is old.
        """
        if self.wait(0.0):
            return 0.0
        return time.perf_counter() - self._heard_s

    def ended(self) -> bool:
        """The child has ended by itself, or somebody ended it."""
        return self.link.closed or self._process.poll() is not None

    @property
    def lost_reason(self) -> str:
        """Why the stream counts as lost; empty while it does not."""
        if self.ended():
            return f"{self.label}: {self._farewell() or 'the audio process has ended'}"
        if self.silent_s > max(LOST_S, LOST_BLOCKS * self.last.block / self.rate_hz):
            return f"{self.label}: the device has stopped"
        return ""

    def _farewell(self) -> str:
        """Why the child ended, if it said so; read once, and kept."""
        if not self._said and self._control.fileno() >= 0:
            with contextlib.suppress(OSError, ValueError):
                said = self._control.recv(65536, socket.MSG_DONTWAIT)
                self._said = json.loads(said).get("text", "") if said else ""
        return self._said

    def send(self, index: int) -> None:
        """Tell the player how many samples are written."""
        self.link.send(rings.Message(index))

    def wait(self, timeout_s: float) -> bool:
        """Wait for a message; True also when the child has gone, which `update` then finds."""
        if self.link.closed or self.link.fileno() < 0:
            return False
        return bool(select.select([self.link], [], [], max(timeout_s, 0.0))[0])

    def update(self) -> bool:
        """Take in the messages that have come; True when there were any. Never waits."""
        messages = self.link.messages()
        for message in messages:
            self.clock.update(message)
            self._note_stall(message)
            self._newest = message
        if messages:
            self.last, self._heard_s = messages[-1], time.perf_counter()
        return bool(messages)

    def _note_stall(self, message: rings.Message) -> None:
        """Two callbacks with none left out in between, and too much time. Each takes its own time: how late we read of
        it does not matter."""
        before = self._newest
        if before is None or message.index - before.index != message.block:
            return
        gap_s = message.time_s - before.time_s
        if gap_s > STALL_S + STALL_BLOCKS * message.block / self.rate_hz:
            self._stall = (message.time_s, gap_s)

    @property
    def stalled_s(self) -> float:
        """For how long the device, or who calls us for it, asked for nothing just now; 0 if it always did in time."""
        ended_s, gap_s = self._stall
        return gap_s if time.perf_counter() - ended_s < STALL_TOLD_S else 0.0

    def close(self) -> None:
        """End the child, kindly if it listens; may be called twice. Never takes longer than `CLOSE_TIMEOUT_S`."""
        self._control.close()
        self.link.close()
        if self._process.returncode is None:
            try:
                self._process.wait(CLOSE_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._stderr >= 0:
            os.close(self._stderr)
            self._stderr = -1
        if self.ring is not None:
            self.ring.close()
