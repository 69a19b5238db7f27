"""What is prepared beside the audio path: beams, loudspeaker filters, networks. The newest request wins, and the
chain takes what is ready.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Protocol

import numpy as np

from workbench.audio.mismatch import Microphones
from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray, SpeakerLayout
from workbench.core.params import Params
from workbench.dsp.beam_pattern import ChannelErrors, beam_pattern
from workbench.dsp.beams import design_beam
from workbench.engine.beam_watch import Surroundings
from workbench.engine.chain import Designs
from workbench.engine.design_process import DesignProcess
from workbench.engine.mailbox import Mailbox
from workbench.engine.pictures import Pictures
from workbench.engine.render_preparation import RenderPreparation, Wish
from workbench.enhance.enhancer import Enhancer
from workbench.enhance.estimator import GainEstimator
from workbench.enhance.runtime import NetworkGains
from workbench.render.effort import Outdated
from workbench.render.renderer import DELAY as RENDER_DELAY

log = logging.getLogger(__name__)

STEERING_STEP_RAD = np.radians(0.1)


class NetworkUnusable(InputError):
    """The network that was asked for is missing or damaged."""

    @property
    def notice(self) -> str:
        """What to say where the sound goes on without it."""
        return f"{self}. The classical method goes on."


class Preparation(Protocol):
    """One kind of thing that takes too long for the audio path."""

    def key(self, params: Params, azimuth_rad: float) -> Hashable:
        """What the result depends on: an equal key needs no new preparation. Cheap."""

    def prepare(self, designs: Designs, params: Params, azimuth_rad: float, wish: Wish | None = None) -> Designs:
        """Make it; the designs with it in place. Slow.

        `wish`: on a thread of its own, where a draft may come first. Raises Outdated if that asks for something else.
        """
        ...


class BeamPreparation:
    """The capture beam's filters."""

    def __init__(self, array: MicrophoneArray, surroundings: Surroundings, pictures: Pictures):
        self._array, self._surroundings, self._pictures = array, surroundings, pictures
        self._true: Microphones | None = None
        self._channel_errors: ChannelErrors | None = None

    @staticmethod
    def _steps(azimuth_rad: float) -> int:
        return round(azimuth_rad / STEERING_STEP_RAD)

    def key(self, params: Params, azimuth_rad: float) -> Hashable:
        # What does not shape the filters must not cause a new design.
        beam, around = params.beamformer, self._surroundings
        shaping = (beam.enabled, beam.method, beam.white_noise_floor_db, beam.null_depth_db)
        return (
            shaping,
            self._steps(azimuth_rad),
            around.nulls_rad(beam),
            around.noise_for(beam),
            around.true_microphones(),
        )

    def prepare(self, designs: Designs, params: Params, azimuth_rad: float, wish: Wish | None = None) -> Designs:
        beam, around = params.beamformer, self._surroundings
        steering_rad = self._steps(azimuth_rad) * STEERING_STEP_RAD
        filters = design_beam(self._array, beam, steering_rad, around.nulls_rad(beam), around.noise_for(beam))
        if self._pictures.wanted:
            errors = self._errors(around.true_microphones())
            self._pictures.put("beam_pattern", beam_pattern(self._array, filters, errors=errors))
        return replace(designs, beam=filters)

    def _errors(self, true: Microphones | None) -> ChannelErrors | None:
        """The channels as they really are; kept while they stay, since the pattern's tables hang on the object."""
        if true is not self._true:
            self._true = true
            self._channel_errors = None
            if true is not None and len(true.order) == self._array.mics:
                self._channel_errors = ChannelErrors(true.xyz_m[true.order], true.delay_s[true.order], true.gain)
        return self._channel_errors


Install = Callable[[str, tuple[GainEstimator, ...]], None]


class NetworkPreparation:
    """The enhancer's network: loaded when its method is first chosen, and kept. Until it is there, and when it
    cannot be loaded, the enhancer goes on with its classical method."""

    def __init__(self, enhancers: tuple[Enhancer, ...], install: Install | None):
        self._enhancers, self._install = enhancers, install or self._at_once

    def _at_once(self, network: str, estimators: tuple[GainEstimator, ...]) -> None:
        for enhancer, estimator in zip(self._enhancers, estimators):
            enhancer.install(network, estimator)

    def key(self, params: Params, azimuth_rad: float) -> Hashable:
        return params.enhance.network

    def prepare(self, designs: Designs, params: Params, azimuth_rad: float, wish: Wish | None = None) -> Designs:
        network = params.enhance.network
        if network and any(network not in enhancer.methods for enhancer in self._enhancers):
            try:
                estimators = tuple(NetworkGains(enhancer.channels, network) for enhancer in self._enhancers)
            except InputError as error:
                raise NetworkUnusable(f"The network {network} cannot be used: {error}") from error
            self._install(network, estimators)
        return designs


class DesignBench:
    """Prepares what one chain needs, in the calling thread.

    Parameters
    ----------
    array, layout : None where the chain has no such stage
    enhancer : Enhancer or several, optional
        Get the networks that are chosen; None: none are loaded.
    mailbox : Mailbox or Pictures, optional
        Gets the pictures of the designs.
    surroundings : Surroundings, optional
        Those of another bench of the same microphones.
    render_delay : int
        That of the chain's loudspeaker filters, see `ChainConfig`.
    install : callable, optional
        Gets a network's name and its estimators, one for each enhancer: `Chain.install`, where the chain runs in
        another thread. None: they are installed at once.
    process : DesignProcess, optional
        Designs the loudspeakers' filters while sound runs.
    """

    def __init__(
        self,
        array: MicrophoneArray | None,
        layout: SpeakerLayout | None,
        enhancer: Enhancer | tuple[Enhancer, ...] | None = None,
        mailbox: Mailbox | Pictures | None = None,
        surroundings: Surroundings | None = None,
        render_delay: int = RENDER_DELAY,
        install: Install | None = None,
        process: DesignProcess | None = None,
    ):
        pictures = mailbox if isinstance(mailbox, Pictures) else Pictures(mailbox)
        self._preparations: list[Preparation] = []
        self.surroundings = surroundings or Surroundings()
        """What is known of talkers and noise around the beam; filled by a `BeamWatch`."""
        if array is not None:
            self._preparations.append(BeamPreparation(array, self.surroundings, pictures))
        if layout is not None:
            self._preparations.append(RenderPreparation(layout, pictures, render_delay, process=process))
        if enhancer is not None:
            enhancers = enhancer if isinstance(enhancer, tuple) else (enhancer,)
            self._preparations.append(NetworkPreparation(enhancers, install))
        self._keys: list[Hashable] = [object()] * len(self._preparations)
        self.designs = Designs()

    def close(self) -> None:
        """End what is computed beside."""
        for part in self._preparations:
            if isinstance(part, RenderPreparation):
                part.close()

    def adopt(self, other: DesignBench) -> None:
        """Take over what another bench of the same chain has prepared, also while that prepares more."""
        self._keys = list(other._keys)  # first: of what becomes ready between the two lines the key is not taken
        self.designs = other.designs
        for own, others in zip(self._preparations, other._preparations):
            if isinstance(own, RenderPreparation) and isinstance(others, RenderPreparation):
                own.adopt(others)

    def needs(self, params: Params, azimuth_rad: float) -> bool:
        """Whether `request` would prepare anything; cheap."""
        return any(part.key(params, azimuth_rad) != key for part, key in zip(self._preparations, self._keys))

    def draw(self) -> None:
        """Show what was prepared without."""
        for part in self._preparations:
            if isinstance(part, RenderPreparation):
                part.draw()

    @property
    def rest_s(self) -> float | None:
        """In how many seconds `finish` has something to do; None: it has nothing."""
        due = [part.rest_s for part in self._preparations if isinstance(part, RenderPreparation)]
        return next((seconds for seconds in due if seconds is not None), None)

    def finish(self, wish: Wish) -> None:
        """Put designs in the place of their drafts, unless another one is wished for meanwhile. Raises InputError."""
        for part in self._preparations:
            if isinstance(part, RenderPreparation):
                try:
                    self.designs = part.finish(self.designs, wish)
                except Outdated:
                    return
        self.draw()

    def request(self, params: Params, azimuth_rad: float, draw: bool = True, wish: Wish | None = None) -> None:
        """Prepare what changed; `designs` holds the result. Not `draw`: what takes long to be shown is not shown yet.
        With a `wish` there may be drafts, which `finish` replaces.

        Raises
        ------
        InputError
            Something cannot be made (a network: NetworkUnusable); all else is ready, and it is not tried again until
            the request differs.
        """
        failure: InputError | None = None
        for number, part in enumerate(self._preparations):
            key = part.key(params, azimuth_rad)
            if key == self._keys[number]:
                continue
            try:
                self.designs = part.prepare(self.designs, params, azimuth_rad, wish)
            except InputError as error:
                failure = failure or error
            except Outdated:
                key = self._keys[number]  # it is still to be made
            finally:  # not before it is made: who takes over the key takes it for made
                self._keys[number] = key
        if draw:
            self.draw()
        if failure is not None:
            raise failure


class DesignThread:
    """Runs a `DesignBench` on a thread of its own; `request` never waits and only the newest request counts.

    Loudspeakers' filters are drafted first, and designed when no other ones were asked for within `REST_S`.
    """

    def __init__(self, bench: DesignBench, report: Callable[[str], None]):
        self._bench = bench
        self._report = report
        self._wish = Wish(Params(), 0.0)
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
            self._wish.newest = params, azimuth_rad
            self._wake.set()

    def close(self) -> None:
        """End the thread, after the design it is at."""
        self._ended = True
        self._wake.set()
        self._bench.close()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        self._carry_out(self._bench.draw)  # what was prepared before the sound began
        while True:
            self._wake.wait(self._bench.rest_s)
            if self._ended:
                return
            if self._wake.is_set():
                self._wake.clear()
                self._carry_out(lambda: self._bench.request(*self._wish.newest, wish=self._wish))
            if self._bench.rest_s == 0.0:
                self._carry_out(lambda: self._bench.finish(self._wish))

    def _carry_out(self, work: Callable[[], None]) -> None:
        try:
            work()
        except NetworkUnusable as error:
            log.warning("%s", error)
            self._report(error.notice)
        except Exception as error:  # a failed design must not end the sound: the filters before go on
            log.exception("design failed")
            self._report(f"These settings could not be designed: {error}")
