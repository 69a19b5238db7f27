"""Panels are moved and sized by keys and by the menu; that is said, and remembered."""

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabBar

from tests.ui.fakes import DEVICES, FakeSession
from workbench.dsp.bands import PEAK_HZ
from workbench.ui.bridge import Bridge
from workbench.ui.main_window import MainWindow
from workbench.ui.views.sound import SoundView
from workbench.ui.views.space import SpaceView
from workbench.ui.window.dock_moves import PLACES, SIZES
from workbench.ui.window.docks import DockTitle

ALT_SHIFT = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


def make(qtbot, folder, size=(1920, 1080)):
    store = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    folders = {name: folder / name for name in ("presets", "recordings", "log")}
    window = MainWindow(Bridge(FakeSession(), lambda: DEVICES), SoundView(PEAK_HZ), SpaceView(), store, folders)
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    window.bridge.poll()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    return window


@pytest.fixture
def window(qtbot, tmp_path):
    window = make(qtbot, tmp_path)
    window.setFocus()
    yield window
    window.close()


def press(key, modifiers=NONE):
    QTest.keyClick(QApplication.focusWidget() or QApplication.activeWindow(), key, modifiers)


def focused(window, region):
    return region.isAncestorOf(QApplication.focusWidget())


def to_panel(window, dock):
    """Go there by F6."""
    for _ in range(6):
        if QApplication.focusWidget() is not None and focused(window, dock):
            return
        press(Qt.Key.Key_F6)
    raise AssertionError(f"{dock.windowTitle()} was not come to")


def test_a_key_goes_round_the_regions_both_ways(window):
    seen = []
    for _ in range(5):
        press(Qt.Key.Key_F6)
        seen.append(window.status.notice.text)
    assert seen[:4] == ["Sound", "Space", "Parameters", "Toolbar"] and seen[4] == "Sound"  # no timeline is shown
    press(Qt.Key.Key_F6, SHIFT)
    assert window.status.notice.text == "Toolbar" and focused(window, window.toolbar)


def test_a_region_takes_the_focus_where_it_had_it(window):
    slider = window.parameters.groups["render"].rows["render.place_deg"].slider
    slider.setFocus()
    press(Qt.Key.Key_F6)
    assert not focused(window, window.docks.parameters)
    press(Qt.Key.Key_F6, SHIFT)
    assert QApplication.focusWidget() is slider


def test_the_panel_in_focus_goes_to_each_side(window, qtbot):
    docks, sound = window.docks, window.sound
    to_panel(window, docks.space)
    press(Qt.Key.Key_Left, ALT_SHIFT)
    qtbot.waitUntil(lambda: docks.space.geometry().right() < sound.x())
    assert window.status.notice.text == "Space: left of the sound"
    press(Qt.Key.Key_Down, ALT_SHIFT)
    qtbot.waitUntil(lambda: docks.space.y() > sound.geometry().bottom())
    press(Qt.Key.Key_Up, ALT_SHIFT)
    qtbot.waitUntil(lambda: docks.space.geometry().bottom() < sound.y())
    assert window.status.notice.text == "Space: above the sound"
    press(Qt.Key.Key_Right, ALT_SHIFT)  # outside of the other one
    qtbot.waitUntil(lambda: docks.space.x() > docks.parameters.geometry().right())
    assert sound.geometry().right() < docks.parameters.x()


def test_tabs_and_the_way_from_one_to_the_other(window, qtbot):
    docks = window.docks
    to_panel(window, docks.parameters)
    press(Qt.Key.Key_T, ALT_SHIFT)
    assert docks.work.tabifiedDockWidgets(docks.space) == [docks.parameters]
    assert "tabs in one place" in window.status.notice.text
    qtbot.waitUntil(lambda: not docks.parameters.visibleRegion().isEmpty())
    to_panel(window, docks.space)
    qtbot.waitUntil(lambda: not docks.space.visibleRegion().isEmpty())
    assert docks.parameters.visibleRegion().isEmpty()
    press(Qt.Key.Key_Right, ALT_SHIFT)
    assert docks.work.tabifiedDockWidgets(docks.space) == []


def test_the_panel_that_lies_above_or_below_has_its_parts_beside_each_other(window, qtbot):
    upper, lower = window.space.source_map, window.space.beam
    top = lambda part: part.mapTo(window, part.rect().topLeft())  # noqa: E731
    assert top(lower).y() > top(upper).y() + upper.height() and abs(top(lower).x() - top(upper).x()) < 20
    height = window.sound.height()
    window.dock_moves.move(window.docks.space, "below")
    qtbot.waitUntil(lambda: top(lower).x() > top(upper).x() + upper.width())
    qtbot.waitUntil(lambda: window.sound.height() > 0.6 * height)
    assert abs(top(lower).y() - top(upper).y()) < 60
    assert window.docks.parameters.width() < 400  # what the other one had goes to the sound
    window.dock_moves.move(window.docks.space, "own")
    qtbot.waitUntil(lambda: top(lower).y() > top(upper).y() + upper.height())


def test_tabs_are_taken_apart_by_the_designed_arrangement(window, qtbot):
    window.dock_moves.move(window.docks.space, "tab")
    assert len(window.docks.work.findChildren(QTabBar)) == 1
    window.docks.reset()
    qtbot.waitUntil(lambda: not window.docks.work.findChildren(QTabBar))
    assert window.docks.space.x() < window.docks.parameters.x()


def test_a_window_of_its_own_can_be_held_and_is_put_back(window, qtbot):
    space = window.docks.space
    to_panel(window, space)
    press(Qt.Key.Key_W, ALT_SHIFT)
    assert space.isFloating() and isinstance(space.titleBarWidget(), DockTitle)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None and focused(window, space))
    before = space.size()
    press(Qt.Key.Key_F7)
    press(Qt.Key.Key_F8, SHIFT)
    assert (space.width(), space.height()) == (before.width() + 40, before.height() - 40)
    press(Qt.Key.Key_W, ALT_SHIFT)
    qtbot.waitUntil(lambda: focused(window, space))
    assert not space.isFloating() and not isinstance(space.titleBarWidget(), DockTitle)


def test_a_tab_needs_the_other_one_beside_it(window):
    window.dock_moves.move(window.docks.parameters, "own")
    window.dock_moves.move(window.docks.space, "tab")
    assert window.status.notice.text == "Parameters has a window of its own: Space cannot be a tab beside it"
    window.dock_moves.move(window.docks.parameters, "own")
    window.docks.parameters.hide()
    window.dock_moves.move(window.docks.space, "tab")
    assert "Parameters is hidden" in window.status.notice.text
    assert window.dock_moves.place_of(window.docks.space) == "right"


def test_sizes_by_keys_and_what_cannot_be_sized_says_so(window, qtbot):
    docks = window.docks
    to_panel(window, docks.space)
    width = docks.space.width()
    press(Qt.Key.Key_F7)
    qtbot.waitUntil(lambda: docks.space.width() == width + 40)
    assert window.status.notice.text == f"Space: {width + 40} × {docks.space.height()}"
    press(Qt.Key.Key_F7, SHIFT)
    qtbot.waitUntil(lambda: docks.space.width() == width)
    press(Qt.Key.Key_F8)
    assert window.status.notice.text == "Space cannot become taller here"


def test_where_there_is_no_room_nothing_changes(qtbot, tmp_path, monkeypatch):
    window = make(qtbot, tmp_path)
    window.docks.parameters.widget().setMinimumHeight(1000)  # would leave the sound nothing
    before = window.docks.state()
    window.dock_moves.move(window.docks.parameters, "below")
    assert "no room for Parameters below the sound" in window.status.notice.text
    assert window.docks.state() == before and window.dock_moves.place_of(window.docks.parameters) == "right"
    window.close()


def test_the_sound_stays_and_the_toolbar_moves_what_was_in_focus_last(window):
    window.sound.setFocus()
    press(Qt.Key.Key_F6)
    before = window.docks.state()
    if not focused(window, window.sound):
        press(Qt.Key.Key_F6, SHIFT)
    press(Qt.Key.Key_Left, ALT_SHIFT)
    assert "The sound stays in the middle" in window.status.notice.text and window.docks.state() == before
    to_panel(window, window.docks.parameters)
    window.toolbar.start_button.setFocus()
    press(Qt.Key.Key_Left, ALT_SHIFT)
    assert window.dock_moves.place_of(window.docks.parameters) == "left"


@pytest.mark.parametrize("place", [place for place in PLACES if place != "right"])
@pytest.mark.parametrize("size", [(1920, 1080), (1280, 800)])
def test_it_is_remembered(qtbot, tmp_path, place, size):
    first = make(qtbot, tmp_path, size)
    first.dock_moves.move(first.docks.space, place)
    assert first.dock_moves.place_of(first.docks.space) == place
    first.close()
    second = make(qtbot, tmp_path, size)
    assert second.dock_moves.place_of(second.docks.space) == place
    assert isinstance(second.docks.space.titleBarWidget(), DockTitle) == (place == "own")
    second.docks.reset()
    assert second.dock_moves.place_of(second.docks.space) == "right"
    second.close()


def test_the_menu_has_every_place_and_size_and_marks_the_present_one(window):
    (view,) = [action.menu() for action in window.menus.menu.actions() if action.text() == "View"]
    (move,) = [action.menu() for action in view.actions() if action.text() == "Move space"]
    lines = {action.text(): action for action in move.actions() if not action.isSeparator()}
    assert len(lines) == len(PLACES) + len(SIZES)
    lines["Left of the sound\tAlt+Shift+Left"].trigger()
    move.aboutToShow.emit()
    assert [text for text, action in lines.items() if action.isChecked()] == ["Left of the sound\tAlt+Shift+Left"]
    assert "As a tab beside Parameters\tAlt+Shift+T" in lines
