"""The source while it plays: a place in a file, the simulated room and its talkers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.audio.scene import Scene
from workbench.audio.scene_files import save_scene
from workbench.engine.session.state import SessionState


class SourceCommands(SessionState):
    """What is done to the source while it plays."""

    def seek(self, time_s: float) -> None:
        """Go on from another place of a file or recorded session. Raises InputError: the source is something else."""
        self.transport.seek(time_s)

    def move_talker(self, number: int, azimuth_rad: float, distance_m: float) -> None:
        """Put a talker of the simulated room (numbers from 1) somewhere else."""
        self._on_source("move_talker", number, azimuth_rad, distance_m)

    @property
    def room_scene(self) -> Scene | None:
        """The simulated room's scene as it was chosen and changed since; None with another source."""
        assembly = self._assembly
        return self._room.scene(assembly.runner.source if assembly else None, self._structure.source)

    def set_room_scene(self, scene: Scene) -> None:
        """Change the simulated room while it plays (or before it does). Raises InputError."""
        assembly = self._assembly
        self._room.set_scene(assembly.runner.source if assembly else None, scene)

    @property
    def room_notice(self) -> str:
        """What the running room has to say, such as a reverberation time that cannot be had; else empty."""
        assembly = self._assembly
        return getattr(assembly.runner.source, "notice", "") if assembly else ""

    def release_talkers(self) -> None:
        """Everybody who was dragged goes back to the own path."""
        scene = self.room_scene
        for number in range(1, len(scene.talkers) + 1 if scene else 1):
            self._on_source("release_talker", number)

    def save_room_scene(self, path: str | Path) -> None:
        """Write the scene as it is now, with everybody where they were dragged; what goes wrong is said in health."""

        def save() -> None:
            assembly = self._assembly
            source = assembly.runner.source if assembly else None
            scene = source.scene_now() if hasattr(source, "scene_now") else self.room_scene
            if scene is None:
                return
            save_scene(replace(scene, name=Path(path).stem), path)
            self._say(f"Saved {Path(path).name}")

        self._commands.put(save)

    def _on_source(self, method: str, *arguments: Any) -> None:
        assembly = self._assembly
        call = getattr(assembly.runner.source, method, None) if assembly else None
        if call is not None:
            call(*arguments)
