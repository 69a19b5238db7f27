from itertools import pairwise

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from workbench.ui import theme
from workbench.ui.dialogs.help import KEY_GROUPS, KEYS, AboutPanel, KeysPanel
from workbench.ui.style import style_sheet


@pytest.fixture
def place(qtbot):
    """A window of a height, in which panels open."""

    kept = []  # qtbot holds its widgets weakly

    def make(height: int) -> QWidget:
        window = QWidget()
        kept.append(window)
        qtbot.addWidget(window)
        window.setStyleSheet(style_sheet(theme.DARK))
        window.resize(1280, height)
        window.show()
        return window

    return make


def texts(panel) -> list[QLabel]:
    return [one for one in panel.scroll.widget().findChildren(QLabel) if one.text()]


def test_all_keys_are_seen_at_once_in_the_smallest_window_that_is_designed(place, qtbot):
    panel = KeysPanel(place(theme.MIN_HEIGHT))
    panel.show_at(None)
    qtbot.waitUntil(lambda: panel.scroll.viewport().height() >= panel.scroll.widget().height())
    assert panel.scroll.verticalScrollBar().maximum() == 0
    for one in texts(panel):  # no line is cut or lies over another
        assert one.height() >= one.heightForWidth(one.width()), one.text()
    assert len(texts(panel)) == len(KEY_GROUPS) + len(KEYS) + sum(len(keys.split("   ")) for keys, _ in KEYS)


def test_in_a_lower_window_the_header_keeps_its_place_and_the_keys_scroll(place, qtbot):
    window = place(420)
    panel = KeysPanel(window)
    panel.show_at(None)
    assert window.rect().contains(panel.geometry())
    qtbot.waitUntil(lambda: panel.scroll.verticalScrollBar().maximum() > 0)
    assert panel.handbook_button.geometry().bottom() < panel.scroll.y()
    assert panel.title.geometry().bottom() < panel.scroll.y()


def test_the_buttons_of_about_stand_apart(place):
    panel = AboutPanel(place(800), "1.2.3", lambda: None, lambda: None)
    panel.show_at(None)
    panel.layout().activate()
    names = ("Licences", "Open log folder", "Copy diagnostics")
    feet = sorted(
        (one for one in panel.findChildren(QWidget) if one.property("text") in names), key=lambda one: one.x()
    )
    assert [one.text() for one in feet] == list(names)
    assert all(b.x() - a.geometry().right() > 8 for a, b in pairwise(feet))
