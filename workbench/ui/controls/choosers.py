"""Choosers: one value out of a list, plain or with a caption over it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QComboBox, QSizePolicy, QWidget

from workbench.ui import icons, theme
from workbench.ui.controls.base import BOX_HEIGHT, DIMMED, Themed, draw_focus_ring

PARTS = (", ", " (", ": ")
"""Where a long name may end: what follows tells more of the same thing."""


def shortened(text: str, metrics: QFontMetricsF, room: float) -> str:
    """A name that fits, cut where a part of it ends if more than half the room stays in use; else anywhere."""
    if metrics.horizontalAdvance(text) <= room:
        return text
    ends = {text.find(part, start) for part in PARTS for start in range(len(text))} - {-1}
    for end in sorted((end for end in ends if text.count("(", 0, end) == text.count(")", 0, end)), reverse=True):
        width = metrics.horizontalAdvance(text[:end] + "…")
        if room / 2 < width <= room:
            return text[:end] + "…"
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)


class MethodChooser(Themed, QComboBox):
    """A chooser as wide as its present choice (`fit`) or as its place; the wheel leaves it alone without the focus."""

    chosen = Signal(str)

    def __init__(self, name: str, choices: tuple[tuple[str, str], ...] = (), fit: bool = True, parent=None):
        super().__init__(parent)
        self._fit = fit
        self.setFont(theme.font(13))
        self.setFixedHeight(28 if fit else BOX_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed if fit else QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_choices(choices)
        self.activated.connect(lambda index: self.chosen.emit(self.itemData(index)))
        self.currentIndexChanged.connect(lambda _: self.updateGeometry())

    def set_choices(self, choices: tuple[tuple[str, str], ...]) -> None:
        """Replace the list: (value, label) pairs."""
        self.clear()
        for value, label in choices:
            self.addItem(label, value)
        if choices:
            metrics = QFontMetricsF(self.font())
            self.view().setMinimumWidth(int(max(metrics.horizontalAdvance(label) for _, label in choices)) + 40)

    def set_value(self, value: str) -> None:
        """Show a choice; one that is not in the list is added as it is."""
        index = self.findData(value)
        if index < 0:
            self.addItem(value, value)
            index = self.findData(value)
        self.setCurrentIndex(index)
        if not self._fit and self.toolTip() != self.currentText():
            self.setToolTip(self.currentText())

    def sizeHint(self) -> QSize:
        if not self._fit:
            return super().sizeHint()
        text = QFontMetricsF(self.font()).horizontalAdvance(self.currentText())
        return QSize(int(text) + 44, 28)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint() if self._fit else QSize(60, BOX_HEIGHT)

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = theme.RADIUS_FIELD
        painter.setPen(QPen(QColor(t.line), 1))
        painter.setBrush(QColor(t.hover if self.underMouse() else t.raised))
        painter.drawRoundedRect(rect, radius, radius)
        painter.setPen(QColor(t.text1))
        painter.setFont(self.font())
        room = self.width() - 9 - 26
        text = shortened(self.currentText(), QFontMetricsF(self.font()), room)
        painter.drawText(QRectF(9, 0, room + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
        icons.paint(painter, "chevron-down", t.text1, QRectF(self.width() - 22, self.height() / 2 - 7, 14, 14))
        if self.hasFocus():
            draw_focus_ring(painter, t, QRectF(self.rect()).adjusted(1, 1, -1, -1), radius)
        painter.end()

    def wheelEvent(self, event):
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


CAPTION_LEFT, CAPTION_RIGHT = 12.0, 27.0
"""Beside the value of a `CaptionChooser`: the margin, and the chevron with its own."""


class CaptionChooser(Themed, QAbstractButton):
    """A toolbar chooser, 44 high: a caption over the present value, perhaps with a faint note behind it; `width` in
    pixels, None: as its place."""

    def __init__(self, caption: str, width: int | None, parent: QWidget | None = None):
        super().__init__(parent)
        self.caption, self.value, self.note = caption, "", ""
        self.compact = False
        self.setFixedHeight(44)
        if width is None:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        else:
            self.setFixedWidth(width)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(caption)

    def set_value(self, value: str, note: str = "") -> None:
        """Show a value (and a note such as "edited")."""
        if (value, note) == (self.value, self.note):
            return
        self.value, self.note = value, note
        self.setAccessibleDescription(f"{value} {note}".strip())
        self.setToolTip(f"{self.caption}: {value}{', ' + note if note else ''}")
        self.update()

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(t.line), 1))
        painter.setBrush(QColor(t.hover if self.underMouse() or self.isDown() else t.raised))
        painter.drawRoundedRect(rect, theme.RADIUS_TOOLBAR, theme.RADIUS_TOOLBAR)
        painter.setOpacity(1.0 if self.isEnabled() else DIMMED)
        left, room = CAPTION_LEFT, self.width() - CAPTION_LEFT - CAPTION_RIGHT
        painter.setFont(theme.font(11))
        painter.setPen(QColor(t.text3))
        painter.drawText(QPointF(left, 16.5), self.caption)
        font = theme.font(13, 500)
        metrics = QFontMetricsF(font)
        note = "" if not self.note else (" *" if self.compact else self.note)
        note_width = metrics.horizontalAdvance(note) + (8 if note and not self.compact else 0)
        value = metrics.elidedText(self.value, Qt.TextElideMode.ElideRight, room - note_width)
        painter.setFont(font)
        painter.setPen(QColor(t.text1))
        painter.drawText(QPointF(left, 35.0), value)
        if note:
            plain = theme.font(13)
            painter.setFont(plain)
            painter.setPen(QColor(t.text1 if self.compact else t.text3))
            offset = metrics.horizontalAdvance(value) + (0 if self.compact else 8)
            painter.drawText(QPointF(left + offset, 35.0), note)
        icons.paint(painter, "chevron-down", t.text3, QRectF(self.width() - 24, self.height() / 2 - 7, 14, 14))
        if self.hasFocus():
            draw_focus_ring(painter, t, QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.RADIUS_TOOLBAR)
        painter.end()
