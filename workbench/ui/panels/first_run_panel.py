"""The first start: sound begins softly, and a panel says what one hears and where to go from there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from workbench.ui.controls import rule
from workbench.ui.dialogs.float_panel import FloatPanel
from workbench.ui.dialogs.parts import MenuChooser, button, holder, label

WIDTH = 440
STEPS = (
    ("You hear a simulated room", "Two talkers and a fan, heard by eight microphones: no hardware is needed."),
    ("Compare", "Press 0 for what a microphone hears, A for what Earshot makes of it. Drag the beam in the map."),
    ("Your own sound", "S chooses microphones; Ctrl+O opens a recording; R records; F1 shows all keys."),
)


class FirstRunPanel(FloatPanel):
    """Output, how loud it is by now, three sentences. Escape and "Got it" close it for good."""

    sink_chosen = Signal(str)
    handbook_wanted = Signal()

    def __init__(self, window: QWidget):
        super().__init__("Welcome to Earshot", WIDTH, window)
        self.pin.setChecked(True)
        self.pin.hide()
        self.state = label("", 12, tone="2", wrap=True)
        self.level = QProgressBar()
        self.level.setTextVisible(False)
        self.level.setFixedHeight(4)
        self.level.setRange(0, 100)
        self.level.setAccessibleName("How loud the sound is by now")
        self.output = MenuChooser("Output", WIDTH - 26, "Where the sound goes; headphones are the best beginning")
        self.output.chosen.connect(lambda value: self.sink_chosen.emit(str(value)))
        column = QVBoxLayout()
        column.setContentsMargins(12, 4, 12, 10)
        column.setSpacing(8)
        column.addWidget(self.output)
        column.addWidget(self.state)
        column.addWidget(self.level)
        for number, (title, text) in enumerate(STEPS, start=1):
            column.addSpacing(2)
            column.addWidget(label(f"{number}  {title}", 13, 600))
            column.addWidget(label(text, 12, tone="2", wrap=True))
        self.body.addWidget(holder(column))
        self.body.addWidget(rule())
        footer = QHBoxLayout()
        footer.setContentsMargins(12, 8, 12, 8)
        handbook = button("First ten minutes…", "Open the handbook (Ctrl+F1)", self.handbook_wanted.emit, True)
        self.done = button("Got it", "Close this; it does not come again (Escape)", self.dismiss)
        footer.addWidget(handbook)
        footer.addStretch(1)
        footer.addWidget(self.done)
        self.body.addLayout(footer)

    def show_outputs(self, choices: Sequence[tuple[str, str]], current: str) -> None:
        """(sink, name) of all outputs, and the one in use."""
        self.output.choices = tuple(choices)
        self.output.show_choice(current)

    def show_level(self, share: float, text: str) -> None:
        """How far the sound has come (0 to 1), and what to say of it."""
        self.level.setValue(round(100 * share))
        if self.state.text() != text:
            self.state.setText(text)
            self.setAccessibleName(f"Welcome to Earshot. {text} " + " ".join(f"{a}: {b}" for a, b in STEPS))
            self.place_soon()

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)
