"""The keys, what the program is, and diagnostics for a report."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from workbench.ui import theme
from workbench.ui.controls import rule
from workbench.ui.dialogs.float_panel import FloatPanel
from workbench.ui.dialogs.licences import LicencesPanel
from workbench.ui.dialogs.parts import FittingScroll, button, holder, key_caps, label

KEY_GROUPS = (
    (
        "Sound",
        (
            ("Space", "Start or stop"),
            ("M", "Mute"),
            ("R", "Record"),
            ("S   Shift+S", "Source, channel map, microphone check; sink"),
            ("D", "Dropouts and latency"),
        ),
    ),
    (
        "Compare",
        (
            ("A   B", "Hear and change setting A or B"),
            ("0", "Bypass: hear the input"),
            ("C", "Compare A and B: copy, swap, taps, differences"),
            ("Shift+X", "Blind ABX test of A and B"),
            ("K", "Loop the last seconds; back to live sound"),
            ("Shift+K", "Loop again what was kept last"),
            ("[   ]   \\", "The loop begins, ends here; all of it"),
            ("O", "Oracle ladder; 1 … 6 its rungs"),
        ),
    ),
    (
        "Look",
        (
            ("F", "Freeze the spectrograms; wheel: back in time"),
            ("E", "Enhancer: network, cost, gains over time"),
            ("L", "Loudspeakers"),
            ("Ctrl+P", "Save a picture of the plot in focus or under the pointer"),
        ),
    ),
    (
        "Window",
        (
            ("F6   Shift+F6", "To the next, the last region: sound, Space, Parameters, timeline, toolbar"),
            ("Alt+Shift+← → ↑ ↓", "Put the panel in focus left, right, above, below the sound"),
            ("Alt+Shift+T", "… as a tab beside the other one"),
            ("Alt+Shift+W", "… in a window of its own, and back"),
            ("F7   Shift+F7", "Panel in focus: wider, narrower"),
            ("F8   Shift+F8", "… taller, less tall"),
            ("Ctrl+.   Ctrl+,", "Larger, smaller map"),
            ("Alt+← → ↑ ↓", "Move the panel that floats, as dragging its header does"),
            ("F11", "Full screen"),
        ),
    ),
    (
        "Settings",
        (
            ("Ctrl+F", "Find a parameter"),
            ("Double-click", "Reset a parameter"),
            ("Shift + drag", "Ten times finer"),
            ("P", "Presets"),
            ("Ctrl+1 … 9", "The first nine presets"),
            ("Ctrl+S", "Save the preset"),
            ("Ctrl+Z", "Undo"),
            ("Ctrl+Shift+Z", "Redo"),
            ("H", "History of all changes"),
        ),
    ),
    (
        "Files and sessions",
        (
            ("Ctrl+O", "Open a recording, a preset or settings"),
            ("Ctrl+Shift+O", "Open a session"),
            ("T", "Timeline of a file or session"),
            ("←   →   Home   End", "On the timeline: 5 s back, on; begin, end"),
            ("Ctrl+←   Ctrl+→", "On the timeline: from marker to marker"),
            ("Ctrl+M   N", "Marker, note: in the recording, in the file"),
            ("J", "Jobs"),
        ),
    ),
    (
        "Help",
        (
            ("F1   F1", "These keys; once more, the handbook on what is under the pointer"),
            ("Ctrl+F1", "The handbook at once"),
            ("F10", "The menu of everything else"),
        ),
    ),
)
"""The keys by what they are for: (keys, what they do), several keys parted by three spaces."""
KEYS = tuple(row for _, rows in KEY_GROUPS for row in rows)
KEYS_WIDTH = 1240
COLUMNS = (2, 2, 3)
"""Groups that stand below each other in each column."""


class KeysPanel(FloatPanel):
    """F1: the keys in three columns, and the way to the handbook. On a low window they scroll."""

    handbook_wanted = Signal()

    def __init__(self, window: QWidget):
        super().__init__("Keys", KEYS_WIDTH, window)
        self.handbook_button = button(
            "Handbook (F1 again)",
            "Open the handbook at what was under the pointer, in the browser, offline",
            self.handbook_wanted.emit,
        )
        self.head.insertWidget(self.head.indexOf(self.pin), self.handbook_button)
        self.head.insertSpacing(self.head.indexOf(self.pin), 6)
        columns = QHBoxLayout()
        columns.setContentsMargins(12, 0, 12, 12)
        columns.setSpacing(24)
        first = 0
        for count in COLUMNS:
            columns.addLayout(self._column(KEY_GROUPS[first : first + count]), 1)
            first += count
        self.scroll = FittingScroll(holder(columns), KEYS_WIDTH - 2)
        self.body.addWidget(self.scroll)

    @staticmethod
    def _column(groups) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnMinimumWidth(0, 132)
        grid.setColumnStretch(1, 1)
        line = 0
        for title, rows in groups:
            head = label(title, 13, 600)
            head.setContentsMargins(0, 10, 0, 2)
            grid.addWidget(head, line, 0, 1, 2)
            line += 1
            for keys, what in rows:
                grid.addWidget(key_caps(keys), line, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
                words = label(what, 12, tone="2", wrap=True)
                words.setMinimumHeight(22)
                grid.addWidget(words, line, 1)
                line += 1
        grid.setRowStretch(line, 1)
        return grid


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
        footer.setSpacing(8)
        for name, tip, action in (
            ("Licences", "What Earshot comes with, and under which terms", self.show_licences),
            ("Open log folder", "Show the folder with the log in the file manager", open_log),
            ("Copy diagnostics", "Copy versions, state, latency, dropouts and devices as text: no sound", copy),
        ):
            footer.addWidget(button(name, tip, action))
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
