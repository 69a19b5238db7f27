"""Records each talker into a file of its own while sound runs, on a thread that the audio path never waits for."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import numpy as np

from workbench.core.errors import EarshotError
from workbench.core.geometry import MicrophoneArray
from workbench.core.messages import Localization, TalkerRecording
from workbench.core.params import Params
from workbench.engine.journal import HopMoment
from workbench.engine.talker_splitter import HOP_S, MOST, TalkerSplitter

log = logging.getLogger(__name__)

QUEUE_HOPS = 1000
COST_HOPS = 500
"""The cost is that of the last 5 s of sound."""


class TalkerRecorder:
    """Takes hops from the audio thread and the localizer's updates from where it leaves them.

    Overflow policy: ten seconds wait in the queue; what the machine is too slow for after that is left out as silence,
    so that the files keep time, told in the list, and counted in `state.lost_s`.

    Parameters
    ----------
    array : MicrophoneArray
    folder, kind, most : see `TalkerSplitter`
    localizations : callable
        Gives the localizer's updates after a sequence number; -1 for all.

    Raises
    ------
    InputError, EarshotError
        See `TalkerFolder`.
    """

    def __init__(
        self,
        array: MicrophoneArray,
        folder: str | Path,
        localizations: Callable[[int], list[Localization]],
        kind: str = "wav",
        most: int = MOST,
    ):
        self._splitter = TalkerSplitter(array, folder, kind, most)
        self.folder = self._splitter.folder.path
        self.error: EarshotError | None = None
        self._localizations = localizations
        self._newest = max((one.sequence for one in localizations(-1)), default=-1)
        self._queue: queue.Queue = queue.Queue(maxsize=QUEUE_HOPS)
        self._unlisted = self._lost = 0
        self._costs_s: deque[float] = deque(maxlen=COST_HOPS)
        self._state = TalkerRecording()
        self._thread = threading.Thread(target=self._run, name="talkers", daemon=True)
        self._thread.start()

    @property
    def state(self) -> TalkerRecording:
        """How it stands."""
        return self._state

    def push(self, raw: np.ndarray, processed: np.ndarray, moment: HopMoment) -> None:
        """Take one hop: what the chain's stages heard of it. Never waits."""
        if self.error is not None or moment.heard is None:
            return
        shown = moment.choice.shown if moment.choice is not None else 0
        params = moment.sides[min(shown, len(moment.sides) - 1)].params
        try:
            self._queue.put_nowait((self._unlisted, moment.heard, moment.time_s, moment.gap, params))
            self._unlisted = 0
        except queue.Full:
            self._unlisted += 1
            self._lost += 1

    def stop(self) -> None:
        """Write out what is queued and complete the files; may be called twice."""
        if self._thread.is_alive():
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            while (item := self._queue.get()) is not None:
                began_s = time.thread_time()
                self._take(*item)
                self._costs_s.append(time.thread_time() - began_s)
                self._tell()
            self._splitter.finish()
            self._tell()
        except Exception as error:
            reason = getattr(error, "strerror", None) or error
            if not isinstance(error, OSError):
                log.exception("recording talkers failed")
            self.error = EarshotError(
                f"Recording talkers stopped after {self._splitter.seconds:.1f} s: {reason}. What was recorded is in "
                f"{self.folder}"
            )
            self._splitter.abandon()
            while self._queue.qsize():
                self._queue.get_nowait()

    def _take(self, lost: int, x: np.ndarray, time_s: float, gap: bool, params: Params) -> None:
        if lost:
            self._splitter.push_silence(lost, params)
        elif gap:
            self._splitter.note_gap()
        for update in self._localizations(self._newest):
            self._newest = max(self._newest, update.sequence)
            self._splitter.locate(update)
        self._splitter.push(x, time_s, params)

    def _tell(self) -> None:
        splitter = self._splitter
        self._state = TalkerRecording(
            numbers=splitter.numbers,
            files=splitter.folder.count,
            left_out=splitter.folder.left_out,
            core_percent=100 * sum(self._costs_s) / (HOP_S * max(1, len(self._costs_s))),
            behind_s=self._queue.qsize() * HOP_S,
            lost_s=self._lost * HOP_S,
            notice=splitter.notice,
        )


def record_talkers(
    samples: np.ndarray,
    array: MicrophoneArray,
    params: Params,
    updates: list[Localization],
    folder: str | Path,
    kind: str = "wav",
    progress: Callable[[float, float], None] = lambda done_s, total_s: None,
) -> TalkerRecording:
    """The same over a recording (mics, n) float32 at 48 kHz that was localized already.

    Raises
    ------
    InputError
        The folder holds talkers already.
    EarshotError
        A file cannot be written.
    """
    splitter = TalkerSplitter(array, folder, kind)
    hop = round(HOP_S * 48000)
    total, left = samples.shape[1] // hop, deque(updates)
    try:
        for number in range(total):
            while left and left[0].time_s <= number * HOP_S:
                splitter.locate(left.popleft())
            splitter.push(samples[:, number * hop : (number + 1) * hop], number * HOP_S, params)
            if number % 100 == 0:
                progress(number * HOP_S, total * HOP_S)
        splitter.finish()
    except OSError as error:
        splitter.abandon()
        raise EarshotError(f"{folder}: writing talkers failed ({error.strerror or error})") from error
    folder_list = splitter.folder
    return TalkerRecording(files=folder_list.count, left_out=folder_list.left_out, notice=splitter.notice)
