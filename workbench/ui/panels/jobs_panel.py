"""The jobs: what runs beside the sound, how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from workbench.engine.jobs import JobState
from workbench.ui.controls import Themed, rule
from workbench.ui.dialogs.float_panel import FloatPanel
from workbench.ui.dialogs.parts import button, label, set_tone
from workbench.ui.icons import icon
from workbench.ui.theme import Tokens
from workbench.ui.toolbar import tool_button

WIDTH = 360
ROW_HEIGHT = 62
MOST_ROWS = 7
EMPTY = (
    "Nothing to do. Training, adapting to a room, making scenes and work over many files run here, beside the sound."
)


def duration_text(seconds: float) -> str:
    """Time left for a person: "40 s", "3 min 20 s", "1 h 05 min"."""
    seconds = max(0, round(seconds))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 600:
        return f"{seconds // 60} min {seconds % 60:02d} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def standing(job: JobState) -> str:
    """How a job stands, in a few words."""
    if job.state in ("running", "paused"):
        words = [] if job.share is None else [f"{100 * job.share:.0f} %"]
        if job.state == "paused":
            words.append("paused")
        elif job.left_s is not None:
            words.append(f"{duration_text(job.left_s)} left")
        return ", ".join(words) or "at work"
    return {"done": "done", "failed": "failed", "cancelled": "stopped"}.get(job.state, job.state)


class ProgressBar(Themed, QWidget):
    """A bar 6 high; empty while the share is not known."""

    def __init__(self):
        super().__init__()
        self.setFixedHeight(6)
        self.share, self.tone = 0.0, "accent"

    def show_share(self, share: float, tone: str) -> None:
        """How much is done; `tone` is "accent", "clip" or "text3"."""
        if (share, tone) != (self.share, self.tone):
            self.share, self.tone = share, tone
            self.update()

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.raised))
        painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
        if self.share > 0:
            painter.setBrush(QColor(getattr(t, self.tone)))
            painter.drawRoundedRect(QRectF(0, 0, self.width() * self.share, 6), 3, 3)
        painter.end()


class JobRow(Themed, QWidget):
    """One job: its name, how it stands, pause, cancel, bar, and what it says."""

    def __init__(self, job: JobState, act: Callable[[str, int], None]):
        super().__init__()
        self._act, self.job = act, job
        self.setFixedHeight(ROW_HEIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 8, 6)
        column.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(2)
        self.name = label(job.name, 13, 500)
        self.state = label("", 12, tone="2")
        self.pause = tool_button("pause", "Halt this job", 28)
        self.cancel = tool_button("close", "Stop this job; what it can save, it saves", 28)
        self.pause.clicked.connect(lambda: self._act("resume" if self.job.state == "paused" else "pause", job.number))
        self.cancel.clicked.connect(lambda: self._act("remove" if self.job.over else "cancel", job.number))
        head.addWidget(self.name)
        head.addStretch(1)
        head.addWidget(self.state)
        head.addWidget(self.pause)
        head.addWidget(self.cancel)
        column.addLayout(head)
        self.bar = ProgressBar()
        column.addWidget(self.bar)
        self.text = label("", 11, tone="3")
        self.text.setMaximumWidth(WIDTH - 28)
        column.addWidget(self.text)
        self.show_job(job)

    def show_job(self, job: JobState) -> None:
        """How it stands now."""
        self.job = job
        self.state.setText(standing(job))
        set_tone(self.state, "clip" if job.state == "failed" else "2")
        tone = {"failed": "clip", "cancelled": "text3", "paused": "text3"}.get(job.state, "accent")
        self.bar.show_share(job.share or 0.0, tone)
        metrics = self.text.fontMetrics()
        self.text.setText(metrics.elidedText(job.text, Qt.TextElideMode.ElideRight, WIDTH - 40))
        self.text.setToolTip(job.text)
        self.pause.setVisible(job.state in ("running", "paused"))
        self.pause.setToolTip("Go on" if job.state == "paused" else "Halt this job")
        self.cancel.setEnabled(job.state != "stopping")
        self.cancel.setToolTip("Take it off the list" if job.over else "Stop this job; what it can save, it saves")
        for part, words in ((self.pause, self.pause.toolTip()), (self.cancel, self.cancel.toolTip())):
            part.setAccessibleName(f"{job.name}: {words}")
        self.setAccessibleName(f"{job.name}: {standing(job)}")
        self._icons()

    def apply_theme(self, tokens: Tokens) -> None:
        super().apply_theme(tokens)
        self.bar.apply_theme(tokens)
        self._icons()

    def _icons(self) -> None:
        self.pause.setIcon(icon("play" if self.job.state == "paused" else "pause", self.tokens))
        self.cancel.setIcon(icon("close", self.tokens))


class JobsPanel(FloatPanel):
    """Shows jobs; emits what a person wants with them."""

    wanted = Signal(str, int)
    """"pause", "resume", "cancel" or "remove", and the job's number."""
    log_wanted = Signal()

    def __init__(self, window: QWidget, starters: Sequence[tuple[str, Callable[[], None]]] = ()):
        super().__init__("Jobs", WIDTH, window)
        self.note.setText("at low priority")
        self.rows: dict[int, JobRow] = {}
        self.empty = label(EMPTY, 12, tone="3", wrap=True)
        self.empty.setContentsMargins(12, 4, 12, 12)
        self.body.addWidget(self.empty)
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll.setWidget(self._list)
        self.body.addWidget(self.scroll)
        self.body.addWidget(rule())
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 8, 12, 8)
        self.menu = QMenu(self)
        for text, action in starters:
            self.menu.addAction(text, action)
        self.new = button("New job", "Begin something that takes long")
        self.new.setMenu(self.menu)
        self.new.setEnabled(bool(starters))
        self.new.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the chevron stands behind the words
        self.copy_log = button("Copy log", "Copy what the jobs said last", self.log_wanted.emit, flat=True)
        foot.addWidget(self.new)
        foot.addStretch(1)
        foot.addWidget(self.copy_log)
        self.body.addLayout(foot)
        self.show_jobs(())

    def show_jobs(self, jobs: Sequence[JobState]) -> None:
        """Show the jobs, the oldest first."""
        numbers = {job.number for job in jobs}
        gone = [number for number in self.rows if number not in numbers]
        for number in gone:
            row = self.rows.pop(number)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for job in jobs:
            if job.number in self.rows:
                if self.rows[job.number].job != job:
                    self.rows[job.number].show_job(job)
            else:
                row = JobRow(job, self.wanted.emit)
                row.apply_theme(self.tokens)
                self.rows[job.number] = row
                self._column.insertWidget(self._column.count() - 1, row)
        self.empty.setVisible(not jobs)
        self.scroll.setVisible(bool(jobs))
        self.scroll.setFixedHeight(ROW_HEIGHT * min(max(len(jobs), 1), MOST_ROWS))
        self.copy_log.setEnabled(bool(jobs))
        if self.isVisible() and (gone or len(jobs) != len(numbers)):
            self.place()

    def apply_theme(self, tokens: Tokens) -> None:
        """In the colours of the theme."""
        super().apply_theme(tokens)
        self.new.setIcon(icon("chevron-down", tokens))
        for row in self.rows.values():
            row.apply_theme(tokens)
