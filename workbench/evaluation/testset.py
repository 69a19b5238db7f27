"""Sets of clean and noisy pairs: NNN_clean and NNN_noisy (.flac or .wav), and index.json with what is known of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from workbench.core.errors import InputError
from workbench.dsp.bands import RATE_HZ

_SUFFIXES = (".flac", ".wav")
LENGTH_TOLERANCE_S = 0.1
"""Coders pad their files by a frame or two; more is another recording."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One mixture. `snr_db` is None when the index does not tell."""

    name: str
    clean: Path
    noisy: Path
    snr_db: float | None
    noise: str


def read_set(folder: Path) -> list[Pair]:
    """The pairs of a set, in order of name.

    Raises
    ------
    InputError
        No pairs, a noisy file without its clean one, or an index that cannot be read.
    """
    known = {}
    index = folder / "index.json"
    if index.is_file():
        try:
            known = {entry["name"]: entry for entry in json.loads(index.read_text(encoding="utf-8"))}
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{index}: not an index of a set ({error!r})") from error
    pairs = []
    for suffix in _SUFFIXES:
        for noisy in folder.glob(f"*_noisy{suffix}"):
            name = noisy.name.removesuffix(f"_noisy{suffix}")
            clean = [path for s in _SUFFIXES if (path := folder / f"{name}_clean{s}").is_file()]
            if not clean:
                raise InputError(f"{noisy}: its clean file {name}_clean is missing")
            entry = known.get(name, {})
            pairs.append(Pair(name, clean[0], noisy, entry.get("snr_db"), str(entry.get("noise", ""))))
    if not pairs:
        raise InputError(f"{folder}: no pairs NNN_clean, NNN_noisy (.flac or .wav)")
    return sorted(pairs, key=lambda pair: pair.name)


def load_48k(path: Path) -> np.ndarray:
    """The first channel of a sound file at 48 kHz, (samples,) float32.

    Raises
    ------
    InputError
        Not a readable sound file, or empty.
    """
    try:
        sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise InputError(f"{path}: not a readable sound file ({error.error_string})") from error
    if not len(sound):
        raise InputError(f"{path}: holds no samples")
    x = np.ascontiguousarray(sound[:, 0])
    return x if rate_hz == RATE_HZ else soxr.resample(x, rate_hz, RATE_HZ, "VHQ")


def load_pair(pair: Pair) -> tuple[np.ndarray, np.ndarray]:
    """(clean, noisy) at 48 kHz, cut to the shorter.

    Raises
    ------
    InputError
        One cannot be read, or they differ in length by more than `LENGTH_TOLERANCE_S`: they are no pair.
    """
    clean, noisy = load_48k(pair.clean), load_48k(pair.noisy)
    if abs(len(clean) - len(noisy)) > LENGTH_TOLERANCE_S * RATE_HZ:
        raise InputError(
            f"{pair.clean}: lasts {len(clean) / RATE_HZ:.2f} s, {pair.noisy.name} {len(noisy) / RATE_HZ:.2f} s: "
            "they are not the same recording"
        )
    length = min(len(clean), len(noisy))
    return clean[:length], noisy[:length]
