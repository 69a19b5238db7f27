"""Between the bridge and the ABX panel: one test at a time, by mouse or by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.kept import KeptSound
from workbench.engine.abx import ABXTest, fewest_right, p_value
from workbench.ui.bridge import Bridge
from workbench.ui.bridge.settings import TRANSPORT
from workbench.ui.painting import THIN_SPACE, number
from workbench.ui.panels.abx_panel import ABXPanel
from workbench.ui.panels.loop_bar import COLUMNS

HEARD_S = 3.0
"""A and B must have been heard so long before their loudness is believed."""
RESULT_FILES = "Result (*.json *.csv);;All files (*)"


class ABXControl(QObject):
    """Wires the test.

    Parameters
    ----------
    window : QWidget
        Over which the panel floats.
    bridge : Bridge
    ask_file : callable
        `ask_file(title, filters, action, save, suffix)` asks for a file without stopping anything.
    """

    def __init__(self, window: QWidget, bridge: Bridge, ask_file: Callable):
        super().__init__(window)
        self.bridge, self._ask_file = bridge, ask_file
        self.panel = panel = ABXPanel(window)
        self.test: ABXTest | None = None
        self._playing = ""
        self._sides: tuple = ()
        self._was_frozen = False
        panel.begin_wanted.connect(self.begin)
        panel.listen_wanted.connect(self.listen)
        panel.answered.connect(self.answer)
        panel.stop_wanted.connect(self.stop)
        panel.closed.connect(self.stop)
        panel.save_wanted.connect(lambda: ask_file("Save the result", RESULT_FILES, self.save_to, True, "json"))
        panel.keep_wanted.connect(bridge.toggle_kept)
        panel.region_wanted.connect(bridge.set_loop_region)
        panel.trials.valueChanged.connect(lambda _: self._show())
        bridge.ab_changed.connect(lambda _: self._show_sides())
        bridge.params_changed.connect(lambda _: self._on_params())
        bridge.running_changed.connect(lambda running: None if running else self.stop())
        self._pictured: tuple[float, float] | None = None
        bridge.kept_changed.connect(self._show_kept)
        self._shortcuts = []
        for keys, action in (
            ("X", lambda: self.listen("x")),
            (Qt.Key.Key_Left, lambda: self.answer("a")),
            (Qt.Key.Key_Right, lambda: self.answer("b")),
        ):
            shortcut = QShortcut(QKeySequence(keys), window)
            shortcut.activated.connect(action)
            shortcut.setEnabled(False)
            self._shortcuts.append(shortcut)
        self._show()

    @property
    def running(self) -> bool:
        """A test waits for answers: A and B belong to it."""
        return self.test is not None and not self.test.finished

    def begin(self, trials: int) -> bool:
        """Begin a test; False where there is nothing to compare yet."""
        bridge, state = self.bridge, self.bridge.ab
        try:
            if not bridge.session.running:
                raise InputError("Start the sound first: an ABX test listens to A and B")
            if state.matched and bridge.differences and state.measured_s < HEARD_S:
                raise InputError(
                    f"A and B were heard for {state.measured_s:.0f} s since they changed; their loudness is known "
                    f"after {HEARD_S:.0f} s of sound"
                )
            kept = bridge.kept
            loop_s = None
            if kept.looping:
                loop_s = (kept.region.begin_s, kept.region.end_s) if kept.region else (0.0, kept.kept_s)
            offset_db = state.gain_a_db - state.gain_b_db
            self.test = ABXTest(trials, bridge.differences, offset_db, loop_s)
        except InputError as error:
            bridge.failed.emit(str(error))
            return False
        self._was_frozen = state.frozen
        bridge.freeze_match(True)
        bridge.set({"output.bypass": False})
        self._sides = self._settings()
        self._enable_keys(True)
        self.panel.pin.setChecked(True)  # a click elsewhere must not end the test
        self.listen("a")
        return True

    def listen(self, letter: str) -> None:
        """Hear A, B or X."""
        if not self.running:
            return
        self.bridge.play_blind(self.test.listen(letter))
        self._playing = letter
        self._show()

    def answer(self, side: str) -> None:
        """X is this side."""
        if not self.running:
            return
        if not self.test.may_answer:
            self.bridge.noticed.emit("Listen to X first (key X)")
            return
        self.test.answer(side)
        if self.test.finished:
            self._playing = ""
            self._end()
            self._show()
        else:
            self.listen("a")  # every trial begins alike: what goes on sounding says nothing about X

    def stop(self) -> None:
        """End a test without a result."""
        if self.running:
            self.test = None
            self._end()
            self.bridge.noticed.emit("The ABX test was stopped, its answers are discarded")
        self._show()

    def save_to(self, path: Path) -> None:
        """Write the result."""
        try:
            self.test.save(path)
        except InputError as error:
            self.bridge.failed.emit(str(error))
        else:
            self.bridge.noticed.emit(f"Saved {path.name}")

    def _end(self) -> None:
        self._enable_keys(False)
        self.bridge.play_blind(None)
        self.bridge.freeze_match(self._was_frozen)

    def _enable_keys(self, on: bool) -> None:
        for shortcut in self._shortcuts:
            shortcut.setEnabled(on)

    def _settings(self) -> tuple:
        """Both sides, without what may be switched during a test."""
        ab = self.bridge.session.ab
        neutral = {path: parameters.entry(path).default for path in TRANSPORT}
        return tuple(parameters.replace(ab.settings(side), neutral) for side in ("a", "b"))

    def _on_params(self) -> None:
        if self.running and self._settings() != self._sides:
            self.stop()
            self.bridge.failed.emit("A or B was changed: the ABX test has ended without a result")
        self._show_sides()

    def _show_sides(self) -> None:
        if self.panel.isHidden():
            return
        rows, state = self.bridge.differences, self.bridge.ab
        names = [self.bridge.preset_name, "the same settings"]
        if len(rows) == 1:
            names = [f"{rows[0].label} {rows[0].a}", f"{rows[0].label} {rows[0].b}"]
        elif rows:
            names[1] = f"{len(rows)} settings differ: {rows[0].label} {rows[0].b}, …"
        match = "Not matched in loudness."
        if state.matched:
            softer = ("A", state.gain_a_db) if state.gain_a_db < state.gain_b_db else ("B", state.gain_b_db)
            taken = f", {softer[0]} {number(softer[1], 1)}{THIN_SPACE}dB" if softer[1] < -0.05 else ""
            match = f"Loudness matched{taken}."
        self.panel.show_sides(*names, f"{match} Delays aligned.")

    def _show(self) -> None:
        test, panel = self.test, self.panel
        trials = test.trials if test else panel.trials.value()
        fewest = fewest_right(trials)
        needed = (
            f"{fewest} of {trials} right gives p = {p_value(fewest, trials):.3f}."
            if fewest is not None
            else f"{trials} trials are too few for any certainty: take 5 at least."
        )
        if test is None:
            panel.show_waiting(needed)
        elif test.finished:
            panel.show_result(test.right, test.trials, test.p_value, needed)
        else:
            heard = {letter for letter in "abx" if test.heard(letter)}
            panel.show_trial(
                test.number, test.trials, len(test.answered), heard, self._playing, test.may_answer, needed
            )
        self._show_kept(self.bridge.kept)
        self._show_sides()

    def _show_kept(self, kept: KeptSound) -> None:
        """What loops, and while somebody looks, its picture."""
        self.panel.show_kept(kept)
        wanted = (kept.origin_time_s, kept.kept_s) if kept.looping else None
        if wanted == self._pictured or self.panel.isHidden():
            return
        self._pictured = wanted
        spectra = self.bridge.loop_spectra(COLUMNS) if wanted is not None else None
        self.panel.loop.show_spectra(*(spectra or (None,)))

    def refresh(self) -> None:
        """Show how things stand, when the panel opens."""
        self._show()
