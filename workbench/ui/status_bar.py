"""The status bar: latency as parts that sum, load, dropouts, rate; notices; the array and the state."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolTip, QWidget

from workbench.core.messages import Health, LatencyPart
from workbench.engine.dropout_log import MACHINE
from workbench.ui import knobs, theme
from workbench.ui.controls import Themed, rule
from workbench.ui.notice import Notice
from workbench.ui.painting import THIN_SPACE
from workbench.ui.theme import Tokens

LOAD_WARNING, LOAD_CLIP = 0.6, 0.9
CHILD_HEIGHT = 27
COMPACT_HEIGHT = 28
BOX_PX_PER_MS = 5.0
BOXES_MAX_PX = 350.0
"""A longer latency is drawn at a smaller scale."""
BOX_PADDING = 20
ROOM_FOR_BOTH = 2200
"""Below this width the array gives way to a notice."""
STATES = {"stopped": "Stopped", "starting": "Starting", "running": "Running", "lost": "Device lost"}


def latency_texts(parts: tuple[LatencyPart, ...]) -> tuple[list[tuple[str, str]], str]:
    """(label, ms) of each part that takes time, and the sum; one decimal everywhere if any needs it, so they add up."""
    shown = [part for part in parts if part.samples > 0]
    total_ms = sum(part.ms for part in shown)
    whole = all(abs(part.ms - round(part.ms)) < 0.05 for part in shown)
    decimals = 0 if whole else 1
    return [(part.label, f"{part.ms:.{decimals}f}") for part in shown], f"{total_ms:.{decimals}f}"


class LatencyParts(Themed, QWidget):
    """Boxes that sum: wider is longer; hovering gives samples. The compact form is a line of text."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.parts: tuple[LatencyPart, ...] = ()
        self.compact = self.brief = False
        self.full_width = 0
        self._boxes: list[tuple[QRectF, LatencyPart]] = []
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Latency")

    def set_parts(self, parts: tuple[LatencyPart, ...]) -> None:
        """Show a latency budget."""
        if parts != self.parts:
            self.parts = parts
            texts, total = latency_texts(parts)
            self.setAccessibleDescription(
                ", ".join(f"{label} {ms} ms" for label, ms in texts) + f"; sum {total} ms" if texts else "unknown"
            )
            self._relayout()

    def set_compact(self, compact: bool) -> None:
        """Text instead of boxes."""
        self.compact = compact
        self._relayout()

    def set_brief(self, brief: bool) -> None:
        """The sum alone, so that something else can be read."""
        if brief != self.brief:
            self.brief = brief
            self._relayout()

    def _pieces(self, brief: bool):
        """What stands where: (kind, x, width, text, part) from the left."""
        plain, strong = QFontMetricsF(theme.font(12)), QFontMetricsF(theme.font(12, 600))
        pieces, x = [], 0.0

        def add(kind, text, width, part=None, gap=0.0):
            nonlocal x
            pieces.append((kind, x, width, text, part))
            x += width + gap

        add("caption", "Latency", plain.horizontalAdvance("Latency"), gap=9)
        texts, total = latency_texts(self.parts)
        shown = [part for part in self.parts if part.samples > 0]
        if not shown:
            add("caption", "–", plain.horizontalAdvance("–"))
            return pieces, x
        if brief:
            add("strong", f"{total}{THIN_SPACE}ms", strong.horizontalAdvance(f"{total}{THIN_SPACE}ms"))
            return pieces, x
        px_per_ms = min(BOX_PX_PER_MS, BOXES_MAX_PX / sum(part.ms for part in shown))
        for number, (part, (label, ms)) in enumerate(zip(shown, texts)):
            if number:
                add("caption", "+", plain.horizontalAdvance("+"), gap=4 if self.compact else 5)
            if self.compact:
                add("text", label, plain.horizontalAdvance(label), part, gap=4)
                add("strong", ms, strong.horizontalAdvance(ms), part, gap=4)
            else:
                words = f"{label} {ms}"
                width = max(plain.horizontalAdvance(words) + BOX_PADDING, px_per_ms * part.ms)
                add("box", words, width, part, gap=5)
        x += 4
        add("caption", "=", plain.horizontalAdvance("="), gap=4)
        sum_text = f"{total}{THIN_SPACE}ms"
        add("strong", sum_text, strong.horizontalAdvance(sum_text))
        return pieces, x

    def _relayout(self) -> None:
        self.full_width = int(self._pieces(brief=False)[1]) + 2
        pieces, width = self._pieces(self.brief)
        self._boxes = [(QRectF(x, 0, w, CHILD_HEIGHT), part) for _, x, w, _, part in pieces if part is not None]
        self.setFixedSize(int(width) + 2, CHILD_HEIGHT)
        self.update()

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        longest = max((part.samples for part in self.parts), default=0)
        for kind, x, width, text, part in self._pieces(self.brief)[0]:
            rect = QRectF(x, 0, width + 1, self.height())
            painter.setFont(theme.font(12, 600 if kind == "strong" else 400))
            ink = {"caption": t.text2, "text": t.text2}.get(kind, t.text1)
            if kind == "box":
                box = QRectF(round(x) + 0.5, (self.height() - 20) / 2, round(width) - 1, 20)
                painter.setPen(QPen(QColor(t.line_strong), 1))
                painter.setBrush(QColor(t.hover if part.samples == longest else t.raised))
                painter.drawRoundedRect(box, 4, 4)
                rect = box
            painter.setPen(QColor(ink))
            flags = Qt.AlignmentFlag.AlignVCenter | (
                Qt.AlignmentFlag.AlignHCenter if kind == "box" else Qt.AlignmentFlag.AlignLeft
            )
            painter.drawText(rect, flags, text)
        painter.end()

    def tip_at(self, x: float) -> str:
        """The tooltip of the part at a place: its samples."""
        for rect, part in self._boxes:
            if rect.left() <= x <= rect.right():
                return f"{part.label}: {part.samples} samples at {part.rate_hz / 1000:g} kHz, {part.ms:.2f} ms"
        return ""

    def event(self, event):
        if event.type() == event.Type.ToolTip:
            text = self.tip_at(event.pos().x())
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        return self.minimumSize()


class LoadBar(Themed, QWidget):
    """The hop thread's load: amber from 60 %, clip colour from 90 %."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.load: float | None = None
        self.setFixedSize(56, CHILD_HEIGHT)
        self.setAccessibleName("Load")

    def set_load(self, load: float | None) -> None:
        """Show a load, 0 to 1 (more is full)."""
        load = None if load is None else round(load, 2)
        if load != self.load:
            self.load = load
            self.setAccessibleDescription("unknown" if load is None else f"{100 * load:.0f} %")
            self.update()

    @property
    def token(self) -> str:
        """Token of the bar's colour."""
        if self.load is None or self.load < LOAD_WARNING:
            return "slider_fill"
        return "warning" if self.load < LOAD_CLIP else "clip"

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(0, self.height() / 2 - 3, self.width(), 6)
        painter.setBrush(QColor(t.line))
        painter.drawRoundedRect(track, 3, 3)
        if self.load:
            track.setWidth(max(6.0, min(self.load, 1.0) * track.width()))
            painter.setBrush(QColor(getattr(t, self.token)))
            painter.drawRoundedRect(track, 3, 3)
        painter.end()


class Lamp(Themed, QWidget):
    """A small square or dot in a colour of state."""

    def __init__(self, round_shape: bool, parent: QWidget | None = None):
        super().__init__(parent)
        self.round_shape, self.token = round_shape, "text3"
        self.setFixedSize(8, CHILD_HEIGHT)

    def set_token(self, token: str) -> None:
        """Colour by token."""
        if token != self.token:
            self.token = token
            self.update()

    def paintEvent(self, event):
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(self.tokens, self.token)))
        rect = QRectF(0, self.height() / 2 - 4, 8, 8)
        painter.drawRoundedRect(rect, *((4, 4) if self.round_shape else (1.5, 1.5)))
        painter.end()


def _label(text: str, tone: str = "1", weight: int = 400) -> QLabel:
    label = QLabel(text)
    label.setFont(theme.font(12, weight))
    label.setProperty("tone", tone)
    return label


class StatusBar(QFrame):
    """32 high. Shows Health; errors and notices appear here and never as a dialog."""

    reconnect_wanted = Signal()
    cancel_wanted = Signal()
    """The saving that is shown shall end."""
    details_wanted = Signal()
    """Latency, load or dropouts were clicked."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("statusBar")
        self.setFixedHeight(theme.STATUS)
        self.latency = LatencyParts()
        self.load_bar = LoadBar()
        self.load_text = _label("–", weight=600)
        self.dropout_lamp = Lamp(round_shape=False)
        self.dropout_word = _label("Dropouts", "2")
        self.dropout_text = _label("0", weight=600)
        self.dropout_where = _label("", "2")
        self.dropout_where.hide()
        self.rate_text = _label("48 kHz", weight=600)
        self.hop_text = _label("/ 480", "2")
        self.notice = Notice()
        self.notice.setFixedHeight(CHILD_HEIGHT)
        self.notice.changed.connect(self._make_room)
        self.array_text = _label("", "2")
        self.array_rule = rule(vertical=True, length=16)
        self.state_lamp = Lamp(round_shape=True)
        self.state_text = _label("Stopped", weight=600)
        self.clock_text = _label("", "2")
        self.reconnect = QPushButton("Reconnect")
        self.reconnect.setFont(theme.font(12))
        self.reconnect.setFixedHeight(24)
        self.reconnect.setToolTip("Open the device again")
        self.reconnect.clicked.connect(self.reconnect_wanted)
        self.reconnect.hide()
        self.cancel = QPushButton("Cancel")
        self.cancel.setFont(theme.font(12))
        self.cancel.setFixedHeight(24)
        self.cancel.setToolTip("End the saving; no file is left behind")
        self.cancel.setAccessibleName("Cancel saving")
        self.cancel.clicked.connect(self.cancel_wanted)
        self.cancel.hide()
        self._compact = False

        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(8)
        for part in (
            self.latency,
            10,
            rule(vertical=True, length=16),
            10,
            _label("Load", "2"),
            self.load_bar,
            self.load_text,
            10,
            rule(vertical=True, length=16),
            10,
            self.dropout_lamp,
            self.dropout_word,
            self.dropout_text,
            self.dropout_where,
            10,
            rule(vertical=True, length=16),
            10,
            self.rate_text,
            self.hop_text,
            8,
            self.notice,
            self.cancel,
            self.array_text,
            self.array_rule,
            self.state_lamp,
            self.state_text,
            self.clock_text,
            self.reconnect,
        ):
            if isinstance(part, int):
                layout.addSpacing(part - 4)
            else:
                layout.addWidget(part, 1 if part is self.notice else 0, Qt.AlignmentFlag.AlignVCenter)

    def apply_theme(self, tokens: Tokens) -> None:
        """Nothing of its own: children paint themselves, the style sheet does the rest."""

    def set_compact(self, compact: bool) -> None:
        """The form for windows below 1600 wide: latency as text, no array."""
        self.setFixedHeight(COMPACT_HEIGHT if compact else theme.STATUS)
        self._compact = compact
        self.latency.set_compact(compact)
        self._make_room()
        self.layout().setContentsMargins(8 if compact else 12, 0, 8 if compact else 12, 0)
        self.layout().setSpacing(6 if compact else 8)

    def set_array(self, description: str) -> None:
        """One line about the array."""
        self.array_text.setText(description)

    def show_notice(self, text: str, error: bool) -> None:
        """A line from the window itself (refused input, saved file), for some seconds."""
        self.notice.say(text, error)

    def show_saving(self, name: str, share: float) -> None:
        """How far the saving of a file is, with a button that ends it, until `end_saving`."""
        self.notice.say(f"Saving {name}: {100 * share:.0f}{THIN_SPACE}%", error=False, keep=False)
        self.cancel.show()

    def end_saving(self) -> None:
        """Nothing is being saved any more."""
        self.cancel.hide()

    def _make_room(self) -> None:
        self.latency.set_brief(bool(self.notice.text) and self.notice.wanted_width() > self._room_beside_parts())
        shown = not self._compact and (not self.notice.text or self.width() >= ROOM_FOR_BOTH)
        self.array_text.setVisible(shown)
        self.array_rule.setVisible(shown)

    def _room_beside_parts(self) -> float:
        """Width that a notice has while all parts of the latency are shown, and the array is not."""
        self.layout().activate()
        aside = self.array_text.width() + self.array_rule.width() + 2 * self.layout().spacing()
        freed = aside if self.array_text.isVisibleTo(self) else 0
        return self.notice.width() + freed + self.latency.width() - self.latency.full_width

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self._make_room()

    def mouseReleaseEvent(self, event):
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and event.position().x() < self.rate_text.x() - 8:
            self.details_wanted.emit()

    def show_health(self, health: Health) -> None:
        """Everything that the engine says about itself."""
        active = health.state in ("running", "starting", "lost")
        self.latency.set_parts(health.latency)
        self.load_bar.set_load(health.load if active else None)
        self.load_text.setText(f"{100 * health.load:.0f}{THIN_SPACE}%" if active else "–")
        stages = "\n".join(f"{stage}: {us:.0f} µs" for stage, us in health.stage_us.items())
        self.load_bar.setToolTip(
            f"Mean time of each stage of a hop of {1000 * health.hop / health.rate_hz:g} ms\n{stages}"
        )
        self._show_dropouts(health)
        self.rate_text.setText(f"{health.rate_hz / 1000:g}{THIN_SPACE}kHz")
        self.hop_text.setText(f"/ {health.hop}")
        self.state_lamp.set_token({"running": "good", "starting": "warning", "lost": "clip"}.get(health.state, "text3"))
        self.state_text.setText(STATES.get(health.state, health.state))
        self.clock_text.setText(knobs.clock_text(health.elapsed_s) if active else "")
        self.reconnect.setVisible(health.state == "lost")
        self.notice.take(health)

    def _show_dropouts(self, health: Health) -> None:
        total = health.own_dropouts + health.server_dropouts + health.machine_dropouts
        self.dropout_text.setText(str(total))
        newest = health.dropouts[-1] if health.dropouts and total else None
        self.dropout_where.setText(f"{newest.stage}, {knobs.clock_text(newest.time_s)}" if newest else "")
        self.dropout_where.setVisible(newest is not None)
        token = "good" if total == 0 else ("clip" if health.own_dropouts else "warning")
        self.dropout_lamp.set_token(token)
        lines = []
        for drop in health.dropouts[-12:]:
            where = drop.stage if drop.own or drop.stage == MACHINE else f"{drop.stage} (sound server)"
            lines.append(f"{knobs.clock_text(drop.time_s)}  {where}  {drop.detail}".rstrip())
        head = f"{health.own_dropouts} of the program itself, {health.server_dropouts} of the sound server"
        head += f", {health.machine_dropouts} of the machine, which was busy otherwise"
        tip = "\n".join([head, *lines])
        for part in (self.dropout_lamp, self.dropout_word, self.dropout_text, self.dropout_where):
            part.setToolTip(tip)
