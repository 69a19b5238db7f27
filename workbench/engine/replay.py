"""Replays a recording: its input through the chain as its journal says, which gives its output again, bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from workbench.audio.file_sink import FileSink
from workbench.audio.file_source import FileSource
from workbench.core import params as parameters
from workbench.core.ab import SIDES
from workbench.core.errors import EarshotError, InputError
from workbench.core.interrupts import DeferredInterrupt
from workbench.core.messages import Block
from workbench.core.params import Params
from workbench.dsp import kernel_loader
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.ab_lanes import Side
from workbench.engine.chain import Chain
from workbench.engine.inputs import InputStage
from workbench.engine.recorded_session import RecordedSession, config_of
from workbench.engine.recorded_state import State, install_networks

WAIT_S = 60.0


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
