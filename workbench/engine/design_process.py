"""The parent's end of the design process: started when loudspeakers are tuned, ended when nobody tunes them any more.

A design is twenty milliseconds of numpy in thousands of short calls. In this process each of them would take the
interpreter from sound and window and wait for it again: ten times as long, and now and then a hop comes too late.
"""

from __future__ import annotations

import contextlib
import logging
import pickle
import subprocess
import threading
import time
from multiprocessing.connection import Connection

from workbench.core.errors import InputError
from workbench.core.geometry import SpeakerLayout
from workbench.core.messages import LoudspeakerResponse
from workbench.core.params import RenderParams
from workbench.engine import compute_child
from workbench.engine.compute_child import receive, send
from workbench.engine.design_server import Answer, Task
from workbench.engine.room_paths import listening_room
from workbench.render.effort import Effort, Outdated
from workbench.render.renderer import DELAY, RenderFilters

log = logging.getLogger(__name__)

PATIENCE_S = 30.0
"""A process that says nothing for so long hangs; to start and to make the first draft takes two, on a busy machine ten.
"""
ASK_AGAIN_S = 0.02
"""How often a design that is waited for is asked whether it is still wanted."""
KEPT_S = 60.0
"""It holds 80 MB: so long after its last design it ends, unless somebody looks."""
REST_AFTER_FAILURE_S = 60.0


class DesignFailed(RuntimeError):
    """A design went wrong in a way that nobody has foreseen."""


class DesignProcess:
    """Designs loudspeakers' filters in a process of its own, which starts with the first one or with `look`.

    Any thread may ask; the tasks of several are worked on one after the other.
    """

    def __init__(self):
        self._one_at_a_time = threading.Lock()
        self._state = threading.Condition()
        self._process: subprocess.Popen | None = None
        self._link: Connection | None = None
        self._looked_at = self._closed = False
        self._owed = False
        self._used_s = 0.0
        self._broken_until_s = 0.0

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self._link is not None

    def look(self, looking: bool) -> None:
        """Somebody looks at the loudspeakers' views, or no longer; never waits."""
        with self._state:
            self._looked_at = looking
            self._state.notify_all()

    def rehearse(self, layout: SpeakerLayout, params: RenderParams) -> None:
        """Make a design and a draft for nobody, if somebody looks: what all of them need is computed then, not when a
        slider is first dragged. Never waits."""
        if self._looked_at:
            threading.Thread(
                target=self._rehearse, args=(layout, params), name="designs rehearsal", daemon=True
            ).start()

    def _rehearse(self, layout: SpeakerLayout, params: RenderParams) -> None:
        with contextlib.suppress(InputError, DesignFailed):  # that is said when somebody asks for it
            for draft in (False, True):
                task = Task(pickle.dumps(layout), params, params, DELAY, None, draft, listening_room(params))
                self.design(task, Effort(draft))

    def design(self, task: Task, effort: Effort) -> tuple[RenderFilters, LoudspeakerResponse] | None:
        """Filters and their picture; None where there is no such process to be had: then do it here.

        Raises
        ------
        InputError
            As `renderer.design_render`.
        Outdated
            `effort` says so.
        DesignFailed
            Something went wrong.
        """
        while not self._one_at_a_time.acquire(timeout=ASK_AGAIN_S):
            effort.step()
        try:
            if self._closed or time.monotonic() < self._broken_until_s or not (self.running or self._start()):
                return None
            made = self._asked(task, effort)
        except (EOFError, OSError) as error:
            if not self._closed:
                log.warning("the design process has ended (%s); designs are made here for a while", error)
                self._broken_until_s = time.monotonic() + REST_AFTER_FAILURE_S
            self._end()
            return None
        finally:
            self._used_s = time.monotonic()
            self._one_at_a_time.release()
        if made.refusal:
            raise InputError(made.refusal)
        if made.filters is None or made.response is None:
            raise DesignFailed(made.failure or "the design process made nothing")
        return made.filters, made.response

    def _asked(self, task: Task, effort: Effort) -> Answer:
        """Its answer. Raises Outdated, and EOFError or OSError where the process has ended."""
        link = self._link
        if link is None:
            raise EOFError("it was closed")
        if self._owed:  # of one that was given up: it ends at its next step
            if not link.poll(PATIENCE_S):
                raise EOFError("it does not answer")
            receive(link)
            self._owed = False
        send(link, task)
        self._owed = True
        until_s = time.monotonic() + PATIENCE_S
        while not link.poll(ASK_AGAIN_S):
            if effort.outdated():
                link.send_bytes(b"")
                raise Outdated
            if time.monotonic() > until_s:
                raise EOFError("it does not answer")
        made = receive(link)
        self._owed = False
        return made

    def _start(self) -> bool:
        """Start the process, and the thread that ends it; whether it could be started."""
        try:
            process, link = compute_child.start("--design-server")
        except OSError as error:
            log.warning("no design process: %s", error)
            self._broken_until_s = time.monotonic() + REST_AFTER_FAILURE_S
            return False
        with self._state:
            self._process, self._link, self._owed = process, link, False
            if self._closed:  # meanwhile
                self._end()
                return False
        self._used_s = time.monotonic()
        threading.Thread(target=self._keep, name="designs keeper", daemon=True).start()
        return True

    def _keep(self) -> None:
        """End the process when it is no longer used."""
        process = self._process
        while self._process is process and not self._closed:
            with self._state:
                self._state.wait(KEPT_S / 4)
            if self._looked_at or time.monotonic() - self._used_s < KEPT_S:
                continue
            if self._one_at_a_time.acquire(blocking=False):
                try:
                    if self._process is process:
                        self._end()
                finally:
                    self._one_at_a_time.release()

    def _end(self) -> None:
        """End the process, kindly if it listens."""
        with self._state:
            process, link, self._process, self._link = self._process, self._link, None, None
            self._state.notify_all()
        if process is not None and link is not None:
            compute_child.end(process, link)

    def close(self) -> None:
        """End the process; nobody can ask any more. Waits for it, at most a second."""
        with self._state:
            self._closed = True
            self._state.notify_all()
            process = self._process
        if process is not None:  # whoever waits for a design finds that it has ended
            process.terminate()
        with self._one_at_a_time:
            self._end()
