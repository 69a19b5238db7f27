"""The parameter panel, built from the metadata of the parameter tree: four groups, search, help."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QSizePolicy,
    QSpacerItem,
    QVBoxLayout,
    QWidget,
)

from workbench.core import params as parameters
from workbench.core.params import ENTRIES, NETWORK_METHODS, Params
from workbench.ui import icons, knobs, theme
from workbench.ui.controls import (
    ChoiceRow,
    MethodChooser,
    Row,
    SliderRow,
    SwitchRow,
    Themed,
    ToggleSwitch,
    new_gesture,
    rule,
)
from workbench.ui.theme import Tokens
from workbench.ui.toolbar import tool_button


@dataclass(frozen=True)
class GroupSpec:
    """One group of the panel; `structure` is the row about the chain's structure that stands in it."""

    name: str
    title: str
    tab: str
    structure: str = ""


GROUPS = (
    GroupSpec("beamformer", "Beamformer", "Beamform", "array"),
    GroupSpec("enhance", "Enhancement", "Enhance"),
    GroupSpec("localize", "Localization", "Localize"),
    GroupSpec("render", "Rendering", "Render", "layout"),
)

STRUCTURE = {
    "array": (
        "Array",
        "The microphones' positions. Their number must fit the source; wrong positions or a wrong order give wrong "
        "directions. A file of your own: name and mics = [[x, y, z], …] in metres.",
    ),
    "layout": (
        "Loudspeakers",
        "Where the drivers stand and what they are mounted on, and how far the listener is. The filters are "
        "designed for it.",
    ),
}

NETWORKS = frozenset(NETWORK_METHODS)
WITH_GAINS = NETWORKS | {"classical"}
APPLIES = {
    "beamformer.white_noise_floor_db": ("beamformer.method", frozenset({"superdirective", "mvdr", "lcmv"})),
    "beamformer.null_depth_db": ("beamformer.method", frozenset({"lcmv"})),
    "beamformer.adaptation_ms": ("beamformer.method", frozenset({"mvdr"})),
    "enhance.strength_percent": ("enhance.method", WITH_GAINS),
    "enhance.comb_percent": ("enhance.method", NETWORKS),
    "enhance.postfilter_beta": ("enhance.method", WITH_GAINS),
    "enhance.decay_ms": ("enhance.method", WITH_GAINS),
    "enhance.smoothing_ms": ("enhance.method", WITH_GAINS),
    "enhance.mix_percent": ("enhance.method", WITH_GAINS),
    "enhance.attenuation_limit_db": ("enhance.method", WITH_GAINS),
    "render.cancellation_db": ("render.method", frozenset({"crosstalk"})),
    "render.boost_limit_db": ("render.method", frozenset({"crosstalk"})),
    "render.virtual_deg": ("render.method", frozenset({"crosstalk"})),
}
"""Rows that act with some choices of a method only: path -> (path of the choice, choices with which it acts)."""
OF_METHODS = frozenset({"beamformer.white_noise_floor_db", "beamformer.null_depth_db", "beamformer.adaptation_ms"})
"""Rows that take no room while a method is chosen that does not know them; a search finds them all the same."""
BREATH = 4
"""Room around headings, which goes first where all rows would not be seen otherwise."""


def _breath() -> QSpacerItem:
    return QSpacerItem(0, BREATH, QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)


def applies(params: Params, path: str) -> bool:
    """The parameter has an effect with the methods that are chosen and the group switched on."""
    group = path.split(".")[0]
    if not parameters.get(params, f"{group}.enabled"):
        return False
    return method_knows(params, path)


def method_knows(params: Params, path: str) -> bool:
    """The parameter has an effect with the methods that are chosen."""
    if path in APPLIES:
        choice, values = APPLIES[path]
        return parameters.get(params, choice) in values
    return True


def _kept_together(text: str) -> str:
    """Numbers and their units on one line: a no-break thin space between them."""
    return re.sub(r"(?<=\d) (?=(%|dB|Hz|kHz|ms|s|m|cm)\b|%)", "\u202f", text)


class HelpBox(QWidget):
    """92 high (72 in the narrow window): label, range and default of a parameter, and what it does in three lines."""

    HEIGHT, COMPACT_HEIGHT = 92, 72

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setFixedHeight(self.HEIGHT)
        self.title = QLabel()
        self.title.setFont(theme.font(12, 600))
        self.facts = QLabel()
        self.facts.setFont(theme.font(11))
        self.facts.setProperty("tone", "3")
        self.text = QLabel()
        self.text.setFont(theme.font(12))
        self.text.setProperty("tone", "2")
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.facts)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 9, 11, 4)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.text, 1)

    def set_compact(self, compact: bool) -> None:
        """Three lines and no more: in the narrow window all rows of the longest group shall be seen at once."""
        self.setFixedHeight(self.COMPACT_HEIGHT if compact else self.HEIGHT)
        self.layout().setContentsMargins(12, 6 if compact else 9, 11, 2 if compact else 4)
        self.layout().setSpacing(2 if compact else 4)

    def show_help(self, title: str, facts: str, text: str, when: str = "") -> None:
        """Fill the box; its tooltip has the whole text, and when to move the parameter."""
        self.title.setText(title)
        self.facts.setText(facts)
        self.text.setText(_kept_together(text))
        self.setToolTip(f"{text}\n\n{when}".strip())


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


class OverlayScroll(QScrollArea):
    """Scrolls down only, its bar over the content's margin: rows keep their columns whether it is there or not."""

    BAR = 8

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.bar = QScrollBar(Qt.Orientation.Vertical, self)
        self.bar.hide()
        hidden = self.verticalScrollBar()
        hidden.rangeChanged.connect(self._on_range)
        hidden.valueChanged.connect(self.bar.setValue)
        self.bar.valueChanged.connect(hidden.setValue)

    def _on_range(self, low: int, high: int) -> None:
        self.bar.setRange(low, high)
        self.bar.setPageStep(self.verticalScrollBar().pageStep())
        self.bar.setSingleStep(theme.ROW)
        self.bar.setVisible(high > low)

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self.bar.setGeometry(self.width() - self.BAR, 0, self.BAR, self.height())


class ParameterPanel(QFrame):
    """336 wide. Emits edits; shows the Params it is given."""

    edited = Signal(str, object, str)
    """path, value, gesture."""
    structure_chosen = Signal(str, str)
    reset_requested = Signal(str)
    reset_all_requested = Signal()
    refused = Signal(str)
    more_wanted = Signal()

    def __init__(
        self,
        array_choices: tuple[tuple[str, str], ...] = (),
        layout_choices: tuple[tuple[str, str], ...] = (),
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self.setObjectName("panel")
        self._compact: bool | None = None
        self._tab = "enhance"
        self._params = Params()
        self._other: tuple[Params, str] | None = None
        self.tokens = theme.DARK

        self.search = QLineEdit()
        self.search.setProperty("search", "true")
        self.search.setPlaceholderText("Find a parameter")
        self.search.setFont(theme.font(13))
        self.search.setFixedHeight(28)
        self.search.setAccessibleName("Find a parameter")
        self.search.setToolTip("Show only the parameters whose name or help has these words (Ctrl+F)")
        self.search_icon = QLabel(self.search)
        self.search_icon.setGeometry(9, 6, 16, 16)
        self.search_keys = QLabel("Ctrl F", self.search)
        self.search_keys.setFont(theme.font(11))
        self.search_keys.setProperty("tone", "3")
        self.search.textChanged.connect(self._on_search)
        self.search.installEventFilter(self)
        self.more_button = tool_button("more", "Fold, unfold, reset", 28)
        self.more_button.clicked.connect(self.more_wanted)
        self.tabs: dict[str, QPushButton] = {}
        for spec in GROUPS:
            tab = QPushButton(spec.tab)
            tab.setProperty("flat", "true")
            tab.setCheckable(True)
            tab.setFont(theme.font(13, 500))
            tab.setFixedHeight(28)
            tab.setStyleSheet("QPushButton { padding: 0 6px; }")
            tab.setToolTip(f"{spec.title} ({spec.tab})")
            tab.clicked.connect(lambda _=False, name=spec.name: self.show_tab(name))
            self.tabs[spec.name] = tab
        self.search_button = tool_button("find", "Find a parameter (Ctrl+F)", 28)
        self.search_button.clicked.connect(self.focus_search)

        self.header = QWidget()
        self.header.setFixedHeight(theme.HEADER)
        head = QHBoxLayout(self.header)
        head.setContentsMargins(12, 0, 8, 0)
        head.setSpacing(2)
        for tab in self.tabs.values():
            head.addWidget(tab)
        self.header_stretch = QWidget()
        self.header_stretch.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        head.addWidget(self.search, 1)
        head.addWidget(self.header_stretch, 1)
        head.addWidget(self.search_button)
        head.addWidget(self.more_button)

        choices = {"array": array_choices, "layout": layout_choices, "": ()}
        self.groups = {spec.name: Group(spec, choices[spec.structure]) for spec in GROUPS}
        self.rules: dict[str, QFrame] = {}
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for number, (name, group) in enumerate(self.groups.items()):
            if number:
                self.rules[name] = rule()
                column.addWidget(self.rules[name])
            column.addWidget(group)
            group.edited.connect(self.edited)
            group.structure_chosen.connect(self.structure_chosen)
            group.reset_requested.connect(self._on_reset)
            group.described.connect(self.describe)
            group.refused.connect(self.refused)
        self.nothing = QLabel("No parameter of that name.")
        self.nothing.setFont(theme.font(12))
        self.nothing.setProperty("tone", "3")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setFixedHeight(60)
        self.nothing.hide()
        column.addWidget(self.nothing)
        column.addStretch(1)
        self.scroll = OverlayScroll()
        self.scroll.setWidget(content)
        self.help = HelpBox()

        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(rule())
        layout.addWidget(self.scroll, 1)
        layout.addWidget(rule())
        layout.addWidget(self.help)
        self.set_compact(False)
        self.describe("enhance.strength_percent")

    # What is shown -----------------------------------------------------------------------------------------------

    def apply_theme(self, tokens: Tokens) -> None:
        """Icons in the colours of the theme."""
        self.tokens = tokens
        ratio = self.devicePixelRatioF()
        self.search_icon.setPixmap(icons.pixmap("search", tokens.text3, 16, ratio))
        self.more_button.setIcon(icons.icon("more", tokens))
        self.search_button.setIcon(icons.icon("search", tokens))

    def show_params(self, params: Params, preset: Params) -> None:
        """Show all values against those of the preset."""
        self._params = params
        for group in self.groups.values():
            group.show_params(params, preset)
        self._mark_other()

    def show_other(self, params: Params, side: str) -> None:
        """Mark where the other setting ("a" or "b") differs."""
        self._other = (params, side)
        self._mark_other()

    def _mark_other(self) -> None:
        if self._other is None:
            return
        params, side = self._other
        for group in self.groups.values():
            for path, row in group.rows.items():
                if isinstance(row, SliderRow):
                    value = parameters.get(params, path)
                    row.set_other(None if value == parameters.get(self._params, path) else value, side)

    def show_followed(self, azimuth_deg: float) -> None:
        """While the beam follows a talker: show where it points; the steering by hand stays what it was."""
        self.groups["beamformer"].rows["beamformer.steering_deg"].set_value(azimuth_deg)

    def set_array_choices(self, choices: tuple[tuple[str, str], ...]) -> None:
        """Offer other arrays; the chosen one stays."""
        self._set_structure_choices("beamformer", choices)

    def set_layout_choices(self, choices: tuple[tuple[str, str], ...]) -> None:
        """Offer other loudspeaker layouts; the chosen one stays."""
        self._set_structure_choices("render", choices)

    def _set_structure_choices(self, group: str, choices: tuple[tuple[str, str], ...]) -> None:
        chooser = self.groups[group].structure_row.chooser
        chosen = chooser.currentData()
        chooser.set_choices(choices)
        if chosen is not None:
            chooser.set_value(chosen)

    def array_description(self, name: str) -> str:
        """One line about an array that can be chosen here (empty for a file)."""
        chooser = self.groups["beamformer"].structure_row.chooser
        index = chooser.findData(name)
        return chooser.itemText(index) if index >= 0 else ""

    def set_structure(self, array: str, layout: str) -> None:
        """Show the array and the loudspeakers in use, by name."""
        for name, value in (("beamformer", array), ("render", layout)):
            if value:
                self.groups[name].structure_row.set_value(value)

    def set_compact(self, compact: bool) -> None:
        """Groups as tabs, for windows below 1600 wide."""
        if compact == self._compact:
            return
        self._compact = compact
        for tab in self.tabs.values():
            tab.setVisible(compact)
        self.search_button.setVisible(compact)
        self.header_stretch.setVisible(compact)
        self.search.setVisible(not compact)
        self.more_button.setVisible(not compact)
        self.header.layout().setContentsMargins(7 if compact else 11, 0, 7, 0)
        self.header.layout().setSpacing(2 if compact else 8)
        for group in self.groups.values():
            group.set_compact(compact)
        self.help.set_compact(compact)
        self._arrange()

    def show_tab(self, name: str) -> None:
        """Bring one group to the front (compact form)."""
        self._tab = name
        self.search.clear()
        if self._compact:
            self.search.hide()
            for tab in self.tabs.values():
                tab.show()
            self.header_stretch.show()
        self._arrange()

    def _arrange(self) -> None:
        words = self.search.text()
        found = 0
        for name, group in self.groups.items():
            hits = group.filter(words)
            visible = hits > 0 and (bool(words) or not self._compact or name == self._tab)
            found += hits
            group.setVisible(visible)
            if words and hits:
                group.heading.setChecked(True)
            if name in self.rules:
                self.rules[name].setVisible(not self._compact and visible)
        for name, tab in self.tabs.items():
            tab.setChecked(name == self._tab)
        self.nothing.setVisible(found == 0)

    def describe(self, path: str) -> None:
        """Fill the help box with a parameter (or "array", "layout")."""
        if path in STRUCTURE:
            title, text = STRUCTURE[path]
            self.help.show_help(title, "", text)
            return
        entry = ENTRIES[path]
        default = f"default {knobs.any_text(entry, entry.default)}"
        facts = default if entry.knob.low is None else f"{knobs.range_text(entry.knob)}  {default}"
        group = next(spec for spec in GROUPS if spec.name == path.split(".")[0])
        title = group.title if entry.knob.hidden else entry.knob.label
        text = entry.knob.help
        if path in APPLIES and not applies(self._params, path):
            choice, values = APPLIES[path]
            labels = [label for value, label in ENTRIES[choice].knob.choices if value in values]
            words = " or ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)
            text = f"Acts with {words} only. {text}"
        self.help.show_help(title, facts, text, entry.knob.when)

    # What a person does ------------------------------------------------------------------------------------------

    def focus_search(self) -> None:
        """Ctrl+F: the search field takes the keys."""
        if self._compact:
            for tab in self.tabs.values():
                tab.hide()
            self.header_stretch.hide()
            self.search.show()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def fold_all(self, folded: bool) -> None:
        """Fold or unfold every group."""
        for group in self.groups.values():
            group.heading.setChecked(not folded)

    def _on_search(self, text: str) -> None:
        self.search_keys.setVisible(not text)
        self._arrange()

    def _on_reset(self, path: str) -> None:
        if path in ENTRIES:
            self.reset_requested.emit(path)

    def eventFilter(self, watched, event):
        if watched is self.search:
            if event.type() == QEvent.Type.Resize:
                hint = self.search_keys.sizeHint()
                self.search_keys.setGeometry(
                    self.search.width() - hint.width() - 10, (28 - hint.height()) // 2, hint.width(), hint.height()
                )
            elif event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
                self.show_tab(self._tab)
                self.search.clearFocus()
                return True
        return super().eventFilter(watched, event)
