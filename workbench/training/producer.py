"""Mixes shards of training examples ahead of the training loop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.training.corpus import build_pool
from workbench.training.crew import CONTEXT, Crew
from workbench.training.mixing import Mixer
from workbench.training.rooms import measured_responses
from workbench.training.shards import make_shard, shard_path, write_shard

AHEAD = 24
"""Shards that may lie ready beyond the newest one in use: bounds the disk space."""
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


def _work(sources: Sources, validation: int, span, first: int, step: int, goes_on: Callable[[], bool]) -> None:
    """Make shards first, first + step, … for ever, inside the shared span (oldest, newest) of those in use.

    The first worker makes the validation shards before.
    """
    if first == 0:
        _make_validation(sources, validation)
    mixer = make_mixer(sources, validation=False)
    folder = sources.work / "train"
    number = first
    while goes_on():
        oldest, newest = span[0], span[1]
        if number < oldest or shard_path(folder, number).exists():
            number += step
        elif number > newest + AHEAD:
            time.sleep(0.1)
        else:
            write_shard(folder, number, make_shard(mixer, sources.seed, number))
            number += step


class Producer(Crew):
    """Mixes shards ahead of the loop.

    Parameters
    ----------
    sources : what to mix
    jobs : number of processes
    validation : number of validation shards
    """

    def __init__(self, sources: Sources, jobs: int, validation: int):
        self._folder = sources.work / "train"
        self._span = CONTEXT.Array("q", 2)
        self._deleted = 0
        super().__init__(_work, (sources, validation, self._span), jobs, sources.work, "mixing")

    def move_on(self, oldest: int, newest: int) -> None:
        """Shards below `oldest` are done with and deleted; the workers may go some way beyond `newest`."""
        self._span[0], self._span[1] = oldest, newest
        while self._deleted < oldest:
            shard_path(self._folder, self._deleted).unlink(missing_ok=True)
            self._deleted += 1
