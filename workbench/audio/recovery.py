"""Sound devices that come back: an end of the chain that is lost is opened again while everything else goes on.

`RecoveringSource` and `RecoveringSink` hold a `DeviceSource` or `DeviceSink`. A thread of each looks after its device:
when the device stops, or the audio process dies, it ends what is left of the stream and tries to open the same device
again, by host API and name, until it is there. Meanwhile the source gives silence at the pace of real time, so that
the chain, the views and a recording go on and keep time, and the sink takes hops at that pace and drops them.

The caller of `read`, `wait` and `write` never waits for a device that is being opened.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace

import numpy as np

from workbench.audio.capture import DeviceSource
from workbench.audio.clock_follower import ClockFollower
from workbench.audio.device_signs import signs
from workbench.audio.devices import find_device
from workbench.audio.playback import DeviceSink
from workbench.audio.protocols import HOP, RATE_HZ
from workbench.audio.stream import LOST_S
from workbench.core.errors import DeviceError, DeviceUnavailable
from workbench.core.messages import Block, frozen

log = logging.getLogger(__name__)

WATCH_S = 0.05
STOOD_STILL_S = 0.4
"""When a look comes so much later than it should, the program itself stood still: what it has not heard meanwhile
says nothing of the device."""
RETRY_S = 0.3
PATIENT_S, PATIENT_RETRY_S = 20.0, 3.0
"""A device that stays away so long is asked for less often, unless the system shows signs of a change: each attempt
costs a process."""
SIGNS_S = 0.25
REOPEN_TIMEOUT_S = 1.5
"""A server that is just coming up may leave who asks it without an answer: better to ask again than to wait."""

HOP_S = HOP / RATE_HZ
DIGITAL_SILENCE_S = 2.0
"""A live input always has some noise. When the very zeros come from one that had sound, its node may have gone."""


class _Recovering:
    """What both ends share: the thread that looks after the device, and the pace of real time without one."""

    def __init__(self, end: DeviceSource | DeviceSink):
        self._end = end
        self.name = end.name
        self.live = True
        self.lost = False
        self.lost_reason = ""
        """Why the device counts as lost, with its name; empty while it does not."""
        self.lost_at_s = 0.0
        self.losses = 0
        """How often the device was lost so far."""
        # Held by the caller for the time of a call, and by the watching thread for as long as there is no device.
        self._device = threading.Lock()
        self._ended = threading.Event()
        self._hurry = threading.Event()
        self._reopen = threading.Event()
        self._thread: threading.Thread | None = None
        self._due_s: float | None = None

    def start(self) -> None:
        """Open the device. Raises DeviceError; from then on it is looked after."""
        self.close()
        self._end.start()
        self._ended.clear()
        self._thread = threading.Thread(target=self._watch, name=f"watch {self.name}", daemon=True)
        self._thread.start()

    def retry(self) -> None:
        """Try to open a lost device at once."""
        self._hurry.set()

    def reopen_now(self) -> None:
        """End the stream, though it seems to run, and open the device anew. Returns at once."""
        self._reopen.set()
        self._hurry.set()

    def close(self) -> None:
        """Stop and free everything; may be called twice."""
        self._ended.set()
        self._hurry.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._end.close()
        self.lost, self.lost_reason = False, ""

    def _watch(self) -> None:
        looked_s, believe_from_s = time.monotonic(), 0.0
        while not self._ended.wait(WATCH_S):
            now_s = time.monotonic()
            if now_s - looked_s > WATCH_S + STOOD_STILL_S:
                believe_from_s = now_s + LOST_S
            reason = f"{self.name}: opened anew" if self._reopen.is_set() else ""
            if not reason and now_s >= believe_from_s:
                reason = self._end.lost_reason or self._gone_quietly()
            if reason:
                self._recover(reason)
            looked_s = time.monotonic()

    def _gone_quietly(self) -> str:
        return ""

    def _recover(self, reason: str) -> None:
        self.lost_reason, self.lost_at_s, self.losses = reason, time.monotonic(), self.losses + 1
        self.lost = True  # who calls from now on keeps out of the way
        log.warning("%s", reason)
        with self._device:
            self._end.close()
            if not self._reopened():
                return
        self.lost_reason = ""
        self.lost = False  # now that nothing keeps out who calls

    def _reopened(self) -> bool:
        """Try until the device is open again; False when nobody wants it any more."""
        while not self._ended.is_set():
            seen = signs()  # before the attempt: what comes while it fails is a reason for another one
            try:
                self._end.reopen(REOPEN_TIMEOUT_S)
            except DeviceError as error:
                log.debug("not yet: %s", error)
            else:
                log.info("%s is back after %.1f s", self.name, time.monotonic() - self.lost_at_s)
                self._returned()
                self._reopen.clear()
                return True
            self._wait_for_chance(seen)
        return False

    def _wait_for_chance(self, seen: tuple | None) -> None:
        """Wait until it is worth to try once more; `seen` are the signs that the attempt before knew of."""
        patient = time.monotonic() - self.lost_at_s > PATIENT_S
        until_s = time.monotonic() + (PATIENT_RETRY_S if patient else RETRY_S)
        while (left_s := until_s - time.monotonic()) > 0:
            if self._hurry.wait(min(left_s, SIGNS_S)) or signs() != seen:
                break
        self._hurry.clear()

    def _returned(self) -> None:
        """The device is open again; nobody calls yet."""

    def _pace(self, timeout_s: float) -> bool:
        """Wait until a hop is due by the computer's clock; False when it is not in time."""
        now_s = time.monotonic()
        if self._due_s is None or now_s - self._due_s > 0.1:
            self._due_s = now_s
        left_s = self._due_s - now_s
        if left_s > timeout_s:
            time.sleep(timeout_s)
            return False
        if left_s > 0:
            time.sleep(left_s)
        self._due_s += HOP_S
        return True

    @property
    def rate_hz(self) -> int:
        """The device's own rate, which may be another one after a loss."""
        return self._end.rate_hz

    @property
    def server_dropouts(self) -> int:
        """What the sound server reported."""
        return self._end.server_dropouts

    @property
    def stalled_s(self) -> float:
        """For how long the device asked for nothing just now; else 0."""
        return 0.0 if self.lost else self._end.stalled_s

    @property
    def latency_samples(self) -> int:
        """As the device's end knows it."""
        return self._end.latency_samples

    @property
    def device_latency_samples(self) -> int:
        """The part of `latency_samples` that the sound server reports."""
        return self._end.device_latency_samples


class RecoveringSource(_Recovering):
    """A `DeviceSource` that comes back; see the module. Number of channels and names stay as they were at the start.

    Blocks are numbered without a jump over the time of silence; the first block of silence and the first one after
    it carry `gap`.
    """

    finished = False
    array = None

    def __init__(self, source: DeviceSource):
        super().__init__(source)
        self.channels, self.channel_names = source.channels, source.channel_names
        self._filled = 0
        self._next_index = 0
        self._was_silent = False
        self._heard = False
        self._zeros_since_s: float | None = None
        self._suspected, self._suspected_signs = False, None
        self.zeros = False
        """The device gives nothing but zeros, though there was sound before."""

    def start(self) -> None:
        """Open the device. Raises DeviceError."""
        super().start()
        self.channels, self.channel_names = self._end.channels, self._end.channel_names

    @property
    def dropped_samples(self) -> int:
        """Samples that nobody read in time."""
        return self._end.dropped_samples

    def read(self, timeout_s: float) -> Block | None:
        """The next hop, silence while the device is lost, or None when nothing came in time."""
        if not self.lost and self._device.acquire(blocking=False):
            try:
                block = self._end.read(timeout_s)
            finally:
                self._device.release()
            return None if block is None else self._sound(block)
        if not self._pace(timeout_s):
            return None
        first, self._was_silent = not self._was_silent, True
        block = Block(
            frozen(np.zeros((self.channels, HOP), np.float32)), self._next_index, self._next_index / RATE_HZ, first
        )
        self._filled += HOP
        self._next_index += HOP
        return block

    @property
    def hop_time_s(self) -> float | None:
        """Time of the newest hop by the device's clock; None for silence in its place."""
        return None if self._was_silent else self._end.hop_time_s

    def _sound(self, block: Block) -> Block:
        self._note_zeros(block.samples)
        samples = block.samples
        if len(samples) != self.channels:  # it came back with other channels
            samples = np.zeros((self.channels, HOP), np.float32)
            count = min(self.channels, len(block.samples))
            samples[:count] = block.samples[:count]
            samples = frozen(samples)
        gap, self._was_silent, self._due_s = block.gap or self._was_silent, False, None
        index = block.index + self._filled
        self._next_index = index + HOP
        return replace(block, samples=samples, index=index, time_s=index / RATE_HZ, gap=gap)

    def _note_zeros(self, samples: np.ndarray) -> None:
        if samples.any():
            self._heard, self._zeros_since_s, self._suspected, self.zeros = True, None, False, False
        elif self._heard and self._zeros_since_s is None:
            self._zeros_since_s = time.monotonic()

    def _gone_quietly(self) -> str:
        """A device whose node was taken away goes on with zeros: look whether it is still listed."""
        since_s = self._zeros_since_s
        if since_s is None or time.monotonic() - since_s < DIGITAL_SILENCE_S:
            return ""
        seen = signs()
        if self._suspected and seen == self._suspected_signs:
            return ""
        self._suspected, self._suspected_signs = True, seen
        try:
            find_device(self._end.device, "input", self._end.variables)
        except DeviceUnavailable as error:
            self._zeros_since_s, self._heard = None, False
            return f"{self.name}: sends nothing any more ({error})"
        except DeviceError as error:
            log.info("whether %s is still there cannot be told: %s", self.name, error)
        self.zeros = True
        return ""

    def _returned(self) -> None:
        self._zeros_since_s, self._heard, self._suspected, self.zeros = None, False, False, False


class RecoveringSink(_Recovering):
    """A `DeviceSink` that comes back; see the module. Number of channels and names stay as they were at the start."""

    def __init__(self, sink: DeviceSink):
        super().__init__(sink)
        self.channels, self.channel_names = sink.channels, sink.channel_names
        self.hop_time_s: float | None = None
        """Time of the hop that is written next, by the source's clock, if it is known."""

    def start(self) -> None:
        """Open the device. Raises DeviceError."""
        super().start()
        self.channels, self.channel_names = self._end.channels, self._end.channel_names

    @property
    def missed_samples(self) -> int:
        """Samples of silence that the device played because nothing was there in time."""
        return self._end.missed_samples

    @property
    def inserted_samples(self) -> int:
        """Those of them that brought the queue back to its length."""
        return self._end.inserted_samples

    @property
    def corrections(self) -> int:
        """How often the queue was brought back to its target."""
        return self._end.corrections

    @property
    def follower(self) -> ClockFollower | None:
        """What joins the two clocks, where there are two."""
        return self._end.follower

    @property
    def queue_s(self) -> float | None:
        """How long the queue lasts on average; None when unknown."""
        return self._end.queue_s

    def flush(self) -> None:
        """Bring the queue to its shortest target, crossfaded."""
        self._end.flush()

    def lengthen(self) -> bool:
        """Let the queue be a hop longer; False when it is as long as it may get."""
        return self._end.lengthen()

    @property
    def extra_s(self) -> float:
        """By how much the queue was lengthened."""
        return self._end.extra_s

    def wait(self, timeout_s: float) -> bool:
        """Wait for room; without a device until the hop would be due."""
        if not self.lost and self._device.acquire(blocking=False):
            try:
                return self._end.wait(timeout_s)
            finally:
                self._due_s = None
                self._device.release()
        return self._pace(timeout_s)

    def write(self, samples: np.ndarray) -> None:
        """Queue (channels, HOP) float32; dropped while the device is lost."""
        if not self.lost and self._device.acquire(blocking=False):
            try:
                self._end.hop_time_s = self.hop_time_s
                if self._end.channels == self.channels:
                    self._end.write(samples)
                else:
                    self._end.write(samples[: self._end.channels])
            finally:
                self._device.release()

    def discard(self) -> None:
        """A device keeps nothing: the same as `close`."""
        self.close()
