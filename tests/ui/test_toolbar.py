from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QWidget

from tests.ui.fakes import RUNNING
from tests.ui.repaints import Repaints
from workbench.core import params as parameters
from workbench.core.ab import ABState
from workbench.core.params import Params
from workbench.ui import theme
from workbench.ui.controls.choosers import CAPTION_LEFT, CAPTION_RIGHT
from workbench.ui.style import style_sheet
from workbench.ui.theme import DARK
from workbench.ui.toolbar import Toolbar


@pytest.fixture
def bar(qtbot):
    bar = Toolbar()
    bar.apply_theme(DARK)
    bar.resize(1920, 56)
    qtbot.addWidget(bar)
    bar.show()
    return bar


def test_start_becomes_stop_with_a_border_of_its_own(bar, qtbot):
    assert bar.start_button.text().strip() == "Start"
    bar.set_running(True)
    assert bar.start_button.text().strip() == "Stop"
    assert bar.start_button.property("state") == "running"
    with qtbot.waitSignal(bar.start_stop):
        qtbot.mouseClick(bar.start_button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("compact", [False, True])
def test_start_and_the_usual_source_are_written_whole(bar, compact):
    bar.setStyleSheet(style_sheet(DARK))
    bar.set_compact(compact)
    assert bar.start_button.width() >= bar.start_button.sizeHint().width()
    usual = ((bar.source, "Simulated room"), (bar.sink, "Headphones"), (bar.preset, "Factory settings *"))
    for chooser, value in usual:
        room = chooser.width() - CAPTION_LEFT - CAPTION_RIGHT
        assert QFontMetricsF(theme.font(13, 500)).horizontalAdvance(value) <= room
    bar.show_ab(ABState(gain_b_db=-10.8))
    assert bar.match_button.width() >= bar.match_button.sizeHint().width()


def test_recording_shows_its_time(bar):
    bar.show_health(replace(RUNNING, recording_s=102.74))
    assert bar.record_button.text().split() == ["Record", "1:42.7"]
    assert bar.record_button.property("state") == "recording"
    bar.set_compact(True)
    assert bar.record_button.text().strip() == "1:42.7"
    bar.show_health(RUNNING)
    assert bar.record_button.text().strip() == "Record"
    assert bar.record_button.property("state") == ""


def test_all_of_it_fits_into_the_smallest_window_even_muted_and_at_the_end_of_the_disk(bar):
    bar.setStyleSheet(style_sheet(DARK))
    bar.set_compact(True)
    bar.show_params(parameters.replace(Params(), {"output.muted": True}))
    bar.show_health(replace(RUNNING, recording_s=3602.7, recording_left_s=1750.0))
    assert bar.record_button.text().split() == ["60:02.7", "29", "min"]
    assert bar.minimumSizeHint().width() <= theme.MIN_WIDTH


def test_the_side_and_mute_follow_the_parameters(bar, qtbot):
    assert not bar.mute_button.isVisible()
    bar.show_params(parameters.replace(Params(), {"output.bypass": True, "output.muted": True}))
    assert bar.side.value == "bypass"
    assert bar.mute_button.isVisible()
    with qtbot.waitSignal(bar.mute_wanted) as wanted:
        qtbot.mouseClick(bar.mute_button, Qt.MouseButton.LeftButton)
    assert wanted.args == [False]


def test_undo_tells_the_step(bar):
    bar.set_undo("Strength 86 %", "")
    assert bar.undo_button.isEnabled()
    assert "Strength 86 %" in bar.undo_button.toolTip()
    assert not bar.redo_button.isEnabled()
    assert bar.redo_button.toolTip() == "Nothing to redo"


def test_every_icon_button_has_a_tooltip_and_a_spoken_name(bar):
    for button in (bar.undo_button, bar.redo_button, bar.settings_button):
        assert button.toolTip()
        assert button.accessibleName()


@pytest.mark.parametrize(("width", "compact"), [(1280, True), (1600, False), (1920, False)])
def test_everything_fits(bar, width, compact):
    bar.set_compact(compact)
    bar.resize(width, bar.height())
    bar.show()
    bar.show_health(replace(RUNNING, recording_s=3599.9))
    bar.show_params(parameters.replace(Params(), {"output.muted": True}))
    assert bar.sizeHint().width() <= width


def test_parameters_that_the_bar_shows_already_paint_nothing(bar):
    muted = parameters.replace(Params(), {"output.muted": True})
    painted = Repaints(bar, *bar.findChildren(QWidget))
    bar.show_params(Params())
    moved = parameters.replace(Params(), {"render.droop_db": 3.0})
    assert painted.after(lambda: bar.show_params(moved)) == set()
    assert bar.mute_button in painted.after(lambda: bar.show_params(muted))
    assert painted.after(lambda: bar.show_params(muted)) == set()
    bar.preset.set_value("Factory settings", "edited")
    assert painted.after(lambda: bar.preset.set_value("Factory settings", "edited")) == set()
    assert bar.preset in painted.after(lambda: bar.preset.set_value("Factory settings", ""))
