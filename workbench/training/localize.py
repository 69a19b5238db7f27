"""Training a localization network for an array: what `workbench train localize` does."""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from workbench.core.errors import InputError
from workbench.core.geometry import SECTORS, MicrophoneArray
from workbench.localize.models import RegionFacts
from workbench.training import checkpoint
from workbench.training.card import write_card
from workbench.training.localize_data import Windows
from workbench.training.localize_export import calibrate, export
from workbench.training.localize_network import FirstLayers, RegionModel, RingConfig, RingNetwork
from workbench.training.localize_producer import SceneSources, ShardProducer, make_maker
from workbench.training.localize_scenes import SceneRanges
from workbench.training.localize_shards import SCENES
from workbench.training.localize_training import RingPlan, RingTrainer, describe

LIMITS_M = (0.3, 5.0)
"""Distances from 0 to 1, in all sectors alike: the network is trained for rooms of any shape."""
_CALIBRATION_BATCHES = 12


@dataclass(frozen=True, slots=True)
class LocalizeRequest:
    """What a person asks for. `out` is the .onnx to write; everything else of the run lies in `out`.training/."""

    array: MicrophoneArray
    speech: tuple[Path, ...]
    out: Path
    noise: tuple[Path, ...] = ()
    seed: int = 1
    steps: int = 8000
    shards: int = 1000
    max_minutes: float | None = None
    jobs: int | None = None
    resume: bool = False
    start: Path | None = None
    ranges: SceneRanges = field(default_factory=SceneRanges)

    @property
    def work(self) -> Path:
        """Folder of the run."""
        return self.out.with_name(self.out.name + ".training")


def mirror_symmetric(array: MicrophoneArray) -> bool:
    """Whether the array is its own mirror image at the x axis: then mirrored examples are examples."""
    mirrored = array.mic_xyz_m * (1, -1, 1)
    away = np.linalg.norm(mirrored[:, None] - array.mic_xyz_m, axis=-1)
    return bool((away.min(axis=1) < 1e-3).all())


def train(request: LocalizeRequest, say: Callable[[str], None]) -> Path:
    """Train, and export the best network.

    Raises
    ------
    InputError
        Nothing to train on, an array of one microphone, a run that is already there (without resume), or none.
    EarshotError
        Training failed; the checkpoint holds what was reached.
    KeyboardInterrupt
        After the checkpoint was written.
    """
    path = request.work / "checkpoint.pt"
    _check(request, path)
    limits_m = np.tile(LIMITS_M, (SECTORS, 1))
    plan = RingPlan(
        seed=request.seed,
        steps=request.steps,
        max_minutes=request.max_minutes,
        shards=request.shards,
        first_shards=min(8, request.shards),
        mirror=mirror_symmetric(request.array),
    )
    if request.resume:
        stored = RingPlan(**checkpoint.load(path)["plan"])
        # What was asked for now may be longer; what decides the way taken so far stays.
        plan = dataclasses.replace(stored, steps=request.steps, max_minutes=request.max_minutes)
    try:
        request.work.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"{request.work}: cannot be made ({error.strerror})") from error
    begin = time.monotonic()
    sources = SceneSources(request.array, request.speech, request.noise, request.work, plan.seed, request.ranges)
    jobs = request.jobs or max(1, (os.cpu_count() or 2) // 2)
    # The products are too small to share: threads that wait for each other lose more than they give.
    torch.set_num_threads(1)
    say("reading the sounds …")
    make_maker(sources, validation=False)
    say(f"{jobs} simulating processes, up to {plan.shards * SCENES} scenes")
    with ShardProducer(sources, jobs, plan.validation_shards, plan.shards) as producer:
        trainer = RingTrainer(plan, request.work, path, limits_m, request.resume)
        if request.start is not None and not request.resume:
            trainer.start_from(read_ring(request.start)[0].state_dict())
        trainer.elapsed_s += time.monotonic() - begin  # the time limit is for the whole command
        if not request.resume:
            trainer.save()  # killed from now on, at any moment, it can be resumed
        say(f"{trainer.network.weights():,} weights")
        trainer.run(lambda progress: say(describe(progress)), producer.check)
    export_checkpoint(path, request.array, request.out, request.speech)
    for name in ("train", "validation"):
        shutil.rmtree(request.work / name, ignore_errors=True)
    return request.out


def _check(request: LocalizeRequest, path: Path) -> None:
    if request.out.suffix != ".onnx":
        raise InputError(f"{request.out}: the model's name has to end in .onnx")
    if not request.out.parent.is_dir():
        raise InputError(f"{request.out.parent}: no such folder")
    if request.array.mics < 2:
        raise InputError(f"array {request.array.name!r}: directions need at least 2 microphones")
    if path.exists() and not request.resume:
        raise InputError(f"{path}: there is an unfinished run; go on with --resume, or delete {request.work}")
    if request.start is not None and not request.start.is_file():
        raise InputError(f"{request.start}: no such file to start from")


def read_ring(path: Path) -> tuple[RingNetwork, dict]:
    """The best network of a checkpoint or weights file, and all that the file says.

    Raises
    ------
    InputError
        No such file, a damaged one, or one that has not been validated once.
    """
    network, state = checkpoint.load_best(path, lambda config: RingNetwork(RingConfig(**config)), "localization")
    return network.eval(), state


def export_checkpoint(
    path: Path, array: MicrophoneArray, out: Path, folders: tuple[Path, ...] = (), shards: Path | None = None
) -> RegionFacts:
    """Export the best network of a checkpoint, with weights to start from (.pt), manifest entry and card.

    `shards`: folder with the validation shards; by default beside the checkpoint.

    Raises
    ------
    InputError
        No checkpoint, or one that has not been validated once.
    EarshotError
        The files cannot be written.
    """
    network, state = read_ring(path)
    limits_m = np.array(state["limits_m"])
    count = state["plan"]["validation_shards"]
    windows = Windows(shards or path.parent / "validation", limits_m, count)
    rng = np.random.default_rng([state["plan"]["seed"], 7])
    numbers = list(range(count))
    calibration = calibrate(network, [windows.batch(numbers, 64, rng) for _ in range(_CALIBRATION_BATCHES)], limits_m)
    facts = export(RegionModel(FirstLayers(array), network), array, limits_m, calibration, out)
    kept = {key: state[key] for key in ("plan", "config", "limits_m", "step", "elapsed_s", "curve", "best")}
    weights = {**kept, "calibration": list(calibration), "best_weights": checkpoint.halves(network.state_dict())}
    checkpoint.save(out.with_suffix(".pt"), weights)
    write_card(out.with_suffix(".md"), card_text(out.stem, facts, state, folders))
    return facts


def card_text(name: str, facts: RegionFacts, state: dict, folders: tuple[Path, ...] = ()) -> str:
    """Markdown from the facts and a checkpoint."""
    windows = state["step"] * state["plan"]["batch"]
    lines = [
        f"# {name}",
        "",
        f"Up to four talkers from half a second of raw sound of array {facts.array}: for {facts.ring} directions the "
        "probability of a talker, the exact azimuth and the distance; folded into eight sectors.",
        "",
        f"- **Structure**: windowed Fourier filters and steering (set, not learnt), unrolled expectation-maximisation, "
        f"attention over zones, convolutions around the circle; {facts.weights:,} learnt weights, float32.",
        f"- **Training**: {state['step']:,} steps, {windows:,} windows of 0.5 s from simulated rooms, "
        f"{state['elapsed_s'] / 60:.0f} minutes; lowest validation loss {state['best']:.3f}.",
        f"- **Distances**: {facts.limits_m[0][0]:g} to {facts.limits_m[0][1]:g} m.",
    ]
    if folders:
        lines.append(f"- **Speech**: {', '.join(str(folder) for folder in folders)}.")
    lines += ["", "| step | validation loss | azimuth error beside talkers |", "|---|---|---|"]
    lines += [f"| {p['step']} | {p['validation_loss']:.3f} | {p['offset_deg']:.2f}° |" for p in state["curve"]]
    return "\n".join(lines) + "\n"
