"""What is prepared beside the audio path: beams, loudspeaker filters, networks. The newest request wins, and the
chain takes what is ready.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from workbench.audio.mismatch import Microphones
from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray, SpeakerLayout
from workbench.core.params import Params, RenderParams
from workbench.dsp.bands import RATE_HZ
from workbench.dsp.beam_pattern import ChannelErrors, beam_pattern
from workbench.dsp.beams import design_beam
from workbench.engine.beam_watch import Surroundings
from workbench.engine.chain import Designs
from workbench.engine.listening_room import room_depth
from workbench.engine.mailbox import Mailbox
from workbench.engine.room_paths import RoomPaths, RoomRequest, RoomThread, listening_room, room_paths
from workbench.enhance.enhancer import Enhancer
from workbench.enhance.runtime import NetworkGains
from workbench.render.detail import loudspeaker_detail
from workbench.render.renderer import DELAY as RENDER_DELAY
from workbench.render.renderer import RenderFilters, design_render, loudspeaker_response, render_key

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

    def prepare(self, designs: Designs, params: Params, azimuth_rad: float) -> Designs:
        """Make it; the designs with it in place. Slow."""
        ...


class Pictures:
    """What designs look like, on their way to the mailbox; those of a side that is not shown wait here.

    Parameters
    ----------
    mailbox : Mailbox or None
        None: nobody looks, and nothing is drawn.
    shown : bool
    """

    def __init__(self, mailbox: Mailbox | None, shown: bool = True):
        self._mailbox, self._shown = mailbox, shown
        self._newest: dict[str, Any] = {}

    @property
    def wanted(self) -> bool:
        """Whether anybody looks."""
        return self._mailbox is not None

    def put(self, name: str, picture: Any) -> None:
        """A new picture: `name` is the mailbox's attribute."""
        self._newest[name] = picture
        if self._shown and self._mailbox is not None:
            setattr(self._mailbox, name, picture)

    def show(self, shown: bool) -> None:
        """Give the mailbox what is here, from now on; or no longer."""
        self._shown = shown
        if shown and self._mailbox is not None:
            for name, picture in list(self._newest.items()):
                setattr(self._mailbox, name, picture)

    def adopt(self, other: Pictures) -> None:
        """Take over what another side looks like."""
        self._newest = dict(other._newest)


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

    def prepare(self, designs: Designs, params: Params, azimuth_rad: float) -> Designs:
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


class RenderPreparation:
    """The loudspeakers' filters.

    The listening room takes seconds: where somebody looks it is computed beside, and until it is there the audition
    stays in free field, or in the room that was before.

    Parameters
    ----------
    delay : int
        Samples by which all filters are late. A design that asks for more gets as much.
    """

    def __init__(self, layout: SpeakerLayout, pictures: Pictures, delay: int):
        self._layout, self._pictures, self._delay = layout, pictures, delay
        self._rooms = RoomThread(layout) if pictures.wanted else None
        self._undrawn: tuple[RenderParams, RenderFilters, RoomPaths | None] | None = None

    def key(self, params: Params, azimuth_rad: float) -> Hashable:
        return render_key(params.render), self._rooms.ready if self._rooms else None

    def prepare(self, designs: Designs, params: Params, azimuth_rad: float) -> Designs:
        render = params.render
        if render_delay(render) > self._delay:
            render = replace(render, delay_ms=1000 * self._delay / RATE_HZ)
        room = self._room(render)
        filters = design_render(self._layout, render, self._delay, room.paths if room and render.room else None)
        if self._pictures.wanted:
            fits = room is not None and room.request.room == listening_room(render)
            self._undrawn = params.render, filters, room if fits else None
        return replace(designs, render=filters)

    def draw(self) -> None:
        """Show the newest filters, if they are not shown yet. That takes as long as their design, and the sound need
        not wait for it."""
        if self._undrawn is None:
            return
        (render, filters, room), self._undrawn = self._undrawn, None
        detail = loudspeaker_detail(self._layout, render, filters)
        if room is not None:
            detail = replace(detail, depth=room_depth(self._layout, filters, room.request.room))
        response = loudspeaker_response(self._layout, filters)
        self._pictures.put("loudspeaker_response", replace(response, detail=detail))

    def adopt(self, other: RenderPreparation) -> None:
        """Take over what another side has prepared and not drawn yet."""
        self._undrawn = other._undrawn

    def _room(self, render: RenderParams) -> RoomPaths | None:
        request = RoomRequest.of(render)
        if self._rooms is not None:
            self._rooms.request(request)
            return self._rooms.ready
        return room_paths(self._layout, request) if render.room else None

    def close(self) -> None:
        if self._rooms is not None:
            self._rooms.close()


def render_delay(params: RenderParams) -> int:
    """Samples by which the filters of these parameters are late."""
    return round(0.001 * params.delay_ms * RATE_HZ)


class NetworkPreparation:
    """The enhancer's network: loaded when its method is first chosen, and kept. Until it is there, and when it
    cannot be loaded, the enhancer goes on with its classical method."""

    def __init__(self, enhancers: tuple[Enhancer, ...]):
        self._enhancers = enhancers

    def key(self, params: Params, azimuth_rad: float) -> Hashable:
        return params.enhance.network

    def prepare(self, designs: Designs, params: Params, azimuth_rad: float) -> Designs:
        network = params.enhance.network
        for enhancer in self._enhancers:
            if network and network not in enhancer.methods:
                try:
                    enhancer.install(network, NetworkGains(enhancer.channels, network))
                except InputError as error:
                    raise NetworkUnusable(f"The network {network} cannot be used: {error}") from error
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
    """

    def __init__(
        self,
        array: MicrophoneArray | None,
        layout: SpeakerLayout | None,
        enhancer: Enhancer | tuple[Enhancer, ...] | None = None,
        mailbox: Mailbox | Pictures | None = None,
        surroundings: Surroundings | None = None,
        render_delay: int = RENDER_DELAY,
    ):
        pictures = mailbox if isinstance(mailbox, Pictures) else Pictures(mailbox)
        self._preparations: list[Preparation] = []
        self.surroundings = surroundings or Surroundings()
        """What is known of talkers and noise around the beam; filled by a `BeamWatch`."""
        if array is not None:
            self._preparations.append(BeamPreparation(array, self.surroundings, pictures))
        if layout is not None:
            self._preparations.append(RenderPreparation(layout, pictures, render_delay))
        if enhancer is not None:
            enhancers = enhancer if isinstance(enhancer, tuple) else (enhancer,)
            self._preparations.append(NetworkPreparation(enhancers))
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

    def request(self, params: Params, azimuth_rad: float, draw: bool = True) -> None:
        """Prepare what changed; `designs` holds the result. Not `draw`: what takes long to be shown is not shown yet.

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
                self.designs = part.prepare(self.designs, params, azimuth_rad)
            except InputError as error:
                failure = failure or error
            finally:  # not before it is made: who takes over the key takes it for made
                self._keys[number] = key
        if draw:
            self.draw()
        if failure is not None:
            raise failure


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
        self._bench.close()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        self._carry_out(self._bench.draw)  # what was prepared before the sound began
        while True:
            self._wake.wait()
            self._wake.clear()
            if self._ended:
                return
            params, azimuth_rad = self._wanted
            self._carry_out(lambda params=params, azimuth_rad=azimuth_rad: self._bench.request(params, azimuth_rad))

    def _carry_out(self, work: Callable[[], None]) -> None:
        try:
            work()
        except NetworkUnusable as error:
            log.warning("%s", error)
            self._report(error.notice)
        except Exception as error:  # a failed design must not end the sound: the filters before go on
            log.exception("design failed")
            self._report(f"These settings could not be designed: {error}")
