"""Batches of windows from the shards of localization."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from workbench.localize.frames import BANDS, WINDOW_FRAMES
from workbench.localize.localizer import FLOOR_FRAMES, FLOOR_SMOOTHING, LEAST_ENERGY
from workbench.localize.ring import RING
from workbench.training.localize_shards import Shard, read_shard


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Windows: `power` (B, T, BANDS, RING), `level_db` (B, T, BANDS), truth (B, talkers)."""

    power: Tensor
    level_db: Tensor
    azimuth_rad: Tensor
    distance: Tensor
    heard: Tensor
    rt60_s: Tensor

    def to(self, device: torch.device) -> Batch:
        """The same where the network is."""
        return Batch(*(getattr(self, name).to(device) for name in Batch.__slots__))


def noise_floor_db(energy_log10: np.ndarray) -> np.ndarray:
    """The floor of each band at every frame (T, BANDS) as the localizer keeps it; dB."""
    energy = 10.0 ** energy_log10.astype(np.float64)
    energy[energy < LEAST_ENERGY] = np.inf
    padded = np.concatenate([np.full((FLOOR_SMOOTHING - 1, BANDS), np.inf), energy])
    smooth = np.lib.stride_tricks.sliding_window_view(padded, FLOOR_SMOOTHING, axis=0).mean(axis=2)
    padded = np.concatenate([np.full((FLOOR_FRAMES - 1, BANDS), np.inf), smooth])
    floor = np.lib.stride_tricks.sliding_window_view(padded, FLOOR_FRAMES, axis=0).min(axis=2)
    return (10 * np.log10(np.where(np.isfinite(floor), floor, 1.0))).astype(np.float32)


class Windows:
    """Shards in memory, each opened once, the newest `capacity` of them."""

    def __init__(self, folder: Path, limits_m: np.ndarray, capacity: int):
        self._folder, self._limits_m, self._capacity = folder, limits_m, capacity
        self._open: OrderedDict[int, tuple[Shard, np.ndarray, np.ndarray]] = OrderedDict()

    def _shard(self, number: int) -> tuple[Shard, np.ndarray, np.ndarray]:
        if number not in self._open:
            shard = read_shard(self._folder, number)
            floor = np.stack([noise_floor_db(energy) for energy in shard.energy])
            self._open[number] = shard, 10 * shard.energy.astype(np.float32), floor
            while len(self._open) > self._capacity:
                self._open.popitem(last=False)
        return self._open[number]

    def batch(self, numbers: list[int], count: int, rng: np.random.Generator, mirror: bool = False) -> Batch:
        """`count` windows, spread evenly over the shards named.

        `mirror`: half of them are mirrored at the x axis, for arrays that are their own mirror image.
        """
        power = np.empty((count, WINDOW_FRAMES, BANDS, RING), dtype=np.uint8)
        level = np.empty((count, WINDOW_FRAMES, BANDS), dtype=np.float32)
        truths = []
        for row in range(count):
            shard, energy_db, floor_db = self._shard(numbers[row % len(numbers)])
            scene = int(rng.integers(len(shard.power)))
            end = int(rng.integers(WINDOW_FRAMES, shard.power.shape[1] + 1))
            span = slice(end - WINDOW_FRAMES, end)
            azimuth_rad = shard.azimuth_rad[scene]
            power[row], sign = shard.power[scene, span], 1
            if mirror and rng.random() < 0.5:
                # Index i is at -pi + (i + 1) steps: its mirror image is at RING - 2 - i.
                power[row], sign = np.roll(power[row, :, :, ::-1], -1, axis=-1), -1
            level[row] = energy_db[scene, span] - floor_db[scene, end - 1]
            heard = shard.active[scene, end - WINDOW_FRAMES // 2 - 1] & np.isfinite(azimuth_rad)
            truths.append((sign * np.nan_to_num(azimuth_rad), shard.distance_m[scene], heard, shard.rt60_s[scene]))
        azimuth_rad, distance_m, heard, rt60_s = (np.stack(part) for part in zip(*truths, strict=True))
        low, high = self._limits_m[0]
        return Batch(
            torch.from_numpy(power).float().mul_(1 / 255),
            torch.from_numpy(level),
            torch.from_numpy(azimuth_rad.astype(np.float32)),
            torch.from_numpy(((np.nan_to_num(distance_m) - low) / (high - low)).astype(np.float32)),
            torch.from_numpy(heard),
            torch.from_numpy(rt60_s),
        )
