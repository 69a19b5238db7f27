"""The networks: 70 features in, 34 gains and 34 comb strengths out, for the frame two hops earlier.

`published` is PercepNet's own structure (7,962,564 weights). `full` spends as many (7,960,964) on a structure that the
small one fits into, so that it can grow out of a trained small one (`growth.py`). `small` keeps the stage under 5 % of
a core. Both have in front of them fixed trackers of each band's floor and mean, so that they need not learn to be a
noise estimator first.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from workbench.dsp.bands import BANDS
from workbench.enhance.features import FEATURES
from workbench.training.recurrent import GatedRecurrentUnit

FLOOR_RISE = (0.004, 0.02)
"""Rise of a floor tracker in log10 of energy a frame (4 and 20 dB/s); it falls by FLOOR_FALL of the difference."""
FLOOR_FALL = (0.1, 0.3)
MEAN_SMOOTHING = 0.02
TRACKERS = len(FLOOR_RISE) + 1


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Sizes of a network.

    convolutions : (taps, channels) of each causal convolution over time
    gain_unit, strength_unit : size of the recurrent unit in front of each output; 0: a dense layer alone
    """

    name: str
    trackers: bool
    dense: int
    convolutions: tuple[tuple[int, int], ...]
    recurrent: tuple[int, ...]
    gain_unit: int
    strength_unit: int

    def as_dict(self) -> dict:
        """Plain data, for a checkpoint."""
        return asdict(self)


CONFIGS = {
    "small": NetworkConfig("small", True, 128, ((3, 256),), (256, 256), 0, 0),
    "full": NetworkConfig("full", True, 192, ((3, 640),), (640, 640, 640), 0, 0),
    "published": NetworkConfig("published", False, 128, ((5, 512), (3, 512)), (512, 512, 512), 512, 128),
}


def config_from_dict(data: dict) -> NetworkConfig:
    """The opposite of `NetworkConfig.as_dict`."""
    data = dict(data)
    data["convolutions"] = tuple(tuple(pair) for pair in data["convolutions"])
    data["recurrent"] = tuple(data["recurrent"])
    return NetworkConfig(**data)


class EnhancementNetwork(nn.Module):
    """Gains and strengths from features.

    State is a list of tensors, one for each part that remembers: trackers (B, 3, 34) when used, the past inputs of
    each convolution (B, taps-1, inputs), each recurrent unit (B, size).
    """

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.config = config
        self.register_buffer("mean", torch.zeros(FEATURES))
        self.register_buffer("scale", torch.ones(FEATURES))
        inputs = FEATURES + (TRACKERS * BANDS if config.trackers else 0)
        self.dense = nn.Linear(inputs, config.dense)
        self.convolutions = nn.ModuleList()
        width = config.dense
        for taps, channels in config.convolutions:
            self.convolutions.append(nn.Linear(taps * width, channels))
            width = channels
        convolved = width
        self.recurrent = nn.ModuleList()
        for size in config.recurrent:
            self.recurrent.append(GatedRecurrentUnit(width, size))
            width = size
        self.gain_unit = GatedRecurrentUnit(width, config.gain_unit) if config.gain_unit else None
        gathered = convolved + sum(config.recurrent) + config.gain_unit
        self.gain = nn.Linear(gathered, BANDS)
        if config.strength_unit:
            self.strength_unit = GatedRecurrentUnit(width + convolved, config.strength_unit)
            self.strength = nn.Linear(config.strength_unit, BANDS)
        else:
            self.strength_unit = None
            self.strength = nn.Linear(gathered, BANDS)

    def weights(self) -> int:
        """Number of trained weights."""
        return sum(parameter.numel() for parameter in self.parameters())

    def initial_state(self, batch: int = 1) -> list[Tensor]:
        """State before the first frame."""
        device = self.mean.device
        states = []
        if self.config.trackers:
            states.append(torch.zeros(batch, TRACKERS, BANDS, device=device))
        width = self.config.dense
        for taps, channels in self.config.convolutions:
            states.append(torch.zeros(batch, taps - 1, width, device=device))
            width = channels
        sizes = [*self.config.recurrent, self.config.gain_unit, self.config.strength_unit]
        states += [torch.zeros(batch, size, device=device) for size in sizes if size]
        return states

    def forward(self, features: Tensor, states: list[Tensor]) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Sequences: features (B, T, 70) -> gains (B, T, 34), strengths (B, T, 34), new states."""
        states = list(states)
        after: list[Tensor] = []
        features = features.transpose(0, 1)  # time first from here: each step of a recurrence is one piece of memory
        x = (features - self.mean) * self.scale
        if self.config.trackers:
            tracked, state = track(features[..., :BANDS], states.pop(0))
            after.append(state)
            x = torch.cat([x, tracked], dim=-1)
        x = torch.tanh(self.dense(x))
        for (taps, _), convolution in zip(self.config.convolutions, self.convolutions, strict=True):
            padded = torch.cat([states.pop(0).transpose(0, 1).to(x.dtype), x])
            after.append(padded[-(taps - 1) :].detach().transpose(0, 1).float())
            length = len(x)
            x = torch.cat([padded[k : k + length] for k in range(taps)], dim=-1)
            x = torch.tanh(convolution(x))
        gathered = [convolved := x]
        for unit in self.recurrent:
            x, state = unit(x, states.pop(0))
            after.append(state)
            gathered.append(x)
        last = x
        if self.gain_unit is not None:
            x, state = self.gain_unit(last, states.pop(0))
            after.append(state)
            gathered.append(x)
        everything = torch.cat([part.to(convolved.dtype) for part in gathered], dim=-1)
        gain = torch.sigmoid(self.gain(everything).float())
        if self.strength_unit is not None:
            x, state = self.strength_unit(torch.cat([last.to(convolved.dtype), convolved], dim=-1), states.pop(0))
            after.append(state)
            strength = torch.sigmoid(self.strength(x).float())
        else:
            strength = torch.sigmoid(self.strength(everything).float())
        return gain.transpose(0, 1), strength.transpose(0, 1), after


def track_step(energy: Tensor, state: Tensor) -> Tensor:
    """One step of the trackers: energy (B, 34) in log10, state (B, 3, 34) -> new state.

    Two floors fall fast and rise slowly; the third tracker is a mean over half a second. States are stored relative
    to nothing: they start at 0, the running level.
    """
    parts = []
    for index, (rise, fall) in enumerate(zip(FLOOR_RISE, FLOOR_FALL, strict=True)):
        parts.append(state[:, index] + torch.clamp(fall * (energy - state[:, index]), max=rise))
    parts.append(state[:, -1] + MEAN_SMOOTHING * (energy - state[:, -1]))
    return torch.stack(parts, dim=1)


def track(energy: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
    """Trackers over a sequence: (T, B, 34) -> what the network sees of them (T, B, 102), last state."""
    with torch.no_grad():
        seen = []
        for frame in energy:
            state = track_step(frame, state)
            seen.append(frame[:, None] - state)
        return torch.stack(seen).flatten(2), state
