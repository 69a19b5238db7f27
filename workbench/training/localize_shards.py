"""Training examples of localization on disk: a shard is what one room's scenes look like to the network.

A shard keeps, for every frame, the steered power in each zone on the ring of directions (what the first, fixed layers
of the network give) and the zone's energy, with the truth beside them. Shard k is determined by (seed, k) alone.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import fft

from workbench.core.geometry import MicrophoneArray
from workbench.localize.frames import BIN_HZ as FRAME_BIN_HZ
from workbench.localize.frames import FRAME, SHIFT, Frames
from workbench.localize.ring import RING
from workbench.localize.srp import steered_power
from workbench.training.localize_scenes import ACTIVITY_S, RATE_HZ, Scene, SceneMaker

SCENES = 6
"""Scenes in a shard, all from one room."""

_RATIO = 48000 // RATE_HZ
_FRAME = FRAME // _RATIO
_SHIFT = SHIFT // _RATIO
_WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(_FRAME) + 0.5) / _FRAME)).astype(np.float32)
_BIN = np.round(FRAME_BIN_HZ * _FRAME / RATE_HZ).astype(int)
_LEAST_ENERGY = 1e-14


@dataclass(frozen=True, slots=True, eq=False)
class Shard:
    """S scenes of T frames.

    Attributes
    ----------
    power : (S, T, BANDS, RING) uint8
        Steered power, 255 for 1.
    energy : (S, T, BANDS) float16
        log10 of the zones' energy.
    azimuth_rad, distance_m : (S, talkers) float32, NaN where there is none
    active : (S, T, talkers) bool
        Who speaks at the frame's centre.
    rt60_s : (S,) float32
    """

    power: np.ndarray
    energy: np.ndarray
    azimuth_rad: np.ndarray
    distance_m: np.ndarray
    active: np.ndarray
    rt60_s: np.ndarray


def analyse(samples: np.ndarray) -> Frames:
    """As `workbench.localize.frames.analyse`, of sound (mics, n) at 16 kHz: the same frames and bins."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FRAME, axis=1)[:, ::_SHIFT]
    spectrum = fft.rfft(frames * (_WINDOW * np.float32(2 / _WINDOW.sum())), axis=2)
    chosen = np.ascontiguousarray(spectrum[:, :, _BIN].transpose(1, 2, 0))
    return Frames(chosen, np.mean(chosen.real**2 + chosen.imag**2, axis=2))


def make_shard(maker: SceneMaker, array: MicrophoneArray, number: int, scenes: int = SCENES) -> Shard:
    """Simulate a room's scenes and look at them with the array as its file says."""
    return collect(maker.scenes(number, scenes), array)


def collect(scenes: list[Scene], array: MicrophoneArray) -> Shard:
    """What the network's fixed layers make of scenes."""
    rows = []
    for scene in scenes:
        frames = analyse(scene.samples)
        power = np.clip(np.round(255 * steered_power(array, frames, RING)), 0, 255).astype(np.uint8)
        energy = np.log10(frames.zone_energy + _LEAST_ENERGY).astype(np.float16)
        centre = ((np.arange(len(power)) * _SHIFT + _FRAME // 2) / RATE_HZ / ACTIVITY_S).astype(int)
        rows.append((power, energy, scene.active[np.minimum(centre, len(scene.active) - 1)]))
    power, energy, active = (np.stack(part) for part in zip(*rows, strict=True))
    return Shard(
        power,
        energy,
        np.stack([scene.azimuth_rad for scene in scenes]).astype(np.float32),
        np.stack([scene.distance_m for scene in scenes]).astype(np.float32),
        active,
        np.array([scene.rt60_s for scene in scenes], dtype=np.float32),
    )


def shard_path(folder: Path, number: int) -> Path:
    """Where shard `number` lies."""
    return folder / f"{number:06d}.npz"


def write_shard(folder: Path, number: int, shard: Shard) -> None:
    """Write a shard; it appears under its name only when complete."""
    handle, partial = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **{name: getattr(shard, name) for name in Shard.__slots__})
        os.replace(partial, shard_path(folder, number))
    except BaseException:
        os.unlink(partial)
        raise


def read_shard(folder: Path, number: int) -> Shard:
    """Read a shard back."""
    with np.load(shard_path(folder, number)) as data:
        return Shard(**{name: data[name] for name in Shard.__slots__})
