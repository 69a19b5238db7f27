"""The channel-map part of the Source panel: matrix with meters, the chosen microphone's details, ways to fill it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from workbench.core.channel_map import GAIN_RANGE_DB, ChannelMap
from workbench.core.errors import InputError
from workbench.core.messages import InputLevels
from workbench.ui import theme
from workbench.ui.controls import MethodChooser
from workbench.ui.dialogs.map_matrix import HEAD, ROW, MapMatrix
from workbench.ui.dialogs.parts import button, heading, holder, label, set_tone
from workbench.ui.dialogs.tap_learner import TapLearner
from workbench.ui.painting import MINUS, number

ROWS_SHOWN = 16
TAP_HINT = "Tap microphone M{number} with a finger"


class GainBox(QLineEdit):
    """Trim of a microphone in dB: Enter or Tab applies, Escape reverts, the arrow keys step by 0.5 dB."""

    changed = Signal(float)

    def __init__(self):
        super().__init__()
        self._gain_db = 0.0
        self.setFixedSize(74, 24)
        self.setFont(theme.font(12))
        self.setAccessibleName("Gain of the microphone in dB")
        self.setToolTip("Makes this microphone louder or quieter, so that all of the array are equal (dB)")
        self.editingFinished.connect(self._apply)

    def show_gain(self, gain_db: float) -> None:
        """Show a value."""
        self._gain_db = gain_db
        self.setText(f"{number(gain_db, 1, signed=True)} dB")
        self.setModified(False)

    def _apply(self) -> None:
        if not self.isModified():
            return
        text = self.text().replace("dB", "").replace(MINUS, "-").replace(",", ".").strip()
        try:
            gain_db = float(text)
        except ValueError:
            self.show_gain(self._gain_db)
            return
        self._step_to(gain_db)

    def _step_to(self, gain_db: float) -> None:
        low, high = GAIN_RANGE_DB
        gain_db = max(low, min(high, gain_db))
        self.show_gain(gain_db)
        self.changed.emit(gain_db)

    def keyPressEvent(self, event):
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step_to(self._gain_db + (0.5 if event.key() == Qt.Key.Key_Up else -0.5))
        elif event.key() == Qt.Key.Key_Escape and self.isModified():
            self.show_gain(self._gain_db)
        else:
            super().keyPressEvent(event)


class ChannelMapSection(QWidget):
    """Shows a channel map and emits another one when a person changes it."""

    changed = Signal(object)
    """The new ChannelMap; None: as the channels come."""
    undo_wanted = Signal()
    listen_wanted = Signal(object)
    """Hear this channel (from 0) alone; None: the whole sound again."""

    def __init__(self):
        super().__init__()
        self.map: ChannelMap | None = None
        self._mics = self._channels = 0
        self._listed: tuple = ()
        self._learner: TapLearner | None = None
        self._learning = 0
        self.matrix = MapMatrix()
        self.scale = label("dBFS", 11, tone="3")
        top, self.note = heading("Channel map", "device to microphone", self.scale)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(0)
        column.addWidget(top)
        self.scroll = QScrollArea()
        self.scroll.setWidget(self.matrix)
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        frame = QHBoxLayout()
        frame.setContentsMargins(12, 0, 12, 0)
        frame.addWidget(self.scroll)
        column.addLayout(frame)
        column.addWidget(self._details())
        column.addWidget(self._ways())
        self.hint = label("", 11, tone="3", wrap=True)
        self.hint.setContentsMargins(12, 0, 12, 0)
        self.hint.hide()
        column.addWidget(self.hint)
        self.matrix.assigned.connect(lambda microphone, channel: self._edit(lambda m: m.assigned(microphone, channel)))
        self.matrix.selected.connect(lambda _: self._show_details())
        self.matrix.invert_wanted.connect(self._invert)
        self.matrix.mute_wanted.connect(self._mute)
        self.matrix.listen_wanted.connect(self._listen_to)

    def _details(self) -> QWidget:
        row = QHBoxLayout()
        row.setContentsMargins(12, 6, 12, 0)
        row.setSpacing(4)
        self.which = label("M1", 12, 600)
        self.which.setFixedWidth(28)
        self.channel = MethodChooser("Channel of this microphone", fit=False)
        self.channel.setToolTip("Which channel of the device this microphone is")
        self.channel.chosen.connect(
            lambda value: self._edit(lambda m: m.assigned(self.matrix.current, int(value) if value != "" else None))
        )
        self.gain = GainBox()
        self.gain.changed.connect(
            lambda gain_db: self._edit(lambda m: m.with_position(self.matrix.current, gain_db=gain_db))
        )
        self.invert = button("Invert", "Turn this microphone's polarity (I)", lambda: self._invert(self.matrix.current))
        self.mute = button("Mute", "Leave this microphone out for now (X)", lambda: self._mute(self.matrix.current))
        for one in (self.invert, self.mute):
            one.setCheckable(True)
            one.setFixedHeight(24)
            one.setStyleSheet("QPushButton { padding: 0 8px; }")
        row.addWidget(self.which)
        row.addWidget(self.channel, 1)
        row.addWidget(self.gain)
        row.addWidget(self.invert)
        row.addWidget(self.mute)
        self.details = holder(row)
        return self.details

    def _ways(self) -> QWidget:
        row = QHBoxLayout()
        row.setContentsMargins(12, 6, 12, 4)
        row.setSpacing(6)
        self.in_order = button(
            "In order", "Channel 1 is microphone 1, and so on; gains and marks go", self._map_in_order
        )
        self.by_tapping = button(
            "By tapping",
            "Tap one microphone after the other; each gets the channel it is heard on",
            self.toggle_learning,
        )
        self.by_tapping.setCheckable(True)
        self.listen = button(
            "Listen",
            "Hear this microphone's channel alone, unprocessed: also a click on a row's number, or L",
            self._listen_to_current,
        )
        self.listen.setCheckable(True)
        self.skip = button("Skip", "This microphone stays as it is", self._skip, flat=True)
        self.skip.hide()
        row.addWidget(self.in_order)
        row.addWidget(self.by_tapping)
        row.addWidget(self.listen)
        row.addWidget(self.skip)
        row.addStretch(1)
        self.undo = button("Undo", "Take back the newest change of map, rate, block or calibration", flat=True)
        self.undo.clicked.connect(self.undo_wanted)
        self.undo.setEnabled(False)
        row.addWidget(self.undo)
        return holder(row)

    # ---- what is shown -----------------------------------------------------------------------------------------

    def show_map(self, channel_map: ChannelMap | None, names: tuple[str, ...], mics: int | None) -> None:
        """Show a map over channels of these names; None: as they come. `mics` of the array, if there is one."""
        self.map = channel_map
        self._channels = len(names)
        self._mics = mics or (len(channel_map.positions) if channel_map else self._channels)
        shown = channel_map or ChannelMap.in_order(max(1, self._channels))
        self.matrix.show_map(shown, names)
        rows = min(max(1, self._channels), ROWS_SHOWN)
        self.scroll.setFixedHeight(HEAD + rows * ROW + 6)
        self._show_details()
        self._show_note()

    def _show_note(self) -> None:
        shown = self.matrix.map
        text, tone = "device to microphone", "3"
        if self._channels and self._mics != len(shown.positions):
            text, tone = f"{self._mics} microphones on {len(shown.positions)} channels?", "warning"
        elif missing := shown.missing(self._channels):
            text, tone = f"{len(missing)} channels are not there", "warning"
        self.note.setText(text)
        set_tone(self.note, tone)

    def _show_details(self) -> None:
        position = self.matrix.map.positions[self.matrix.current]
        self.which.setText(f"M{self.matrix.current + 1}")
        names = self.matrix.names
        choices = (("", "nothing"), *((str(n), name) for n, name in enumerate(names)))
        if choices != self._listed:
            self._listed = choices
            self.channel.set_choices(choices)
        self.channel.set_value("" if position.channel is None else str(position.channel))
        self.gain.show_gain(position.gain_db)
        self.invert.setChecked(position.inverted)
        self.mute.setChecked(position.muted)
        self._show_listened(self.matrix.listened)

    def show_listened(self, channel: int | None) -> None:
        """The channel that is heard alone; None: the whole sound."""
        if channel != self.matrix.listened:
            self.matrix.show_listened(channel)
            self._show_listened(channel)

    def _show_listened(self, channel: int | None) -> None:
        self.listen.setChecked(channel is not None)
        if self._learner is not None:
            return
        names = self.matrix.names
        self.hint.setVisible(channel is not None)
        if channel is not None and channel < len(names):
            self.hint.setText(f"{names[channel]} is heard alone, unprocessed, until you press Listen again.")

    def end_listening(self) -> None:
        """The whole sound again."""
        if self.matrix.listened is not None:
            self.listen_wanted.emit(None)

    def show_levels(self, levels: InputLevels | None) -> None:
        """Live levels; also what taps are found from."""
        self.matrix.show_levels(levels)
        self.by_tapping.setEnabled(levels is not None)
        self.listen.setEnabled(levels is not None)
        if self._learner is None or levels is None:
            return
        channel = self._learner.feed(levels.peak_dbfs)
        if channel is not None:
            microphone = self._learning
            self._edit(lambda m: m.assigned(microphone, channel))
            self._skip()

    # ---- what a person does ------------------------------------------------------------------------------------

    def _edit(self, change) -> None:
        mapped = self.map
        if mapped is None:
            mapped = ChannelMap.in_order(self._mics or max(1, self._channels), self._channels)
        try:
            mapped = change(mapped)
        except (InputError, IndexError):
            return
        self.changed.emit(mapped)

    def _invert(self, microphone: int) -> None:
        self._edit(lambda m: m.with_position(microphone, inverted=not m.positions[microphone].inverted))

    def _mute(self, microphone: int) -> None:
        self._edit(lambda m: m.with_position(microphone, muted=not m.positions[microphone].muted))

    def _listen_to(self, channel: int) -> None:
        self.listen_wanted.emit(None if channel == self.matrix.listened else channel)

    def _listen_to_current(self) -> None:
        """The chosen microphone's channel, or the end of listening."""
        channel = self.matrix.map.positions[self.matrix.current].channel
        self.listen.setChecked(self.matrix.listened is not None)  # until it is so
        self.listen_wanted.emit(None if self.matrix.listened is not None else channel)

    def _map_in_order(self) -> None:
        if self._channels == self._mics:
            self.changed.emit(None)
        else:
            self.changed.emit(ChannelMap.in_order(self._mics, self._channels))

    def toggle_learning(self) -> None:
        """Begin to listen for taps, or end it."""
        if self._learner is None:
            self.end_listening()
            self._learner, self._learning = TapLearner(), 0
            self.listen.hide()
            self._ask_for_tap()
        else:
            self.end_learning()

    def end_learning(self) -> None:
        """Taps mean nothing any more."""
        self._learner = None
        self.by_tapping.setChecked(False)
        self.skip.hide()
        self.listen.show()
        self.hint.hide()
        self._show_listened(self.matrix.listened)

    def _skip(self) -> None:
        self._learning += 1
        if self._learning >= self._mics:
            self.end_learning()
        else:
            self._ask_for_tap()

    def _ask_for_tap(self) -> None:
        self.by_tapping.setChecked(True)
        self.skip.show()
        self.hint.setText(TAP_HINT.format(number=self._learning + 1) + f" ({self._learning + 1} of {self._mics}).")
        self.hint.show()
        self.matrix.select(min(self._learning, len(self.matrix.map.positions) - 1))
