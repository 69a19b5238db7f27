import re

import pytest

from workbench.ui.style import style_sheet
from workbench.ui.theme import THEMES


@pytest.mark.parametrize("name", THEMES)
def test_the_sheet_has_no_colour_of_its_own(name):
    """Every colour is a token, or the faint text that is mixed of two."""
    tokens = THEMES[name]
    known = {value.lower() for value in vars_of(tokens) if value.startswith("#")}
    used = {color.lower() for color in re.findall(r"#[0-9A-Fa-f]{6}\b", style_sheet(tokens))}
    assert len(used - known) <= 1


def vars_of(tokens):
    return [getattr(tokens, name) for name in tokens.__dataclass_fields__]


def test_qt_takes_the_sheet_without_a_word(qtbot):
    """A sheet that cannot be parsed is a warning, which fails these tests."""
    from PySide6.QtWidgets import QLabel, QWidget

    widget = QWidget()
    qtbot.addWidget(widget)
    label = QLabel("x", widget)
    label.setProperty("tone", "clip")
    widget.setStyleSheet(style_sheet(THEMES["light"]))
    label.ensurePolished()
    assert label.palette().windowText().color().name().lower() == THEMES["light"].clip.lower()
