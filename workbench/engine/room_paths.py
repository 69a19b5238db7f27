"""What the headphone audition in a room needs, computed on a thread of its own: paths from the drivers to the ears, and
what of the room the figures of depth hang on. The newest request wins; what was there before stays until it is done.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

import numpy as np

from workbench.core.geometry import SpeakerLayout
from workbench.core.params import RenderParams
from workbench.engine.listening_room import ListeningRoom, prepare_depth
from workbench.engine.room_responses import room_responses
from workbench.render.plants import HeadPose
from workbench.render.renderer import audition_pose

log = logging.getLogger(__name__)


def listening_room(params: RenderParams) -> ListeningRoom:
    """The room of the live parameters. Raises InputError where there is none."""
    return ListeningRoom(rt60_s=params.room_rt60_s, distance_m=params.room_distance_m)


@dataclass(frozen=True)
class RoomRequest:
    """A room, and where the head is if its responses are wanted as well."""

    room: ListeningRoom
    head: HeadPose | None

    @classmethod
    def of(cls, params: RenderParams) -> RoomRequest:
        """What the live parameters need."""
        return cls(listening_room(params), audition_pose(params) if params.room else None)


@dataclass(frozen=True, eq=False)
class RoomPaths:
    """What is ready. `paths` (drivers, 2, taps) float32, or None: the audition is in free field."""

    request: RoomRequest
    paths: np.ndarray | None


def room_paths(layout: SpeakerLayout, request: RoomRequest) -> RoomPaths:
    """Compute, in the calling thread."""
    prepare_depth(layout, request.room)
    paths = None if request.head is None else room_responses(layout, request.room, request.head)
    return RoomPaths(request, paths)


class RoomThread:
    """Computes what is requested beside everything else; `ready` is the newest result, of whatever request."""

    def __init__(self, layout: SpeakerLayout):
        self._layout = layout
        self.ready: RoomPaths | None = None
        self._wanted: RoomRequest | None = None
        self._wake = threading.Event()
        self._ended = False
        self._thread: threading.Thread | None = None

    def request(self, request: RoomRequest) -> None:
        """Ask for a room; never waits. The thread begins with the first request."""
        if request == self._wanted:
            return
        self._wanted = request
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="room responses", daemon=True)
            self._thread.start()
        self._wake.set()

    def close(self) -> None:
        """End the thread, after the room it is at; does not wait for that."""
        self._ended = True
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            if self._ended:
                return
            request = self._wanted
            try:
                self.ready = room_paths(self._layout, request)
            except Exception:  # without its responses the audition goes on as it was
                log.exception("room responses")
