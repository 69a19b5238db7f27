"""The strip with the timeline: where it plays, how a session plays, notes, the loop, the moment as a command line."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.core.transport import TransportState
from workbench.ui import theme
from workbench.ui.dialogs.parts import button, label
from workbench.ui.icons import icon
from workbench.ui.toolbar import tool_button
from workbench.ui.views.time_span import clock
from workbench.ui.views.timeline import Timeline

RECORDED_TIP = (
    "Through the settings of then: beams, enhancement and loudspeakers change as they did, and the sliders move with "
    "them. Touch one, and the settings of that moment become your own"
)
OWN_TIP = "Through the settings that you have now"


class TimelineStrip(QFrame):
    """A line with the place and what one can do, over the `Timeline`. Emits what a person wants."""

    as_recorded_wanted = Signal(bool)
    take_wanted = Signal()
    marker_wanted = Signal()
    note_wanted = Signal()
    command_wanted = Signal()
    loop_wanted = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("panel")
        self.tokens = theme.DARK
        self.timeline = Timeline()
        self.place = label("0:00.0", 13, 600)
        self.place.setMinimumWidth(72)
        self.total = label("", 12, tone="2")
        self.kind = label("", 12, tone="2")
        self.recorded = self._choice("As recorded", RECORDED_TIP, True)
        self.own = self._choice("My settings", OWN_TIP, False)
        self.take = button(
            "Take these settings", "Make the settings of this moment your own: one undo step", None, True
        )
        self.take.clicked.connect(lambda _=False: self.take_wanted.emit())
        self.marker = button("Marker", "A marker at this place (Ctrl+M)", self.marker_wanted.emit, True)
        self.note_button = button("Note…", "A marker with a note at this place (N)", self.note_wanted.emit, True)
        self.loop = button(
            "", "Play all of it again, not only this part (\\)", lambda: self.loop_wanted.emit(None), True
        )
        self.loop.setAccessibleName("Play all of it again")
        self.command = button(
            "Copy command line", "This moment as a command line: the output from here on, sample by sample",
            self.command_wanted.emit, True,
        )  # fmt: skip
        self.close_button = tool_button("close", "Hide the timeline (T)", 26)
        self.close_button.clicked.connect(lambda _=False: self.closed.emit())

        row = QHBoxLayout()
        row.setContentsMargins(12, 4, 6, 0)
        row.setSpacing(6)
        for part in (self.place, self.total, self.kind):
            row.addWidget(part)
        row.addSpacing(8)
        for part in (self.recorded, self.own, self.take):
            row.addWidget(part)
        row.addStretch(1)
        for part in (self.loop, self.marker, self.note_button, self.command, self.close_button):
            row.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 3)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.timeline)
        self.show_state(TransportState())

    def _choice(self, text: str, tip: str, on: bool) -> QPushButton:
        made = button(text, tip, None, True)
        made.setCheckable(True)
        made.clicked.connect(lambda _=False: self.as_recorded_wanted.emit(on))
        return made

    def apply_theme(self, tokens: theme.Tokens) -> None:
        """Icons in the colours of the theme."""
        self.tokens = tokens
        self.close_button.setIcon(icon("close", tokens))

    def show_state(self, state: TransportState) -> None:
        """Where it plays, and how."""
        self.timeline.show_state(state)
        self._put(self.place, clock(state.position_s, 1))
        duration_s = state.duration_s or self.timeline.span.duration_s
        self._put(self.total, f"of {clock(duration_s, 1)}" if duration_s else "")
        incomplete = state.session and not self.timeline.picture.complete and self.timeline.picture.progress >= 1
        self._put(self.kind, "ended by a crash, all there up to then" if incomplete else "")
        for part in (self.recorded, self.own):
            part.setVisible(state.session)
        self.take.setVisible(state.session and state.as_recorded)
        self.recorded.setChecked(state.as_recorded)
        self.own.setChecked(not state.as_recorded)
        self.recorded.setEnabled(not state.why_not)
        tip = state.why_not or RECORDED_TIP
        if self.recorded.toolTip() != tip:
            self.recorded.setToolTip(tip)
            self.recorded.setAccessibleDescription(tip)
        region = state.region_s
        self.loop.setVisible(region is not None)
        if region is not None:
            self._put(self.loop, f"Loop {clock(region[0], 1)} to {clock(region[1], 1)}  ×")

    @staticmethod
    def _put(part: QLabel | QPushButton, text: str) -> None:
        if part.text() != text:
            part.setText(text)
