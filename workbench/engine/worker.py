"""The thread that runs the chain, hop by hop."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable

from workbench.core.errors import EarshotError
from workbench.core.system_files import text_of
from workbench.engine.runner import Runner

log = logging.getLogger(__name__)

SWITCH_INTERVAL_S = 0.0001
"""How long a thread may keep the interpreter that the worker waits for. A hop gives it away some twenty times: beside
a busy thread a hop of 1.5 ms takes 10 ms at 0.5 ms, and 4 ms with this."""

OTHERS_PRIORITY = 1
"""Of the program's other threads while sound runs. One that was interrupted by another program while it had the
interpreter would make the worker wait for that program, whatever the worker's own priority is."""

COMPUTING = ("designs", "kernels", "oracle", "job", "trades", "microphone check", "room responses")
"""Threads that may compute for seconds without a pause: the system would answer to that by taking the processor from
all real-time threads for a moment. (Names begin so.)"""

WAITED_FOR = ("Thread (pooled)", "QXcbEventQueue")
"""Threads that are not Python's own, by the name that the system knows, for which the window waits while it has the
interpreter: those with which Qt paints large pictures, and the one that reads from the X server."""

OTHERS_NICENESS = -10
"""For those, for threads that are not Python's own, and where only this is allowed."""
ENOUGH_PROCESSORS = 4

CLOSE_PATIENCE_S = 5.0
"""A hop that takes longer than this to end, such as one that waits for memory from a slow disk, ends without us."""

REALTIME_PRIORITY = 5
"""Low among real-time threads: above everything that can wait, below the sound server's own."""


def _ask_for_priority() -> None:
    """Put the calling thread before those that can wait, where the system lets this user (audio group, rtprio)."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(REALTIME_PRIORITY))
    except (AttributeError, OSError) as error:
        log.info("no real-time priority for the worker thread: %s", error)


def _calm_down(thread: int) -> None:
    """Take a thread's real-time priority away."""
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))


def _others() -> list[int]:
    """All threads of this process; none where the system does not list them."""
    try:
        return [int(thread) for thread in os.listdir("/proc/self/task")]
    except OSError:
        return []


def _short_of_breath() -> set[int]:
    """The threads that do a little at a time."""
    threads = (thread for thread in threading.enumerate() if not thread.name.startswith(COMPUTING))
    own = {thread.native_id for thread in threads if thread.native_id is not None}
    return own | {thread for thread in _others() if _waited_for(thread)}


def _waited_for(thread: int) -> bool:
    try:
        return text_of(f"/proc/self/task/{thread}/comm").rstrip("\n") in WAITED_FOR
    except (OSError, ValueError):
        return False


def _processors() -> int:
    """Those that this process may use, not all that the machine has."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _hasten(threads: Iterable[int]) -> None:
    """Put these threads before other programs. Threads and processes that they start do not inherit it."""
    brief = _short_of_breath() if _processors() >= ENOUGH_PROCESSORS else set()
    for thread in threads:
        with contextlib.suppress(AttributeError, OSError):
            if thread in brief and os.sched_getscheduler(thread) == os.SCHED_OTHER:
                policy = os.SCHED_RR | os.SCHED_RESET_ON_FORK
                os.sched_setscheduler(thread, policy, os.sched_param(OTHERS_PRIORITY))
                continue
        with contextlib.suppress(AttributeError, OSError):
            if os.getpriority(os.PRIO_PROCESS, thread) > OTHERS_NICENESS:
                os.setpriority(os.PRIO_PROCESS, thread, OTHERS_NICENESS)
                if os.sched_getscheduler(thread) == os.SCHED_OTHER:
                    os.sched_setscheduler(thread, os.SCHED_OTHER | os.SCHED_RESET_ON_FORK, os.sched_param(0))


def _relax_others() -> None:
    """The sound has stopped: be a program like others again."""
    for thread in _others():
        with contextlib.suppress(AttributeError, OSError):
            policy = os.sched_getscheduler(thread)
            realtime = policy & ~os.SCHED_RESET_ON_FORK == os.SCHED_RR
            if policy == os.SCHED_OTHER | os.SCHED_RESET_ON_FORK or (
                realtime and os.sched_getparam(thread).sched_priority == OTHERS_PRIORITY
            ):
                os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))
        with contextlib.suppress(AttributeError, OSError):
            if os.getpriority(os.PRIO_PROCESS, thread) == OTHERS_NICENESS:
                os.setpriority(os.PRIO_PROCESS, thread, 0)


class Worker:
    """Runs a `Runner` until it is finished, closed, or fails; then `error` says why."""

    def __init__(self, runner: Runner):
        self.runner = runner
        self.error: Exception | None = None
        self._ended = threading.Event()
        self._hastened: set[int] = set()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._handing_over = threading.Lock()
        self._moving = False
        self._free: Callable[[], None] | None = None

    def start(self) -> None:
        """Start source, sink and thread. Raises InputError or DeviceError when source or sink refuse."""
        if self.runner.paced:
            sys.setswitchinterval(SWITCH_INTERVAL_S)
        self.runner.start()
        self.hasten_others()  # with the threads of the source, which render or read ahead
        # What lives now lives on: leave it out of every later collection, which would stop all threads.
        gc.collect()
        gc.freeze()
        self._moving = True
        self._thread.start()

    def hasten_others(self) -> None:
        """Put the program's threads before other programs, as long as sound runs: to be called again for those that
        began since. One that has the interpreter and no processor makes the sound and the window wait."""
        if not self.runner.paced or self._ended.is_set():
            return
        now = set(_others())
        own = {self._thread.native_id} if self._thread.native_id is not None else set()
        began = now - self._hastened - own
        if began:
            _hasten(began)
        self._hastened = now

    @property
    def alive(self) -> bool:
        """Whether hops are still being moved."""
        return self._thread.is_alive()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait for the end of the source."""
        self._thread.join(timeout_s)

    def close(self, free: Callable[[], None] | None = None, late: Callable[[], None] | None = None) -> bool:
        """End the thread, at most one hop later, and then call `free`, which closes what the thread uses.

        Where that hop has not ended within `CLOSE_PATIENCE_S`, `late` is called, and the thread itself will call `free`
        when it ends: nothing is closed while it is in use. Until then it gives nothing to mailbox or recording any
        more, and has no priority.

        Returns
        -------
        bool : whether the thread has ended, and all is free
        """
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(timeout=CLOSE_PATIENCE_S)
        gc.unfreeze()
        if self.runner.paced:
            _relax_others()
        with self._handing_over:
            ended = not self._moving
            if not ended:
                self.runner.forsake()
                _calm_down(self._thread.native_id)
                if late is not None:
                    late()
                self._free = free
        if ended and free is not None:
            free()
        return ended

    def _run(self) -> None:
        if self.runner.paced:  # who runs as fast as it goes must not shut out the rest
            _ask_for_priority()
        try:
            while not (self._ended.is_set() or self.runner.finished):
                self.runner.step()
        except EarshotError as error:
            log.info("the worker ended: %s", error)
            self.error = error
        except Exception as error:
            log.exception("the worker failed")
            self.error = error
        with self._handing_over:
            self._moving, free = False, self._free
        if free is not None:
            log.info("a hop that took very long has ended")
            try:
                free()
            except Exception:  # there is nobody left whom it would concern
                log.exception("what the worker used could not be closed")
