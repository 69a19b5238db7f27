"""A sound device as a source: hops of 48 kHz out of the ring that the audio process fills."""

from __future__ import annotations

import time

import numpy as np

from workbench.audio.device_end import DeviceEnd
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


class DeviceSource(DeviceEnd):
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
    latency_samples, device_latency_samples : int
        From the air to the return of `read`, of a hop's first sample; the part before the callback.
    lost, lost_reason, reopen
        See `DeviceEnd`.
    """

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
        super().__init__(device, "input", block, rate_hz, latency, variables)
        self._name_channels(device.channels or ())
        self.dropped_samples = 0
        self._next_index = 0
        self.hop_time_s: float | None = None
        """`time.perf_counter` of the newest hop by the device's own clock: what does not shake with who reads it."""

    def probe(self) -> None:
        """Look how many channels the device has, where the spec names none. Raises DeviceError."""
        if self.device.channels is None:
            device = find_device(self.device, "input", self._options["variables"])
            self._name_channels(tuple(range(1, min(device.inputs, MAX_MICS) + 1)))

    def start(self, open_timeout_s: float = OPEN_TIMEOUT_S) -> None:
        """Open the device; returns when its first block has come. Raises DeviceError."""
        self.close()
        wanted = self.device.channels
        self._stream = self._open(max(wanted) if wanted else MAX_MICS, not wanted, open_timeout_s)
        self._rate_hz = nominal_hz(self._stream.rate_hz, RATE_HZ)
        self._name_channels(wanted or tuple(range(1, self._stream.channels + 1)))
        self._resampler = Resampler(self.channels, self._rate_hz, RATE_HZ)
        self._backlog = int(BACKLOG_S * self._rate_hz)
        self._mean_latency_s = None
        self._origin_index = self._next_index
        self._position: int | None = None  # until the first `read`: what came before nobody waits for
        self._clear_pending()

    def reopen(self, open_timeout_s: float = OPEN_TIMEOUT_S) -> None:
        """As `DeviceEnd.reopen`; the index goes on and the next Block carries `gap`."""
        super().reopen(open_timeout_s)
        self._gap = True

    def _clear_pending(self) -> None:
        self._pending = np.zeros((self.channels, 0), np.float32)
        self._gap = False

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
