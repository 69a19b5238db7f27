"""The panel of the simulated room: who talks, what hums, how large and how hard the room is, how good the microphones.

It shows a `Scene` and emits changed ones; what a change does to the sound is the engine's affair.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.audio.scene import Scene, array_radius_m, resized
from workbench.audio.scene_parts import NOISE_KINDS, Mismatch, Noise, Talker
from workbench.core.errors import InputError
from workbench.ui import theme
from workbench.ui.controls import ChoiceRow, SliderRow, rule
from workbench.ui.dialogs import FloatPanel
from workbench.ui.microphone_buttons import MicrophoneButtons
from workbench.ui.overlay_scroll import OverlayScroll
from workbench.ui.room_entries import MISMATCH_ENTRIES, ROOM_ENTRIES
from workbench.ui.room_rows import NoiseRow, PartRows, RoomSlider, TalkerRow
from workbench.ui.theme import Tokens

WIDTH = 540
MOST_TALKERS, MOST_NOISES = 4, 4
"""As many talkers as tracks have colours; a file may hold more."""
NEW_PLACES_DEG = (45.0, -45.0, 135.0, -135.0, 0.0)
NEW_DISTANCE_M = 1.4
HEAD_AND_FOOT = 36 + 45 + 4
CUSTOM = "custom"


def _plain_button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setFont(theme.font(12))
    button.setFixedHeight(28)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return button


def _set_wrapped(label: QLabel, text: str) -> None:
    """Text in as many lines as the panel's width needs; Qt would keep room for a narrower one."""
    label.setText(text)
    label.setFixedHeight(max(0, label.heightForWidth(WIDTH - 2)))


class RoomPanel(FloatPanel):
    """See the module. `show_scene` shows; the signals tell what a person wants."""

    scene_changed = Signal(object, str)
    """The Scene as a person has made it, gesture."""
    scene_chosen = Signal(str)
    """The name or path of another scene."""
    save_wanted = Signal()
    release_wanted = Signal()
    plan_wanted = Signal()
    refused = Signal(str)

    def __init__(self, window: QWidget, voices: tuple[str, ...]):
        super().__init__("Simulated room", WIDTH, window)
        self.scene: Scene | None = None
        self._array_name, self._mics, self._radius_m = "", 0, 0.0
        self._voices = tuple((voice, voice.capitalize()) for voice in voices)
        self._column = QVBoxLayout()
        self._column.setContentsMargins(0, 0, 0, 8)
        self._column.setSpacing(0)
        content = QWidget()
        content.setLayout(self._column)
        self.content = content
        self.scroll = OverlayScroll()
        self.scroll.setWidget(content)
        self.body.addWidget(self.scroll, 1)

        self.scene_row = ChoiceRow("scene", "Scene", ())
        self.scene_row.chooser.setToolTip("Another scene, shipped or saved; what was changed here is left behind")
        self.scene_row.edited.connect(lambda _path, name, _gesture: self._on_scene_chosen(name))
        self.description = QLabel()
        self.description.setFont(theme.font(11))
        self.description.setProperty("tone", "3")
        self.description.setWordWrap(True)
        self.description.setContentsMargins(19, 2, 12, 8)
        self.notice = QLabel()
        self.notice.setFont(theme.font(12))
        self.notice.setProperty("tone", "warning")
        self.notice.setWordWrap(True)
        self.notice.setContentsMargins(19, 2, 12, 6)
        self.notice.hide()
        self._column.addWidget(self.scene_row)
        self._column.addWidget(self.description)

        self.add_talker = _plain_button("Add", "Add a talker")
        self.add_talker.clicked.connect(self._add_talker)
        self.talker_note = self._section("Talkers", self.add_talker, "drag them on the map")
        self._captions((("Voice", 112), ("Level", 218), ("Speaks", 412), ("Walks", 458)))
        self.talkers = PartRows()
        self._column.addWidget(self.talkers)

        self.add_noise = _plain_button("Add", "Add a noise")
        self.add_noise.clicked.connect(self._add_noise)
        self.noise_note = self._section("Noises", self.add_noise, "first talker over noise, at the array")
        self.noises = PartRows()
        self._column.addWidget(self.noises)

        self._section("Room", None, "heard 50 ms after it is computed")
        self.room_rows = [RoomSlider(entry) for entry in ROOM_ENTRIES]
        for row in self.room_rows:
            self._add_slider(row, self._on_room)
        self._column.addWidget(self.notice)

        self.mend = _plain_button("Mend", "Make all microphones perfect")
        self.mend.clicked.connect(lambda: self._change(mismatch=Mismatch()))
        self._section("Microphones", self.mend, "errors drawn from the scene's seed")
        self.mismatch_rows = [RoomSlider(entry) for entry in MISMATCH_ENTRIES]
        for row in self.mismatch_rows:
            self._add_slider(row, self._on_mismatch)
        self._column.addSpacing(4)
        self.microphones = MicrophoneButtons()
        self.microphones.changed.connect(
            lambda dead, inverted: self._change(mismatch=replace(self.scene.mismatch, dead=dead, inverted=inverted))
        )
        self._column.addWidget(self.microphones)
        self._column.addStretch(1)

        self.body.addWidget(rule())
        footer = QHBoxLayout()
        footer.setContentsMargins(12, 8, 12, 8)
        footer.setSpacing(8)
        self.save_button = _plain_button("Save scene…", "Save the scene with everybody where they are now")
        self.save_button.clicked.connect(self.save_wanted)
        self.release_button = _plain_button("Back to their paths", "Let dragged talkers go back to their paths")
        self.release_button.clicked.connect(self.release_wanted)
        footer.addWidget(self.save_button)
        footer.addWidget(self.release_button)
        self.plan_button = _plain_button("Plan…", "Edit places and ways on a plan of the room")
        self.plan_button.clicked.connect(self.plan_wanted)
        footer.addWidget(self.plan_button)
        footer.addStretch(1)
        self.body.addLayout(footer)

    # ---- building --------------------------------------------------------------------------------------------

    def _section(self, title: str, button: QPushButton | None, note: str) -> QLabel:
        self._column.addWidget(rule())
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 12, 4)
        heading = QLabel(title)
        heading.setFont(theme.font(13, 600))
        faint = QLabel(note)
        faint.setFont(theme.font(11))
        faint.setProperty("tone", "3")
        head.addWidget(heading)
        head.addSpacing(6)
        head.addWidget(faint)
        head.addStretch(1)
        if button is not None:
            head.addWidget(button)
        else:
            head.addSpacing(1)
            heading.setFixedHeight(28)
        self._column.addLayout(head)
        return faint

    def _captions(self, captions: tuple[tuple[str, int], ...]) -> None:
        line = QWidget()
        line.setFixedHeight(16)
        for text, x in captions:
            label = QLabel(text, line)
            label.setFont(theme.font(11))
            label.setProperty("tone", "3")
            label.move(x, 0)
        self._column.addWidget(line)

    def _add_slider(self, row: SliderRow, action) -> None:
        row.setToolTip(row.entry.knob.help)
        row.edited.connect(lambda path, value, gesture: action(path, float(value), gesture))
        row.reset_requested.connect(lambda path, row=row: action(path, float(row.entry.default), ""))
        row.refused.connect(self.refused)
        self._column.addWidget(row)

    # ---- what is shown ---------------------------------------------------------------------------------------

    def apply_theme(self, tokens: Tokens) -> None:
        super().apply_theme(tokens)
        for row in (*self.talkers.rows, *self.noises.rows):
            row.apply_theme(tokens)

    def eventFilter(self, watched, event):
        return False  # who drags a talker on the map beside the panel does not mean to close it

    def sizeHint(self) -> QSize:
        self._column.activate()
        return QSize(WIDTH, self._column.totalHeightForWidth(WIDTH - 2) + HEAD_AND_FOOT)

    def set_scenes(self, choices: tuple[tuple[str, str], ...], current: str) -> None:
        """The scenes to choose from: (name or path, label)."""
        self.scene_row.chooser.set_choices(choices)
        self.scene_row.set_value(current)

    def show_notice(self, text: str) -> None:
        """What the room has to say, such as a reverberation time that cannot be had."""
        _set_wrapped(self.notice, text)
        self.notice.setVisible(bool(text))
        if self.isVisible():
            self.place()

    def show_scene(self, scene: Scene | None) -> None:
        """Show a scene; None: the source is no room."""
        self.scene = scene
        self.content.setEnabled(scene is not None)
        self.save_button.setEnabled(scene is not None)
        self.release_button.setEnabled(scene is not None)
        if scene is None:
            self.note.setText("another source is in use")
            return
        self.note.setText(scene.name)
        _set_wrapped(self.description, scene.description)
        grown = self.talkers.show_parts([talker.name for talker in scene.talkers], scene.talkers, self._talker_row)
        grown |= self.noises.show_parts(list(range(len(scene.noises))), scene.noises, self._noise_row)
        self.add_talker.setEnabled(len(scene.talkers) < MOST_TALKERS)
        self.add_noise.setEnabled(len(scene.noises) < MOST_NOISES)
        for row, value in zip(self.room_rows, (*scene.size_m, scene.rt60_s), strict=True):
            row.set_value(value)
        for row in self.mismatch_rows:
            row.set_value(getattr(scene.mismatch, row.path))
        if scene.array != self._array_name:
            array = scene.load_array()
            self._array_name, self._mics, self._radius_m = scene.array, array.mics, array_radius_m(array)
        self.microphones.show_state(self._mics, scene.mismatch.dead, scene.mismatch.inverted)
        self.mend.setEnabled(scene.mismatch != Mismatch())
        if grown and self.isVisible():
            self.place()

    def _talker_row(self, index: int, talker: Talker) -> TalkerRow:
        row = TalkerRow(talker, self._voices)
        self._dress(row)
        row.changed.connect(lambda changes, gesture, index=index: self._change_part("talkers", index, changes, gesture))
        row.remove_wanted.connect(partial(self._remove, "talkers", index))
        return row

    def _noise_row(self, index: int, noise: Noise) -> NoiseRow:
        row = NoiseRow(index + 1, noise)
        self._dress(row)
        row.changed.connect(lambda changes, gesture, index=index: self._change_part("noises", index, changes, gesture))
        row.remove_wanted.connect(partial(self._remove, "noises", index))
        return row

    def _dress(self, row: TalkerRow | NoiseRow) -> None:
        row.refused.connect(self.refused)
        row.apply_theme(self.tokens)
        for part in row.findChildren(QWidget):
            if hasattr(part, "apply_theme"):
                part.apply_theme(self.tokens)

    # ---- what a person did -----------------------------------------------------------------------------------

    def _change(self, gesture: str = "", **changes) -> None:
        if self.scene is None:
            return
        try:
            scene = replace(self.scene, **changes)
        except InputError as error:
            self.refused.emit(str(error))
            self.show_scene(self.scene)
            return
        self.show_scene(scene)
        self.scene_changed.emit(scene, gesture)

    def _change_part(self, which: str, index: int, changes: dict, gesture: str) -> None:
        parts = list(getattr(self.scene, which))
        parts[index] = replace(parts[index], **changes)
        self._change(gesture, **{which: tuple(parts)})

    def _remove(self, which: str, index: int) -> None:
        parts = getattr(self.scene, which)
        self._change(**{which: (*parts[:index], *parts[index + 1 :])})

    def _free_place(self) -> tuple[float, float]:
        """A place (azimuth_deg, distance_m) where nobody is near."""
        taken = [part.azimuth_deg for part in (*self.scene.talkers, *self.scene.noises)]
        free = [deg for deg in NEW_PLACES_DEG if all(abs((deg - at + 180) % 360 - 180) > 20 for at in taken)]
        azimuth_deg = free[0] if free else 90.0
        azimuth_rad, distance_m = self.scene.nearest_place(math.radians(azimuth_deg), NEW_DISTANCE_M, self._radius_m)
        return math.degrees(azimuth_rad), distance_m

    def _add_talker(self) -> None:
        scene = self.scene
        names = {talker.name for talker in scene.talkers}
        unused = [voice for voice, label in self._voices if label not in names]
        voice = unused[0] if unused else self._voices[0][0]
        label = voice.capitalize()
        name = next(name for name in (label, *(f"{label} {n}" for n in range(2, 12))) if name not in names)
        azimuth_deg, distance_m = self._free_place()
        self._change(talkers=(*scene.talkers, Talker(name, voice, azimuth_deg, distance_m, pause_s=1.0)))

    def _add_noise(self) -> None:
        kinds = {noise.kind for noise in self.scene.noises}
        kind = next((kind for kind in NOISE_KINDS if kind not in kinds), NOISE_KINDS[0])
        azimuth_deg, distance_m = self._free_place()
        noise = Noise(kind, azimuth_deg=azimuth_deg, distance_m=distance_m, snr_db=15.0)
        self._change(noises=(*self.scene.noises, noise))

    def _on_room(self, path: str, value: float, gesture: str) -> None:
        scene = self.scene
        if scene is None:
            return
        if path == "room.rt60":
            self._change(gesture, rt60_s=value)
            return
        size_m = list(scene.size_m)
        size_m["xyz".index(path[-1])] = value
        try:
            smaller = resized(scene, tuple(size_m))
        except InputError as error:
            self.refused.emit(str(error))
            self.show_scene(scene)
            return
        self._change(gesture, size_m=smaller.size_m, array_xyz_m=smaller.array_xyz_m, talkers=smaller.talkers,
                     noises=smaller.noises)  # fmt: skip

    def _on_mismatch(self, path: str, value: float, gesture: str) -> None:
        if self.scene is not None:
            self._change(gesture, mismatch=replace(self.scene.mismatch, **{path: value}))

    def _on_scene_chosen(self, name: str) -> None:
        if name != CUSTOM:
            self.scene_chosen.emit(name)
