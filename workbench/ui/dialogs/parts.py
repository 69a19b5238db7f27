"""Small parts that the panels are built of: labels, buttons, headings, a chooser with a menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from workbench.ui import theme
from workbench.ui.controls import CaptionChooser
from workbench.ui.controls.elided import ElidedLabel


def label(text: str = "", size: int = 12, weight: int = 400, tone: str = "1", wrap: bool = False) -> QLabel:
    """A line of text; `tone` is "1" to "3", "warning" or "clip"."""
    made = QLabel(text)
    made.setFont(theme.font(size, weight))
    made.setProperty("tone", tone)
    made.setWordWrap(wrap)
    return made


def set_tone(made: QLabel, tone: str) -> None:
    """Another colour of a label."""
    if made.property("tone") != tone:
        made.setProperty("tone", tone)
        made.style().unpolish(made)
        made.style().polish(made)


def button(text: str, tip: str, action: Callable[[], None] | None = None, flat: bool = False) -> QPushButton:
    """A button 28 high; the tooltip says what it does."""
    made = QPushButton(text)
    made.setFont(theme.font(12))
    made.setFixedHeight(28)
    made.setToolTip(tip)
    if flat:
        made.setProperty("flat", "true")
    if action is not None:
        made.clicked.connect(lambda _=False: action())
    return made


def heading(title: str, note: str = "", right: QWidget | None = None) -> tuple[QWidget, QLabel]:
    """A section's heading with a faint note behind it and something at the right; also gives the note."""
    row = QHBoxLayout()
    row.setContentsMargins(12, 10, 12, 6)
    row.setSpacing(8)
    faint = ElidedLabel(note)
    faint.setFont(theme.font(11))
    faint.setProperty("tone", "3")
    faint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # no panel grows for a note
    row.addWidget(label(title, 13, 600))
    row.addWidget(faint, 1)
    if right is not None:
        row.addWidget(right)
    return holder(row), faint


def holder(layout: QLayout) -> QWidget:
    """A widget around a layout, so that it can be hidden as a whole."""
    made = QWidget()
    made.setLayout(layout)
    return made


def key_caps(keys: str, height: int = 22) -> QWidget:
    """Keys as they are printed on a keyboard; several are parted by three spaces."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for key in keys.split("   "):
        cap = label(key, 11, 500)
        cap.setProperty("keycap", "true")
        cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
        cap.setFixedHeight(height)
        row.addWidget(cap)
    row.addStretch(1)
    return holder(row)


class FittingScroll(QScrollArea):
    """As high as its content is at a width, where there is room; less, and it scrolls."""

    LEAST_HEIGHT = 120

    def __init__(self, content: QWidget, width: int):
        super().__init__()
        self._width = width
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)
        content.setAutoFillBackground(False)  # which the scroll area has set
        self.setMinimumHeight(self.LEAST_HEIGHT)

    def sizeHint(self) -> QSize:
        content = self.widget()
        height = max(content.heightForWidth(self._width), content.minimumSizeHint().height())
        return QSize(self._width, height)


class MenuChooser(CaptionChooser):
    """A caption over the present choice; a click opens the list as a menu."""

    chosen = Signal(object)

    def __init__(self, caption: str, width: int | None, tip: str, choices: Sequence[tuple[object, str]] = ()):
        super().__init__(caption, width)
        self._tip = tip
        self.setToolTip(tip)
        self.choices = tuple(choices)
        self.current: object = None
        self.clicked.connect(self._open)

    def show_choice(self, value: object) -> None:
        """Show which choice is in force; one that is not in the list is shown as it is."""
        self.current = value
        self.set_value(next((text for one, text in self.choices if one == value), str(value)))
        self.setToolTip(self._tip)

    def _open(self) -> None:
        menu = QMenu(self)
        for value, text in self.choices:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(value == self.current)
            action.triggered.connect(lambda _=False, value=value: self.chosen.emit(value))
        menu.setMinimumWidth(self.width())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))
