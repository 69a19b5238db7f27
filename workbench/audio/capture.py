"""A sound device as a source: hops of 48 kHz out of the ring that the audio process fills."""

from __future__ import annotations

import time

import numpy as np

from workbench.audio.devices import find_device
from workbench.audio.protocols import HOP, RATE_HZ
from workbench.audio.resampler import Resampler, nominal_hz
from workbench.audio.specs import DeviceSpec
from workbench.audio.stream import OPEN_TIMEOUT_S, StreamProcess
from workbench.core.geometry import MAX_MICS, MicrophoneArray
from workbench.core.messages import Block, frozen

BACKLOG_S = 0.25
"""More than this unread is too old to be worth processing: the newest is kept."""

SMOOTHING = 0.05
"""Weight of the newest hop in the mean latency."""


class DeviceSource:
    """Channels of an input device, at 48 kHz.

    Overflow policy: the newest is kept. Up to 250 ms wait in the ring while nobody reads; then all but the newest
    block is dropped and counted, and the next Block carries `gap` and an index that jumps by what was dropped.

    Parameters
    ----------
    device : DeviceSpec
        Channels are numbered from 1; None takes all (up to 64).
    block : int
        Samples per callback of the device; 0 = its own choice, which has the least latency.
    rate_hz : int or None
        None = 48 kHz, or the device's own rate where it refuses that. Other rates than 48 kHz are resampled,
        except for those within 0.1 % of it, see `workbench.audio.resampler.nominal_hz`.
    latency : "low", "high" or seconds
    variables : dict
        Changes to the audio process's environment, such as JACK_DEFAULT_SERVER.

    Attributes
    ----------
    device_latency_samples : int
        The part of `latency_samples` that the sound server reports (converters and its own buffers).
    lost : bool
        The device has stopped delivering; `lost_reason` says how. `reopen` tries again.
    """

    live = True
    finished = False
    array: MicrophoneArray | None = None

    def __init__(
        self,
        device: DeviceSpec,
        *,
        block: int = 0,
        rate_hz: int | None = None,
        latency: str | float = "low",
        variables: dict[str, str] | None = None,
    ):
        self.device = device
        self.name = device.name or device.hostapi or "Default input"
        self.variables = variables
        self._options = {"block": block, "rate_hz": rate_hz, "latency": latency, "variables": variables}
        self._stream: StreamProcess | None = None
        self._name_channels(device.channels or ())
        self.dropped_samples = 0
        self._xruns_before = 0
        self._next_index = 0
        self.hop_time_s: float | None = None
        """`time.perf_counter` of the newest hop by the device's own clock: what does not shake with who reads it."""

    def probe(self) -> None:
        """Look how many channels the device has, where the spec names none. Raises DeviceError."""
        if self.device.channels is None:
            device = find_device(self.device, "input", self._options["variables"])
            self._name_channels(tuple(range(1, min(device.inputs, MAX_MICS) + 1)))

    def _name_channels(self, numbers: tuple[int, ...]) -> None:
        self._columns = np.array(numbers, dtype=int) - 1
        self.channels = len(numbers)
        self.channel_names = tuple(f"in {number}" for number in numbers)

    def start(self, open_timeout_s: float = OPEN_TIMEOUT_S) -> None:
        """Open the device; returns when its first block has come. Raises DeviceError."""
        self.close()
        wanted = self.device.channels
        self._stream = StreamProcess(
            "input",
            self.device.hostapi,
            self.device.name,
            max(wanted) if wanted else MAX_MICS,
            at_most=not wanted,
            open_timeout_s=open_timeout_s,
            **self._options,
        )
        self._rate_hz = nominal_hz(self._stream.rate_hz, RATE_HZ)
        self._name_channels(wanted or tuple(range(1, self._stream.channels + 1)))
        self._resampler = Resampler(self.channels, self._rate_hz, RATE_HZ)
        self._backlog = int(BACKLOG_S * self._rate_hz)
        self._mean_latency_s: float | None = None
        self._origin_index = self._next_index
        self._position: int | None = None  # until the first `read`: what came before nobody waits for
        self._clear_pending()

    def reopen(self, open_timeout_s: float = OPEN_TIMEOUT_S) -> None:
        """After a loss: end what is left of the stream and open the same device again, by name. Raises DeviceError.

        Counters and the index go on; the next Block carries `gap`.
        """
        self.start(open_timeout_s)
        self._gap = True

    def _clear_pending(self) -> None:
        self._pending = np.zeros((self.channels, 0), np.float32)
        self._gap = False

    @property
    def rate_hz(self) -> int:
        """The rate at which the device's samples are taken; valid after `start`."""
        return self._rate_hz

    @property
    def server_dropouts(self) -> int:
        """Overflows that the sound server reported."""
        stream = self._stream
        return self._xruns_before + (stream.xruns if stream else 0)

    @property
    def lost_reason(self) -> str:
        """Why the device counts as lost; empty while it does not."""
        stream = self._stream
        return stream.lost_reason if stream else ""

    @property
    def lost(self) -> bool:
        """No new samples for a while, or the audio process has gone."""
        return bool(self.lost_reason)

    @property
    def device_latency_samples(self) -> int:
        """Latency before the callback, as the sound server reports it, at 48 kHz."""
        stream = self._stream
        last = stream.last if stream else None
        return round(last.device_s * RATE_HZ) if last else 0

    @property
    def latency_samples(self) -> int:
        """Mean time from the air to the return of `read`, of a hop's first sample, at 48 kHz."""
        waiting_s = getattr(self, "_mean_latency_s", None) or 0.0
        return round(waiting_s * RATE_HZ) + self.device_latency_samples

    def read(self, timeout_s: float) -> Block | None:
        """The next hop, or None when none came in time (or the device is lost)."""
        stream = self._stream
        if stream is None:
            return None
        deadline_s = time.perf_counter() + timeout_s
        self._collect(stream)
        while self._pending.shape[1] < HOP:
            left_s = deadline_s - time.perf_counter()
            if left_s <= 0 or not stream.wait(left_s):
                return None
            self._collect(stream)
        samples = np.ascontiguousarray(self._pending[:, :HOP])
        self._pending = self._pending[:, HOP:]
        index, gap, self._gap = self._next_index, self._gap, False
        self._next_index += HOP
        self._note_latency(stream, index)
        return Block(frozen(samples), index, index / RATE_HZ, gap)

    def _collect(self, stream: StreamProcess) -> None:
        """Take what the ring holds; drop all but the newest block when it is too much."""
        stream.update()
        written, block = stream.last.index, stream.last.block
        if self._position is None:
            self._position = self._origin_position = written - block
        waiting = written - self._position
        if waiting <= 0:
            return
        if waiting > self._backlog:
            # What lies between the ring and the caller (the resampler's and our remainder) goes as well.
            keep = max(block, HOP)
            self._position = written - keep
            resume = self._origin_index + round((self._position - self._origin_position) * RATE_HZ / self._rate_hz)
            self.dropped_samples += resume - self._next_index
            self._resampler.reset()
            self._clear_pending()
            self._gap = True
            self._next_index = self._origin_index = resume
            self._origin_position = self._position
            waiting = keep
        data = np.empty((waiting, stream.channels), np.float32)
        stream.ring.read(self._position, memoryview(data).cast("B"))
        self._position = written
        fresh = self._resampler.process(data.T[self._columns])
        self._pending = np.concatenate((self._pending, fresh), axis=1) if self._pending.size else fresh

    def _note_latency(self, stream: StreamProcess, index: int) -> None:
        position = self._origin_position + (index - self._origin_index) * self._rate_hz / RATE_HZ
        hop_s = stream.clock.time_s(position)
        self.hop_time_s = hop_s
        latency_s = time.perf_counter() - hop_s
        if self._mean_latency_s is None:
            self._mean_latency_s = latency_s
        self._mean_latency_s += SMOOTHING * (latency_s - self._mean_latency_s)

    def close(self) -> None:
        """Stop and free everything, in about a second at most; may be called twice."""
        stream, self._stream = self._stream, None
        if stream is not None:
            self._xruns_before += stream.xruns
            stream.close()
