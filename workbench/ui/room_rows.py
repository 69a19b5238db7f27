"""Rows of the simulated room's panel: one number, one talker, one noise, a list of them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.audio.scene_parts import NOISE_FIELDS, NOISE_KINDS, Noise, Talker
from workbench.core.errors import InputError
from workbench.core.params import Entry
from workbench.ui import theme
from workbench.ui.controls import MethodChooser, ParameterSlider, SliderRow, Themed, ToggleSwitch, ValueBox
from workbench.ui.icons import icon
from workbench.ui.knobs import number_text
from workbench.ui.room_entries import LEVEL, SNR, typed_number
from workbench.ui.theme import Tokens
from workbench.ui.toolbar import tool_button

KIND_NAMES = {"fan": "Fan", "babble": "Babble", "traffic": "Traffic", "keyboard": "Keyboard", "room": "Room hum"}
FIELD_NAMES = {"point": "One point", "diffuse": "Diffuse"}


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

    edited = Signal(float, str)
    """value, gesture"""
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
        self.slider.reset_requested.connect(lambda: self.edited.emit(float(entry.default), ""))
        self.box.committed.connect(self._on_typed)

    def set_value(self, value: float) -> None:
        """Show a value."""
        if not self.slider.dragging:
            self.slider.set_number(value)
        self.box.set_number(value)

    def _on_moved(self, value: float, gesture: str) -> None:
        self.box.set_number(value)
        self.edited.emit(value, gesture)

    def _on_typed(self, text: str) -> None:
        try:
            value = typed_number(self.entry, text)
        except InputError as error:
            self.box.setText(number_text(self.entry.knob, self.box.number))
            self.refused.emit(str(error))
            return
        self.set_value(value)
        self.edited.emit(value, "")


class _Row(QWidget):
    """Something of the room with a name, what can be changed of it, and a button that removes it."""

    changed = Signal(dict, str)
    """Fields that a person has changed, gesture."""
    remove_wanted = Signal()
    refused = Signal(str)

    def __init__(self, name: str):
        super().__init__()
        self.setFixedHeight(theme.ROW)
        self.remove = tool_button("close", f"Remove {name}", 28)
        self.remove.clicked.connect(self.remove_wanted)
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(12, 0, 6, 0)
        self.line.setSpacing(4)

    def apply_theme(self, tokens: Tokens) -> None:
        """Icon in the colours of the theme."""
        self.remove.setIcon(icon("close", tokens))


class TalkerRow(_Row):
    """Cross-hair, name, voice, level, speaking, walking, remove."""

    def __init__(self, talker: Talker, voices: tuple[tuple[str, str], ...]):
        super().__init__(talker.name)
        self.key = talker.name
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
        for part in (_CrossHair(), self.name, self.voice):
            self.line.addWidget(part)
        self.line.addWidget(self.level, 1)
        self.line.addSpacing(4)
        self.line.addWidget(self.speaks)
        self.line.addSpacing(8)
        self.line.addWidget(self.walks)
        self.line.addWidget(self.remove)
        self.voice.chosen.connect(lambda voice: self.changed.emit({"voice": voice}, ""))
        self.level.edited.connect(lambda level, gesture: self.changed.emit({"level_db": level}, gesture))
        self.level.refused.connect(self.refused)
        self.speaks.clicked.connect(lambda on: self.changed.emit({"muted": not on}, ""))
        self.walks.clicked.connect(lambda on: self.changed.emit({"walking": bool(on)}, ""))
        self.show_part(talker)

    def show_part(self, talker: Talker) -> None:
        """Show a talker of the same name."""
        self.voice.set_value(talker.voice)
        self.level.set_value(talker.level_db)
        self.speaks.setChecked(not talker.muted)
        self.walks.setEnabled(talker.path is not None)
        self.walks.setChecked(talker.walking and talker.path is not None)


class NoiseRow(_Row):
    """Kind, field, SNR, remove."""

    def __init__(self, number: int, noise: Noise):
        name = f"Noise {number}"
        super().__init__(name.lower())
        self.kind = MethodChooser(f"{name}, kind", tuple((kind, KIND_NAMES[kind]) for kind in NOISE_KINDS), fit=False)
        self.kind.setFixedWidth(112)
        fields = tuple((field, FIELD_NAMES[field]) for field in NOISE_FIELDS)
        self.field = MethodChooser(f"{name}, field", fields, fit=False)
        self.field.setFixedWidth(108)
        self.field.setToolTip("From one point of the room, or from all directions alike")
        self.snr = LevelEditor(SNR, name)
        self.line.addWidget(self.kind)
        self.line.addWidget(self.field)
        self.line.addWidget(self.snr, 1)
        self.line.addWidget(self.remove)
        self.kind.chosen.connect(lambda kind: self.changed.emit({"kind": kind}, ""))
        self.field.chosen.connect(lambda field: self.changed.emit({"field": field}, ""))
        self.snr.edited.connect(lambda snr, gesture: self.changed.emit({"snr_db": snr}, gesture))
        self.snr.refused.connect(self.refused)
        self.show_part(noise)

    def show_part(self, noise: Noise) -> None:
        """Show a noise."""
        self.kind.set_value(noise.kind)
        self.field.set_value(noise.field)
        self.snr.set_value(noise.snr_db)


class PartRows(QWidget):
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
