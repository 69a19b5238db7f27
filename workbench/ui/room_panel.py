"""The panel of the simulated room: who talks, what hums, how large and how hard the room is, how good the microphones.

It shows a `Scene` and emits changed ones; what a change does to the sound is the engine's affair.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.audio.scene import Scene, array_radius_m, resized
from workbench.audio.scene_parts import NOISE_FIELDS, NOISE_KINDS, Mismatch, Noise, Talker
from workbench.core.errors import InputError
from workbench.core.params import Entry, Knob
from workbench.ui import theme
from workbench.ui.controls import (
    ChoiceRow,
    MethodChooser,
    ParameterSlider,
    SliderRow,
    Themed,
    ToggleSwitch,
    ValueBox,
    draw_focus_ring,
    rule,
)
from workbench.ui.dialogs import FloatPanel
from workbench.ui.icons import icon
from workbench.ui.knobs import number_text
from workbench.ui.parameter_panel import OverlayScroll
from workbench.ui.theme import Tokens
from workbench.ui.toolbar import tool_button

WIDTH = 540
MOST_TALKERS, MOST_NOISES = 4, 4
"""As many talkers as tracks have colours; a file may hold more."""
KIND_NAMES = {"fan": "Fan", "babble": "Babble", "traffic": "Traffic", "keyboard": "Keyboard", "room": "Room hum"}
FIELD_NAMES = {"point": "One point", "diffuse": "Diffuse"}
NEW_PLACES_DEG = (45.0, -45.0, 135.0, -135.0, 0.0)
NEW_DISTANCE_M = 1.4
HEAD_AND_FOOT = 36 + 45 + 4
CUSTOM = "custom"


def _entry(path: str, label: str, help: str, unit: str, low: float, high: float, default: float, **more) -> Entry:
    return Entry(path, float, default, Knob(label, help, unit=unit, low=low, high=high, **more))


ROOM_ENTRIES = (
    _entry("room.x", "Length", "Along 0°; the array and everybody in it move along", "m", 2, 20, 6, decimals=1,
           step=0.1, log=True),
    _entry("room.y", "Width", "Across; the array and everybody in it move along", "m", 2, 20, 5, decimals=1,
           step=0.1, log=True),
    _entry("room.z", "Height", "From floor to ceiling", "m", 2, 6, 3, decimals=1, step=0.1),
    _entry("room.rt60", "RT60", "Reverberation time; 0 is a room without reflections", "s", 0, 1, 0.3, decimals=2,
           step=0.05),
)  # fmt: skip
MISMATCH_ENTRIES = (
    _entry("gain_sigma_db", "Gain spread", "Standard deviation of the microphones' sensitivities", "dB", 0, 6, 0,
           decimals=1, step=0.5),
    _entry("delay_sigma_us", "Delay spread", "Standard deviation of the microphones' delays (phase)", "µs", 0, 50, 0,
           decimals=0, step=1),
    _entry("position_sigma_mm", "Place spread", "Standard deviation of the microphones' places", "mm", 0, 20, 0,
           decimals=1, step=0.5),
)  # fmt: skip
LEVEL = _entry("talker.level", "Level", "Louder or softer than nominal speech", "dB", -20, 12, 0, decimals=1, step=0.5,
               bipolar=True)  # fmt: skip
SNR = _entry("noise.snr", "SNR", "The first talker's speech over this noise, at the microphones", "dB", -10, 40, 20,
             decimals=1, step=0.5)  # fmt: skip


def typed_number(entry: Entry, text: str) -> float:
    """A typed value, with or without its unit; comma or point, true minus or hyphen.

    Raises
    ------
    InputError
        Not a number, or out of range.
    """
    knob = entry.knob
    bare = text.strip().replace(",", ".").replace("−", "-").removesuffix(knob.unit).strip()
    try:
        value = float(bare)
    except ValueError:
        raise InputError(f"{knob.label}: {text!r} is not a number") from None
    if not knob.low <= value <= knob.high:
        raise InputError(f"{knob.label}: {value:g} is outside {knob.low:g}…{knob.high:g} {knob.unit}")
    return value


class RoomSlider(SliderRow):
    """A slider row of a number that is no parameter of the chain."""

    def _on_typed(self, text: str) -> None:
        try:
            value = typed_number(self.entry, text)
        except InputError as error:
            self.box.setText(number_text(self.entry.knob, self.box.number))
            self.refused.emit(str(error))
            return
        self.set_value(value)
        self.edited.emit(self.path, value, "")


class _CrossHair(Themed, QWidget):
    """The map's mark of a true position. Tracks have colours and shapes; who they belong to is not known to them."""

    def __init__(self):
        super().__init__()
        self.setFixedSize(20, 28)

    def paintEvent(self, event):
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.tokens.text1), 1.5))
        painter.drawEllipse(QPointF(10, 14), 4.5, 4.5)
        for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            painter.drawLine(QPointF(10 + 4.5 * x, 14 + 4.5 * y), QPointF(10 + 8 * x, 14 + 8 * y))
        painter.end()


class LevelEditor(Themed, QWidget):
    """Slider and value box in one line, without a label."""

    edited = Signal(float)
    refused = Signal(str)

    def __init__(self, entry: Entry, name: str):
        super().__init__()
        self.entry = entry
        self.slider = ParameterSlider(entry)
        self.slider.setAccessibleName(f"{name}, {entry.knob.label}")
        self.slider.setFixedHeight(theme.ROW)
        self.box = ValueBox(entry)
        self.box.setAccessibleName(f"{name}, {entry.knob.label}, value")
        self.setToolTip(entry.knob.help)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.box)
        self.slider.moved.connect(self._on_moved)
        self.slider.reset_requested.connect(lambda: self.edited.emit(float(entry.default)))
        self.box.committed.connect(self._on_typed)

    def set_value(self, value: float) -> None:
        """Show a value."""
        if not self.slider.dragging:
            self.slider.set_number(value)
        self.box.set_number(value)

    def _on_moved(self, value: float, _gesture: str) -> None:
        self.box.set_number(value)
        self.edited.emit(value)

    def _on_typed(self, text: str) -> None:
        try:
            value = typed_number(self.entry, text)
        except InputError as error:
            self.box.setText(number_text(self.entry.knob, self.box.number))
            self.refused.emit(str(error))
            return
        self.set_value(value)
        self.edited.emit(value)


class TalkerRow(QWidget):
    """Cross-hair, name, voice, level, speaking, walking, remove."""

    changed = Signal(dict)
    """Fields of the Talker that a person has changed."""
    remove_wanted = Signal()
    refused = Signal(str)

    def __init__(self, talker: Talker, voices: tuple[tuple[str, str], ...]):
        super().__init__()
        self.key = talker.name
        self.setFixedHeight(theme.ROW)
        self.name = QLabel(talker.name)
        self.name.setFont(theme.font(13))
        self.name.setFixedWidth(72)
        self.name.setToolTip(talker.name)
        self.voice = MethodChooser(f"{talker.name}, voice", voices, fit=False)
        self.voice.setFixedWidth(92)
        self.level = LevelEditor(LEVEL, talker.name)
        self.speaks = ToggleSwitch(f"{talker.name} speaks")
        self.speaks.setToolTip("Speaks, or is silent")
        self.walks = ToggleSwitch(f"{talker.name} walks")
        self.walks.setToolTip("Walks along the path, or stands still")
        self.remove = tool_button("close", f"Remove {talker.name}", 28)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 6, 0)
        layout.setSpacing(4)
        for part in (_CrossHair(), self.name, self.voice):
            layout.addWidget(part)
        layout.addWidget(self.level, 1)
        layout.addSpacing(4)
        layout.addWidget(self.speaks)
        layout.addSpacing(8)
        layout.addWidget(self.walks)
        layout.addWidget(self.remove)
        self.voice.chosen.connect(lambda voice: self.changed.emit({"voice": voice}))
        self.level.edited.connect(lambda level: self.changed.emit({"level_db": level}))
        self.level.refused.connect(self.refused)
        self.speaks.clicked.connect(lambda on: self.changed.emit({"muted": not on}))
        self.walks.clicked.connect(lambda on: self.changed.emit({"walking": bool(on)}))
        self.remove.clicked.connect(self.remove_wanted)
        self.show_part(talker)

    def apply_theme(self, tokens: Tokens) -> None:
        """Icon in the colours of the theme."""
        self.remove.setIcon(icon("close", tokens))

    def show_part(self, talker: Talker) -> None:
        """Show a talker of the same name."""
        self.voice.set_value(talker.voice)
        self.level.set_value(talker.level_db)
        self.speaks.setChecked(not talker.muted)
        self.walks.setEnabled(talker.path is not None)
        self.walks.setChecked(talker.walking and talker.path is not None)


class NoiseRow(QWidget):
    """Kind, field, SNR, remove."""

    changed = Signal(dict)
    remove_wanted = Signal()
    refused = Signal(str)

    def __init__(self, number: int, noise: Noise):
        super().__init__()
        self.setFixedHeight(theme.ROW)
        name = f"Noise {number}"
        self.kind = MethodChooser(f"{name}, kind", tuple((kind, KIND_NAMES[kind]) for kind in NOISE_KINDS), fit=False)
        self.kind.setFixedWidth(112)
        fields = tuple((field, FIELD_NAMES[field]) for field in NOISE_FIELDS)
        self.field = MethodChooser(f"{name}, field", fields, fit=False)
        self.field.setFixedWidth(108)
        self.field.setToolTip("From one point of the room, or from all directions alike")
        self.snr = LevelEditor(SNR, name)
        self.remove = tool_button("close", f"Remove {name.lower()}", 28)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 6, 0)
        layout.setSpacing(4)
        layout.addWidget(self.kind)
        layout.addWidget(self.field)
        layout.addWidget(self.snr, 1)
        layout.addWidget(self.remove)
        self.kind.chosen.connect(lambda kind: self.changed.emit({"kind": kind}))
        self.field.chosen.connect(lambda field: self.changed.emit({"field": field}))
        self.snr.edited.connect(lambda snr: self.changed.emit({"snr_db": snr}))
        self.snr.refused.connect(self.refused)
        self.remove.clicked.connect(self.remove_wanted)
        self.show_part(noise)

    def apply_theme(self, tokens: Tokens) -> None:
        """Icon in the colours of the theme."""
        self.remove.setIcon(icon("close", tokens))

    def show_part(self, noise: Noise) -> None:
        """Show a noise."""
        self.kind.set_value(noise.kind)
        self.field.set_value(noise.field)
        self.snr.set_value(noise.snr_db)


class MicrophoneButtons(Themed, QWidget):
    """One square for each microphone; a click takes it from good to dead to inverted."""

    changed = Signal(tuple, tuple)
    """Numbers of the dead ones, of the inverted ones."""
    SIDE, GAP = 28, 4

    def __init__(self):
        super().__init__()
        self._mics = 0
        self._dead: tuple[int, ...] = ()
        self._inverted: tuple[int, ...] = ()
        self._at = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Microphones: good, dead or inverted")
        self.setToolTip("Click a microphone: good, dead (×), inverted (−)")

    def show_state(self, mics: int, dead: tuple[int, ...], inverted: tuple[int, ...]) -> None:
        """Show how many there are and which are faulty."""
        self._mics, self._dead, self._inverted = mics, dead, inverted
        self._at = min(self._at, max(0, mics - 1))
        self.setFixedHeight(self._rows() * (self.SIDE + self.GAP))
        self._describe()
        self.update()

    def _columns(self) -> int:
        return max(1, (self.width() - 24 + self.GAP) // (self.SIDE + self.GAP))

    def _rows(self) -> int:
        return -(-max(1, self._mics) // self._columns())

    def _rect(self, index: int) -> QRectF:
        step, columns = self.SIDE + self.GAP, self._columns()
        return QRectF(12 + index % columns * step, index // columns * step, self.SIDE, self.SIDE)

    def _describe(self) -> None:
        number = self._at + 1
        state = "dead" if number in self._dead else "inverted" if number in self._inverted else "good"
        self.setAccessibleDescription(f"Microphone {number}: {state}")

    def _turn(self, index: int) -> None:
        number, dead, inverted = index + 1, set(self._dead), set(self._inverted)
        if number in dead:
            dead.discard(number)
            inverted.add(number)
        elif number in inverted:
            inverted.discard(number)
        else:
            dead.add(number)
        self.changed.emit(tuple(sorted(dead)), tuple(sorted(inverted)))

    def resizeEvent(self, event):
        self.setFixedHeight(self._rows() * (self.SIDE + self.GAP))

    def mousePressEvent(self, event):
        for index in range(self._mics):
            if self._rect(index).contains(event.position()):
                self._at = index
                self._turn(index)

    def keyPressEvent(self, event):
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: self._columns(),
                 Qt.Key.Key_Up: -self._columns()}  # fmt: skip
        if Qt.Key(event.key()) in steps:
            self._at = max(0, min(self._mics - 1, self._at + steps[Qt.Key(event.key())]))
            self._describe()
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._turn(self._at)
        else:
            event.ignore()

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(12))
        for index in range(self._mics):
            number, box = index + 1, self._rect(index).adjusted(0.5, 0.5, -0.5, -0.5)
            faulty = number in self._dead or number in self._inverted
            painter.setPen(QPen(QColor(t.warning if faulty else t.line), 1))
            painter.setBrush(QColor(t.field if number in self._dead else t.raised))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(QColor(t.text3 if number in self._dead else t.text1))
            mark = "×" if number in self._dead else "−" if number in self._inverted else ""
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{mark}{number}")
            if self.hasFocus() and index == self._at:
                draw_focus_ring(painter, t, box.adjusted(1, 1, -1, -1), 4)
        painter.end()


class _Rows(QWidget):
    """A list of rows that is built anew only where its members change."""

    def __init__(self):
        super().__init__()
        self.rows: list[TalkerRow | NoiseRow] = []
        self._keys: list = []
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)

    def show_parts(self, keys: list, parts: tuple, make) -> bool:
        """Show the parts; `make(index, part)` gives a new row. Whether there are other rows now."""
        if keys == self._keys:
            for row, part in zip(self.rows, parts, strict=True):
                row.show_part(part)
            return False
        self._keys = keys
        for row in self.rows:
            self.column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [make(index, part) for index, part in enumerate(parts)]
        for row in self.rows:
            self.column.addWidget(row)
        return True


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

    scene_changed = Signal(object)
    scene_chosen = Signal(str)
    """The name or path of another scene."""
    save_wanted = Signal()
    release_wanted = Signal()
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
        self.talkers = _Rows()
        self._column.addWidget(self.talkers)

        self.add_noise = _plain_button("Add", "Add a noise")
        self.add_noise.clicked.connect(self._add_noise)
        self.noise_note = self._section("Noises", self.add_noise, "first talker over noise, at the array")
        self.noises = _Rows()
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
        row.edited.connect(lambda path, value, _gesture: action(path, float(value)))
        row.reset_requested.connect(lambda path, row=row: action(path, float(row.entry.default)))
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
        row.changed.connect(lambda changes, index=index: self._change_part("talkers", index, changes))
        row.remove_wanted.connect(partial(self._remove, "talkers", index))
        return row

    def _noise_row(self, index: int, noise: Noise) -> NoiseRow:
        row = NoiseRow(index + 1, noise)
        self._dress(row)
        row.changed.connect(lambda changes, index=index: self._change_part("noises", index, changes))
        row.remove_wanted.connect(partial(self._remove, "noises", index))
        return row

    def _dress(self, row: TalkerRow | NoiseRow) -> None:
        row.refused.connect(self.refused)
        row.apply_theme(self.tokens)
        for part in row.findChildren(QWidget):
            if hasattr(part, "apply_theme"):
                part.apply_theme(self.tokens)

    # ---- what a person did -----------------------------------------------------------------------------------

    def _change(self, **changes) -> None:
        if self.scene is None:
            return
        try:
            scene = replace(self.scene, **changes)
        except InputError as error:
            self.refused.emit(str(error))
            self.show_scene(self.scene)
            return
        self.show_scene(scene)
        self.scene_changed.emit(scene)

    def _change_part(self, which: str, index: int, changes: dict) -> None:
        parts = list(getattr(self.scene, which))
        parts[index] = replace(parts[index], **changes)
        self._change(**{which: tuple(parts)})

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

    def _on_room(self, path: str, value: float) -> None:
        scene = self.scene
        if scene is None:
            return
        if path == "room.rt60":
            self._change(rt60_s=value)
            return
        size_m = list(scene.size_m)
        size_m["xyz".index(path[-1])] = value
        try:
            smaller = resized(scene, tuple(size_m))
        except InputError as error:
            self.refused.emit(str(error))
            self.show_scene(scene)
            return
        self._change(size_m=smaller.size_m, array_xyz_m=smaller.array_xyz_m, talkers=smaller.talkers,
                     noises=smaller.noises)  # fmt: skip

    def _on_mismatch(self, path: str, value: float) -> None:
        if self.scene is not None:
            self._change(mismatch=replace(self.scene.mismatch, **{path: value}))

    def _on_scene_chosen(self, name: str) -> None:
        if name != CUSTOM:
            self.scene_chosen.emit(name)
