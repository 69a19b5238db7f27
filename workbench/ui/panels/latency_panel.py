"""Dropouts and latency: where the delay comes from, how the clocks drift, what interrupted the sound and why."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from workbench.core.messages import Dropout, Health
from workbench.ui import theme
from workbench.ui.controls import MethodChooser, rule
from workbench.ui.dialogs import FloatPanel
from workbench.ui.painting import THIN_SPACE, UNKNOWN, number
from workbench.ui.panels.dropout_advice import explain
from workbench.ui.panels.latency_plots import BudgetStaircase, DriftPlot, steady_s
from workbench.ui.status_bar import Lamp
from workbench.ui.theme import Tokens

WIDTH = 364
SHOWN = 50
"""Rows of the log; all are copied."""
LOG_HEIGHT, LEAST_LOG_HEIGHT = 236, 52
TOGETHER_S = 2.0
"""Interruptions of one cause that follow each other within this are one row of the log."""
NOT_MEASURED = "The delay was not measured"
MEASURE_TIP = "Play a chirp at −20 dBFS and listen for it: needs a way from output to input"
REOPEN_TIP = "End the streams of the devices and open them anew: helps when one went quiet. Half a second of silence"
FLUSH_TIP = "Bring the playback queue back to its length, crossfaded"
FILTERS = (("all", "All stages"), ("own", "Earshot"), ("other", "Elsewhere"))


def _label(text: str = "", size: int = 12, weight: int = 400, tone: str = "1") -> QLabel:
    label = QLabel(text)
    label.setFont(theme.font(size, weight))
    label.setProperty("tone", tone)
    return label


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setFont(theme.font(12))
    button.setFixedHeight(28)
    button.setToolTip(tip)
    return button


def clock_time(when_s: float) -> str:
    """12:03:41.20"""
    return time.strftime("%H:%M:%S", time.localtime(when_s)) + f".{int(100 * (when_s % 1)):02d}"


def gathered(timed: list[tuple[float, Dropout]]) -> list[tuple[float, Dropout, int]]:
    """Dropouts of one stage that follow each other closely as one: the time of the first, the newest, and how many.
    Given oldest first, returned newest first."""
    groups: list[tuple[float, Dropout, int, float]] = []
    for at, dropout in timed:
        if groups:
            first, newest, times, last = groups[-1]
            if at - last < TOGETHER_S and (newest.stage, newest.own) == (dropout.stage, dropout.own):
                groups[-1] = (first, dropout, times + 1, at)
                continue
        groups.append((at, dropout, 1, at))
    return [(first, dropout, times) for first, dropout, times, _ in reversed(groups)]


class LogRow(QWidget):
    """Time; stage, cause, advice. A clip-coloured square is ours, a warning-coloured one elsewhere."""

    def __init__(self, when_s: float, dropout: Dropout, times: int = 1, parent: QWidget | None = None):
        super().__init__(parent)
        words = explain(dropout)
        stage = words.stage if times == 1 else f"{words.stage}, {times} times"
        grid = QHBoxLayout(self)
        grid.setContentsMargins(12, 7, 12, 7)
        grid.setSpacing(8)
        at = _label(clock_time(when_s), tone="2")
        at.setFixedWidth(74)
        grid.addWidget(at, 0, Qt.AlignmentFlag.AlignTop)
        lamp = Lamp(round_shape=False)
        lamp.set_token("clip" if words.ours else "warning")
        lamp.setFixedHeight(16)
        grid.addWidget(lamp, 0, Qt.AlignmentFlag.AlignTop)
        lines = QVBoxLayout()
        lines.setSpacing(1)
        for text, weight, tone in ((stage, 600, "1"), (words.cause, 400, "1"), (words.advice, 400, "2")):
            line = _label(text, weight=weight, tone=tone)
            line.setWordWrap(True)
            lines.addWidget(line)
        grid.addLayout(lines, 1)
        self.setAccessibleName(f"{stage}: {words.cause}. {words.advice}")


class LatencyPanel(FloatPanel):
    """Non-modal. Takes `Health`; emits what a person asks for."""

    measure_wanted = Signal()
    flush_wanted = Signal()
    reopen_wanted = Signal()

    def __init__(self, window: QWidget):
        super().__init__("Dropouts and latency", WIDTH, window)
        self.budget, self.drift_plot = BudgetStaircase(), DriftPlot()
        self._health = Health()
        self._began_s = steady_s()
        self._cleared_s = 0.0
        self._cleared_noted = 0
        self._noted: dict[Dropout, float] = {}
        """When each dropout was, by `steady_s`: told once, since what runs meanwhile need not keep to the clock."""
        self._measuring: Health | None = None
        """What the engine said when a measurement was asked for."""
        self._shown: tuple = ()
        self._add_heading("Budget", "ms", "▏measured")
        self._add(self.budget)
        self._line()
        self._add_measures()
        self._line()
        self._add_heading("Drift", "ppm, 15 min", "▏dropout")
        self._add(self.drift_plot)
        self._line()
        self._add_log()
        self._line()
        self._add_footer()

    def _add(self, widget: QWidget) -> None:
        holder = QHBoxLayout()
        holder.setContentsMargins(12, 0, 12, 8)
        holder.addWidget(widget)
        self.body.addLayout(holder)

    def _line(self) -> None:
        self.body.addWidget(rule(vertical=False))

    def _add_heading(self, title: str, note: str, key: str) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 6)
        row.setSpacing(8)
        row.addWidget(_label(title, 13, 600))
        row.addWidget(_label(note, 11, tone="3"))
        row.addStretch(1)
        row.addWidget(_label(key, 11, tone="2"))
        self.body.addLayout(row)

    def _add_measures(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(16)
        self.measured, self.measured_note = _label(UNKNOWN, 15, 500), _label("not measured", 11, tone="3")
        self.drift, self.drift_note = _label(UNKNOWN, 15, 500), _label("one clock", 11, tone="3")
        for caption, value, note in (
            ("Measured loopback", self.measured, self.measured_note),
            ("Clock drift", self.drift, self.drift_note),
        ):
            column = QVBoxLayout()
            column.setSpacing(1)
            for label in (_label(caption, 11, tone="3"), value, note):
                column.addWidget(label)
            row.addLayout(column)
        row.addStretch(1)
        self.alarm = _label("", tone="warning")
        self.alarm.setWordWrap(True)
        self.alarm.setContentsMargins(12, 0, 12, 8)
        self.alarm.hide()
        self.measure = _button("Measure", MEASURE_TIP)
        self.measure.clicked.connect(self._begin_measuring)
        row.addWidget(self.measure, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(row)
        self.body.addWidget(self.alarm)

    def _add_log(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 6)
        row.setSpacing(8)
        self.count = _label("", 11, tone="3")
        self.filter = MethodChooser("Which dropouts", FILTERS)
        self.filter.setToolTip("Which dropouts the list shows")
        self.filter.currentIndexChanged.connect(lambda _: self._show_log(force=True))
        row.addWidget(_label("Dropouts", 13, 600))
        row.addWidget(self.count)
        row.addStretch(1)
        row.addWidget(self.filter)
        self.body.addLayout(row)
        self.rows = QWidget()
        self.list = QVBoxLayout(self.rows)
        self.list.setContentsMargins(0, 0, 0, 0)
        self.list.setSpacing(0)
        self.scroll = scroll = QScrollArea()
        scroll.setWidget(self.rows)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setMinimumHeight(LEAST_LOG_HEIGHT)
        self.body.addWidget(scroll, 1)  # takes what is left over, which the headings would take else
        self._show_log(force=True)

    def _add_footer(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self.flush = _button("Flush", FLUSH_TIP)
        self.flush.clicked.connect(self.flush_wanted)
        self.reopen = _button("Reopen", REOPEN_TIP)
        self.reopen.clicked.connect(self.reopen_wanted)
        self.queue = _label("", tone="2")
        self.clear = _button("Clear", "Empty the list")
        self.copy = _button("Copy log", "Copy budget, drift and all dropouts as text")
        self.clear.clicked.connect(self._clear)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.log_text()))
        self.queue.setToolTip("How long the playback queue lasts when a hop is written")
        for one in (self.flush, self.reopen, self.clear, self.copy):
            one.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.addWidget(self.flush)
        row.addWidget(self.queue)
        row.addWidget(self.reopen)
        row.addStretch(1)
        row.addWidget(self.clear)
        row.addWidget(self.copy)
        self.body.addLayout(row)

    def apply_theme(self, tokens: Tokens) -> None:
        super().apply_theme(tokens)
        for child in (self.budget, self.drift_plot, self.filter, *self.rows.findChildren(Lamp)):
            child.apply_theme(tokens)

    def show_health(self, health: Health) -> None:
        """What the engine says; while the panel is hidden only the drift is noted."""
        self._health = health
        self._note_times(health)
        self.drift_plot.add(steady_s(), health.drift_ppm)
        if self.isVisible():
            self._show()

    def wanted_height(self) -> int:
        """With the whole log; it gives way where the window is low."""
        spare = LOG_HEIGHT - self.scroll.sizeHint().height()
        return super().wanted_height() + max(0, spare)

    def showEvent(self, event):
        super().showEvent(event)
        self._show()
        self.place_soon()

    def _show(self) -> None:
        health = self._health
        rows = len(self.budget.parts)
        self.budget.set_budget(health.latency, health.measured_ms)
        self._show_measures(health)
        both = health.state == "running" and health.queue_ms is not None
        self.flush.setEnabled(both)
        device = both or bool(health.silent_inputs) or health.state == "lost"
        self.reopen.setEnabled(device)
        self.reopen.setToolTip(REOPEN_TIP if device else "No sound device is in use")
        self.queue.setText(f"{health.queue_ms:.1f}{THIN_SPACE}ms" if both else "")
        self.queue.setVisible(both)
        self.measure.setEnabled(both)
        self.measure.setToolTip(MEASURE_TIP if both else "Measuring needs a running sound device on both sides")
        self.flush.setToolTip(FLUSH_TIP if both else "There is no playback queue: the sink is no running sound device")
        self._show_log()
        alarming = self.alarm.isHidden() == bool(health.alarm)
        self.alarm.setText(health.alarm)
        self.alarm.setVisible(bool(health.alarm))
        if len(self.budget.parts) != rows or alarming:
            self.place_soon()

    def _begin_measuring(self) -> None:
        self._measuring = self._health
        self.measured_note.setText("listening for the chirp …")
        self.measure_wanted.emit()

    def _measure_state(self, health: Health) -> str:
        """What is to be said of a measurement that was asked for; empty when it is over or none was."""
        before = self._measuring
        if before is None:
            return ""
        if (health.measured_ms, health.measured_at) != (before.measured_ms, before.measured_at):
            self._measuring = None
            return ""
        if health.failed and health.message != before.message and health.message.startswith(NOT_MEASURED):
            return "no chirp was heard"
        return "listening for the chirp …"

    def _show_measures(self, health: Health) -> None:
        state = self._measure_state(health)
        self.measured_note.setToolTip(health.message if state and health.failed else "")
        if state:
            self.measured.setText(UNKNOWN)
            self.measured_note.setText(state)
        elif health.measured_ms is None:
            self.measured.setText(UNKNOWN)
            self.measured_note.setText("not measured")
        else:
            over_ms = health.measured_ms - self.budget.total_ms
            self.measured.setText(f"{health.measured_ms:.1f}{THIN_SPACE}ms")
            side = "over" if over_ms >= 0 else "under"
            self.measured_note.setText(f"{abs(over_ms):.1f}{THIN_SPACE}ms {side}, at {health.measured_at}")
        if health.drift_ppm is None:
            self.drift.setText(UNKNOWN)
            self.drift_note.setText("one clock")
        else:
            self.drift.setText(f"{number(health.drift_ppm, 1, signed=True)}{THIN_SPACE}ppm")
            self.drift_note.setText("too much" if health.alarm else "corrected")
        self.drift_note.setToolTip(health.alarm)

    def _timed(self) -> list[tuple[float, Dropout]]:
        """All dropouts with their time of day, oldest first."""
        timed = [(self._noted[dropout], dropout) for dropout in self._health.dropouts]
        now_s, clock_s = steady_s(), time.time()
        return [(at - now_s + clock_s, dropout) for at, dropout in timed if at > self._cleared_s]

    def _note_times(self, health: Health) -> None:
        began_s = steady_s() - health.elapsed_s
        self._cleared_noted = min(self._cleared_noted, health.noted_dropouts)  # less than before: another start
        known = self._noted
        self._noted = {dropout: known.get(dropout, began_s + dropout.time_s) for dropout in health.dropouts}

    def _wanted(self, dropout: Dropout) -> bool:
        return {"own": dropout.own, "other": not dropout.own}.get(self.filter.currentData(), True)

    def _show_log(self, force: bool = False) -> None:
        timed = self._timed()
        self.drift_plot.set_dropouts([(self._noted[dropout], dropout.own) for _, dropout in timed])
        shown = tuple(dropout for _, dropout in timed)
        since_s = time.time() - steady_s() + max(self._cleared_s, self._began_s)
        since = time.strftime("%H:%M", time.localtime(since_s))
        noted = max(self._health.noted_dropouts - self._cleared_noted, len(timed))
        self.count.setText(f"{noted} since {since}")
        self.count.setToolTip(f"The list has the newest {len(timed)} of them" if noted > len(timed) else "")
        if shown == self._shown and not force:
            return
        self._shown = shown
        while (item := self.list.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().hide()  # it goes later, and may be painted once more until then
                item.widget().deleteLater()
        wanted = gathered([(at, dropout) for at, dropout in timed if self._wanted(dropout)])[:SHOWN]
        for at, dropout, times in wanted:
            row = LogRow(at, dropout, times)
            for lamp in row.findChildren(Lamp):
                lamp.apply_theme(self.tokens)
            self.list.addWidget(row)
            self.list.addWidget(rule(vertical=False))
        if not wanted:
            self.list.addWidget(_label("Nothing was interrupted.", tone="3"), 0, Qt.AlignmentFlag.AlignCenter)
        self.list.addStretch(1)

    def _clear(self) -> None:
        self._cleared_s, self._cleared_noted = steady_s(), self._health.noted_dropouts
        self._show_log(force=True)

    def log_text(self) -> str:
        """All of the panel as text: the budget, what was measured, then one line a dropout."""
        health = self._health
        parts = " + ".join(f"{part.label} {part.ms:.1f}" for part in health.latency if part.samples)
        total_ms = sum(part.ms for part in health.latency)
        lines = [f"Latency: {parts} = {total_ms:.1f} ms"] if parts else []
        if health.measured_ms is not None:
            lines.append(f"Measured: {health.measured_ms:.1f} ms at {health.measured_at}")
        if health.drift_ppm is not None:
            lines.append(f"Clock drift: {health.drift_ppm:+.1f} ppm. {health.alarm}".rstrip(" ."))
        lines.append(
            f"Dropouts: {health.own_dropouts} of Earshot, {health.server_dropouts} of the sound server, "
            f"{health.machine_dropouts} of the busy machine"
        )
        for at, dropout in self._timed():
            words = explain(dropout)
            lines.append(f"{clock_time(at)}\t{words.stage}\t{words.cause}\t{words.advice}")
        return "\n".join(lines)
