"""The blind ABX test: three letters to listen to, two answers, and nothing that gives X away before the end."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QSizePolicy, QSpinBox, QWidget

from workbench.core.kept import KeptSound, LoopRegion
from workbench.ui import theme
from workbench.ui.controls import Themed, draw_focus_ring, rule
from workbench.ui.dialogs.float_panel import FloatPanel
from workbench.ui.dialogs.parts import button, heading, key_caps, label
from workbench.ui.painting import UNKNOWN
from workbench.ui.theme import Tokens

WIDTH = 320
MOST_TRIALS = 99
SQUARES_A_ROW = 20
HANDLE_REACH = 10
SHORTEST_LOOP_S = 0.3
KEYS = (("A   B   X", "listen"), ("←   →", "X is A, X is B"), ("[   ]   \\", "loop start, loop end, all of it"))


class LetterButton(Themed, QAbstractButton):
    """A, B or X, 76 high: filled while it plays, and a word below it."""

    def __init__(self, letter: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.letter, self.note, self.playing = letter, "", False
        self.setFixedHeight(76)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setToolTip(f"Listen to {letter} ({letter})")
        self.show_state("", False)

    def show_state(self, note: str, playing: bool) -> None:
        """The word below the letter, and whether it sounds now."""
        self.note, self.playing = note, playing
        self.setAccessibleName(f"Listen to {self.letter}")
        self.setAccessibleDescription(note)
        self.update()

    def _ink(self) -> str:
        t = self.tokens
        return {"A": t.a, "B": t.b}.get(self.letter, t.text1)

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.45)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        ink = QColor(self._ink())
        painter.setPen(QPen(ink if self.playing else QColor(t.line), 1))
        painter.setBrush(ink if self.playing else QColor(t.hover if self.underMouse() else t.raised))
        painter.drawRoundedRect(rect, theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.setFont(theme.font(28, 600))
        painter.setPen(QColor(t.panel) if self.playing else ink)
        painter.drawText(rect.adjusted(0, 8, 0, -28), Qt.AlignmentFlag.AlignCenter, self.letter)
        painter.setFont(theme.font(11))
        painter.setPen(QColor(t.panel if self.playing else t.text3))
        painter.drawText(rect.adjusted(0, 46, 0, -8), Qt.AlignmentFlag.AlignCenter, self.note)
        if self.hasFocus():
            draw_focus_ring(painter, t, QRectF(self.rect()).adjusted(2, 2, -2, -2), theme.RADIUS_FIELD)
        painter.end()


class TrialSquares(Themed, QWidget):
    """One square a trial: answered ones look alike, the present one is framed."""

    def __init__(self):
        super().__init__()
        self.trials, self.answered = 16, 0
        self.show_trials(16, 0)

    def show_trials(self, trials: int, answered: int) -> None:
        """How many there are, and how many are answered."""
        self.trials, self.answered = trials, answered
        self.setFixedHeight(18 * -(-trials // SQUARES_A_ROW))
        self.setAccessibleName(f"{answered} of {trials} trials answered")
        self.update()

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns = min(self.trials, SQUARES_A_ROW)
        step = min(18.0, self.width() / columns)
        size = step - 4
        for number in range(self.trials):
            row, column = divmod(number, SQUARES_A_ROW)
            box = QRectF(column * step + 0.5, row * 18 + 0.5, size, size)
            done, present = number < self.answered, number == self.answered
            painter.setBrush(QColor(t.text3) if done else Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(t.accent if present else t.line_strong), 2 if present else 1))
            painter.drawRoundedRect(box, 2, 2)
        painter.end()


class LoopBar(Themed, QWidget):
    """The kept sound as a bar: the part that loops between two handles, and where it plays."""

    region_wanted = Signal(object)
    """A LoopRegion."""

    def __init__(self):
        super().__init__()
        self.kept = KeptSound()
        self._dragged: str | None = None
        self._edges_s = (0.0, 0.0)
        self.setFixedHeight(34)
        self._held = "begin"
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(
            "Drag the handles: only what is between them is played, again and again. Keys: Up and Down choose a "
            "handle, Left and Right move it by 0.1 s, with Shift by 0.01 s"
        )
        self.setAccessibleName("Loop")

    def show_kept(self, kept: KeptSound) -> None:
        """Show what is kept and which part of it loops."""
        self.kept = kept
        if self._dragged is None:
            region = kept.region
            self._edges_s = (region.begin_s, region.end_s) if region else (0.0, kept.kept_s)
        self.setEnabled(kept.looping)
        self.update()

    def _x(self, time_s: float) -> float:
        return 6 + (self.width() - 12) * time_s / max(self.kept.kept_s, 1e-6)

    def _time_s(self, x: float) -> float:
        return min(max((x - 6) / max(self.width() - 12, 1), 0.0), 1.0) * self.kept.kept_s

    def mousePressEvent(self, event):
        if not self.kept.looping:
            return
        x = event.position().x()
        distances = [abs(x - self._x(edge)) for edge in self._edges_s]
        if min(distances) <= HANDLE_REACH:
            self._dragged = self._held = "begin" if distances[0] <= distances[1] else "end"

    def mouseMoveEvent(self, event):
        if self._dragged is not None:
            self._put(self._dragged, self._time_s(event.position().x()))

    def _put(self, edge: str, time_s: float) -> None:
        begin_s, end_s = self._edges_s
        if edge == "begin":
            self._edges_s = (max(0.0, min(time_s, end_s - SHORTEST_LOOP_S)), end_s)
        else:
            self._edges_s = (begin_s, min(self.kept.kept_s, max(time_s, begin_s + SHORTEST_LOOP_S)))
        self.update()

    def mouseReleaseEvent(self, event):
        if self._dragged is not None:
            self._dragged = None
            self._emit()

    def _emit(self) -> None:
        begin_s, end_s = self._edges_s
        self.region_wanted.emit(LoopRegion(round(begin_s * 48000), round(end_s * 48000)))

    def keyPressEvent(self, event):
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step_s = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key(), 0) * (0.01 if fine else 0.1)
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._held = "end" if event.key() == Qt.Key.Key_Up else "begin"
            self.update()
        elif step_s and self.kept.looping:
            self._put(self._held, self._edges_s[self._held == "end"] + step_s)
            self._emit()
        else:
            event.ignore()

    def focusInEvent(self, event):
        self.update()

    def focusOutEvent(self, event):
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 34)

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.kept.looping else 0.45)
        lane = QRectF(6, 10, self.width() - 12, 14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.plot))
        painter.drawRoundedRect(lane, 2, 2)
        if self.kept.looping and self.kept.kept_s > 0:
            begin, end = (self._x(edge) for edge in self._edges_s)
            painter.setBrush(QColor(t.text3))
            painter.drawRect(QRectF(begin, 10, end - begin, 14))
            painter.setBrush(QColor(t.text1))
            for edge in (begin, end):
                painter.drawRoundedRect(QRectF(edge - 3, 4, 6, 26), 2, 2)
            at = self._x(self.kept.position_s)
            painter.setPen(QPen(QColor(t.accent), 1.5))
            painter.drawLine(QPointF(at, 6), QPointF(at, 28))
            if self.hasFocus():
                edge = begin if self._held == "begin" else end
                draw_focus_ring(painter, t, QRectF(edge - 6, 2, 12, 30), 4)
        painter.end()


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
