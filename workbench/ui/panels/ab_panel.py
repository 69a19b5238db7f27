"""Comparing A and B: copy and swap, what is heard where, matched loudness, and what differs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from workbench.core.ab import TAP_NAMES, ABState, Difference
from workbench.ui.controls import MethodChooser, ToggleSwitch, rule
from workbench.ui.dialogs import FloatPanel
from workbench.ui.dialogs.parts import button, heading, label
from workbench.ui.painting import THIN_SPACE, UNKNOWN, number
from workbench.ui.theme import Tokens
from workbench.ui.toolbar import gain_text

WIDTH = 396
ROW_HEIGHT = 24
CELL_PADDING = 13
"""Of a flat button, border included: headings stand over the numbers in it."""
MOST_ROWS = 9
STAGE_NAMES = {"beam": "beam", "enhance": "enhancement", "render": "rendering"}


class DifferenceTable(QScrollArea):
    """Name, A and B of every parameter that differs; a click takes one side's value over to the other."""

    take_wanted = Signal(str, str)
    """Path, and the side whose value both shall have."""

    def __init__(self):
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows: tuple[Difference, ...] | None = None
        self.buttons: dict[tuple[str, str], QWidget] = {}

    def show_rows(self, rows: Sequence[Difference]) -> None:
        """Replace the lines."""
        rows = tuple(rows)
        if rows == self.rows:
            return
        self.rows, self.buttons = rows, {}
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(12, 0, 12, 8)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        if not rows:
            grid.addWidget(
                label("Both sides have the same settings. Choose B and change something.", tone="3", wrap=True)
            )
        for column, side in enumerate("AB" if rows else "", start=1):
            head = label(side, 11, 600, tone="3")
            head.setContentsMargins(0, 0, CELL_PADDING, 0)
            grid.addWidget(head, 0, column, Qt.AlignmentFlag.AlignRight)
        for line, row in enumerate(rows, start=1):
            grid.addWidget(label(row.label), line, 0)
            for column, (side, value, other) in enumerate((("a", row.a, "B"), ("b", row.b, "A")), start=1):
                cell = button(value, f"Give {other} this value too", flat=True)
                cell.setFixedHeight(ROW_HEIGHT)
                cell.setAccessibleName(f"{row.label}, {side.upper()}: {value}; give it to {other} too")
                cell.clicked.connect(lambda _=False, path=row.path, side=side: self.take_wanted.emit(path, side))
                grid.addWidget(cell, line, column, Qt.AlignmentFlag.AlignRight)
                self.buttons[row.path, side] = cell
        grid.setRowStretch(len(rows) + 1, 1)
        self.setWidget(table)
        self.setFixedHeight(ROW_HEIGHT * max(2, min(len(rows), MOST_ROWS) + 1) + 8)


class ABPanel(FloatPanel):
    """Shows what it is told; emits what a person asks for."""

    copy_wanted = Signal(str, str)
    """Copy the first side to the second."""
    swap_wanted = Signal()
    tap_chosen = Signal(str)
    matched_wanted = Signal(bool)
    frozen_wanted = Signal(bool)
    take_wanted = Signal(str, str)

    def __init__(self, window: QWidget):
        super().__init__("Compare A and B", WIDTH, window)
        self.note.setText("each a complete setting")
        sides = QHBoxLayout()
        sides.setContentsMargins(12, 4, 12, 10)
        sides.setSpacing(8)
        self.to_b = button("Copy A to B", "Make B equal to A: one undo step of B")
        self.to_a = button("Copy B to A", "Make A equal to B: one undo step of A")
        self.swap = button("Swap", "Exchange A and B")
        self.to_b.clicked.connect(lambda: self.copy_wanted.emit("a", "b"))
        self.to_a.clicked.connect(lambda: self.copy_wanted.emit("b", "a"))
        self.swap.clicked.connect(self.swap_wanted)
        for part in (self.to_b, self.to_a, self.swap):
            sides.addWidget(part, 1)
        self.body.addLayout(sides)
        self.body.addWidget(rule())

        self.tap = MethodChooser("What is heard")
        self.tap.setToolTip("Hear another place of the chain; the place in the sound stays, to the sample")
        self.tap.chosen.connect(self.tap_chosen)
        head, _ = heading("Heard", "of the chosen side", self.tap)
        self.body.addWidget(head)
        self.body.addWidget(rule())

        self.matched = ToggleSwitch("Match the loudness of A and B")
        self.matched.setToolTip("Take so much off the louder side that both are equally loud (ITU-R BS.1770)")
        self.matched.clicked.connect(self.matched_wanted)
        head, _ = heading("Loudness", "over the same span of sound", self.matched)
        self.body.addWidget(head)
        figures = QGridLayout()
        figures.setContentsMargins(12, 0, 12, 10)
        figures.setHorizontalSpacing(16)
        self.figures = {}
        names = (("a", "A, LUFS"), ("b", "B, LUFS"), ("off", "Taken off"), ("span", "Span"))
        for column, (key, name) in enumerate(names):
            figures.addWidget(label(name, 11, tone="3"), 0, column)
            self.figures[key] = label(UNKNOWN, 13)
            figures.addWidget(self.figures[key], 1, column)
            figures.setColumnStretch(column, 1)
        self.freeze = button("Freeze", "Keep the offset as it is while settings change")
        self.freeze.setCheckable(True)
        self.freeze.clicked.connect(self.frozen_wanted)
        figures.addWidget(self.freeze, 0, 4, 2, 1)
        self.body.addLayout(figures)
        self.body.addWidget(rule())

        head, self.count = heading("Differences")
        self.body.addWidget(head)
        self.table = DifferenceTable()
        self.table.take_wanted.connect(self.take_wanted)
        self.body.addWidget(self.table)
        self.shared = label("", 11, tone="3", wrap=True)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 6, 12, 10)
        foot.addWidget(self.shared)
        self.body.addWidget(rule())
        self.body.addLayout(foot)
        self._taps: tuple[str, ...] = ()
        self.show_state(ABState(shared=("beam", "enhance", "render")), ())

    def apply_theme(self, tokens: Tokens) -> None:
        """In the colours of the theme."""
        super().apply_theme(tokens)
        self.figures["a"].setStyleSheet(f"color: {tokens.a}")
        self.figures["b"].setStyleSheet(f"color: {tokens.b}")

    def set_taps(self, taps: tuple[str, ...]) -> None:
        """Which places of the chain can be heard."""
        if taps != self._taps:
            self._taps = taps
            self.tap.set_choices(tuple((tap, TAP_NAMES[tap]) for tap in taps))

    def show_state(self, state: ABState, differences: Sequence[Difference]) -> None:
        """Show how the comparison stands."""
        if not self._taps:
            self.set_taps(tuple(TAP_NAMES))
        self.tap.set_value(state.tap)
        self.matched.setChecked(state.matched)
        self.freeze.setChecked(state.frozen)
        self.freeze.setText("Frozen" if state.frozen else "Freeze")
        self.freeze.setEnabled(state.matched)
        for key, lufs in (("a", state.lufs_a), ("b", state.lufs_b)):
            self.figures[key].setText(number(lufs, 1) if math.isfinite(lufs) else UNKNOWN)
        self.figures["off"].setText(gain_text(state) or UNKNOWN)
        self.figures["span"].setText(f"{state.measured_s:.0f}{THIN_SPACE}s" if state.measured_s >= 1 else UNKNOWN)
        equal = not differences
        for part in (self.to_a, self.to_b, self.swap):
            part.setEnabled(not equal)
        self.count.setText("" if equal else str(len(differences)))
        self.table.show_rows(differences)
        once = [STAGE_NAMES[name] for name in state.shared]
        self.shared.setText(
            "Everything runs once."
            if len(once) == len(STAGE_NAMES)
            else f"Runs once for both: {', '.join(once)}."
            if once
            else "Both run as a whole."
        )
        if self.isVisible():
            self.place()
