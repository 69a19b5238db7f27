"""A recorded session on disk: its journal, its sound files, and the chain that it was recorded with."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.audio.files import FLAC_CHANNELS
from workbench.audio.sound_parts import part_names
from workbench.core.errors import InputError
from workbench.core.geometry import Driver, MicrophoneArray, SpeakerLayout, load_array, load_layout
from workbench.dsp import kernels
from workbench.dsp.bands import RATE_HZ
from workbench.engine import inputs
from workbench.engine import settings as settings_files
from workbench.engine.chain import ChainConfig
from workbench.engine.inputs import InputSetup
from workbench.engine.journal import EVENTS_NAME
from workbench.engine.journal_index import JournalIndex, index_of
from workbench.engine.settings import SETTINGS_NAME
from workbench.render.renderer import DELAY as RENDER_DELAY

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RecordedSession:
    """A recording with its journal.

    Attributes
    ----------
    folder : Path
    index : JournalIndex
        Its `header` is described at `workbench.engine.journal.header`.
    input_path, output_path : Path
        `output_path` may not be there.
    """

    folder: Path
    index: JournalIndex
    input_path: Path
    output_path: Path

    @property
    def header(self) -> dict[str, Any]:
        """What does not change while a recording runs."""
        return self.index.header

    @property
    def events(self) -> Iterator[dict[str, Any]]:
        """All that happened, in the order of the sample index `at`; read from the disk."""
        return self.index.events()

    @property
    def complete(self) -> bool:
        """It was ended properly; False after a crash: then all up to its last second is there."""
        return self.index.complete

    @property
    def markers(self) -> tuple[tuple[float, str], ...]:
        """(time in seconds, note) of each marker."""
        found = self.index.of_kind("marker", 0, 2**62)
        return tuple((event["at"] / RATE_HZ, str(event["marker"])) for event in found)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why a replay may differ from what was heard."""
        said = []
        if self.input_path.suffix == ".flac":
            said.append(
                "the input was recorded as .flac, with 24 bits: the replay is not the same bit for bit; a network "
                "makes of the rounding a difference some 60 dB below the sound"
            )
        if any(event["oracle"] for event in self.index.of_kind("oracle", 0, 2**62)):
            said.append("the oracle ladder was listened to, which is not in the recording")
        if self.header.get("compiled") is False and kernels.ready() is not None:
            said.append("it was begun before the inner loops were compiled: the replay differs in the last bits")
        if self.index.lost:
            said.append("some changes were not written, the disk was too slow")
        return tuple(said)


def find_session(folder: str | Path) -> RecordedSession:
    """A recording, as far as its journal's first line and its files tell; `open_session` reads the whole journal.

    Raises
    ------
    InputError
        No recording, no journal, from a newer version, or its input is missing; the message says which and where.
    """
    folder = Path(folder)
    index = index_of(folder)
    input_path = recorded_sound(folder, "input")
    if input_path is None:
        raise InputError(f"{folder}: the recorded input is missing (input.wav or input.flac)")
    channels = index.header["input_channels"]
    if input_path.stem != "input" and isinstance(channels, int):
        wanted = [f"{name}.flac" for name, _ in part_names("input", channels, FLAC_CHANNELS)]
        missing = [name for name in wanted if not (folder / name).is_file()]
        if missing:
            raise InputError(f"{folder}: the recorded input lies in several files; missing: {', '.join(missing)}")
    output_path = recorded_sound(folder, "output") or folder / f"output{input_path.suffix}"
    return RecordedSession(folder, index, input_path, output_path)


def open_session(folder: str | Path) -> RecordedSession:
    """Read a recording's journal and find its sound.

    Raises
    ------
    InputError
        See `find_session`; or a line of the journal is damaged.
    """
    session = find_session(folder)
    session.index.build()
    return session


def recorded_sound(folder: Path, name: str) -> Path | None:
    """The file of a recording's "input" or "output"; the first of several, which opens all of them."""
    one = (folder / f"{name}.wav", folder / f"{name}.flac", folder / f"{name} 1-{FLAC_CHANNELS}.flac")
    return next((path for path in one if path.is_file()), None)


def config_of(session: RecordedSession) -> ChainConfig:
    first = session.header
    try:
        array = layout = None
        if first.get("array"):
            array = MicrophoneArray(first["array"]["name"], np.array(first["array"]["mics"], float))
        if first.get("layout"):
            drivers = tuple(Driver(one["name"], tuple(one["xyz"])) for one in first["layout"]["drivers"])
            layout = SpeakerLayout(first["layout"]["name"], drivers)
        delay = int(first.get("render_delay", RENDER_DELAY))
        if not 0 <= delay <= RATE_HZ:
            raise ValueError(f"a delay of {delay} samples")
        return ChainConfig(int(first["channels"]), array, layout, bool(first["limit"]), delay)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{session.folder / EVENTS_NAME}: the first line is damaged ({error!r})") from error


def structure_of(session: RecordedSession) -> tuple[str | None, str | None]:
    """Array and layout that a session was recorded with, as names or paths that can be loaded now; else None."""
    named: dict[str, list[str]] = {"array": [], "layout": []}
    try:
        settings = settings_files.load(session.folder / SETTINGS_NAME)
    except InputError as error:
        log.info("the recording's settings are not used: %s", error)
    else:
        named = {"array": [settings.array], "layout": [settings.layout]}
    found: list[str | None] = []
    for what, load in (("array", load_array), ("layout", load_layout)):
        recorded = session.header.get(what)
        names = [*named[what], recorded.get("name", "")] if isinstance(recorded, dict) else []
        found.append(next((name for name in names if name and _loads(load, name)), None))
    return found[0], found[1]


def inputs_of(session: RecordedSession) -> InputSetup:
    """The channel map and calibration that a session had last. Raises InputError: the line is damaged."""
    event = next((one for one in session.index.summary(2**62) if "inputs" in one), None)
    if event is None:
        return InputSetup()
    try:
        return inputs.from_table({**event["inputs"], "rate_hz": 0, "block": 0})
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise InputError(f"{session.folder / EVENTS_NAME}: the channel map is damaged ({error!r})") from error


def _loads(load: Callable[[str], Any], name: str) -> bool:
    try:
        load(name)
    except InputError:
        return False
    return True
