"""The simulated room as a source: moving talkers and noises, heard by an array, changed while they play.

`RoomSource` runs a `RoomRenderer` ahead of time in a thread of its own, so that `read` only takes what is ready; a
helper thread prepares what the renderer will need: late reflections, and settings of a changed scene.
"""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from workbench.audio.protocols import HOP, RATE_HZ
from workbench.audio.room_paths import CHUNK, cell_of
from workbench.audio.room_renderer import Chunk, RoomRenderer, Setting, prepare
from workbench.audio.scene import Scene, array_radius_m, nearest_place, resized
from workbench.audio.scene_files import load_scene
from workbench.audio.scene_parts import Noise, Talker
from workbench.core.errors import EarshotError, InputError
from workbench.core.messages import Block, frozen

log = logging.getLogger(__name__)

_AHEAD_HOPS = 20
_PATIENCE_S = 0.6
_AT_ONCE_S = 0.4
"""Late reflections of a changed room that are ready so soon come with it; the others follow."""


class RoomSource:
    """The simulated room as a `Source`; see workbench.audio.protocols.

    `read` gives blocks that carry their ground truth and the first talker's direct sound at the array's centre.

    Everything that changes the scene may be called from any thread at any time, also before `start`, and returns at
    once: it checks what is asked for (InputError: nothing has changed), and is heard when the helper has prepared
    it, after what is already rendered (0.2 s at most), over 50 ms. `scene` is what has been asked for.

    Parameters
    ----------
    scene : Scene, or the name or path of one; the default scene if None
    patience_s : float or None
        How long a start may wait for late reflections; those that are not computed by then join when they are.
        None: it waits for all of them, also on the way, and the sound is the same each time whatever the machine
        has to do.
    """

    live = False
    latency_samples = 0
    dropped_samples = 0
    server_dropouts = 0

    def __init__(self, scene: Scene | str | None = None, patience_s: float | None = _PATIENCE_S):
        self._scene = scene if isinstance(scene, Scene) else load_scene(*([scene] if scene else []))
        self.array = self._scene.load_array()
        self._radius_m = array_radius_m(self.array)
        self._patience_s = patience_s
        self.channels = self.array.mics
        self.channel_names = tuple(f"Mic {number}" for number in range(1, self.channels + 1))
        self.finished = False
        self.edited = False
        """Whether anything differs from the scene that was given."""
        self._renderer: RoomRenderer | None = None
        self._setting: Setting | None = None
        self._threads: list[threading.Thread] = []
        self._closing = False
        self._ready = threading.Condition()
        self._blocks: deque[Block] = deque()
        self._failure: Exception | None = None
        self._requests: deque[Callable[[RoomRenderer], None]] = deque(maxlen=1000)
        self._scene_lock = threading.Lock()
        self._complaint = ""

    @property
    def name(self) -> str:
        """What the window calls it."""
        return f"Simulated room: {self._scene.name}"

    @property
    def scene(self) -> Scene:
        """The scene as it was given and changed since; who was dragged still has the old place in it."""
        return self._scene

    @property
    def notice(self) -> str:
        """What the person should know about the scene: a reverberation time that cannot be had, a change refused."""
        setting = self._setting
        return self._complaint or (setting.acoustics.room.notice if setting else "")

    @property
    def setting(self) -> Setting | None:
        """The truth about what is played, with the real microphones; None before the start."""
        return self._setting

    def start(self) -> None:
        """Load voices, compute the first responses and begin to render.

        Raises
        ------
        InputError
            A voice, array or room of the scene that cannot be used.
        """
        if self._threads:
            return
        self._setting = prepare(self._scene)
        self._closing, self._failure = False, None
        self._blocks.clear()
        helper = threading.Thread(target=self._help, name="room-late", daemon=True)
        if self._patience_s is not None:
            lates = self._setting.acoustics.lates
            lates.hurry(self._patience_s)
            lates.want(self._cells(self._setting.scene))
            helper.start()
        try:
            self._renderer = RoomRenderer(self._setting)
        except BaseException:
            self._threads = [helper]
            self.close()
            raise
        if self._patience_s is None:
            helper.start()
        player = threading.Thread(target=self._run, name="room", daemon=True)
        player.start()
        self._threads = [player, helper]

    @staticmethod
    def _cells(scene: Scene) -> list:
        points = [*scene.talkers, *(noise for noise in scene.noises if noise.field == "point")]
        return [cell_of((math.radians(point.azimuth_deg), point.distance_m, point.height_m)) for point in points]

    def _run(self) -> None:
        index = 0
        renderer = self._renderer
        try:
            while True:
                with self._ready:
                    self._ready.wait_for(lambda: self._closing or self._requests or self._room_for_more())
                if self._closing:
                    return
                while self._requests:
                    self._requests.popleft()(renderer)
                if not self._room_for_more():
                    continue
                blocks = self._cut(renderer.render(), index)
                index += CHUNK
                with self._ready:
                    self._blocks.extend(blocks)
                    self._ready.notify_all()
        except Exception as failure:  # whatever it is, the reader must learn of it
            log.exception("the simulated room stopped")
            with self._ready:
                self._failure = failure
                self._ready.notify_all()

    def _room_for_more(self) -> bool:
        return len(self._blocks) <= _AHEAD_HOPS - CHUNK // HOP

    def _ask(self, request: Callable[[RoomRenderer], None]) -> None:
        """Have the rendering thread do something between two chunks."""
        with self._ready:
            self._requests.append(request)
            self._ready.notify_all()

    def _help(self) -> None:
        """Keep up with the scene that is wanted, and compute late reflections."""
        while not self._closing:
            wanted, setting = self._scene, self._setting
            if wanted is setting.scene:
                setting.acoustics.lates.fetch(timeout_s=0.1)
                continue
            try:
                prepared = prepare(wanted, setting)
                self._complaint = ""
            except InputError as error:
                log.warning("%s", error)
                with self._scene_lock:
                    if self._scene is wanted:
                        self._scene = setting.scene
                self._complaint = str(error)  # now that it stays as it was
                continue
            if prepared.acoustics is not setting.acoustics:
                self._get_ready(prepared)
            self._setting = prepared
            self._ask(lambda renderer, prepared=prepared: renderer.change(prepared))

    def _get_ready(self, prepared: Setting) -> None:
        """Compute late reflections of a new room for where everybody is, within limits."""
        lates = prepared.acoustics.lates
        renderer = self._renderer
        if renderer is not None:
            places = [(*talker.place, talker.talker.height_m) for talker in list(renderer.talkers)]
            lates.want([cell_of(place) for place in places])
        lates.want(self._cells(prepared.scene))
        lates.work(_AT_ONCE_S)
        lates.hurry(0.0)

    @staticmethod
    def _cut(chunk: Chunk, index: int) -> list[Block]:
        blocks = []
        for hop, truth in enumerate(chunk.truth):
            span = slice(hop * HOP, (hop + 1) * HOP)
            blocks.append(
                Block(
                    samples=frozen(chunk.samples[:, span].copy()),
                    index=index + hop * HOP,
                    time_s=(index + hop * HOP) / RATE_HZ,
                    truth=truth,
                    clean=None if chunk.clean is None else frozen(chunk.clean[span].copy()),
                )
            )
        return blocks

    def read(self, timeout_s: float) -> Block | None:
        """The next hop, or None when none was ready in time.

        Raises
        ------
        EarshotError
            Rendering has failed.
        """
        with self._ready:
            self._ready.wait_for(lambda: self._blocks or self._failure or self._closing, timeout_s)
            if self._blocks:
                block = self._blocks.popleft()
                if len(self._blocks) == _AHEAD_HOPS - CHUNK // HOP:
                    self._ready.notify_all()
                return block
            if self._failure is not None:
                raise EarshotError(f"the simulated room stopped: {self._failure}") from self._failure
            return None

    def close(self) -> None:
        """Stop and free everything; may be called twice. The scene stays, as it then is."""
        with self._ready:
            self._closing = True
            self._ready.notify_all()
        if self._setting is not None:
            self._setting.acoustics.lates.wake()
        for thread in self._threads:
            thread.join()
        self._threads = []
        renderer, self._renderer = self._renderer, None
        if renderer is not None and self._failure is None:
            while self._requests:
                self._requests.popleft()(renderer)
            if any(talker.motion.held for talker in renderer.talkers):
                self._scene = renderer.scene_now()
        self._setting = None
        self._requests.clear()
        self._blocks.clear()

    # ---- changes -------------------------------------------------------------------------------------------

    def set_scene(self, scene: Scene) -> None:
        """Go over to another scene with as many microphones.

        Who has the same name goes on talking; who is new fades in; who is not there any more fades out.
        """
        if scene.array != self._scene.array and scene.load_array().mics != self.channels:
            raise InputError(
                f"scene {scene.name}: its array has another number of microphones; choose it as the source"
            )
        with self._scene_lock:
            self._take(scene)

    def _take(self, scene: Scene) -> None:
        self._scene = scene
        self.edited = True
        self.array = scene.load_array()
        setting = self._setting
        if setting is not None:
            setting.acoustics.lates.wake()

    def _change(self, **changes) -> None:
        with self._scene_lock:
            self._take(replace(self._scene, **changes))

    def _number(self, number: int) -> int:
        if not 1 <= number <= len(self._scene.talkers):
            raise InputError(f"talker {number}: the scene {self._scene.name} has {len(self._scene.talkers)}")
        return number - 1

    def _request(self, number: int, action: Callable) -> None:
        name = self._scene.talkers[self._number(number)].name

        def find(renderer: RoomRenderer) -> None:
            for talker in renderer.talkers:
                if talker.talker.name == name:
                    action(talker)

        self._ask(find)
        self.edited = True

    def move_talker(self, number: int, azimuth_rad: float, distance_m: float) -> tuple[float, float]:
        """Drag talker `number` (from 1): it leaves its path and walks to the place, or the nearest that there is.

        Returns
        -------
        azimuth_rad, distance_m : float
            The place used: in the room and off the array.
        """
        if not (math.isfinite(azimuth_rad) and math.isfinite(distance_m)):
            raise InputError(f"talker {number}: cannot stand at azimuth {azimuth_rad}, distance {distance_m}")
        self._request(number, lambda talker: talker.motion.drag(azimuth_rad, distance_m))
        scene = self._scene
        return nearest_place(scene.size_m, scene.array_xyz_m, azimuth_rad, distance_m, self._radius_m)

    def release_talker(self, number: int) -> None:
        """Let a dragged talker return to its path."""
        self._request(number, lambda talker: talker.motion.release())

    def set_talker(self, number: int, **changes) -> None:
        """Change fields of a talker: `level_db`, `muted`, `voice`, `walking`, `path`, `azimuth_deg`, …"""
        at = self._number(number)
        talkers = list(self._scene.talkers)
        talkers[at] = replace(talkers[at], **changes)
        self._change(talkers=tuple(talkers))

    def add_talker(self, voice: str, azimuth_rad: float, distance_m: float, name: str | None = None) -> int:
        """Somebody more, who stands at the place or the nearest that there is; its number."""
        with self._scene_lock:
            scene = self._scene
            azimuth_rad, distance_m = scene.nearest_place(azimuth_rad, distance_m, self._radius_m)
            taken = {talker.name for talker in scene.talkers}
            base = name or voice.rpartition("/")[2].partition(".")[0].capitalize()
            names = [base, *(f"{base} {number}" for number in range(2, len(taken) + 3))]
            name = next(name for name in names if name not in taken)
            talker = Talker(name, voice, math.degrees(azimuth_rad), distance_m, pause_s=1.0)
            self._take(replace(scene, talkers=(*scene.talkers, talker)))
            return len(scene.talkers) + 1

    def remove_talker(self, number: int) -> None:
        """Talker `number` leaves; those behind it move up."""
        at = self._number(number)
        self._change(talkers=(*self._scene.talkers[:at], *self._scene.talkers[at + 1 :]))

    def set_noises(self, noises: tuple[Noise, ...]) -> None:
        """Other noises, or the same at another level or place."""
        self._change(noises=tuple(noises))

    def set_room(self, size_m: tuple[float, float, float] | None = None, rt60_s: float | None = None) -> None:
        """A room of another size (the array in proportion, everybody at the nearest place) or reverberation time."""
        with self._scene_lock:
            scene = self._scene if size_m is None else resized(self._scene, size_m)
            self._take(scene if rt60_s is None else replace(scene, rt60_s=rt60_s))

    def set_paused(self, paused: bool) -> None:
        """All talkers stand still (and go on speaking), or walk on."""
        self._ask(lambda renderer: setattr(renderer, "paused", paused))

    def scene_now(self, timeout_s: float = 2.0) -> Scene:
        """The scene with everybody where a hand has put them, for saving: it then begins as it sounds now."""
        if self._renderer is None:
            return self._scene
        answered, answer = threading.Event(), []

        def ask(renderer: RoomRenderer) -> None:
            answer.append(renderer.scene_now())
            answered.set()

        self._ask(ask)
        if not answered.wait(timeout_s):
            raise EarshotError("the simulated room did not answer in time")
        return answer[0]
