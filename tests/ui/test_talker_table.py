import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.space_messages import localization, track
from workbench.ui import theme
from workbench.ui.views.talker_table import TalkerTable

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


@pytest.fixture
def table(qtbot):
    table = TalkerTable(theme.DARK)
    qtbot.addWidget(table)
    table.resize(472, 88)
    table.show()
    return table


def test_rows_show_what_is_known_in_order_of_number(table):
    table.show_localization(localization([track(3, -68, None, 0.71), track(1, 42.4, 1.34, 0.944)]))
    assert table.row_texts() == [("T1", "+42°", "1.3\u2009m", "0.94"), ("T3", "−68°", "–", "0.71")]


def test_follow_asks_for_the_talker_and_following_releases(table):
    seen = []
    table.follow_requested.connect(seen.append)
    table.show_tracks([track(1, 42), track(2, -68)])
    QTest.mouseClick(table.follow_button(2), Qt.MouseButton.LeftButton)
    table.show_beam(0.0, following=2)
    assert table.follow_button(2).text() == "Following"
    assert table.follow_button(1).text() == "Follow"
    QTest.mouseClick(table.follow_button(2), Qt.MouseButton.LeftButton)
    assert seen == [2, 0]


def test_a_followed_talker_that_is_gone_can_still_be_released(table):
    table.show_beam(0.0, following=4)
    table.show_tracks([track(5, 10)])
    assert [row[0] for row in table.row_texts()] == ["T4", "T5"]
    assert table.row_texts()[0][1:] == ("–", "–", "–")
    assert table.follow_button(4).text() == "Following"


def test_places_grow_with_talkers_and_stay_until_cleared(table, qtbot):
    two = table.sizeHint().height()
    with qtbot.waitSignal(table.rows_changed):
        table.show_tracks([track(number, 10 * number) for number in range(1, 5)])
    four = table.sizeHint().height()
    assert four == two + 2 * theme.ROW
    table.show_tracks([track(1, 10)])
    assert table.sizeHint().height() == four
    table.clear()
    assert table.sizeHint().height() == two
    assert table.row_texts() == []


def test_buttons_are_reached_by_keyboard_and_named(table):
    table.show_tracks([track(1, 42)])
    button = table.follow_button(1)
    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert "talker 1" in button.accessibleName()


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("compact", [False, True])
def test_the_bar_is_as_long_as_the_confidence(table, name, compact):
    table.apply_theme(theme.THEMES[name])
    table.set_compact(compact)
    table.resize(330 if compact else 472, 88)
    table.show_tracks([track(1, 42, confidence=1.0), track(2, -42, confidence=0.0)])
    image = table.grab().toImage()
    color = theme.THEMES[name].color("track1")
    y = 24 + theme.ROW // 2
    x = 185 if compact else 250
    assert image.pixelColor(x, y) == color
    assert image.pixelColor(x, y + theme.ROW) == theme.THEMES[name].color("line")
