"""Recording: what is written, where, and how long the disk lasts."""

from __future__ import annotations

import shutil
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.core.messages import Health
from workbench.ui.controls import ToggleSwitch, rule
from workbench.ui.dialogs.float_panel import FloatPanel
from workbench.ui.dialogs.parts import MenuChooser, button, heading, label, set_tone
from workbench.ui.painting import THIN_SPACE, UNKNOWN

WIDTH = 352
KINDS = (("wav", "WAV, 32-bit float"), ("flac", "FLAC, 24-bit"))
KIND_NOTES = {
    "wav": "Holds every sample exactly, also beyond full scale. Past 4 GB it goes on as RF64.",
    "flac": "About half the size. Clipped at full scale. More than eight channels become several files, which open and "
    "replay as one.",
}
BYTES_A_SAMPLE = {"wav": 4.0, "flac": 2.2}
RATE_HZ = 48000
LOOK_MS = 1000
SHORT_S = 600.0


def duration_text(seconds: float | None) -> str:
    """A long time in words: "5 h 20 min", "12 min", "40 s"."""
    if seconds is None:
        return UNKNOWN
    minutes = int(seconds // 60)
    if minutes >= 48 * 60:
        return f"{minutes // 1440} days"
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{int(seconds)} s"


def size_text(size: float) -> str:
    """Bytes as GB or MB."""
    return f"{size / 1e9:.1f}{THIN_SPACE}GB" if size >= 1e9 else f"{size / 1e6:.0f}{THIN_SPACE}MB"


def writable_folder(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there: it is made when it is needed."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder


def talkers_text(health: Health, wanted: bool) -> tuple[str, str]:
    """What the panel says of the talkers' files, and in which tone."""
    found = health.talkers
    if found is None:
        if wanted and health.state in ("running", "lost") and not health.array:
            return "Without a microphone array talkers cannot be told apart: choose one.", "warning"
        return "Up to four at once, in the folder talkers. Each costs about as much as the sound that is heard.", "3"
    numbers = ", ".join(map(str, found.numbers))
    who = f"Talker{'s' * (len(found.numbers) > 1)} {numbers} now" if numbers else "Nobody now"
    text = f"{who}; {found.files} file{'s' * (found.files != 1)}; {found.core_percent:.0f} % of a processor core."
    if found.lost_s:
        return f"{text} {found.lost_s:.1f} s are missing: the computer is too slow for so many.", "warning"
    if found.left_out:
        return f"{text} No room for talker {', '.join(map(str, found.left_out))} all the time.", "warning"
    return (f"{text} {found.notice}", "warning") if found.notice else (text, "3")


class RecordingPanel(FloatPanel):
    """Takes `Health`; emits what a person chooses."""

    kind_chosen = Signal(str)
    talkers_chosen = Signal(bool)
    folder_wanted = Signal()
    show_wanted = Signal()
    record_wanted = Signal()

    def __init__(self, window: QWidget):
        super().__init__("Recording", WIDTH, window)
        self._folder = Path()
        self._kind = "wav"
        self._health = Health()
        self.kind = MenuChooser("Format", WIDTH - 26, "How recordings are written", KINDS)
        self.kind.chosen.connect(lambda kind: self._choose(str(kind)))
        self.kind_note = label("", 11, tone="3", wrap=True)
        self.folder = label("", 12)
        self.folder.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.change = button("Change…", "Record into another folder", self.folder_wanted.emit)
        self.show_folder = button("Show", "Show the folder in the file manager", self.show_wanted.emit)
        self.free, self.left = label(UNKNOWN, 15, 500), label(UNKNOWN, 15, 500)
        self.trouble = label("", 12, tone="warning", wrap=True)
        self.trouble.hide()
        self.talkers = ToggleSwitch("Each talker as a file of its own")
        self.talkers.setToolTip(
            "Record each tracked talker too: a beam locked to the track, enhanced, from the first word on. "
            "It does not change what is heard"
        )
        self.talkers.setChecked(False)
        self.talkers.clicked.connect(self.talkers_chosen)
        self.talkers_note = label("", 11, tone="3", wrap=True)
        parts = (self._format(), self._each_talker(), self._place(), self._disk(), self._footer())
        for part in [part for each in parts for part in (rule(), each)][1:]:
            self.body.addWidget(part)
        self.timer = QTimer(self)
        self.timer.setInterval(LOOK_MS)
        self.timer.timeout.connect(self._look)
        self.show_kind("wav")

    def _format(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(12, 4, 12, 10)
        column.setSpacing(6)
        column.addWidget(self.kind)
        column.addWidget(self.kind_note)
        column.addWidget(
            label(
                "The source's own channels (input) and what is heard (output), sample for sample beside each other, "
                "with the settings to play them again.",
                11,
                tone="3",
                wrap=True,
            )
        )
        return made

    def _each_talker(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 10)
        column.setSpacing(0)
        head, _ = heading("Each talker", "a file of its own", self.talkers)
        column.addWidget(head)
        inset = QHBoxLayout()
        inset.setContentsMargins(12, 0, 12, 0)
        inset.addWidget(self.talkers_note)
        column.addLayout(inset)
        return made

    def _place(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        column.addWidget(label("Folder", 11, tone="3"))
        column.addWidget(self.folder)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.change)
        row.addWidget(self.show_folder)
        row.addStretch(1)
        column.addLayout(row)
        return made

    def _disk(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(12, 8, 12, 8)
        row = QHBoxLayout()
        row.setSpacing(24)
        for caption, value in (("Free", self.free), ("Lasts", self.left)):
            part = QVBoxLayout()
            part.setSpacing(1)
            part.addWidget(label(caption, 11, tone="3"))
            part.addWidget(value)
            row.addLayout(part)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.trouble)
        return made

    def _footer(self) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(12, 8, 12, 8)
        self.record: QPushButton = button("Record", "Begin or end the recording (R)", self.record_wanted.emit)
        self.time = label("", 12, tone="2")
        row.addWidget(self.record)
        row.addWidget(self.time)
        row.addStretch(1)
        return made

    # ---- what is shown -----------------------------------------------------------------------------------------

    def show_kind(self, kind: str) -> None:
        """The format that is chosen."""
        self._kind = kind if kind in BYTES_A_SAMPLE else "wav"
        self.kind.show_choice(self._kind)
        self.kind_note.setText(KIND_NOTES[self._kind])
        self._look()

    def show_talkers(self, wanted: bool) -> None:
        """Whether each talker shall be recorded."""
        self.talkers.setChecked(wanted)
        self._tell_talkers()

    def _tell_talkers(self) -> None:
        """What becomes of the talkers now."""
        text, tone = talkers_text(self._health, self.talkers.isChecked())
        if text != self.talkers_note.text():
            self.talkers_note.setText(text)
        set_tone(self.talkers_note, tone)

    def set_folder(self, folder: Path) -> None:
        """Where recordings go."""
        self._folder = folder
        metrics = QFontMetricsF(self.folder.font())
        self.folder.setText(metrics.elidedText(str(folder), Qt.TextElideMode.ElideMiddle, WIDTH - 30))
        self.folder.setToolTip(str(folder))
        self._look()

    def show_health(self, health: Health) -> None:
        """How long it has been recording."""
        self._health = health
        recording = health.recording_s is not None
        self.record.setText("Stop recording" if recording else "Record")
        self.record.setEnabled(recording or health.state in ("running", "lost"))
        seconds = health.recording_s or 0.0
        self.time.setText(f"{int(seconds // 60)}:{seconds % 60:04.1f}" if recording else "")
        for choice in (self.kind, self.change, self.talkers):
            choice.setEnabled(not recording)
        self._tell_talkers()

    def _look(self) -> None:
        """Read the disk."""
        try:
            free = shutil.disk_usage(writable_folder(self._folder)).free
        except OSError as error:
            self.free.setText(UNKNOWN)
            self.left.setText(UNKNOWN)
            self._say(f"This folder cannot be used ({error.strerror}): choose another one.", "clip")
            return
        health = self._health
        channels = len(health.input_names) + len(health.output_names)
        left_s = health.recording_left_s
        if left_s is None:
            left_s = free / (BYTES_A_SAMPLE[self._kind] * RATE_HZ * channels) if channels else None
        self.free.setText(size_text(free))
        self.left.setText(duration_text(left_s))
        if left_s is not None and left_s < SHORT_S:
            self._say("The disk is nearly full: make room, or choose another folder.", "warning")
        else:
            self.trouble.hide()

    def _say(self, text: str, tone: str) -> None:
        self.trouble.setText(text)
        set_tone(self.trouble, tone)
        self.trouble.show()

    def _choose(self, kind: str) -> None:
        self.show_kind(kind)
        self.kind_chosen.emit(kind)

    def showEvent(self, event):
        super().showEvent(event)
        self._look()
        self.timer.start()
        QTimer.singleShot(0, self.place)

    def dismiss(self) -> None:
        """Close, and look at the disk no more."""
        self.timer.stop()
        super().dismiss()
