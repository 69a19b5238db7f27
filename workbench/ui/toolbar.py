"""The toolbar: start and stop, where sound comes from and goes to, what is heard, recording, undo, presets."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from workbench.core.ab import ABState
from workbench.core.kept import KeptSound
from workbench.core.messages import Health
from workbench.core.params import Params
from workbench.ui import icons, theme
from workbench.ui.controls import CaptionChooser, Segmented, Themed, rule
from workbench.ui.painting import THIN_SPACE, number
from workbench.ui.theme import Tokens

COMPACT_HEIGHT = 52


def gain_text(state: ABState) -> str:
    """What matching takes off: "B −0.8 dB"; empty where it takes nothing."""
    side, gain_db = min((("A", state.gain_a_db), ("B", state.gain_b_db)), key=lambda pair: pair[1])
    return f"{side} {number(gain_db, 1)}{THIN_SPACE}dB" if gain_db < -0.05 else ""


def match_text(state: ABState) -> str:
    """How A and B stand to each other, in a few words."""
    if state.equal and not gain_text(state):
        return "A and B are equal"
    if not state.matched:
        return "Loudness not matched"
    word = "frozen" if state.frozen else "matched"
    gain = gain_text(state)
    return f"Loudness {word}, {gain}" if gain else f"Loudness {word}"


SHORT_S = 1800.0
"""From here on the recording button counts down how long the disk lasts."""

ROOMY = 1800
"""From this width on there is room for how A and B stand to each other in words."""


class _Arrow(Themed, QWidget):
    """The arrow from source to sink."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setFixedSize(16, 44)

    def paintEvent(self, event):
        painter = QPainter(self)
        icons.paint(painter, "arrow-right", self.tokens.text3, QRectF(0, 14, 16, 16))
        painter.end()


def tool_button(name: str, tip: str, size: int = 32) -> QToolButton:
    """A square button with an icon alone; the tooltip is also its spoken name."""
    button = QToolButton()
    button.setObjectName(name)
    button.setFixedSize(size, size)
    button.setIconSize(QSize(16, 16))
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


class Toolbar(QFrame):
    """56 high. Shows what it is told; emits what a person asks for."""

    start_stop = Signal()
    source_wanted = Signal()
    sink_wanted = Signal()
    preset_wanted = Signal()
    settings_wanted = Signal()
    side_wanted = Signal(str)
    """"a", "b" or "bypass"."""
    compare_wanted = Signal()
    abx_wanted = Signal()
    mute_wanted = Signal(bool)
    record_wanted = Signal()
    recording_wanted = Signal()
    """Format, folder and free space of recordings."""
    keep_wanted = Signal()
    """Loop the last seconds, or go back to live sound."""
    undo_wanted = Signal()
    redo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("toolbar")
        self.setFixedHeight(theme.TOOLBAR)
        self.tokens = theme.DARK
        self._running = False
        self._recording_s: float | None = None
        self._left_s: float | None = None
        self._compact: bool | None = None
        self._kept = KeptSound()
        self._ab = ABState(shared=("beam", "enhance", "render"))
        self._bypass = False
        self._keep_menu: QMenu | None = None

        self.start_button = self._button("start", "Start or stop the sound (Space)")
        self.source = CaptionChooser("Source", 196)
        self.arrow = _Arrow()
        self.sink = CaptionChooser("Sink", 164)
        self.side = Segmented(
            (
                ("a", "A", 42, "a", "Hear and change setting A (A)"),
                ("b", "B", 42, "b", "Hear and change setting B (B)"),
                ("bypass", "Bypass", 72, "text1", "Hear the input itself (0)"),
            )
        )
        self.match_button = QPushButton()
        self.match_button.setProperty("flat", "true")
        self.match_button.setStyleSheet("QPushButton { padding: 0 4px; }")
        self.match_button.setFont(theme.font(12))
        self.match_button.setFixedHeight(36)
        self.match_button.setToolTip("Compare A and B: copy, swap, matched loudness, taps, differences")
        self.abx_button = QPushButton("ABX")
        self.abx_button.setProperty("flat", "true")
        self.abx_button.setFont(theme.font(13))
        self.abx_button.setFixedHeight(36)
        self.abx_button.setToolTip("Blind test of A and B (Shift+X)")
        self.mute_button = self._button("mute", "Muted: click to hear (M)")
        self.mute_button.setAccessibleName("Muted: click to hear")
        self.record_button = self._button("record", "Record microphones and output (R)")
        self.recording_button = tool_button("recording", "Recording: format, folder, free space", 20)
        self.recording_button.setFixedSize(20, 36)
        self.keep_button = self._button("keep", "")
        self.keep_button.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.undo_button = tool_button("undo", "Nothing to undo")
        self.redo_button = tool_button("redo", "Nothing to redo")
        self.preset = CaptionChooser("Preset", 236)
        self.settings_button = tool_button("settings", "Settings")

        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(8)
        self._gaps = []
        for part in (
            self.start_button,
            self.source,
            self.arrow,
            self.sink,
            8,
            rule(vertical=True, length=28),
            8,
            self.side,
            self.abx_button,
            self.match_button,
            self.mute_button,
            8,
            rule(vertical=True, length=28),
            8,
            self.record_button,
            self.recording_button,
            self.keep_button,
            None,
            self.undo_button,
            self.redo_button,
            rule(vertical=True, length=28),
            4,
            self.preset,
            self.settings_button,
        ):
            if part is None:
                layout.addStretch(1)
            elif isinstance(part, int):
                gap = QWidget()
                gap.setFixedSize(max(part - 8, 0), 1)
                self._gaps.append(gap)
                layout.addWidget(gap)
            else:
                layout.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        self.mute_button.hide()

        self.start_button.clicked.connect(self.start_stop)
        self.source.clicked.connect(self.source_wanted)
        self.sink.clicked.connect(self.sink_wanted)
        self.preset.clicked.connect(self.preset_wanted)
        self.settings_button.clicked.connect(self.settings_wanted)
        self.side.chosen.connect(self.side_wanted)
        self.match_button.clicked.connect(self.compare_wanted)
        self.abx_button.clicked.connect(self.abx_wanted)
        self.mute_button.clicked.connect(lambda: self.mute_wanted.emit(False))
        self.record_button.clicked.connect(self.record_wanted)
        self.recording_button.clicked.connect(self.recording_wanted)
        self.keep_button.clicked.connect(self.keep_wanted)
        self.keep_button.customContextMenuRequested.connect(lambda _: self._show_keep_menu())
        self.undo_button.clicked.connect(self.undo_wanted)
        self.redo_button.clicked.connect(self.redo_wanted)
        self.set_compact(False)
        self.set_undo("", "")

    def _button(self, name: str, tip: str) -> QPushButton:
        button = QPushButton()
        button.setObjectName(name)
        button.setFixedHeight(36)
        button.setFont(theme.font(13, 500))
        button.setIconSize(QSize(16, 16))
        button.setToolTip(tip)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return button

    # What is shown -----------------------------------------------------------------------------------------------

    def apply_theme(self, tokens: Tokens) -> None:
        """Icons in the colours of the theme."""
        self.tokens = tokens
        self.undo_button.setIcon(icons.icon("undo", tokens))
        self.recording_button.setIcon(icons.icon("chevron-down", tokens))
        self.redo_button.setIcon(icons.icon("redo", tokens))
        self.settings_button.setIcon(icons.icon("settings", tokens))
        self.mute_button.setIcon(icons.icon("mute", tokens, tokens.clip))
        self._show_state()

    def set_compact(self, compact: bool) -> None:
        """The form for windows below 1600 wide."""
        if compact == self._compact:
            return
        self._compact = compact
        self.setFixedHeight(COMPACT_HEIGHT if compact else theme.TOOLBAR)
        self.arrow.setVisible(not compact)
        self.source.setFixedWidth(138 if compact else 196)
        self.sink.setFixedWidth(120 if compact else 164)
        self.preset.compact = compact
        self.layout().setContentsMargins(8 if compact else 12, 0, 8 if compact else 12, 0)
        self.layout().setSpacing(6 if compact else 8)
        self.mute_button.setText("" if compact else " Muted")
        self._show_state()
        self._show_match()
        self.preset.update()

    def set_running(self, running: bool) -> None:
        """Show Stop with an accent border, or Start."""
        self._running = running
        self._show_state()

    def show_health(self, health: Health) -> None:
        """The recording's running time."""
        if (health.recording_s, health.recording_left_s) != (self._recording_s, self._left_s):
            self._recording_s, self._left_s = health.recording_s, health.recording_left_s
            self._show_state()

    def show_ab(self, state: ABState) -> None:
        """Which side plays, and what matching does."""
        self._ab = state
        self.side.set_value("bypass" if self._bypass else state.side)
        self._show_match()

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self._show_match()

    def _show_match(self) -> None:
        brief = bool(self._compact) or self.width() < ROOMY
        self.preset.setFixedWidth(152 if self._compact else 176 if brief else 236)
        text = match_text(self._ab)
        short = "A = B" if self._ab.equal else gain_text(self._ab) or "A, B"
        self.match_button.setText(short if brief else text)
        self.match_button.setAccessibleName(f"Compare A and B: {text}")
        self.match_button.setFixedWidth(76 if brief else 212)

    def show_kept(self, kept: KeptSound) -> None:
        """How much is kept, or where the loop is."""
        self._kept = kept
        self._show_keep()

    def set_keep_menu(self, menu: QMenu) -> None:
        """What a right click on Keep offers."""
        self._keep_menu = menu

    def _show_keep_menu(self) -> None:
        if self._keep_menu is not None:
            self._keep_menu.popup(self.keep_button.mapToGlobal(self.keep_button.rect().bottomLeft()))

    def _show_keep(self) -> None:
        kept, t = self._kept, self.tokens
        length_s = kept.region.duration_s if kept.region else kept.kept_s
        if kept.looping:
            begin_s = kept.region.begin_s if kept.region else 0.0
            here_s = max(0.0, kept.position_s - begin_s)
            text, brief = f" Loop {here_s:.1f} / {length_s:.1f} s", f" Loop {here_s:.0f} / {length_s:.0f} s"
            tip = "The kept sound loops: click for live sound (K). [ and ] cut the loop; right-click for more"
        else:
            text, brief = f" Keep {kept.capacity_s:.0f} s", ""
            tip = f"Loop the last {kept.kept_s:.0f} s, to tune on the same sound (K); right-click for more"
        if self._recording_s is not None or not self.mute_button.isHidden():
            brief = ""  # the icon's colour says it where there is no room beside these
        self.keep_button.setText(brief if self._compact else text)
        self.keep_button.setToolTip(tip)
        self.keep_button.setAccessibleName(text.strip())
        self.keep_button.setIcon(icons.icon("loop", t, t.accent if kept.looping else None))
        self._set_state(self.keep_button, "running" if kept.looping else "")

    def show_params(self, params: Params) -> None:
        """What plays, and whether it is muted."""
        self._bypass = params.output.bypass
        self.side.set_value("bypass" if self._bypass else self._ab.side)
        if params.output.muted == self.mute_button.isHidden():
            self.mute_button.setVisible(params.output.muted)
            self._show_keep()

    def set_undo(self, undo_label: str, redo_label: str) -> None:
        """Names of the next steps back and forth; empty where there is none."""
        for button, word, label, keys in (
            (self.undo_button, "Undo", undo_label, "Ctrl+Z"),
            (self.redo_button, "Redo", redo_label, "Ctrl+Shift+Z"),
        ):
            button.setEnabled(bool(label))
            button.setToolTip(f"{word}: {label} ({keys})" if label else f"Nothing to {word.lower()}")

    def _show_state(self) -> None:
        t = self.tokens
        self.start_button.setText(" Stop" if self._running else " Start")
        self.start_button.setIcon(icons.icon("stop", t, t.accent) if self._running else icons.icon("play", t, t.accent))
        self.start_button.setFixedWidth(82 if self._compact else 92)
        recording = self._recording_s is not None
        clock = f"{int(self._recording_s // 60)}:{self._recording_s % 60:04.1f}" if recording else ""
        word = "" if self._compact and recording else "Record  "
        short = recording and self._left_s is not None and self._left_s < SHORT_S
        left = f"  {self._left_s // 60:.0f} min{'' if self._compact else ' left'}" if short else ""
        self.record_button.setText(f" {word}{clock}{left}".rstrip())
        tip = "Record microphones and output (R)"
        if recording and self._left_s is not None:
            tip = f"End the recording (R). The disk lasts {self._left_s / 3600:.1f} h more"
        self.record_button.setToolTip(tip)
        self.record_button.setAccessibleName(f"Recording, {clock}" if recording else "Record")
        self.record_button.setIcon(icons.icon("record", t, t.clip))
        for button, state in (
            (self.start_button, "running" if self._running else ""),
            (self.record_button, "recording" if recording else ""),
            (self.mute_button, "muted"),
        ):
            self._set_state(button, state)
        self._show_keep()

    @staticmethod
    def _set_state(button: QPushButton, state: str) -> None:
        if button.property("state") != state:
            button.setProperty("state", state)
            button.style().unpolish(button)
            button.style().polish(button)
