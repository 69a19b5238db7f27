"""The simulated room under command: what was changed in its scene outlives a restart of the chain."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from workbench.audio.scene import Scene
from workbench.audio.scene_files import load_scene
from workbench.audio.scene_parts import Talker
from workbench.core.errors import InputError
from workbench.engine.room_steps import RoomState

log = logging.getLogger(__name__)


def is_room(spec: str) -> bool:
    """Whether a source's spec names the simulated room."""
    return spec.partition(":")[0] == "room"


def _own_place(talker: Talker) -> tuple:
    return talker.name, talker.azimuth_deg, talker.distance_m, talker.path


class RoomControl:
    """Keeps the scene while no source holds it, and hears what the source has to say."""

    def __init__(self):
        self._scene: Scene | None = None
        self._changed = False
        self._loaded: tuple[str, Scene | None] = ("", None)
        """A spec and its scene as the file has it: any thread may ask while another one chooses another source."""
        self._dragged: dict[str, tuple[float, float]] = {}
        self._notice = ""

    def scene(self, source: Any, spec: str) -> Scene | None:
        """The scene of a running source, else the one that the next start will play; None without a room."""
        if not is_room(spec):
            return None
        running = getattr(source, "scene", None)
        if running is not None:
            return running
        if self._changed:
            return self._scene
        loaded = self._loaded
        if loaded[0] != spec:
            loaded = self._loaded = (spec, self._load(spec))
        return loaded[1]

    @staticmethod
    def _load(spec: str) -> Scene | None:
        name = spec.partition(":")[2]
        try:
            return load_scene(*([name] if name else []))
        except InputError as error:
            log.info("%s", error)
            return None

    def set_scene(self, source: Any, scene: Scene) -> None:
        """Change the running scene, or what the next start will play. Raises InputError."""
        before = self._now(source)
        if hasattr(source, "set_scene"):
            source.set_scene(scene)
        else:
            self._scene, self._changed = scene, True
        stay = {_own_place(talker) for talker in before.talkers} if before is not None else set()
        kept = {talker.name for talker in scene.talkers if _own_place(talker) in stay}
        self._dragged = {name: place for name, place in self._dragged.items() if name in kept}

    def _now(self, source: Any) -> Scene | None:
        """The running scene, else that of the next start as far as it is known."""
        return getattr(source, "scene", None) or (self._scene if self._changed else self._loaded[1])

    def state(self, source: Any, spec: str) -> RoomState | None:
        """Scene and dragged talkers; None without a room."""
        scene = self.scene(source, spec)
        return None if scene is None else RoomState(scene, dict(self._dragged))

    def put(self, source: Any, state: RoomState) -> None:
        """Make the room like that. Raises InputError."""
        if state.scene != self._now(source):
            self.set_scene(source, state.scene)
        for number, talker in enumerate(state.scene.talkers, start=1):
            wanted, now = state.dragged.get(talker.name), self._dragged.get(talker.name)
            if wanted is None and now is not None:
                self.release_talker(source, number)
            elif wanted is not None and wanted != now:
                self.move_talker(source, number, *wanted)

    def move_talker(self, source: Any, number: int, azimuth_rad: float, distance_m: float) -> None:
        """Put a talker of a running room (numbers from 1) somewhere else. Raises InputError."""
        if hasattr(source, "move_talker"):
            place = source.move_talker(number, azimuth_rad, distance_m)
            self._dragged[source.scene.talkers[number - 1].name] = place

    def release_talker(self, source: Any, number: int) -> None:
        """Let a dragged talker go back. Raises InputError."""
        if hasattr(source, "release_talker"):
            source.release_talker(number)
            self._dragged.pop(source.scene.talkers[number - 1].name, None)

    def edits(self, source: Any, spec: str) -> RoomState | None:
        """What was changed of the scene's file; None where nothing was, or without a room."""
        changed = getattr(source, "edited", False) or self._changed
        return self.state(source, spec) if changed else None

    def forget(self) -> None:
        """Another source was chosen."""
        self._scene, self._changed, self._notice = None, False, ""
        self._loaded = ("", None)
        self._dragged = {}

    def keep(self, source: Any) -> None:
        """The source has been closed: its scene, if changed, is what the next start plays."""
        if getattr(source, "edited", False):
            self._scene, self._changed = source.scene, True
        self._dragged = {}  # they stand there for good now

    def set_aside(self) -> tuple:
        """Another source is tried: what was changed, for `put_back`, if it comes to nothing."""
        edits = self._scene, self._changed, self._notice
        self.forget()
        return edits

    def put_back(self, edits: tuple) -> None:
        """The source from before plays again, as it was changed."""
        self._scene, self._changed, self._notice = edits

    def apply(self, source: Any) -> str:
        """Give a new source, not started yet, the changed scene; why not, if it cannot be (its array is another)."""
        if not self._changed or not hasattr(source, "set_scene"):
            return ""
        try:
            source.set_scene(replace(self._scene, array=source.scene.array, folder=source.scene.folder))
        except InputError as error:
            self.forget()
            return f"The changes to the scene are lost: {error}"
        return ""

    def news(self, source: Any) -> str:
        """What the source has to say, once."""
        notice = getattr(source, "notice", "")
        before, self._notice = self._notice, notice
        return notice if notice != before else ""
