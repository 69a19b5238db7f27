"""The stages that make sound of sound, from microphones to loudspeakers, once; a chain has one or two sets."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from workbench.core.geometry import MicrophoneArray, SpeakerLayout
from workbench.core.params import Params
from workbench.dsp.beamformer import Beamformer
from workbench.dsp.beams import BeamFilters
from workbench.dsp.filters import HighPass
from workbench.dsp.limiter import TruePeakLimiter
from workbench.enhance.enhancer import Enhancer
from workbench.render.renderer import DELAY as RENDER_DELAY
from workbench.render.renderer import Renderer, RenderFilters, ScenePlacer
from workbench.render.upmix import Upmixer

GROUPS = ("beam", "enhance", "render")
"""What runs as a whole and may be shared by two settings; the same names as their groups of parameters (beam:
beamformer)."""


@dataclass(frozen=True, slots=True, eq=False)
class Designs:
    """Filters that were designed elsewhere; the stages crossfade when one is another object than before."""

    beam: BeamFilters | None = None
    render: RenderFilters | None = None


class StageSet:
    """One set of stages for a structure; see `workbench.engine.chain` for how they follow each other.

    Parameters
    ----------
    channels : int
    array, layout : None leaves the stage out
    limit : bool
    render_delay : int
        Samples by which the loudspeakers' filters are late.
    """

    def __init__(
        self,
        channels: int,
        array: MicrophoneArray | None,
        layout: SpeakerLayout | None,
        limit: bool,
        render_delay: int = RENDER_DELAY,
    ):
        beam = array is not None
        enhanced = 1 if beam else channels
        self.beamformer = Beamformer(channels) if beam else None
        self.low_cut = HighPass(1) if beam else None
        self.enhancer = Enhancer(enhanced)
        rendered = layout is not None
        self.placer = ScenePlacer() if rendered and enhanced == 1 else None
        self.upmixer = Upmixer() if rendered and enhanced == 2 else None
        self.renderer = Renderer(layout, latency=render_delay) if layout is not None else None
        self.out_channels = self.renderer.channels_out if self.renderer else 2 if beam else channels
        self.limiter = TruePeakLimiter(self.out_channels) if limit else None

    def latencies(self) -> dict[str, int]:
        """Samples of delay of each part, 0 where there is none."""
        return {
            "beam": self.beamformer.latency if self.beamformer else 0,
            "look-ahead": self.enhancer.latency,
            "upmix": self.upmixer.latency if self.upmixer else 0,
            "loudspeakers": self.renderer.latency if self.renderer else 0,
            "limiter": self.limiter.latency if self.limiter else 0,
        }

    def forget(self, group: str | None = None) -> None:
        """Forget the sound in one of GROUPS, or in all."""
        parts = {
            "beam": (self.beamformer, self.low_cut),
            "enhance": (self.enhancer,),
            "render": (self.placer, self.upmixer, self.renderer, self.limiter),
        }
        for name in GROUPS if group is None else (group,):
            for part in parts[name]:
                if part is not None:
                    part.reset()

    def capture(self, x: np.ndarray, params: Params, designs: Designs) -> tuple[np.ndarray, np.ndarray | None]:
        """Microphones (channels, HOP) to the enhancer's input (n, HOP), and the beam (HOP,) before the low cut."""
        if self.beamformer is None:
            return x, None
        beam = self.beamformer.process(x, designs.beam)
        return self.low_cut.process(beam[None], params.beamformer.low_cut_hz), beam

    def enhance(self, sound: np.ndarray, params: Params) -> np.ndarray:
        """(n, HOP) to (n, HOP)."""
        return self.enhancer.process(sound, params.enhance)

    def render(
        self, enhanced: np.ndarray, params: Params, designs: Designs, audition: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """Enhanced (n, HOP) to the outputs (out_channels, HOP), and the scene (n, HOP) before the loudspeakers.

        `audition`: play the loudspeakers as they would sound at the ears, whatever the parameters say.
        """
        scene = enhanced
        if self.renderer is None:
            rendered = enhanced if self.beamformer is None else np.repeat(enhanced, 2, axis=0)
        else:
            if self.placer is not None:
                scene = self.placer.process(enhanced[0], params.render)
            else:
                scene = self.upmixer.process(enhanced, params.render)
            how = replace(params.render, enabled=True, audition=True) if audition else params.render
            rendered = self.renderer.process(scene, how, designs.render)
        if self.limiter is not None:
            rendered = self.limiter.process(rendered, params.render.limit_dbtp)
        return rendered, scene
