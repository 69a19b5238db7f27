"""Localization on a thread of its own: it may fall behind and says so; it never delays sound."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from workbench.core.messages import Block, TalkerTruth, Track
from workbench.core.params import Params
from workbench.engine.mailbox import Mailbox
from workbench.localize.localizer import Localizer

log = logging.getLogger(__name__)

QUEUE_HOPS = 50
"""Half a second: what is older is left out and counted."""


class SoftLocalizer:
    """Takes blocks from the hop thread and leaves localizations in the mailbox.

    Overflow policy: keeps the newest hops, counts those it left out. With `params` it loads what they ask for before
    the first hop comes.
    """

    def __init__(
        self, localizer: Localizer, mailbox: Mailbox, report: Callable[[str], None], params: Params | None = None
    ):
        self._localizer = localizer
        self._params = params
        self._mailbox = mailbox
        self._report = report
        self._queue: deque[tuple[Block, Params]] = deque(maxlen=QUEUE_HOPS)
        self._wake = threading.Event()
        self._ended = False
        self._failed = False
        self._bookmark: tuple | None = None
        self._truths: deque[tuple[float, tuple[TalkerTruth, ...]]] = deque(maxlen=QUEUE_HOPS * 2)
        self._spent_ns = 0
        self._newest_s = 0.0
        self._noticed = ""
        self.skipped = 0
        self.tracks: tuple[Track, ...] = ()
        """The newest tracks; read by the hop thread for a beam that follows one."""
        self._thread = threading.Thread(target=self._run, name="localizer", daemon=True)
        self._thread.start()

    def push(self, block: Block, params: Params) -> None:
        """Hand over a hop; never waits."""
        if len(self._queue) == QUEUE_HOPS:
            self.skipped += 1
        self._queue.append((block, params))
        self._newest_s = block.time_s
        self._wake.set()

    def close(self) -> None:
        """End the thread."""
        self._ended = True
        self._wake.set()
        self._thread.join(timeout=5)

    def track(self, number: int) -> Track | None:
        """The track of that number, if it lives."""
        return next((track for track in self.tracks if track.number == number), None)

    def _run(self) -> None:
        if self._params is not None and self._params.localize.enabled:
            try:
                self._localizer.prepare(self._params.localize)
            except Exception:  # told when the first hop fails likewise
                log.exception("the localizer could not be prepared")
        while not self._ended:
            self._wake.wait()
            self._wake.clear()
            while self._queue and not self._ended:
                block, params = self._queue.popleft()
                if not params.localize.enabled or self._failed:
                    self.tracks = ()
                    continue
                try:
                    self._process(block, params)
                except Exception as error:  # localization may fail; sound goes on
                    log.exception("localization failed")
                    self._failed = True
                    self._report(f"Localization stopped: {error}")

    def _process(self, block: Block, params: Params) -> None:
        began = time.thread_time_ns()
        samples = np.nan_to_num(block.samples, nan=0.0, posinf=0.0, neginf=0.0)
        self._truths.append((block.time_s, block.truth))
        if block.seam == 1:
            self._bookmark = self._localizer.bookmark()
        if block.seam and self._bookmark is not None:  # the same talkers come again, and keep their numbers
            self._localizer.return_to(self._bookmark)  # the first time too: what follows is no neighbour of what was
        # A gap shows in the time: the localizer starts its window again and keeps its tracks.
        update = self._localizer.process(samples, block.time_s, params.localize)
        self._spent_ns += time.thread_time_ns() - began
        if update is None:
            return
        if self._localizer.notice != self._noticed:
            self._noticed = self._localizer.notice
            if self._noticed:
                self._report(self._noticed)
        self.tracks = update.tracks
        history = self._mailbox.localizations
        history.put(
            replace(
                update,
                sequence=history.next_sequence,
                truth=self._truth_at(update.time_s),
                skipped=self.skipped,
                update_ms=self._spent_ns / 1e6,
                # Of the hops that came meanwhile; a source that jumped back makes nothing stale.
                stale_s=max(0.0, self._newest_s - block.time_s),
            )
        )
        self._spent_ns = 0

    def _truth_at(self, time_s: float) -> tuple[TalkerTruth, ...]:
        """Truth of the analysed span's centre, not of its end: a walking talker is degrees further by then."""
        return min(self._truths, key=lambda entry: abs(entry[0] - time_s))[1]
