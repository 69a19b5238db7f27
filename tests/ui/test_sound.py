import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from tests.ui.sound_messages import levels, localization, snapshot, track
from workbench.dsp.bands import PEAK_HZ
from workbench.ui.theme import DARK, LIGHT
from workbench.ui.views.sound import STOPPED, SoundView


@pytest.fixture
def view(qtbot):
    view = SoundView(PEAK_HZ)
    qtbot.addWidget(view)
    view.set_layout(compact=False, lane=True)
    view.resize(1080, 976)
    view.show()
    return view


def test_a_hop_is_shown_once(view):
    hops = [snapshot(sequence) for sequence in range(6)]
    view.show_snapshots(hops[:3])
    view.show_snapshots(hops[2:])
    view.show_snapshots([])
    assert view.history.count == 6


def test_meters_take_every_hop_and_the_right_channels(view):
    view.set_channels([f"Microphone {number}" for number in range(1, 9)], ["left", "right"])
    quiet = levels(-50.0, channels=8)
    loud = levels(-1.0, channels=8, clipped=[2])
    view.show_snapshots(
        [snapshot(0, input_levels=quiet), snapshot(1, input_levels=loud), snapshot(2, input_levels=quiet)]
    )
    assert view.input_meters.ballistics.peak_dbfs[0] == -1.0, "a peak in the middle of a batch is not lost"
    assert view.input_chip.isVisible() and not view.output_chip.isVisible()


def test_clip_clears_all(qtbot, view):
    view.show_snapshots([snapshot(0, input_levels=levels(clipped=[0]), output_levels=levels(clipped=[1]))])
    assert view.input_chip.isVisible() and view.output_chip.isVisible()
    with qtbot.waitSignal(view.clipping_cleared):
        qtbot.mouseClick(view.output_chip, Qt.MouseButton.LeftButton)
    assert not view.input_meters.clipped and not view.output_meters.clipped
    assert not view.input_chip.isVisible()


def test_stopped_says_so_and_axes_stay(view):
    assert view.before.message == STOPPED and view.after.message == ""
    view.set_running(True)
    assert view.before.message == "" and view.lane.message == "No talkers heard."
    view.set_running(False, "Device lost, trying again.")
    assert view.before.message == "Device lost, trying again."


def test_stopping_empties_meters_and_keeps_picture_and_lamps(view):
    view.set_running(True)
    view.show_snapshots([snapshot(0, input_levels=levels(clipped=[0]))])
    view.set_running(False)
    assert np.all(np.isneginf(view.input_meters.ballistics.rms_dbfs))
    assert view.history.count == 1 and view.input_meters.clipped
    view.clear()
    assert view.history.count == 0 and not view.input_meters.clipped


def test_a_running_view_without_news_fades(view):
    view.set_running(True)
    view.show_snapshots([snapshot(0)])
    view._stale_timer.timeout.emit()
    assert view.before.stale and view.after.stale
    view.show_snapshots([snapshot(1)])
    assert not view.before.stale
    view.set_running(False)
    assert not view._stale_timer.isActive()


def test_the_crosshair_reads_the_sound_under_it(view):
    column = np.full(481, -90.0)
    column[46] = -52.3
    view.show_snapshots([snapshot(s, column if s == 642 else -90.0, -95.0) for s in range(801)])
    view.crosshair.move(-1.58, 2290.0)
    assert view.read_out.text().startswith("−1.58 s, 2.29 kHz, D7, band 16, before −52.3 dB")
    view.show_snapshots([snapshot(801, -90.0, -95.0)])
    assert "before −90.0 dB" in view.read_out.text(), "time runs on under a still crosshair"
    view.crosshair.hide()
    assert view.read_out.text() == ""


def test_one_crosshair_runs_through_all(view):
    plots = (view.before, view.after, view.level_strip, view.gain_strip, view.lane)
    before = [plot.grab().toImage() for plot in plots]
    view.crosshair.move(-2.0, 1500.0)
    assert all(plot.grab().toImage() != image for plot, image in zip(plots, before))


def test_difference_changes_the_colour_bar_with_the_picture(view):
    view.difference_toggle.setChecked(True)
    assert (view.after.mode, view.before.mode) == ("difference", "level")
    assert view.color_bar.map_name == "berlin"
    view.apply_theme(LIGHT)
    assert view.color_bar.map_name == "vik"
    view.difference_toggle.setChecked(False)
    assert view.color_bar.map_name == "magma"


def test_taps_are_told(qtbot, view):
    view.set_taps(["Microphone 1", "Microphone 2"], ["Enhanced beam"])
    with qtbot.waitSignal(view.before_tap_changed) as told:
        view.before_chooser.choose(1)
    assert told.args == [1]
    assert not view.after_chooser.isEnabled()


def test_talkers_are_shown_beside_the_lane(view):
    view.show_snapshots([snapshot(sequence) for sequence in range(100)])
    view.show_localizations([localization(0, 0.5, track(1, 0.3))])
    view.show_localizations([])
    assert view.talkers_now.rows()[0][1] == "T1"
    view.clear()
    assert view.talkers_now.rows() == []


@pytest.mark.parametrize("tokens", [DARK, LIGHT])
def test_it_paints_in_both_themes_from_nothing_to_full(view, tokens):
    view.apply_theme(tokens)
    empty = view.grab().toImage()
    assert empty.pixelColor(540, 10).name().upper() == tokens.panel
    view.set_running(True)
    view.show_snapshots([snapshot(sequence, -40.0, -60.0, pitch_hz=150.0) for sequence in range(900)])
    view.show_localizations([localization(0, 8.5, track(1, 0.3))])
    assert view.grab().toImage() != empty


def test_every_control_is_reached_by_keyboard_and_named(view):
    controls = [view.before, view.after, view.pitch_toggle, view.bands_toggle, view.difference_toggle]
    for control in controls:
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert control.accessibleName()
    for part in (view.input_meters, view.output_meters, view.level_strip, view.gain_strip, view.lane):
        assert part.accessibleName()
    assert view.childAt(QPoint(500, 200)) is view.before
