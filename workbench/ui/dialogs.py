"""Panels that float over the window: sources, sinks, presets, keys, about. None is modal; sound never stops for one."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from workbench.core.messages import Health
from workbench.ui import theme
from workbench.ui.controls import Themed, draw_focus_ring, rule
from workbench.ui.icons import icon
from workbench.ui.painting import UNKNOWN
from workbench.ui.theme import Tokens
from workbench.ui.toolbar import tool_button


class FloatPanel(QFrame):
    """A panel over the window: header with title, note and tools. Unpinned, Escape or a click elsewhere closes it."""

    closed = Signal()

    def __init__(self, title: str, width: int, window: QWidget):
        super().__init__(window)
        self.setObjectName("floatPanel")
        self.setFixedWidth(width)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.tokens = theme.DARK
        self.title = QLabel(title)
        self.title.setFont(theme.font(13, 600))
        self.note = QLabel()
        self.note.setFont(theme.font(11))
        self.note.setProperty("tone", "3")
        self.pin = tool_button("pin", "Keep open", 28)
        self.pin.setCheckable(True)
        self.close_button = tool_button("close", "Close (Escape)", 28)
        self.close_button.clicked.connect(self.dismiss)
        self.head = QHBoxLayout()
        self.head.setContentsMargins(12, 4, 6, 4)
        self.head.setSpacing(2)
        self.head.addWidget(self.title)
        self.head.addSpacing(6)
        self.head.addWidget(self.note)
        self.head.addStretch(1)
        self.head.addWidget(self.pin)
        self.head.addWidget(self.close_button)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(1, 1, 1, 1)
        self.body.setSpacing(0)
        self.body.addLayout(self.head)
        self._anchor: Callable[[], QPoint] | None = None
        self._watching = False
        self.hide()

    def apply_theme(self, tokens: Tokens) -> None:
        """Icons in the colours of the theme."""
        self.tokens = tokens
        self.pin.setIcon(icon("pin", tokens))
        self.close_button.setIcon(icon("close", tokens))

    def show_at(self, anchor: Callable[[], QPoint] | None) -> None:
        """Open below a place of the window (None: in its middle), inside the window, and take the keys."""
        self._anchor = anchor
        self.adjustSize()
        self.place()
        self.show()
        self.raise_()
        if not self._watching:
            self._watching = True
            QApplication.instance().installEventFilter(self)
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Find the place again after the window or the content changed size."""
        window = self.parentWidget()
        height = min(self.sizeHint().height(), window.height() - 2 * theme.GUTTER)
        self.resize(self.width(), height)
        if self._anchor is None:
            spot = QPoint((window.width() - self.width()) // 2, (window.height() - height) // 3)
        else:
            spot = self._anchor()
        x = max(theme.GUTTER, min(spot.x(), window.width() - self.width() - theme.GUTTER))
        y = max(theme.GUTTER, min(spot.y(), window.height() - height - theme.GUTTER))
        self.move(x, y)

    def dismiss(self) -> None:
        """Close, pinned or not."""
        if self._watching:
            self._watching = False
            QApplication.instance().removeEventFilter(self)
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.MouseButtonPress and not self.pin.isChecked() and isinstance(watched, QWidget):
            inside = watched is self or self.isAncestorOf(watched)
            same_window = watched.window() is self.window()
            if same_window and not inside:
                self.dismiss()
        return False

    def keyPressEvent(self, event):
        if event.key() == Qt.Key.Key_Escape and not self.pin.isChecked():
            self.dismiss()
        else:
            event.ignore()


@dataclass(frozen=True)
class Choice:
    """One row of a chooser panel; without a `value` it is a heading. `columns` stand right-aligned."""

    text: str
    value: str = ""
    columns: tuple[str, ...] = ()
    tag: str = ""
    note: str = ""
    tip: str = ""
    usable: bool = True


class ChoiceRowButton(Themed, QWidget):
    """A row of a chooser panel, 28 high (44 with a note)."""

    chosen = Signal(str)
    moved = Signal(int)

    COLUMN = 40

    def __init__(self, choice: Choice, current: bool, parent: QWidget | None = None):
        super().__init__(parent)
        self.choice, self.current = choice, current
        self.setFixedHeight(44 if choice.note else 28)
        heading = not choice.value
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if heading or not choice.usable else Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(" ".join([choice.text, choice.tag, choice.note]).strip())
        self.setToolTip(choice.tip or ("" if heading else choice.text))
        self.setAccessibleDescription(choice.tip)

    def mouseReleaseEvent(self, event):
        if self.choice.value and self.choice.usable and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.choice.value)

    def keyPressEvent(self, event):
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.choice.value)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.moved.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            event.ignore()

    def paintEvent(self, event):
        t, choice = self.tokens, self.choice
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        heading = not choice.value
        if self.current or (self.underMouse() and not heading and choice.usable):
            painter.fillRect(self.rect(), QColor(t.raised if not self.underMouse() or self.current else t.hover))
        if self.current:
            painter.fillRect(QRectF(0, 0, 3, self.height()), QColor(t.accent))
        left, right = 12.0, self.width() - 12.0
        ink = t.text3 if heading or not choice.usable else t.text1
        for text in reversed(choice.columns):
            painter.setFont(theme.font(11 if heading else 12))
            painter.setPen(QColor(t.text3 if heading else ink))
            width = max(self.COLUMN, QFontMetricsF(painter.font()).horizontalAdvance(text) + 12)
            painter.drawText(
                QRectF(right - width, 0, width, 28), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text
            )
            right -= width
        if choice.tag:
            painter.setFont(theme.font(11))
            width = QFontMetricsF(painter.font()).horizontalAdvance(choice.tag) + 12
            box = QRectF(right - width - 4, 5.5, width, 17)
            painter.setPen(QPen(QColor(t.line_strong), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(QColor(t.text2))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, choice.tag)
            right = box.left() - 8
        font = theme.font(11 if heading else 13)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        text = QFontMetricsF(font).elidedText(choice.text, Qt.TextElideMode.ElideRight, right - left)
        painter.drawText(QRectF(left, 0, right - left, 28), Qt.AlignmentFlag.AlignVCenter, text)
        if choice.note:
            painter.setFont(theme.font(11))
            painter.setPen(QColor(t.text3))
            painter.drawText(QRectF(left, 24, self.width() - 24, 16), Qt.AlignmentFlag.AlignVCenter, choice.note)
        if self.hasFocus():
            draw_focus_ring(painter, t, QRectF(self.rect()).adjusted(2, 1, -2, -1), 4)
        painter.end()


class ChooserPanel(FloatPanel):
    """A list of choices under headings; one tool in the header and buttons in the footer, if any."""

    chosen = Signal(str)
    refresh_wanted = Signal()

    def __init__(self, title: str, width: int, window: QWidget, refreshable: bool = False):
        super().__init__(title, width, window)
        self.rows: list[ChoiceRowButton] = []
        self.refresh_button = tool_button("refresh", "List the devices again", 28)
        self.refresh_button.clicked.connect(self.refresh_wanted)
        self.refresh_button.setVisible(refreshable)
        self.head.insertWidget(self.head.count() - 2, self.refresh_button)
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, 4)
        self._column.setSpacing(0)
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll.setWidget(self._list)
        self.body.addWidget(self.scroll, 1)
        self.footer: QHBoxLayout | None = None

    def add_footer_button(self, text: str, action: Callable[[], None]) -> QPushButton:
        """A button 28 high below the list."""
        if self.footer is None:
            self.body.addWidget(rule())
            self.footer = QHBoxLayout()
            self.footer.setContentsMargins(12, 8, 12, 8)
            self.footer.addStretch(1)
            self.body.addLayout(self.footer)
        button = QPushButton(text)
        button.setFont(theme.font(12))
        button.setFixedHeight(28)
        button.clicked.connect(action)
        self.footer.insertWidget(self.footer.count() - 1, button)
        return button

    def apply_theme(self, tokens: Tokens) -> None:
        super().apply_theme(tokens)
        self.refresh_button.setIcon(icon("refresh", tokens))
        for row in self.rows:
            row.apply_theme(tokens)

    def set_choices(self, choices: Sequence[Choice], current: str) -> None:
        """Replace the list."""
        focused = next((row.choice.value for row in self.rows if row.hasFocus()), None)
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for choice in choices:
            row = ChoiceRowButton(choice, bool(choice.value) and choice.value == current)
            row.apply_theme(self.tokens)
            row.chosen.connect(self._on_chosen)
            row.moved.connect(lambda step, row=row: self._move_focus(row, step))
            self._column.addWidget(row)
            self.rows.append(row)
            if focused and choice.value == focused:
                row.setFocus()
        if self.isVisible():
            self.place()

    def sizeHint(self) -> QSize:
        rows = sum(row.height() for row in self.rows) + 8
        footer = 45 if self.footer else 0
        return QSize(self.width(), rows + 36 + footer + 4)

    def show_at(self, anchor: Callable[[], QPoint] | None) -> None:
        super().show_at(anchor)
        start = next((row for row in self.rows if row.current), None)
        if start is not None and start.focusPolicy() != Qt.FocusPolicy.NoFocus:
            self.scroll.ensureWidgetVisible(start)

    def keyPressEvent(self, event):
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.rows:
            usable = [row for row in self.rows if row.focusPolicy() != Qt.FocusPolicy.NoFocus]
            start = next((row for row in usable if row.current), usable[0])
            start.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)

    def _move_focus(self, row: ChoiceRowButton, step: int) -> None:
        usable = [other for other in self.rows if other.focusPolicy() != Qt.FocusPolicy.NoFocus]
        index = max(0, min(len(usable) - 1, usable.index(row) + step))
        usable[index].setFocus(Qt.FocusReason.TabFocusReason)
        self.scroll.ensureWidgetVisible(usable[index])

    def _on_chosen(self, value: str) -> None:
        if not self.pin.isChecked():
            self.dismiss()
        self.chosen.emit(value)


# ---- what stands in the lists -------------------------------------------------------------------------------------

OPEN_FILE = "open-file"
WRITE_FILE = "write-file"


def _count(number: int) -> str:
    return str(number) if number else UNKNOWN


def _rate(device: dict) -> str:
    rate = device.get("default_rate_hz")
    return f"{rate / 1000:g}" if rate else UNKNOWN


def device_spec(device: dict) -> str:
    """The address of a device: `device:HOSTAPI/NAME`."""
    return f"device:{device['hostapi']}/{device['name']}"


def _device_choices(devices: Sequence[dict], channels: str, default: str) -> list[Choice]:
    choices = []
    for api in dict.fromkeys(device["hostapi"] for device in devices):
        members = [device for device in devices if device["hostapi"] == api]
        usable = [device for device in members if device[channels] > 0]
        choices.append(Choice(api if usable else f"{api}: no {channels}"))
        choices.extend(
            Choice(
                device["name"],
                device_spec(device),
                (_count(device["inputs"]), _count(device["outputs"]), _rate(device)),
                tag="default" if device.get(default) else "",
            )
            for device in usable
        )
    return choices


def scene_title(name: str) -> str:
    """A scene's file name as words: "four-talkers" is "Four talkers"."""
    words = Path(name).stem.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def source_choices(devices: Sequence[dict], scenes: Sequence[tuple[str, str, int]], current: str) -> list[Choice]:
    """The rows of the Source panel: built in, scenes of the room, then devices by host API.

    `scenes` are (name, description, microphones). A file in use has a row of its own.
    """
    rows = [Choice("Device", columns=("in", "out", "kHz")), Choice("Built in")]
    rows.append(Choice("Simulated room", "room", ("8", UNKNOWN, "48")))
    if current.startswith("file:"):
        rows.append(Choice(Path(current.removeprefix("file:")).name, current, (UNKNOWN, UNKNOWN, UNKNOWN)))
    rows.append(Choice("Open a recording…", OPEN_FILE, (UNKNOWN, UNKNOWN, UNKNOWN)))
    if scenes:
        rows.append(Choice("Scenes of the simulated room"))
    for name, description, mics in scenes:
        rows.append(Choice(scene_title(name), f"room:{name}", (str(mics), UNKNOWN, "48"), tip=description))
    return rows + _device_choices(devices, "inputs", "default_input")


def sink_choices(devices: Sequence[dict], current: str) -> list[Choice]:
    """The rows of the Sink panel."""
    rows = [
        Choice("Device", columns=("in", "out", "kHz")),
        Choice("Built in"),
        Choice("None (silent)", "none", (UNKNOWN, UNKNOWN, UNKNOWN)),
    ]
    if current.startswith("file:"):
        rows.append(Choice(Path(current.removeprefix("file:")).name, current, (UNKNOWN, UNKNOWN, UNKNOWN)))
    rows.append(Choice("Write to a file…", WRITE_FILE, (UNKNOWN, UNKNOWN, UNKNOWN)))
    return rows + _device_choices(devices, "outputs", "default_output")


def spec_name(spec: str) -> str:
    """What a source or sink is called in the toolbar."""
    kind, _, rest = spec.partition(":")
    if kind == "room":
        return f"Room: {scene_title(rest).lower()}" if rest else "Simulated room"
    if kind == "file":
        return Path(rest).name
    if kind == "device":
        return rest.partition("#")[0].split("/", 1)[-1]
    return "None" if kind == "none" else spec


def default_output(devices: Sequence[dict]) -> str:
    """The address of the default output, or "none" where there is none."""
    for device in devices:
        if device.get("default_output") and device["outputs"] > 0:
            return device_spec(device)
    return "none"


# ---- keys and about -----------------------------------------------------------------------------------------------

KEYS = (
    ("Space", "Start or stop"),
    ("A", "Hear the chain"),
    ("0", "Bypass: hear the input"),
    ("M", "Mute"),
    ("R", "Record"),
    ("O", "Oracle ladder; 1 … 6 its rungs"),
    ("L", "Loudspeakers"),
    ("D", "Dropouts and latency"),
    ("Ctrl+O", "Open a recording or settings"),
    ("Ctrl+S", "Save the settings"),
    ("Ctrl+Z", "Undo"),
    ("Ctrl+Shift+Z", "Redo"),
    ("Ctrl+F", "Find a parameter"),
    ("Ctrl+1 … 9", "Presets"),
    ("F11", "Full screen"),
    ("F1", "These keys"),
    ("Double-click", "Reset a parameter"),
    ("Shift + drag", "Ten times finer"),
)


class KeysPanel(FloatPanel):
    """F1: the keys."""

    def __init__(self, window: QWidget):
        super().__init__("Keys", 380, window)
        for keys, what in KEYS:
            row = QHBoxLayout()
            row.setContentsMargins(12, 3, 12, 3)
            caps = QLabel(keys)
            caps.setFont(theme.font(12, 500))
            caps.setFixedWidth(140)
            words = QLabel(what)
            words.setFont(theme.font(12))
            words.setProperty("tone", "2")
            row.addWidget(caps)
            row.addWidget(words, 1)
            self.body.addLayout(row)
        self.body.addSpacing(8)


class AboutPanel(FloatPanel):
    """Version, what the program is, where its log lies, and diagnostics for a report."""

    def __init__(self, window: QWidget, version: str, open_log: Callable[[], None], copy: Callable[[], None]):
        super().__init__("About Earshot", 420, window)
        text = QLabel(
            f"Earshot {version}\n\nA live audio workbench: capture with a microphone array, enhance speech, "
            "find the talkers, and play it in space."
        )
        text.setFont(theme.font(12))
        text.setProperty("tone", "2")
        text.setWordWrap(True)
        text.setContentsMargins(12, 4, 12, 12)
        self.body.addWidget(text)
        self.body.addWidget(rule())
        footer = QHBoxLayout()
        footer.setContentsMargins(12, 8, 12, 8)
        for label, action in (("Open log folder", open_log), ("Copy diagnostics", copy)):
            button = QPushButton(label)
            button.setFont(theme.font(12))
            button.setFixedHeight(28)
            button.clicked.connect(action)
            footer.addWidget(button)
        footer.addStretch(1)
        self.body.addLayout(footer)


def diagnostics(version: str, health: Health, devices: Sequence[dict], log_path: Path | None) -> str:
    """Plain text for a report: versions, state, latency, dropouts, devices. No sound and no file contents."""
    import numpy
    import PySide6

    lines = [
        f"Earshot {version}",
        f"Python {platform.python_version()}, PySide {PySide6.__version__}, numpy {numpy.__version__}",
        f"System: {platform.platform()}",
        f"State: {health.state}, {health.elapsed_s:.0f} s, load {100 * health.load:.0f} %",
        f"Source: {health.source}; sink: {health.sink}; array: {health.array}; layout: {health.layout}",
        "Latency: " + (", ".join(f"{part.label} {part.samples} samples" for part in health.latency) or "unknown"),
        f"Dropouts: {health.own_dropouts} own, {health.server_dropouts} of the sound server",
        *(f"  {drop.time_s:.2f} s {drop.stage} {drop.detail}" for drop in health.dropouts[-20:]),
        f"Message: {health.message or 'none'}",
        "Devices:",
        *(
            f"  {device['hostapi']}/{device['name']}: {device['inputs']} in, {device['outputs']} out, "
            f"{device.get('default_rate_hz')} Hz"
            for device in devices
        ),
        f"Log: {log_path}",
    ]
    return "\n".join(lines)
