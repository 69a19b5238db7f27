"""Plans sets of localization scenes: talkers who stand, talkers who cross, and rooms in which nobody speaks."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
import tomli_w

from workbench.audio.scene import Scene
from workbench.audio.scene_parts import Mismatch, Noise, Talker, Walk
from workbench.core.errors import InputError
from workbench.core.geometry import load_array, wrap_deg
from workbench.dsp.bands import RATE_HZ

SEPARATION_DEG = 25.0
LEVEL_RANGE_DB = 6.0
SNR_DB = (20.0, 30.0)
RT60_S = (0.0, 0.3, 0.6)
_LEVEL_DB = -10.0
"""So that four talkers in a live room stay below full scale."""
_VOICES = 24
_SUFFIXES = {".wav", ".flac", ".ogg", ".mp3"}
_PAUSE_S = 0.3


@dataclass(frozen=True, slots=True)
class ScenePlan:
    """How many scenes of each sort; still ones are shared out evenly over 1 to 4 talkers, RT60_S and arrays."""

    arrays: tuple[str, ...] = ("uca8-100mm", "uca8-45mm")
    still: int = 192
    crossing: int = 24
    silent: int = 24
    gain_sigma_db: float = 0.0
    position_sigma_mm: float = 0.0
    seed: int = 1


def write_voices(speech: Path, pattern: str, folder: Path, seconds: float, seed: int) -> list[Path]:
    """Voices for talkers: recordings of the folder strung together, each voice at least `seconds` long.

    Raises
    ------
    InputError
        No such folder, or no readable speech in it.
    """
    if not speech.is_dir():
        raise InputError(f"{speech}: no such folder")
    files = sorted(p for p in speech.rglob("*") if p.suffix.lower() in _SUFFIXES and pattern in p.name)
    if not files:
        raise InputError(f"{speech}: no sound files{f' with {pattern!r} in their names' if pattern else ''}")
    rng = np.random.default_rng([seed, 5])
    folder.mkdir(parents=True, exist_ok=True)
    order = rng.permutation(len(files))
    voices, at = [], 0
    for number in range(_VOICES):
        parts, length = [], 0
        while length < seconds * RATE_HZ and len(parts) < 100:
            part = _trimmed(files[order[at % len(order)]])
            parts += [part, np.zeros(round(_PAUSE_S * RATE_HZ), dtype=np.float32)]
            length += len(part)
            at += 1
        voice = np.concatenate(parts)
        if not voice.any():
            raise InputError(f"{speech}: no speech in its files")
        path = folder / f"voice-{number:02d}.flac"
        soundfile.write(path, 0.5 * voice / np.abs(voice).max(), RATE_HZ)
        voices.append(path)
    return voices


def _trimmed(path: Path) -> np.ndarray:
    """A recording at 48 kHz without the silence around it, at a common level."""
    try:
        sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise InputError(f"{path}: not a readable sound file ({error.error_string})") from error
    sound = soxr.resample(sound[:, 0], rate_hz, RATE_HZ) if rate_hz != RATE_HZ else sound[:, 0]
    frame = RATE_HZ // 50
    power = np.square(sound[: len(sound) // frame * frame].reshape(-1, frame)).mean(axis=1)
    loud = np.flatnonzero(power > 1e-3 * power.max(initial=0.0))
    if not len(loud) or power.max() == 0:
        return np.zeros(0, dtype=np.float32)
    sound = sound[loud[0] * frame : (loud[-1] + 1) * frame]
    return sound / np.sqrt(np.mean(sound**2))


def plan_scenes(plan: ScenePlan, voices: list[Path]) -> list[Scene]:
    """All scenes of a plan."""
    scenes = []
    for number in range(plan.still):
        rng = np.random.default_rng([plan.seed, 1, number])
        talkers, rest = number % 4 + 1, number // 4
        rt60_s, array = RT60_S[rest % 3], plan.arrays[rest // 3 % len(plan.arrays)]
        scenes.append(_still(plan, f"still-{number:03d}", array, talkers, rt60_s, voices, rng))
    for number in range(plan.crossing):
        rng = np.random.default_rng([plan.seed, 2, number])
        array = plan.arrays[number % len(plan.arrays)]
        scenes.append(_crossing(plan, f"crossing-{number:03d}", array, voices, rng))
    for number in range(plan.silent):
        rng = np.random.default_rng([plan.seed, 3, number])
        array = plan.arrays[number % len(plan.arrays)]
        scenes.append(_silent(plan, f"silent-{number:03d}", array, number // len(plan.arrays), rng))
    return scenes


def _room(rng) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Size and the array's place, near the middle; rounded to what a person would write."""
    size_m = rng.uniform((4.5, 4.0, 2.5), (8.0, 7.0, 3.2))
    centre_m = size_m / 2 + rng.uniform(-0.4, 0.4, 3) * (1, 1, 0)
    centre_m[2] = rng.uniform(1.0, 1.4)
    return tuple(size_m.round(2).tolist()), tuple(centre_m.round(2).tolist())


def _distance_m(rng, low: float, high: float, size_m, centre_m) -> float:
    """A distance at which somebody can stand in any direction."""
    reach = min(min(at, side - at) for at, side in zip(centre_m[:2], size_m[:2], strict=True)) - 0.2
    return round(float(rng.uniform(low, min(high, reach))), 2)


def _mismatch(plan: ScenePlan) -> Mismatch:
    return Mismatch(gain_sigma_db=plan.gain_sigma_db, position_sigma_mm=plan.position_sigma_mm)


def _apart(rng, count: int) -> np.ndarray:
    """Azimuths in degrees, at least SEPARATION_DEG apart."""
    while True:
        azimuth_deg = rng.uniform(-180, 180, count)
        apart = np.abs(wrap_deg(azimuth_deg[:, None] - azimuth_deg)) + 360 * np.eye(count)
        if apart.min() >= SEPARATION_DEG:
            return azimuth_deg


def _hum(rng) -> Noise:
    return Noise("room", "diffuse", snr_db=round(float(rng.uniform(*SNR_DB)), 1))


def _still(plan, name: str, array: str, count: int, rt60_s: float, voices, rng) -> Scene:
    size_m, centre_m = _room(rng)
    chosen = rng.choice(len(voices), count, replace=False)
    level_db = _LEVEL_DB + rng.uniform(-0.5, 0.5, count) * LEVEL_RANGE_DB
    talkers = tuple(
        Talker(
            name=f"talker {k + 1}",
            voice=str(voices[chosen[k]].resolve()),
            azimuth_deg=round(float(azimuth_deg), 2),
            distance_m=_distance_m(rng, 0.8, 2.2, size_m, centre_m),
            height_m=round(float(rng.uniform(-0.2, 0.3)), 2),
            level_db=round(float(level_db[k]), 1),
            start_s=round(float(rng.uniform(0, 6)), 2),
            walking=False,
        )
        for k, azimuth_deg in enumerate(_apart(rng, count))
    )
    return Scene(
        name, size_m, rt60_s, array, centre_m, talkers, (_hum(rng),), _mismatch(plan), seed=int(rng.integers(1e6))
    )


def _crossing(plan, name: str, array: str, voices, rng) -> Scene:
    """Two talkers who walk past each other, once."""
    size_m, centre_m = _room(rng)
    chosen = rng.choice(len(voices), 2, replace=False)
    middle_deg, turn = rng.uniform(-180, 180), rng.choice([-1, 1])
    talkers = []
    for k, side in enumerate((-1, 1)):
        distance_m = _distance_m(rng, 1.1, 1.8, size_m, centre_m)
        from_deg = float(wrap_deg(middle_deg + turn * side * rng.uniform(35, 55)))
        to_deg = float(wrap_deg(middle_deg - turn * side * rng.uniform(35, 55)))
        talkers.append(
            Talker(
                name=f"talker {k + 1}",
                voice=str(voices[chosen[k]].resolve()),
                azimuth_deg=round(from_deg, 2),
                distance_m=distance_m,
                level_db=round(_LEVEL_DB + float(rng.uniform(-2, 2)), 1),
                start_s=round(float(rng.uniform(0, 6)), 2),
                path=Walk(points=((round(to_deg, 2), distance_m),), speed_m_s=0.3, rest_s=2.0),
            )
        )
    rt60_s = float(rng.choice([0.0, 0.3]))
    return Scene(
        name,
        size_m,
        rt60_s,
        array,
        centre_m,
        tuple(talkers),
        (_hum(rng),),
        _mismatch(plan),
        seed=int(rng.integers(1e6)),
    )


def _silent(plan, name: str, array: str, sort: int, rng) -> Scene:
    """Nobody: the hum of a quiet room; a fan; a fan and traffic; loud or soft."""
    size_m, centre_m = _room(rng)
    loud_db = float(rng.uniform(-5, 25))  # against the level a talker would have
    fan = Noise(
        "fan", "point", loud_db, round(float(rng.uniform(-180, 180)), 1), 1.2, blade_hz=float(rng.uniform(60, 180))
    )
    room = Noise("room", "diffuse", snr_db=float(rng.uniform(5, 35)))
    noises = ((room,), (fan, room), (fan,))[sort % 3]
    rt60_s = float(rng.choice(RT60_S))
    return Scene(name, size_m, rt60_s, array, centre_m, (), noises, _mismatch(plan), seed=int(rng.integers(1e6)))


def write_hum(folder: Path, array_name: str, seconds: float, seed: int) -> None:
    """Three more scenes without talkers: mains hum picked up by the cables, next to no sound, and none at all.

    Their sound is drawn here: none of it comes through the air.
    """
    array = load_array(array_name)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "array.toml").is_file():
        mics = np.round(array.mic_xyz_m, 6).tolist()
        (folder / "array.toml").write_text(tomli_w.dumps({"name": array.name, "mics": mics}), encoding="utf-8")
    rng = np.random.default_rng([seed, 4])
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    noise = rng.standard_normal((array.mics, len(time_s)))
    mains = sum(np.sin(2 * math.pi * 50 * k * time_s + k) / k for k in range(1, 12))
    picked = rng.uniform(0.3, 1.0, (array.mics, 1)) * mains
    for name, sound in (
        ("silent-hum", 0.01 * picked + 3e-4 * noise),
        ("silent-soft", 2e-5 * noise),
        ("silent-digital", 0 * noise),
    ):
        soundfile.write(folder / f"{name}.flac", sound.T, RATE_HZ, subtype="PCM_24")
        document = {"scene": name, "array": array.name, "step_s": 0.1, "talkers": []}
        (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
