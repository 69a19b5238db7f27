"""What a training run is, whatever it trains: a limit in steps or minutes, a learning rate, checkpoints, resuming."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from workbench.core.errors import EarshotError
from workbench.core.interrupts import DeferredInterrupt
from workbench.training import checkpoint

REPORT_EVERY_S = 10.0
_LARGEST_GRADIENT = 1.0


class Plan(Protocol):
    """What every plan says; a frozen dataclass, part of the checkpoint."""

    @property
    def max_minutes(self) -> float | None: ...
    @property
    def peak_rate(self) -> float: ...
    @property
    def final_rate(self) -> float: ...
    @property
    def warm_up_steps(self) -> int: ...
    @property
    def weight_decay(self) -> float: ...
    @property
    def averaging(self) -> float: ...
    @property
    def validate_every(self) -> int: ...
    @property
    def save_every_s(self) -> float: ...


class TrainingRun:
    """A network in training, and the average of its weights over the steps, which is what is scored and kept.

    With a time limit the learning rate follows the time spent, otherwise what is done of the plan.

    Parameters
    ----------
    plan : how
    path : checkpoint
    network : what is trained; must have a `config` with `as_dict()`
    averaged : another of the same structure
    """

    def __init__(self, plan: Any, path: Path, network: nn.Module, averaged: nn.Module):
        self.plan, self.path, self.network = plan, path, network
        self.averaged = averaged.requires_grad_(False)
        self.steps, self.elapsed_s, self.best = 0, 0.0, math.inf
        self.curve: list[dict] = []
        self.best_weights: dict[str, Tensor] = {}
        self.interrupt = DeferredInterrupt()
        self.optimizer = torch.optim.AdamW(
            network.parameters(), lr=plan.peak_rate, weight_decay=plan.weight_decay, betas=(0.9, 0.98)
        )

    # ---- what differs --------------------------------------------------------------------------------------

    def prepare(self, alive: Callable[[], None]) -> None:
        """Get ready, once; time spent here counts."""

    def advance(self, alive: Callable[[], None]) -> float:
        """Train on the next batch; gives its loss."""
        raise NotImplementedError

    def measure(self) -> tuple[float, ...]:
        """Validation loss of the averaged network, and what else is told beside it."""
        raise NotImplementedError

    def progress(self, train_loss: float, measured: tuple[float, ...] | None) -> Any:
        """What is reported: a dataclass."""
        raise NotImplementedError

    @property
    def done(self) -> tuple[int, int]:
        """How many of the plan's batches are done, and how many there are."""
        raise NotImplementedError

    # ---- checkpoints ---------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """All that a run needs to go on."""
        return {
            "plan": asdict(self.plan),
            "config": self.network.config.as_dict(),
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "best_weights": self.best_weights,
            "optimizer": self.optimizer.state_dict(),
            "elapsed_s": self.elapsed_s,
            "curve": self.curve,
            "best": self.best,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a checkpoint. Raises KeyError, RuntimeError or ValueError: it is of another network."""
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.best_weights = state["best_weights"]
        self.elapsed_s, self.curve, self.best = state["elapsed_s"], state["curve"], state["best"]

    def save(self) -> None:
        """Write the checkpoint."""
        checkpoint.save(self.path, self.state())

    # ---- the loop ------------------------------------------------------------------------------------------

    @property
    def share_done(self) -> float:
        """Part of the plan that is done, 0 to 1."""
        if self.plan.max_minutes is not None:
            return min(1.0, self.elapsed_s / (60 * self.plan.max_minutes))
        done, total = self.done
        return min(1.0, done / total)

    @property
    def left_s(self) -> float:
        """How long the rest will take, going by what is done."""
        share = max(self.share_done, 1e-6)
        return self.elapsed_s * (1 - share) / share

    @property
    def rate(self) -> float:
        """The learning rate now: a short rise, then half a cosine down."""
        plan = self.plan
        warm_up = min(1.0, (self.steps + 1) / plan.warm_up_steps)
        fall = 0.5 * (1 + math.cos(math.pi * self.share_done))
        return warm_up * (plan.final_rate + (plan.peak_rate - plan.final_rate) * fall)

    def run(self, report: Callable[[Any], None], alive: Callable[[], None] = lambda: None) -> None:
        """Train to the end of the plan.

        Parameters
        ----------
        report : called about every ten seconds and after each validation
        alive : called while waiting for examples; raises if they will never come

        Raises
        ------
        EarshotError
            The loss is no longer a number, or the last checkpoint cannot be written.
        KeyboardInterrupt
            After the batch was ended and a checkpoint written; a second Ctrl-C does not wait for the batch.
        """
        with DeferredInterrupt() as self.interrupt:
            self._run(report, alive)

    def _run(self, report: Callable[[Any], None], alive: Callable[[], None]) -> None:
        begin = time.monotonic()
        self.prepare(alive)
        last_save = last_report = time.monotonic()
        self.elapsed_s += last_save - begin
        running: list[float] = []
        try:
            while self.share_done < 1.0 or not self.best_weights:
                self.interrupt.check()
                begin = time.monotonic()
                alive()
                running.append(self.advance(alive))
                self.elapsed_s += time.monotonic() - begin
                begin = time.monotonic()
                measured = None
                if self.done[0] % self.plan.validate_every == 0 or self.share_done >= 1.0:
                    measured = self.measure()
                    self._keep_best(measured[0])
                now = time.monotonic()
                self.elapsed_s += now - begin
                if measured is not None or now - last_report > REPORT_EVERY_S:
                    self._tell(report, float(np.mean(running)), measured)
                    running, last_report = [], now
                if now - last_save > self.plan.save_every_s:
                    try:
                        self.save()
                    except EarshotError as error:  # perhaps there is room again next time
                        logging.getLogger(__name__).warning("%s", error)
                    last_save = time.monotonic()
        finally:
            self.save()

    def wait(self, ready: Callable[[], bool], alive: Callable[[], None]) -> None:
        """Wait until something is there."""
        while not ready():
            self.interrupt.check()
            alive()
            time.sleep(0.2)

    def fit(self, value: Tensor) -> None:
        """One step of the optimiser down the gradient of a loss, at the `rate` of now.

        Raises
        ------
        EarshotError
            The loss is no number.
        """
        if not torch.isfinite(value):
            raise EarshotError(f"the loss is no longer a number at batch {self.done[0]}; lower the learning rate")
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate
        self.optimizer.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _LARGEST_GRADIENT)
        self.optimizer.step()
        self.steps += 1
        keep = min(self.plan.averaging, self.steps / (self.steps + 10))
        with torch.no_grad():
            for slow, fast in zip(self.averaged.parameters(), self.network.parameters(), strict=True):
                slow.lerp_(fast, 1 - keep)
            for slow, fast in zip(self.averaged.buffers(), self.network.buffers(), strict=True):
                slow.copy_(fast)

    def _tell(self, report: Callable[[Any], None], train_loss: float, measured: tuple[float, ...] | None) -> None:
        progress = self.progress(train_loss, measured)
        if measured is not None:
            self.curve.append(asdict(progress))
        report(progress)

    def _keep_best(self, value: float) -> None:
        if value < self.best:
            self.best = value
            self.best_weights = {name: tensor.cpu().clone() for name, tensor in self.averaged.state_dict().items()}
