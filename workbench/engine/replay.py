"""Replays a recording: its input through the chain as its journal says, which gives its output again, bit for bit."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from workbench.audio.file_sink import FileSink
from workbench.audio.file_source import FileSource
from workbench.audio.files import FLAC_CHANNELS
from workbench.audio.sound_parts import part_names
from workbench.core import params as parameters
from workbench.core.ab import SIDES, ABChoice
from workbench.core.errors import EarshotError, InputError
from workbench.core.geometry import Driver, MicrophoneArray, SpeakerLayout, load_array, load_layout
from workbench.core.interrupts import DeferredInterrupt
from workbench.core.messages import Block
from workbench.core.params import Params
from workbench.dsp import kernel_loader, kernels
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine import inputs
from workbench.engine import settings as settings_files
from workbench.engine.ab_lanes import Side
from workbench.engine.chain import Chain, ChainConfig
from workbench.engine.inputs import InputSetup, InputStage, prepare
from workbench.engine.journal import DESIGNS_NAME, EVENTS_NAME, load_design
from workbench.engine.journal_index import JournalIndex, index_of
from workbench.engine.settings import SETTINGS_NAME
from workbench.engine.stages import Designs
from workbench.enhance.runtime import NetworkGains
from workbench.render.renderer import DELAY as RENDER_DELAY

log = logging.getLogger(__name__)

WAIT_S = 60.0


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


class State:
    """What holds at a sample of the recording.

    `install` gets the names of the methods that the enhancer had.
    """

    def __init__(self, session: RecordedSession, install: Callable[[list[str]], None]):
        self._session, self._install = session, install
        sides = 2 if session.header["compare"] else 1
        self.params = [Params() for _ in range(sides)]
        self.designs = [Designs() for _ in range(sides)]
        self.choice: ABChoice | None = None
        self.setup: InputSetup | None = None
        self.gains = None
        self._loaded: dict[int, Any] = {}

    def sides(self) -> tuple[Side, ...]:
        return tuple(Side(params, designs) for params, designs in zip(self.params, self.designs))

    def take(self, event: dict[str, Any]) -> None:
        """Raises InputError when the line is damaged, or what it needs is missing."""
        where = f"{self._session.folder / EVENTS_NAME}: at sample {event['at']}"
        try:
            if "params" in event:
                for number, values in enumerate(event["params"]):
                    self.params[number] = parameters.replace(self.params[number], values)
            if "designs" in event:
                self._take_designs(event["designs"])
            if "choice" in event:
                self.choice = ABChoice(**event["choice"])
            if "inputs" in event:
                self.setup = inputs.from_table(event["inputs"])
                self.gains = prepare(self.setup, self._session.header["input_channels"])
            if "methods" in event:
                self._install(event["methods"])
        except InputError as error:
            raise InputError(f"{where}: {error}") from error
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise InputError(f"{where}: the line is damaged ({error!r})") from error

    def _take_designs(self, numbers: list[dict[str, int]]) -> None:
        loaded = {}
        for side, used in enumerate(numbers):
            filters = {}
            for kind, number in used.items():
                if number not in loaded:
                    loaded[number] = self._loaded[number] if number in self._loaded else self._design(number)
                filters[kind] = loaded[number]
            self.designs[side] = replace(self.designs[side], **filters)
        self._loaded = loaded

    def _design(self, number: int):
        path = self._session.folder / DESIGNS_NAME / f"{int(number)}.npz"
        try:
            return load_design(path)
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise InputError(f"{path}: missing or damaged ({error})") from error


def install_networks(chain: Chain, methods: list[str]) -> None:
    """Load the networks among the methods that a chain does not have yet; it has them from its next hop on. Raises
    InputError."""
    for method in methods:
        if method not in chain.methods:
            chain.install(method, tuple(NetworkGains(enhancer.channels, method) for enhancer in chain.enhancers))


def hops(
    session: RecordedSession, progress: Callable[[float, float], None] | None = None, begin: int = 0
) -> Iterator[tuple[np.ndarray, tuple[Side, ...]]]:
    """Run the input through the chain as the journal says.

    Parameters
    ----------
    begin : int
        First sample, a multiple of HOP. From 0 on the samples are those that were heard, bit for bit; from another one
        on the chain has forgotten what was before, and comes near to them within some seconds.

    Yields
    ------
    (out_channels, HOP) float32, and the setting of each side

    Raises
    ------
    InputError
        A damaged journal, a missing design or network, an input that does not fit it.
    """
    source = FileSource(session.input_path)
    try:
        if source.channels != session.header["input_channels"] or source.file_rate_hz != RATE_HZ:
            raise InputError(
                f"{session.input_path}: {source.channels} channels at {source.file_rate_hz} Hz; the journal says "
                f"{session.header['input_channels']} at {RATE_HZ} Hz"
            )
        kernel_loader.load()
        chain = Chain(config_of(session), analyse=False, compare=bool(session.header["compare"]))
        if chain.latency != session.header["latency"]:
            raise InputError(
                f"{session.folder}: recorded by a program whose chain is {session.header['latency']} samples late; "
                f"this one's is {chain.latency}: it cannot be replayed sample by sample"
            )
        state = State(session, partial(install_networks, chain))
        stage = InputStage(source.channels)
        for event in session.index.summary(begin) if begin else ():
            state.take(event)
        waiting = session.index.deciding_after(begin if begin else -(2**62))  # from the beginning each line counts
        event = next(waiting, None)
        source.seek(begin / RATE_HZ)
        source.start()
        length = source.length_samples
        for at in range(begin, length, HOP):
            while event is not None and event["at"] <= at:
                state.take(event)
                event = next(waiting, None)
            block = source.read(WAIT_S)
            if block is None:
                raise InputError(f"{session.input_path}: could not be read in time")
            x = block.samples if state.gains is None else stage.process(block.samples, state.gains)
            yield _through(chain, Block(np.ascontiguousarray(x), at, at / RATE_HZ), state), state.sides()
            if progress is not None and at // RATE_HZ != (at + HOP) // RATE_HZ:
                progress((at + HOP) / RATE_HZ, length / RATE_HZ)
    finally:
        source.close()


def _through(chain: Chain, block: Block, state: State) -> np.ndarray:
    sides, choice = state.sides(), state.choice
    if len(sides) == 1 or choice is None:
        return chain.process(block, sides[0].params, sides[0].designs).samples
    own, other = sides[choice.shown], sides[1 - choice.shown]
    return chain.process(block, own.params, own.designs, other, choice).samples


def replay(
    session: RecordedSession,
    target: str | Path,
    progress: Callable[[float, float], None] | None = None,
    from_sample: int = 0,
    run_in_s: float | None = None,
) -> float:
    """Write what the chain makes of the recorded input; gives the length in seconds.

    The file is 32-bit float at 48 kHz, as late as the recorded output. An existing file is replaced only when the new
    one is complete.

    Parameters
    ----------
    from_sample : int
        The first sample that is written. What comes before is run through the chain all the same: so the samples are
        those that were heard, bit for bit.
    run_in_s : float or None
        Run only so much before, which is much faster far into a long session; then they are not the same bits.

    Raises
    ------
    InputError
        See `hops`; or the target cannot be written.
    """
    sink: FileSink | None = None
    count = 0
    with DeferredInterrupt() as interrupt:
        try:
            begin = 0 if run_in_s is None else max(0, from_sample - round(run_in_s * RATE_HZ)) // HOP * HOP
            at = begin
            for out, _ in hops(session, progress, begin):
                interrupt.check()
                at += HOP
                if at <= from_sample:
                    continue
                out = out[:, -min(HOP, at - from_sample) :]
                if sink is None:
                    sink = FileSink(target, len(out), rate_hz=RATE_HZ)
                    sink.start()
                while not sink.wait(1.0):
                    pass
                sink.write(out)
                count += out.shape[1]
            if sink is None:
                raise InputError(f"{session.input_path}: there is no sound from sample {from_sample} on")
        except BaseException:
            if sink is not None:
                sink.discard()
            raise
        sink.close()
    return count / RATE_HZ


@dataclass(frozen=True)
class Comparison:
    """How a replay stands to what was recorded: samples compared, the first that differs, the largest difference."""

    samples: int
    first_different: int | None
    largest_difference: float


def compare(session: RecordedSession, progress: Callable[[float, float], None] | None = None) -> Comparison:
    """Replay, and compare with the recorded output sample by sample.

    Raises
    ------
    InputError
        See `hops`; or there is no recorded output of the same kind.
    """
    recorded = FileSource(session.output_path)
    first, largest, count = None, 0.0, 0
    try:
        recorded.start()
        for out, _ in hops(session, progress):
            block = recorded.read(WAIT_S)
            if block is None:  # a crash may leave one file a little shorter than the other
                break
            if len(block.samples) != len(out):
                raise InputError(f"{session.output_path}: {len(block.samples)} channels; the chain gives {len(out)}")
            width = min(HOP, (recorded.length_samples or 0) - count)
            difference = np.abs(out[:, :width] - block.samples[:, :width])
            if first is None and difference.any():
                first = count + int(np.flatnonzero(difference.any(axis=0))[0])
            largest = max(largest, float(difference.max(initial=0.0)))
            count += width
    finally:
        recorded.close()
    if count == 0:
        raise EarshotError(f"{session.output_path}: there is nothing to compare with")
    return Comparison(count, first, largest)


def side_of(session: RecordedSession, at_sample: int) -> Params:
    """The parameters that were shown at a sample of the recording."""
    params = [Params(), Params()]
    shown = 0
    for event in session.index.summary(at_sample):
        for number, values in enumerate(event.get("params", ())):
            params[number] = parameters.replace(params[number], values)
        shown = event.get("choice", {}).get("shown", shown)
    return params[shown] if shown < len(SIDES) else params[0]
