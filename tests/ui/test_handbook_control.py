import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QWidget

from docs.handbook.site import render
from tests.ui.fakes import DEVICES, FakeSession, FakeSound, FakeSpace
from workbench.core.errors import EarshotError
from workbench.core.params import ENTRIES
from workbench.ui.bridge import Bridge
from workbench.ui.handbook import PAGE
from workbench.ui.main_window import MainWindow
from workbench.ui.views.space import SpaceView


@pytest.fixture
def window(qtbot, tmp_path):
    folders = {name: tmp_path / name for name in ("presets", "recordings", "log")}
    store = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(Bridge(FakeSession(), lambda: DEVICES), FakeSound(), FakeSpace(), store, folders)
    qtbot.addWidget(window)
    window.resize(1920, 1080)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    yield window
    window.close()


@pytest.fixture
def opened(window):
    """Pages that were opened."""
    pages = []
    window.handbook.handbook.open = pages.append
    return pages


def point_at(window, widget):
    """The screen of these tests has no pointer that could be moved everywhere."""
    window.handbook.pointed = lambda: widget


def test_f1_shows_the_keys_and_once_more_the_page_on_what_was_under_the_pointer(qtbot, window, opened):
    row = window.parameters.groups["enhance"].rows["enhance.comb_percent"]
    point_at(window, row)
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.keys_panel.isVisible() and not opened
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert not window.keys_panel.isVisible()
    assert opened == ["parameters.html#enhance.comb_percent"]


def test_ctrl_f1_opens_the_page_at_once(qtbot, window, opened):
    point_at(window, window.toolbar.preset)
    qtbot.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.ControlModifier)
    assert opened == ["sessions.html#presets"]
    assert not window.keys_panel.isVisible()


def test_a_floating_panel_with_the_keys_comes_before_what_the_pointer_rests_on(qtbot, window, opened):
    point_at(window, window.parameters)
    window.panels.latency()
    window.handbook.open_here()
    assert opened == ["hardware.html#latency-and-dropouts"]


def test_from_the_menu_it_begins_at_its_first_page(window, opened):
    next(action for action in window.menus.menu.actions() if action.text().startswith("Handbook")).trigger()
    assert opened == ["index.html"]


def test_what_stands_in_the_way_is_said_in_the_status_bar(window):
    def refuse(page):
        raise EarshotError("No browser opens: the handbook is /x")

    window.handbook.handbook.open = refuse
    window.handbook.open_here()
    assert "No browser opens" in window.status.notice.text


def test_every_page_that_the_window_names_is_in_the_handbook(qtbot, window):
    files = render().files
    space = SpaceView()
    qtbot.addWidget(space)
    named = {str(widget.property(PAGE)) for widget in [*window.findChildren(QWidget), *space.findChildren(QWidget)]}
    named.discard("None")
    assert len(named) > 40
    for page in named:
        file, _, anchor = page.partition("#")
        assert file in files, page
        assert not anchor or anchor in files[file].anchors, page


def test_every_slider_has_its_own_place(window):
    rows = window.parameters.groups["beamformer"].rows
    assert {str(row.property(PAGE)) for row in rows.values()} == {f"parameters.html#{path}" for path in rows}
    assert set(rows) < set(ENTRIES)
    assert window.parameters.groups["render"].method.property(PAGE) == "parameters.html#render.method"
