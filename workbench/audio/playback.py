"""A sound device as a sink: hops of 48 kHz into the ring that the audio process empties."""

from __future__ import annotations

import time

import numpy as np

from workbench.audio.protocols import HOP, RATE_HZ
from workbench.audio.resampler import Resampler
from workbench.audio.specs import DeviceSpec
from workbench.audio.stream import OPEN_TIMEOUT_S, StreamProcess

CAPACITY_S = 2.0
LATE_HOPS = 2
"""A late writer is given the chance to catch up; after so many hops in a row that do not, it will not: the source has
lost samples, and the queue is brought back to its target."""

SETTLE_HOPS = 100
FIRST_SETTLE_HOPS = 25
"""The queue's length is judged over this many hops before it is corrected; sooner after the start, when a chain that
is still warming up has often let its input pile up."""

TOLERANCE_HOPS = 0.75

RESAMPLER_BURST_S = 0.02
"""The resampler gives nothing for a hop or two, then more than one: the queue has to last that long."""

SMOOTHING = 0.05


class DeviceSink:
    """Channels of an output device, at 48 kHz.

    Playback follows the device's clock. The first hop is placed `prefill` samples ahead of what the device has
    taken by then, and every further hop follows it: latency is constant. What comes too late is skipped, what is
    missing is played as silence and counted. Where the queue has changed for good (the source lost samples, or the
    clocks differ) and stays off by about a hop or more, it is brought back to its target, once, and counted.

    Parameters
    ----------
    device : DeviceSpec
        Channels are numbered from 1, the chain's first output goes to the first of them; None: 1, 2, 3, ...
    channels : int
        How many channels the chain has. Rows of `write` beyond the sink's channels are not heard.
    prefill : int or None
        Target of the queue in samples at the device's rate: the time that the chain has for a hop, beyond one
        block. None: one block and one hop.
    block, rate_hz, latency, variables
        As for `DeviceSource`.

    Attributes
    ----------
    device_latency_samples : int
        The part of `latency_samples` that the sound server reports.
    corrections : int
        How often the queue was brought back to its target.
    lost, lost_reason, reopen
        As for `DeviceSource`.
    """

    live = True

    def __init__(
        self,
        device: DeviceSpec,
        channels: int = 2,
        *,
        prefill: int | None = None,
        block: int = 0,
        rate_hz: int | None = None,
        latency: str | float = "low",
        variables: dict[str, str] | None = None,
    ):
        self.device = device
        self.name = device.name or device.hostapi or "Default output"
        self.variables = variables
        self._options = {"block": block, "rate_hz": rate_hz, "latency": latency, "variables": variables}
        self._wanted = device.channels or tuple(range(1, channels + 1))
        self._prefill_option = prefill
        self._stream: StreamProcess | None = None
        self._set_channels(self._wanted)
        self.corrections = 0
        self._missed_before = self._xruns_before = self._inserted = 0

    def _set_channels(self, numbers: tuple[int, ...]) -> None:
        self._columns = np.array(numbers) - 1
        self.channels = len(numbers)
        self.channel_names = tuple(f"out {number}" for number in numbers)

    def start(self, open_timeout_s: float = OPEN_TIMEOUT_S) -> None:
        """Open the device; silence plays until the first `write`. Raises DeviceError."""
        self.close()
        self._stream = StreamProcess(
            "output",
            self.device.hostapi,
            self.device.name,
            max(self._wanted),
            at_most=self.device.channels is None,
            capacity=int(CAPACITY_S * RATE_HZ),
            open_timeout_s=open_timeout_s,
            **self._options,
        )
        self._rate_hz = self._stream.rate_hz
        self._hop = HOP * self._rate_hz / RATE_HZ
        self._set_channels(tuple(number for number in self._wanted if number <= self._stream.channels))
        default = self._stream.last.block + round(self._hop)
        if self._rate_hz != RATE_HZ:
            default += round(RESAMPLER_BURST_S * self._rate_hz)
        self._prefill = min(self._prefill_option or default, self._stream.ring.capacity // 2)
        self._resampler = Resampler(self.channels, RATE_HZ, self._rate_hz)
        self._written: int | None = None
        self._late_fill: int | None = None
        self._late_hops = 0
        self._paced = False
        self._mean_latency_s: float | None = None
        self._fills: list[int] = []
        self._settle_hops = FIRST_SETTLE_HOPS

    def reopen(self, open_timeout_s: float = OPEN_TIMEOUT_S) -> None:
        """After a loss: end what is left and open the same device again, by name; counters go on. DeviceError."""
        self.start(open_timeout_s)

    @property
    def rate_hz(self) -> int:
        """The device's own rate; valid after `start`."""
        return self._rate_hz

    @property
    def missed_samples(self) -> int:
        """Samples of silence, at the device's rate, that were played because nothing was there in time."""
        stream = self._stream
        return self._missed_before + self._inserted + (stream.missed if stream else 0)

    @property
    def server_dropouts(self) -> int:
        """Underflows that the sound server reported."""
        stream = self._stream
        return self._xruns_before + (stream.xruns if stream else 0)

    @property
    def lost_reason(self) -> str:
        """Why the device counts as lost; empty while it does not."""
        stream = self._stream
        return stream.lost_reason if stream else ""

    @property
    def lost(self) -> bool:
        """The device takes no samples any more, or the audio process has gone."""
        return bool(self.lost_reason)

    @property
    def device_latency_samples(self) -> int:
        """Latency after the callback, as the sound server reports it, at 48 kHz."""
        stream = self._stream
        last = stream.last if stream else None
        return round(last.device_s * RATE_HZ) if last else 0

    @property
    def latency_samples(self) -> int:
        """Mean time from `write` of a hop's first sample to the air, queue included, at 48 kHz."""
        waiting_s = getattr(self, "_mean_latency_s", None) or 0.0
        return round(waiting_s * RATE_HZ) + self.device_latency_samples

    def _fill(self) -> int:
        """Samples written that the device has not taken; negative when the writer is late."""
        return self._written - self._stream.last.index

    def wait(self, timeout_s: float) -> bool:
        """Wait until the queue has come down to its target; False when it did not in time.

        For sources that a device does not pace. With a live source on both ends, just write.
        """
        self._paced = True
        stream = self._stream
        if stream is None:
            return False
        deadline_s = time.perf_counter() + timeout_s
        stream.update()
        while self._written is not None and self._fill() > self._prefill:
            left_s = deadline_s - time.perf_counter()
            if left_s <= 0 or not stream.wait(left_s):
                return False
            stream.update()
        return True

    def write(self, samples: np.ndarray) -> None:
        """Queue (channels, HOP) float32. Never blocks; what does not fit is dropped by the next correction."""
        stream = self._stream
        if stream is None or stream.ended():
            return
        stream.update()
        self._place()
        rows = min(len(samples), self.channels)
        used = np.zeros((self.channels, samples.shape[1]), np.float32)
        used[:rows] = samples[:rows]
        due = self._resampler.latency  # output of earlier hops that is still inside comes before this hop's
        fresh = self._resampler.process(used)
        data = np.zeros((fresh.shape[1], stream.channels), np.float32)
        data[:, self._columns] = fresh.T
        if abs(self._fill()) + len(data) < stream.ring.capacity // 2 and len(data):
            stream.ring.write(self._written, memoryview(data).cast("B"))
        start = self._written
        self._written += len(data)
        stream.send(self._written)
        self._note_latency(start + due)
        self._paced = False

    def _place(self) -> None:
        """Decide where the next hop goes: after the last one, unless the queue must be brought to its target."""
        if self._written is None:
            self._move(self._stream.last.index + self._prefill)
            return
        fill = self._fill()
        if fill < 0:
            improved = self._late_fill is None or fill > self._late_fill + 0.25 * self._hop
            self._late_hops = 0 if improved else self._late_hops + 1
            self._late_fill = fill
            if self._paced or self._late_hops >= LATE_HOPS:
                self._correct()
            return
        self._late_fill = None
        self._fills.append(fill + self._resampler.latency)
        if len(self._fills) == self._settle_hops:
            self._settle_hops = SETTLE_HOPS
            typical = int(np.median(self._fills))
            self._fills.clear()
            if abs(typical - self._prefill) > TOLERANCE_HOPS * self._hop and not (
                self._paced and typical < self._prefill
            ):
                self._correct()
        if fill > self._stream.ring.capacity // 2:
            self._correct()

    def _correct(self) -> None:
        target = self._stream.last.index + self._prefill
        # Silence that the listener hears for it; what is late by now was counted as it was played.
        self._inserted += max(target - max(self._written, self._stream.last.index), 0)
        self._move(target)
        self.corrections += 1

    def _move(self, target: int) -> None:
        """Continue at `target`; what lies between the last sample and it is silence."""
        stream = self._stream
        begin = max(stream.last.index, self._written or 0)
        if target > begin:
            silence = bytes((target - begin) * stream.ring.sample_bytes)
            stream.ring.write(begin, memoryview(silence))
        self._written = target
        self._late_fill = None
        self._late_hops = 0
        self._mean_latency_s = None
        self._fills.clear()

    def _note_latency(self, position: int) -> None:
        latency_s = self._stream.clock.time_s(position) - time.perf_counter()
        if self._mean_latency_s is None:
            self._mean_latency_s = latency_s
        self._mean_latency_s += SMOOTHING * (latency_s - self._mean_latency_s)

    def close(self) -> None:
        """Stop at once and free everything; may be called twice."""
        stream, self._stream = self._stream, None
        if stream is not None:
            self._missed_before += stream.missed
            self._xruns_before += stream.xruns
            stream.close()

    def discard(self) -> None:
        """A device keeps nothing: the same as `close`."""
        self.close()
