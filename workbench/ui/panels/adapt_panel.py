"""Adapting localization to a room, in four steps: place, walk, learn, compare."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.engine.jobs import JobState
from workbench.engine.walk_recorder import AIM_DBFS, MARKS, SAMPLES_A_MARK, WalkState
from workbench.ui import theme
from workbench.ui.controls import Themed, rule
from workbench.ui.dialogs.float_panel import FloatPanel
from workbench.ui.dialogs.parts import button, heading, label, set_tone
from workbench.ui.painting import THIN_SPACE, UNKNOWN, draw_text, format_azimuth, number
from workbench.ui.panels.jobs_panel import ProgressBar, standing
from workbench.ui.panels.walk_map import WalkMap
from workbench.ui.theme import Tokens

WIDTH = 336
STEPS = ("Place", "Walk", "Learn", "Compare")
LOWEST_DBFS = -60.0
FIGURES = (
    ("Azimuth error", "mean_deg", "{:.1f}°"),
    ("Within 5°", "within_5deg", "{:.0%}"),
    ("Missed", "missed", "{:.0%}"),
    ("Distance error", "distance_m", "{:.2f} m"),
)


class StepBar(Themed, QWidget):
    """Four numbered steps with a line above each: done, present, open."""

    def __init__(self):
        super().__init__()
        self.step = 0
        self.setFixedHeight(30)

    def show_step(self, step: int) -> None:
        """The present step, from 0."""
        self.step = step
        self.setAccessibleName(f"Step {step + 1} of {len(STEPS)}: {STEPS[step]}")
        self.update()

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        width = self.width() / len(STEPS)
        for number_, name in enumerate(STEPS):
            ink = t.text2 if number_ < self.step else t.accent if number_ == self.step else t.line_strong
            painter.fillRect(QRectF(number_ * width, 2, width - 6, 3), QColor(ink))
            painter.setFont(theme.font(11, 600 if number_ == self.step else 400))
            painter.setPen(QColor(t.text1 if number_ == self.step else t.text3))
            painter.drawText(QRectF(number_ * width, 10, width, 18), 0, f"{number_ + 1} {name}")
        painter.end()


LEVEL_TEXT_Y = 24
LEVEL_TICKS = (
    (LOWEST_DBFS, Qt.AlignmentFlag.AlignLeft),
    *((edge, Qt.AlignmentFlag.AlignHCenter) for edge in AIM_DBFS),
    (0.0, Qt.AlignmentFlag.AlignRight),
)
"""Ends of the scale and of the aim."""


class AimBar(Themed, QWidget):
    """The level of what is heard, and where it should be."""

    def __init__(self):
        super().__init__()
        self.level_dbfs = -math.inf
        self.setFixedHeight(32)
        self.setFont(theme.font(11))
        self.setAccessibleName("Level")

    def show_level(self, level_dbfs: float) -> None:
        """RMS in dBFS."""
        self.level_dbfs = level_dbfs
        self.update()

    def _x(self, level_dbfs: float) -> float:
        return self.width() * min(1.0, max(0.0, 1 - level_dbfs / LOWEST_DBFS))

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.fillRect(QRectF(0, 0, self.width(), 10), QColor(t.plot))
        if math.isfinite(self.level_dbfs):
            painter.fillRect(QRectF(0, 0, self._x(self.level_dbfs), 10), QColor(t.before))
        low, high = (self._x(edge) for edge in AIM_DBFS)
        painter.fillRect(QRectF(low, 12, high - low, 2), QColor(t.good))
        painter.setFont(self.font())
        draw_text(painter, (low + high) / 2, LEVEL_TEXT_Y, "aim", t.good, Qt.AlignmentFlag.AlignHCenter)
        for level_dbfs, side in LEVEL_TICKS:
            draw_text(painter, self._x(level_dbfs), LEVEL_TEXT_Y, number(level_dbfs), t.text3, side)
        painter.end()


class AdaptPanel(FloatPanel):
    """Shows what it is told; emits what a person wants."""

    place_chosen = Signal(str, float, int, int)
    """Name of the room, distance in metres, marks, samples a mark."""
    pause_wanted = Signal()
    skip_wanted = Signal()
    back_wanted = Signal()
    next_wanted = Signal()
    """Keep what this mark has."""
    learn_wanted = Signal()
    stop_wanted = Signal()
    use_wanted = Signal()
    again_wanted = Signal()

    def __init__(self, window: QWidget):
        super().__init__("Adapt to this room", WIDTH, window)
        self.steps = StepBar()
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 6, 4)
        row.addWidget(self.steps)
        self.body.addLayout(row)
        self.title = label("", 13, 600, wrap=True)
        self.text = label("", 12, tone="2", wrap=True)
        words = QVBoxLayout()
        words.setContentsMargins(12, 2, 12, 8)
        words.addWidget(self.title)
        words.addWidget(self.text)
        self.body.addLayout(words)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._place_page())
        self.pages.addWidget(self._walk_page())
        self.pages.addWidget(self._learn_page())
        self.pages.addWidget(self._compare_page())
        self.body.addWidget(self.pages, 1)
        self.body.addWidget(rule())
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 8, 12, 8)
        foot.setSpacing(8)
        self.back = button("Back", "Record the mark before anew", self.back_wanted.emit, flat=True)
        self.skip = button("Skip mark", "Leave this mark out: it cannot be reached", self.skip_wanted.emit)
        self.pause = button("Pause", "Halt, or go on", self.pause_wanted.emit)
        self.next = button("Next", "", self._on_next)
        foot.addWidget(self.back)
        foot.addStretch(1)
        for part in (self.skip, self.pause, self.next):
            foot.addWidget(part)
        self.body.addLayout(foot)
        self._step = 0
        self.show_place("")

    # ---- pages -----------------------------------------------------------------------------------------------

    def _place_page(self) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        form.setContentsMargins(12, 4, 12, 12)
        form.setVerticalSpacing(8)
        self.name = QLineEdit("My room")
        self.name.setToolTip("Names the folder of the recordings and the adapted network")
        self.distance = QDoubleSpinBox()
        self.distance.setRange(0.2, 10.0)
        self.distance.setSingleStep(0.1)
        self.distance.setValue(1.5)
        self.distance.setSuffix(" m")
        self.distance.setToolTip("How far the marks are from the middle of the array")
        self.marks = QSpinBox()
        self.marks.setRange(4, 36)
        self.marks.setValue(MARKS)
        self.marks.setToolTip("Evenly around the array, the first in front")
        self.wanted = QSpinBox()
        self.wanted.setRange(1, 50)
        self.wanted.setValue(SAMPLES_A_MARK)
        self.wanted.setToolTip("100 samples in all are plenty")
        for text, field in (
            ("Room", self.name),
            ("Distance", self.distance),
            ("Marks", self.marks),
            ("Samples a mark", self.wanted),
        ):
            field.setFont(theme.font(12))
            field.setMinimumHeight(24)
            field.setAccessibleName(text)
            form.addRow(label(text, 12, tone="2"), field)
        self.array_note = label("", 11, tone="3", wrap=True)
        form.addRow(self.array_note)
        return page

    def _walk_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(0)
        self.map = WalkMap()
        column.addWidget(self.map)
        head, self.level_note = heading("Level")
        column.addWidget(head)
        self.level = AimBar()
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.addWidget(self.level)
        column.addLayout(row)
        head, self.samples_note = heading("Samples")
        column.addWidget(head)
        self.samples = ProgressBar()
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 6)
        row.addWidget(self.samples)
        column.addLayout(row)
        figures = QGridLayout()
        figures.setContentsMargins(12, 6, 12, 0)
        self.figures = {}
        for at, (key, name) in enumerate((("snr", "Signal to noise"), ("speech", "Speech"))):
            figures.addWidget(label(name, 11, tone="3"), 0, at)
            self.figures[key] = label(UNKNOWN, 13)
            figures.addWidget(self.figures[key], 1, at)
            figures.setColumnStretch(at, 1)
        column.addLayout(figures)
        return page

    def _learn_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 4, 12, 12)
        self.learning = label("", 12)
        self.bar = ProgressBar()
        self.saying = label("", 11, tone="3", wrap=True)
        for part in (self.learning, self.bar, self.saying):
            column.addWidget(part)
        column.addStretch(1)
        return page

    def _compare_page(self) -> QWidget:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(12, 4, 12, 12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        grid.addWidget(label("In this room", 11, tone="3"), 0, 0)
        for column, text in enumerate(("before", "after"), start=1):
            grid.addWidget(label(text, 11, tone="3"), 0, column, Qt.AlignmentFlag.AlignRight)
        self.compared = {}
        for line, (name, key, _) in enumerate(FIGURES, start=1):
            grid.addWidget(label(name, 12), line, 0)
            for column, when in enumerate(("before", "after"), start=1):
                cell = label(UNKNOWN, 12, 500)
                self.compared[when, key] = cell
                grid.addWidget(cell, line, column, Qt.AlignmentFlag.AlignRight)
        self.compared_note = label("", 11, tone="3", wrap=True)
        grid.addWidget(self.compared_note, len(FIGURES) + 1, 0, 1, 3)
        grid.setRowStretch(len(FIGURES) + 2, 1)
        return page

    # ---- what is shown ---------------------------------------------------------------------------------------

    def _show_step(self, step: int, title: str, text: str) -> None:
        self._step = step
        self.steps.show_step(step)
        self.pages.setCurrentIndex(step)
        self.title.setText(title)
        self.text.setText(text)
        for part, shown in ((self.back, step == 1), (self.skip, step == 1), (self.pause, step == 1)):
            part.setVisible(shown)
        if self.isVisible():
            self.place()

    def show_place(self, array: str) -> None:
        """Step 1."""
        self._show_step(
            0,
            "Where will you stand?",
            "Lay out marks on the floor around the array, all equally far from it. At each one you will speak for "
            "some seconds; the program listens, and learns where its microphones and walls really are.",
        )
        self.array_note.setText(f"Array: {array}" if array else "")
        self.next.setText("Begin")
        self.next.setToolTip("Go to the first mark")
        self.next.setEnabled(bool(array))

    def show_walk(self, state: WalkState, distance_m: float, you_rad: float | None, walking: bool) -> None:
        """Step 2. `walking`: there is a moment to go to the next mark."""
        if state.finished:
            title, text = "All marks are done", f"{state.total} samples in {len(state.files)} recordings."
        else:
            azimuth = format_azimuth(math.radians(state.azimuth_deg[state.mark]))
            verb = "Walk to" if walking or state.paused else "Stay at"
            title = f"{verb} {azimuth} and keep talking"
            text = f"About {distance_m:g} m from the array, {state.wanted} samples a mark."
        if state.error:
            text = state.error
        set_tone(self.text, "clip" if state.error else "2")
        if self._step != 1:
            self._show_step(1, title, text)
        self.title.setText(title)
        self.text.setText(text)
        self.map.show_state(state, you_rad)
        low, high = AIM_DBFS
        good = low <= state.level_dbfs <= high
        word = "good" if good else "too loud" if state.level_dbfs > high else "quiet"
        self.level_note.setText(
            f"{number(state.level_dbfs, 1)} dBFS, {word}" if math.isfinite(state.level_dbfs) else ""
        )
        self.level.show_level(state.level_dbfs)
        goal = state.wanted * len(state.azimuth_deg)
        self.samples_note.setText(f"{state.total} of {goal}")
        self.samples.show_share(state.total / max(goal, 1), "accent")
        self.figures["snr"].setText(UNKNOWN if state.snr_db is None else f"{state.snr_db:.0f}{THIN_SPACE}dB")
        minutes, seconds = divmod(int(state.speech_s), 60)
        self.figures["speech"].setText(f"{minutes}:{seconds:02d}{THIN_SPACE}min")
        self.pause.setText("Go on" if state.paused else "Pause")
        for part in (self.pause, self.skip):
            part.setEnabled(not state.finished)
        self.back.setEnabled(state.mark > 0)
        self.next.setText("Learn" if state.finished else "Next")
        self.next.setToolTip("Adapt the network to this room" if state.finished else "Keep what this mark has")
        here = 0 if state.finished else state.samples[state.mark]
        self.next.setEnabled(len(state.files) > 1 if state.finished else here > 0)

    def show_learning(self, job: JobState) -> None:
        """Step 3."""
        failed = job.state in ("failed", "cancelled")
        title = "Learning" if not failed else "The network was not adapted"
        text = "Sound goes on meanwhile. The recordings stay where they are."
        if self._step != 2:
            self._show_step(2, title, text)
        self.title.setText(title)
        self.text.setText(text)
        self.learning.setText(standing(job))
        self.bar.show_share(job.share or 0.0, "clip" if failed else "accent")
        self.saying.setText(job.text)
        set_tone(self.saying, "clip" if job.state == "failed" else "3")
        self.next.setText("Try again" if failed else "Stop")
        self.next.setToolTip("Begin the learning anew" if failed else "Stop learning")
        self.next.setEnabled(True)

    def show_missing(self, how: str, folder: str) -> None:
        """Step 3 cannot be done here: what must be installed."""
        self._show_step(2, "Learning needs PyTorch, which is not installed", how)
        self.learning.setText("")
        self.bar.show_share(0.0, "accent")
        self.saying.setText(f"Your recordings are kept in {folder}")
        set_tone(self.saying, "3")
        self.next.setText("Try again")
        self.next.setEnabled(True)

    def show_comparison(self, result: dict, used: bool) -> None:
        """Step 4: what `workbench train adapt --json` wrote."""
        better = result["after"]["mean_deg"] < result["before"]["mean_deg"]
        title = "The adapted network hears this room better" if better else "Adapting did not help here"
        text = "Measured on recordings that were held back from learning. Both networks are kept."
        self._show_step(3, title, text)
        for (when, key), cell in self.compared.items():
            form = next(form for _, name, form in FIGURES if name == key)
            value = result[when].get(key)
            known = isinstance(value, (int, float)) and math.isfinite(value)
            cell.setText(form.format(value) if known else UNKNOWN)
        moved = result.get("moved_mm") or (0.0,)
        self.compared_note.setText(
            f"{result['windows']} samples of {result['recordings']} recordings, {result['held_back']} held back. "
            f"Microphones were found up to {max(moved):.1f} mm from where the array's file has them."
        )
        self.next.setText("Use the shipped one" if used else "Use the adapted one")
        self.next.setToolTip("Which network finds the talkers from now on; this can be undone")
        self.next.setEnabled(True)

    def apply_theme(self, tokens: Tokens) -> None:
        """In the colours of the theme."""
        super().apply_theme(tokens)

    def _on_next(self) -> None:
        if self._step == 0:
            self.place_chosen.emit(
                self.name.text().strip(), self.distance.value(), self.marks.value(), self.wanted.value()
            )
        elif self._step == 1:
            (self.learn_wanted if self.map.state.finished else self.next_wanted).emit()
        elif self._step == 2:
            (self.stop_wanted if self.next.text() == "Stop" else self.learn_wanted).emit()
        else:
            self.use_wanted.emit()
