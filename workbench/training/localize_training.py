"""The training loop of the localization network: shards in, checkpoints out; stops and resumes at any step.

Which windows a step sees depends on its number and the seed alone, so a resumed run goes the way an unbroken one would
have gone. With a time limit the learning rate follows the time spent, otherwise the number of steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from workbench.core.errors import InputError
from workbench.training import checkpoint
from workbench.training.localize_data import Batch, Windows
from workbench.training.localize_network import RingConfig, RingNetwork, loss, targets
from workbench.training.localize_shards import shard_path
from workbench.training.run import TrainingRun

_STEPS_A_SHARD = 4
OFFSET_WEIGHT = 2.0
DISTANCE_WEIGHT = 4.0


@dataclass(frozen=True, slots=True)
class RingPlan:
    """How to train; part of the checkpoint.

    steps : length of the run; ignored for the learning rate when `max_minutes` is given
    shards : number of different training shards; the first steps draw from the first ones only
    shards_a_batch : rooms in a batch
    """

    seed: int = 1
    steps: int = 8000
    max_minutes: float | None = None
    shards: int = 1000
    first_shards: int = 16
    shards_a_batch: int = 32
    batch: int = 64
    validation_shards: int = 8
    validation_windows: int = 768
    peak_rate: float = 2e-3
    final_rate: float = 2e-5
    warm_up_steps: int = 150
    weight_decay: float = 0.02
    averaging: float = 0.998
    validate_every: int = 250
    save_every_s: float = 60.0
    mirror: bool = True


@dataclass(frozen=True, slots=True)
class Progress:
    """What a step of the loop tells."""

    step: int
    train_loss: float
    validation_loss: float | None
    offset_deg: float
    elapsed_s: float
    left_s: float


class RingTrainer(TrainingRun):
    """One network in training.

    Parameters
    ----------
    plan : how
    folder : where shards appear: `train/` and `validation/`
    path : checkpoint
    limits_m : (8, 2) distance limits of the sectors
    resume : go on from the checkpoint
    """

    def __init__(self, plan: RingPlan, folder: Path, path: Path, limits_m: np.ndarray, resume: bool = False):
        self.limits_m = limits_m
        self._folder = folder
        self._seen = {"train": 0, "validation": 0}
        self._windows: Windows | None = None
        self._held_back: list[Batch] = []
        torch.manual_seed(plan.seed)
        state = checkpoint.load(path) if resume else None
        config = RingConfig(**state["config"]) if state else RingConfig()
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        network, averaged = RingNetwork(config).to(self.device), RingNetwork(config).to(self.device)
        averaged.load_state_dict(network.state_dict())
        super().__init__(plan, path, network, averaged)
        if state:
            try:
                self.restore(state)
            except (KeyError, RuntimeError, ValueError) as error:
                raise InputError(f"{path}: not a checkpoint of a localization network ({error})") from error

    def restore(self, state: dict) -> None:
        """See `TrainingRun`."""
        super().restore(state)
        self.steps = state["step"]

    def state(self) -> dict:
        """See `TrainingRun`."""
        return {**super().state(), "step": self.steps, "limits_m": self.limits_m.tolist()}

    def start_from(self, weights: dict) -> None:
        """Take over the weights of a trained network.

        Raises
        ------
        InputError
            They are of another network.
        """
        try:
            self.network.load_state_dict(weights)
        except RuntimeError as error:
            raise InputError(f"these weights belong to another network ({error})") from error
        self.averaged.load_state_dict(weights)

    @property
    def done(self) -> tuple[int, int]:
        """See `TrainingRun`."""
        return self.steps, self.plan.steps

    def _ready(self, count: int, part: str, alive: Callable[[], None]) -> None:
        """Wait for the first `count` shards."""

        def ready() -> bool:
            while self._seen[part] < count and shard_path(self._folder / part, self._seen[part]).exists():
                self._seen[part] += 1
            return self._seen[part] >= count

        self.wait(ready, alive)

    def _known(self) -> int:
        """How many shards a step draws from: more with time, as they are made while training goes on."""
        return min(self.plan.shards, self.plan.first_shards + self.steps // _STEPS_A_SHARD)

    def prepare(self, alive: Callable[[], None]) -> None:
        """Wait for the validation shards."""
        self._ready(self.plan.validation_shards, "validation", alive)
        self._held_back = self.held_back()
        self._windows = Windows(self._folder / "train", self.limits_m, self.plan.shards)

    def held_back(self) -> list[Batch]:
        """The batches of validation."""
        windows = Windows(self._folder / "validation", self.limits_m, self.plan.validation_shards)
        rng = np.random.default_rng([self.plan.seed, 0, 0])
        numbers = list(range(self.plan.validation_shards))
        return [windows.batch(numbers, 64, rng) for _ in range(max(1, self.plan.validation_windows // 64))]

    def advance(self, alive: Callable[[], None]) -> float:
        """One step."""
        plan, known = self.plan, self._known()
        self._ready(known, "train", alive)
        rng = np.random.default_rng([plan.seed, self.steps])
        numbers = rng.integers(0, known, plan.shards_a_batch).tolist()
        batch = self._windows.batch(numbers, plan.batch, rng, plan.mirror)
        self.network.train()
        value = _loss(self.network, batch.to(self.device))[0]
        self.fit(value)
        return value.item()

    def measure(self) -> tuple[float, float]:
        """Mean loss of the averaged network, and its mean azimuth error in degrees beside talkers."""
        return self.validate(self._held_back)

    def validate(self, batches: list[Batch]) -> tuple[float, float]:
        """The same over given batches."""
        self.averaged.eval()
        total, offset = 0.0, 0.0
        with torch.no_grad():
            for batch in batches:
                value, square = _loss(self.averaged, batch.to(self.device))
                total += value.item()
                offset += math.sqrt(square.item()) * 5
        return total / len(batches), offset / len(batches)

    def progress(self, train_loss: float, measured: tuple[float, ...] | None) -> Progress:
        """See `TrainingRun`."""
        return Progress(
            step=self.steps,
            train_loss=train_loss,
            validation_loss=measured[0] if measured else None,
            offset_deg=measured[1] if measured else math.nan,
            elapsed_s=self.elapsed_s,
            left_s=self.left_s,
        )


def _loss(network: RingNetwork, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss of a batch, and the mean square of the azimuths' part of it."""
    answer = network(batch.power, batch.level_db)
    cross, offset, distance = loss(answer, *targets(batch.azimuth_rad, batch.distance, batch.heard))
    return cross + OFFSET_WEIGHT * offset + DISTANCE_WEIGHT * distance, offset


def describe(progress: Progress) -> str:
    """One line for a person."""
    validation = ""
    if progress.validation_loss is not None:
        validation = f", validation {progress.validation_loss:.3f} ({progress.offset_deg:.2f}° beside talkers)"
    return (
        f"step {progress.step}, loss {progress.train_loss:.3f}{validation}, "
        f"{progress.elapsed_s / 60:.1f} min done, {progress.left_s / 60:.0f} min left"
    )
