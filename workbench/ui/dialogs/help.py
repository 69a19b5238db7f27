"""The keys, what the program is, and diagnostics for a report."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from workbench.ui import theme
from workbench.ui.controls import rule
from workbench.ui.dialogs.float_panel import FloatPanel
from workbench.ui.dialogs.licences import LicencesPanel

KEYS = (
    ("Space", "Start or stop"),
    ("A   B", "Hear and change setting A or B"),
    ("C", "Compare A and B: copy, swap, taps, differences"),
    ("0", "Bypass: hear the input"),
    ("Shift+X", "Blind ABX test of A and B"),
    ("M", "Mute"),
    ("R", "Record"),
    ("K", "Loop the last seconds; back to live sound"),
    ("Shift+K", "Loop again what was kept last"),
    ("[   ]   \\", "The loop begins, ends here; all of it"),
    ("F", "Freeze the spectrograms; wheel: back in time"),
    ("E", "Enhancer: network, cost, gains over time"),
    ("O", "Oracle ladder; 1 … 6 its rungs"),
    ("L", "Loudspeakers"),
    ("D", "Dropouts and latency"),
    ("S   Shift+S", "Source, channel map, microphone check; sink"),
    ("P", "Presets"),
    ("Ctrl+O", "Open a recording, a preset or settings"),
    ("Ctrl+S", "Save the preset"),
    ("Ctrl+P", "Save a picture of the plot in focus or under the pointer"),
    ("Ctrl+Z", "Undo"),
    ("Ctrl+Shift+Z", "Redo"),
    ("H", "History of all changes"),
    ("J", "Jobs"),
    ("T", "Timeline of a file or session"),
    ("Ctrl+Shift+O", "Open a session"),
    ("Ctrl+M   N", "Marker, note: in the recording, in the file"),
    ("← →   Home End", "On the timeline: 5 s back, on; begin, end"),
    ("Ctrl+← →", "On the timeline: from marker to marker"),
    ("Ctrl+F", "Find a parameter"),
    ("Ctrl+1 … 9", "Presets"),
    ("Ctrl+.   Ctrl+,", "Larger, smaller map"),
    ("F10", "The menu of everything else"),
    ("F11", "Full screen"),
    ("F1   F1", "These keys; once more, the handbook on what is under the pointer"),
    ("Ctrl+F1", "The handbook at once"),
    ("Double-click", "Reset a parameter"),
    ("Shift + drag", "Ten times finer"),
)


class KeysPanel(FloatPanel):
    """F1: the keys, and the way to the handbook."""

    handbook_wanted = Signal()

    def __init__(self, window: QWidget):
        super().__init__("Keys", 380, window)
        self.handbook_button = QPushButton("Handbook (F1 again)")
        self.handbook_button.setFont(theme.font(12))
        self.handbook_button.setFixedHeight(28)
        self.handbook_button.setToolTip("Open the handbook at what was under the pointer, in the browser, offline")
        self.handbook_button.clicked.connect(self.handbook_wanted)
        top = QHBoxLayout()
        top.setContentsMargins(12, 2, 12, 8)
        top.addWidget(self.handbook_button)
        top.addStretch(1)
        self.body.addLayout(top)
        for keys, what in KEYS:
            row = QHBoxLayout()
            row.setContentsMargins(12, 3, 12, 3)
            caps = QLabel(keys)
            caps.setFont(theme.font(12, 500))
            caps.setFixedWidth(140)
            words = QLabel(what)
            words.setFont(theme.font(12))
            words.setProperty("tone", "2")
            words.setWordWrap(True)
            row.addWidget(caps)
            row.addWidget(words, 1)
            self.body.addLayout(row)
        self.body.addSpacing(8)


class AboutPanel(FloatPanel):
    """Version, what the program is, its licences, where its log lies, and diagnostics for a report."""

    def __init__(self, window: QWidget, version: str, open_log: Callable[[], None], copy: Callable[[], None]):
        super().__init__("About Earshot", 420, window)
        text = QLabel(
            f"Earshot {version}\n\nA live audio workbench: capture with a microphone array, enhance speech, "
            "find the talkers, and play it in space.\n\nFree software under the Apache License 2.0."
        )
        text.setFont(theme.font(12))
        text.setProperty("tone", "2")
        text.setWordWrap(True)
        text.setContentsMargins(12, 4, 12, 12)
        self.body.addWidget(text)
        self.body.addWidget(rule())
        footer = QHBoxLayout()
        footer.setContentsMargins(12, 8, 12, 8)
        for label, tip, action in (
            ("Licences", "What Earshot comes with, and under which terms", self.show_licences),
            ("Open log folder", "Show the folder with the log in the file manager", open_log),
            ("Copy diagnostics", "Copy versions, state, latency, dropouts and devices as text: no sound", copy),
        ):
            button = QPushButton(label)
            button.setFont(theme.font(12))
            button.setFixedHeight(28)
            button.setToolTip(tip)
            button.clicked.connect(action)
            footer.addWidget(button)
        footer.addStretch(1)
        self.body.addLayout(footer)
        self._licences: LicencesPanel | None = None

    def show_licences(self) -> None:
        """The licences, in a panel of their own."""
        if self._licences is None:
            self._licences = LicencesPanel(self.parentWidget())
        self._licences.apply_theme(self.tokens)
        self.dismiss()
        self._licences.open()
