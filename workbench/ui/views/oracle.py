"""The oracle ladder: six spectrograms of the same words, from the noisy sound over what a perfect estimator could give
to the enhancer itself; each can be heard at the same place. One axis, one scale, one playhead.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.core.messages import OracleReport
from workbench.ui.controls import rule
from workbench.ui.painting import THIN_SPACE, draw_text, frequency_y, number
from workbench.ui.theme import LEVEL_RANGE_DB, font
from workbench.ui.views.headers import ColorBar, Toggle
from workbench.ui.views.oracle_column import NOISY, RUNGS, RungColumn
from workbench.ui.views.oracle_picture import DIFFERENCE_RANGE_DB, PICTURE_HEIGHT
from workbench.ui.views.plot import Painted

AXIS_WIDTH, GAP = 44, 8
LABELS_HZ = (20000, 10000, 5000, 2000, 1000, 500, 200, 100)
EMPTY = {
    "": "Measure to climb the ladder with what was just said.",
    "listening": "Listening for a few seconds of sound…",
    "measuring": "Measuring…",
}
NO_CLEAN = (
    "This source does not know its clean signal. The simulated room does, and a file whose name ends in noisy "
    "beside one that ends in clean."
)
NO_CLEAN_FILE = "The clean recording of this file is not known: there is none beside it whose name ends in clean."


class FrequencyScale(Painted):
    """Frequencies beside the first picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(AXIS_WIDTH, PICTURE_HEIGHT)

    def paint_background(self, painter: QPainter) -> None:
        painter.setFont(font(11))
        for hz in LABELS_HZ:
            y = min(max(float(frequency_y(hz, self.height())), 6.0), self.height() - 6.0)
            label = f"{hz // 1000}k" if hz >= 1000 else str(hz)
            draw_text(painter, self.width() - 8, y, label, self.tokens.text2, Qt.AlignmentFlag.AlignRight)


class OracleView(QWidget):
    """The ladder. `show_report` takes what was measured, `show_playing` what is heard.

    `tools` stand in the header of the panel around it.
    """

    rung_wanted = Signal(str, bool)
    """Name of the rung to be heard ("" for the live sound), and whether it shall loop."""
    measure_wanted = Signal()
    clean_wanted = Signal()
    """The clean recording of the file that plays shall be chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Oracle ladder")
        self.setProperty("picture", True)
        self.report = OracleReport()
        self.playing = ""
        self.known, self.choosable = True, False
        self.loop_button = Toggle("Loop", "Play the excerpt again and again; off: once")
        self.loop_button.setChecked(True)
        self.difference_button = Toggle("Difference", "Show each rung minus the noisy sound")
        self.color_bar = ColorBar()
        self.color_bar.setFixedWidth(176)
        self.tools = (self.loop_button, self.difference_button, self.color_bar)
        self.frequencies = FrequencyScale()
        self.columns = {text.name: RungColumn(place + 1, text) for place, text in enumerate(RUNGS)}
        self.message = QLabel()
        self.message.setFont(font(12))
        self.message.setProperty("tone", "2")
        self.comparison = QLabel()
        self.comparison.setFont(font(12))
        self.measure_button = QPushButton("Measure")
        self.measure_button.setFont(font(12))
        self.measure_button.setFixedHeight(28)
        self.measure_button.setToolTip("Take the last words that were said and measure all rungs")

        self.clean_button = QPushButton("Clean file…")
        self.clean_button.setFont(font(12))
        self.clean_button.setFixedHeight(28)
        self.clean_button.setToolTip(
            "Choose the clean recording of the file that plays: the same length and rate, sample by sample. "
            "The file begins anew."
        )

        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP)
        beside = QVBoxLayout()
        beside.addSpacing(32)
        beside.addWidget(self.frequencies)
        beside.addStretch(1)
        grid.addLayout(beside, 0, 0)
        for place, column in enumerate(self.columns.values()):
            grid.addWidget(column, 0, place + 1)
            grid.setColumnStretch(place + 1, 1)
            column.wanted.connect(self._on_wanted)
        foot = QHBoxLayout()
        foot.addWidget(self.comparison)
        foot.addStretch(1)
        foot.addWidget(self.message)
        foot.addSpacing(8)
        foot.addWidget(self.clean_button)
        foot.addWidget(self.measure_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        grid.setContentsMargins(4, 0, 12, 0)
        foot.setContentsMargins(12, 8, 12, 8)
        layout.addLayout(grid)
        layout.addWidget(rule())
        layout.addLayout(foot)
        self.difference_button.toggled.connect(lambda _: self._show_rungs())
        self.measure_button.clicked.connect(self.measure_wanted)
        self.clean_button.clicked.connect(self.clean_wanted)
        self.loop_button.toggled.connect(lambda on: self.playing and self.rung_wanted.emit(self.playing, on))
        self._show_state()

    def apply_theme(self, tokens) -> None:
        """Paint with these tokens from now on."""
        for widget in self.findChildren(QWidget):
            if hasattr(widget, "apply_theme"):
                widget.apply_theme(tokens)
        for tool in self.tools:
            tool.apply_theme(tokens)
        self._show_bar()

    def set_known(self, known: bool, choosable: bool = False) -> None:
        """Whether the source knows its clean signal, else there is nothing to measure; and whether it can be chosen,
        because the source is a file."""
        self.known, self.choosable = known, choosable
        self._show_state()

    def show_report(self, report: OracleReport) -> None:
        """What was measured, and what is going on."""
        changed = report.excerpt is not self.report.excerpt
        self.report = report
        if changed:
            self._show_rungs()
        self._show_state()

    def show_playing(self, rung: str, position_s: float) -> None:
        """What is heard now ("" is the live sound), and where in the excerpt."""
        self.playing = rung
        excerpt = self.report.excerpt
        position = min(1.0, position_s / excerpt.duration_s) if excerpt else 0.0
        for name, column in self.columns.items():
            column.show_playing(name == rung, position)
        self._show_comparison()

    def _on_wanted(self, rung: str) -> None:
        self.rung_wanted.emit(rung, self.loop_button.isChecked())

    def _show_rungs(self) -> None:
        excerpt = self.report.excerpt
        rungs = {rung.name: rung for rung in excerpt.rungs} if excerpt else {}
        for name, column in self.columns.items():
            difference = self.difference_button.isChecked() and name != NOISY
            column.show_rung(rungs.get(name), excerpt, rungs.get(NOISY) if difference else None)
        self._show_bar()

    def _show_bar(self) -> None:
        if self.difference_button.isChecked():
            self.color_bar.set_map(self.columns["bands"].picture.map_name, DIFFERENCE_RANGE_DB)
        else:
            self.color_bar.set_map("magma", LEVEL_RANGE_DB)

    def _show_state(self) -> None:
        busy = bool(self.report.state)
        self.measure_button.setEnabled(self.known and not busy)
        self.clean_button.setVisible(self.choosable)
        if not self.known:
            text = NO_CLEAN_FILE if self.choosable else NO_CLEAN
        elif busy or self.report.excerpt is None:
            text = EMPTY[self.report.state]
        else:
            text = f"Excerpt {self.report.excerpt.number}: {number(self.report.excerpt.duration_s, 1)}{THIN_SPACE}s"
        self.message.setText(text)
        self._show_comparison()

    def _show_comparison(self) -> None:
        """The playing rung against the one before it."""
        rungs = self.report.excerpt.rungs if self.report.excerpt else ()
        names = [rung.name for rung in rungs]
        if self.playing not in names:
            self.comparison.setText("")
            return
        place = names.index(self.playing)
        if place == 0:
            self.comparison.setText(f"Playing 1 {RUNGS[0].title}")
            return
        now, before = rungs[place], rungs[place - 1]
        titles = [column.heading.title for column in self.columns.values()]
        self.comparison.setText(
            f"{place + 1} {titles[place]} against {place} {titles[place - 1]}: "
            f"SI-SDR {number(now.si_sdr_db - before.si_sdr_db, 1, signed=True)}{THIN_SPACE}dB, "
            f"STOI {number(now.stoi - before.stoi, 2, signed=True)}"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = event.key() - Qt.Key.Key_1
        if 0 <= place < len(RUNGS):
            list(self.columns.values())[place].toggle()
        else:
            super().keyPressEvent(event)
