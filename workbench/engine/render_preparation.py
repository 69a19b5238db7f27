"""The loudspeakers' filters of a live chain: drafted while a slider is dragged, designed when it rests, and drawn."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

from workbench.core.geometry import SpeakerLayout
from workbench.core.messages import LoudspeakerResponse
from workbench.core.params import Params, RenderParams
from workbench.dsp.bands import RATE_HZ
from workbench.engine.chain import Designs
from workbench.engine.design_process import DesignProcess
from workbench.engine.design_server import Task, picture
from workbench.engine.listening_room import room_depth
from workbench.engine.pictures import Pictures
from workbench.engine.room_paths import RoomPaths, RoomRequest, RoomThread, listening_room, room_paths
from workbench.render.effort import EXACT, Effort, Outdated
from workbench.render.renderer import RenderFilters, design_render, render_key

REST_S = 0.15
"""A slider that has not moved for so long is no longer dragged: the design itself takes the place of its draft."""


class Wish:
    """The newest request: parameters, and the beam's azimuth in radians. Whoever computes for one before it looks here
    whether that is still wanted."""

    __slots__ = ("newest",)

    def __init__(self, params: Params, azimuth_rad: float):
        self.newest = params, azimuth_rad


@dataclass(frozen=True)
class _Undrawn:
    """Filters that nobody has seen yet; with their picture, where that was made along with them."""

    params: RenderParams
    filters: RenderFilters
    room: RoomPaths | None
    picture: LoudspeakerResponse | None


class RenderPreparation:
    """The loudspeakers' filters.

    The listening room takes seconds: where somebody looks it is computed beside, and until it is there the audition
    stays in free field, or in the room that was before. On a thread of its own every change is drafted first, so that
    pictures and sound follow a slider that is dragged; the design itself follows when it rests.

    Parameters
    ----------
    delay : int
        Samples by which all filters are late. A design that asks for more gets as much.
    clock : gives seconds
    process : makes what is designed while sound runs; None: that is made here as well
    """

    def __init__(
        self,
        layout: SpeakerLayout,
        pictures: Pictures,
        delay: int,
        clock: Callable[[], float] = time.monotonic,
        process: DesignProcess | None = None,
    ):
        self._layout, self._pictures, self._delay, self._clock = layout, pictures, delay, clock
        self._process, self._pickled = process, pickle.dumps(layout) if process is not None else b""
        self._rooms = RoomThread(layout) if pictures.wanted else None
        self._undrawn: _Undrawn | None = None
        self._drafted: Params | None = None
        self._moved_s = 0.0
        self._newest: RenderParams | None = None

    def key(self, params: Params, azimuth_rad: float) -> Hashable:
        return render_key(params.render), self._rooms.ready if self._rooms else None

    def prepare(self, designs: Designs, params: Params, azimuth_rad: float, wish: Wish | None = None) -> Designs:
        key = render_key(params.render)
        draft = wish is not None and key != self._newest  # another room alone changes no filters that were designed
        self._newest = key
        effort = Effort(draft=True) if draft else self._while_wanted(wish)
        made = self._designed(designs, params.render, effort, beside=draft or self._has_process)
        self._drafted, self._moved_s = (params, self._clock()) if draft else (None, 0.0)
        return made

    @property
    def _has_process(self) -> bool:
        """Whether there is a design process already: one is not started for a room that has become ready."""
        return self._process is not None and self._process.running

    @property
    def rest_s(self) -> float | None:
        """In how many seconds the design itself is due, from 0; None where nothing is left to do."""
        return None if self._drafted is None else max(0.0, self._moved_s + REST_S - self._clock())

    def finish(self, designs: Designs, wish: Wish) -> Designs:
        """The design itself in the place of its draft. Raises InputError, and Outdated: then it is still to be done."""
        drafted, self._drafted = self._drafted, None
        if drafted is None:
            return designs
        try:
            return self._designed(designs, drafted.render, self._while_wanted(wish), beside=True)
        except Outdated:
            self._drafted = drafted
            raise

    def _designed(self, designs: Designs, asked: RenderParams, effort: Effort, beside: bool) -> Designs:
        """`beside`: on a thread of its own, where a process of its own may make them."""
        render = asked
        if render_delay(render) > self._delay:
            render = replace(render, delay_ms=1000 * self._delay / RATE_HZ)
        room = self._room(render)
        paths = room.paths if room and render.room else None
        drawn_in = room if room is not None and room.request.room == listening_room(render) else None
        response = None
        task = Task(
            *(self._pickled, render, asked, self._delay, paths, effort.draft),
            room=drawn_in.request.room if drawn_in is not None else None,
        )
        if beside and self._process is not None and (made := self._process.design(task, effort)) is not None:
            filters, response = made
        else:
            filters = design_render(self._layout, render, self._delay, paths, effort)
        if self._pictures.wanted:
            self._undrawn = _Undrawn(asked, filters, drawn_in, response)
        return replace(designs, render=filters)

    def _while_wanted(self, wish: Wish | None) -> Effort:
        """The design itself, as long as nobody wishes for other ones than were asked for last."""
        if wish is None:
            return EXACT
        asked, seen = self._newest, None

        def outdated() -> bool:
            nonlocal seen
            render = wish.newest[0].render
            if render is seen or render_key(render) == asked:
                seen = render
                return False
            return True

        return Effort(outdated=outdated)

    def draw(self) -> None:
        """Show the newest filters, if they are not shown yet. That may take as long as their design, and the sound need
        not wait for it."""
        if self._undrawn is None:
            return
        new, self._undrawn = self._undrawn, None
        response = new.picture or picture(self._layout, new.params, new.filters)
        if new.room is not None and response.detail.depth is None:
            depth = room_depth(self._layout, new.filters, new.room.request.room)
            response = replace(response, detail=replace(response.detail, depth=depth))
        self._pictures.put("loudspeaker_response", response)

    def adopt(self, other: RenderPreparation) -> None:
        """Take over what another side has prepared and not drawn yet."""
        self._undrawn, self._newest = other._undrawn, other._newest

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
