"""A recording of the running chain: its folder, the settings that lie beside it, and how long the disk lasts."""

from __future__ import annotations

import logging
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from workbench.audio.recorder import Recorder
from workbench.core.errors import EarshotError, InputError
from workbench.engine import settings as settings_files
from workbench.engine.runner import Runner
from workbench.engine.settings import Settings

log = logging.getLogger(__name__)

SETTINGS_NAME = "settings.toml"
ENDING = {"wav": ".wav", "flac": ".flac"}


def begin_recording(folder: str | Path, runner: Runner, kind: str, settings: Settings) -> Recorder:
    """Begin to record what the source of a chain gives and what goes out.

    The files go into a new folder under `folder`, named by date and time, with the settings of that moment: opened,
    they play the recording through the chain as it was.

    Raises
    ------
    EarshotError
        The folder cannot be written, with what to do.
    """
    parent = Path(folder)
    path = _fresh(parent / datetime.now().strftime("%Y-%m-%d %H-%M-%S"))
    channels = getattr(runner.source, "source_channels", runner.source.channels)
    try:
        recorder = Recorder(path, channels, runner.chain.out_channels, kind)
    except InputError:
        raise
    except EarshotError as error:
        raise EarshotError(f"{error}: choose another folder for recordings") from error
    input_file = path / f"input{ENDING[kind]}"
    if input_file.exists():
        beside = replace(settings, source=f"file:{input_file.name}", sink="none")
        if settings.inputs is not None:
            beside = replace(beside, inputs=replace(settings.inputs, rate_hz=0, block=0))
        try:
            settings_files.save(beside, path / SETTINGS_NAME)
        except InputError as error:
            log.warning("the recording has no settings beside it: %s", error)
    runner.taker = recorder
    return recorder


def _fresh(path: Path) -> Path:
    """The path, or one with a number where something is there already."""
    candidates = (path if number == 1 else path.with_name(f"{path.name} {number}") for number in range(1, 1000))
    return next(candidate for candidate in candidates if not candidate.exists())


def disk_left_s(recorder: Recorder) -> float | None:
    """How much longer the disk takes the recording; None where that cannot be told."""
    try:
        free = shutil.disk_usage(recorder.folder).free
    except OSError:
        return None
    return free / recorder.bytes_a_second
