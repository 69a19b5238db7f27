"""The Sink panel: where sound goes, rate and block, which output is which loudspeaker, and a test signal for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.audio.specs import parse_device
from workbench.core.errors import InputError
from workbench.engine.device_store import OutputSetup
from workbench.ui.controls import MethodChooser, Themed, rule
from workbench.ui.dialogs.parts import button, heading, holder, label
from workbench.ui.dialogs.source_panel import DevicePanel

FLOOR_DBFS = -60.0
MAX_ROWS = 16


def program_names(names: Sequence[str], channels: int) -> tuple[str, ...]:
    """Names of the program's outputs: of the drivers if they are known, else L, R, 3, 4, ..."""
    plain = ("L", "R", *(str(n) for n in range(3, channels + 1)))
    return tuple(names[n] if n < len(names) else plain[n] for n in range(channels))


def mapped_spec(spec: str, channels: Sequence[int]) -> str:
    """The sink's address with these device channels (from 1) for the program's outputs in turn."""
    base = spec.partition("#")[0].strip()
    if list(channels) == list(range(1, len(channels) + 1)):
        return base
    return f"{base}#channels {','.join(map(str, channels))}"


def channels_of(spec: str, count: int) -> list[int]:
    """Device channels (from 1) of the program's outputs."""
    try:
        named = parse_device(spec.partition(":")[2]).channels or ()
    except InputError:
        named = ()
    rest = (n for n in range(1, 1025) if n not in named)
    return [named[n] if n < len(named) else next(rest) for n in range(count)]


def exchanged(channels: Sequence[int], output: int, channel: int) -> list[int]:
    """Device channels with another one for an output; who had it gets the old one."""
    result = list(channels)
    if channel in result:
        result[result.index(channel)] = result[output]
    result[output] = channel
    return result


class OutputMeter(Themed, QWidget):
    """Level of one output: RMS bar and peak."""

    def __init__(self):
        super().__init__()
        self._peak = self._rms = -200.0
        self.setFixedSize(64, 24)

    def show_level(self, peak_dbfs: float, rms_dbfs: float) -> None:
        """New levels."""
        self._peak, self._rms = peak_dbfs, rms_dbfs
        self.update()

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        y, width = self.height() / 2 - 3, self.width()
        painter.fillRect(QRectF(0, y, width, 6), QColor(t.line))
        to_x = lambda level: max(0.0, min(1.0, 1 - level / FLOOR_DBFS)) * width  # noqa: E731
        if self._rms > FLOOR_DBFS:
            painter.fillRect(QRectF(0, y, to_x(self._rms), 6), t.color("after", 0.55))
        if self._peak > FLOOR_DBFS:
            ink = t.clip if self._peak >= -0.1 else t.text1
            painter.fillRect(QRectF(to_x(self._peak) - 2, y - 1, 2, 8), QColor(ink))
        painter.end()


class OutputRow(QWidget):
    """One output of the program: its name, the device's channel, level, tone and noise."""

    def __init__(self, panel: SinkPanel, output: int, name: str):
        super().__init__()
        self.output = output
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 12, 2)
        row.setSpacing(6)
        self.name = label(name, 12, 500)
        self.name.setFixedWidth(58)
        self.name.setToolTip(name)
        self.channel = MethodChooser(f"Device channel of {name}", fit=False)
        self.channel.setToolTip(f"Which output of the device {name} is played on")
        self.channel.chosen.connect(lambda value: panel.choose_channel(output, int(value)))
        self.meter = OutputMeter()
        tip = "The others are silent; it begins muted"
        self.tone = button("Tone", f"Play 1 kHz at −30 dBFS on {name} alone. {tip}")
        self.pink = button("Pink", f"Play pink noise at −30 dBFS on {name} alone. {tip}")
        for kind, one in (("tone", self.tone), ("pink", self.pink)):
            one.setCheckable(True)
            one.setFixedHeight(24)
            one.setStyleSheet("QPushButton { padding: 0 8px; }")
            one.clicked.connect(lambda on, kind=kind: panel.toggle_test(kind if on else "", output))
        row.addWidget(self.name)
        row.addWidget(self.channel, 1)
        row.addWidget(self.meter)
        row.addWidget(self.tone)
        row.addWidget(self.pink)


class SinkPanel(DevicePanel):
    """Takes choices, an `OutputSetup`, names and levels; emits what a person wants."""

    setup_changed = Signal(object)
    """Another OutputSetup."""
    spec_wanted = Signal(str)
    """The same device with other channels."""
    test_wanted = Signal(str, int)
    """"tone", "pink" or "" on an output (from 0)."""
    mute_wanted = Signal(bool)

    def __init__(self, window: QWidget):
        super().__init__("Sink", window)
        self.setup = OutputSetup()
        self.rows_of_outputs: list[OutputRow] = []
        self._spec, self._names, self._channels = "", (), 0
        self._testing = ("", 0)
        self.format.rate_chosen.connect(lambda rate: self.setup_changed.emit(replace(self.setup, rate_hz=rate)))
        self.format.block_chosen.connect(lambda block: self.setup_changed.emit(replace(self.setup, block=block)))
        self.unmute = button("Unmute", "Hear the output again (M)", lambda: self.mute_wanted.emit(False))
        self.muted = label("muted", 11, tone="clip")
        right = QHBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(8)
        right.addWidget(self.muted)
        right.addWidget(self.unmute)
        top, self.outputs_note = heading("Outputs", "program to device", holder(right))
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(0)
        column.addWidget(top)
        self._outputs = QVBoxLayout()
        self._outputs.setSpacing(0)
        column.addLayout(self._outputs)
        self.outputs = holder(column)
        self.sections.addWidget(rule())
        self.sections.addWidget(self.outputs)
        self.sections.addStretch(1)
        self.set_muted(False)
        self.shown.connect(lambda on: on or self.end_test())

    def show_setup(self, setup: OutputSetup, spec: str, names: Sequence[str], device_channels: int) -> None:
        """The setup of the sink `spec`; `names` of the program's outputs, none while nothing runs."""
        self.setup = setup
        device = spec.startswith("device:")
        self.format.setVisible(device)
        self.format_line.setVisible(device)
        self.format.show_format(setup.rate_hz, setup.block)
        names = tuple(names)[:MAX_ROWS]
        if (spec, names, device_channels) == (self._spec, self._names, self._channels):
            return
        self._spec, self._names, self._channels = spec, names, device_channels
        self._fill(device)
        self.place_soon()

    def _fill(self, device: bool) -> None:
        while (item := self._outputs.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().hide()
                item.widget().deleteLater()
        self.rows_of_outputs = []
        channels = channels_of(self._spec, len(self._names))
        most = max([self._channels, *channels, 2]) if device else 0
        for output, name in enumerate(self._names):
            row = OutputRow(self, output, name)
            row.channel.set_choices(tuple((str(n), f"output {n}") for n in range(1, most + 1)))
            row.channel.setVisible(device)
            if device:
                row.channel.set_value(str(channels[output]))
            for part in (row.channel, row.meter):
                part.apply_theme(self.tokens)
            self._outputs.addWidget(row)
            self.rows_of_outputs.append(row)
        self.outputs_note.setText("program to device" if device else "of the program")
        if not self._names:
            empty = label("Stopped. Press Start (Space).", tone="3")
            empty.setContentsMargins(12, 0, 12, 4)
            self._outputs.addWidget(empty)
        self._show_testing()

    def choose_channel(self, output: int, channel: int) -> None:
        """Another channel of the device for an output."""
        channels = exchanged(channels_of(self._spec, len(self._names)), output, channel)
        self.spec_wanted.emit(mapped_spec(self._spec, channels))

    def toggle_test(self, kind: str, output: int) -> None:
        """Begin or end a test signal."""
        self._testing = (kind, output)
        self._show_testing()
        self.test_wanted.emit(kind, output)

    def end_test(self) -> None:
        """No test signal any more, if there is one."""
        if self._testing[0]:
            self.toggle_test("", self._testing[1])

    def _show_testing(self) -> None:
        kind, output = self._testing
        for row in self.rows_of_outputs:
            row.tone.setChecked(kind == "tone" and row.output == output)
            row.pink.setChecked(kind == "pink" and row.output == output)

    def set_muted(self, muted: bool) -> None:
        """Whether the output is muted."""
        self.muted.setVisible(muted)
        self.unmute.setVisible(muted)
        self.place_soon()

    def show_levels(self, peak_dbfs: np.ndarray, rms_dbfs: np.ndarray) -> None:
        """Levels of the program's outputs."""
        for row, peak, rms in zip(self.rows_of_outputs, peak_dbfs, rms_dbfs):
            row.meter.show_level(float(peak), float(rms))
