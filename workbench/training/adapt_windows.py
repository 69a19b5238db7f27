"""What a localization network is adapted with: windows of labelled recordings, and of simulated rooms."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray
from workbench.localize.frames import SHIFT, WINDOW_FRAMES, WINDOW_SAMPLES, analyse
from workbench.localize.localizer import LEAST_ENERGY
from workbench.localize.recordings import LabelledRecording, load_recording
from workbench.training.corpus import Pool, build_pool
from workbench.training.localize_data import noise_floor_db
from workbench.training.localize_network import ACTIVE_OVER_FLOOR_DB, FirstLayers
from workbench.training.localize_scenes import MOST_TALKERS, SceneMaker, SceneRanges
from workbench.training.localize_shards import analyse as analyse_simulated

_LEAST_ACTIVE = 0.08

Progress = Callable[[str, int, int], None]
"""Is told the stage, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True, eq=False)
class AdaptWindows:
    """Windows as spectra (N, mics, BINS, T), floors (N, BANDS), and labels; distance NaN where unknown."""

    real: Tensor
    imag: Tensor
    floor_db: Tensor
    azimuth_rad: Tensor
    distance_m: Tensor
    heard: Tensor

    def __len__(self) -> int:
        return len(self.real)

    def part(self, index) -> AdaptWindows:
        return AdaptWindows(*(getattr(self, name)[index] for name in AdaptWindows.__slots__))


def recorded_windows(
    recordings: list[LabelledRecording],
    folder: Path,
    array: MicrophoneArray,
    wanted: int,
    first: FirstLayers,
    step: Progress,
) -> tuple[AdaptWindows, np.ndarray]:
    """Windows with speech, about `wanted`, spread evenly over the recordings; and the recording that each comes from.

    `folder` is where they lie, for the message.

    Raises
    ------
    InputError
        There is no speech in them.
    """
    each = max(1, math.ceil(wanted / len(recordings)))
    parts, owners = [], []
    for number, recording in enumerate(recordings):
        step("recordings", number, len(recordings))
        sound = load_recording(recording, array)
        for samples, floor_db in _speech(sound, recording.start_s, each):
            parts.append((samples, floor_db, recording))
            owners.append(number)
    if len(parts) < 2:
        raise InputError(f"{folder}: no speech in the recordings (half a second of it at least, in each)")
    with torch.no_grad():
        spectra = [first.spectrum(torch.from_numpy(samples)[None]) for samples, _, _ in parts]
    azimuth_rad = np.zeros((len(parts), MOST_TALKERS), dtype=np.float32)
    distance_m = np.full((len(parts), MOST_TALKERS), np.nan, dtype=np.float32)
    heard = np.zeros((len(parts), MOST_TALKERS), dtype=bool)
    for row, (_, _, recording) in enumerate(parts):
        azimuth_rad[row, 0] = math.radians(recording.azimuth_deg)
        distance_m[row, 0] = math.nan if recording.distance_m is None else recording.distance_m
        heard[row, 0] = True
    windows = AdaptWindows(
        torch.cat([real for real, _ in spectra]),
        torch.cat([imag for _, imag in spectra]),
        torch.from_numpy(np.stack([floor_db for _, floor_db, _ in parts])),
        torch.from_numpy(azimuth_rad),
        torch.from_numpy(distance_m),
        torch.from_numpy(heard),
    )
    return windows, np.array(owners)


def _speech(sound: np.ndarray, start_s: float, most: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Windows (mics, WINDOW_SAMPLES) in whose middle somebody speaks, with the noise floor (BANDS,) known by then."""
    if sound.shape[1] < WINDOW_SAMPLES:
        return []
    energy = np.log10(analyse(sound).zone_energy + LEAST_ENERGY * 1e-3)
    floor_db = noise_floor_db(energy)
    first = max(0, round(start_s * 48000 / SHIFT))
    ends = np.arange(first + WINDOW_FRAMES, len(energy) + 1, WINDOW_FRAMES // 4)
    active = []
    for end in ends:
        middle = slice(end - WINDOW_FRAMES // 2 - 3, end - WINDOW_FRAMES // 2 + 3)
        active.append(np.mean(10 * energy[middle] - floor_db[end - 1] > ACTIVE_OVER_FLOOR_DB))
    good = ends[np.array(active) > _LEAST_ACTIVE] if len(ends) else ends
    if not len(good):
        return []
    chosen = good[np.unique(np.linspace(0, len(good) - 1, min(most, len(good))).round().astype(int))]
    windows = []
    for end in chosen:
        stop = (end - 1) * SHIFT + WINDOW_SAMPLES - (WINDOW_FRAMES - 1) * SHIFT
        windows.append((sound[:, stop - WINDOW_SAMPLES : stop], floor_db[end - 1]))
    return windows


def simulated_windows(
    first: FirstLayers, name: str, speech: tuple[Path, ...], count: int, seed: int, step: Progress
) -> AdaptWindows:
    """Windows of simulated rooms, `count` at least, for microphones where `first` has them; `name` is the array's."""
    found = MicrophoneArray(name, first.mic_xyz_m.detach().numpy().astype(float))
    with tempfile.TemporaryDirectory() as folder:
        pool, _ = build_pool(list(speech), Path(folder) / "voices", True)
        return _from_rooms(found, pool, count, seed, step)


def _from_rooms(array: MicrophoneArray, pool: Pool, count: int, seed: int, step: Progress) -> AdaptWindows:
    maker = SceneMaker(array, pool, None, replace(SceneRanges(), snr_db=(10.0, 30.0)), seed)
    rng = np.random.default_rng([seed, 3])
    each, rows = 4, []
    rooms = math.ceil(count / each)
    for room in range(rooms):
        step("simulation", room, rooms)
        scene = maker.scenes(room, 1)[0]
        frames = analyse_simulated(scene.samples)
        energy = np.log10(frames.zone_energy + 1e-14)
        floor_db = noise_floor_db(energy)
        spectrum = np.ascontiguousarray(frames.spectrum.transpose(2, 1, 0))
        for end in rng.integers(2 * WINDOW_FRAMES, len(energy) + 1, each):
            span = slice(end - WINDOW_FRAMES, end)
            centre_s = ((end - 1 - WINDOW_FRAMES // 2) * SHIFT + SHIFT) / 48000
            heard = scene.active[min(int(centre_s / 0.01), len(scene.active) - 1)] & np.isfinite(scene.azimuth_rad)
            rows.append(
                (
                    spectrum[:, :, span].real.astype(np.float32),
                    spectrum[:, :, span].imag.astype(np.float32),
                    floor_db[end - 1],
                    np.nan_to_num(scene.azimuth_rad).astype(np.float32),
                    scene.distance_m.astype(np.float32),
                    heard,
                )
            )
    return AdaptWindows(*(torch.from_numpy(np.stack(part)) for part in zip(*rows, strict=True)))
