"""A sound device as a sink: hops of 48 kHz into the ring that the audio process empties."""

from __future__ import annotations

import time
from collections import deque

import numpy as np

from workbench.audio.clock_follower import ClockFollower
from workbench.audio.device_end import DeviceEnd
from workbench.audio.protocols import HOP, RATE_HZ
from workbench.audio.resampler import Resampler, nominal_hz
from workbench.audio.specs import DeviceSpec
from workbench.audio.stream import OPEN_TIMEOUT_S, StreamProcess
from workbench.dsp.fractional import FractionalResampler

CAPACITY_S = 2.0
LATE_HOPS = 2
"""A late writer is given the chance to catch up; after so many hops in a row that do not, it will not: the source has
lost samples, and the queue is brought back to its target."""

DRY_TIMES = 3
"""The device had to play silence so often within a short time: the queue is brought back at once."""

SETTLE_HOPS = 100
FIRST_SETTLE_HOPS = 25
"""The queue's length is judged over this many hops before it is corrected; sooner after the start, when a chain that
is still warming up has often let its input pile up."""

TOLERANCE_HOPS = 0.75
FOLLOWED_TOLERANCE_HOPS = 0.2
"""Where the drift of the clocks is taken up, the queue stays much closer to its target than that."""

FADE = 240
"""Samples over which the sound before and after a jump of the queue is crossfaded: 5 ms."""

RESAMPLER_BURST_S = 0.02
"""The resampler gives nothing for a hop or two, then more than one: the queue has to last that long."""

MOST_EXTRA_HOPS = 5
"""A queue that is lengthened on a busy machine grows by so much at most: 50 ms."""

SMOOTHING = 0.05


class DeviceSink(DeviceEnd):
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
    own_clock : bool
        The hops come at the pace of another clock than this device's: they are resampled by the ratio that keeps the
        queue at its target, see `workbench.audio.clock_follower`.
    block, rate_hz, latency, variables
        As for `DeviceSource`.

    Attributes
    ----------
    latency_samples, device_latency_samples : int
        From `write` of a hop's first sample to the air, queue included; the part after the callback.
    corrections : int
        How often the queue was brought back to its target.
    lost, lost_reason, reopen
        As for `DeviceSource`.
    """

    def __init__(
        self,
        device: DeviceSpec,
        channels: int = 2,
        *,
        prefill: int | None = None,
        own_clock: bool = False,
        block: int = 0,
        rate_hz: int | None = None,
        latency: str | float = "low",
        variables: dict[str, str] | None = None,
    ):
        super().__init__(device, "output", block, rate_hz, latency, variables)
        self._wanted = device.channels or tuple(range(1, channels + 1))
        self._prefill_option = prefill
        self._own_clock = own_clock
        self.hop_time_s: float | None = None
        """Set before `write`, where the source's clock is known: the hop's time by it."""
        self._flush = False
        self._extra = self._wanted_extra = 0
        self.follower: ClockFollower | None = None
        """Joins the two clocks, where there are two."""
        self._name_channels(self._wanted)
        self.corrections = 0
        self._missed_before = self._inserted = 0

    def start(self, open_timeout_s: float = OPEN_TIMEOUT_S) -> None:
        """Open the device; silence plays until the first `write`. Raises DeviceError."""
        self.close()
        at_most = self.device.channels is None
        self._stream = self._open(max(self._wanted), at_most, open_timeout_s, capacity=int(CAPACITY_S * RATE_HZ))
        self._rate_hz = self._stream.rate_hz
        nominal = nominal_hz(self._rate_hz, RATE_HZ)
        self._hop = HOP * nominal / RATE_HZ
        self._name_channels(tuple(number for number in self._wanted if number <= self._stream.channels))
        default = self._stream.last.block + round(self._hop)
        if nominal != RATE_HZ:
            default += round(RESAMPLER_BURST_S * self._rate_hz)
        self._prefill = min(self._prefill_option or default, self._stream.ring.capacity // 2)
        self._extra = self._wanted_extra
        self._prefill += round(self._extra * self._hop)
        self._resampler = Resampler(self.channels, RATE_HZ, nominal)
        self._fractional: FractionalResampler | None = None
        if self._own_clock:
            drift = self.follower.drift if self.follower else 1 - self._rate_hz / nominal
            self._fractional = FractionalResampler(self.channels)
            # Hops are written at any time between two callbacks: on average half a block is under way.
            self.follower = ClockFollower((self._prefill + self._stream.last.block / 2) / self._rate_hz)
            self.follower.drift = drift
        self._fade_in = 0
        self._written: int | None = None
        self._late_fill: int | None = None
        self._late_hops = 0
        self._paced = False
        self._mean_latency_s = None
        self._fills: list[int] = []
        self._lateness: deque[float] = deque(maxlen=SETTLE_HOPS)
        self._anchored, self._anchor_s = False, 0.0
        self._settle_hops = FIRST_SETTLE_HOPS
        self._missed_seen = self._dry = self._since_dry = 0

    @property
    def missed_samples(self) -> int:
        """Samples of silence, at the device's rate, that were played because nothing was there in time."""
        stream = self._stream
        return self._missed_before + self._inserted + (stream.missed if stream else 0)

    @property
    def inserted_samples(self) -> int:
        """Samples of silence by which the queue was brought back to its target; `missed_samples` counts them too."""
        return self._inserted

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
        ratio = self._follow() if self.follower else 1.0
        rows = min(len(samples), self.channels)
        used = np.zeros((self.channels, samples.shape[1]), np.float32)
        used[:rows] = samples[:rows]
        due = self._due  # output of earlier hops that is still inside comes before this hop's
        fresh = self._resampler.process(used)
        if self._fractional is not None:
            fresh = self._fractional.process(fresh, ratio)
        data = np.zeros((fresh.shape[1], stream.channels), np.float32)
        data[:, self._columns] = fresh.T
        self._fade(data)
        if abs(self._fill()) + len(data) < stream.ring.capacity // 2 and len(data):
            stream.ring.write(self._written, memoryview(data).cast("B"))
        start = self._written
        self._written += len(data)
        stream.send(self._written)
        self._note_latency(start + due)
        self._paced = False

    @property
    def _due(self) -> int:
        """Samples that the resamplers still hold back."""
        return self._resampler.latency + (self._fractional.latency if self._fractional else 0)

    def _lasts_s(self) -> float:
        """How long what is queued lasts from now on, by the device's clock."""
        return self._stream.clock.time_s(self._written) - time.perf_counter()

    def _follow(self) -> float:
        """The ratio for this hop.

        Until the queue has first been judged, it is that of the drift known so far. From then on the queue is kept
        where it is: against the source's own clock where that is known, else against the moment of writing, which
        shakes with everything that makes the writer late.
        """
        now_s, hop_s = time.perf_counter(), self.hop_time_s
        self._lateness.append(now_s - hop_s if hop_s is not None else 0.0)
        if not self._anchored:
            return 1 - self.follower.drift
        late_s = self._anchor_s if hop_s is not None else 0.0
        return self.follower.update(self._lasts_s() + (now_s - hop_s if hop_s is not None else 0.0) - late_s)

    def _anchor(self) -> None:
        """How late hops are written usually: what the follower's view of the queue leaves out."""
        self._anchor_s = float(np.mean(self._lateness)) if self._lateness else 0.0
        self._anchored = True

    def flush(self) -> None:
        """Bring the queue to its shortest target with the next hop, crossfaded. May be called from any thread."""
        self._wanted_extra = 0
        self._flush = True

    def lengthen(self) -> bool:
        """Let the queue be a hop longer from the next hop on, so that later hops are in time. May be called from any
        thread. False when it is as long as it may get."""
        if self._wanted_extra >= MOST_EXTRA_HOPS:
            return False
        self._wanted_extra += 1
        return True

    @property
    def extra_s(self) -> float:
        """By how much the queue was lengthened."""
        return self._wanted_extra * HOP / RATE_HZ

    def _resize(self) -> None:
        step = round((self._wanted_extra - self._extra) * self._hop)
        self._extra = self._wanted_extra
        self._prefill += step
        if self.follower is not None:
            self.follower.target_s += step / self._rate_hz
        self._correct()

    @property
    def queue_s(self) -> float | None:
        """How long the queue lasts on average when a hop is written; None before the first."""
        if self.follower is not None:
            return self.follower.target_s + self.follower.error_s
        return self._mean_latency_s

    def _place(self) -> None:
        """Decide where the next hop goes: after the last one, unless the queue must be brought to its target."""
        if self._written is None:
            self._move(self._target())
            return
        flush, self._flush = self._flush, False
        if self._wanted_extra != self._extra:
            self._resize()
            return
        fill = self._fill()
        if self._runs_dry() or flush or fill > self._stream.ring.capacity // 2:
            self._correct()
        elif fill < 0:
            improved = self._late_fill is None or fill > self._late_fill + 0.25 * self._hop
            self._late_hops = 0 if improved else self._late_hops + 1
            self._late_fill = fill
            if self._paced or self._late_hops >= LATE_HOPS:
                self._correct()
        else:
            self._late_fill = None
            self._settle(fill)

    def _settle(self, fill: int) -> None:
        """Judge the queue's length over some time; correct it when it has changed for good."""
        if self.follower is not None:
            self._fills.append(round((self._lasts_s() - self.follower.target_s) * self._rate_hz))
            target = 0
            tolerance = TOLERANCE_HOPS if self._anchored else FOLLOWED_TOLERANCE_HOPS
        else:
            self._fills.append(fill + self._due)
            target, tolerance = self._prefill, TOLERANCE_HOPS
        if len(self._fills) < self._settle_hops:
            return
        self._settle_hops = SETTLE_HOPS
        # Hops come in bursts where the source's blocks are longer: the median would see one part of a burst only.
        typical = int(np.mean(np.sort(self._fills)[len(self._fills) // 10 : -(len(self._fills) // 10)]))
        self._fills.clear()
        if abs(typical - target) > tolerance * self._hop and not (self._paced and typical < target):
            self._anchored = False
            # By the mean's difference: a single hop may be the first or the last one of a burst.
            self._correct(typical if self.follower else None)
        if self.follower is not None and not self._anchored:
            self._anchor()

    def _runs_dry(self) -> bool:
        """The device had to play silence again and again: the queue is short for good, and every block is broken."""
        if self._stream.missed == self._missed_seen:
            self._since_dry += 1
            if self._since_dry > FIRST_SETTLE_HOPS:
                self._dry = 0
            return False
        self._missed_seen, self._since_dry = self._stream.missed, 0
        self._dry += 1
        return self._dry >= DRY_TIMES

    def _target(self) -> int:
        """Where the next hop belongs."""
        if self.follower is None:
            return self._stream.last.index + self._prefill
        clock = self._stream.clock
        now = (time.perf_counter() - clock.time_s(0)) * self._rate_hz
        return round(now + self.follower.target_s * self._rate_hz)

    def _correct(self, surplus: int | None = None) -> None:
        """Bring the queue to its target: take `surplus` samples away, or start anew behind what the device has."""
        target = self._target() if surplus is None else self._written - surplus
        if surplus is None:
            self._settle_hops = FIRST_SETTLE_HOPS
            self._anchored = False
            self._lateness.clear()
        # Silence that the listener hears for it; what is late by now was counted as it was played.
        self._inserted += max(target - max(self._written, self._stream.last.index), 0)
        self._move(target)
        self.corrections += 1

    def _move(self, target: int) -> None:
        """Continue at `target`. What lay there is crossfaded with what comes; what lies before it is silence."""
        stream = self._stream
        written = self._written or 0
        begin = max(stream.last.index, written)
        if target > begin:
            self._fade_out(written)
            silence = bytes((target - begin) * stream.ring.sample_bytes)
            stream.ring.write(begin, memoryview(silence))
        self._fade_in = FADE if self._written is not None else 0
        self._blend_until = written
        self._written = target
        self._late_fill = None
        self._late_hops = self._dry = 0
        self._mean_latency_s = None
        self._fills.clear()
        if self.follower is not None:
            self.follower.moved()

    def _fade_out(self, end: int) -> None:
        """Let what is queued up to `end` run out softly, as far as the device has not taken it."""
        stream = self._stream
        count = min(FADE, end - stream.last.index - stream.last.block)
        if count > 0:
            tail = np.empty((count, stream.channels), np.float32)
            stream.ring.read(end - count, memoryview(tail).cast("B"))
            tail *= np.linspace(1, 0, count, dtype=np.float32)[:, None]
            stream.ring.write(end - count, memoryview(tail).cast("B"))

    def _fade(self, data: np.ndarray) -> None:
        """After a jump: mix (n, channels) `data` with what was queued at its place, from that to this."""
        count = min(self._fade_in, len(data))
        if count == 0:
            return
        self._fade_in = 0
        ramp = np.linspace(0, 1, count, dtype=np.float32)[:, None]
        data[:count] *= ramp
        overlap = min(self._blend_until - self._written, count)
        if overlap > 0:
            before = np.empty((overlap, data.shape[1]), np.float32)
            self._stream.ring.read(self._written, memoryview(before).cast("B"))
            data[:overlap] += (1 - ramp[:overlap]) * before

    def _note_latency(self, position: int) -> None:
        latency_s = self._stream.clock.time_s(position) - time.perf_counter()
        if self._mean_latency_s is None:
            self._mean_latency_s = latency_s
        self._mean_latency_s += SMOOTHING * (latency_s - self._mean_latency_s)

    def _closing(self, stream: StreamProcess) -> None:
        self._missed_before += stream.missed

    def discard(self) -> None:
        """A device keeps nothing: the same as `close`."""
        self.close()
