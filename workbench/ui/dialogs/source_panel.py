"""The Source panel: where sound comes from, rate and block, channel map with meters, microphone check, calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.core.messages import InputLevels, MicrophoneReport
from workbench.engine.inputs import BLOCKS, RATES_HZ, InputSetup
from workbench.ui.controls import rule
from workbench.ui.dialogs.channel_map import ChannelMapSection
from workbench.ui.dialogs.chooser import Choice, ChooserPanel
from workbench.ui.dialogs.device_advice import advice
from workbench.ui.dialogs.microphone_findings import Card, MicrophoneFindings
from workbench.ui.dialogs.parts import MenuChooser, button, holder, label
from workbench.ui.painting import THIN_SPACE, number

WIDTH = 352
LEVELS_MS = 33
SCENES = "Scenes of the simulated room"
FOLD = "fold-scenes"
AUTOMATIC = "Automatic"


def rate_choices() -> tuple[tuple[int, str], ...]:
    """(Hz, text) of the rates that can be asked for."""
    return tuple((rate, f"{rate / 1000:g}{THIN_SPACE}kHz" if rate else AUTOMATIC) for rate in RATES_HZ)


def block_choices() -> tuple[tuple[int, str], ...]:
    """(samples, text) of the blocks that can be asked for."""
    return tuple((block, f"{block}, {block / 48:.3g}{THIN_SPACE}ms" if block else AUTOMATIC) for block in BLOCKS)


class FormatRow(QWidget):
    """Rate and block of a device, each on half of the row."""

    rate_chosen = Signal(int)
    block_chosen = Signal(int)

    def __init__(self):
        super().__init__()
        self.rate = MenuChooser(
            "Rate", None, "The device's own rate; other rates than 48 kHz are resampled", rate_choices()
        )
        self.block = MenuChooser(
            "Block", None, "Samples that the device hands over at a time: smaller is quicker, larger is safer",
            block_choices(),
        )  # fmt: skip
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(self.rate, 1)
        row.addWidget(self.block, 1)
        self.rate.chosen.connect(lambda value: self.rate_chosen.emit(int(value)))
        self.block.chosen.connect(lambda value: self.block_chosen.emit(int(value)))

    def show_format(self, rate_hz: int, block: int) -> None:
        """What is asked for now; 0 = automatic."""
        self.rate.show_choice(rate_hz)
        self.block.show_choice(block)


class DevicePanel(ChooserPanel):
    """A chooser with sections below its list, all in one column that scrolls; it stays open when something is chosen.

    Signals
    -------
    shown : the panel opens (True) or closes: while it is open somebody looks at the list
    """

    shown = Signal(bool)

    def __init__(self, title: str, window: QWidget):
        super().__init__(title, WIDTH, window, refreshable=True)
        self._content = QWidget()
        self.sections = QVBoxLayout(self._content)
        self.sections.setContentsMargins(0, 0, 0, 0)
        self.sections.setSpacing(0)
        self.scroll.takeWidget()
        self._list.setAutoFillBackground(False)  # which the scroll area has set
        self.sections.addWidget(self._list)
        self.scroll.setWidget(self._content)
        self._failure = QVBoxLayout()
        self._failure.setContentsMargins(12, 0, 12, 8)
        self._failure_text = ""
        self.failure = holder(self._failure)
        self.failure.hide()
        self.sections.addWidget(self.failure)
        self.format = FormatRow()
        self.format_line = rule()
        self.sections.addWidget(self.format_line)
        self.sections.addWidget(self.format)

    def show_failure(self, text: str) -> None:
        """Why what was chosen cannot be used, and what to do; an empty text takes it away."""
        if text == self._failure_text:
            return
        self._failure_text = text
        while (item := self._failure.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        if text:
            card = Card("This does not work", "\n".join(part for part in (text, advice(text)) if part), "", "",
                        tone="clip")  # fmt: skip
            card.apply_theme(self.tokens)
            self._failure.addWidget(card)
        self.failure.setVisible(bool(text))
        if self.isVisible():
            self.place()

    def _on_chosen(self, value: str) -> None:
        self.show_failure("")
        self.chosen.emit(value)

    def place(self) -> None:
        """As every panel, but never over the toolbar: what does not fit is scrolled."""
        super().place()
        if self._anchor is None or self._put is not None:
            return
        room, top = self._room(), self._anchor().y()
        self.resize(self.width(), min(self.wanted_height(), room.top() + room.height() - top))
        self.move(self.x(), top)

    def sizeHint(self) -> QSize:
        footer = 45 if self.footer else 0
        self.sections.activate()
        wide = self.width() - 2
        content = self.sections.totalHeightForWidth(wide) if self.sections.hasHeightForWidth() else -1
        return QSize(self.width(), max(content, self._content.minimumSizeHint().height()) + 36 + footer + 4)

    def showEvent(self, event):
        super().showEvent(event)
        self.shown.emit(True)
        self.place_soon()

    def hideEvent(self, event):
        super().hideEvent(event)
        self.shown.emit(False)


class SourcePanel(DevicePanel):
    """Takes choices, an `InputSetup`, levels and the check's report; emits what a person wants.

    Parameters
    ----------
    window : QWidget
    """

    setup_changed = Signal(object)
    """Another InputSetup."""
    check_wanted = Signal()
    check_stop_wanted = Signal()
    fix_wanted = Signal(object)
    calibrate_wanted = Signal()
    undo_wanted = Signal()
    """Take back the newest change of the setup."""
    listen_wanted = Signal(object)
    """Hear this channel (from 0) alone; None: the whole sound again."""

    def __init__(self, window: QWidget):
        super().__init__("Source", window)
        self.setup = InputSetup()
        self.read_levels: Callable[[], InputLevels | None] = lambda: None
        self._folded = True
        self._shown: tuple = ()
        self._choices: Sequence[Choice] = ()
        self._current = ""
        self.map = ChannelMapSection()
        self.findings = MicrophoneFindings()
        for part in (rule(), self.map, rule(), self._calibration(), rule(), self.findings):
            self.sections.addWidget(part)
        self.sections.addStretch(1)
        self.format.rate_chosen.connect(lambda rate: self.setup_changed.emit(replace(self.setup, rate_hz=rate)))
        self.format.block_chosen.connect(lambda block: self.setup_changed.emit(replace(self.setup, block=block)))
        self.map.changed.connect(lambda mapped: self.setup_changed.emit(replace(self.setup, channel_map=mapped)))
        self.map.undo_wanted.connect(self.undo_wanted)
        self.map.listen_wanted.connect(self.listen_wanted)
        self.findings.check_wanted.connect(self.check_wanted)
        self.findings.stop_wanted.connect(self.check_stop_wanted)
        self.findings.fix_wanted.connect(self.fix_wanted)
        self.timer = QTimer(self)
        self.timer.setInterval(LEVELS_MS)
        self.timer.timeout.connect(self._on_timer)
        self.shown.connect(self._on_shown)

    def _calibration(self) -> QWidget:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(label("Calibration", 13, 600))
        self.calibration = label("none", 11, tone="3")
        row.addWidget(self.calibration)
        row.addStretch(1)
        self.calibrate = button(
            "Calibrate…", "Microphone files and sound pressure level, by channel", self.calibrate_wanted.emit
        )
        row.addWidget(self.calibrate)
        return holder(row)

    # ---- the list ----------------------------------------------------------------------------------------------

    def set_choices(self, choices: Sequence[Choice], current: str) -> None:
        """Replace the list; the scenes of the room are folded away."""
        self._choices, self._current = choices, current
        rows, scenes = [], 0
        for choice in choices:
            scene = choice.value.startswith("room:")
            scenes += scene
            if choice.text == SCENES and not choice.value:
                count = sum(one.value.startswith("room:") for one in choices)
                word = "Show" if self._folded else "Hide"
                tip = f"{word} the shipped scenes"
                rows.append(Choice(SCENES, FOLD, tag=str(count), tip=tip, unfolded=not self._folded))
            elif not scene or not self._folded or choice.value == current:
                rows.append(choice)
        super().set_choices(rows, current)

    def _on_chosen(self, value: str) -> None:
        if value == FOLD:
            self._folded = not self._folded
            self.set_choices(self._choices, self._current)
        else:
            super()._on_chosen(value)

    # ---- what is shown -----------------------------------------------------------------------------------------

    def show_setup(self, setup: InputSetup, spec: str, names: tuple[str, ...], mics: int | None) -> None:
        """The setup of the source `spec`, whose own channels have these names (none while nothing runs); `mics` of
        the array that is chosen, None without one."""
        if (setup, spec, names, mics) == self._shown:
            return
        self._shown = (setup, spec, names, mics)
        self.setup = setup
        device = spec.startswith("device:")
        self.format.setVisible(device)
        self.format_line.setVisible(device)
        self.format.show_format(setup.rate_hz, setup.block)
        if not names:
            count = max(len(setup.channel_map.positions) if setup.channel_map else 0, mics or 0)
            names = tuple(f"channel {n}" for n in range(1, count + 1))
        self.map.show_map(setup.channel_map, names, mics)
        wide = max(WIDTH, self.map.matrix.least_width() + 40)
        if wide != self.width():
            self.setFixedWidth(wide)
        self._show_calibration(setup)
        self.place_soon()

    def _show_calibration(self, setup: InputSetup) -> None:
        files = sum(bool(one.file) for one in setup.calibration)
        levels = sum(one.full_scale_db_spl is not None for one in setup.calibration)
        parts = []
        if files:
            use = "" if setup.correct else ", view only" if setup.show_corrected else ", not applied"
            parts.append(f"{files} file{'s' if files > 1 else ''}{use}")
        if levels:
            parts.append(f"dB SPL on {levels}")
        self.calibration.setText("; ".join(parts) or "none")

    def show_report(self, report: MicrophoneReport) -> None:
        """News of the microphone check."""
        self.findings.show_report(report)
        if report.state not in ("listening", "judging"):
            self.map.matrix.flag(frozenset(one.index for one in report.faults) - frozenset(self.findings.fixed))
            if report.verdicts and self.isVisible():
                QTimer.singleShot(0, self._show_findings)

    def _show_findings(self) -> None:
        self.place()
        self.scroll.ensureWidgetVisible(self.findings, 0, 0)

    def mark_fixed(self, indices: set[int]) -> None:
        """These faults are made good."""
        self.findings.mark_fixed(indices)
        self.map.matrix.flag(self.map.matrix.flagged - frozenset(indices))

    def set_undoable(self, undoable: bool) -> None:
        """Whether there is a change to take back."""
        self.map.undo.setEnabled(undoable)

    def set_checkable(self, why_not: str) -> None:
        """Whether the microphones can be checked now; else why not."""
        self.findings.set_possible(why_not)

    def _on_timer(self) -> None:
        levels = self.read_levels()
        self.map.show_levels(levels)
        offsets = self.setup.of_channel(0).full_scale_db_spl if self.setup.calibration else None
        loudest = self.map.matrix.loudest()
        if levels is None or loudest is None or offsets is None:
            self.map.scale.setText("dBFS")
            return
        offset = self.setup.of_channel(loudest).full_scale_db_spl
        if offset is None:
            self.map.scale.setText("dBFS")
        else:
            level = float(levels.weighted_dbfs[loudest]) + offset
            self.map.scale.setText(f"{number(level, 1)} dB({levels.weighting})")

    def _on_shown(self, shown: bool) -> None:
        if shown:
            self.timer.start()
        else:
            self.timer.stop()
            self.map.end_learning()
            self.map.end_listening()
