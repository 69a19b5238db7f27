"""The training loop of the localization network: shards in, checkpoints out; stops and resumes at any step.

Which windows a step sees depends on its number and the seed alone, so a resumed run goes the way an unbroken one would
have gone. With a time limit the learning rate follows the time spent, otherwise the number of steps.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from workbench.core.errors import EarshotError, InputError
from workbench.training import checkpoint
from workbench.training.interrupts import DeferredInterrupt
from workbench.training.localize_data import Batch, Windows
from workbench.training.localize_network import RingConfig, RingNetwork, loss, targets
from workbench.training.localize_shards import shard_path

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


class RingTrainer:
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
        self.plan, self.path, self.limits_m = plan, path, limits_m
        self._folder = folder
        self._seen = {"train": 0, "validation": 0}
        self._interrupt = DeferredInterrupt()
        self.step, self.elapsed_s, self.best = 0, 0.0, math.inf
        self.curve: list[dict] = []
        self.best_weights: dict = {}
        torch.manual_seed(plan.seed)
        state = checkpoint.load(path) if resume else None
        config = RingConfig(**state["config"]) if state else RingConfig()
        self.network, self.averaged = RingNetwork(config), RingNetwork(config).requires_grad_(False)
        self.averaged.load_state_dict(self.network.state_dict())
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=plan.peak_rate, weight_decay=plan.weight_decay, betas=(0.9, 0.98)
        )
        if state:
            try:
                self.network.load_state_dict(state["network"])
                self.averaged.load_state_dict(state["averaged"])
                self.optimizer.load_state_dict(state["optimizer"])
            except (KeyError, RuntimeError, ValueError) as error:
                raise InputError(f"{path}: not a checkpoint of a localization network ({error})") from error
            self.best_weights = state["best_weights"]
            self.step, self.elapsed_s = state["step"], state["elapsed_s"]
            self.curve, self.best = state["curve"], state["best"]

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

    def save(self) -> None:
        """Write the checkpoint."""
        checkpoint.save(
            self.path,
            {
                "plan": asdict(self.plan),
                "config": self.network.config.as_dict(),
                "limits_m": self.limits_m.tolist(),
                "network": self.network.state_dict(),
                "averaged": self.averaged.state_dict(),
                "best_weights": self.best_weights,
                "optimizer": self.optimizer.state_dict(),
                "step": self.step,
                "elapsed_s": self.elapsed_s,
                "curve": self.curve,
                "best": self.best,
            },
        )

    def _share_done(self) -> float:
        if self.plan.max_minutes is not None:
            return min(1.0, self.elapsed_s / (60 * self.plan.max_minutes))
        return min(1.0, self.step / self.plan.steps)

    def _rate(self) -> float:
        warm_up = min(1.0, (self.step + 1) / self.plan.warm_up_steps)
        fall = 0.5 * (1 + math.cos(math.pi * self._share_done()))
        return warm_up * (self.plan.final_rate + (self.plan.peak_rate - self.plan.final_rate) * fall)

    def _ready(self, count: int, part: str, alive: Callable[[], None]) -> None:
        """Wait for the first `count` shards."""
        while self._seen[part] < count:
            if shard_path(self._folder / part, self._seen[part]).exists():
                self._seen[part] += 1
            else:
                alive()
                self._interrupt.check()
                time.sleep(0.2)

    def _known(self) -> int:
        """How many shards a step draws from: more with time, as they are made while training goes on."""
        return min(self.plan.shards, self.plan.first_shards + self.step // _STEPS_A_SHARD)

    def run(self, report: Callable[[Progress], None], alive: Callable[[], None] = lambda: None) -> None:
        """Train to the end of the plan.

        Parameters
        ----------
        report : called about every ten seconds and after each validation
        alive : called now and then; raises if shards will never come

        Raises
        ------
        EarshotError
            The loss is no longer a number, or the last checkpoint cannot be written.
        KeyboardInterrupt
            After the step was ended and a checkpoint written; a second Ctrl-C does not wait for the step.
        """
        with DeferredInterrupt() as self._interrupt:
            self._run(report, alive)

    def _run(self, report: Callable[[Progress], None], alive: Callable[[], None]) -> None:
        plan = self.plan
        begin = time.monotonic()
        self._ready(plan.validation_shards, "validation", alive)
        validation = self._validation()
        windows = Windows(self._folder / "train", self.limits_m, plan.shards)
        self.elapsed_s += time.monotonic() - begin
        last_save = last_report = time.monotonic()
        running: list[float] = []
        try:
            while self._share_done() < 1.0 or not self.best_weights:
                begin = time.monotonic()
                alive()
                self._interrupt.check()
                known = self._known()
                self._ready(known, "train", alive)
                rng = np.random.default_rng([plan.seed, self.step])
                numbers = rng.integers(0, known, plan.shards_a_batch).tolist()
                running.append(self._train(windows.batch(numbers, plan.batch, rng, plan.mirror)))
                self.step += 1
                values = None
                if self.step % plan.validate_every == 0 or self._share_done() >= 1.0:
                    values = self.validate(validation)
                    self._keep_best(values[0])
                now = time.monotonic()
                self.elapsed_s += now - begin
                if values is not None or now - last_report > 10:
                    self._tell(report, running, values)
                    running, last_report = [], now
                if now - last_save > plan.save_every_s:
                    try:
                        self.save()
                    except EarshotError as error:  # perhaps there is room again next time
                        logging.getLogger(__name__).warning("%s", error)
                    last_save = time.monotonic()
        finally:
            self.save()

    def _tell(self, report, running: list[float], values: tuple[float, float] | None) -> None:
        done = max(self._share_done(), 1e-6)
        progress = Progress(
            step=self.step,
            train_loss=float(np.mean(running)),
            validation_loss=values[0] if values else None,
            offset_deg=values[1] if values else math.nan,
            elapsed_s=self.elapsed_s,
            left_s=self.elapsed_s * (1 - done) / done,
        )
        if values:
            self.curve.append(asdict(progress))
        report(progress)

    def _validation(self) -> list[Batch]:
        windows = Windows(self._folder / "validation", self.limits_m, self.plan.validation_shards)
        rng = np.random.default_rng([self.plan.seed, 0, 0])
        numbers = list(range(self.plan.validation_shards))
        return [windows.batch(numbers, 64, rng) for _ in range(max(1, self.plan.validation_windows // 64))]

    def validate(self, batches: list[Batch]) -> tuple[float, float]:
        """Mean loss of the averaged network, and its mean azimuth error in degrees beside talkers."""
        self.averaged.eval()
        total, offset = 0.0, 0.0
        with torch.no_grad():
            for batch in batches:
                answer = self.averaged(batch.power, batch.level_db)
                parts = loss(answer, *targets(batch.azimuth_rad, batch.distance, batch.heard))
                total += _total(parts).item()
                offset += math.sqrt(parts[1].item()) * 5
        return total / len(batches), offset / len(batches)

    def _train(self, batch: Batch) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate()
        self.network.train()
        answer = self.network(batch.power, batch.level_db)
        value = _total(loss(answer, *targets(batch.azimuth_rad, batch.distance, batch.heard)))
        if not torch.isfinite(value):
            raise EarshotError(f"the loss is no longer a number at step {self.step}; lower the learning rate")
        self.optimizer.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        keep = min(self.plan.averaging, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            for slow, fast in zip(self.averaged.parameters(), self.network.parameters(), strict=True):
                slow.lerp_(fast, 1 - keep)
            for slow, fast in zip(self.averaged.buffers(), self.network.buffers(), strict=True):
                slow.copy_(fast)
        return value.item()

    def _keep_best(self, value: float) -> None:
        if value < self.best:
            self.best = value
            self.best_weights = {name: tensor.clone() for name, tensor in self.averaged.state_dict().items()}


def _total(parts) -> torch.Tensor:
    cross, offset, distance = parts
    return cross + OFFSET_WEIGHT * offset + DISTANCE_WEIGHT * distance


def describe(progress: Progress) -> str:
    """One line for a person."""
    validation = ""
    if progress.validation_loss is not None:
        validation = f", validation {progress.validation_loss:.3f} ({progress.offset_deg:.2f}° beside talkers)"
    return (
        f"step {progress.step}, loss {progress.train_loss:.3f}{validation}, "
        f"{progress.elapsed_s / 60:.1f} min done, {progress.left_s / 60:.0f} min left"
    )
