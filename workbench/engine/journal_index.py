"""The journal of a recording, found without keeping it in memory: where each line lies, and what held at any sample.

A journal of twelve hours has some hundred thousand lines, most of them tracks. The index keeps sample, kind and place
of each, and every few hundred settings what they amount to; a line itself is read when it is needed.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.core.errors import InputError
from workbench.core.versions import check_version
from workbench.engine.journal import EVENTS_NAME, VERSION
from workbench.engine.journal_lines import looked_at

DECIDING = ("params", "choice", "designs", "methods", "inputs")
"""Kinds that say what the chain does."""
SHAPES = {"params": list, "choice": dict, "designs": list, "methods": list, "inputs": dict}
KINDS = (
    *(*DECIDING, "oracle", "steering_deg", "gap", "limiter_db", "dropout", "tracks", "clocks", "marker", "end"),
    "other",
)
BULK = ("tracks", "steering_deg", "clocks", "limiter_db", *DECIDING)
"""Lines of these kinds are not read before they are needed."""
CHECKPOINT_EVERY = 400
"""Settings from which one place is found anew: some milliseconds of reading."""
PIECE = 1 << 20
"""Bytes that are read at a time; after each, whoever waits hears of it."""
_NEEDED = {"channels", "input_channels", "limit", "compare", "latency"}
_FARTHEST = 2**60


class Stopped(Exception):
    """Whoever asked for the index does not want it any more."""


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    """What the deciding lines before one amount to: merged events, see `JournalIndex.summary`."""

    number: int
    merged: dict[str, Any]


class JournalIndex:
    """The lines of a journal, in the order of their sample.

    Parameters
    ----------
    folder : Path
        Of the recording.

    Attributes
    ----------
    header : dict
        The first line.
    at : (N,) int64, samples; `kind` : (N,) uint8, places in KINDS
    complete : bool
        The recording was ended properly.
    lost : bool
        Changes were not written: the disk was too slow.

    Raises
    ------
    InputError
        No journal, from a newer version, or its first line is damaged. All else shows in `build`.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self.path = self.folder / EVENTS_NAME
        self.header = _header(self.folder, self.path)
        self.at = np.zeros(0, np.int64)
        self.kind = np.zeros(0, np.uint8)
        self.complete = self.lost = False
        self._offset = self._line_number = np.zeros(0, np.int64)
        self._deciding = np.zeros(0, np.int64)
        self._checkpoints: list[_Checkpoint] = []
        self._lock = threading.Lock()
        self._damaged = ""
        self._built = False

    def build(
        self, progress: Callable[[float], None] | None = None, stopped: Callable[[], bool] = lambda: False
    ) -> JournalIndex:
        """Read the whole journal once; who comes second waits, and a third time costs nothing.

        Raises
        ------
        InputError
            A line is damaged (a last one that a crash cut off is left out).
        Stopped
            `stopped` said so.
        """
        with self._lock:
            if not self._built:
                self._scan(progress, stopped)
                self._make_checkpoints(stopped)
                self._built = True
        return self

    @property
    def count(self) -> int:
        """Lines after the first."""
        return len(self.at)

    def _scan(self, progress: Callable[[float], None] | None, stopped: Callable[[], bool]) -> None:
        found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        names = {kind.encode(): KINDS.index(kind) for kind in BULK}
        self._damaged = ""
        count = 1
        try:
            size = max(self.path.stat().st_size, 1)
            with self.path.open("rb") as file:
                place, rest = len(file.readline()), b""
                while block := file.read(PIECE):
                    text = rest + block
                    whole = text.rfind(b"\n") + 1
                    text, rest = text[:whole], text[whole:]
                    at, kind, begins, ends = looked_at(text, names)
                    found.append(self._read_seldom(text, count, at, kind, begins, ends, place))
                    count += len(at)
                    place += whole
                    if stopped():
                        raise Stopped
                    if progress is not None:
                        progress(place / size)
                if rest:
                    one = np.array([0]), np.array([-1]), np.array([0]), np.array([len(rest)])
                    found.append(self._read_seldom(rest, count, *one, place))
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read ({error.strerror})") from error
        at, kinds, offsets = (np.concatenate(parts) for parts in zip(*found)) if found else np.zeros((3, 0), np.int64)
        # Tracks are written later than what they are about.
        order = np.argsort(at, kind="stable")
        self.at, self.kind, self._offset = at[order], kinds[order].astype(np.uint8), offsets[order]
        self._line_number = order + 2
        self._deciding = np.flatnonzero(self.kind < len(DECIDING))

    def _read_seldom(
        self,
        text: bytes,
        before: int,
        at: np.ndarray,
        kind: np.ndarray,
        begins: np.ndarray,
        ends: np.ndarray,
        place: int,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Samples, kinds and places of lines, of which those without a kind are read whole; `before` of them there are
        lines already, the first of all included."""
        known = {name: number for number, name in enumerate(KINDS)}
        if self._damaged and len(at):
            raise InputError(self._damaged)
        good = len(at)
        for number in np.flatnonzero(kind < 0):
            try:
                event = _parse(text[begins[number] : ends[number]])
            except (ValueError, RecursionError) as error:
                self._damaged = f"{self.path}: line {before + number + 1} is damaged ({error})"
                if number + 1 < len(at):
                    raise InputError(self._damaged) from error
                good = number  # the last one of all, if nothing comes after it
                break
            sample = event.get("at")
            if not isinstance(sample, int) or isinstance(sample, bool) or abs(sample) > _FARTHEST:
                raise InputError(f"{self.path}: a line without its sample index: {json.dumps(event)[:80]}")
            at[number] = sample
            kind[number] = next((known.get(name, known["other"]) for name in event if name != "at"), known["other"])
            self.complete |= event.get("end") is True
            self.lost |= bool(event.get("lost"))
        return at[:good], kind[:good], begins[:good] + place

    def _make_checkpoints(self, stopped: Callable[[], bool]) -> None:
        merged: dict[str, Any] = {}
        self._checkpoints = [_Checkpoint(0, {})]
        for number, event in enumerate(self._read(self._deciding)):
            if number and number % CHECKPOINT_EVERY == 0:
                if stopped():
                    raise Stopped
                self._checkpoints.append(_Checkpoint(number, _copy(merged)))
            _merge(merged, event)

    # ---- lines -----------------------------------------------------------------------------------------------

    def places(self, kind: str) -> np.ndarray:
        """Samples (n,) of all lines of a kind, in order."""
        return self.at[self.kind == KINDS.index(kind)]

    def of_kind(self, kind: str, begin: int, end: int, most: int | None = None) -> list[dict[str, Any]]:
        """Lines of a kind from sample `begin` up to `end`, at most so many, evenly taken."""
        first, last = np.searchsorted(self.at, (begin, end))
        found = first + np.flatnonzero(self.kind[first:last] == KINDS.index(kind))
        if most is not None and len(found) > most:
            found = found[np.linspace(0, len(found) - 1, most).round().astype(int)]
        return list(self._read(found))

    def events(self) -> Iterator[dict[str, Any]]:
        """All lines in the order of their sample."""
        return self._read(np.arange(self.count))

    def deciding_after(self, sample: int) -> Iterator[dict[str, Any]]:
        """The lines after a sample that say what the chain does, in order."""
        return self._read(self._deciding[np.searchsorted(self.at[self._deciding], sample, side="right") :])

    def after(self, kind: str, sample: int) -> Iterator[dict[str, Any]]:
        """The lines of a kind after a sample, in order."""
        found = np.flatnonzero(self.kind == KINDS.index(kind))
        return self._read(found[np.searchsorted(self.at[found], sample, side="right") :])

    def summary(self, sample: int) -> list[dict[str, Any]]:
        """What the deciding lines up to and with a sample amount to: at most one event of each kind."""
        count = int(np.searchsorted(self.at[self._deciding], sample, side="right"))
        checkpoint = self._checkpoints[min(count // CHECKPOINT_EVERY, len(self._checkpoints) - 1)]
        merged = _copy(checkpoint.merged)
        for event in self._read(self._deciding[checkpoint.number : count]):
            _merge(merged, event)
        return [{"at": sample, kind: merged[kind]} for kind in DECIDING if kind in merged]

    def _read(self, numbers: np.ndarray) -> Iterator[dict[str, Any]]:
        if not len(numbers):
            return
        try:
            with self.path.open("rb") as file:
                for number in numbers:
                    file.seek(self._offset[number])
                    line = file.readline()
                    try:
                        event = _parse(line)
                        if not isinstance(event.get("at"), int):
                            raise ValueError("no sample index")
                    except (ValueError, RecursionError) as error:
                        line_number = self._line_number[number]
                        if line_number == self.count + 1 and not line.endswith(b"\n"):
                            return  # a crash cut it off
                        raise InputError(f"{self.path}: line {line_number} is damaged ({error})") from error
                    yield event
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read ({error.strerror})") from error


_newest: dict[tuple, JournalIndex] = {}
_newest_lock = threading.Lock()


def index_of(folder: str | Path) -> JournalIndex:
    """The index of a recording's journal: the same object as last time while the file is the same, so that it is read
    once for the sound and for what is shown of it. Raises InputError, see `JournalIndex`."""
    path = Path(folder) / EVENTS_NAME
    try:
        status = path.stat()
        key = (str(path), status.st_mtime_ns, status.st_size)
    except OSError:
        return JournalIndex(folder)  # says what is missing
    with _newest_lock:
        if key not in _newest:
            index = JournalIndex(folder)
            _newest.clear()
            _newest[key] = index
        return _newest[key]


def _header(folder: Path, path: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    if not path.is_file():
        raise InputError(f"{folder}: no recording with a journal ({EVENTS_NAME} is missing)")
    try:
        with path.open("rb") as file:
            line = file.readline()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        first = _parse(line)
    except (ValueError, RecursionError):
        first = {}
    version = first.get("earshot_session")
    if not isinstance(version, int) or isinstance(version, bool):
        raise InputError(f"{path}: not the journal of an Earshot recording")
    check_version(version, VERSION, path)
    missing = _NEEDED - set(first)
    if missing:
        raise InputError(f"{path}: the first line lacks {sorted(missing)[0]!r}")
    return first


def _parse(line: bytes) -> dict[str, Any]:
    event = json.loads(line.decode("utf-8", errors="replace"))
    if not isinstance(event, dict):
        raise ValueError("no object")
    return event


def _copy(merged: dict[str, Any]) -> dict[str, Any]:
    """Settings are merged in place, all else is replaced whole."""
    copied = dict(merged)
    if "params" in copied:
        copied["params"] = [dict(side) for side in copied["params"]]
    return copied


def _merge(merged: dict[str, Any], event: dict[str, Any]) -> None:
    for kind in DECIDING:
        if kind not in event:
            continue
        value = event[kind]
        if kind in merged and not isinstance(merged[kind], SHAPES[kind]):
            continue  # damage shows, though a later line says something else
        if kind != "params" or not isinstance(value, list) or not all(isinstance(side, dict) for side in value):
            merged[kind] = value  # what is wrong with it shows when it is used
            continue
        sides = merged.get("params")
        if not isinstance(sides, list):
            sides = merged["params"] = []
        for number, values in enumerate(value):
            if number == len(sides):
                sides.append({})
            if isinstance(sides[number], dict):
                sides[number].update(values)
