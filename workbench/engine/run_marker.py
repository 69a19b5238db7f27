"""Which runs of the program ended without an end, and what they had been recording: for the next start to say.

Each run keeps a small file with its recordings and holds a lock on it, which the system takes away when the process is
gone, however that came. A file without a lock is that of a run that was killed, crashed, or lost its power.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from workbench import __version__
from workbench.audio.files import open_sound
from workbench.audio.wav_writer import repair_wav
from workbench.core.errors import InputError

log = logging.getLogger(__name__)

_LOCK_AT = 2**20
"""Where Windows locks: beyond what is written, so that others may read."""


def _lock(file: BinaryIO) -> bool:
    """Take the lock that a living run holds on its file; False when it is held."""
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(_LOCK_AT)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class RunMarker:
    """The file of this run. Where it cannot be written, there is none, and all else goes on.

    Parameters
    ----------
    folder : Path
        Of all runs' files; made if it is not there.
    """

    def __init__(self, folder: Path):
        self._state: dict[str, Any] = {
            "earshot_run": 1,
            "version": __version__,
            "began": datetime.now().isoformat(timespec="seconds"),
            "recordings": [],
        }
        self._changing = threading.Lock()
        self._file: BinaryIO | None = None
        self.path = folder / f"run-{os.getpid()}-{datetime.now().strftime('%Y%m%d%H%M%S%f')}.json"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("wb+")
            if not _lock(self._file):
                raise OSError(None, "the lock cannot be had")
            self._write()
        except OSError as error:
            log.warning("%s: this run leaves no mark: %s", self.path, error)
            self._drop()

    def _write(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps(self._state, ensure_ascii=False).encode())
        self._file.flush()

    def _change(self, folders: list[str]) -> None:
        self._state["recordings"] = folders
        if self._file is not None:
            try:
                self._write()
            except OSError as error:
                log.warning("%s: %s", self.path, error)

    def recording_begins(self, folder: Path) -> None:
        """A recording runs from now on."""
        with self._changing:
            self._change([*self._state["recordings"], str(folder)])

    def recording_ended(self, folder: Path) -> None:
        """It is complete."""
        with self._changing:
            self._change([one for one in self._state["recordings"] if one != str(folder)])

    def _drop(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """The run ends in order; may be called twice."""
        with self._changing:
            self._drop()


@dataclass(frozen=True)
class SavedRecording:
    """What is there of a recording whose program was gone.

    Attributes
    ----------
    folder : Path
    seconds : float
    repaired_s : float
        What was on the disk and is reached again, since the headers were brought up to date.
    problem : str
        Why it cannot be opened; empty where it can.
    """

    folder: Path
    seconds: float
    repaired_s: float = 0.0
    problem: str = ""


@dataclass(frozen=True)
class CrashedRun:
    """A run that did not come to its end."""

    began: str
    version: str
    recordings: tuple[SavedRecording, ...] = ()


def crashed_runs(folder: Path) -> tuple[CrashedRun, ...]:
    """Runs that ended without an end since this was asked last, the newest first; their recordings are repaired."""
    found = []
    for path in sorted(folder.glob("run-*.json"), reverse=True) if folder.is_dir() else ():
        try:
            if not path.stat().st_size:
                continue  # of a run that is just beginning and about to take its lock
            with path.open("rb+") as file:
                if not _lock(file):
                    continue
                file.seek(0)
                table = json.loads(file.read(_LOCK_AT) or b"{}")
            path.unlink(missing_ok=True)
            recordings = tuple(_saved(Path(one)) for one in table.get("recordings", ()))
            found.append(CrashedRun(str(table.get("began", "")), str(table.get("version", "")), recordings))
        except (OSError, ValueError, TypeError, AttributeError) as error:
            log.warning("%s: %s", path, error)
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
    return tuple(sorted(found, key=lambda run: run.began, reverse=True))


def _saved(folder: Path) -> SavedRecording:
    """Repair a recording, and say how much there is."""
    if not folder.is_dir():
        return SavedRecording(folder, 0.0, problem="the folder is not there any more")
    repaired_s, lengths_s = 0.0, []
    for path in sorted((*folder.glob("input*.*"), *folder.glob("output*.*"))):
        if path.suffix not in (".wav", ".flac"):
            continue
        try:
            if path.suffix == ".wav":
                repaired_s = max(repaired_s, repair_wav(path))
            with open_sound(path) as sound:
                lengths_s.append(sound.frames / sound.samplerate)
        except (OSError, InputError) as error:
            return SavedRecording(folder, 0.0, problem=str(error))
    if not lengths_s:
        return SavedRecording(folder, 0.0, problem="there is no sound in it")
    return SavedRecording(folder, min(lengths_s), repaired_s)
