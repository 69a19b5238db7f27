"""The network that localizes several talkers from raw sound of an array, in torch.

1. **First layers** (`FirstLayers`): frames of the raw samples through windowed Fourier filters, every bin brought to
   magnitude one, steered to each azimuth of the ring and squared: the steered power of each zone (a band in a frame).
   These layers are not learnt from nothing but set: filters and delays are known, and learning them from noise
   would take most of a training. The places of the microphones are parameters, which adaptation moves.
2. **A first guess** (`first_guess`): the zones share themselves out among the directions by expectation-maximisation,
   unrolled; what `workbench.localize.srp` does, as a layer.
3. **Attention over zones**: a small convolutional network over time and frequency says which zones tell something
   (the first wave front of a syllable rather than its reverberation). Weighted with that, zones are summed over time.
4. **The ring**: one-dimensional convolutions around the circle, with the same weights for every direction: what is
learnt in
   one direction is known in all. Each band has its own weights, as each has its own beam width and side lobes.

Answer: for each direction of the ring logit of a talker, offset in steps, normalised distance.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workbench.core.geometry import SPEED_OF_SOUND_M_S, MicrophoneArray, unit_vectors
from workbench.localize.frames import BANDS, BIN_HZ, BINS, BINS_PER_BAND, FRAME, SHIFT, WINDOW_FRAMES
from workbench.localize.ring import RING, RING_RAD

ACTIVE_OVER_FLOOR_DB = 9.0
_SHARPNESS = 30.0
_DIFFUSE_POWER = 0.35
_ROUNDS = 6
_LEAST_CONTRAST = 0.1
_LEAST_ENERGY = 1e-14
_TINY = 1e-10


@dataclass(frozen=True, slots=True)
class RingConfig:
    """Sizes of the learnt layers."""

    attention: int = 16
    gates: int = 4
    channels: int = 64
    blocks: int = 3

    def as_dict(self) -> dict:
        """Plain data, for a checkpoint."""
        return asdict(self)


class FirstLayers(nn.Module):
    """Raw samples (B, mics, WINDOW_SAMPLES) to steered power (B, frames, BANDS, RING) and energy in dB (B, frames,
    BANDS)."""

    def __init__(self, array: MicrophoneArray):
        super().__init__()
        n = np.arange(FRAME)
        window = 0.5 - 0.5 * np.cos(2 * np.pi * (n + 0.5) / FRAME)
        phase = -2j * np.pi * BIN_HZ[:, None] / 48000 * n
        filters = np.exp(phase) * (window * 2 / window.sum())
        self.register_buffer(
            "filters", torch.from_numpy(np.concatenate([filters.real, filters.imag]).astype(np.float32))[:, None]
        )
        self.register_buffer("directions", torch.from_numpy(unit_vectors(RING_RAD).astype(np.float32)))
        self.register_buffer("omega", torch.from_numpy((2 * np.pi * BIN_HZ).astype(np.float32)))
        self.mic_xyz_m = nn.Parameter(torch.from_numpy(array.mic_xyz_m.astype(np.float32)))

    @property
    def mics(self) -> int:
        return len(self.mic_xyz_m)

    def steering(self) -> tuple[Tensor, Tensor]:
        """Real and imaginary part of the conjugate steering vectors, (BINS, RING, mics)."""
        advance_s = self.directions @ self.mic_xyz_m.T / SPEED_OF_SOUND_M_S
        angle = -self.omega[:, None, None] * advance_s
        return torch.cos(angle), torch.sin(angle)

    def spectrum(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        """Real and imaginary part, (B, mics, BINS, frames) each."""
        batch, mics, length = samples.shape
        spectrum = F.conv1d(samples.reshape(batch * mics, 1, length), self.filters, stride=SHIFT)
        return spectrum.reshape(batch, mics, 2, BINS, -1).unbind(dim=2)

    def forward(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        return self.steer(*self.spectrum(samples))

    def steer(self, real: Tensor, imag: Tensor) -> tuple[Tensor, Tensor]:
        """From the spectrum on."""
        batch, mics, _, frames = real.shape
        square = real * real + imag * imag
        energy = square.mean(dim=1)  # (B, BINS, T)
        amplitude = torch.sqrt(energy + 1e-20).reshape(batch, BANDS, BINS_PER_BAND, frames)
        weight = torch.sqrt(amplitude / amplitude.sum(dim=2, keepdim=True)).reshape(batch, 1, BINS, frames) / mics
        scale = weight / torch.clamp(torch.sqrt(square), min=_TINY)
        # (BINS, mics, B * T)
        real = (real * scale).permute(2, 1, 0, 3).reshape(BINS, mics, batch * frames)
        imag = (imag * scale).permute(2, 1, 0, 3).reshape(BINS, mics, batch * frames)
        cosine, sine = self.steering()
        beam_real = cosine @ real - sine @ imag
        beam_imag = cosine @ imag + sine @ real
        power = (beam_real * beam_real + beam_imag * beam_imag).reshape(BANDS, BINS_PER_BAND, RING, batch, frames)
        zone = energy.reshape(batch, BANDS, BINS_PER_BAND, frames).mean(dim=2)
        return power.sum(dim=1).permute(2, 3, 0, 1), 10 * torch.log10(zone + _LEAST_ENERGY).transpose(1, 2)


def first_guess(power: Tensor, peak: Tensor, active: Tensor) -> tuple[Tensor, Tensor]:
    """Shares of directions by expectation-maximisation, see `workbench.localize.srp.share_out`.

    Parameters
    ----------
    power : (B, T, BANDS, RING)
    peak : (B, T, BANDS, 1), its maximum over the ring
    active : (B, T, BANDS), 1 for zones in which somebody is heard

    Returns
    -------
    likelihood (B, T, BANDS, RING) and share (B, RING), whose sum is 1 less the diffuse part
    """
    likelihood = torch.exp(_SHARPNESS * (power - peak))
    with torch.no_grad():
        zones = likelihood.reshape(len(power), -1, RING)
        diffuse_likelihood = torch.exp(_SHARPNESS * (_DIFFUSE_POWER - peak)).reshape(len(power), -1)
        weight = active.reshape(len(power), -1)
        weight = weight / torch.clamp(weight.sum(dim=1, keepdim=True), min=1.0)
        share = torch.full_like(zones[:, 0], 0.5 / RING)
        diffuse = torch.full_like(share[:, :1], 0.5)
        for _ in range(_ROUNDS):
            mixture = (zones @ share[:, :, None])[..., 0] + diffuse * diffuse_likelihood
            scale = weight / torch.clamp(mixture, min=1e-20)
            share = share * (scale[:, None] @ zones)[:, 0]
            diffuse = diffuse * (scale * diffuse_likelihood).sum(dim=1, keepdim=True)
    return likelihood, share


def around(x: Tensor, reach: int) -> Tensor:
    """(B, C, RING) continued around the circle on both sides."""
    return torch.cat([x[..., -reach:], x, x[..., :reach]], dim=-1)


class RingConvolution(nn.Module):
    """A convolution around the circle."""

    def __init__(self, inputs: int, outputs: int, taps: int, dilation: int = 1):
        super().__init__()
        self.reach = dilation * (taps // 2)
        self.convolution = nn.Conv1d(inputs, outputs, taps, dilation=dilation)

    def forward(self, x: Tensor) -> Tensor:
        return self.convolution(around(x, self.reach))


class Block(nn.Module):
    """Two convolutions around a short cut, and what all directions say together."""

    def __init__(self, channels: int, dilation: int):
        super().__init__()
        self.norm = nn.BatchNorm1d(channels)
        self.first = RingConvolution(channels, channels, 5, dilation)
        self.second = RingConvolution(channels, channels, 5, dilation)
        self.whole = nn.Linear(2 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.first(self.norm(x)))
        whole = self.whole(torch.cat([y.mean(dim=-1), y.amax(dim=-1)], dim=-1))
        return x + self.second(F.relu(y + whole[..., None]))


class RingNetwork(nn.Module):
    """Steered power and level over the floor to answers on the ring."""

    def __init__(self, config: RingConfig = RingConfig()):
        super().__init__()
        self.config = config
        a, c = config.attention, config.channels
        self.look = nn.Conv2d(5, a, 3, padding=1)
        self.band_bias = nn.Parameter(torch.zeros(1, a, 1, BANDS))
        self.time_bias = nn.Parameter(torch.zeros(1, a, WINDOW_FRAMES, 1))
        self.look_further = nn.Conv2d(a, a, 3, padding=1)
        self.look_wide = nn.Conv2d(a, a, 3, padding=2, dilation=2)
        self.gate = nn.Conv2d(a, config.gates, 1)
        inputs = 2 * config.gates * BANDS + 3
        self.norm = nn.BatchNorm1d(inputs)
        self.enter = RingConvolution(inputs, c, 7)
        self.context = nn.Linear(a, c)
        self.place = nn.Parameter(torch.zeros(1, c, RING))
        self.blocks = nn.ModuleList([Block(c, 2**k) for k in range(config.blocks)])
        self.head = nn.Conv1d(c, 3, 1)
        nn.init.constant_(self.head.bias, 0.0)
        with torch.no_grad():
            self.head.bias[0] = -3.0

    def forward(self, power: Tensor, level_db: Tensor) -> Tensor:
        """Answers (B, 3, RING): logit, offset in steps of the ring, normalised distance.

        Parameters
        ----------
        power : (B, WINDOW_FRAMES, BANDS, RING)
        level_db : (B, WINDOW_FRAMES, BANDS)
            Energy over the band's noise floor.
        """
        peak = power.amax(dim=-1, keepdim=True)
        contrast = peak[..., 0] - power.amin(dim=-1)
        active = ((level_db > ACTIVE_OVER_FLOOR_DB) & (contrast > _LEAST_CONTRAST)).float()
        likelihood, share = first_guess(power, peak, active)

        level = torch.clamp(level_db / 20, -1, 3)
        loudest = level.amax(dim=(1, 2), keepdim=True)
        seen = torch.stack([level, level - loudest, 2 * peak[..., 0] - 1, 2 * contrast - 1, active], dim=1)
        seen = F.relu(self.look(seen) + self.band_bias + self.time_bias)
        seen = F.relu(self.look_further(seen) + seen)
        seen = F.relu(self.look_wide(seen) + seen)
        gate = torch.sigmoid(self.gate(seen))  # (B, gates, T, BANDS)

        # Sum over time, zones weighted: (B, BANDS, gates, T) @ (B, BANDS, T, RING)
        weight = gate.permute(0, 3, 1, 2) / WINDOW_FRAMES
        votes = torch.sqrt(weight @ likelihood.transpose(1, 2) + 1e-4)
        powers = 3 * (weight @ (power - power.mean(dim=-1, keepdim=True)).transpose(1, 2))
        occupied = share * active.mean(dim=(1, 2))[:, None]
        guess = torch.stack(
            [torch.sqrt(share + 1e-6), torch.sqrt(occupied + 1e-6), torch.log(occupied + 1e-4) / 4 + 1], dim=1
        )
        x = torch.cat([votes.flatten(1, 2), powers.flatten(1, 2), guess], dim=1)
        x = self.enter(self.norm(x)) + self.context(seen.mean(dim=(2, 3)))[..., None] + self.place
        for block in self.blocks:
            x = block(x)
        return self.head(F.relu(x))

    def weights(self) -> int:
        """Number of learnt values."""
        return sum(parameter.numel() for parameter in self.parameters())


class RegionModel(nn.Module):
    """The whole network: raw samples and the bands' noise floors in, probability, offset, distance out.

    What is exported: `samples` (1, mics, WINDOW_SAMPLES), `floor_db` (1, BANDS) to `answer` (1, 3, RING).
    """

    def __init__(self, first: FirstLayers, ring: RingNetwork):
        super().__init__()
        self.first, self.ring = first, ring

    def forward(self, samples: Tensor, floor_db: Tensor) -> Tensor:
        power, energy_db = self.first(samples)
        answer = self.ring(power, energy_db - floor_db[:, None])
        return torch.cat([torch.sigmoid(answer[:, :1]), answer[:, 1:]], dim=1)


WIDTH_RAD = math.radians(5.0)
"""Standard deviation of the Gaussian that the ring should show around a talker."""


def targets(azimuth_rad: Tensor, distance: Tensor, heard: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What the ring should say.

    Parameters
    ----------
    azimuth_rad, distance : (B, talkers)
    heard : (B, talkers) bool

    Returns
    -------
    heat, offset in steps, distance, each (B, RING); the last two of the nearest talker
    """
    ring = torch.from_numpy(RING_RAD.astype(np.float32)).to(azimuth_rad.device)
    apart = azimuth_rad[..., None] - ring
    apart = torch.remainder(apart + math.pi, 2 * math.pi) - math.pi
    away = torch.where(heard[..., None], apart.abs(), torch.full_like(apart, 9.0))
    nearest_away, nearest = away.min(dim=1, keepdim=True)
    heat = torch.exp(-0.5 * (nearest_away[:, 0] / WIDTH_RAD) ** 2)
    offset = torch.gather(apart, 1, nearest)[:, 0] / (2 * math.pi / RING)
    near_distance = torch.gather(distance[..., None].expand_as(apart), 1, nearest)[:, 0]
    return heat, offset, near_distance


def loss(answer: Tensor, heat: Tensor, offset: Tensor, distance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Binary cross-entropy of the ring, and squared errors of offset and distance where a talker is near."""
    cross = F.binary_cross_entropy_with_logits(answer[:, 0], heat, reduction="none").sum(dim=1).mean()
    near = heat * (heat > 0.3)
    count = near.sum() + 1e-3
    offset_error = (near * (answer[:, 1] - offset) ** 2).sum() / count
    distance_error = (near * (answer[:, 2] - distance) ** 2).sum() / count
    return cross, offset_error, distance_error
