import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from tests.ui.sound_messages import BINS, localization, snapshot, track
from workbench.dsp.bands import PEAK_HZ
from workbench.ui.frequency_scale import LINEAR, LOG
from workbench.ui.painting import colormap
from workbench.ui.views.sound import SoundView
from workbench.ui.views.sound_menu import build_menu


@pytest.fixture
def view(qtbot):
    view = SoundView(PEAK_HZ)
    qtbot.addWidget(view)
    view.set_layout(compact=False, lane=True)
    view.resize(1080, 976)
    view.show()
    return view


def feed(view, first, end, level=-50.0):
    view.show_snapshots([snapshot(number, level, -90.0) for number in range(first, end)])


def column_colors(spectrogram, x):
    image = spectrogram.grab().toImage()
    return image.pixel(x, 150) | 0xFF000000


def test_a_frozen_picture_stands_while_sound_goes_on(view):
    feed(view, 0, 1000, -25.0)
    view.set_frozen(True)
    before = view.before.grab().toImage()
    feed(view, 1000, 2000, -85.0)
    assert view.before.grab().toImage() == before
    assert view.history.count == 2000 and view.shown.count == 1000
    view.set_frozen(False)
    assert column_colors(view.before, 690) == colormap("magma")[0]


def test_the_whole_minute_can_be_scrolled_through(view):
    for second in range(70):
        feed(view, 100 * second, 100 * second + 100, -25.0 if second == 20 else -85.0)
    view.scroll(-1.0)
    assert view.frozen and view.axes.end_s == -8.0
    view.scroll(-1e9)
    assert view.axes.begin_s == pytest.approx(-61.44)
    view.axes.scroll_to(-46.0)  # 16 to 24 s: second 20 is in the second half
    assert column_colors(view.before, 350 + 40) == colormap("magma")[-1]
    assert column_colors(view.before, 350 - 40) == colormap("magma")[0]
    view.scroll(1e9)
    assert not view.frozen and view.axes.end_s == 0.0


def test_scrolled_pictures_equal_pictures_drawn_at_once(view):
    rng = np.random.default_rng(5)
    view.show_snapshots([snapshot(number, rng.uniform(-90, -20, BINS)) for number in range(3000)])
    view.set_frozen(True)
    for end_s in (-3.0, -3.37, -9.0, -8.2, -1.0):
        view.axes.scroll_to(end_s)
        scrolled = view.before.grab().toImage()
        view.before._rebuild()
        assert view.before.grab().toImage() == scrolled, end_s


def test_a_drag_selects_the_sound_under_it_and_loops_its_time(qtbot, view):
    feed(view, 0, 1200)
    plot = view.before
    width = plot.width()
    begin, end = QPoint(round(width * 0.25), 100), QPoint(round(width * 0.5), 120)
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=begin)
    qtbot.mouseMove(plot, QPoint(round(width * 0.3), 110))
    feed(view, 1200, 1300)  # the sound moves on while the hand drags
    qtbot.mouseMove(plot, end)
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=end)
    first, after_last = view.axes.selection
    assert first == pytest.approx(1200 - 600, abs=2) and after_last == pytest.approx(1300 - 400, abs=2)
    with qtbot.waitSignal(view.span_chosen) as chosen:
        qtbot.keyClick(plot, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert chosen.args == pytest.approx([first * 0.01 - 0.01, (after_last - 1) * 0.01])
    view.show_looping(True)
    assert view.axes.looping
    view.show_looping(False)
    assert not view.axes.looping and view.axes.selection is not None
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert view.axes.selection is None


def test_a_click_holds_the_crosshair_and_selects_nothing(qtbot, view):
    feed(view, 0, 900)
    qtbot.mouseMove(view.before, QPoint(100, 100))
    qtbot.mouseClick(view.before, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    assert view.axes.selection is None and view.crosshair.held


def test_sound_that_has_gone_cannot_be_looped(qtbot, view):
    feed(view, 0, 900)
    view.select_shown()
    assert view.selected_span_s is not None
    for second in range(9, 80):
        feed(view, 100 * second, 100 * second + 100)
    assert view.selected_span_s is None
    with qtbot.assertNotEmitted(view.span_chosen):
        view.loop_selection()


def test_zoom_to_the_selection(view):
    feed(view, 0, 2000)
    view.axes.select((1000, 1250))
    view.zoom_to_selection()
    assert view.frozen and view.axes.span_s == 2.5 and view.axes.end_s == pytest.approx(-7.5)
    assert view.span_chooser.text() == "2.5\u2009s"


def test_tracks_are_frozen_with_the_sound(view):
    feed(view, 0, 1000)
    view.show_localizations([localization(number, 0.2 * number, track(1, 0.3)) for number in range(50)])
    view.set_frozen(True)
    frozen = view.lane.tracks.runs()[0].column[-1]
    feed(view, 1000, 1500)
    view.show_localizations([localization(50, 14.0, track(2, -0.3))])
    assert {run.number for run in view.lane.tracks.runs()} == {1}
    assert view.lane.tracks.runs()[0].column[-1] == frozen
    view.set_frozen(False)
    assert {run.number for run in view.lane.tracks.runs()} == {1, 2}


def test_every_scale_shows_a_tone_where_the_axis_says(view):
    column = np.full(BINS, -120.0)
    column[100] = -25.0  # 5 kHz
    view.show_snapshots([snapshot(number, column) for number in range(900)])
    for scale in (LOG, LINEAR):
        view.axes.set_scale(scale)
        image = view.before.grab().toImage()
        bright = [y for y in range(image.height()) if image.pixel(300, y) | 0xFF000000 == colormap("magma")[-1]]
        assert np.mean(bright) == pytest.approx(float(scale.y(5000.0, view.before.height())), abs=3)


def test_looks_are_told_and_taken(view, qtbot):
    with qtbot.waitSignal(view.looks_changed):
        view.set_level_map("cividis")
    view.set_level_range(-110.0, -10.4)
    view.axes.set_scale(LOG)
    view.axes.set_span(30.0)
    view.difference_toggle.setChecked(True)
    looks = view.looks()
    other = SoundView(PEAK_HZ)
    qtbot.addWidget(other)
    other.set_looks(looks)
    assert other.looks() == looks
    assert other.before.level_range_db == (-110.0, -10.0) and other.before.map_name == "cividis"
    other.set_looks({"scale": "bark", "range_db": "nan x", "map": "jet", "span_s": "1e9", "pitch": ""})
    assert other.looks() == looks


def test_levels_are_fitted_to_what_is_shown(view):
    rng = np.random.default_rng(1)
    view.show_snapshots([snapshot(n, rng.uniform(-70, -30, BINS), rng.uniform(-70, -30, BINS)) for n in range(900)])
    view.fit_level_range()
    low, high = view.before.level_range_db
    assert low == pytest.approx(-60, abs=5) and high == pytest.approx(-30, abs=5)


def test_the_menu_offers_only_what_can_be_done(view):
    def offered():
        return {action.text().partition("\t")[0]: action.isEnabled() for action in build_menu(view).actions()}

    assert not offered()["Save the picture as an image…"]
    feed(view, 0, 900)
    texts = offered()
    assert texts["Save the picture as an image…"] and not texts["Loop the selection"]
    view.select_shown()
    texts = offered()
    assert texts["Loop the selection"] and texts["Save the selection as an image…"]


def test_another_source_begins_live(view):
    feed(view, 0, 900)
    view.select_shown()
    view.set_frozen(True)
    view.clear()
    assert not view.frozen and view.axes.selection is None and not view.freeze_toggle.isChecked()
