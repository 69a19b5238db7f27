"""The parameter panel, built from the metadata of the parameter tree: four groups, search, help."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.core import params as parameters
from workbench.core.params import ENTRIES, Params
from workbench.ui import icons, knobs, theme
from workbench.ui.controls import (
    SliderRow,
    rule,
)
from workbench.ui.overlay_scroll import OverlayScroll
from workbench.ui.parameter_group import Group
from workbench.ui.parameter_groups import APPLIES, GROUPS, STRUCTURE, applies
from workbench.ui.parameter_help import HelpBox
from workbench.ui.theme import Tokens
from workbench.ui.toolbar import tool_button


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
