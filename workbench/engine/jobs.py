"""Jobs: long work beside the sound, each a process of its own at low priority, one after the other.

A job is a command line of this program. It says how far it is on stderr: as lines of JSON with `share`, or with `done`
and `total` (and perhaps `text`, `stage`, `left_s`), which commands write when `PROGRESS_VARIABLE` is set, or in words
as training does ("12.5 min done, 3 min left"); any other line is shown as it is.
"""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.audio.stream import environment, program

log = logging.getLogger(__name__)

PROGRESS_VARIABLE = "EARSHOT_PROGRESS"
NICENESS = 15
LINES_KEPT = 200
PATIENCE_S = 15.0
"""A job that was asked to stop may write its checkpoint so long; then it is killed."""
INSIST_S = 6.0
"""Where the system does not show whether a job ignores Ctrl-C, it is told in the other way after this."""
_MINUTES = re.compile(r"(\d+(?:\.\d+)?) min done, (\d+(?:\.\d+)?) min left")
OVER = ("done", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class JobState:
    """How a job stands.

    state : "waiting", "running", "paused", "stopping", "done", "failed" or "cancelled"
    share : 0 to 1, None while it is not known
    text : what it says of itself; why, when it failed
    left_s : time left, None while it is not known
    result : what it wrote as JSON on stdout, None if it wrote none
    """

    number: int
    name: str
    state: str = "waiting"
    share: float | None = None
    text: str = ""
    left_s: float | None = None
    result: dict | None = None

    @property
    def over(self) -> bool:
        return self.state in OVER


@dataclass(eq=False)
class _Job:
    state: JobState
    words: tuple[str, ...]
    finished: Callable[[JobState], None] | None
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=LINES_KEPT))
    process: subprocess.Popen | None = None
    began_s: float = 0.0


class JobQueue:
    """Runs jobs one after the other. All methods may be called from any thread, and none waits for a job.

    Parameters
    ----------
    command : sequence of str, optional
        What comes before a job's words; this program by default.
    """

    def __init__(self, command: Sequence[str] | None = None):
        self._command = list(command) if command is not None else program()
        self._jobs: list[_Job] = []
        self._lock = threading.Condition()
        self._closing = False
        self._numbers = 0
        self.serial = 0
        """Grows with every change: who polls need not compare."""
        self._thread: threading.Thread | None = None

    @property
    def states(self) -> tuple[JobState, ...]:
        """All jobs, oldest first."""
        with self._lock:
            return tuple(job.state for job in self._jobs)

    def add(self, name: str, words: Sequence[str], finished: Callable[[JobState], None] | None = None) -> int:
        """Add a job; gives its number. `finished` is called from another thread when it is over."""
        with self._lock:
            self._numbers += 1
            self._jobs.append(_Job(JobState(self._numbers, name), tuple(words), finished))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
                self._thread.start()
            self._changed()
            return self._numbers

    def pause(self, number: int) -> None:
        """Halt a running job; it keeps its memory."""
        with self._lock:
            job = self._find(number)
            if job is not None and job.state.state == "running":
                self._signal(job, "SIGSTOP")
                self._set(job, state="paused")

    def resume(self, number: int) -> None:
        """Go on with a paused job."""
        with self._lock:
            job = self._find(number)
            if job is not None and job.state.state == "paused":
                self._signal(job, "SIGCONT")
                self._set(job, state="running")

    def cancel(self, number: int) -> None:
        """Take a job out of the queue, or ask the running one to stop: what it can save, it saves."""
        with self._lock:
            job = self._find(number)
            if job is None or job.state.over or job.state.state == "stopping":
                return
            if job.state.state == "waiting":
                self._set(job, state="cancelled")
                return
            self._set(job, state="stopping", text="stopping")
            if job.process is not None:  # else it is just being started, and stopped as soon as that has happened
                self._stop(job)

    def remove(self, number: int) -> None:
        """Forget a job that is over."""
        with self._lock:
            self._jobs = [job for job in self._jobs if job.state.number != number or not job.state.over]
            self._changed()

    def log_of(self, number: int) -> str:
        """The last lines that a job wrote."""
        with self._lock:
            job = self._find(number)
            return "\n".join(job.lines) if job is not None else ""

    def close(self) -> None:
        """Stop everything; waits until the running job has saved what it can."""
        with self._lock:
            self._closing = True
            running = [job for job in self._jobs if job.process is not None and not job.state.over]
            for job in running:
                self._stop(job)
            self._lock.notify_all()
        if self._thread is not None:
            self._thread.join(PATIENCE_S + 5)

    # ---- inside ----------------------------------------------------------------------------------------------

    def _find(self, number: int) -> _Job | None:
        return next((job for job in self._jobs if job.state.number == number), None)

    def _set(self, job: _Job, **changes) -> None:
        job.state = replace(job.state, **changes)
        self._changed()

    def _changed(self) -> None:
        self.serial += 1
        self._lock.notify_all()

    def _signal(self, job: _Job, name: str) -> None:
        """To the job and all processes that it started."""
        kind = getattr(signal, name, None)
        if job.process is None or kind is None:
            return
        try:
            os.killpg(job.process.pid, kind)
        except ProcessLookupError:
            pass  # it has just ended
        except (AttributeError, PermissionError):
            job.process.send_signal(kind)

    def _stop(self, job: _Job) -> None:
        self._signal(job, "SIGCONT")
        self._signal(job, "SIGINT")
        threading.Thread(target=self._insist, args=(job,), name="job stop", daemon=True).start()

    def _insist(self, job: _Job) -> None:
        """A program that was started with Ctrl-C ignored hands that on to its jobs: they are told by SIGTERM, which
        commands take for the same. Not to the processes that a job started, and not to one that is about to save."""
        process, began_s = job.process, time.monotonic()
        ignores = _ignores_interrupts(process.pid)
        try:
            if ignores is not False:
                process.wait(0.0 if ignores else INSIST_S)
        except subprocess.TimeoutExpired:
            process.terminate()
        try:
            process.wait(max(0.0, began_s + PATIENCE_S - time.monotonic()))
        except subprocess.TimeoutExpired:
            with self._lock:
                self._signal(job, "SIGKILL")

    def _run(self) -> None:
        while True:
            with self._lock:
                while not self._closing and not any(job.state.state == "waiting" for job in self._jobs):
                    self._lock.wait()
                if self._closing:
                    return
                job = next(job for job in self._jobs if job.state.state == "waiting")
                self._set(job, state="running")
            self._work(job)

    def _work(self, job: _Job) -> None:
        try:
            process = subprocess.Popen(
                [*self._command, *job.words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                env=environment({PROGRESS_VARIABLE: "1", "PYTHONUNBUFFERED": "1"}),
                start_new_session=True,
            )
        except OSError as error:
            job.lines.append(str(error))
            self._end(job, -1, "")
            return
        try:
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        except (AttributeError, OSError) as error:
            log.info("a job runs at normal priority: %s", error)
        with self._lock:
            job.process, job.began_s = process, time.monotonic()
            if self._closing or job.state.state == "stopping":
                self._stop(job)
            elif job.state.state == "paused":
                self._signal(job, "SIGSTOP")
        answer: list[str] = []
        assert process.stdout is not None and process.stderr is not None  # both are pipes
        reader = threading.Thread(target=lambda: answer.append(process.stdout.read()), name="job output", daemon=True)
        reader.start()
        for line in process.stderr:
            self._hear(job, line.rstrip())
        code = process.wait()
        reader.join()
        process.stdout.close()
        process.stderr.close()
        self._end(job, code, answer[0] if answer else "")

    def _hear(self, job: _Job, line: str) -> None:
        told = _progress(line)
        with self._lock:
            if told is None:
                if line:
                    job.lines.append(line)
                    if job.state.state == "running":
                        self._set(job, text=line)
                return
            share = told.get("share")
            elapsed_s = time.monotonic() - job.began_s
            left_s = told.get("left_s", elapsed_s * (1 - share) / share if share else None)
            if job.state.state in ("running", "paused"):
                self._set(job, share=share, left_s=left_s, text=told.get("text", job.state.text))

    def _end(self, job: _Job, code: int, answer: str) -> None:
        result = None
        try:
            told = json.loads(answer) if answer.strip() else None
            result = told if isinstance(told, dict) else None
        except ValueError:
            job.lines.extend(answer.splitlines())
        with self._lock:
            if job.state.state == "stopping" or self._closing:
                self._set(job, state="cancelled", left_s=None, text="stopped")
            elif code == 0:
                self._set(job, state="done", share=1.0, left_s=None, result=result)
            else:
                why = job.lines[-1].removeprefix("workbench: ") if job.lines else f"ended with code {code}"
                self._set(job, state="failed", left_s=None, text=why)
            state, finished = job.state, job.finished
        if finished is not None:
            finished(state)


def _ignores_interrupts(pid: int) -> bool | None:
    """Whether a process ignores SIGINT; None where the system does not show it."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    ignored = re.search(r"^SigIgn:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return None if ignored is None else bool(int(ignored[1], 16) >> (signal.SIGINT - 1) & 1)


def _progress(line: str) -> dict | None:
    """A line of progress, with `share` between 0 and 1; None for any other line."""
    if (minutes := _MINUTES.search(line)) is not None:
        done, left = (float(number) for number in minutes.groups())
        return {"share": done / max(done + left, 1e-9), "left_s": 60 * left, "text": line}
    if not line.startswith("{"):
        return None
    try:
        told = json.loads(line)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    try:
        if "share" in told:
            told["share"] = min(1.0, max(0.0, float(told["share"])))
        elif told.get("total"):
            told["share"] = min(1.0, max(0.0, float(told["done"]) / float(told["total"])))
        else:
            return None
    except (KeyError, TypeError, ValueError):
        return None
    if "stage" in told:
        told.setdefault("text", str(told["stage"]))
    return told
