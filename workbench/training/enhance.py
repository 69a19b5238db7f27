"""Training an enhancement network from folders of sound to an exported model: what `workbench train enhance` does."""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from workbench.core.errors import InputError
from workbench.training import checkpoint
from workbench.training.card import card_text, write_card
from workbench.training.export import export
from workbench.training.loops import Progress, Trainer, TrainingPlan
from workbench.training.networks import EnhancementNetwork, config_from_dict
from workbench.training.producer import Producer, Sources, make_mixer

WINDOW = 120
"""Shards kept for reuse: about two gigabytes."""
_PEAK_RATES = {"small": 1.5e-3, "full": 8e-4}
_STARTED = 0.4
"""Share of the learning rate when the start is a trained network."""


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """What a person asks for. `out` is the .onnx to write; everything else of the run lies in `out`.training/."""

    speech: tuple[Path, ...]
    noise: tuple[Path, ...]
    rooms: tuple[Path, ...]
    out: Path
    size: str = "small"
    seed: int = 1
    batches: int = 4000
    max_minutes: float | None = None
    jobs: int | None = None
    resume: bool = False
    start: Path | None = None
    """Checkpoint or weights file whose network is the start: a trained one learns a person's sounds in minutes."""

    @property
    def work(self) -> Path:
        """Folder of the run."""
        return self.out.with_name(self.out.name + ".training")


def train(request: TrainingRequest, say: Callable[[str], None]) -> Path:
    """Train, and export the best network.

    Returns
    -------
    The written model.

    Raises
    ------
    InputError
        Nothing to train on, a run that is already there (without resume), or none to resume.
    EarshotError
        Training failed; the checkpoint holds what was reached.
    KeyboardInterrupt
        After the checkpoint was written.
    """
    path = request.work / "checkpoint.pt"
    if request.out.suffix != ".onnx":
        raise InputError(f"{request.out}: the model's name has to end in .onnx")
    if not request.out.parent.is_dir():
        raise InputError(f"{request.out.parent}: no such folder")
    if path.exists() and not request.resume:
        raise InputError(f"{path}: there is an unfinished run; go on with --resume, or delete {request.work}")
    if request.start is not None and not request.start.is_file():
        raise InputError(f"{request.start}: no such file to start from")
    plan = _plan(request, path)
    try:
        request.work.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"{request.work}: cannot be made ({error.strerror})") from error
    begin = time.monotonic()
    sources = Sources(request.speech, request.noise, request.rooms, request.work, plan.seed)
    cores = os.cpu_count() or 2
    jobs = request.jobs or max(1, cores // 2)
    # A time step's products are too small to share: threads that wait for each other at every step lose more than
    # they give (measured on four busy cores: three threads were thirty times slower than one).
    torch.set_num_threads(1)
    say("reading the sounds …")
    mixer = make_mixer(sources, validation=False)
    say(f"{mixer.speech_hours:.2f} h of speech, {mixer.noise_hours:.2f} h of noise; {jobs} mixing processes")
    if mixer.left_out:
        say(f"files left out: {mixer.left_out}")
    with Producer(sources, jobs, plan.validation_shards) as producer:
        trainer = Trainer(plan, request.work, path, request.resume)
        if request.start is not None and not request.resume:
            trainer.start_from(_best_network(request.start)[0])
        trainer.elapsed_s += time.monotonic() - begin  # the time limit is for the whole command
        say(f"{request.size} network, {trainer.network.weights():,} weights")
        trainer.run(lambda progress: say(describe(progress)), producer.check, producer.move_on)
    export_checkpoint(path, request.out, folders=(*request.speech, *request.noise))
    for name in ("train", "validation"):
        shutil.rmtree(request.work / name, ignore_errors=True)
    return request.out


def _plan(request: TrainingRequest, path: Path) -> TrainingPlan:
    if request.resume:
        stored = TrainingPlan(**checkpoint.load(path)["plan"])
        # What was asked for now may be longer; what decides the way taken so far stays.
        return dataclasses.replace(stored, batches=request.batches, max_minutes=request.max_minutes)
    return TrainingPlan(
        size=request.size,
        seed=request.seed,
        batches=request.batches,
        max_minutes=request.max_minutes,
        window=WINDOW,
        first_shards=4,
        # What a trained network knows is gone within minutes at the rate that suits random weights.
        peak_rate=_PEAK_RATES[request.size] * (_STARTED if request.start is not None else 1.0),
        chunk_frames=200 if request.size == "small" else 100,
    )


def _best_network(path: Path) -> tuple[EnhancementNetwork, dict]:
    """The best network of a checkpoint or weights file, and all that the file says.

    Raises
    ------
    InputError
        No such file, a damaged one, or one that has not been validated once.
    """
    return checkpoint.load_best(path, lambda config: EnhancementNetwork(config_from_dict(config)), "enhancement")


def export_checkpoint(path: Path, out: Path, precision: str = "int8", folders: tuple[Path, ...] = ()) -> None:
    """Export the best network of a checkpoint, with manifest entry and card.

    Raises
    ------
    InputError
        No checkpoint, or one that has not been validated once.
    EarshotError
        The files cannot be written.
    """
    network, state = _best_network(path)
    facts = export(network, out, out.stem, precision)
    write_card(out.with_suffix(".md"), card_text(out.stem, facts, state, folders))


def write_weights(path: Path, out: Path) -> None:
    """The best network of a checkpoint alone, in half precision: small enough to keep, enough to start from.

    Raises
    ------
    InputError, EarshotError
        As `export_checkpoint`.
    """
    _, state = _best_network(path)
    kept = {key: state[key] for key in ("plan", "config", "batch", "steps", "elapsed_s", "curve", "best")}
    checkpoint.save(out, {**kept, "best_weights": checkpoint.halves(state["best_weights"])})
    out.chmod(0o644)  # to be shared, unlike a checkpoint


def describe(progress: Progress) -> str:
    """One line for a person."""
    validation = "" if progress.validation_loss is None else f", validation {progress.validation_loss:.4f}"
    left_min = progress.left_s / 60
    return (
        f"{progress.hours:6.1f} h of mixtures, loss {progress.train_loss:.4f}{validation}, "
        f"{progress.elapsed_s / 60:.1f} min done, {left_min:.0f} min left"
    )
