"""Keeps the last seconds of the raw input and loops them through the chain, in memory and in the hop's own thread.

The newest sound runs into a ring of fixed size. Freezing it swaps this ring for another one, in which live input goes
on being kept, so that nothing is copied. While the frozen sound loops, each hop of the source is replaced by a hop of
it: the chain goes on at the source's pace and on its time axis, with the ground truth that belongs to the samples.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from workbench.core.errors import InputError
from workbench.core.kept import KeptSound, LoopRegion
from workbench.core.messages import Block, frozen
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.kept_picture import kept_spectra

SHORTEST_S, LONGEST_S, DEFAULT_S = 10.0, 60.0, 20.0
MOST_BYTES = 256 * 2**20
"""Of one ring; there are two. Sixty seconds of eight microphones take 94 MB."""
SHORTEST_LOOP_S = 0.1
FADE = HOP
"""Crossfade of 10 ms at the seam, and between live sound and loop."""

_TURN = 0.5 * np.pi * (np.arange(FADE, dtype=np.float32) + 0.5) / FADE
_RISE = np.sin(_TURN).astype(np.float32)
_FALL = np.cos(_TURN).astype(np.float32)
"""Equal power: what meets at a seam has nothing to do with each other."""


class SoundRing:
    """The newest `hops` hops of a source with their truth. Memory is taken at once and used as sound comes."""

    def __init__(self, channels: int, hops: int):
        self.hops = hops
        self._samples = np.empty((channels, hops * HOP), dtype=np.float32)
        self._clean = np.empty(hops * HOP, dtype=np.float32)
        self._facts: list[tuple] = [()] * hops
        self.clear()

    def clear(self) -> None:
        """Keep nothing."""
        self._count = 0
        self.end_time_s = 0.0

    @property
    def length(self) -> int:
        """Samples kept."""
        return min(self._count, self.hops) * HOP

    @property
    def origin_time_s(self) -> float:
        """Source time of the oldest sample kept."""
        return self.end_time_s - self.length / RATE_HZ

    def push(self, block: Block) -> None:
        """Keep a hop; the oldest goes."""
        slot = self._count % self.hops
        span = slice(slot * HOP, (slot + 1) * HOP)
        self._samples[:, span] = block.samples
        if block.clean is not None:
            self._clean[span] = block.clean
        self._facts[slot] = (block.truth, block.clean is not None)
        self._count += 1
        self.end_time_s = block.time_s + HOP / RATE_HZ

    def take(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Samples (channels, n) and clean signal (n,) at the given places (n,) from the oldest."""
        oldest = max(0, self._count - self.hops) % self.hops * HOP
        at = (at + oldest) % (self.hops * HOP)
        return self._samples[:, at], self._clean[at]

    def channel(self, number: int) -> np.ndarray:
        """All of one channel, (length,) float32, the oldest first."""
        whole = self._samples[number, : self.length]
        return np.roll(whole, -self._count % self.hops * HOP) if self._count > self.hops else whole.copy()

    def facts(self, at: int) -> tuple[tuple, bool]:
        """Truth, and whether the clean signal is known, at one place from the oldest."""
        return self._facts[(max(0, self._count - self.hops) + at // HOP) % self.hops]


class SoundLoop:
    """Plays a region of a ring, round after round. From the second round on all are alike, bit for bit.

    The end of the region is crossfaded into its beginning, so that a round is shorter than the region by FADE.
    """

    def __init__(self, ring: SoundRing, region: LoopRegion | None):
        begin, end = (region.begin_sample, region.end_sample) if region else (0, ring.length)
        begin, end = max(0, begin), min(end, ring.length)
        if end - begin < SHORTEST_LOOP_S * RATE_HZ:
            raise InputError(f"A loop needs at least {SHORTEST_LOOP_S:g} s of kept sound")
        self.ring = ring
        self.region = LoopRegion(begin, end) if (begin, end) != (0, ring.length) else None
        self._begin, self.period = begin, end - begin - FADE
        self._at = self._rounds = 0
        self._first = True

    @property
    def position(self) -> int:
        """Place within the ring of the sample that comes next."""
        return self._begin + self._at

    def next_hop(self) -> tuple[np.ndarray, np.ndarray | None, tuple, int]:
        """Samples (channels, HOP), clean (HOP,) or None, truth, and number of the round that begins here, else 0."""
        offset = (self._at + np.arange(HOP)) % self.period
        begins = offset[0] == 0 or offset[-1] < offset[0]
        self._rounds += begins
        samples, clean = self.ring.take(self._begin + offset)
        truth, known = self.ring.facts(self._begin + int(offset[HOP // 2]))
        fading = offset < FADE
        if fading.any() and not self._first:
            at = offset[fading]
            tail, clean_tail = self.ring.take(self._begin + self.period + at)
            samples[:, fading] = _RISE[at] * samples[:, fading] + _FALL[at] * tail
            if known:
                clean[fading] = _RISE[at] * clean[fading] + _FALL[at] * clean_tail
        self._first = False  # a hop is as long as the fade
        self._at = (self._at + HOP) % self.period
        return samples, clean if known else None, truth, int(self._rounds) if begins else 0


class SoundKeeper:
    """Live sound or a loop of kept sound, hop by hop.

    `process` is called by the hop's thread alone; everything else by any thread, and takes effect with the next hop.

    Parameters
    ----------
    channels : int
    seconds : float
        What is kept, SHORTEST_S to LONGEST_S; less where many channels would take more than MOST_BYTES.
    """

    latency = 0

    def __init__(self, channels: int, seconds: float = DEFAULT_S):
        self.channels = channels
        self._lock = threading.Lock()
        self._requests: deque[Callable[[], None]] = deque()
        self._hops = self._hops_for(seconds)
        self._live = SoundRing(channels, self._hops)
        self._frozen: SoundRing | None = None
        self._loop: SoundLoop | None = None
        self._loop_time_s = 0.0

    def _hops_for(self, seconds: float) -> int:
        seconds = min(LONGEST_S, max(SHORTEST_S, seconds))
        return min(round(seconds * RATE_HZ / HOP), MOST_BYTES // (4 * HOP * (self.channels + 1)))

    def reset(self) -> None:
        """Live again, with nothing kept."""
        self._requests.clear()
        self._live.clear()
        self._frozen = self._loop = None

    # ---- the hop's thread ----------------------------------------------------------------------------------

    def process(self, block: Block) -> Block:
        """Keep a live hop; what is to be heard in its place."""
        before_loop, earlier = self._loop, None
        if self._requests:
            earlier = block if before_loop is None else self._looped(block)
            while self._requests:
                self._requests.popleft()()
        self._live.push(block)
        if self._loop is before_loop:
            return earlier or (block if self._loop is None else self._looped(block))
        if self._loop is not None:
            self._loop_time_s = block.time_s
        now = block if self._loop is None else self._looped(block)
        samples = _FALL * earlier.samples + _RISE * now.samples
        clean = now.clean
        if clean is not None and earlier.clean is not None:
            clean = frozen(_FALL * earlier.clean + _RISE * clean)
        return replace(now, samples=frozen(samples), clean=clean)

    def _looped(self, block: Block) -> Block:
        samples, clean, truth, begins = self._loop.next_hop()
        return replace(
            block,
            samples=frozen(samples),
            clean=None if clean is None else frozen(clean),
            truth=truth,
            gap=False,
            seam=begins,
        )

    def _freeze(self, fresh: SoundRing | None, span: Callable[[SoundRing], LoopRegion | None]) -> None:
        ring = self._live
        if ring.length < SHORTEST_LOOP_S * RATE_HZ:  # frozen a moment ago
            return
        fresh = fresh or self._frozen
        fresh.clear()
        self._live, self._frozen = fresh, ring
        self._start_loop(span(ring))

    def _start_loop(self, region: LoopRegion | None) -> None:
        try:
            self._loop = SoundLoop(self._frozen, region)
        except InputError:  # it was long enough when it was asked for
            self._loop = None

    def _go_live(self) -> None:
        self._loop = None

    # ---- commands ------------------------------------------------------------------------------------------

    def keep(self, region: LoopRegion | None = None) -> None:
        """Freeze the newest sound and loop it, or a region of it. Raises InputError when there is too little."""
        self._ask_to_freeze(lambda ring: region, region)

    def keep_span(self, begin_time_s: float, end_time_s: float) -> None:
        """Loop what sounded between two source times: of the frozen sound while it loops, else of the newest.

        Raises
        ------
        InputError
            Too short, or not kept any more.
        """
        state = self.state
        begin, end = state.sample_at(begin_time_s), state.sample_at(end_time_s)
        if self._loop is not None:
            if begin is None or end is None:
                raise InputError("This part of the sound is not in the loop")
            self.set_region(LoopRegion(min(begin, end), max(begin, end)))
            return
        begin_time_s, end_time_s = sorted((begin_time_s, end_time_s))
        if end_time_s <= state.origin_time_s:
            raise InputError(f"Only the last {state.kept_s:.0f} s are kept: this part has gone")

        def span(ring: SoundRing) -> LoopRegion:
            begin, end = (round((t - ring.origin_time_s) * RATE_HZ) for t in (begin_time_s, end_time_s))
            return LoopRegion(max(0, begin), min(ring.length, end))

        self._ask_to_freeze(span, LoopRegion(0, round((end_time_s - begin_time_s) * RATE_HZ)))

    def _ask_to_freeze(self, span: Callable[[SoundRing], LoopRegion | None], region: LoopRegion | None) -> None:
        with self._lock:
            length = self._live.length
            wanted = length if region is None else min(region.end_sample, length) - max(0, region.begin_sample)
            if wanted < SHORTEST_LOOP_S * RATE_HZ:
                raise InputError(f"Only {length / RATE_HZ:.1f} s of sound are kept so far: a loop needs more")
            used = self._frozen  # the two rings take turns
            fresh = None if used is not None and used.hops == self._hops else SoundRing(self.channels, self._hops)
            self._requests.append(lambda: self._freeze(fresh, span))

    def set_region(self, region: LoopRegion | None) -> None:
        """Loop another part of the frozen sound; None: all of it. Raises InputError when it is too short."""
        if self._frozen is None:
            raise InputError("No sound is kept: keep some first")
        SoundLoop(self._frozen, region)
        self._requests.append(lambda: self._start_loop(region))

    def again(self) -> None:
        """Loop the sound that was frozen last once more. Raises InputError when there is none."""
        self.set_region(None)

    def live(self) -> None:
        """Back to the live sound."""
        self._requests.append(self._go_live)

    def set_seconds(self, seconds: float) -> None:
        """Keep another length from now on; what is kept but not frozen is dropped."""
        hops = self._hops_for(seconds)
        if hops == self._hops:
            return
        self._hops = hops
        ring = SoundRing(self.channels, hops)

        def change() -> None:
            self._live = ring

        self._requests.append(change)

    def spectra(self, columns: int) -> np.ndarray | None:
        """What the sound that loops looks like, see `kept_spectra`; None while none does."""
        loop = self._loop
        return None if loop is None else kept_spectra(loop.ring.channel(0), columns)

    @property
    def state(self) -> KeptSound:
        """How things are now."""
        loop, frozen_ring, live = self._loop, self._frozen, self._live
        frozen_s = frozen_ring.length / RATE_HZ if frozen_ring else 0.0
        capacity_s = self._hops * HOP / RATE_HZ
        if loop is None:
            return KeptSound(False, live.length / RATE_HZ, capacity_s, frozen_s, origin_time_s=live.origin_time_s)
        return KeptSound(
            looping=True,
            kept_s=loop.ring.length / RATE_HZ,
            capacity_s=capacity_s,
            frozen_s=frozen_s,
            region=loop.region,
            position_s=loop.position / RATE_HZ,
            round_s=loop.period / RATE_HZ,
            origin_time_s=loop.ring.origin_time_s,
            loop_time_s=self._loop_time_s,
        )


class KeptSoundControl:
    """The kept sound under command: it outlives a chain that is built anew for the same source."""

    def __init__(self) -> None:
        self._keeper: SoundKeeper | None = None
        self._source = ""
        self._seconds = DEFAULT_S

    def keeper_for(self, source: str, channels: int) -> SoundKeeper:
        """The keeper for a chain that starts with this source: what was kept of it, if it has as many channels."""
        if self._keeper is None or (self._source, self._keeper.channels) != (source, channels):
            self._keeper = SoundKeeper(channels, self._seconds)
        self._source = source
        return self._keeper

    @property
    def state(self) -> KeptSound:
        """How things are now."""
        return self._keeper.state if self._keeper else KeptSound(capacity_s=self._seconds)

    def spectra(self, columns: int) -> np.ndarray | None:
        """See `SoundKeeper.spectra`."""
        return self._keeper.spectra(columns) if self._keeper else None

    def _need(self) -> SoundKeeper:
        if self._keeper is None:
            raise InputError("There is no sound to keep yet: press Start first")
        return self._keeper

    def keep(self, region: LoopRegion | None = None) -> None:
        """Freeze and loop the newest sound, or a region of it. Raises InputError."""
        self._need().keep(region)

    def keep_span(self, begin_time_s: float, end_time_s: float) -> None:
        """Loop what sounded between two source times (`Snapshot.time_s`). Raises InputError."""
        self._need().keep_span(begin_time_s, end_time_s)

    def set_region(self, region: LoopRegion | None) -> None:
        """Loop another part of the frozen sound; None: all. Raises InputError."""
        self._need().set_region(region)

    def again(self) -> None:
        """Loop the sound that was frozen last. Raises InputError."""
        self._need().again()

    def live(self) -> None:
        """Back to the live sound."""
        if self._keeper is not None:
            self._keeper.live()

    def toggle(self) -> None:
        """From live sound to a loop of the newest, and back. Raises InputError."""
        if self.state.looping:
            self.live()
        else:
            self.keep()

    def cut(self, begins: bool) -> None:
        """Let the loop begin, or end, where it is now. Raises InputError."""
        state = self.state
        if not state.looping:
            raise InputError("Nothing is looped: keep some sound first")
        region = state.region or LoopRegion(0, round(state.kept_s * RATE_HZ))
        here = round(state.position_s * RATE_HZ)
        self.set_region(LoopRegion(here, region.end_sample) if begins else LoopRegion(region.begin_sample, here))

    def set_seconds(self, seconds: float) -> None:
        """Keep another length from now on."""
        self._seconds = min(LONGEST_S, max(SHORTEST_S, float(seconds)))
        if self._keeper is not None:
            self._keeper.set_seconds(self._seconds)
