"""A person's sound folders, read once into one flat file that mixing workers map into memory.

Reading is by soundfile (WAV, FLAC, OGG, MP3), to mono at 48 kHz, 16 bit. Files that are not sound, are silent
or shorter than 0.3 s are left out and counted, never a reason to stop; a folder without any sound is an error.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from workbench.core.errors import InputError
from workbench.dsp.bands import RATE_HZ

SUFFIXES = {".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff", ".w64", ".opus"}
SHORTEST_S = 0.3
LONGEST_S = 60.0
"""A longer file is cut to this: one long recording may not drown all others."""
SILENCE_DBFS = -65.0
CLEAN_RANGE_DB = 32.0
"""Speech is taken as clean when its loud frames stand this far above its quiet ones."""
VALIDATION_SHARE = 0.06
FAST_PLAYBACK = (1.5, 2.5)
"""Speech recorded at 16 kHz, played this much faster, has real speech structure above 8 kHz."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording inside a pool: `start` and `length` in samples; speech above `cutoff_hz` does not exist."""

    start: int
    length: int
    cutoff_hz: float
    source: str
    validation: bool
    folder: int = 0
    """Number of the folder it was found in, in the order given."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Recordings of one kind. `samples` is (N,) int16 at 48 kHz, mapped from disk."""

    samples: np.ndarray
    clips: tuple[Clip, ...]
    left_out: dict[str, int] = dataclasses.field(default_factory=dict)
    """How many files were not taken, by reason."""

    def split(self, validation: bool) -> list[Clip]:
        """The clips of the training part, or of the validation part."""
        return [clip for clip in self.clips if clip.validation == validation]

    def read(self, clip: Clip, start: int = 0, length: int | None = None) -> np.ndarray:
        """Samples of a clip (from `start`, at most `length`), float32."""
        stop = clip.length if length is None else min(clip.length, start + length)
        return self.samples[clip.start + start : clip.start + stop].astype(np.float32) / 32768.0

    @property
    def hours(self) -> float:
        """Length of everything in the pool."""
        return sum(clip.length for clip in self.clips) / RATE_HZ / 3600


def sound_files(folders: Iterable[Path]) -> list[Path]:
    """All files with the suffix of a sound below the folders, sorted.

    Raises
    ------
    InputError
        A folder does not exist, or none holds such a file.
    """
    found: list[Path] = []
    names = []
    for folder in folders:
        names.append(str(folder))
        if not folder.is_dir():
            raise InputError(f"{folder}: no such folder")
        found += [path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()]
    if not found:
        raise InputError(f"{', '.join(names)}: no sound files (looked for {' '.join(sorted(SUFFIXES))})")
    return sorted(found)


def frame_levels_db(x: np.ndarray) -> np.ndarray:
    """Level of each 20 ms of x (samples,) in dB, bounded below at -120."""
    frames = x[: len(x) // 960 * 960].reshape(-1, 960)
    return 10 * np.log10(np.mean(frames.astype(np.float64) ** 2, axis=1) + 1e-12)


def dynamic_range_db(x: np.ndarray) -> float:
    """How far the loud frames (95 %) stand above the quiet ones (5 %): a stand-in for a recording's own SNR."""
    levels = frame_levels_db(x)
    levels = levels[levels > -110]  # digital silence says nothing about the recording's noise
    if len(levels) < 5:
        return 0.0
    quiet, loud = np.percentile(levels, [5, 95])
    return float(loud - quiet)


def _is_validation(source: str) -> bool:
    digest = hashlib.sha256(source.encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 < VALIDATION_SHARE


def _trimmed(x: np.ndarray) -> np.ndarray:
    """x without leading and trailing pauses of more than a quarter of a second."""
    levels = frame_levels_db(x)
    if not len(levels):
        return x
    active = np.flatnonzero(levels > levels.max() - 40)
    margin = 12
    return x[max(0, active[0] - margin) * 960 : (active[-1] + 1 + margin) * 960]


def _variants(x: np.ndarray, rate_hz: int, speech: bool, rng: np.random.Generator) -> list[tuple[np.ndarray, float]]:
    """The recording at 48 kHz, and for narrow-band speech once more played faster; with the highest frequency."""
    made = [(soxr.resample(x, rate_hz, RATE_HZ, "HQ") if rate_hz != RATE_HZ else x, min(rate_hz, RATE_HZ) / 2)]
    if speech and rate_hz <= 24000:
        speed = rng.uniform(*FAST_PLAYBACK)
        made.append((soxr.resample(x, rate_hz * speed, RATE_HZ, "HQ"), min(rate_hz * speed, RATE_HZ) / 2))
    return made


def build_pool(
    folders: list[Path],
    cache: Path,
    speech: bool,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Pool, dict[str, int]]:
    """Read folders into `cache` (`.pcm` and `.json`), or open the cache if it was made from the same files.

    Parameters
    ----------
    folders : where to look, recursively.
    cache : path without suffix; its folder must exist.
    speech : keep only clean recordings, trim pauses, add faster playback of narrow-band ones.
    progress : called with (files done, files in all).

    Returns
    -------
    (pool, counts of what was left out by reason)

    Raises
    ------
    InputError
        No usable sound, or the cache cannot be written.
    """
    files = sound_files(folders)
    key = hashlib.sha256(
        "\n".join([f"{path}:{path.stat().st_size}" for path in files] + [f"speech={speech}"]).encode()
    ).hexdigest()
    data_path, index_path = cache.with_suffix(".pcm"), cache.with_suffix(".json")
    if index_path.is_file() and data_path.is_file():
        index = json.loads(index_path.read_text(encoding="utf-8"))
        if index["key"] == key:
            return _open_pool(data_path, index), index["left_out"]
    left_out = {"not readable": 0, "too short": 0, "silent": 0, "not clean": 0}
    clips: list[dict] = []
    position = 0
    partial = data_path.with_suffix(".pcm.part")
    try:
        with open(partial, "wb") as out:
            for number, path in enumerate(files):
                if progress is not None:
                    progress(number, len(files))
                try:
                    sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True, frames=60 * 192000)
                except (soundfile.LibsndfileError, RuntimeError):
                    left_out["not readable"] += 1
                    continue
                x = sound.mean(axis=1)[: int(LONGEST_S * rate_hz)]
                if len(x) < SHORTEST_S * rate_hz:
                    left_out["too short"] += 1
                    continue
                if 10 * np.log10(np.mean(x**2) + 1e-12) < SILENCE_DBFS or not np.all(np.isfinite(x)):
                    left_out["silent"] += 1
                    continue
                if speech and dynamic_range_db(soxr.resample(x, rate_hz, RATE_HZ, "QQ")) < CLEAN_RANGE_DB:
                    left_out["not clean"] += 1
                    continue
                rng = np.random.default_rng(int.from_bytes(hashlib.sha256(path.name.encode()).digest()[:8], "big"))
                for sound_48k, cutoff_hz in _variants(x, rate_hz, speech, rng):
                    if speech:
                        sound_48k = _trimmed(sound_48k)
                    peak = np.max(np.abs(sound_48k))
                    pcm = np.round(sound_48k * (0.9 * 32767 / peak)).astype("<i2")
                    out.write(pcm.tobytes())
                    source = str(path)
                    clips.append(
                        {
                            "start": position,
                            "length": len(pcm),
                            "cutoff_hz": cutoff_hz,
                            "source": source,
                            "validation": _is_validation(source),
                            "folder": next(k for k, folder in enumerate(folders) if path.is_relative_to(folder)),
                        }
                    )
                    position += len(pcm)
        if not clips:
            reasons = ", ".join(f"{count} {reason}" for reason, count in left_out.items() if count)
            raise InputError(f"{', '.join(map(str, folders))}: no usable {'speech' if speech else 'sound'} ({reasons})")
        index = {"key": key, "left_out": left_out, "clips": clips}
        index_partial = index_path.with_suffix(".json.part")
        index_partial.write_text(json.dumps(index), encoding="utf-8")
        os.replace(partial, data_path)
        os.replace(index_partial, index_path)
    except OSError as error:
        raise InputError(f"{cache}: cannot be written ({error.strerror})") from error
    finally:
        partial.unlink(missing_ok=True)
    return _open_pool(data_path, index), left_out


def _open_pool(data_path: Path, index: dict) -> Pool:
    clips = [Clip(**clip) for clip in index["clips"]]
    for wanted in (False, True):  # a small folder may leave one part empty: then both parts share it
        if not any(clip.validation == wanted for clip in clips):
            clips += [dataclasses.replace(clip, validation=wanted) for clip in clips[:: len(clips)]]
    return Pool(np.memmap(data_path, dtype="<i2", mode="r"), tuple(clips), index["left_out"])
