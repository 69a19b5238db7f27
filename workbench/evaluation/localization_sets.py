"""Sets of localization scenes: SCENE.flac (or .wav), SCENE.json with the truth on a grid, array.toml in the same
folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray, load_array, wrap_deg
from workbench.dsp.bands import RATE_HZ

_SUFFIXES = (".flac", ".wav")
_CROSSING_DEG = 8.0
_MOVING_DEG = 15.0


@dataclass(frozen=True, slots=True, eq=False)
class LocalizationScene:
    """One scene.

    Attributes
    ----------
    azimuth_deg, distance_m : (talkers, steps); distance NaN where unknown
    active : (talkers, steps) bool
    step_s : length of a step
    rt60_s : None where the file does not tell
    """

    name: str
    sound: Path
    array: MicrophoneArray
    azimuth_deg: np.ndarray
    distance_m: np.ndarray
    active: np.ndarray
    step_s: float
    rt60_s: float | None

    @property
    def kind(self) -> str:
        """silence (nobody ever speaks), crossing (two who move come together), moving, or still."""
        if not self.active.any():
            return "silence"
        swing = np.ptp(np.unwrap(np.deg2rad(self.azimuth_deg), axis=1), axis=1)
        if not np.any(np.rad2deg(swing) > _MOVING_DEG):
            return "still"
        apart = np.abs(wrap_deg(self.azimuth_deg[:, None] - self.azimuth_deg[None]))
        pairs = ~np.eye(len(apart), dtype=bool)
        return "crossing" if (apart[pairs] < _CROSSING_DEG).any() else "moving"

    def step_at(self, time_s: float) -> int:
        """The step that holds a time."""
        return int(np.clip(time_s / self.step_s, 0, self.active.shape[1] - 1))


def read_localization_set(folder: Path) -> list[LocalizationScene]:
    """All scenes in a folder and those below it, in order of path.

    Raises
    ------
    InputError
        No scenes, a scene without sound or array, or truth that cannot be read.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    arrays: dict[Path, MicrophoneArray] = {}
    scenes = []
    for path in sorted(folder.rglob("*.json")):
        sound = next((path.with_suffix(s) for s in _SUFFIXES if path.with_suffix(s).is_file()), None)
        if sound is None:
            continue
        if path.parent not in arrays:
            if not (path.parent / "array.toml").is_file():
                raise InputError(f"{path.parent}: no array.toml beside the scenes")
            arrays[path.parent] = load_array(path.parent / "array.toml")
        scenes.append(_read(path, sound, arrays[path.parent]))
    if not scenes:
        raise InputError(f"{folder}: no scenes (SCENE.json with SCENE.flac or .wav, and array.toml)")
    return scenes


def _read(path: Path, sound: Path, array: MicrophoneArray) -> LocalizationScene:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        talkers = data["talkers"]
        step_s = float(data.get("step_s", 0.1))
        info = soundfile.info(sound)
        steps = len(talkers[0]["activity"]) if talkers else max(1, round(info.frames / info.samplerate / step_s))

        def rows(key: str) -> np.ndarray:
            values = [talker.get(key, np.nan) if key == "distance_m" else talker[key] for talker in talkers]
            filled = [np.broadcast_to(np.array(value, dtype=float), steps) for value in values]
            return np.array(filled).reshape(len(talkers), steps)

        room = data.get("room") or {}
        rt60_s = room.get("rt60_s", data.get("rt60_s"))
        return LocalizationScene(
            path.stem,
            sound,
            array,
            rows("azimuth_deg"),
            rows("distance_m"),
            rows("activity") > 0.5,
            step_s,
            None if rt60_s is None else float(rt60_s),
        )
    except (ValueError, KeyError, TypeError, AttributeError, soundfile.LibsndfileError) as error:
        raise InputError(f"{path}: not the truth of a localization scene ({error!r})") from error


def load_scene_sound(scene: LocalizationScene) -> np.ndarray:
    """The scene's sound, (mics, n) float32 at 48 kHz.

    Raises
    ------
    InputError
        Not readable, or not one channel for each microphone.
    """
    try:
        sound, rate_hz = soundfile.read(scene.sound, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise InputError(f"{scene.sound}: not a readable sound file ({error.error_string})") from error
    if sound.shape[1] != scene.array.mics:
        raise InputError(
            f"{scene.sound}: {sound.shape[1]} channels, but array {scene.array.name!r} has "
            f"{scene.array.mics} microphones"
        )
    if rate_hz != RATE_HZ:
        sound = soxr.resample(sound, rate_hz, RATE_HZ)
    return np.ascontiguousarray(sound.T, dtype=np.float32)
