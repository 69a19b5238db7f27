"""Simulates the shards of localization ahead of the training loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.core.geometry import MicrophoneArray
from workbench.training.corpus import build_pool
from workbench.training.crew import Crew
from workbench.training.localize_scenes import SceneMaker, SceneRanges
from workbench.training.localize_shards import make_shard, shard_path, write_shard

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


def _work(
    sources: SceneSources, validation: int, count: int, first: int, step: int, goes_on: Callable[[], bool]
) -> None:
    """Make the validation shards and then the training shards first, first + step, … below count."""
    for part, total in (("validation", validation), ("train", count)):
        maker = make_maker(sources, part == "validation")
        folder = sources.work / part
        for number in range(first, total, step):
            if not goes_on():
                return
            if not shard_path(folder, number).exists():
                write_shard(folder, number, make_shard(maker, sources.array, number))


class ShardProducer(Crew):
    """Simulates shards ahead of the loop.

    Parameters
    ----------
    sources : what to simulate
    jobs : number of processes
    validation, count : numbers of validation and training shards
    """

    def __init__(self, sources: SceneSources, jobs: int, validation: int, count: int):
        super().__init__(_work, (sources, validation, count), jobs, sources.work, "simulation")
