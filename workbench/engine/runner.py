"""Moves hops from a source through a chain to a sink, in the calling thread: the one loop, live and offline."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from workbench.audio.protocols import Sink, Source
from workbench.core.ab import ABChoice
from workbench.core.messages import Block, Dropout
from workbench.core.params import Params
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.ab_designs import ABDesigns
from workbench.engine.ab_lanes import Side
from workbench.engine.beam_watch import BeamWatch
from workbench.engine.chain import Chain, ChainOutput, Designs
from workbench.engine.dropout_log import DropoutLog
from workbench.engine.dropouts import DropoutWatch, HopMeter
from workbench.engine.howl import HowlDetector
from workbench.engine.input_solo import InputSolo
from workbench.engine.journal import HopMoment
from workbench.engine.kept_sound import SoundKeeper
from workbench.engine.loopback import LoopbackProbe
from workbench.engine.mailbox import Mailbox
from workbench.engine.microphone_check import MicrophoneCheck
from workbench.engine.output_test import OutputTest
from workbench.engine.placement import placed
from workbench.engine.soft_localizer import SoftLocalizer
from workbench.engine.walk_recorder import WalkRecorder

HOP_S = HOP / RATE_HZ
LATE_S = 0.03
"""Without a device, a hop this late counts as a dropout: a device's queue would have run dry."""
COMPUTING_SMOOTHING = 0.02
_FADE_OUT = np.linspace(1, 0, HOP, dtype=np.float32)


class DesignSource(Protocol):
    """Gives the newest filters for the chain: a `DesignThread` live, a `DesignBench` offline."""

    @property
    def designs(self) -> Designs: ...

    def request(self, params: Params, azimuth_rad: float) -> None: ...


class Taker(Protocol):
    """Takes a copy of what the source gave and what went out, and what decided it: a recording."""

    def push(self, raw: np.ndarray, processed: np.ndarray, moment: HopMoment) -> None: ...


@dataclass(frozen=True, slots=True, eq=False)
class _Chained:
    """A hop through the chain with one setting or with two: `other` and `choice` are None for one."""

    params: Params
    other: Params | None
    sides: tuple[Side, ...]
    choice: ABChoice | None
    result: ChainOutput


def fit_channels(samples: np.ndarray, channels: int) -> np.ndarray:
    """Fit (n, HOP) samples to a sink: one channel goes to the first two outputs, the rest is cut or silent."""
    if len(samples) == channels:
        return samples
    fitted = np.zeros((channels, samples.shape[1]), dtype=np.float32)
    if len(samples) == 1:
        fitted[:2] = samples
    else:
        count = min(len(samples), channels)
        fitted[:count] = samples[:count]
    return fitted


def lost_ends(runner: Runner) -> tuple[str, ...]:
    """Names of the devices that are away now."""
    return tuple(end.name for end in (runner.source, runner.sink) if getattr(end, "lost", False))


class Runner:
    """One running chain.

    Parameters
    ----------
    source, sink : opened, started by `start`
    chain : Chain
    history : object with `params`, read once a hop
    designs : DesignSource; or ABDesigns, for a chain that compares: then `history` is a `SideHistory`
    mailbox : Mailbox, optional
        Takes a snapshot every hop.
    localizer : SoftLocalizer, optional
    beam_watch : BeamWatch, optional
        Learns what surrounds the beam, for the designs.
    pace : "device", "realtime" or "fast"
        Who sets the pace: the devices, the computer's clock, or nobody.
    align : bool
        Leave out the chain's delay at the start and let it run out at the end, so that the sink gets as many
        samples as the source has, in step with them. For files.
    stop_after : int, optional
        Finish with the hop that brings so many samples in (out, where they are aligned), whoever looks and when.
    """

    def __init__(
        self,
        source: Source,
        sink: Sink,
        chain: Chain,
        history,
        designs: DesignSource | ABDesigns,
        *,
        mailbox: Mailbox | None = None,
        localizer: SoftLocalizer | None = None,
        beam_watch: BeamWatch | None = None,
        pace: str = "device",
        align: bool = False,
        stop_after: int | None = None,
    ):
        self.source, self.sink, self.chain = source, sink, chain
        self.taker: Taker | None = None
        """May be set from another thread. It begins with a chain that has forgotten all sound, see `_begin_taking`."""
        self._taking: Taker | None = None
        self.keeper: SoundKeeper | None = None
        """Keeps the newest input, or plays what is kept in its place; set before the start."""
        self.output_test: OutputTest | None = None
        """Plays in the output's place; may be set from another thread."""
        self.solo = InputSolo()
        """Plays one of the source's channels in the output's place while one is chosen."""
        self.check: MicrophoneCheck | None = None
        """Gets every hop of the input; may be set from another thread."""
        self.walk: WalkRecorder | None = None
        """Gets every hop of the input; may be set from another thread."""
        self._howl = HowlDetector() if source.live and sink.live else None
        self.howl_hz = 0.0
        """Frequency of a howl that was found; whoever acts on it sets it back to 0."""
        self.stolen_recently_s = 0.0
        """Time that the machine's host took from a processor lately; told from outside, see `meters.StolenMeter`."""
        self.loopback: LoopbackProbe | None = None
        """May be set from another thread; takes the output's place until it is done."""
        self.samples_in = 0
        self.samples_out = 0
        self.repaired = 0
        self.dropouts = DropoutLog()
        self.finished = False
        self._history, self._designs = history, designs
        self._mailbox, self._localizer, self._beam_watch = mailbox, localizer, beam_watch
        self._pace = pace
        self._skip = chain.latency if align else 0
        self._align = align
        self._stop_after = stop_after
        self._azimuth_rad = math.radians(history.params.beamformer.steering_deg)
        self._due_s: float | None = None
        self._computing_s = 0.0
        self._watch = DropoutWatch(source, sink)
        self._meter = HopMeter()

    @property
    def computing_samples(self) -> int:
        """Mean time from reading a hop to handing it on, at 48 kHz."""
        return round(self._computing_s * RATE_HZ)

    @property
    def paced(self) -> bool:
        """Whether somebody sets the pace, so that most of the time is waiting."""
        return self._pace != "fast"

    @property
    def server_dropouts(self) -> int:
        """Interruptions that the sound server reported."""
        return self._watch.server

    @property
    def close_calls(self) -> int:
        """Hops that were nearly late for the device."""
        return self._watch.close_calls

    @property
    def beam_azimuth_rad(self) -> float:
        """Where the beam listens."""
        return self._azimuth_rad

    def start(self) -> None:
        """Start source and sink, the sink first so that it has a queue to play from."""
        self.sink.start()
        self.source.start()

    def step(self, timeout_s: float = 0.1) -> bool:
        """Move one hop; False when none came in time, or all have come (then `finished` is set)."""
        if self.paced:
            self._note_standstill()
        if not self._wait(timeout_s):
            return False
        block = self.source.read(timeout_s)
        if block is None:
            if self.source.finished:
                self._finish()
            return False
        began = time.monotonic()
        self._meter.begin()
        self._process(block)
        self._computing_s += COMPUTING_SMOOTHING * (time.monotonic() - began - self._computing_s)
        if self._stop_after is not None:
            self.finished = (self.samples_out if self._align else self.samples_in) >= self._stop_after
        return True

    def _wait(self, timeout_s: float) -> bool:
        if self.source.live:
            return True
        if self.sink.live or self._pace == "fast":
            return self.sink.wait(timeout_s)
        now = time.monotonic()
        if self._due_s is None:
            self._due_s = now
        late_s = now - self._due_s
        if late_s > LATE_S:
            time_s = self.samples_in / RATE_HZ
            self._drop(self._watch.late(time_s, late_s, self.stolen_recently_s))
            self._due_s = now
        elif late_s < 0:
            time.sleep(-late_s)
        self._due_s += HOP_S
        return True

    def _note_standstill(self) -> None:
        dropout = self._watch.stood_still(self.samples_in / RATE_HZ)
        if dropout is not None:
            self._drop(dropout)
            self._due_s = None

    def _drop(self, dropout: Dropout) -> None:
        self.dropouts.note(dropout)
        if self.loopback is not None:
            self.loopback.spoil()

    def _process(self, block: Block) -> None:
        live = block
        if self.keeper is not None:
            block = self.keeper.process(block)
        raw = block.samples if block.raw is None else block.raw
        taker = self._taking
        chained = self._chained(block)
        params, result = chained.params, chained.result
        self.chain.clock.end(HOP_S * 1e6)
        probe = self.loopback
        played = result.samples
        if self.taker is not taker:
            played = self._begin_taking(played)
        played = self.solo.process(played, raw, params)
        if (test := self.output_test) is not None:
            played = test.process(played, params.output)
        self._write(played if probe is None else probe.exchange(live, played))
        self.samples_in += HOP
        self.repaired += result.repaired
        if self.chain.guard.muted:
            block = replace(block, samples=self.chain.heard)
        if self._howl is not None:
            howl_hz = self._howl.process(self.chain.heard[0] if result.beam is None else result.beam)
            self.howl_hz = howl_hz or self.howl_hz
        if self._localizer is not None:
            self._localizer.push(block, params)
        if self._beam_watch is not None:
            tracks = self._localizer.tracks if self._localizer is not None else ()
            self._beam_watch.push(block, result.beam, self._azimuth_rad, params, tracks, chained.other)
        if (check := self.check) is not None:
            check.push(self.chain.heard)
        if (walk := self.walk) is not None:
            walk.push(self.chain.heard)
        cost = self._meter.end(self.chain.clock.slowest())
        dropout = self._watch.look(self.samples_in / RATE_HZ, cost, self.stolen_recently_s)
        if dropout is not None:
            self._drop(dropout)
        if taker is not None:
            taker.push(raw, result.samples, self._moment(block, chained, dropout))
        if (mailbox := self._mailbox) is not None:
            history = mailbox.snapshots
            history.put(result.snapshot(history.next_sequence, self._azimuth_rad, self.chain.enhancer.estimate_us))

    def _begin_taking(self, played: np.ndarray) -> np.ndarray:
        """Another taker, or none any more, from the next hop on. What is played now is faded out, and the chain
        begins anew: so its output follows from what is recorded alone, and can be had again.
        """
        self._taking = self.taker
        if self._taking is None:
            return played
        self.chain.reset()
        forget = getattr(self.source, "forget", None)
        if forget is not None:
            forget()
        return played * _FADE_OUT

    def _moment(self, block: Block, chained: _Chained, dropout: Dropout | None) -> HopMoment:
        return HopMoment(
            sides=chained.sides,
            choice=chained.choice,
            azimuth_rad=self._azimuth_rad,
            time_s=block.time_s,
            gap=block.gap,
            gain_reduction_db=chained.result.gain_reduction_db,
            oracle=self.chain.oracle.playing,
            methods=self.chain.methods,
            setup=getattr(self.source, "setup", None),
            dropout=dropout,
            heard=self.chain.heard,
        )

    def _chained(self, block: Block) -> _Chained:
        """A hop through the chain."""
        if not isinstance(self._designs, ABDesigns):
            params = self._history.params
            self._steer(params)
            params = placed(params, self._azimuth_rad)
            self._designs.request(params, self._azimuth_rad)
            side = Side(params, self._designs.designs)
            return _Chained(params, None, (side,), None, self.chain.process(block, params, side.designs))
        if block.recorded is not None and self._history.following:
            return self._as_recorded(block)
        self.chain.allow(None)
        choice = self._history.choice
        pair = tuple(self._history.side(number).params for number in (0, 1))
        params, other = pair[choice.shown], pair[1 - choice.shown]
        self._steer(params)
        azimuth_rad = [self._azimuth_rad] * 2
        if not params.beamformer.follow:
            azimuth_rad[1 - choice.shown] = math.radians(other.beamformer.steering_deg)
        pair = tuple(placed(one, azimuth) for one, azimuth in zip(pair, azimuth_rad))
        params, other = pair[choice.shown], pair[1 - choice.shown]
        sides = self._designs.sides(pair, tuple(azimuth_rad), choice.shown)
        own, silent = sides[choice.shown], sides[1 - choice.shown]
        result = self.chain.process(block, params, own.designs, silent, choice)
        return _Chained(params, other, sides, choice, result)

    def _as_recorded(self, block: Block) -> _Chained:
        """A hop of a recorded session, with the settings and filters of then."""
        sides, choice = self._history.show_recorded(block.recorded)
        self.chain.allow(block.recorded.methods)  # a network that was still loading then comes when it came
        self._azimuth_rad = block.recorded.azimuth_rad
        if (mailbox := self._mailbox) is not None:
            for name, picture in block.recorded.pictures:
                setattr(mailbox, name, picture)
        own, silent = sides[choice.shown], sides[1 - choice.shown]
        result = self.chain.process(block, own.params, own.designs, silent, choice)
        return _Chained(own.params, silent.params, sides, choice, result)

    def _steer(self, params: Params) -> None:
        follow = params.beamformer.follow
        track = self._localizer.track(follow) if follow and self._localizer else None
        if track is not None:
            self._azimuth_rad = math.radians(round(math.degrees(track.azimuth_rad)))
        elif not follow:
            self._azimuth_rad = math.radians(params.beamformer.steering_deg)

    def _write(self, samples: np.ndarray) -> None:
        if self._skip:
            skipped = min(self._skip, samples.shape[1])
            self._skip -= skipped
            samples = samples[:, skipped:]
            if samples.shape[1] == 0:
                return
        if self.sink.live:
            self.sink.hop_time_s = getattr(self.source, "hop_time_s", None)
        self.sink.write(fit_channels(samples, self.sink.channels))
        self.samples_out += samples.shape[1]

    def _finish(self) -> None:
        """The source has ended: let out what the chain still holds, and cut to the source's length."""
        length = getattr(self.source, "length_samples", None) or self.samples_in
        silence = Block(np.zeros((self.source.channels, HOP), dtype=np.float32), self.samples_in, 0.0)
        while self._align and self.samples_out < length:
            if not self.sink.wait(1.0):
                return
            params = self._history.params
            result = self.chain.process(replace(silence, index=self.samples_in), params, self._designs.designs)
            self.chain.clock.end(HOP_S * 1e6)
            self._write(result.samples[:, : max(0, length - self.samples_out + self._skip)])
        self.finished = True

    def forsake(self) -> None:
        """Give nothing to mailbox or recording any more, from any thread: a hop goes on for which nobody waits."""
        self.taker = self._taking = self._mailbox = None

    def close(self, complete: bool = True) -> None:
        """Close source and sink; what was written to a file is complete, or is discarded."""
        self._meter.close()
        try:
            self.source.close()
        finally:
            if complete:
                self.sink.close()
            else:
                self.sink.discard()
