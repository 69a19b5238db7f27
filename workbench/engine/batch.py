"""The same chain over thousands of files: each by itself, on the processes of a cluster, restartable.

In the output folder lie the results, in the folders of their inputs, and two files about them: `batch.jsonl`, a line
for every file begun and done, from which a run that was broken off goes on; and `report.json` of the newest run. What
is being written lies in `.unfinished/` and takes its name when it is complete.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import secrets
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from workbench.audio.sound_parts import parts_of
from workbench.core.errors import EarshotError, InputError
from workbench.engine import cluster
from workbench.engine.offline import process_file
from workbench.engine.recipes import Recipe, fingerprint

log = logging.getLogger(__name__)

JOURNAL, UNFINISHED = "batch.jsonl", ".unfinished"
SOUND_SUFFIXES = {".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff", ".w64", ".rf64", ".au", ".caf"}


@dataclass(frozen=True, slots=True)
class Done:
    """What is known of a finished output: the input's SHA-256, the recipe's fingerprint, the output's size."""

    sha256: str
    recipe: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Piece:
    """One file to do. `known` is what an earlier run said of the output."""

    source: Path
    target: Path
    unfinished: Path
    recipe: Recipe
    fingerprint: str
    known: Done | None


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of a piece: `seconds` of sound, or `skipped` because it was done before."""

    done: Done
    seconds: float
    skipped: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that gave no output, and why."""

    source: Path
    reason: str


@dataclass(slots=True)
class BatchResult:
    """Sums over a run."""

    finished: int = 0
    skipped: int = 0
    seconds: float = 0.0
    failures: list[Failure] = field(default_factory=list)


def collect(paths: Iterable[str | Path], out: Path) -> list[Path]:
    """The sound files that the paths stand for: files as they are, folders with all that is in them.

    What lies in `out` is left out of folders: results of a run are no inputs of the next.

    Raises
    ------
    InputError
        A folder without sound files, or nothing at all.
    """
    out = out.absolute()
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            inside = (p.absolute() for p in path.rglob("*") if p.suffix.lower() in SOUND_SUFFIXES and p.is_file())
            # Of a sound in several files the first stands for all.
            mine = sorted(p for p in inside if out not in p.parents and parts_of(p)[0] == p)
            if not mine:
                raise InputError(f"{path}: no sound files in this folder")
            found |= dict.fromkeys(mine)
        else:
            found[path.absolute()] = None
    if not found:
        raise InputError("no files to work on")
    return list(found)


def targets(sources: list[Path], out: Path, recipe: Recipe) -> list[Path]:
    """Where each output goes: under `out` as the inputs lie under the folder they have in common.

    Two inputs that would become one file (talk.wav, talk.mp3) keep their kinds in their names: talk-wav, talk-mp3.
    """
    common = Path(os.path.commonpath([source.parent for source in sources]))
    plain = [out / source.parent.relative_to(common) / recipe.output_name(source) for source in sources]
    taken: dict[str, int] = {}
    for target in plain:
        taken[str(target).lower()] = taken.get(str(target).lower(), 0) + 1
    return [
        target
        if taken[str(target).lower()] == 1
        else target.with_stem(f"{source.stem}-{source.suffix[1:].lower()}{recipe.suffix}")
        for source, target in zip(sources, plain)
    ]


def digest(path: Path) -> str:
    """SHA-256 of a file. Raises InputError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def work(piece: Piece) -> Finished:
    """Do one piece, in any process.

    Raises
    ------
    InputError, EarshotError
        Why there is no output; an older one is still there.
    """
    sha256, known = digest(piece.source), piece.known
    if known is not None and (known.sha256, known.recipe) == (sha256, piece.fingerprint) and _has(piece.target, known):
        return Finished(known, 0.0, True)
    partial = piece.unfinished / f"{secrets.token_hex(8)}{piece.target.suffix}"
    try:
        recipe = piece.recipe
        seconds = process_file(piece.source, partial, recipe.params, array=recipe.array, layout=recipe.layout)
        done = Done(sha256, piece.fingerprint, partial.stat().st_size)
        piece.target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(partial, piece.target)
    except OSError as error:
        raise EarshotError(f"{piece.target}: cannot be written ({error.strerror or error})") from error
    finally:
        partial.unlink(missing_ok=True)
    return Finished(done, seconds, False)


def _has(target: Path, known: Done) -> bool:
    try:
        return target.stat().st_size == known.bytes
    except OSError:
        return False


class Journal:
    """The lines of `batch.jsonl`: outputs begun, and outputs done. A line that was cut short is left out."""

    def __init__(self, out: Path):
        self._out = out
        self.done: dict[str, Done] = {}
        self.begun: set[str] = set()
        path = out / JOURNAL
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        for line in text.splitlines():
            self._read(line)
        self._file: IO[str] = path.open("a", encoding="utf-8")
        if text and not text.endswith("\n"):
            self._file.write("\n")

    def _read(self, line: str) -> None:
        try:
            entry = json.loads(line)
            name = entry["output"]
            self.begun.add(name)
            if "sha256" in entry:
                self.done[name] = Done(entry["sha256"], entry["recipe"], entry["bytes"])
        except (ValueError, KeyError, TypeError):
            log.info("a line of %s cannot be read and is left out", JOURNAL)

    def name(self, target: Path) -> str:
        """An output as it stands in the journal."""
        return target.relative_to(self._out).as_posix()

    def note_begun(self, targets: Iterable[Path]) -> None:
        """These outputs are this journal's from now on, whether they are there yet or not."""
        for target in targets:
            self._file.write(json.dumps({"output": self.name(target)}) + "\n")
        self._file.flush()

    def note_done(self, source: Path, target: Path, done: Done) -> None:
        """An output is complete."""
        entry = {"output": self.name(target), "input": str(source)}
        entry |= {"sha256": done.sha256, "recipe": done.recipe, "bytes": done.bytes}
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def run_batch(
    recipe: Recipe,
    sources: list[Path],
    out: Path,
    *,
    jobs: int,
    scheduler: str | None = None,
    progress: Callable[[BatchResult, int, int], None] | None = None,
) -> BatchResult:
    """All files through the recipe's chain.

    Parameters
    ----------
    recipe : Recipe
    sources : absolute paths, from `collect`
    out : folder of the outputs, made if need be; over a cluster of several machines they must all see it
    jobs, scheduler : see `workbench.engine.cluster.outcomes`
    progress : called after each file with the sums, the bytes of the inputs done, and the bytes of all

    Raises
    ------
    InputError
        The folder cannot be used, or another run works in it.
    """
    out = out.absolute()
    # A folder of each run: what a killed one left is swept away, what is left of this one at its end.
    unfinished = out / UNFINISHED
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = _locked(out)
    except OSError as error:
        raise InputError(f"{out}: cannot be used for the results ({error.strerror})") from error
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        journal = Journal(out)
    except OSError as error:
        lock.close()
        raise InputError(f"{out}: cannot be used for the results ({error.strerror})") from error
    try:
        return _run(recipe, sources, out, unfinished, journal, jobs, scheduler, progress)
    finally:
        journal.close()
        shutil.rmtree(unfinished, ignore_errors=True)
        lock.close()


def _run(recipe, sources, out, unfinished, journal, jobs, scheduler, progress) -> BatchResult:
    mark = fingerprint(recipe)
    result, pieces = BatchResult(), []
    sizes = {source: _size(source) for source in sources}
    total, bytes_done = sum(sizes.values()), 0
    for source, target in zip(sources, targets(sources, out, recipe)):
        if target.exists() and journal.name(target) not in journal.begun:
            where = "it is the input itself" if target == source else "no run of this folder made it"
            result.failures.append(Failure(source, f"{target}: is there already, and {where}; it is left as it is"))
            bytes_done += sizes[source]
            continue
        known = journal.done.get(journal.name(target))
        pieces.append(Piece(source, target, unfinished, recipe, mark, known))
    journal.note_begun(piece.target for piece in pieces if journal.name(piece.target) not in journal.begun)
    # Closed by name: an interruption here must end the processes before the folder that they write to is swept.
    with contextlib.closing(cluster.outcomes(work, pieces, jobs, scheduler)) as outcomes:
        for outcome in outcomes:
            piece = pieces[outcome.index]
            if outcome.error is not None:
                result.failures.append(Failure(piece.source, _reason(outcome.error)))
            elif outcome.value.skipped:
                result.skipped += 1
            else:
                result.finished += 1
                result.seconds += outcome.value.seconds
                journal.note_done(piece.source, piece.target, outcome.value.done)
            bytes_done += sizes[piece.source]
            if progress is not None:
                progress(result, bytes_done, total)
    result.failures.sort(key=lambda failure: str(failure.source))
    return result


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _reason(error: BaseException) -> str:
    text = str(error) or type(error).__name__
    return text if isinstance(error, EarshotError) else f"{type(error).__name__}: {text}"


def _locked(out: Path) -> IO[str]:
    """A file that this run alone holds, until it is closed or the run ends in whatever way."""
    file = (out / ".lock").open("a")
    try:
        import fcntl
    except ImportError:  # no such locks there: two runs in one folder are the person's own care
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise InputError(f"{out}: another run is at work in this folder") from None
    return file
