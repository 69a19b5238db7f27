"""A recording of the running chain: sound, settings and journal in one folder, and how long the disk lasts."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from workbench.audio.recorder import FLAC_GUESS, Recorder
from workbench.core.errors import EarshotError, InputError
from workbench.core.file_kinds import SESSION_SUFFIX
from workbench.core.messages import Localization
from workbench.dsp.bands import RATE_HZ
from workbench.engine import settings as settings_files
from workbench.engine.journal import HopMoment, Journal, header
from workbench.engine.latency import clocks
from workbench.engine.recorded_session import recorded_sound
from workbench.engine.runner import Runner
from workbench.engine.settings import SETTINGS_NAME, Settings
from workbench.engine.talker_recorder import TalkerRecorder

log = logging.getLogger(__name__)

LEAST_S = 2.0
"""A disk that takes less than this much of a recording is full."""

SESSION_NAME = f"open{SESSION_SUFFIX}"
"""What a double click on the desktop opens the recording by."""


TALKERS_NAME = "talkers"


class Recording:
    """Sound, journal and talkers, in step; the runner's taker. What `Recorder` has of errors and time is its own."""

    def __init__(self, recorder: Recorder, journal: Journal | None, talkers: TalkerRecorder | None = None):
        self._recorder, self.journal, self.talkers = recorder, journal, talkers

    def __getattr__(self, name: str) -> Any:
        if name == "_recorder":  # not there yet: do not look for it in itself
            raise AttributeError(name)
        return getattr(self._recorder, name)

    def push(self, raw: np.ndarray, processed: np.ndarray, moment: HopMoment) -> None:
        """Take one hop, and what decided it. Never waits."""
        self._recorder.push(raw, processed)
        if self.journal is not None:
            self.journal.push(moment)
        if self.talkers is not None:
            self.talkers.push(raw, processed, moment)

    @property
    def bytes_a_second(self) -> float:
        """How fast the disk fills, the talkers who are recorded now included."""
        talkers = self.talkers.state.numbers if self.talkers is not None else ()
        size = 4.0 if self.kind == "wav" else 4.0 * FLAC_GUESS
        return self._recorder.bytes_a_second + size * RATE_HZ * len(talkers)

    def stop(self) -> None:
        """Complete all files."""
        self._recorder.stop()
        if self.journal is not None:
            self.journal.stop()
        if self.talkers is not None:
            self.talkers.stop()


def begin_recording(
    folder: str | Path,
    runner: Runner,
    kind: str,
    settings: Settings,
    localizations: Callable[[int], list[Localization]] | None = None,
    talkers: bool = False,
) -> Recording:
    """Begin to record what the source of a chain gives and what goes out; with `talkers`, each one of those too.

    The files go into a new folder under `folder`, named by date and time, with the settings of that moment (opened,
    they play the recording through the chain as it was) and a journal of all that changes. `localizations` gives the
    tracks for it, see `Journal`.

    Raises
    ------
    EarshotError
        The folder cannot be written, with what to do.
    """
    parent = Path(folder)
    path = _fresh(parent / datetime.now().strftime("%Y-%m-%d %H-%M-%S"))
    channels = getattr(runner.source, "source_channels", runner.source.channels)
    _ask_for_room(path, 4 * RATE_HZ * (channels + runner.chain.out_channels))
    try:
        recorder = Recorder(path, channels, runner.chain.out_channels, kind)
    except InputError:
        raise
    except EarshotError as error:
        raise EarshotError(f"{error}: choose another folder for recordings") from error
    input_file = recorded_sound(path, "input")
    if input_file is not None:
        beside = replace(settings, source=f"file:{input_file.name}", sink="none")
        if settings.inputs is not None:
            beside = replace(beside, inputs=replace(settings.inputs, rate_hz=0, block=0))
        try:
            settings_files.save(beside, path / SETTINGS_NAME)
        except InputError as error:
            log.warning("the recording has no settings beside it: %s", error)
    journal = None
    try:
        first = header(runner.chain, channels)
        journal = Journal(path, first, localizations, lambda: clocks(runner.sink))
        (path / SESSION_NAME).write_text("# Opens this recording in Earshot.\nearshot_session = 1\n", encoding="utf-8")
    except OSError as error:
        log.warning("the recording has no journal: %s", error)
    each = None
    if talkers:
        try:
            each = _talkers(path, runner, kind, localizations)
        except EarshotError:
            recorder.stop()
            if journal is not None:
                journal.stop()
            raise
    runner.taker = recording = Recording(recorder, journal, each)
    return recording


def _ask_for_room(path: Path, bytes_a_second: int) -> None:
    """Raises EarshotError, before anything is made, where the disk is as good as full."""
    there = next((parent for parent in path.parents if parent.exists()), None)
    try:
        disk = shutil.disk_usage(there) if there is not None else None
    except OSError:  # then writing will say it
        return
    if disk is not None and disk.total and disk.free < LEAST_S * bytes_a_second:  # some know nothing of their size
        raise EarshotError(
            f"{path.parent}: No space left on device ({disk.free / 1e6:.1f} MB are free, and each second takes "
            f"{bytes_a_second / 1e6:.1f} MB): choose another folder for recordings"
        )


def _talkers(
    path: Path, runner: Runner, kind: str, localizations: Callable[[int], list[Localization]] | None
) -> TalkerRecorder | None:
    array = runner.chain.config.array
    if array is None or localizations is None:
        return None
    return TalkerRecorder(array, path / TALKERS_NAME, localizations, kind)


def _fresh(path: Path) -> Path:
    """The path, or one with a number where something is there already."""
    candidates = (path if number == 1 else path.with_name(f"{path.name} {number}") for number in range(1, 1000))
    return next(candidate for candidate in candidates if not candidate.exists())


def disk_left_s(recorder: Recorder | Recording) -> float | None:
    """How much longer the disk takes the recording; None where that cannot be told."""
    try:
        free = shutil.disk_usage(recorder.folder).free
    except OSError:
        return None
    return free / recorder.bytes_a_second
