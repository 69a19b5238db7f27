"""Training examples on disk: a shard is one batch of mixtures, as features and targets.

Shard k is determined by (seed, k) alone, whoever makes it; features come from the same streaming objects that run
live, with the batch as channels.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.core.errors import EarshotError
from workbench.dsp.bands import BANDS, HOP
from workbench.dsp.comb import CombFilter
from workbench.dsp.pitch import LOOK_AHEAD
from workbench.dsp.stft import Analysis
from workbench.enhance.features import FEATURES, FeatureExtractor
from workbench.enhance.oracle import targets
from workbench.training.mixing import STREAM_FRAMES, Mixer, trusted_bands

STREAMS = 64
"""Mixtures in a shard."""
HOURS = STREAMS * STREAM_FRAMES * 0.01 / 3600


@dataclass(frozen=True, slots=True, eq=False)
class Shard:
    """`features` (streams, frames, 70), `gain` and `strength` (streams, frames, 34) float16; `trusted` (streams, 34).

    Targets at frame f belong to frame f - 2 of the sound; where `trusted` is false the clean signal says nothing.
    """

    features: np.ndarray
    gain: np.ndarray
    strength: np.ndarray
    trusted: np.ndarray


def make_shard(mixer: Mixer, seed: int, number: int, streams: int = STREAMS) -> Shard:
    """Mix and analyse one batch."""
    mixtures = [mixer.mixture((seed, number, stream)) for stream in range(streams)]
    noisy = np.stack([mixture.noisy for mixture in mixtures])
    clean = np.stack([mixture.clean for mixture in mixtures])
    features = np.empty((STREAM_FRAMES, streams, FEATURES), dtype=np.float16)
    gain = np.empty((STREAM_FRAMES, streams, BANDS), dtype=np.float16)
    strength = np.empty((STREAM_FRAMES, streams, BANDS), dtype=np.float16)
    extractor = FeatureExtractor(streams)
    clean_analysis, clean_comb = Analysis(streams), CombFilter(streams)
    past = [np.zeros((streams, 481), dtype=np.complex64)] * LOOK_AHEAD
    for frame in range(STREAM_FRAMES):
        span = slice(frame * HOP, (frame + 1) * HOP)
        analysed = extractor.process(noisy[:, span])
        past.append(clean_analysis.process(clean[:, span]))
        comb = clean_comb.process(clean[:, span], analysed.period, analysed.period)
        g, r = targets(past.pop(0), analysed.spectrum, comb.spectrum, analysed.noise_gain)
        features[frame], gain[frame], strength[frame] = analysed.features, g, r
    trusted = np.stack([trusted_bands(mixture.cutoff_hz) for mixture in mixtures])
    return Shard(*(np.ascontiguousarray(a.swapaxes(0, 1)) for a in (features, gain, strength)), trusted)


def shard_path(folder: Path, number: int) -> Path:
    """Where shard `number` lies."""
    return folder / f"{number:06d}.npz"


def write_shard(folder: Path, number: int, shard: Shard) -> None:
    """Write a shard; it appears under its name only when complete.

    Raises
    ------
    EarshotError
        It cannot be written.
    """
    partial = None
    try:
        handle, partial = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            np.savez(file, features=shard.features, gain=shard.gain, strength=shard.strength, trusted=shard.trusted)
        os.replace(partial, shard_path(folder, number))
    except BaseException as error:
        if partial is not None and os.path.exists(partial):
            os.unlink(partial)
        if isinstance(error, OSError):
            raise EarshotError(
                f"{folder}: examples cannot be written ({error.strerror}); make room and go on with --resume"
            ) from error
        raise


def read_shard(folder: Path, number: int) -> Shard:
    """Read a shard back.

    Raises
    ------
    EarshotError
        It is damaged, as after a power cut.
    """
    path = shard_path(folder, number)
    try:
        with np.load(path) as data:
            return Shard(data["features"], data["gain"], data["strength"], data["trusted"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise EarshotError(f"{path}: damaged ({error}); delete it, it will be made again, and go on") from error
