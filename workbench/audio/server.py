"""The audio process: PortAudio lives here, away from the window and from every other stream.

One child process per stream, started as the program itself with ``--audio-server`` (see `workbench.__main__`), so
that it works frozen, starts fast, may have its own environment, and can be killed: when a JACK or PipeWire server
dies, PortAudio's callbacks just stop and its stop and close calls never return.

A device that goes while its server runs on is told as well, where callbacks would not show it (JACK, PipeWire).

``--audio-server list`` prints the devices as JSON. ``--audio-server stream CONTROL LINK MEMORY`` serves one stream;
the three numbers are inherited descriptors: a stream socket over which the request (one JSON line) comes and events
(JSON lines) go, the message link and the memory of the ring. When the parent's end of the control socket closes, for
whatever reason, the child leaves, even if PortAudio hangs.

The callback only copies and counts. Playback follows the device's clock: what comes too late is skipped, not played
later, so that latency stays constant; what is missing is silence, and counted.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from workbench.audio.jack_ports import JackPorts
from workbench.audio.ring import Link, Message, Ring

GRACE_S = 0.4
"""How long PortAudio may take to stop before the process leaves without it."""

LOOK_S = 0.25
"""How often the sound server is asked for latencies, and whether the device is still there."""
INVALID_SAMPLE_RATE, INVALID_CHANNELS = -9997, -9998
PREFERRED_RATE_HZ = 48000


T = TypeVar("T")

OWN_JACK_CLIENTS = ("PortAudio", "earshot")
"""To PortAudio every other client of a JACK server is a device: our own streams come and go as such."""

COMING_UP_S = 1.0
"""A JACK server that is just starting, or very busy, may not answer the first time: it is asked again for so long."""
ASK_AGAIN_S = 0.1


class Refusal(Exception):
    """The request cannot be served; the text says why.

    cause : "missing", "rate", "channels" or "busy".
    passing : it may well be different in a moment, because a sound server is just coming up.
    """

    def __init__(self, text: str, cause: str = "missing", passing: bool = False):
        super().__init__(text)
        self.cause, self.passing = cause, passing


def main(argv: list[str]) -> int:
    """Serve `list` or `stream`; the rest of the command line is internal."""
    if argv[:1] == ["list"]:
        print(json.dumps(list_devices()), flush=True)
        return 0
    if argv[:1] == ["stream"] and len(argv) == 4:
        serve(*map(int, argv[1:]))
    print("--audio-server is for the program's own use", file=sys.stderr)
    return 2


def list_devices() -> dict:
    """``{"devices": [...], "hostapis": [...], "portaudio": version}``, or ``{"error": text}``."""
    try:
        import sounddevice
    except OSError as error:
        return {"error": f"the PortAudio library cannot be loaded ({error})"}
    hostapis = sounddevice.query_hostapis()
    devices = []
    for device in sounddevice.query_devices():
        hostapi = hostapis[device["hostapi"]]
        if "JACK" in hostapi["name"] and device["name"].startswith(OWN_JACK_CLIENTS):
            continue
        devices.append(
            {
                "index": device["index"],
                "hostapi": hostapi["name"],
                "name": device["name"],
                "inputs": device["max_input_channels"],
                "outputs": device["max_output_channels"],
                "default_rate_hz": device["default_samplerate"],
                "default_input": device["index"] == hostapi["default_input_device"],
                "default_output": device["index"] == hostapi["default_output_device"],
            }
        )
    return {
        "devices": devices,
        "hostapis": [hostapi["name"] for hostapi in hostapis],
        "portaudio": sounddevice.get_portaudio_version()[1],
    }


def find(listing: dict, hostapi: str, name: str, direction: str) -> dict:
    """The device of that host API and name that has channels in that direction ("input" or "output").

    Empty names stand for the default. A host API may be given by the beginning of its name ("JACK").

    Raises
    ------
    Refusal
        No such host API, no such device, or none with channels in that direction.
    """
    wanted = hostapi.casefold()
    known = listing["hostapis"]
    apis = [api for api in known if api.casefold() == wanted] or [
        api for api in known if api.casefold().startswith(wanted)
    ]
    if not apis:
        hint = ""
        if "jack" in wanted:
            hint = "; JACK is there only while its server runs: start it, or check JACK_DEFAULT_SERVER"
        raise Refusal(
            f"no host API {hostapi!r} here (there is: {', '.join(known) or 'none'}){hint}", passing=bool(hint)
        )
    devices = [device for api in apis for device in listing["devices"] if device["hostapi"] == api]
    if not name:
        default = next((device for device in devices if device[f"default_{direction}"]), None)
        if default is None:
            raise Refusal(f"no default {direction} device here (`workbench devices` lists what there is)")
        return default
    named = [device for device in devices if device["name"] == name]
    if not named:
        there = ", ".join(device["name"] for device in devices) or "no device at all"
        raise Refusal(f"no device of that name is there now (there is: {there})")
    usable = [device for device in named if device[f"{direction}s"] > 0]
    if not usable:
        raise Refusal(f"this device has no {direction} channels")
    return usable[0]


def patiently(attempt: Callable[[], T]) -> T:
    """What `attempt` gives; while it meets passing refusals, it is asked again for a second. Raises Refusal."""
    limit_s = time.monotonic() + COMING_UP_S
    while True:
        try:
            return attempt()
        except Refusal as refusal:
            if not refusal.passing or time.monotonic() > limit_s:
                raise
        time.sleep(ASK_AGAIN_S)


def serve(control_fd: int, link_fd: int, memory_fd: int) -> None:
    """Open one stream and run it until the parent closes the control socket. Does not return."""
    control = socket.socket(fileno=control_fd)
    with control.makefile("r", encoding="utf-8") as lines:
        request = json.loads(lines.readline() or "null")
    if request is None:
        os._exit(0)
    stop = threading.Event()
    threading.Thread(target=_leave_with_parent, args=(control, stop), daemon=True).start()
    gc.disable()
    sys.setswitchinterval(0.0005)

    def tell(event: dict) -> None:
        with contextlib.suppress(OSError):  # a parent that has gone is the watcher's business
            control.sendall(json.dumps(event).encode() + b"\n")

    try:
        stream, counter, opened = _open(request, memory_fd, Link(socket.socket(fileno=link_fd)))
        stream.start()
    except Exception as error:
        tell({"event": "refused", "text": str(error), "cause": getattr(error, "cause", "busy")})
        stop.wait()
        _leave(1)
    tell({"event": "opened", **opened})
    while not stop.wait(LOOK_S):
        if counter.jack is not None:
            samples = counter.jack.samples()
            counter.jack_s = None if samples is None else samples / counter.rate_hz
            if counter.jack.gone:
                tell({"event": "gone", "text": "the device has gone from the sound server"})
                break
    stream.abort(ignore_errors=True)
    stream.close(ignore_errors=True)
    _leave(0, counter.jack)


def _leave(status: int, jack: JackPorts | None = None) -> None:
    """Take leave of the sound server in good order, then end. If it hangs, the watcher ends the process."""
    if jack is not None:
        jack.close()
    if "sounddevice" in sys.modules:
        sys.modules["sounddevice"]._terminate()
    os._exit(status)


def _leave_with_parent(control: socket.socket, stop: threading.Event) -> None:
    """Wait for the parent's end to close; then leave, at the latest after the grace time."""
    with contextlib.suppress(OSError):
        while control.recv(1024):
            pass
    stop.set()
    time.sleep(GRACE_S)
    os._exit(0)


def _open(request: dict, memory_fd: int, link: Link):
    """Open the stream at the requested rate, else at 48 kHz, else at the device's own rate. Not started yet."""
    try:
        import sounddevice
    except OSError as error:
        raise Refusal(f"the PortAudio library cannot be loaded ({error})") from error
    direction = request["direction"]
    fresh = True

    def attempt():
        nonlocal fresh
        if not fresh:  # PortAudio looks for devices once; no stream is open yet
            sounddevice._terminate()
            sounddevice._initialize()
        fresh = False
        device = find(list_devices(), request["hostapi"], request["name"], direction)
        return device, *_open_on(device, request, counter)

    counter = (_Capture if direction == "input" else _Playback)(link)
    device, stream, channels = patiently(attempt)
    counter.ring = Ring(memory_fd, channels, request["capacity"])
    if "JACK" in device["hostapi"]:
        with contextlib.suppress(OSError, AttributeError):  # then PortAudio's own figure has to do
            counter.jack = JackPorts(sounddevice._libname, direction, device["name"])
    available = device[f"{direction}s"]
    opened = {"rate_hz": counter.rate_hz, "channels": channels, "available": available, "name": device["name"]}
    return stream, counter, opened


def _open_on(device: dict, request: dict, counter: _Capture | _Playback):
    """The stream on a device that is there, and its number of channels. Raises Refusal."""
    import sounddevice

    direction = request["direction"]
    available = device[f"{direction}s"]
    channels = min(request["channels"], available) if request["at_most"] else request["channels"]
    if channels > available:
        raise Refusal(
            f"channel {channels} was asked for, but the device has {available} {direction} channels", "channels"
        )

    def attempt(rate_hz: int):
        make = sounddevice.RawInputStream if direction == "input" else sounddevice.RawOutputStream
        counter.rate_hz = rate_hz
        return make(
            samplerate=rate_hz,
            blocksize=request["block"],
            device=device["index"],
            channels=channels,
            dtype="float32",
            latency=request["latency"],
            callback=counter.callback,
        )

    try:
        try:
            return attempt(request["rate_hz"] or PREFERRED_RATE_HZ), channels
        except sounddevice.PortAudioError as error:
            if request["rate_hz"] or error.args[1:] != (INVALID_SAMPLE_RATE,):
                raise
            return attempt(int(device["default_rate_hz"])), channels
    except sounddevice.PortAudioError as error:
        cause = {INVALID_SAMPLE_RATE: "rate", INVALID_CHANNELS: "channels"}.get(*error.args[1:2], "busy")
        passing = "JACK" in device["hostapi"] and cause == "busy"
        raise Refusal(_plain(error, counter.rate_hz, device, f"{channels} {direction}"), cause, passing) from error


def _plain(error: Exception, rate_hz: int, device: dict, channels: str) -> str:
    """PortAudio's error with what was asked, so that the cause can be seen."""
    asked = f"{channels} channels at {rate_hz} Hz"
    if len(error.args) > 1 and error.args[1] == INVALID_SAMPLE_RATE:
        return f"refuses {asked} (its own rate is {device['default_rate_hz']:g} Hz)"
    return f"refuses {asked}: {error.args[0] if error.args else error}"


REALTIME_PRIORITY = 10
"""Above the engine's worker, below the usual priority of sound servers."""


def ask_for_priority() -> None:
    """Put the calling thread before those that can wait, where the system lets this user and nobody has done it."""
    with contextlib.suppress(AttributeError, OSError):
        if os.sched_getscheduler(0) == os.SCHED_OTHER:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(REALTIME_PRIORITY))


class _Capture:
    """Copies what the device hands over into the ring. Never waits: the reader's index does not matter here."""

    def __init__(self, link: Link):
        self.ring: Ring
        self._link = link
        self._index = self._xruns = 0
        self.rate_hz = PREFERRED_RATE_HZ
        self.jack: JackPorts | None = None
        self.jack_s: float | None = None

    def callback(self, data, samples: int, when, status) -> None:
        """Called by PortAudio for each block."""
        time_s = time.perf_counter()
        if not self._index:
            ask_for_priority()
        self.ring.write(self._index, memoryview(data))
        self._index += samples
        self._xruns += bool(status.input_overflow)
        device_s = self.jack_s if self.jack_s is not None else when.currentTime - when.inputBufferAdcTime
        self._link.send(Message(self._index, time_s, device_s, samples, 0, self._xruns))


class _Playback:
    """Plays what lies in the ring at the device's own pace.

    The index runs with the device's clock from the first callback on. Before the writer's first message nothing is
    missed; afterwards each sample that is not there in time is.
    """

    def __init__(self, link: Link):
        self.ring: Ring
        self._link = link
        self._index = self._written = self._missed = self._xruns = 0
        self._begun = False
        self.rate_hz = PREFERRED_RATE_HZ
        self.jack: JackPorts | None = None
        self.jack_s: float | None = None

    def callback(self, data, samples: int, when, status) -> None:
        """Called by PortAudio for each block."""
        time_s = time.perf_counter()
        if not self._index:
            ask_for_priority()
        newest = self._link.newest()
        if newest is not None:
            self._written, self._begun = newest.index, True
        out = memoryview(data)
        ready = min(max(self._written - self._index, 0), samples)
        split = ready * self.ring.sample_bytes
        self.ring.read(self._index, out[:split])
        out[split:] = bytes(len(out) - split)
        self._index += samples
        self._missed += (samples - ready) * self._begun
        self._xruns += bool(status.output_underflow)
        device_s = self.jack_s if self.jack_s is not None else when.outputBufferDacTime - when.currentTime
        self._link.send(Message(self._index, time_s, device_s, samples, self._missed, self._xruns))
