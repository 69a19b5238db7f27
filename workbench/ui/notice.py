"""The status bar's line: what the window itself has to say, and what the engine says, one after the other."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.core.messages import Health, Said
from workbench.ui import theme
from workbench.ui.controls import Themed

NOTICE_MS, ERROR_MS = 8000, 20000
"""How long a line of the window's own stays; what the engine says stays until it says something else."""
READ_MS = 1500
"""A line of the engine lets the one before it stand so long: where a recording lies is not lost to a remark."""
WAITING, EARLIER = 4, 5
"""Most lines that wait to be seen, and most that the tooltip recalls."""


class Notice(Themed, QWidget):
    """The last error or notice on one line, shortened where there is no room; the tooltip has all of it, and the lines
    before.

    Attributes
    ----------
    text : str
        The line.
    token : str
        Of its colour.
    earlier : tuple of str
        Lines before it, oldest first.
    """

    changed = Signal()
    """Another line is shown, or none."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.text, self.token = "", "text2"
        self._kept: deque[str] = deque(maxlen=EARLIER + 1)
        self._engine: tuple[str, bool] = ("", False)
        self._newest = -1
        self._waiting: deque[Said] = deque(maxlen=WAITING)
        self._expiry = QTimer(self)
        self._expiry.setSingleShot(True)
        self._expiry.timeout.connect(self._go_on)
        self._reading = QTimer(self)
        self._reading.setSingleShot(True)
        self._reading.setInterval(READ_MS)
        self._reading.timeout.connect(self._go_on)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(40)

    @property
    def earlier(self) -> tuple[str, ...]:
        """Lines before the present one, oldest first."""
        kept = tuple(self._kept)
        return kept[:-1] if kept and kept[-1] == self.text else kept[-EARLIER:]

    def say(self, text: str, error: bool, keep: bool = True) -> None:
        """A line of the window's own, at once, for some seconds; without `keep` it is not recalled afterwards."""
        self._show(text, error, keep)
        self._expiry.start(ERROR_MS if error else NOTICE_MS)
        self._reading.start()

    def take(self, health: Health) -> None:
        """What the engine said. An error is seen at once, unless one is being read; what it pushes aside comes again.
        Anything else waits until the line before could be read."""
        before, self._engine = self._engine, (health.message, health.failed)
        fresh = [line for line in health.said if line.number > self._newest]
        if fresh:
            self._newest = fresh[-1].number
        self._waiting.extend(fresh)
        if not self._reading.isActive():
            if fresh or self._engine != before:
                self._expiry.stop()
                self._go_on()
        elif any(line.failed for line in fresh) and self.token != "clip" and not self._expiry.isActive():
            error = next(line for line in self._waiting if line.failed)
            self._waiting.remove(error)
            self._waiting.appendleft(Said(self._newest, self.text))
            self._show(error.text, True)
            self._reading.start()

    def _go_on(self) -> None:
        """The line that is shown could be read, or has stood long enough."""
        if self._waiting:
            line = self._waiting.popleft()
            self._expiry.stop()
            self._show(line.text, line.failed)
            self._reading.start()
        elif not self._expiry.isActive():
            self._show(*self._engine)

    def _show(self, text: str, error: bool, keep: bool = True) -> None:
        if text and keep and (not self._kept or self._kept[-1] != text):
            self._kept.append(text)
        self.text, self.token = text, "clip" if error else "text2"
        before = ["Before:", *reversed(self.earlier)] if self.earlier else []
        self.setToolTip("\n".join([text, ""] * bool(text) + before) if before else text)
        self.setAccessibleName(f"{'Error' if error else 'Notice'}: {text}" if text else "")
        self.update()
        self.changed.emit()

    def wanted_width(self) -> float:
        """Width in which the line can be read whole."""
        line = " ".join(self.text.split())
        return QFontMetricsF(theme.font(12)).horizontalAdvance(line) + (18.0 if self.token == "clip" else 4.0)

    def paintEvent(self, event):
        if not self.text:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = QColor(getattr(self.tokens, self.token))
        left = 0.0
        if self.token == "clip":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(0, self.height() / 2 - 4, 8, 8), 1.5, 1.5)
            left = 14.0
        font = theme.font(12)
        line = " ".join(self.text.split())
        # An error begins with what it is about, perhaps a long address, and ends with what is wrong: both are kept.
        mode = Qt.TextElideMode.ElideMiddle if self.token == "clip" else Qt.TextElideMode.ElideRight
        shown = QFontMetricsF(font).elidedText(line, mode, self.width() - left - 4)
        painter.setFont(font)
        painter.setPen(color)
        painter.drawText(QPointF(left, self.height() / 2 + 4.5), shown)
        painter.end()
