"""Worker processes that make shards ahead of the training loop."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from workbench.core.errors import EarshotError
from workbench.core.interrupts import deaf_to_ctrl_c
from workbench.training.corpus import build_pool
from workbench.training.mixing import Mixer
from workbench.training.rooms import measured_responses
from workbench.training.shards import make_shard, shard_path, write_shard

AHEAD = 24
"""Shards that may lie ready beyond the newest one in use: bounds the disk space."""
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_VALIDATION_SEED = 1_000_003


@dataclass(frozen=True, slots=True)
class Sources:
    """What mixtures are made from, and where everything is kept while training."""

    speech: tuple[Path, ...]
    noise: tuple[Path, ...]
    rooms: tuple[Path, ...]
    work: Path
    seed: int


def make_mixer(sources: Sources, validation: bool, progress=None) -> Mixer:
    """Pools from the caches in the work folder, or built there.

    Raises
    ------
    InputError
        A folder has nothing to train on.
    """
    speech, _ = build_pool(list(sources.speech), sources.work / "speech", True, progress)
    noise, _ = build_pool(list(sources.noise), sources.work / "noise", False, progress)
    rooms = [response for folder in sources.rooms for response in measured_responses(folder)]
    return Mixer(speech, noise, rooms, validation)


def _make_validation(sources: Sources, count: int) -> None:
    """The validation shards, if they are not there yet."""
    folder = sources.work / "validation"
    missing = [number for number in range(count) if not shard_path(folder, number).exists()]
    if missing:
        mixer = make_mixer(sources, validation=True)
        for number in missing:
            write_shard(folder, number, make_shard(mixer, _VALIDATION_SEED + sources.seed, number))


def _work(sources: Sources, first: int, step: int, validation: int, span, errors) -> None:
    """Make shards first, first + step, … for ever, inside the shared span (oldest, newest) of those in use.

    The first worker makes the validation shards before.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C reaches all; the loop decides
    with contextlib.suppress(OSError, AttributeError):
        os.nice(5)
    parent = os.getppid()
    try:
        if first == 0:
            _make_validation(sources, validation)
        mixer = make_mixer(sources, validation=False)
        folder = sources.work / "train"
        number = first
        while os.getppid() == parent:
            oldest, newest = span[0], span[1]
            if number < oldest or shard_path(folder, number).exists():
                number += step
            elif number > newest + AHEAD:
                time.sleep(0.1)
            else:
                write_shard(folder, number, make_shard(mixer, sources.seed, number))
                number += step
    except Exception as error:  # carried to the main process, which raises it
        errors.put(f"{type(error).__name__}: {error}" if not isinstance(error, EarshotError) else str(error))


class Producer:
    """Runs the workers; a context manager.

    Parameters
    ----------
    sources : what to mix
    jobs : number of processes
    validation : number of validation shards
    """

    def __init__(self, sources: Sources, jobs: int, validation: int):
        context = multiprocessing.get_context("spawn")
        self._sources = sources
        self._span = context.Array("q", 2)
        self._errors = context.Queue()
        self._deleted = 0
        for name in ("train", "validation"):
            (sources.work / name).mkdir(parents=True, exist_ok=True)
        for partial in (sources.work / "train").glob("*.part"):
            partial.unlink()
        self._workers = [
            context.Process(target=_work, args=(sources, k, jobs, validation, self._span, self._errors), daemon=True)
            for k in range(jobs)
        ]

    def __enter__(self) -> Producer:
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

    def __exit__(self, *_) -> None:
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            worker.join()

    def move_on(self, oldest: int, newest: int) -> None:
        """Shards below `oldest` are done with and deleted; the workers may go some way beyond `newest`."""
        self._span[0], self._span[1] = oldest, newest
        while self._deleted < oldest:
            shard_path(self._sources.work / "train", self._deleted).unlink(missing_ok=True)
            self._deleted += 1

    def check(self) -> None:
        """Raise what stopped a worker.

        Raises
        ------
        EarshotError
            A worker failed or was killed.
        """
        if not self._errors.empty():
            raise EarshotError(f"mixing stopped: {self._errors.get()}")
        dead = [worker for worker in self._workers if not worker.is_alive()]
        if dead:
            time.sleep(0.3)  # its last words may still be on the way
            reason = self._errors.get() if not self._errors.empty() else f"exit code {dead[0].exitcode}"
            raise EarshotError(f"a mixing process ended: {reason}")
