"""Filters designed beside the audio path: the newest request wins, the chain takes what is ready."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from workbench.core.geometry import MicrophoneArray, SpeakerLayout
from workbench.core.params import BeamformerParams, Params, RenderParams
from workbench.dsp.beams import beam_pattern, design_beam
from workbench.engine.chain import Designs
from workbench.engine.mailbox import Mailbox
from workbench.render.renderer import design_render, loudspeaker_response

log = logging.getLogger(__name__)

STEERING_STEP_RAD = np.radians(0.1)


@dataclass(frozen=True)
class _BeamKey:
    params: BeamformerParams
    steps: int


def _beam_key(params: Params, azimuth_rad: float) -> _BeamKey:
    # What does not shape the filters must not cause a new design.
    shaping = replace(params.beamformer, steering_deg=0.0, follow=0, low_cut_hz=80.0)
    return _BeamKey(shaping, round(azimuth_rad / STEERING_STEP_RAD))


def _render_key(params: Params) -> RenderParams:
    return replace(params.render, place_deg=0.0, audition=True, limit_dbtp=0.0)


class DesignBench:
    """Designs for one array and one layout, in the calling thread.

    `request` is cheap when nothing that shapes a filter has changed.
    """

    def __init__(self, array: MicrophoneArray | None, layout: SpeakerLayout | None, mailbox: Mailbox | None = None):
        self._array, self._layout, self._mailbox = array, layout, mailbox
        self._beam_key: _BeamKey | None = None
        self._render_key: RenderParams | None = None
        self.designs = Designs()

    def needs(self, params: Params, azimuth_rad: float) -> bool:
        """Whether `request` would design anything."""
        beam = self._array is not None and _beam_key(params, azimuth_rad) != self._beam_key
        return beam or (self._layout is not None and _render_key(params) != self._render_key)

    def request(self, params: Params, azimuth_rad: float) -> None:
        """Design what changed; `designs` holds the result, also when an exception ends the call half-way."""
        if self._array is not None and (key := _beam_key(params, azimuth_rad)) != self._beam_key:
            self._beam_key = key
            filters = design_beam(self._array, params.beamformer, key.steps * STEERING_STEP_RAD)
            self.designs = replace(self.designs, beam=filters)
            if self._mailbox is not None:
                self._mailbox.beam_pattern = beam_pattern(self._array, filters)
        if self._layout is not None and (key := _render_key(params)) != self._render_key:
            self._render_key = key
            filters = design_render(self._layout, params.render)
            self.designs = replace(self.designs, render=filters)
            if self._mailbox is not None:
                self._mailbox.loudspeaker_response = loudspeaker_response(self._layout, filters)


class DesignThread:
    """Runs a `DesignBench` on a thread of its own; `request` never waits and only the newest request counts."""

    def __init__(self, bench: DesignBench, report: Callable[[str], None]):
        self._bench = bench
        self._report = report
        self._wanted: tuple[Params, float] | None = None
        self._wake = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="designs", daemon=True)
        self._thread.start()

    @property
    def designs(self) -> Designs:
        """The newest finished designs."""
        return self._bench.designs

    def request(self, params: Params, azimuth_rad: float) -> None:
        """Ask for designs with these parameters."""
        if self._bench.needs(params, azimuth_rad):
            self._wanted = (params, azimuth_rad)
            self._wake.set()

    def close(self) -> None:
        """End the thread, after the design it is at."""
        self._ended = True
        self._wake.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            if self._ended:
                return
            params, azimuth_rad = self._wanted
            try:
                self._bench.request(params, azimuth_rad)
            except Exception as error:  # a failed design must not end the sound: the filters before go on
                log.exception("design failed")
                self._report(f"These settings could not be designed: {error}")
