"""The simulated room under command: what was changed in its scene outlives a restart of the chain."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from workbench.audio.scene import Scene
from workbench.audio.scene_files import load_scene
from workbench.core.errors import InputError

log = logging.getLogger(__name__)


def is_room(spec: str) -> bool:
    """Whether a source's spec names the simulated room."""
    return spec.partition(":")[0] == "room"


class RoomControl:
    """Keeps the scene while no source holds it, and hears what the source has to say."""

    def __init__(self):
        self._scene: Scene | None = None
        self._changed = False
        self._notice = ""

    def scene(self, source: Any, spec: str) -> Scene | None:
        """The scene of a running source, else the one that the next start will play; None without a room."""
        if not is_room(spec):
            return None
        running = getattr(source, "scene", None)
        if running is not None:
            return running
        if self._scene is None:
            name = spec.partition(":")[2]
            try:
                self._scene = load_scene(*([name] if name else []))
            except InputError as error:
                log.info("%s", error)
        return self._scene

    def set_scene(self, source: Any, scene: Scene) -> None:
        """Change the running scene, or what the next start will play. Raises InputError."""
        if hasattr(source, "set_scene"):
            source.set_scene(scene)
        else:
            self._scene, self._changed = scene, True

    def forget(self) -> None:
        """Another source was chosen."""
        self._scene, self._changed, self._notice = None, False, ""

    def keep(self, source: Any) -> None:
        """The source has been closed: its scene, if changed, is what the next start plays."""
        if getattr(source, "edited", False):
            self._scene, self._changed = source.scene, True

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
