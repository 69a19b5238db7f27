"""Dry voices for the simulated room: loading, level, and when they speak."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from workbench.core.errors import InputError
from workbench.core.messages import frozen
from workbench.core.resources import resource

RATE_HZ = 48000
ACTIVE_LEVEL_DBFS = -26.0
"""Level that every voice is brought to: the usual nominal level of speech tests (ITU-T P.56, P.800)."""

FRAME = 480
_HANGOVER_FRAMES = 20
_MARGIN_DB = 15.9
_LONGEST_S = 600.0


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """A dry voice at `ACTIVE_LEVEL_DBFS`: `samples` (N,) float32 and `active` (N // FRAME,) bool, every 10 ms."""

    name: str
    samples: np.ndarray
    active: np.ndarray

    def power_spectrum(self, bins: int) -> np.ndarray:
        """Power density of the active speech, (bins,) over 0 … 24 kHz, its sum the active power."""
        size = 2 * (bins - 1)
        hops = max(1, (len(self.samples) - size) // size)
        frames = np.resize(self.samples, hops * size).reshape(hops, size) * np.hanning(size).astype(np.float32)
        density = np.square(np.abs(np.fft.rfft(frames, axis=1))).mean(axis=0).astype(float)
        return density / max(density.sum(), 1e-30) * 10 ** (ACTIVE_LEVEL_DBFS / 10)


def _frame_power(samples: np.ndarray) -> np.ndarray:
    whole = len(samples) // FRAME * FRAME
    return np.square(np.asarray(samples[:whole], dtype=float).reshape(-1, FRAME)).mean(axis=1)


def _active_frames(power: np.ndarray) -> np.ndarray:
    """Frames that hold speech: above a threshold 15.9 dB under the active level, gaps under 0.2 s closed.

    As in ITU-T P.56 (method B) the threshold and the level depend on each other; a few rounds settle both.
    """
    level = power.mean()
    active = power > 0
    for _ in range(12):
        loud = power > level * 10 ** (-_MARGIN_DB / 10)
        active = np.convolve(loud, np.ones(_HANGOVER_FRAMES))[: len(loud)] > 0.5
        if not active.any():
            break
        level = power[active].mean()
    # The hangover bridges gaps between syllables; behind the last one there is nothing to bridge.
    later = np.convolve(loud[::-1], np.ones(_HANGOVER_FRAMES))[: len(loud)][::-1] > 0.5
    return active & later


def speech_activity(samples: np.ndarray) -> np.ndarray:
    """Where somebody speaks in (N,) samples at 48 kHz: (N // FRAME,) bool, every 10 ms."""
    return _active_frames(_frame_power(samples))


def active_level_dbfs(samples: np.ndarray) -> float:
    """Active speech level: mean power of (N,) samples while somebody speaks, dB re full scale (-inf in silence)."""
    power = _frame_power(samples)
    active = _active_frames(power) if len(power) else np.zeros(0, bool)
    return float(10 * np.log10(power[active].mean())) if active.any() else -np.inf


def voice_names() -> list[str]:
    """Names of the shipped voices."""
    return sorted(path.stem for path in resource("voices").glob("*.flac"))


def load_voice(name_or_path: str | Path, rate_hz: int = RATE_HZ) -> Voice:
    """Load a shipped voice by name, or any mono or multichannel sound file (its first channel).

    Raises
    ------
    InputError
        No such voice or file, not a sound file, silent, longer than ten minutes, or not finite.
    """
    shipped = resource("voices", f"{name_or_path}.flac")
    path = shipped if shipped.is_file() else Path(name_or_path)
    if not path.is_file():
        raise InputError(
            f"{name_or_path}: no such sound file, and no shipped voice of that name (shipped: "
            f"{', '.join(voice_names()) or 'none'})"
        )
    try:
        with soundfile.SoundFile(path) as file:
            if file.frames > _LONGEST_S * file.samplerate:
                raise InputError(f"{path}: a talker's voice may last {_LONGEST_S:.0f} s at most")
            samples, file_rate_hz = file.read(dtype="float32", always_2d=True)[:, 0], file.samplerate
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise InputError(f"{path}: cannot be read as sound ({error})") from error
    if not np.isfinite(samples).all():
        raise InputError(f"{path}: holds samples that are not finite numbers")
    if file_rate_hz != rate_hz:
        import soxr

        samples = soxr.resample(samples, file_rate_hz, rate_hz)
    level_dbfs = active_level_dbfs(samples)
    if not np.isfinite(level_dbfs):
        raise InputError(f"{path}: no speech in it (silent, or shorter than 10 ms)")
    samples = samples[: len(samples) // FRAME * FRAME] * np.float32(10 ** ((ACTIVE_LEVEL_DBFS - level_dbfs) / 20))
    return Voice(
        name=str(name_or_path),
        samples=frozen(np.ascontiguousarray(samples, dtype=np.float32)),
        active=frozen(_active_frames(_frame_power(samples))),
    )
