"""The simulated room in the window: its panel, its plan, and the scenes that can be opened and saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from workbench.audio.scene_files import DEFAULT_SCENE
from workbench.core.resources import resource
from workbench.ui.bridge import Bridge
from workbench.ui.dialogs import SourcePanel
from workbench.ui.file_asker import FileAsker
from workbench.ui.room_panel import RoomPanel
from workbench.ui.room_plan import PlanPanel
from workbench.ui.structure_choices import scene_choices

ROOM_TIP = "Talkers, noises, size and reverberation of the simulated room, while it plays"


def walls_xy_m(scene) -> np.ndarray:
    """Corners (4, 2) of a scene's room as seen from its array."""
    (length, width, _), (x, y, _) = scene.size_m, scene.array_xyz_m
    return np.array([[-x, -y], [length - x, -y], [length - x, width - y], [-x, width - y]])


class RoomControl(QObject):
    """The room's panels, tied to the bridge.

    Parameters
    ----------
    window : QWidget
        Over which the panels float.
    bridge : Bridge
    source_panel : SourcePanel
        Gets a button that opens the room's panel.
    below : QWidget
        Below which the room's panel opens.
    space : QWidget
        The map, which shows the walls.
    folder : Path
        Of a person's own scenes.
    asker : FileAsker
    toggle : callable
        `toggle(panel, below)` opens or closes a panel.
    choose_source : callable
        Takes a scene as the source.
    """

    def __init__(
        self,
        window: QWidget,
        bridge: Bridge,
        source_panel: SourcePanel,
        below: QWidget,
        space: QWidget,
        folder: Path,
        asker: FileAsker,
        toggle: Callable,
        choose_source: Callable[[str], None],
    ):
        super().__init__(window)
        self.bridge, self.folder, self._below = bridge, folder, below
        self._source_panel, self._space, self._asker, self._toggle = source_panel, space, asker, toggle
        self.button = source_panel.add_footer_button("Change the room…", self.show)
        self.button.setToolTip(ROOM_TIP)
        self.panel = RoomPanel(window, tuple(sorted(path.stem for path in resource("voices").glob("*.flac"))))
        self.plan_panel = PlanPanel(window)
        self.panel.scene_changed.connect(bridge.set_room_scene)
        self.panel.scene_chosen.connect(choose_source)
        self.panel.save_wanted.connect(self.save)
        self.panel.release_wanted.connect(bridge.release_talkers)
        self.panel.plan_wanted.connect(self.show_plan)
        self.panel.refused.connect(bridge.failed)
        self.plan_panel.scene_changed.connect(bridge.set_room_scene)
        self.plan_panel.refused.connect(bridge.failed)
        bridge.room_changed.connect(self._on_room)

    def _on_room(self, scene, notice: str) -> None:
        self.button.setEnabled(scene is not None)
        self.panel.show_scene(scene)
        self.plan_panel.show_scene(scene)
        self.panel.show_notice(notice)
        self._space.set_room(None if scene is None else walls_xy_m(scene))

    def show(self) -> None:
        """Open the panel of the simulated room, or close it."""
        self._source_panel.dismiss()
        source = self.bridge.session.source_spec
        self.panel.set_scenes(scene_choices(self.folder), f"room:{DEFAULT_SCENE}" if source == "room" else source)
        self._toggle(self.panel, self._below)

    def show_plan(self) -> None:
        """Open the plan of the room, or close it."""
        self._toggle(self.plan_panel)

    def save(self) -> None:
        """Ask for a file and save the simulated room as it is now."""
        self.folder.mkdir(parents=True, exist_ok=True)
        scenes = "Scenes (*.toml);;All files (*)"
        self._asker.ask_file("Save the scene", scenes, self.bridge.save_room_scene, True, "toml", self.folder)
