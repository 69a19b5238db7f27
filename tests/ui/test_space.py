import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.space_messages import SQUARE_MICS_M, cardioid, localization, response, track, truth
from workbench.core.geometry import load_layout
from workbench.ui import theme
from workbench.ui.views.space import COMPACT_WIDTH, LOWER_HEIGHT, WIDTH, SpaceView, lower_height

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


@pytest.fixture
def view(qtbot):
    view = SpaceView(theme.DARK)
    qtbot.addWidget(view)
    view.resize(WIDTH, 976)
    view.show()
    return view


def fill(view):
    view.set_array(SQUARE_MICS_M)
    view.set_running(True)
    view.set_talkers_movable(True)
    view.show_beam(math.radians(42), 1)
    view.show_localization(localization([track(1, 42), track(2, -68)], [truth(41)], sectors=[0.5] * 8, ring=True))
    view.show_pattern(cardioid(42))
    view.show_response(response())
    view.set_layout(load_layout("pair-100mm"))


def test_wide_shows_map_table_and_one_lower_tab(view):
    assert view.width() == WIDTH
    assert view.source_map.isVisible() and view.table.isVisible() and view.beam.isVisible()
    assert not view.loudspeakers.isVisible()
    tab = view._lower_header.tabs[1]
    QTest.mouseClick(tab, Qt.MouseButton.LeftButton)
    assert view.loudspeakers.isVisible() and not view.beam.isVisible()
    assert not view.beam.tools.isVisible() and view.loudspeakers.tools.isVisible()


def test_compact_shows_one_page_at_a_time_with_its_tools(view, qtbot):
    view.set_compact(True)
    assert view.width() == COMPACT_WIDTH
    pages = (view.source_map, view.beam, view.table)
    for index, page in enumerate(pages):
        QTest.mouseClick(view._compact_header.tabs[index], Qt.MouseButton.LeftButton)
        assert [entry.isVisible() for entry in pages] == [entry is page for entry in pages]
        assert view.source_map.toggles.isVisible() == (index == 0)
        assert view.beam.tools.isVisible() == (index == 1)


def test_going_compact_and_back_restores_the_wide_arrangement(view, qtbot):
    fill(view)

    def places():
        parts = (view.source_map, view.source_map.toggles, view.table, view.beam, view.beam.tools)
        return [(part.isVisible(), part.mapTo(view, part.rect().topLeft()), part.size()) for part in parts]

    view.grab()
    before = places()
    view.set_compact(True)
    view.show_page(1)
    view.show_page(2)
    view.grab()
    assert places() != before
    view.set_compact(False)
    view.resize(WIDTH, 976)
    qtbot.waitUntil(lambda: places() == before, timeout=3000)


def test_signals_of_the_parts_come_through(view):
    fill(view)
    seen = []
    view.follow_requested.connect(seen.append)
    view.steering_changed.connect(lambda *values: seen.append(values))
    view.talker_moved.connect(lambda *values: seen.append(values[0]))
    QTest.mouseClick(view.table.follow_button(2), Qt.MouseButton.LeftButton)
    view.show_beam(math.radians(42), 0)
    QTest.keyClick(view.source_map.canvas, Qt.Key.Key_Left)
    assert seen == [2, (43.0, False), (43.0, True)]


def test_a_following_beam_is_marked_in_map_table_and_figures(view):
    fill(view)
    assert view.table.follow_button(1).text() == "Following"
    assert math.degrees(view.beam.canvas.figures.null_azimuth_rad) == pytest.approx(-68)


def test_a_start_begins_with_an_empty_map(view):
    fill(view)
    view.set_running(False)
    assert len(view.table.row_texts()) == 2
    view.show_beam(0.0, 0)
    view.set_running(True)
    assert view.table.row_texts() == []
    assert view.source_map.canvas.message == "No talkers heard."


def test_it_fits_a_low_window(view, qtbot):
    assert view.minimumSizeHint().height() <= 696
    view.set_compact(True)
    for page in range(3):
        view.show_page(page)
        qtbot.waitUntil(lambda: view.minimumSizeHint().height() <= 342, timeout=2000)


@pytest.mark.parametrize("name", theme.THEMES)
def test_both_themes_paint(view, name):
    view.apply_theme(theme.THEMES[name])
    fill(view)
    for compact in (False, True):
        view.set_compact(compact)
        for page in range(3):
            view.show_page(page)
            view.show_lower_page(page % 2)
            view.grab()
    view.show_beam(0.0, 0)
    view.clear()
    assert view.table.row_texts() == []


def test_every_control_has_a_name_and_a_tooltip(view):
    from PySide6.QtWidgets import QAbstractButton

    fill(view)
    for button in view.findChildren(QAbstractButton):
        assert button.accessibleName(), button.text()
        assert button.toolTip(), button.text()


def test_the_lower_panel_takes_the_height_that_the_map_cannot_use():
    assert lower_height(WIDTH, 900, 88) == LOWER_HEIGHT
    assert lower_height(WIDTH, 1100, 88) == 1100 - theme.GUTTER - theme.HEADER - (WIDTH - 16) - 88
    assert lower_height(WIDTH, 2000, 88) == 1000
    assert lower_height(700, 1100, 88) == LOWER_HEIGHT


def test_the_beam_says_what_is_missing(qtbot):
    view = SpaceView()
    qtbot.addWidget(view)
    says = lambda: view.beam.canvas.accessibleDescription()  # noqa: E731
    view.set_array(SQUARE_MICS_M)
    assert says().endswith("Press Start (Space).")
    view.set_running(True)
    assert says().endswith("computed…")
    view.set_array(None)
    assert says().endswith("Load an array to see the beam.")
