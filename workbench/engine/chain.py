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

from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray, SpeakerLayout
from workbench.core.messages import Block, EnhancementState, LatencyPart, Levels, Snapshot
from workbench.core.params import Params
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.beamformer import Beamformer
from workbench.dsp.beams import BeamFilters
from workbench.dsp.filters import HighPass
from workbench.dsp.limiter import TruePeakLimiter
from workbench.engine.channel_guard import ChannelGuard
from workbench.engine.oracle import LadderTap, OraclePlayer
from workbench.engine.output import OutputStage
from workbench.engine.taps import BIN_HZ, Delay, SpectrumColumn, levels
from workbench.engine.timing import HopClock
from workbench.enhance.enhancer import Enhancer
from workbench.render.renderer import Renderer, RenderFilters, ScenePlacer
from workbench.render.upmix import Upmixer

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
    """

    channels: int
    array: MicrophoneArray | None = None
    layout: SpeakerLayout | None = None
    limit: bool = True

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
class Designs:
    """Filters that were designed elsewhere; the chain crossfades when one is another object than before."""

    beam: BeamFilters | None = None
    render: RenderFilters | None = None


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
    """

    def __init__(self, config: ChainConfig, *, analyse: bool = True, clock: HopClock | None = None):
        self.config = config
        self.clock = clock or HopClock(STAGES, capacity=1)
        beam = config.array is not None
        enhanced = 1 if beam else config.channels
        self._beamformer = Beamformer(config.channels) if beam else None
        self._low_cut = HighPass(1) if beam else None
        self.enhancer = Enhancer(enhanced)
        rendered = config.layout is not None
        self._placer = ScenePlacer() if rendered and enhanced == 1 else None
        self._upmixer = Upmixer() if rendered and enhanced == 2 else None
        self._renderer = Renderer(config.layout) if config.layout is not None else None
        self.out_channels = self._renderer.channels_out if self._renderer else 2 if beam else config.channels
        self._limiter = TruePeakLimiter(self.out_channels) if config.limit else None
        self._output = OutputStage()

        self.latency_parts = tuple(
            LatencyPart(label, samples, RATE_HZ)
            for label, samples in (
                ("beam", self._beamformer.latency if self._beamformer else 0),
                ("look-ahead", self.enhancer.latency),
                ("upmix", self._upmixer.latency if self._upmixer else 0),
                ("loudspeakers", self._renderer.latency if self._renderer else 0),
                ("limiter", self._limiter.latency if self._limiter else 0),
            )
            if samples
        )
        self.latency = sum(part.samples for part in self.latency_parts)
        """Samples from a source's sample to the same sound at the output."""
        self.ladder_tap = LadderTap()
        """What the enhancer gets, with the clean signal of sources that know it."""
        self.oracle = OraclePlayer()
        self._clean_delay = Delay(1, self._beamformer.latency) if beam else None
        self._clean_low_cut = HighPass(1) if beam else None
        enhanced_latency = (self._beamformer.latency if self._beamformer else 0) + self.enhancer.latency
        self.guard = ChannelGuard(config.channels)
        self.heard: np.ndarray | None = None
        """The newest hop of the input as the stages got it: without channels that give no numbers."""
        self._direct = Delay(config.channels, self.latency)
        self._before = Delay(1, enhanced_latency)
        self._columns = (SpectrumColumn(), SpectrumColumn()) if analyse else None
        self._level_hops = round(enhanced_latency / HOP)
        self._enhanced_latency_s = enhanced_latency / RATE_HZ
        self.before_channel = 0
        """Channel shown as Before; may be set between hops."""
        self.reset()

    def reset(self) -> None:
        """Forget all sound."""
        for stage in (
            *(self._beamformer, self._low_cut, self.enhancer, self._placer, self._upmixer, self._renderer),
            *(self._limiter, self._output, self._direct, self._before, *(self._columns or ())),
        ):
            if stage is not None:
                stage.reset()
        for part in (self.guard, self.oracle, self._clean_delay, self._clean_low_cut):
            if part is not None:
                part.reset()
        self.ladder_tap.clear()
        self._input_levels: deque[Levels] = deque(maxlen=self._level_hops + 1)

    def process(self, block: Block, params: Params, designs: Designs) -> ChainOutput:
        """One hop through every stage.

        Parameters
        ----------
        block : Block of (channels, HOP) samples. What is not finite is replaced by silence and counted.
        params : Params, read once.
        designs : Designs; `beam` is needed with an array, `render` with a layout.
        """
        clock = self.clock
        clock.begin()
        x = self.guard.process(block.samples)
        repaired = self.guard.repaired
        self.heard = x
        self._input_levels.append(levels(x))
        direct = self._direct.process(x)
        clock.lap("input")

        sound, beam = x, None
        if self._beamformer is not None:
            beam = self._beamformer.process(x, designs.beam)
            sound = self._low_cut.process(beam[None], params.beamformer.low_cut_hz)
        if block.clean is not None:
            self.ladder_tap.push(sound[0], self._captured(block.clean, params))
        clock.lap("beam")
        enhanced = self.oracle.process(self.enhancer.process(sound, params.enhance))
        clock.lap("enhance")
        rendered = self._render(enhanced, params, designs)
        clock.lap("render")
        if self._limiter is not None:
            rendered = self._limiter.process(rendered, params.render.limit_dbtp)
        out = self._output.process(rendered, self._bypass(direct), params.output)
        clock.lap("output")

        before = self._before.process(x[self.before_channel : self.before_channel + 1])[0]
        columns = (None, None)
        if self._columns is not None:
            columns = (self._columns[0].process(before), self._columns[1].process(enhanced[0]))
        result = ChainOutput(
            samples=out,
            time_s=block.time_s + HOP / RATE_HZ - self._enhanced_latency_s,
            before_dbfs=columns[0],
            after_dbfs=columns[1],
            input=self._input_levels[0],
            output=levels(out),
            gain_reduction_db=self._limiter.gain_reduction_db if self._limiter else 0.0,
            enhancement=self.enhancer.state,
            gap=block.gap,
            repaired=repaired,
            beam=beam,
        )
        clock.lap("views")
        return result

    def _captured(self, clean: np.ndarray, params: Params) -> np.ndarray:
        """The clean signal (HOP,) after the delay and the low cut that the beam has."""
        if self._clean_delay is None:
            return clean
        return self._clean_low_cut.process(self._clean_delay.process(clean[None]), params.beamformer.low_cut_hz)[0]

    def _render(self, enhanced: np.ndarray, params: Params, designs: Designs) -> np.ndarray:
        if self._renderer is None:
            return enhanced if self._beamformer is None else np.repeat(enhanced, 2, axis=0)
        if self._placer is not None:
            scene = self._placer.process(enhanced[0], params.render)
        else:
            scene = self._upmixer.process(enhanced, params.render)
        return self._renderer.process(scene, params.render, designs.render)

    def _bypass(self, direct: np.ndarray) -> np.ndarray:
        """The delayed input as it goes out in bypass: channel by channel, or microphone 1 on both sides."""
        out = np.zeros((self.out_channels, HOP), dtype=np.float32)
        if self._beamformer is None and self.config.channels > 1:
            out[: len(direct)] = direct
        else:
            out[:2] = direct[0]
        return out
