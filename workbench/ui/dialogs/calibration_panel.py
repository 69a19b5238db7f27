"""Calibration of the source's channels: microphone files, and sound pressure level by file or calibrator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.core.calibration import ChannelCalibration, load_calibration
from workbench.core.errors import EarshotError, InputError
from workbench.core.messages import InputLevels
from workbench.engine.calibration import CALIBRATOR_DB_SPL, CalibratorReading, by_calibrator, by_file, title_of
from workbench.engine.inputs import InputSetup
from workbench.ui.controls import MethodChooser, rule
from workbench.ui.dialogs.calibration_curve import CalibrationCurve
from workbench.ui.dialogs.float_panel import FloatPanel
from workbench.ui.dialogs.microphone_findings import Progress
from workbench.ui.dialogs.parts import button, heading, holder, label, set_tone
from workbench.ui.painting import THIN_SPACE, UNKNOWN, number

WIDTH = 380
TICK_MS = 50
WEIGHTINGS = (("A", "A"), ("C", "C"), ("Z", "Z"))
CORRECTIONS = (("sound", "the sound"), ("view", "the view"), ("nothing", "nothing"))
SPEEDS = (("fast", "Fast"), ("slow", "Slow"))


class CalibrationPanel(FloatPanel):
    """Takes an `InputSetup` and levels; emits another setup."""

    setup_changed = Signal(object)
    file_wanted = Signal()
    """Ask for a calibration file; `take_file` gets it."""
    closed_levels = Signal()

    def __init__(self, window: QWidget):
        super().__init__("Calibration", WIDTH, window)
        self.setup = InputSetup()
        self.read_levels: Callable[[str, str], InputLevels | None] = lambda weighting, speed: None
        self._names: tuple[str, ...] = ()
        self._reading: CalibratorReading | None = None
        self._highest: float | None = None
        self._loaded: tuple[str, object] = ("", None)
        for part in (self._channel(), rule(), self._file(), rule(), self._pressure(), rule(), self._level()):
            self.body.addWidget(part)
        self.trouble = label("", 12, tone="clip", wrap=True)
        self.trouble.setContentsMargins(12, 0, 12, 10)
        self.trouble.hide()
        self.body.addWidget(self.trouble)
        self.timer = QTimer(self)
        self.timer.setInterval(TICK_MS)
        self.timer.timeout.connect(self._on_timer)

    # ---- parts -------------------------------------------------------------------------------------------------

    def _channel(self) -> QWidget:
        row = QHBoxLayout()
        row.setContentsMargins(12, 4, 12, 8)
        row.setSpacing(8)
        self.channel = MethodChooser("Channel to calibrate", fit=False)
        self.channel.setToolTip("The channel of the source that the file and the level below belong to")
        self.channel.currentIndexChanged.connect(lambda _: self._on_channel())
        self.to_all = button("Same for all", "Use this file and this level for every channel", self._copy_to_all)
        row.addWidget(self.channel, 1)
        row.addWidget(self.to_all)
        return holder(row)

    def _file(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(4)
        top, self.file_note = heading("Microphone file")
        column.addWidget(top)
        self.curve = CalibrationCurve()
        framed = QHBoxLayout()
        framed.setContentsMargins(12, 0, 12, 0)
        framed.addWidget(self.curve)
        column.addLayout(framed)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(6)
        self.load = button(
            "Load…", "A text file with frequency and dB, as from REW, miniDSP or Dayton", self.file_wanted.emit
        )
        self.remove = button("Remove", "This microphone is taken as flat", self._remove)
        self.correct = MethodChooser("What the files correct", CORRECTIONS)
        self.correct.setToolTip(
            "The sound: every microphone is evened out, with filters that do not delay it. The view: only the spectrum "
            "of Before is. Nothing: the files are only kept"
        )
        self.correct.chosen.connect(self._choose_correction)
        row.addWidget(self.load)
        row.addWidget(self.remove)
        row.addStretch(1)
        row.addWidget(label("Corrects", 12, tone="2"))
        row.addWidget(self.correct)
        column.addLayout(row)
        return made

    def _pressure(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 10)
        column.setSpacing(4)
        top, _ = heading("Sound pressure")
        column.addWidget(top)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(6)
        self.calibrator = MethodChooser(
            "Level of the calibrator", tuple((f"{level:g}", f"{level:g} dB") for level in CALIBRATOR_DB_SPL)
        )
        self.calibrator.setToolTip("What is written on the calibrator; one pascal is 94 dB")
        self.measure = button(
            "Measure", "Put the calibrator over the microphone of this channel, switch it on, and press", self._begin
        )
        self.forget = button("Forget", "Levels of this channel are in dBFS again", self._forget)
        row.addWidget(label("Calibrator", 12, tone="2"))
        row.addWidget(self.calibrator)
        row.addWidget(self.measure)
        row.addStretch(1)
        row.addWidget(self.forget)
        column.addLayout(row)
        self.progress = Progress()
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 0, 12, 0)
        bar.addWidget(self.progress)
        self.bar = holder(bar)
        self.bar.hide()
        column.addWidget(self.bar)
        self.offset = label("", 12, tone="2", wrap=True)
        self.offset.setContentsMargins(12, 2, 12, 0)
        column.addWidget(self.offset)
        return made

    def _level(self) -> QWidget:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 10)
        row.setSpacing(16)
        self.level, self.highest = label(UNKNOWN, 15, 500), label(UNKNOWN, 15, 500)
        self.level_caption = label("Level", 11, tone="3")
        for caption, value in ((self.level_caption, self.level), (label("Highest", 11, tone="3"), self.highest)):
            column = QVBoxLayout()
            column.setSpacing(1)
            column.addWidget(caption)
            column.addWidget(value)
            row.addLayout(column)
        row.addStretch(1)
        self.weighting = MethodChooser("Frequency weighting", WEIGHTINGS)
        self.weighting.setToolTip("A: as the ear at low levels. C: as the ear at high levels. Z: none (IEC 61672)")
        self.speed = MethodChooser("Time weighting", SPEEDS)
        self.speed.setToolTip("Fast: 125 ms. Slow: 1 s (IEC 61672)")
        for one in (self.weighting, self.speed):
            one.currentIndexChanged.connect(lambda _: self._clear_highest())
            row.addWidget(one)
        return holder(row)

    def apply_theme(self, tokens) -> None:
        super().apply_theme(tokens)
        for child in (
            self.curve,
            self.progress,
            self.channel,
            self.calibrator,
            self.weighting,
            self.speed,
            self.correct,
        ):
            child.apply_theme(tokens)

    # ---- what is shown -----------------------------------------------------------------------------------------

    @property
    def current(self) -> int:
        """The channel that is being calibrated, from 0."""
        return max(0, self.channel.currentIndex())

    def show_setup(self, setup: InputSetup, names: tuple[str, ...]) -> None:
        """Another setup, over the source's channels of these names."""
        names = names or tuple(f"channel {n}" for n in range(1, max(1, len(setup.calibration)) + 1))
        if names != self._names:
            kept, self._names = self.current, names
            self.channel.blockSignals(True)
            self.channel.set_choices(tuple((str(n), name) for n, name in enumerate(names)))
            self.channel.setCurrentIndex(min(kept, len(names) - 1))
            self.channel.blockSignals(False)
        if setup != self.setup or not self.offset.text():
            self.setup = setup
            self._show_channel()

    def _show_channel(self) -> None:
        one = self.setup.of_channel(self.current)
        found, trouble = None, ""
        if one.file:
            if self._loaded[0] != one.file or self._loaded[1] is None:
                try:
                    self._loaded = (one.file, load_calibration(one.file))
                except InputError as error:
                    self._loaded, trouble = (one.file, None), str(error)
            found = self._loaded[1]
        self.curve.show_calibration(found)
        serial = f", no. {found.serial}" if found is not None and found.serial else ""
        self.file_note.setText(f"{title_of(one)}{serial}")
        self.remove.setEnabled(bool(one.file))
        self.forget.setEnabled(one.full_scale_db_spl is not None)
        shown = "sound" if self.setup.correct else "view" if self.setup.show_corrected else "nothing"
        self.correct.set_value(shown)
        if one.full_scale_db_spl is None:
            self.offset.setText("Not known: levels are in dBFS. A file with a sensitivity gives it, or a calibrator.")
        else:
            self.offset.setText(f"0 dBFS (RMS) is {number(one.full_scale_db_spl, 1)} dB SPL, {one.how or 'as given'}.")
        self._say(trouble)

    def _say(self, text: str) -> None:
        self.trouble.setText(text)
        set_tone(self.trouble, "clip")
        changed = self.trouble.isHidden() == bool(text)
        self.trouble.setVisible(bool(text))
        if changed and self.isVisible():
            QTimer.singleShot(0, self.place)

    def _on_timer(self) -> None:
        reading = self._reading
        weighting = "C" if reading is not None else str(self.weighting.currentData())
        levels = self.read_levels(weighting, "fast" if reading is not None else str(self.speed.currentData()))
        heard = levels is not None and self.current < len(levels.weighted_dbfs)
        self.measure.setEnabled(heard)
        if not heard:
            self.level.setText(UNKNOWN)
            self._end_reading()
            return
        level_dbfs = float(levels.weighted_dbfs[self.current])
        offset = self.setup.of_channel(self.current).full_scale_db_spl
        unit = f"dB({levels.weighting})" if offset is not None else "dBFS"
        shown = level_dbfs + (offset or 0.0)
        self._highest = shown if self._highest is None else max(self._highest, shown)
        self.level_caption.setText("Level, dB SPL" if offset is not None else f"Level, {levels.weighting}-weighted")
        self.level.setText(f"{number(shown, 1)}{THIN_SPACE}{unit}")
        self.highest.setText(f"{number(self._highest, 1)}{THIN_SPACE}{unit}")
        if reading is not None:
            self._read(reading, level_dbfs)

    # ---- what a person does ------------------------------------------------------------------------------------

    def _emit(self, setup: InputSetup) -> None:
        self.setup_changed.emit(setup)

    def _choose_correction(self, what: str) -> None:
        self._emit(replace(self.setup, correct=what == "sound", show_corrected=what == "view"))

    def take_file(self, path) -> None:
        """A calibration file for this channel."""
        try:
            found = load_calibration(path)
        except InputError as error:
            self._say(str(error))
            return
        self._say("")
        before, after = self.setup.of_channel(self.current), by_file(found)
        if after.full_scale_db_spl is None or "calibrator" in before.how:
            # A calibrator knows better than the file, which cannot know the gain before the converter.
            after = replace(after, full_scale_db_spl=before.full_scale_db_spl, how=before.how)
        first = not any(one.file for one in self.setup.calibration)
        setup = self.setup.with_calibration(self.current, after)
        self._emit(replace(setup, correct=True) if first else setup)

    def _remove(self) -> None:
        one = self.setup.of_channel(self.current)
        kept = one if "file" not in one.how else ChannelCalibration()
        self._emit(self.setup.with_calibration(self.current, replace(kept, file="")))

    def _forget(self) -> None:
        one = self.setup.of_channel(self.current)
        self._emit(self.setup.with_calibration(self.current, replace(one, full_scale_db_spl=None, how="")))

    def _copy_to_all(self) -> None:
        one = self.setup.of_channel(self.current)
        self._emit(replace(self.setup, calibration=(one,) * len(self._names)))

    def _on_channel(self) -> None:
        self._end_reading()
        self._clear_highest()
        self._show_channel()

    def _clear_highest(self) -> None:
        self._highest = None

    def _begin(self) -> None:
        if self._reading is not None:
            self._end_reading()
            return
        self._say("")
        self._reading = CalibratorReading(TICK_MS / 1000)
        self.measure.setText("Stop")
        self.progress.show_part(0.0)
        self.bar.show()
        QTimer.singleShot(0, self.place)

    def _read(self, reading: CalibratorReading, level_dbfs: float) -> None:
        try:
            found = reading.feed(level_dbfs)
        except EarshotError as error:
            self._end_reading()
            self._say(str(error))
            return
        self.progress.show_part(reading.progress)
        if found is None:
            return
        self._end_reading()
        one = by_calibrator(self.setup.of_channel(self.current), found, float(self.calibrator.currentData()))
        self._clear_highest()
        self._emit(self.setup.with_calibration(self.current, one))

    def _end_reading(self) -> None:
        if self._reading is not None:
            self._reading = None
            self.measure.setText("Measure")
            self.bar.hide()

    def show_at(self, anchor) -> None:
        super().show_at(anchor)
        self._clear_highest()
        self.timer.start()

    def dismiss(self) -> None:
        """Close, and measure no more."""
        self.timer.stop()
        self._end_reading()
        if self.isVisible():
            self.closed_levels.emit()
        super().dismiss()
