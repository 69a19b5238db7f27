"""Why the sound was interrupted: growing counters become dropouts, each with its stage and its cause.

Four things make a hop late, and they look alike at the device, which only finds nothing to play:

- our own computing: the hop's processor time was longer than the hop (`stage` is the one that took most of it),
- our own other threads: the hop took long by the clock, though it neither computed nor waited for a processor, and
  others of our threads computed meanwhile ("program": one of them held the interpreter),
- other programs or the virtual machine's host: the thread was ready and waited for a processor, or the whole program
  got hardly any while the hop was held up ("processor": whoever held the interpreter had none),
- the sound server, which missed its own deadline and says so, or asked for nothing for a while and then for several
  blocks at once ("sound server"), or a device that was lost.

Silence by which a queue that one of these has emptied is brought back to its length has the cause that they had.

Where nothing ran at all, because the computer slept or the program was halted, that is said ("computer").
"""

from __future__ import annotations

import math
import os
import time
from collections import deque
from dataclasses import dataclass, replace

from workbench.audio.protocols import Sink, Source
from workbench.core.messages import Dropout
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.dropout_log import MACHINE
from workbench.engine.standstill import StandstillWatch

HOP_S = HOP / RATE_HZ
EXCUSE_S = 0.5
"""What the sound server skipped leaves the queue short until it is corrected, see `DeviceSink`."""
CONFESSION_S = 0.1
"""A sound server says that it missed its deadline only with its next block: what nothing explains waits so long."""
RETURN_S = 1.0
STOLEN_S = 0.01
"""So much taken from one processor within half a second explains a late hop."""
WAITED_S = 0.006
"""So much waiting for a processor, of the queue's 10 ms and more, explains one too."""
HELD_S = 0.006
MOST_OF_IT = 0.5
"""What explains a hop that was held up must have lasted for so large a part of that."""
CLOSE = 0.8
"""A hop that takes longer than this part of what the queue gives it was nearly late."""
AFTERMATH_S = 3.0
"""So long after an interruption from outside the queue finds its length again."""
BEFORE = 25
"""A hop that was late is missed at the device some hops later: the worst of so many is looked at (250 ms)."""


@dataclass(frozen=True, slots=True)
class HopCost:
    """What one hop cost, from reading it to handing it on.

    computing_s : processor time
    stage : the stage that took most of it
    wall_s : time by the clock
    waited_s : for how long the thread was ready and had no processor, since the hop before, waiting for sound included
    others_s : processor time of the program's other threads meanwhile
    """

    computing_s: float
    stage: str
    wall_s: float = 0.0
    waited_s: float = 0.0
    others_s: float = math.inf

    @property
    def held_s(self) -> float:
        """Time in which the thread neither computed nor waited for a processor."""
        return max(self.wall_s - self.computing_s - self.waited_s, 0.0)


class WaitMeter:
    """How long the calling thread has been ready without a processor, in all; 0 where the system does not tell.

    Linux counts it for each thread. Create and read it in the thread that is measured; a reading takes about 2 µs.
    """

    def __init__(self) -> None:
        try:
            self._file: int | None = os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._file = None

    def read_s(self) -> float:
        """Seconds since the thread began."""
        if self._file is None:
            return 0.0
        try:
            return int(os.pread(self._file, 64, 0).split()[1]) * 1e-9
        except (OSError, IndexError, ValueError):
            return 0.0

    def close(self) -> None:
        """May be called twice."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


class HopMeter:
    """Measures `HopCost` in the thread that runs the hops: `begin` when one was read, `end` when it is handed on."""

    def __init__(self) -> None:
        self._waits: WaitMeter | None = None
        self._waited_s = self._began_s = self._began_cpu_s = self._began_all_s = 0.0

    def begin(self) -> None:
        """A hop was read."""
        if self._waits is None:
            self._waits = WaitMeter()
            self._waited_s = self._waits.read_s()
        self._began_s, self._began_cpu_s, self._began_all_s = time.monotonic(), time.thread_time(), time.process_time()

    def end(self, stage: str) -> HopCost:
        """The hop was handed on."""
        # In this order: a thread that loses the processor between two of these has waited for it, and was not held up.
        wall_s = time.monotonic() - self._began_s
        all_s = time.process_time() - self._began_all_s
        computing_s = time.thread_time() - self._began_cpu_s
        before_s, self._waited_s = self._waited_s, self._waits.read_s()
        return HopCost(computing_s, stage, wall_s, self._waited_s - before_s, max(all_s - computing_s, 0.0))

    def close(self) -> None:
        """May be called twice."""
        if self._waits is not None:
            self._waits.close()


class DropoutWatch:
    """Turns the growing counters of source and sink into dropouts.

    Attributes
    ----------
    server : int
        Interruptions that the sound server reported.
    close_calls : int
        Hops that were nearly late.
    """

    def __init__(self, source: Source, sink: Sink, standstill: StandstillWatch | None = None):
        self._source, self._sink = source, sink
        self._standstill = standstill or StandstillWatch()
        self._seen = self._counters()
        self._excused_until_s = self._returning_until_s = -1.0
        self._losses = self._count_losses()
        self._costs: deque[HopCost] = deque(maxlen=BEFORE)
        self._waiting: deque[tuple[Dropout, float, bool]] = deque()
        """To be told, each with the time from when on, and whether the sound server may still explain it."""
        self._outside: Dropout | None = None
        self._outside_until_s = -1.0
        self.server = 0
        self.close_calls = 0

    def stood_still(self, time_s: float) -> Dropout | None:
        """A time in which nothing ran, since the look before: one dropout, whatever it costs. Call it at least ten
        times a second, before whatever may find that a hop was late.
        """
        found = self._standstill.look()
        if found is None:
            return None
        self._seen, self._returning_until_s = self._counters(), time_s + RETURN_S
        self._waiting.clear()
        return Dropout(time_s, "computer", own=False, detail=found.words)

    def _counters(self) -> tuple[int, int, int, int]:
        server = self._source.server_dropouts + self._sink.server_dropouts
        inserted = getattr(self._sink, "inserted_samples", 0)
        return self._source.dropped_samples, self._sink.missed_samples, server, inserted

    def _count_losses(self) -> tuple[int, int]:
        return getattr(self._source, "losses", 0), getattr(self._sink, "losses", 0)

    def _loss(self, time_s: float) -> Dropout | None:
        """A device that was lost since the last look: one dropout, whatever silence it costs."""
        losses = self._count_losses()
        if losses != self._losses:
            stage, end = ("source", self._source) if losses[0] != self._losses[0] else ("sink", self._sink)
            self._losses = losses
            return Dropout(time_s, stage, own=False, detail=f"{end.name} was lost")
        return None

    def look(self, time_s: float, cost: HopCost, stolen_s: float = 0.0) -> Dropout | None:
        """Call once a hop.

        Parameters
        ----------
        time_s : of the source
        cost : of this hop
        stolen_s : processor time that the machine's host took lately, see `meters.StolenMeter`
        """
        dropout = self._look(time_s, cost, stolen_s)
        if dropout is not None and not dropout.own:
            self._outside, self._outside_until_s = dropout, time_s + AFTERMATH_S
        if dropout is not None:
            unexplained = dropout.own and dropout.stage in ("source", "sink")
            if dropout.stage == "sound server":
                self._waiting = deque(item for item in self._waiting if not item[2])
            self._waiting.append((dropout, time_s + CONFESSION_S if unexplained else time_s, unexplained))
        if self._waiting and time_s >= self._waiting[0][1]:
            return self._waiting.popleft()[0]
        return None

    def _look(self, time_s: float, cost: HopCost, stolen_s: float) -> Dropout | None:
        if (standstill := self.stood_still(time_s)) is not None:
            return standstill
        self._costs.append(cost)
        if cost.wall_s > CLOSE * (HOP_S + getattr(self._sink, "extra_s", 0.0)):
            self.close_calls += 1
        counters = self._counters()
        away = getattr(self._source, "lost", False) or getattr(self._sink, "lost", False)
        loss = self._loss(time_s)
        if away or loss is not None:
            # Until a second after the return the queues find their length again: the loss explains it.
            self._seen, self._returning_until_s = counters, time_s + RETURN_S
            return loss
        if counters == self._seen:
            return None
        if time_s <= self._returning_until_s:
            self._seen = counters
            return None
        dropped, missed, server, inserted = (now - before for now, before in zip(counters, self._seen))
        self._seen = counters
        self.server += server
        # What the server skipped is missing at the other end a few hops later.
        self._excused_until_s = time_s + EXCUSE_S if server else self._excused_until_s
        overran = any(cost.computing_s > HOP_S for cost in self._costs)
        if not (dropped or missed) or (time_s <= self._excused_until_s and not overran):
            return Dropout(time_s, "sound server", own=False, detail="the sound server lost its own deadline")
        if not overran and 0 < missed == inserted and time_s <= self._outside_until_s:
            detail = f"the queue was brought back to its length after that; {missed} samples of silence were played"
            return replace(self._outside, time_s=time_s, detail=detail)
        lost = f"{missed} samples of silence were played" if missed else f"{dropped} samples were lost at the input"
        return self.explain(time_s, lost, "sink" if missed else "source", stolen_s)

    def late(self, time_s: float, late_s: float, stolen_s: float = 0.0) -> Dropout:
        """The dropout of a hop that came `late_s` too late by the computer's clock, where no device plays."""
        return self.explain(time_s, f"{1000 * late_s:.0f} ms late", "sink", stolen_s)

    def explain(self, time_s: float, lost: str, end: str, stolen_s: float) -> Dropout:
        """The dropout with the cause that the newest hops show; `end` is where it was noticed."""
        costs = tuple(self._costs)
        self._costs.clear()  # what explained this one explains no later one
        longest = max(costs, key=lambda cost: cost.computing_s, default=HopCost(0.0, end))
        stalled_s = max(getattr(device, "stalled_s", 0.0) for device in (self._source, self._sink))
        waited_s = max((cost.waited_s for cost in costs), default=0.0)
        held = max(costs, key=lambda cost: cost.held_s, default=HopCost(0.0, end))
        held_s = held.held_s
        # What lasted longest in this thread: a hop of 11 ms is not why one stood still for 100.
        if longest.computing_s > max(HOP_S, waited_s, held_s):
            detail = f"the hop took {1000 * longest.computing_s:.1f} ms of {1000 * HOP_S:.0f}; {lost}"
            return Dropout(time_s, longest.stage, own=True, detail=detail)
        if stalled_s > max(waited_s, held_s):
            detail = f"the device asked for nothing for {1000 * stalled_s:.0f} ms, then for all at once; {lost}"
            return Dropout(time_s, "sound server", own=False, detail=detail)
        if waited_s > max(WAITED_S, held_s):
            detail = f"other programs had the processor for {1000 * waited_s:.0f} ms while a hop was due; {lost}"
            return Dropout(time_s, MACHINE, own=False, detail=detail)
        if held_s > HELD_S and held.others_s < MOST_OF_IT * held_s:
            detail = (
                f"the whole program had hardly any processor for {1000 * held_s:.0f} ms while a hop was due; {lost}"
            )
            return Dropout(time_s, MACHINE, own=False, detail=detail)
        if held_s > HELD_S and (stolen_s <= STOLEN_S or stolen_s < MOST_OF_IT * held_s):
            detail = f"the program's other threads held a hop up for {1000 * held_s:.0f} ms; {lost}"
            return Dropout(time_s, "program", own=True, detail=detail)
        if stolen_s > STOLEN_S:
            detail = f"the machine's host took the processor away for {1000 * stolen_s:.0f} ms; {lost}"
            return Dropout(time_s, MACHINE, own=False, detail=detail)
        return Dropout(time_s, end, own=True, detail=lost)
