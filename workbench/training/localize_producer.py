"""Processes that simulate the shards of localization ahead of the training loop."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.core.errors import EarshotError
from workbench.core.geometry import MicrophoneArray
from workbench.training.corpus import build_pool
from workbench.training.localize_scenes import SceneMaker, SceneRanges
from workbench.training.localize_shards import make_shard, shard_path, write_shard

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
VALIDATION_SNR_DB = (10.0, 30.0)
"""Validation also calibrates confidences, which shall be right where the program is mostly used."""


@dataclass(frozen=True, slots=True)
class SceneSources:
    """What scenes are made from, and where shards are kept."""

    array: MicrophoneArray
    speech: tuple[Path, ...]
    noise: tuple[Path, ...]
    work: Path
    seed: int
    ranges: SceneRanges = field(default_factory=SceneRanges)


def make_maker(sources: SceneSources, validation: bool, progress=None) -> SceneMaker:
    """A scene maker with pools from the caches in the work folder, or built there.

    Raises
    ------
    InputError
        A folder has no usable sound.
    """
    speech, _ = build_pool(list(sources.speech), sources.work / "speech", True, progress)
    noise = build_pool(list(sources.noise), sources.work / "noise", False, progress)[0] if sources.noise else None
    ranges = replace(sources.ranges, snr_db=VALIDATION_SNR_DB) if validation else sources.ranges
    return SceneMaker(sources.array, speech, noise, ranges, sources.seed, validation)


def _work(sources: SceneSources, first: int, step: int, validation: int, count: int, errors) -> None:
    """Make the validation shards and then the training shards first, first + step, … below count."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C reaches all; the loop decides
    with contextlib.suppress(OSError, AttributeError):
        os.nice(5)
    parent = os.getppid()
    try:
        for part, total in (("validation", validation), ("train", count)):
            maker = make_maker(sources, part == "validation")
            folder = sources.work / part
            for number in range(first, total, step):
                if os.getppid() != parent:
                    return
                if not shard_path(folder, number).exists():
                    write_shard(folder, number, make_shard(maker, sources.array, number))
    except Exception as error:  # carried to the main process, which raises it
        errors.put(f"{type(error).__name__}: {error}" if not isinstance(error, EarshotError) else str(error))


class ShardProducer:
    """Runs the workers; a context manager.

    Parameters
    ----------
    sources : what to simulate
    jobs : number of processes
    validation, count : numbers of validation and training shards
    """

    def __init__(self, sources: SceneSources, jobs: int, validation: int, count: int):
        context = multiprocessing.get_context("spawn")
        self._errors = context.Queue()
        for name in ("train", "validation"):
            (sources.work / name).mkdir(parents=True, exist_ok=True)
            for partial in (sources.work / name).glob("*.part"):
                partial.unlink()
        self._workers = [
            context.Process(target=_work, args=(sources, k, jobs, validation, count, self._errors), daemon=True)
            for k in range(jobs)
        ]

    def __enter__(self) -> ShardProducer:
        before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
        os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"))
        try:
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

    def check(self) -> None:
        """Raise what stopped a worker; those that have made all their shards may end.

        Raises
        ------
        EarshotError
            A worker failed or was killed.
        """
        if not self._errors.empty():
            raise EarshotError(f"the simulation stopped: {self._errors.get()}")
        dead = [worker for worker in self._workers if worker.exitcode not in (None, 0)]
        if dead:
            time.sleep(0.3)  # its last words may still be on the way
            reason = self._errors.get() if not self._errors.empty() else f"exit code {dead[0].exitcode}"
            raise EarshotError(f"a simulating process ended: {reason}")
