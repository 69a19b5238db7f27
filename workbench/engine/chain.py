"""The chain, one hop at a time and with no thread: microphones to drivers.

    microphones ─ capture beam ─ low cut ─ enhancement ─ placed in the scene ─ loudspeakers ─ limiter ─ output
         └───────────────────────────── delayed by the chain's latency ─────────────────────────────────┘ bypass

Without an array there is no beam: every channel is enhanced on its own. Without a layout there is no rendering:
what was enhanced goes out, a beam on both sides of a stereo pair. A stereo programme is not placed but upmixed: the
scene has left, right and centre.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from workbench.core.ab import ABChoice
from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray, SpeakerLayout
from workbench.core.messages import Block, EnhancementState, LatencyPart, Levels, Loudness, PairScope, Snapshot
from workbench.core.params import Params
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.filters import HighPass
from workbench.engine.ab_lanes import Lanes, Side
from workbench.engine.ab_mixer import ABMixer
from workbench.engine.channel_guard import ChannelGuard
from workbench.engine.oracle import LadderTap, OraclePlayer
from workbench.engine.output import OutputStage
from workbench.engine.program_meter import OutputLoudness, PairMeter
from workbench.engine.stages import GROUPS, Designs, StageSet
from workbench.engine.taps import BIN_HZ, Delay, SpectrumColumn, levels
from workbench.engine.timing import HopClock
from workbench.enhance.enhancer import Enhancer
from workbench.enhance.estimator import GainEstimator
from workbench.render.renderer import DELAY as RENDER_DELAY

STAGES = ("input", "beam", "enhance", "render", "output", "views")


@dataclass(frozen=True)
class ChainConfig:
    """Structure of a chain: what cannot change between two hops.

    Attributes
    ----------
    channels : int
        Channels of the source.
    array : MicrophoneArray or None
        The channels are this array's microphones; None: they are independent.
    layout : SpeakerLayout or None
        Render to these loudspeakers; None: no rendering.
    limit : bool
        The output goes to a sound device: protect it and the ears by the true-peak limiter.
    render_delay : int
        Samples by which the loudspeakers' filters are late.
    """

    channels: int
    array: MicrophoneArray | None = None
    layout: SpeakerLayout | None = None
    limit: bool = True
    render_delay: int = RENDER_DELAY

    def __post_init__(self) -> None:
        if self.channels < 1:
            raise InputError("the source has no channels")
        if self.array is not None and self.array.mics != self.channels:
            raise InputError(
                f"array {self.array.name} has {self.array.mics} microphones, but the source has "
                f"{self.channels} channels: choose the channels of the array, or another array"
            )
        if self.layout is not None and self.array is None and self.channels > 2:
            raise InputError(
                f"loudspeakers {self.layout.name} take one talker or a stereo programme, but the source has "
                f"{self.channels} channels: choose two of them, or say which array they are"
            )


@dataclass(frozen=True, slots=True, eq=False)
class ChainOutput:
    """One hop: `samples` (out_channels, HOP) float32, and what the views need of it."""

    samples: np.ndarray
    time_s: float
    before_dbfs: np.ndarray | None
    after_dbfs: np.ndarray | None
    input: Levels
    output: Levels
    gain_reduction_db: float
    enhancement: EnhancementState | None
    gap: bool
    repaired: int
    """Samples that were not finite and were replaced by silence."""
    beam: np.ndarray | None = None
    """(HOP,) what the capture beam gave, before the low cut; None without an array."""
    loudness: Loudness | None = None
    scope: PairScope | None = None

    def snapshot(self, sequence: int, beam_azimuth_rad: float, estimate_us: float = 0.0) -> Snapshot:
        """The message for the views."""
        return Snapshot(
            sequence=sequence,
            time_s=self.time_s,
            bin_hz=BIN_HZ,
            before_dbfs=self.before_dbfs,
            after_dbfs=self.after_dbfs,
            input=self.input,
            output=self.output,
            gain_reduction_db=self.gain_reduction_db,
            enhancement=self.enhancement,
            beam_azimuth_rad=beam_azimuth_rad,
            gap=self.gap,
            estimate_us=estimate_us,
            loudness=self.loudness,
            scope=self.scope,
        )


class Chain:
    """The whole signal path.

    Parameters
    ----------
    config : ChainConfig
    analyse : bool
        Compute spectrum columns for the views.
    clock : HopClock, optional
        Charged with each stage's time; its stages must be `STAGES`.
    compare : bool
        Able to run two settings at once, see `process`.
    """

    def __init__(
        self, config: ChainConfig, *, analyse: bool = True, clock: HopClock | None = None, compare: bool = False
    ):
        self.config = config
        self.clock = clock or HopClock(STAGES, capacity=1)
        beam = config.array is not None
        sets = [
            StageSet(config.channels, config.array, config.layout, config.limit, config.render_delay)
            for _ in range(2 if compare else 1)
        ]
        self._lanes = Lanes(*sets)
        self.enhancers: tuple[Enhancer, ...] = tuple(stages.enhancer for stages in sets)
        """Networks are installed in all of them, see `install`."""
        self._arrived: deque[tuple[str, tuple[GainEstimator, ...]]] = deque()
        self.enhancer: Enhancer = sets[0].enhancer
        """The one that works for the shown side."""
        self.out_channels = sets[0].out_channels
        self._output = OutputStage()

        delays = sets[0].latencies()
        self.latency_parts = tuple(LatencyPart(label, delay, RATE_HZ) for label, delay in delays.items() if delay)
        self.latency = sum(part.samples for part in self.latency_parts)
        """Samples from a source's sample to the same sound at the output."""
        self.ladder_tap = LadderTap()
        """What the enhancer gets, with the clean signal of sources that know it."""
        self.oracle = OraclePlayer()
        self._clean_delay = Delay(1, delays["beam"]) if beam else None
        self._clean_low_cut = HighPass(1) if beam else None
        enhanced_latency = delays["beam"] + delays["look-ahead"]
        self._mixer = self._make_mixer(delays) if compare else None
        self.guard = ChannelGuard(config.channels)
        self.heard: np.ndarray | None = None
        """The newest hop of the input as the stages got it: without channels that give no numbers."""
        self._direct = Delay(config.channels, self.latency)
        self._before = Delay(1, enhanced_latency)
        self._columns = (SpectrumColumn(), SpectrumColumn()) if analyse else None
        self.loudness = OutputLoudness(self.out_channels) if analyse else None
        self.pair = PairMeter() if analyse else None
        self._level_hops = round(enhanced_latency / HOP)
        self._enhanced_latency_s = enhanced_latency / RATE_HZ
        self.before_curve_db: np.ndarray | None = None
        """(bins,) float32 added to Before's column: a microphone's calibration that is only shown; may be set any
        time."""
        self.before_channel = 0
        """Channel shown as Before; may be set between hops."""
        self.reset()

    def _make_mixer(self, delays: dict[str, int]) -> ABMixer:
        """The mixer with the taps that there are: a beam needs an array, a scene loudspeakers."""
        config, after = self.config, dict(delays)
        enhanced = 1 if config.array is not None else config.channels
        channels, early = {"enhanced": enhanced}, {}
        if config.array is not None:
            channels["beam"] = 1
        if config.layout is not None:
            channels["scene"] = 3
        early["beam"] = self.latency - after["beam"]
        early["enhanced"] = early["beam"] - after["look-ahead"]
        early["scene"] = early["enhanced"] - after["upmix"]
        return ABMixer(self.out_channels, channels, early)

    def install(self, network: str, estimators: tuple[GainEstimator, ...]) -> None:
        """Make a network available to all enhancers, to each with its own estimator, from the beginning of one hop on:
        so that the hop's `methods` say what each of them used. From any thread; the first of two is kept."""
        self._arrived.append((network, estimators))

    def allow(self, methods: tuple[str, ...] | None) -> None:
        """Have the enhancers be as if only these methods were installed; None: all. Between hops."""
        for enhancer in self.enhancers:
            enhancer.allow(methods)

    def _take_networks(self) -> None:
        while self._arrived:
            network, estimators = self._arrived.popleft()
            for enhancer, estimator in zip(self.enhancers, estimators):
                if network not in enhancer.methods:
                    enhancer.install(network, estimator)

    @property
    def methods(self) -> tuple[str, ...]:
        """Methods that every enhancer had in the newest hop."""
        return self.enhancers[0].available

    @property
    def taps(self) -> tuple[str, ...]:
        """Names of `core.ab.TAPS` that this structure has."""
        own = ["output", "microphone"]
        own += ["beam"] if self.config.array is not None else []
        own += ["enhanced"]
        return (*own, "scene", "audition") if self.config.layout is not None else tuple(own)

    @property
    def shared(self) -> tuple[str, ...]:
        """Groups of stages that run once for both sides."""
        return self._lanes.shared

    @property
    def match(self):
        """The `LoudnessMatch` of a chain that compares, else None."""
        return self._mixer.match if self._mixer else None

    def reset(self) -> None:
        """Forget all sound."""
        self._lanes.reset()
        for part in (
            *(self._output, self._direct, self._before, self._mixer, *(self._columns or ())),
            *(self.guard, self.oracle, self._clean_delay, self._clean_low_cut, self.loudness, self.pair),
        ):
            if part is not None:
                part.reset()
        self.ladder_tap.clear()
        self._input_levels: deque[Levels] = deque(maxlen=self._level_hops + 1)

    def process(
        self,
        block: Block,
        params: Params,
        designs: Designs,
        other: Side | None = None,
        choice: ABChoice | None = None,
    ) -> ChainOutput:
        """One hop through every stage.

        Parameters
        ----------
        block : Block of (channels, HOP) samples. What is not finite is replaced by silence and counted.
        params : Params, read once.
        designs : Designs; `beam` is needed with an array, `render` with a layout.
        other, choice : the other side's setting, and what is heard
            Then `params` and `designs` are those of the shown side, which the views see; for a chain that compares.
        """
        shown = choice.shown if choice is not None else 0
        side = Side(params, designs)
        sides = (side,) if other is None else (side, other) if shown == 0 else (other, side)
        heard = choice.heard if other is not None else 0
        tap = choice.tap if choice is not None else "output"
        clock = self.clock
        clock.begin()
        self._take_networks()
        x = self.guard.process(block.samples)
        repaired = self.guard.repaired
        self.heard = x
        self._input_levels.append(levels(x))
        direct = self._direct.process(x)
        clock.lap("input")

        audition = tap == "audition" and self.config.layout is not None
        lanes = self._lanes.process(x, sides, heard, audition, self.oracle.process, clock.lap)
        lane = lanes[shown if other is not None else 0]
        self.enhancer = lane.stages["enhance"].enhancer
        if block.clean is not None:
            self.ladder_tap.push(lane.sound[0], self._captured(block.clean, params))
        out = lane.rendered
        bypass = self._bypass(direct)
        if self._mixer is not None and other is not None:
            out = self._mixer.process(lanes, sides, len(self.shared) == len(GROUPS), bypass, choice)
        out = self._output.process(out, bypass, sides[heard].params.output)
        clock.lap("output")

        before = self._before.process(x[self.before_channel : self.before_channel + 1])[0]
        columns = (None, None)
        if self._columns is not None:
            column = self._columns[0].process(before)
            if (curve := self.before_curve_db) is not None:
                column = column + curve
                column.setflags(write=False)
            columns = (column, self._columns[1].process(lane.enhanced[0]))
        limiter = lane.stages["render"].limiter
        result = ChainOutput(
            samples=out,
            time_s=block.time_s + HOP / RATE_HZ - self._enhanced_latency_s,
            before_dbfs=columns[0],
            after_dbfs=columns[1],
            input=self._input_levels[0],
            output=levels(out if heard == shown else lane.rendered),
            gain_reduction_db=limiter.gain_reduction_db if limiter else 0.0,
            enhancement=self.enhancer.state,
            gap=block.gap,
            repaired=repaired,
            beam=lane.beam,
            loudness=self.loudness.process(out) if self.loudness else None,
            scope=self.pair.process(x, out) if self.pair else None,
        )
        clock.lap("views")
        return result

    def _captured(self, clean: np.ndarray, params: Params) -> np.ndarray:
        """The clean signal (HOP,) after the delay and the low cut that the beam has."""
        if self._clean_delay is None:
            return clean
        return self._clean_low_cut.process(self._clean_delay.process(clean[None]), params.beamformer.low_cut_hz)[0]

    def _bypass(self, direct: np.ndarray) -> np.ndarray:
        """The delayed input as it goes out in bypass: channel by channel, or microphone 1 on both sides."""
        out = np.zeros((self.out_channels, HOP), dtype=np.float32)
        if self.config.array is None and self.config.channels > 1:
            out[: len(direct)] = direct
        else:
            out[:2] = direct[0]
        return out
