"""The training loop: shards in, checkpoints out; stops and resumes at any step.

Which shards a step uses depends on its number alone, so a resumed run goes the way an unbroken one would have gone.
With a time limit the learning rate follows the time spent, otherwise the number of steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from workbench.core.errors import InputError
from workbench.dsp.bands import BANDS
from workbench.dsp.pitch import LOOK_AHEAD
from workbench.enhance.features import LEVEL_BANDS, LOWEST
from workbench.training import checkpoint
from workbench.training.growth import grow
from workbench.training.loss import loss, loudness_weights
from workbench.training.networks import CONFIGS, EnhancementNetwork, config_from_dict
from workbench.training.run import TrainingRun
from workbench.training.shards import HOURS, Shard, read_shard, shard_path

VALIDATION_CHUNK_FRAMES = 200
SHARDS_A_BATCH = 1

_EQUALISER_KNOTS = 6
_EQUALISER_SPREAD = 0.35
"""Of the random curve at each knot, and of its tilt at the ends, in log10 of energy (3.5 and 5 dB)."""
_EQUALISER_TILT = 0.5


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How to train; part of the checkpoint.

    batches : length of the run; ignored for the learning rate when `max_minutes` is given
    reuse : how often each shard is used, on average
    window : number of recent shards among which a batch is drawn
    first_shards : shards that must exist before the first batch
    chunk_frames : length of a step; gradients go no further back
    """

    size: str = "small"
    seed: int = 1
    batches: int = 4000
    max_minutes: float | None = None
    peak_rate: float = 2e-3
    final_rate: float = 1e-5
    warm_up_steps: int = 200
    weight_decay: float = 0.01
    averaging: float = 0.998
    reuse: int = 2
    window: int = 400
    first_shards: int = 8
    validation_shards: int = 2
    validate_every: int = 100
    save_every_s: float = 30.0
    chunk_frames: int = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of the log."""

    batch: int
    hours: float
    train_loss: float
    validation_loss: float | None
    rate: float
    elapsed_s: float
    left_s: float


def shards_of_batch(plan: TrainingPlan, batch: int) -> list[int]:
    """Numbers of the shards a batch uses, drawn from a window that moves on by one shard every `reuse` batches."""
    oldest, newest = span_needed(plan, batch)
    rng = np.random.default_rng([plan.seed, 11, batch])
    return [int(k) for k in rng.choice(np.arange(oldest, newest + 1), SHARDS_A_BATCH, replace=False)]


def span_needed(plan: TrainingPlan, batch: int) -> tuple[int, int]:
    """(oldest, newest) number of the shards from which a batch is drawn."""
    newest = plan.first_shards - 1 + batch * SHARDS_A_BATCH // plan.reuse
    return max(0, newest - plan.window + 1), newest


def _tensors(shards: list[Shard], offset: int = 0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    def joined(name: str) -> Tensor:
        return torch.from_numpy(np.concatenate([getattr(shard, name) for shard in shards]))

    features, gain, strength = (joined(name)[:, offset:] for name in ("features", "gain", "strength"))
    return features, gain, strength, joined("trusted").float()


def _chunks(batch: tuple[Tensor, ...], device: torch.device, length: int) -> Iterator[tuple[Tensor, ...]]:
    features, gain, strength, trusted = batch
    before = features[:, :1].repeat(1, LOOK_AHEAD, 1).float()
    for start in range(0, features.shape[1] - length + 1, length):
        span = slice(start, start + length)
        part = [tensor[:, span].float().to(device) for tensor in (features, gain, strength)]
        yield (*part, loudness_weights(part[0], before.to(device)), trusted.to(device))
        before = part[0][:, -LOOK_AHEAD:]


def random_equaliser(features: Tensor, rng: np.random.Generator) -> Tensor:
    """Features (B, T, 70) as other microphones would have given them: a smooth random curve on each stream's energies.

    A fixed filter on the noisy signal changes neither gains nor strengths, so the targets stay true, and the network
    cannot hold on to the colour of the recordings it was trained on. Empty bands stay empty.
    """
    knots = rng.normal(0, _EQUALISER_SPREAD, (len(features), _EQUALISER_KNOTS))
    tilt = rng.normal(0, _EQUALISER_TILT, (len(features), 1)) * np.linspace(-1, 1, BANDS)
    at = np.linspace(0, _EQUALISER_KNOTS - 1, BANDS)
    left = np.minimum(at.astype(int), _EQUALISER_KNOTS - 2)
    curve = knots[:, left] * (1 - (at - left)) + knots[:, left + 1] * (at - left) + tilt
    curve -= curve[:, LEVEL_BANDS].mean(axis=1, keepdims=True)  # the running level would take it out
    features = features.clone()
    energy = features[..., :BANDS]
    shifted = torch.clamp(energy + torch.from_numpy(curve).to(energy.dtype)[:, None], min=LOWEST)
    features[..., :BANDS] = torch.where(energy > LOWEST, shifted, energy)
    return features


def set_normalisation(network: EnhancementNetwork, shards: list[Shard]) -> None:
    """Mean and scale of each feature, from the first shards."""
    features = np.concatenate([shard.features.reshape(-1, shard.features.shape[-1]) for shard in shards])[::7]
    network.mean.copy_(torch.from_numpy(features.mean(axis=0, dtype=np.float64)))
    network.scale.copy_(torch.from_numpy(1 / (features.std(axis=0, dtype=np.float64) + 1e-3)))


def validate(network: EnhancementNetwork, shards: list[Shard], device: torch.device) -> float:
    """Mean loss over validation shards."""
    total, count = 0.0, 0
    with torch.no_grad(), _autocast(device):
        for shard in shards:
            states = [state.to(device) for state in network.initial_state(len(shard.features))]
            for features, gain, strength, loudness, trusted in _chunks(
                _tensors([shard]), device, VALIDATION_CHUNK_FRAMES
            ):
                predicted_gain, predicted_strength, states = network(features, states)
                total += float(sum(loss(predicted_gain, predicted_strength, gain, strength, loudness, trusted)))
                count += 1
    return total / count


def _autocast(device: torch.device):
    return torch.autocast(device.type, torch.bfloat16, enabled=_bfloat16_is_fast(device))


def _bfloat16_is_fast(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    capability = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(capability and capability())


class Trainer(TrainingRun):
    """One network in training.

    Parameters
    ----------
    plan : how
    folder : where shards appear (train) and lie (validation): `train/` and `validation/`
    path : checkpoint
    resume : go on from the checkpoint
    """

    def __init__(self, plan: TrainingPlan, folder: Path, path: Path, resume: bool = False):
        self._train, self._validation = folder / "train", folder / "validation"
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.batch = 0
        torch.manual_seed(plan.seed)
        config = CONFIGS[plan.size]
        if resume:
            state = checkpoint.load(path)
            if state["plan"]["size"] != plan.size:
                raise InputError(f"{path}: holds a {state['plan']['size']} network, not a {plan.size} one")
            config = config_from_dict(state["config"])
        network = EnhancementNetwork(config).to(self.device)
        super().__init__(plan, path, network, EnhancementNetwork(network.config).to(self.device))
        self._normalised = False
        self._held_back: list[Shard] = []
        self._move_on: Callable[[int, int], None] = lambda oldest, newest: None
        if resume:
            self.restore(state)

    def restore(self, state: dict) -> None:
        """See `TrainingRun`."""
        super().restore(state)
        self.batch, self.steps = state["batch"], state["steps"]

    def state(self) -> dict:
        """See `TrainingRun`."""
        return {**super().state(), "batch": self.batch, "steps": self.steps}

    def start_from(self, network: EnhancementNetwork) -> None:
        """Take over the weights of a trained network, normalisation included, before the first batch.

        A smaller one is grown: the training begins with its outputs.

        Raises
        ------
        InputError
            It is larger, or built differently.
        """
        if network.config != self.network.config:
            network = grow(network, self.network.config)
        self.network.load_state_dict(network.state_dict())
        self.averaged.load_state_dict(network.state_dict())
        self._normalised = True

    @property
    def done(self) -> tuple[int, int]:
        """See `TrainingRun`."""
        return self.batch, self.plan.batches

    def run(
        self,
        report: Callable[[Progress], None],
        alive: Callable[[], None] = lambda: None,
        move_on: Callable[[int, int], None] = lambda oldest, newest: None,
    ) -> None:
        """See `TrainingRun`; `move_on` is told before each batch which shards (oldest, newest) are in use."""
        self._move_on = move_on
        super().run(report, alive)

    def prepare(self, alive: Callable[[], None]) -> None:
        """Wait for the first shards; the features' normalisation comes from them."""
        self._move_on(*span_needed(self.plan, self.batch))
        self._held_back = self._shards(self._validation, list(range(self.plan.validation_shards)), alive)
        if self.batch == 0:
            first = self._shards(self._train, list(range(self.plan.first_shards)), alive)
            if not self._normalised:
                set_normalisation(self.network, first)
            self.averaged.load_state_dict(self.network.state_dict())

    def _shards(self, folder: Path, numbers: list[int], alive: Callable[[], None]) -> list[Shard]:
        """Those shards, when they are there."""
        self.wait(lambda: all(shard_path(folder, number).exists() for number in numbers), alive)
        return [read_shard(folder, number) for number in numbers]

    def advance(self, alive: Callable[[], None]) -> float:
        """The next batch, chunk by chunk."""
        plan, number = self.plan, self.batch
        self._move_on(*span_needed(plan, number))
        shards = self._shards(self._train, shards_of_batch(plan, number), alive)
        offset = int(np.random.default_rng([plan.seed, 12, number]).integers(0, plan.chunk_frames // 2))
        batch = _tensors(shards, offset if number % 2 else 0)
        states = [state.to(self.device) for state in self.network.initial_state(len(batch[0]))]
        colours = np.random.default_rng([plan.seed, 13, number]).integers(2**63)

        def coloured(features: Tensor) -> Tensor:  # the same for all chunks of the batch
            return random_equaliser(features, np.random.default_rng(colours))

        losses = []
        for features, gain, strength, loudness, trusted in _chunks(batch, self.device, plan.chunk_frames):
            with _autocast(self.device):
                predicted_gain, predicted_strength, states = self.network(coloured(features), states)
            value = sum(loss(predicted_gain, predicted_strength, gain, strength, loudness, trusted))
            self.fit(value)
            losses.append(float(value.detach()))
        self.batch += 1
        return float(np.mean(losses))

    def measure(self) -> tuple[float, ...]:
        """The loss over the validation shards."""
        return (validate(self.averaged, self._held_back, self.device),)

    def progress(self, train_loss: float, measured: tuple[float, ...] | None) -> Progress:
        """See `TrainingRun`."""
        return Progress(
            batch=self.batch,
            hours=self.batch * SHARDS_A_BATCH * HOURS,
            train_loss=train_loss,
            validation_loss=measured[0] if measured else None,
            rate=self.rate,
            elapsed_s=self.elapsed_s,
            left_s=self.left_s,
        )
