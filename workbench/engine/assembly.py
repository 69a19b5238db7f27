"""Builds a running chain from settings: opens source and sink, decides the structure, designs the first filters."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from workbench.audio.endpoints import open_sink, open_source
from workbench.audio.files import check_apart
from workbench.audio.protocols import Sink, Source
from workbench.audio.recovery import RecoveringSink, RecoveringSource
from workbench.audio.specs import two_clocks
from workbench.core.array_shapes import array_findings
from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray, SpeakerLayout, load_array, load_layout
from workbench.core.messages import Block
from workbench.core.params import Params
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.beam_pattern import beam_pattern
from workbench.engine.ab_designs import ABDesigns
from workbench.engine.ab_settings import SideHistory
from workbench.engine.beam_watch import BeamObserver, BeamWatch, Surroundings
from workbench.engine.chain import STAGES, Chain, ChainConfig, Designs
from workbench.engine.design_process import DesignProcess
from workbench.engine.designs import DesignBench, DesignThread, NetworkUnusable
from workbench.engine.device_store import OutputSetup
from workbench.engine.history import ParameterHistory
from workbench.engine.inputs import InputSetup
from workbench.engine.mailbox import Mailbox
from workbench.engine.mapped_source import MappedSource
from workbench.engine.oracle import OracleBench
from workbench.engine.pictures import Pictures
from workbench.engine.recorded_state import install_networks
from workbench.engine.render_preparation import render_delay
from workbench.engine.runner import Runner
from workbench.engine.session_source import SessionSource
from workbench.engine.soft_localizer import SoftLocalizer
from workbench.engine.timing import HopClock
from workbench.localize.localizer import Localizer
from workbench.render.renderer import loudspeaker_response

WARM_UP_HOPS = 5
RESAMPLER_REACH = 10 * HOP
"""More than a sample at another rate takes of what comes after it."""


@dataclass(frozen=True)
class Structure:
    """What the chain shall be. Arrays and layouts are shipped names or TOML paths; None leaves the stage out.

    `inputs` and `outputs` say how devices are opened and which channel is which microphone; `block` is for both where
    they leave it open.

    `clean`: path of the clean recording to a file source, for the oracle ladder; None: the one beside it, if there is.

    `seconds`: how long it runs, to the hop (from file to file to the sample); None: to the source's end, if it has one.
    `begin_s`: where in a file it begins. `source_variables` and `sink_variables` are changes to the environment of the
    process in which a device is opened, such as JACK_DEFAULT_SERVER: input and output may belong to different servers.
    """

    source: str
    sink: str
    array: str | None = None
    layout: str | None = None
    loop: bool = False
    pace: str = "realtime"
    block: int | None = None
    seconds: float | None = None
    begin_s: float = 0.0
    clean: str | None = None
    inputs: InputSetup = field(default_factory=InputSetup)
    outputs: OutputSetup = field(default_factory=OutputSetup)
    source_variables: tuple[tuple[str, str], ...] = ()
    sink_variables: tuple[tuple[str, str], ...] = ()


@dataclass
class Assembly:
    """A built chain and the threads beside it."""

    runner: Runner
    designs: DesignThread | DesignBench | ABDesigns
    localizer: SoftLocalizer | None
    beam_watch: BeamWatch | None
    oracle: OracleBench | None
    array: MicrophoneArray | None
    layout: SpeakerLayout | None

    def close(self, complete: bool = True) -> None:
        """Stop everything, in the order in which nothing waits for what has ended. Not `complete`: discard the file."""
        try:
            self.runner.close(complete)
        finally:
            if self.localizer is not None:
                self.localizer.close()
            if self.beam_watch is not None:
                self.beam_watch.close()
            if self.oracle is not None:
                self.oracle.close()
            if isinstance(self.designs, (DesignThread, ABDesigns)):
                self.designs.close()


def fitted(structure: Structure, before: Structure) -> Structure:
    """The structure with its channel map cut or lengthened to the array, where another array was chosen."""
    mapped = structure.inputs.channel_map
    if mapped is None or structure.array is None or structure.array == before.array:
        return structure
    try:
        mics = load_array(structure.array).mics
    except InputError:  # said when it is used
        return structure
    if mics == len(mapped.positions):
        return structure
    return replace(structure, inputs=replace(structure.inputs, channel_map=mapped.resized(mics)))


def _fit(
    source: Source, array: MicrophoneArray | None, layout: SpeakerLayout | None, report: Callable[[str], None]
) -> tuple[MicrophoneArray | None, SpeakerLayout | None]:
    """Leave out an array or layout that the source's channels do not fit, and say so."""
    if array is not None and array.mics != source.channels:
        report(
            f"{source.name} has {source.channels} channels, {array.name} {array.mics} microphones: "
            "every channel is enhanced on its own (the Source panel maps channels to microphones)"
        )
        array = None
    if array is None and layout is not None and source.channels > 2:
        layout = None
    return array, layout


def _open_source(structure: Structure, mailbox: Mailbox | None, variables: dict[str, str]) -> Source:
    return open_source(
        structure.source,
        loop=structure.loop,
        block=structure.inputs.block or structure.block,
        rate_hz=structure.inputs.rate_hz or None,
        array=structure.array,
        with_clean=mailbox is not None,
        clean=structure.clean if mailbox is not None else None,
        begin_s=structure.begin_s,
        variables=variables,
    )


def _mapped(source: Source, inputs: InputSetup, complain: Callable[[str], None], strict: bool) -> MappedSource:
    """The source behind its channel map; without the correction where a microphone's file cannot be used."""
    try:
        return MappedSource(source, inputs)
    except InputError as error:
        if strict:
            raise
        complain(f"{error}; the microphones are not corrected")
        return MappedSource(source, replace(inputs, correct=False))


def _installer(chain: Chain, complain: Callable[[str], None]) -> Callable[[list[str]], None]:
    """Gives a chain the networks that a session was recorded with; says which it cannot have, once each."""
    missing: set[str] = set()

    def install(methods: list[str]) -> None:
        for method in methods:
            if method in missing:
                continue
            try:
                install_networks(chain, [method])
            except InputError as error:
                missing.add(method)
                complain(f"{error}. The session plays without this network, and differs from what was heard")

    return install


class _Drawing:
    """Makes the pictures of a session's filters, each once."""

    def __init__(self, array: MicrophoneArray | None, layout: SpeakerLayout | None):
        self._array, self._layout = array, layout
        self._made: dict[str, tuple[Any, Any]] = {}

    def __call__(self, designs: Designs) -> tuple[tuple[str, Any], ...]:
        beam, render = designs.beam, designs.render
        for name, filters, of, draw in (
            ("beam_pattern", beam, self._array, lambda: beam_pattern(self._array, beam)),
            ("loudspeaker_response", render, self._layout, lambda: loudspeaker_response(self._layout, render)),
        ):
            if filters is not None and of is not None and self._made.get(name, (None,))[0] is not filters:
                self._made[name] = (filters, draw())
        return tuple((name, picture) for name, (_, picture) in self._made.items())


def wanted_delay(history: ParameterHistory | SideHistory) -> int:
    """Samples by which loudspeakers' filters are to be late: of two settings the later, since both have one chain."""
    if isinstance(history, SideHistory):
        return max(render_delay(history.params_of(number).render) for number in range(2))
    return render_delay(history.params.render)


def _samples_for(seconds: float, file: Any = None) -> int:
    """Samples at 48 kHz after which so many seconds are there; of a file at another rate a little more, so that its
    last samples are those which they are when it goes on.
    """
    more = 0 if file is None or file.file_rate_hz == RATE_HZ else RESAMPLER_REACH
    return max(1, round(seconds * RATE_HZ)) + more


def _warm_up(chain: Chain, params: Params, bench: DesignBench) -> None:
    """Run the chain on silence and forget it: the first hop loads code and tables, and would come late."""
    silence = Block(np.zeros((chain.config.channels, HOP), dtype=np.float32), 0, 0.0)
    for _ in range(WARM_UP_HOPS):
        chain.process(silence, params, bench.designs)
    chain.reset()


def assemble(
    structure: Structure,
    history: ParameterHistory | SideHistory,
    mailbox: Mailbox | None,
    report: Callable[[str], None],
    *,
    complain: Callable[[str], None] | None = None,
    strict: bool = False,
    process: DesignProcess | None = None,
) -> Assembly:
    """Build a chain, ready to start.

    Parameters
    ----------
    structure : Structure
    history : ParameterHistory, or SideHistory for a chain that compares two settings
        Read once a hop.
    mailbox : Mailbox or None
        None: nobody looks (no spectra, no localization).
    report : called with a sentence for the person, from any thread
    complain : the same for what went wrong; `report` by default
    strict : bool
        An array or layout that does not fit the source, or a network that cannot be used, is an error rather than
        left out.
    process : DesignProcess, optional
        Designs loudspeakers' filters while sound runs; None: that is done in this process.

    Raises
    ------
    InputError, DeviceError
        Nothing stays open.
    """
    complain = complain or report
    array = load_array(structure.array) if structure.array else None
    layout = load_layout(structure.layout) if structure.layout else None
    offline = structure.source.startswith("file:") and structure.sink.startswith("file:")
    if offline:
        check_apart(structure.source.partition(":")[2], structure.sink.partition(":")[2])
    source_variables, sink_variables = dict(structure.source_variables), dict(structure.sink_variables)
    kind, _, folder = structure.source.partition(":")
    if kind == "session":
        source = SessionSource(folder, loop=structure.loop)
    else:
        source = _open_source(structure, mailbox, source_variables)
    recorded = source if isinstance(source, SessionSource) else None
    try:
        if source.live:
            source = RecoveringSource(source)
        if mailbox is not None or structure.inputs != InputSetup():
            source = _mapped(source, structure.inputs, complain, strict)
        array = source.array or array
        if not strict:
            array, layout = _fit(source, array, layout, report)
        to_file = structure.sink.startswith("file:")
        if recorded is not None:
            recorded.fit(array, layout)
        delay = recorded.render_delay if recorded is not None else wanted_delay(history)
        config = ChainConfig(source.channels, array, layout, limit=not to_file, render_delay=delay)
        compares = isinstance(history, SideHistory)
        chain = Chain(config, analyse=mailbox is not None, clock=HopClock(STAGES), compare=compares)
        if recorded is not None:
            recorded.install, recorded.complain = _installer(chain, complain), complain
            if mailbox is not None:
                recorded.draw = _Drawing(array, layout)
        surroundings = Surroundings()

        def make_bench(pictures: Pictures) -> DesignBench:
            return DesignBench(
                *(array, layout, chain.enhancers, pictures, surroundings, config.render_delay),
                install=chain.install,
                process=process,
            )

        both = ABDesigns(make_bench, mailbox, complain) if compares else None
        prepared = history.choice.shown if both else 0  # a person may choose the other side meanwhile
        bench = both.benches[prepared] if both else make_bench(Pictures(mailbox))
        bench.surroundings.true_microphones = lambda: getattr(source, "true_microphones", None)
        params = history.params
        try:
            bench.request(params, math.radians(params.beamformer.steering_deg), draw=False)
        except NetworkUnusable as error:
            if strict:
                raise
            complain(error.notice)
        like_source = {"rate_hz": structure.outputs.rate_hz or None}
        if offline:  # rate and length stay
            frames = None if structure.loop else source.file_frames
            if structure.seconds is not None:
                asked = round(structure.seconds * source.file_rate_hz)
                frames = asked if frames is None else min(frames, asked)
            like_source = {"rate_hz": source.file_rate_hz, "frames": frames}
        _warm_up(chain, params, bench)
        sink: Sink = open_sink(
            structure.sink,
            chain.out_channels,
            block=structure.outputs.block or structure.block,
            own_clock=two_clocks(structure.source, structure.sink, source_variables, sink_variables),
            variables=sink_variables,
            **like_source,
        )
        if sink.live:
            sink = RecoveringSink(sink)
    except BaseException:
        source.close()
        raise
    live = mailbox is not None
    if live and array is not None:
        for finding in array_findings(array.mic_xyz_m):
            report(finding.text)
    localizer = SoftLocalizer(Localizer(array), mailbox, complain, params) if live and array is not None else None
    beam_watch = None
    if array is not None:
        observer = BeamObserver(array, bench.surroundings, mailbox)
        beam_watch = BeamWatch(observer, bench.surroundings, complain if live else None)
    designs = DesignThread(bench, complain) if live and both is None else bench
    if both is not None:
        both.begin(prepared)
        designs = both
    runner = Runner(
        source,
        sink,
        chain,
        history,
        designs,
        mailbox=mailbox,
        localizer=localizer,
        beam_watch=beam_watch,
        pace=structure.pace,
        align=offline,
        stop_after=None if structure.seconds is None else _samples_for(structure.seconds, source if offline else None),
    )
    oracle = OracleBench(chain.ladder_tap, chain.oracle, mailbox, complain) if live else None
    return Assembly(runner, designs, localizer, beam_watch, oracle, array, layout)
