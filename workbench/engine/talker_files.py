"""A folder with a sound file for each talker, the way each one went, and a list of all; whole at any moment."""

from __future__ import annotations

import json
import math
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from workbench.audio.flac_writer import FlacWriter
from workbench.audio.recorder import KINDS
from workbench.audio.wav_writer import WavWriter
from workbench.core.atomic import write_text
from workbench.core.errors import EarshotError, InputError
from workbench.core.geometry import wrap_rad
from workbench.dsp.bands import RATE_HZ
from workbench.engine.talker_paths import Waypoint

SCHEMA = 1
LIST_NAME = "talkers.json"
HEADER_SAMPLES = 32_000
"""New samples after which a file's header is brought up to date: a crash costs less than a second."""
_COLUMNS = "time_s,azimuth_deg,distance_m,confidence,speaking"


class TalkerFile:
    """One talker's sound and way.

    Parameters
    ----------
    folder : Path
    number : int, of the track
    start_s : float, of the recording
    kind : "wav" or "flac"

    Raises
    ------
    OSError
        It cannot be made or, later, written.
    """

    def __init__(self, folder: Path, number: int, start_s: float, kind: str):
        self.number, self.start_s = number, start_s
        self.gaps: list[dict[str, float]] = []
        self._closed = False
        name = f"talker-{number:02d}_at-{start_s:08.2f}s"
        self.sound, self.path = folder / f"{name}.{kind}", folder / f"{name}.csv"
        for made in (self.sound, self.path):
            if made.exists():
                raise FileExistsError(0, f"{made.name} is there already")
        self._way = self.path.open("x", encoding="utf-8", newline="\n")
        try:
            self._writer = (FlacWriter if kind == "flac" else WavWriter)(self.sound, 1, RATE_HZ)
        except BaseException:
            self._way.close()
            raise
        self._headed = 0
        self._way.write(_COLUMNS + "\n")
        self._way.flush()

    @property
    def seconds(self) -> float:
        """Length so far."""
        return self._writer.frames / RATE_HZ

    def write(self, samples: np.ndarray) -> None:
        """Append (n,) float32."""
        self._writer.write(samples[:, None])
        if self._writer.frames - self._headed >= HEADER_SAMPLES:
            self._headed = self._writer.frames
            self._writer.update_header()

    def write_point(self, point: Waypoint) -> None:
        """Append a row: where the talker was."""
        distance = "" if point.distance_m is None else f"{point.distance_m:.2f}"
        azimuth_deg = math.degrees(wrap_rad(point.azimuth_rad))
        row = f"{point.time_s:.3f},{azimuth_deg:.1f},{distance},{point.confidence:.2f},{int(point.active)}"
        self._way.write(row + "\n")
        self._way.flush()

    def close(self) -> None:
        """Complete the files."""
        try:
            self._writer.close()
        finally:
            self._way.close()
            self._closed = True

    def describe(self) -> dict[str, Any]:
        """Entry of the list; without an end while it goes on."""
        return {
            "talker": self.number,
            "file": self.sound.name,
            "path": self.path.name,
            "start_s": round(self.start_s, 3),
            "end_s": round(self.start_s + self.seconds, 3) if self._closed else None,
            "gaps": self.gaps,
        }


class TalkerFolder:
    """The folder and its list, which is written anew when a file begins or ends.

    Raises
    ------
    InputError
        Another kind of file, or talkers were recorded there before.
    EarshotError
        The folder cannot be made.
    """

    def __init__(self, folder: str | Path, kind: str, array_name: str):
        if kind not in KINDS:
            raise InputError(f"recording as {kind!r}: expected {' or '.join(KINDS)}")
        self.path, self.kind = Path(folder), kind
        if (self.path / LIST_NAME).exists():
            raise InputError(f"{self.path}: talkers were recorded there before; choose another folder")
        self.open: list[TalkerFile] = []
        self.count = 0
        """Files so far."""
        self._list: dict[str, Any] = {
            "schema": SCHEMA,
            "began": datetime.now().astimezone().isoformat(timespec="seconds"),
            "rate_hz": RATE_HZ,
            "array": array_name,
            "complete": False,
            "seconds": 0.0,
            "left_out": [],
            "gaps": [],
            "talkers": [],
        }
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.write_list(0.0)
        except OSError as error:
            raise EarshotError(f"{self.path}: cannot record there ({error.strerror})") from error

    def begin(self, number: int, start_s: float) -> TalkerFile:
        """A file for a talker who begins."""
        file = TalkerFile(self.path, number, start_s, self.kind)
        self.open.append(file)
        self.count += 1
        self.write_list(start_s)
        return file

    def end(self, file: TalkerFile) -> None:
        """Complete a talker's file."""
        self.open.remove(file)
        file.close()
        self._list["talkers"].append(file.describe())
        self.write_list(file.start_s + file.seconds)

    def leave_out(self, number: int) -> None:
        """Note a talker for whom there was no room."""
        if number not in self._list["left_out"]:
            self._list["left_out"].append(number)

    def note_gap(self, at_s: float, lost_s: float) -> None:
        """Note that sound is missing: `lost_s` of it, 0 where nobody knows."""
        self._list["gaps"].append({"at_s": round(at_s, 3), "lost_s": round(lost_s, 3)})

    @property
    def left_out(self) -> tuple[int, ...]:
        """Talkers without a file."""
        return tuple(self._list["left_out"])

    def write_list(self, seconds: float, complete: bool = False) -> None:
        """Write the list as it stands."""
        self._list |= {"complete": complete, "seconds": round(max(seconds, self._list["seconds"]), 3)}
        talkers = self._list["talkers"] + [file.describe() for file in self.open]
        write_text(self.path / LIST_NAME, json.dumps(self._list | {"talkers": talkers}, indent=2) + "\n")

    def close(self, seconds: float) -> None:
        """Complete all files and the list."""
        for file in list(self.open):
            self.end(file)
        self.write_list(seconds, complete=True)
