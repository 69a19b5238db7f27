"""The blind ABX test: three letters to listen to, two answers, and nothing that gives X away before the end."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSpinBox, QWidget

from workbench.core.kept import KeptSound
from workbench.ui import theme
from workbench.ui.controls import rule
from workbench.ui.dialogs.float_panel import FloatPanel
from workbench.ui.dialogs.parts import button, heading, key_caps, label
from workbench.ui.painting import UNKNOWN
from workbench.ui.panels.abx_parts import LetterButton, TrialSquares
from workbench.ui.panels.loop_bar import LoopBar
from workbench.ui.theme import Tokens

WIDTH = 320
MOST_TRIALS = 99
KEYS = (("A   B   X", "listen"), ("←   →", "X is A, X is B"), ("[   ]   \\", "loop start, loop end, all of it"))


class ABXPanel(FloatPanel):
    """Shows what it is told; emits what a person does."""

    begin_wanted = Signal(int)
    """Number of trials."""
    listen_wanted = Signal(str)
    answered = Signal(str)
    stop_wanted = Signal()
    save_wanted = Signal()
    keep_wanted = Signal()
    region_wanted = Signal(object)

    def __init__(self, window: QWidget):
        super().__init__("Blind ABX", WIDTH, window)
        sides = QGridLayout()
        sides.setContentsMargins(12, 4, 12, 8)
        sides.setHorizontalSpacing(12)
        sides.setColumnStretch(1, 1)
        self.names = {}
        self.letters_of_sides = {}
        for row, side in enumerate(("a", "b")):
            self.letters_of_sides[side] = label(side.upper(), 12, 600)
            self.names[side] = label("", 12)
            sides.addWidget(self.letters_of_sides[side], row, 0)
            sides.addWidget(self.names[side], row, 1)
        self.match_note = label("", 11, tone="3", wrap=True)
        sides.addWidget(self.match_note, 2, 0, 1, 2)
        self.body.addLayout(sides)
        self.body.addWidget(rule())

        head, self.playing_note = heading("Listen")
        self.body.addWidget(head)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 6)
        row.setSpacing(8)
        self.letters = {letter: LetterButton(letter.upper()) for letter in ("a", "b", "x")}
        for letter, made in self.letters.items():
            made.clicked.connect(lambda _=False, letter=letter: self.listen_wanted.emit(letter))
            row.addWidget(made)
        self.body.addLayout(row)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 10)
        row.setSpacing(8)
        self.answers = {}
        for side, key in (("a", "left arrow"), ("b", "right arrow")):
            made = button(f"X is {side.upper()}", f"Answer, and go on to the next trial ({key})")
            made.clicked.connect(lambda _=False, side=side: self.answered.emit(side))
            made.setFixedHeight(36)
            self.answers[side] = made
            row.addWidget(made, 1)
        self.body.addLayout(row)
        self.body.addWidget(rule())

        self.trials = QSpinBox()
        self.trials.setRange(1, MOST_TRIALS)
        self.trials.setValue(16)
        self.trials.setSuffix(" trials")
        self.trials.setFont(theme.font(12))
        self.trials.setAccessibleName("Number of trials")
        self.trials.setToolTip("More trials find smaller differences: 16 need 12 right, 40 need 26")
        self.trials.valueChanged.connect(lambda count: self.squares.show_trials(count, 0))
        head, self.trial_note = heading("Trials", right=self.trials)
        self.body.addWidget(head)
        self.squares = TrialSquares()
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 10)
        row.addWidget(self.squares)
        self.body.addLayout(row)
        self.body.addWidget(rule())

        self.keep = button("Loop the last seconds", "Freeze what was just heard and play it again and again (K)")
        self.keep.clicked.connect(lambda _=False: self.keep_wanted.emit())
        head, self.loop_note = heading("Loop", right=self.keep)
        self.body.addWidget(head)
        self.loop = LoopBar()
        self.loop.region_wanted.connect(self.region_wanted)
        row = QHBoxLayout()
        row.setContentsMargins(6, 0, 6, 8)
        row.addWidget(self.loop)
        self.body.addLayout(row)
        self.body.addWidget(rule())

        head, self.result_note = heading("Result")
        self.body.addWidget(head)
        figures = QGridLayout()
        figures.setContentsMargins(12, 0, 12, 10)
        self.figures = {}
        for column, (key, name) in enumerate((("right", "Right"), ("p", "p-value"))):
            figures.addWidget(label(name, 11, tone="3"), 0, column)
            self.figures[key] = label(UNKNOWN, 13, 600)
            figures.addWidget(self.figures[key], 1, column)
            figures.setColumnStretch(column, 1)
        self.needed = label("", 11, tone="2", wrap=True)
        figures.addWidget(self.needed, 2, 0, 1, 2)
        self.body.addLayout(figures)
        self.body.addWidget(rule())

        keys = QGridLayout()
        keys.setContentsMargins(12, 6, 12, 6)
        keys.setColumnStretch(1, 1)
        keys.setVerticalSpacing(2)
        for line, (caps, what) in enumerate(KEYS):
            keys.addWidget(key_caps(caps, 18), line, 0)
            keys.addWidget(label(what, 11, tone="2"), line, 1)
        keys.setColumnMinimumWidth(0, 96)
        self.body.addLayout(keys)
        self.body.addWidget(rule())
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 6, 12, 6)
        foot.setSpacing(8)
        self.begin = button("Begin", "Begin the test")
        self.begin.clicked.connect(lambda _=False: self.begin_wanted.emit(self.trials.value()))
        self.save = button("Save the result…", "As a table (.csv) or with everything in it (.json)")
        self.save.clicked.connect(lambda _=False: self.save_wanted.emit())
        self.stop = button("Stop, discard answers", "End the test without a result")
        self.stop.clicked.connect(lambda _=False: self.stop_wanted.emit())
        foot.addWidget(self.begin)
        foot.addStretch(1)
        foot.addWidget(self.save)
        foot.addWidget(self.stop)
        self.body.addLayout(foot)

    def apply_theme(self, tokens: Tokens) -> None:
        """In the colours of the theme."""
        super().apply_theme(tokens)
        for side, ink in (("a", tokens.a), ("b", tokens.b)):
            self.letters_of_sides[side].setStyleSheet(f"color: {ink}")
            self.answers[side].setStyleSheet(f"QPushButton:enabled:!focus {{ border-color: {ink}; }}")

    def show_sides(self, a: str, b: str, match: str) -> None:
        """What A and B are, and how they are levelled."""
        for side, text in (("a", a), ("b", b)):
            self.names[side].setText(text)
            self.names[side].setToolTip(text)
        self.match_note.setText(match)

    def show_kept(self, kept: KeptSound) -> None:
        """What loops."""
        self.loop.show_kept(kept)
        self.keep.setText("Live sound" if kept.looping else "Loop the last seconds")
        if not kept.looping:
            self.loop_note.setText("live sound")
            return
        begin_s, end_s = (kept.region.begin_s, kept.region.end_s) if kept.region else (0.0, kept.kept_s)
        self.loop_note.setText(f"{begin_s:.2f} to {end_s:.2f} s")

    def show_waiting(self, needed: str) -> None:
        """No test runs."""
        for made in self.letters.values():
            made.setEnabled(False)
            made.show_state("", False)
        for made in self.answers.values():
            made.setEnabled(False)
        self.playing_note.setText("")
        self.trials.setEnabled(True)
        self.squares.show_trials(self.trials.value(), 0)
        self.trial_note.setText("")
        self._show_figures(UNKNOWN, UNKNOWN, "", needed)
        self.begin.setVisible(True)
        self.begin.setText("Begin")
        self.save.setVisible(False)
        self.stop.setVisible(False)

    def show_trial(
        self, number: int, trials: int, answered: int, heard: set[str], playing: str, may_answer: bool, needed: str
    ) -> None:
        """A trial runs; nothing here depends on what X is."""
        for letter, made in self.letters.items():
            made.setEnabled(True)
            made.show_state("playing" if letter == playing else "heard" if letter in heard else "", letter == playing)
        for made in self.answers.values():
            made.setEnabled(may_answer)
        self.playing_note.setText(f"{playing.upper()} plays" if playing else "choose A, B or X")
        self.trials.setEnabled(False)
        self.squares.show_trials(trials, answered)
        self.trial_note.setText(f"{number} of {trials}")
        self._show_figures(UNKNOWN, UNKNOWN, f"hidden until trial {trials}", needed)
        self.begin.setVisible(False)
        self.save.setVisible(False)
        self.stop.setVisible(True)

    def show_result(self, right: int, trials: int, p_value: float, needed: str) -> None:
        """The last trial is answered."""
        self.show_waiting(needed)
        self.squares.show_trials(trials, trials)
        self._show_figures(f"{right} of {trials}", f"{p_value:.3f}" if p_value >= 0.001 else "< 0.001", "", needed)
        self.begin.setText("Start again")
        self.save.setVisible(True)

    def _show_figures(self, right: str, p: str, note: str, needed: str) -> None:
        self.figures["right"].setText(right)
        self.figures["p"].setText(p)
        self.result_note.setText(note)
        self.needed.setText(needed)
