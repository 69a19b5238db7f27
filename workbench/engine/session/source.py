"""The source while it plays: a place in a file, the simulated room and its talkers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.audio.scene import Scene
from workbench.audio.scene_files import save_scene
from workbench.core.errors import InputError
from workbench.engine.room_steps import RoomState, put_back, room_label
from workbench.engine.session.state import SessionState


class SourceCommands(SessionState):
    """What is done to the source while it plays."""

    def seek(self, time_s: float) -> None:
        """Go on from another place of a file or recorded session. Raises InputError: the source is something else."""
        self.transport.seek(time_s)

    def move_talker(self, number: int, azimuth_rad: float, distance_m: float, gesture: object | None = None) -> None:
        """Put a talker of the simulated room (numbers from 1) somewhere else; one `gesture` is one undo step."""
        self._change_room(lambda source: self._room.move_talker(source, number, azimuth_rad, distance_m), gesture)

    @property
    def room_scene(self) -> Scene | None:
        """The simulated room's scene as it was chosen and changed since; None with another source."""
        return self._room.scene(self._running_source, self._structure.source)

    def set_room_scene(self, scene: Scene, gesture: object | None = None) -> None:
        """Change the simulated room while it plays (or before it does); one `gesture` is one undo step.

        Raises
        ------
        InputError
            The room cannot be like that; nothing was changed.
        """
        self._change_room(lambda source: self._room.set_scene(source, scene), gesture)

    def _change_room(self, change: Callable[[Any], None], gesture: object | None) -> None:
        source, spec = self._running_source, self._structure.source
        before = self._room.state(source, spec)
        change(source)
        after = self._room.state(source, spec)
        label = room_label(before, after) if before is not None and after is not None else ""
        if label:
            self._history.note_room(label, before, after, gesture)

    def _put_room_back(self, now: RoomState | None, wanted: RoomState | None) -> None:
        """A step that changed the room, or left it, is undone or done again; the commands before this have happened."""

        def change() -> None:
            source = self._running_source
            current = self._room.state(source, self._structure.source)
            if wanted is None or current is None:
                return
            try:
                self._room.put(source, wanted if now is None else put_back(current, now, wanted))
            except InputError as error:
                self._complain(f"The simulated room stays as it is: {error}")

        self._commands.put(change)

    @property
    def room_notice(self) -> str:
        """What the running room has to say, such as a reverberation time that cannot be had; else empty."""
        return getattr(self._running_source, "notice", "")

    def release_talkers(self) -> None:
        """Everybody who was dragged goes back to the own path."""
        scene = self.room_scene

        def release(source: Any) -> None:
            for number in range(1, len(scene.talkers) + 1 if scene else 1):
                self._room.release_talker(source, number)

        self._change_room(release, None)

    def save_room_scene(self, path: str | Path) -> None:
        """Write the scene as it is now, with everybody where they were dragged; what goes wrong is said in health."""

        def save() -> None:
            source = self._running_source
            scene = source.scene_now() if hasattr(source, "scene_now") else self.room_scene
            if scene is None:
                return
            save_scene(replace(scene, name=Path(path).stem), path)
            self._say(f"Saved {Path(path).name}")

        self._commands.put(save)
