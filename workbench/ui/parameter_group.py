"""One group of the parameter panel: heading, method, switch, rows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QSizePolicy,
    QSpacerItem,
    QVBoxLayout,
    QWidget,
)

from workbench.core import params as parameters
from workbench.core.params import ENTRIES, Params
from workbench.ui import icons, theme
from workbench.ui.controls import (
    ChoiceRow,
    MethodChooser,
    Row,
    SliderRow,
    SwitchRow,
    Themed,
    ToggleSwitch,
    new_gesture,
)
from workbench.ui.parameter_groups import OF_METHODS, STRUCTURE, GroupSpec, applies, method_knows

BREATH = 4
"""Room around headings, which goes first where all rows would not be seen otherwise."""


def _breath() -> QSpacerItem:
    return QSpacerItem(0, BREATH, QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)


class _Heading(Themed, QAbstractButton):
    """A group's title with the arrow that folds it."""

    def __init__(self, title: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.title = title
        self.foldable = True
        self.setCheckable(True)
        self.setChecked(True)
        self.setFixedHeight(28)
        self.setFont(theme.font(13, 600))
        self.setAccessibleName(f"{title}, fold")
        self.setToolTip(f"Fold {title}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.title) + 24, 28)

    def paintEvent(self, event):
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = 0
        if self.foldable:
            name = "chevron-down" if self.isChecked() else "chevron-right"
            icons.paint(painter, name, self.tokens.text3, QRectF(0, 7, 14, 14))
            left = 20
        painter.setFont(self.font())
        painter.setPen(QColor(self.tokens.text1))
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.title)
        if self.hasFocus():
            painter.setPen(QColor(self.tokens.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 2.5, -0.5, -2.5), 4, 4)
        painter.end()


class Group(QWidget):
    """Heading, method chooser, switch, rows."""

    edited = Signal(str, object, str)
    structure_chosen = Signal(str, str)
    """"array" or "layout", name."""
    reset_requested = Signal(str)
    described = Signal(str)
    refused = Signal(str)

    def __init__(self, spec: GroupSpec, structure_choices: tuple[tuple[str, str], ...], parent: QWidget | None = None):
        super().__init__(parent)
        self.spec = spec
        self.heading = _Heading(spec.title)
        method = ENTRIES[f"{spec.name}.method"]
        self.method = MethodChooser(f"{spec.title}, method", method.knob.choices)
        self.switch = ToggleSwitch(spec.title)
        self.switch.setToolTip(ENTRIES[f"{spec.name}.enabled"].knob.help)
        self.structure_row: ChoiceRow | None = None
        self.rows: dict[str, Row] = {}

        self._words = ""
        self._idle: set[str] = set()
        head = QHBoxLayout()
        head.setContentsMargins(12, 0, 9, 0)
        head.setSpacing(6)
        head.addWidget(self.heading, 1)
        head.addWidget(self.method)
        head.addWidget(self.switch)
        self.body = QWidget()
        body = QVBoxLayout(self.body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        if spec.structure:
            self.structure_row = ChoiceRow(spec.structure, STRUCTURE[spec.structure][0], structure_choices)
            self.structure_row.edited.connect(lambda what, name, _: self.structure_chosen.emit(what, name))
            self._watch(self.structure_row)
            body.addWidget(self.structure_row)
        for path, entry in ENTRIES.items():
            if path.split(".")[0] != spec.name or entry.knob.hidden:
                continue
            if entry.kind is bool:
                row = SwitchRow(entry)
            elif entry.kind is str:
                row = ChoiceRow(path, entry.knob.label, entry.knob.choices)
            else:
                row = SliderRow(entry)
            row.edited.connect(self.edited)
            self._watch(row)
            self.rows[path] = row
            body.addWidget(row)
        body.addItem(_breath())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addItem(_breath())
        layout.addLayout(head)
        layout.addItem(_breath())
        layout.addWidget(self.body)

        self.heading.toggled.connect(self.body.setVisible)
        self.method.chosen.connect(lambda value: self._edit("method", value))
        self.switch.clicked.connect(lambda on: self._edit("enabled", bool(on)))
        self.method.installEventFilter(self)
        self.switch.installEventFilter(self)

    def _watch(self, row: Row) -> None:
        row.reset_requested.connect(self.reset_requested)
        row.described.connect(self.described)
        row.refused.connect(self.refused)

    def _edit(self, leaf: str, value) -> None:
        path = f"{self.spec.name}.{leaf}"
        self.edited.emit(path, value, new_gesture(path))

    def eventFilter(self, watched, event):
        if event.type() in (QEvent.Type.Enter, QEvent.Type.FocusIn):
            self.described.emit(f"{self.spec.name}.{'method' if watched is self.method else 'enabled'}")
        return super().eventFilter(watched, event)

    def show_params(self, params: Params, preset: Params) -> None:
        """Show all values; a dot where one differs from the preset, faint where it has no effect."""
        name = self.spec.name
        self.method.set_value(parameters.get(params, f"{name}.method"))
        self.switch.setChecked(parameters.get(params, f"{name}.enabled"))
        for path, row in self.rows.items():
            value = parameters.get(params, path)
            row.set_value(value)
            row.set_differs(value != parameters.get(preset, path))
            row.set_dimmed(not applies(params, path))
        idle = {path for path in OF_METHODS & set(self.rows) if not method_knows(params, path)}
        if idle != self._idle:
            self._idle = idle
            self.filter(self._words)

    def set_compact(self, compact: bool) -> None:
        """As a tab a group is not folded."""
        self.heading.foldable = not compact
        self.heading.setEnabled(not compact)
        if compact:
            self.heading.setChecked(True)
        self.heading.update()

    def filter(self, words: str) -> int:
        """Show the rows whose label, path or help holds the words; returns how many."""
        self._words = words = words.strip().lower()
        found = 0
        every = list(self.rows.values()) + ([self.structure_row] if self.structure_row else [])
        whole_group = words in self.spec.title.lower()
        for row in every:
            hit = not words or whole_group or words in row.label.lower() or words in row.path.lower()
            row.setVisible(hit and (bool(words) or row.path not in self._idle))
            found += hit
        return found
