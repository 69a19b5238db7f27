"""Labelled recordings of an array, to adapt a network to a room: reading and naming them. No torch here.

A recording holds one talker at one place. The label is in the file's name (`az+045.0_d1.50_003.flac`: azimuth in
degrees, distance in metres) or in a table `labels.csv` beside the recordings with the columns file, azimuth_deg,
distance_m.

AV16.3 (Lathoud, Odobez and Gatica-Perez, "AV16.3: an audio-visual corpus for speaker localization and tracking", 2004)
comes in folders SEQUENCE with SEQUENCE_array1_mic1.wav … mic8.wav at 16 kHz and the talker's mouth in a text file
`*.gt` with the columns time, person, x, y, z in seconds and metres.
"""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray, wrap_deg
from workbench.dsp.bands import RATE_HZ

LABELS = "labels.csv"
SUFFIXES = (".flac", ".wav")
FORMATS = ("named", "av16.3")
FARTHEST_M = 30.0

_AZIMUTH = re.compile(r"az([+-]?\d+(?:\.\d+)?)", re.IGNORECASE)
_DISTANCE = re.compile(r"(?:^|[_ -])(?:d|r|dist)(\d+(?:\.\d+)?)", re.IGNORECASE)
_AV163_MICS = 8
_AV163_CENTRE_M = {1: (0.0, 0.4), 2: (0.0, -0.4)}
_AV163_FIRST_DEG = -180.0
_AV163_SPAN_S = 1.0


@dataclass(frozen=True, slots=True)
class LabelledRecording:
    """Where one talker stood, in a file or a part of it (`stop_s` None: to its end)."""

    path: Path
    azimuth_deg: float
    distance_m: float | None
    start_s: float = 0.0
    stop_s: float | None = None


def recording_name(azimuth_deg: float, distance_m: float | None, number: int) -> str:
    """The file name, without folder, that carries the label."""
    distance = "" if distance_m is None else f"_d{distance_m:.2f}"
    return f"az{azimuth_deg:+06.1f}{distance}_{number:03d}.flac"


def label_in_name(name: str) -> tuple[float, float | None] | None:
    """Azimuth in degrees and distance in metres from a file's name; None without an azimuth."""
    azimuth = _AZIMUTH.search(name)
    if azimuth is None:
        return None
    distance = _DISTANCE.search(Path(name).stem)
    return float(wrap_deg(float(azimuth.group(1)))), float(distance.group(1)) if distance else None


def read_recordings(folder: Path, form: str = "named") -> list[LabelledRecording]:
    """The labelled recordings of a folder.

    Parameters
    ----------
    folder : Path
    form : "named" (names or labels.csv) or "av16.3"

    Raises
    ------
    InputError
        No such folder, nothing in it, or recordings without a label; the message names them.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    if form == "av16.3":
        return _read_av163(folder)
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not files:
        raise InputError(f"{folder}: no recordings (.flac or .wav)")
    table = _read_table(folder / LABELS) if (folder / LABELS).is_file() else {}
    recordings, unlabelled = [], []
    for path in files:
        label = table.get(str(path.relative_to(folder)), table.get(path.name, label_in_name(path.name)))
        if label is None:
            unlabelled.append(path.name)
        else:
            recordings.append(LabelledRecording(path, *label))
    if unlabelled:
        shown = ", ".join(unlabelled[:5]) + (f" and {len(unlabelled) - 5} more" if len(unlabelled) > 5 else "")
        raise InputError(
            f"{folder}: no label for {shown}; name files like {recording_name(45, 1.5, 3)}, or write {LABELS} with the "
            f"columns file, azimuth_deg, distance_m"
        )
    for recording in recordings:
        if recording.distance_m is not None and not 0 < recording.distance_m <= FARTHEST_M:
            raise InputError(f"{recording.path}: distance {recording.distance_m:g} m is outside 0…{FARTHEST_M:g} m")
    return recordings


def _read_table(path: Path) -> dict[str, tuple[float, float | None]]:
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    table = {}
    for line, row in enumerate(rows, start=2):
        try:
            distance = (row.get("distance_m") or "").strip()
            azimuth_deg, distance_m = float(row["azimuth_deg"]), float(distance) if distance else None
            if not math.isfinite(azimuth_deg) or (distance_m is not None and not math.isfinite(distance_m)):
                raise ValueError("not a finite number")
            table[row["file"].strip()] = float(wrap_deg(azimuth_deg)), distance_m
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"{path}: line {line} is not file, azimuth_deg, distance_m ({error}); the first line names the columns"
            ) from error
    return table


def _read_av163(folder: Path) -> list[LabelledRecording]:
    """Spans of one second of every sequence with one annotated person, seen from array 1 (or 2, where only it is)."""
    recordings = []
    for first in sorted(folder.rglob("*_array[12]_mic1.wav")):
        truths = sorted(first.parent.rglob("*.gt"))
        if not truths:
            raise InputError(f"{first.parent}: no annotation (*.gt: time, person, x, y, z) beside {first.name}")
        centre_m = _AV163_CENTRE_M[int(first.name[first.name.index("_array") + 6])]
        try:
            rows = np.atleast_2d(np.loadtxt(truths[0], ndmin=2))
            if rows.shape[1] < 5:
                raise ValueError(f"{rows.shape[1]} columns")
        except (ValueError, OSError) as error:
            raise InputError(f"{truths[0]}: not an annotation with time, person, x, y, z ({error})") from error
        if len(np.unique(rows[:, 1])) > 1:
            continue
        x, y = rows[:, 2] - centre_m[0], rows[:, 3] - centre_m[1]
        for start_s in np.arange(rows[0, 0], rows[-1, 0] - _AV163_SPAN_S, _AV163_SPAN_S):
            span = (rows[:, 0] >= start_s) & (rows[:, 0] < start_s + _AV163_SPAN_S)
            if span.any():
                azimuth_deg = math.degrees(math.atan2(y[span].mean(), x[span].mean()))
                distance_m = float(np.hypot(x[span], y[span]).mean())
                recordings.append(
                    LabelledRecording(first, azimuth_deg, distance_m, float(start_s), float(start_s + _AV163_SPAN_S))
                )
    if not recordings:
        raise InputError(f"{folder}: no sequences of AV16.3 with one person (SEQ_array1_mic1.wav … mic8.wav and *.gt)")
    return recordings


def load_recording(recording: LabelledRecording, array: MicrophoneArray) -> np.ndarray:
    """The recording, (mics, n) float32 at 48 kHz, from the file's beginning to `stop_s`.

    What lies before `start_s` belongs to it, as the noise floor is learnt from there.

    Raises
    ------
    InputError
        Not readable, or not one channel for each microphone.
    """
    if "_array" in recording.path.name and recording.path.name.endswith("_mic1.wav"):
        sound, rate_hz = _load_av163(recording.path)
    else:
        try:
            sound, rate_hz = soundfile.read(recording.path, dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise InputError(f"{recording.path}: cannot be read as sound ({error})") from error
        sound = sound.T
    if len(sound) != array.mics:
        raise InputError(
            f"{recording.path}: {len(sound)} channel{'s' * (len(sound) != 1)}, but array {array.name!r} has "
            f"{array.mics} microphones"
        )
    if recording.stop_s is not None:
        sound = sound[:, : round(recording.stop_s * rate_hz)]
    if rate_hz != RATE_HZ:
        sound = soxr.resample(sound.T, rate_hz, RATE_HZ).T
    return np.nan_to_num(np.ascontiguousarray(sound, dtype=np.float32), posinf=0.0, neginf=0.0)


def _load_av163(first: Path) -> tuple[np.ndarray, int]:
    """Channels in the order of `uca8-100mm`: the corpus counts from -180 degrees, the array's file from 0."""
    channels = []
    for number in range(1, _AV163_MICS + 1):
        path = first.with_name(first.name.replace("_mic1.wav", f"_mic{number}.wav"))
        try:
            sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise InputError(f"{path}: cannot be read as sound ({error})") from error
        channels.append(sound[:, 0])
    length = min(map(len, channels))
    turn = round(-_AV163_FIRST_DEG / 45.0)
    return np.stack([channels[(k + turn) % _AV163_MICS][:length] for k in range(_AV163_MICS)]), rate_hz
