"""Processes that make shards ahead of the training loop."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from workbench.core.errors import EarshotError
from workbench.core.interrupts import deaf_to_ctrl_c

CONTEXT = multiprocessing.get_context("spawn")
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_NICE = 5
_LAST_WORDS_S = 0.3


def _labour(work: Callable[..., None], errors: Any, parent: int, arguments: tuple) -> None:
    """One process: `work` gets its arguments and a function that says whether it may go on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C reaches all; the loop decides
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICE)
    try:
        work(*arguments, lambda: os.getppid() == parent)
    except Exception as error:  # carried to the main process, which raises it
        errors.put(str(error) if isinstance(error, EarshotError) else f"{type(error).__name__}: {error}")


class Crew:
    """Runs the processes; a context manager.

    Parameters
    ----------
    work : function, importable
        What process k of `jobs` does: `work(*arguments, k, jobs, goes_on)`; it ends when `goes_on()` is no longer true.
    arguments : tuple
        To be pickled.
    jobs : int
    folder : Path
        Gets `train/` and `validation/`; half-written shards of an earlier run are removed.
    craft : str
        What they do, for messages: "mixing".
    """

    def __init__(self, work: Callable[..., None], arguments: tuple, jobs: int, folder: Path, craft: str):
        self._craft = craft
        self._errors = CONTEXT.Queue()
        for name in ("train", "validation"):
            (folder / name).mkdir(parents=True, exist_ok=True)
            for partial in (folder / name).glob("*.part"):
                partial.unlink()
        self._workers = [
            CONTEXT.Process(target=_labour, args=(work, self._errors, os.getpid(), (*arguments, k, jobs)), daemon=True)
            for k in range(jobs)
        ]

    def __enter__(self) -> Self:
        # One thread for each worker's matrix products: more would only wait for each other.
        before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
        os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"))
        try:
            with deaf_to_ctrl_c():
                for worker in self._workers:
                    worker.start()
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            worker.join()

    def check(self) -> None:
        """Raise what stopped a worker; those that have made all they had to may end.

        Raises
        ------
        EarshotError
            A worker failed or was killed.
        """
        if not self._errors.empty():
            raise EarshotError(f"{self._craft} stopped: {self._errors.get()}")
        dead = [worker for worker in self._workers if worker.exitcode not in (None, 0)]
        if dead:
            time.sleep(_LAST_WORDS_S)  # its last words may still be on the way
            reason = self._errors.get() if not self._errors.empty() else f"exit code {dead[0].exitcode}"
            raise EarshotError(f"a process for {self._craft} ended: {reason}")
