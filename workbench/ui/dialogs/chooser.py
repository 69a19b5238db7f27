"""A panel with a list to choose from: sources, sinks, presets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QMimeData, QPoint, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QDrag, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from workbench.ui import icons, theme
from workbench.ui.controls import Themed, draw_focus_ring, rule
from workbench.ui.dialogs.float_panel import FloatPanel
from workbench.ui.icons import icon
from workbench.ui.theme import Tokens
from workbench.ui.toolbar import tool_button


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
    file: bool = False
    """`value` is the path of a file, which can be dragged out of the list."""
    unfolded: bool | None = None
    """The row opens and closes others: True, they are seen; False, they are folded away. None: a plain row."""


class ChoiceRowButton(Themed, QWidget):
    """A row of a chooser panel, 28 high (44 with a note)."""

    chosen = Signal(str)
    moved = Signal(int)

    COLUMN = 40

    def __init__(self, choice: Choice, current: bool, parent: QWidget | None = None):
        super().__init__(parent)
        self.choice, self.current = choice, current
        self._pressed = QPoint()
        self.setFixedHeight(44 if choice.note else 28)
        heading = not choice.value
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if heading or not choice.usable else Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(" ".join([choice.text, choice.tag, choice.note]).strip())
        self.setToolTip("" if heading else "\n".join(part for part in (choice.text, choice.tip) if part))
        self.setAccessibleDescription(choice.tip)

    def mousePressEvent(self, event):
        self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event):
        far = (event.position().toPoint() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if self.choice.file and event.buttons() & Qt.MouseButton.LeftButton and far:
            drag = QDrag(self)
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(self.choice.value)])
            drag.setMimeData(data)
            drag.exec(Qt.DropAction.CopyAction)

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
        if choice.unfolded is not None:
            name = "chevron-down" if choice.unfolded else "chevron-right"
            icons.paint(painter, name, t.text2, QRectF(right - 14, 7, 14, 14))
            right -= 22
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
        # What tells two devices of one maker apart often stands at the end.
        text = QFontMetricsF(font).elidedText(choice.text, Qt.TextElideMode.ElideMiddle, right - left)
        painter.drawText(QRectF(left, 0, right - left, 28), Qt.AlignmentFlag.AlignVCenter, text)
        if choice.note:
            painter.setFont(theme.font(11))
            painter.setPen(QColor(t.text3))
            room = self.width() - 24
            note = QFontMetricsF(painter.font()).elidedText(choice.note, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(left, 24, room, 16), Qt.AlignmentFlag.AlignVCenter, note)
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
            self.footer.setSpacing(6)
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
            row.show()  # at once: Qt would show it after the next frame, which then is empty
            self.rows.append(row)
            if focused and choice.value == focused:
                row.setFocus()
        self._column.activate()
        if self.isVisible():
            self.place()
            self.place_soon()  # rows that are new know their height only now

    def wanted_height(self) -> int:
        """Of all rows: the list itself scrolls."""
        return self.sizeHint().height()

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
