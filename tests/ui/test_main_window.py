from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication

from tests.ui.fakes import DEVICES, FakeSession, FakeSound, FakeSpace, localization, snapshot
from workbench.audio.scene_files import load_scene
from workbench.core.resources import resource
from workbench.engine import presets
from workbench.ui import dialogs, structure_choices, theme
from workbench.ui.bridge import Bridge
from workbench.ui.main_window import MainWindow


@pytest.fixture
def store(tmp_path):
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


def make(qtbot, store, tmp_path, size=(1920, 1080)):
    folders = {name: tmp_path / name for name in ("presets", "recordings", "log")}
    window = MainWindow(Bridge(FakeSession(), lambda: DEVICES), FakeSound(), FakeSpace(), store, folders)
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    window.bridge.poll()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    return window


@pytest.fixture
def window(qtbot, store, tmp_path):
    window = make(qtbot, store, tmp_path)
    window.setFocus()
    yield window
    window.close()


def press(qtbot, window, key, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(window, key, modifier)
    window.bridge.poll()


CTRL = Qt.KeyboardModifier.ControlModifier


def test_a_lost_device_is_told_in_the_picture_until_it_is_back(qtbot, window):
    session, bridge, told = window.bridge.session, window.bridge, window.sound.seen
    press(qtbot, window, Qt.Key.Key_Space)
    for state, message in (("lost", "Device lost, trying again."), ("running", "")):
        session.mailbox.health = replace(session.mailbox.health, state=state)
        told.clear()
        bridge._poll_slow(session.mailbox)
        assert [one for one in told if one[0] == "set_running"] == [("set_running", True, message)]
        told.clear()
        bridge._poll_slow(session.mailbox)
        assert not any(one[0] == "set_running" for one in told)


def test_the_keys(qtbot, window, tmp_path):
    session = window.bridge.session
    press(qtbot, window, Qt.Key.Key_Space)
    assert session.running
    assert window.toolbar.start_button.text().strip() == "Stop"
    press(qtbot, window, Qt.Key.Key_0)
    assert session.params.output.bypass
    press(qtbot, window, Qt.Key.Key_A)
    assert not session.params.output.bypass
    press(qtbot, window, Qt.Key.Key_M)
    assert session.params.output.muted
    assert window.toolbar.mute_button.isVisible()
    press(qtbot, window, Qt.Key.Key_R)
    assert session.mailbox.health.recording_s is not None
    window.bridge.set({"enhance.strength_percent": 10.0})
    press(qtbot, window, Qt.Key.Key_Z, CTRL)
    assert session.params.enhance.strength_percent == 100.0
    press(qtbot, window, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert session.params.enhance.strength_percent == 10.0
    press(qtbot, window, Qt.Key.Key_1, CTRL)
    assert session.params.enhance.strength_percent == 100.0
    press(qtbot, window, Qt.Key.Key_F, CTRL)
    assert window.parameters.search.hasFocus()
    press(qtbot, window, Qt.Key.Key_F1)
    assert window.keys_panel.isVisible()


def test_letters_typed_in_the_search_field_are_letters(qtbot, window):
    window.parameters.focus_search()
    qtbot.keyClicks(window.parameters.search, "ram 0")
    assert window.parameters.search.text() == "ram 0"
    assert not window.bridge.session.params.output.bypass
    assert not window.bridge.session.running


def test_what_the_engine_publishes_reaches_the_views(window):
    mailbox = window.bridge.session.mailbox
    mailbox.snapshots.put(snapshot(0))
    mailbox.localizations.put(localization(0))
    window.bridge.poll()
    assert "show_snapshots" in [call[0] for call in window.sound.seen]
    assert "show_localizations" in [call[0] for call in window.sound.seen]
    assert ("show_beam", pytest.approx(0.733, abs=0.001), 0) in window.space.seen
    assert "show_localization" in [call[0] for call in window.space.seen]


def test_hidden_docks_are_not_fed(window):
    window.menus.menu.aboutToShow.emit()
    assert window.menus.dock_actions["space"].isChecked()
    window.menus.dock_actions["space"].trigger()
    assert not window.docks.space.isVisible()
    window.space.seen.clear()
    window.bridge.session.mailbox.snapshots.put(snapshot(0))
    window.bridge.poll()
    assert window.space.seen == []


def test_steering_on_the_map_is_one_undo_step_and_releases_the_track(window):
    session = window.bridge.session
    session.set({"beamformer.follow": 2})
    for azimuth_deg in (10.0, 20.0, 30.0):
        window.space.steering_changed.emit(azimuth_deg, azimuth_deg == 30.0)
    assert session.params.beamformer.steering_deg == 30.0
    assert session.params.beamformer.follow == 0
    window.bridge.undo()
    assert session.params.beamformer.steering_deg == 0.0


def test_nulls_on_the_map_are_one_undo_step(window):
    session = window.bridge.session
    window.bridge.set({"beamformer.method": "lcmv"})
    assert ("set_nulls", (), True) in window.space.seen
    for azimuth_deg in (-60.0, -65.0, -70.0):
        window.space.nulls_changed.emit((30.0, azimuth_deg), azimuth_deg == -70.0)
    assert session.params.beamformer.nulls_deg == (30.0, -70.0)
    assert ("set_nulls", (30.0, -70.0), True) in window.space.seen
    window.bridge.undo()
    assert session.params.beamformer.nulls_deg == ()
    window.bridge.set({"beamformer.method": "mvdr"})
    assert ("set_nulls", (), False) in window.space.seen


def test_the_walls_of_the_room_come_to_the_map(window):
    scene = load_scene("two-talkers-fan")
    window.bridge.room_changed.emit(scene, "")
    walls = next(call[1] for call in reversed(window.space.seen) if call[0] == "set_room")
    np.testing.assert_allclose(walls.max(axis=0) - walls.min(axis=0), scene.size_m[:2])
    np.testing.assert_allclose(walls.min(axis=0), -np.array(scene.array_xyz_m[:2]))
    window.bridge.room_changed.emit(None, "")
    assert window.space.seen[-1] == ("set_room", None)


def test_talkers_and_following(window):
    window.space.talker_moved.emit(2, 0.5, 1.5)
    window.space.follow_requested.emit(3)
    session = window.bridge.session
    assert ("talker", 2, 0.5, 1.5) in session.calls
    assert session.params.beamformer.follow == 3


def test_devices_are_offered_and_chosen(qtbot, window):
    with qtbot.waitSignal(window.bridge.devices_listed, timeout=3000):
        window.bridge.refresh_devices()
    qtbot.mouseClick(window.toolbar.sink, Qt.MouseButton.LeftButton)
    assert window.sink_panel.isVisible()
    row = next(row for row in window.sink_panel.rows if row.choice.text == "Headphones")
    assert row.choice.tag == "default"
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert window.bridge.session.sink_spec == "device:PipeWire/Headphones"
    assert window.sink_panel.isVisible()  # the outputs and their test signals stand in it
    assert window.toolbar.sink.value == "Headphones"


def test_a_panel_closes_on_escape_unless_pinned(qtbot, window):
    panel = window.source_panel
    qtbot.mouseClick(window.toolbar.source, Qt.MouseButton.LeftButton)
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    qtbot.mouseClick(window.toolbar.source, Qt.MouseButton.LeftButton)
    panel.pin.setChecked(True)
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    qtbot.mouseClick(window.toolbar, Qt.MouseButton.LeftButton)
    assert panel.isVisible()
    panel.pin.setChecked(False)
    qtbot.mouseClick(window.toolbar, Qt.MouseButton.LeftButton)
    assert not panel.isVisible()


def drop(window, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(300, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dropEvent(event)


def test_dropped_files_go_where_they_belong(window, tmp_path):
    session = window.bridge.session
    sound = tmp_path / "take.wav"
    sound.write_bytes(b"RIFF")
    drop(window, sound)
    assert session.source_spec == f"file:{sound}"
    drop(window, resource("arrays", "line4-50mm.toml"))
    assert session.calls[-1][0] == "array"
    drop(window, resource("layouts", "stereo-60deg.toml"))
    assert session.calls[-1][0] == "layout"
    settings = tmp_path / "fan.toml"
    settings.write_text("earshot_settings = 1\n")
    drop(window, settings)
    assert session.calls[-1] == ("load", settings)
    assert window.toolbar.preset.value == "fan"


def test_another_source_begins_with_empty_views(window):
    window.sound.seen.clear()
    window.bridge.choose_sink("none")
    assert ("clear",) not in window.sound.seen
    window.bridge.choose_source("room:one-talker-still")
    assert ("clear",) in window.sound.seen
    assert ("clear",) in window.space.seen


def test_channels_without_an_array_have_no_beam(window):
    session = window.bridge.session
    session.start()
    session.array = None
    session.mailbox.beam_pattern = object()
    window.space.seen.clear()
    window.bridge.begin()
    assert window.space.seen.count(("show_pattern", None)) == 1
    assert ("set_array", None) in window.space.seen
    assert not [call for call in window.space.seen if call[0] == "show_pattern" and call[1] is not None]


def test_bad_files_become_a_line_and_the_window_goes_on(window, tmp_path):
    broken = tmp_path / "broken.toml"
    broken.write_text("mics = [")
    drop(window, broken)
    assert "not valid TOML" in window.status.notice.text
    drop(window, tmp_path / "gone.wav")
    assert "no such file" in window.status.notice.text
    assert window.isVisible()


def test_narrow_windows_are_arranged_in_two_columns(qtbot, window):
    assert window.docks.space.x() < window.docks.parameters.x()
    assert window.docks.space.y() == window.docks.parameters.y()
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: window.docks.space.x() == window.docks.parameters.x())
    assert window.docks.space.y() < window.docks.parameters.y()
    assert ("set_compact", True) in window.space.seen
    assert window.parameters.tabs["enhance"].isVisible()


def test_themes_reach_every_widget(window):
    window.set_theme("light")
    assert window.toolbar.preset.tokens is theme.LIGHT
    assert window.parameters.groups["render"].rows["render.place_deg"].slider.tokens is theme.LIGHT
    assert ("apply_theme", theme.LIGHT) in window.sound.seen
    window.set_theme("system")
    assert window.tokens in (theme.DARK, theme.LIGHT)


def test_layout_theme_and_size_are_remembered(qtbot, store, tmp_path):
    first = make(qtbot, store, tmp_path, (1700, 1000))
    first.set_theme("light")
    first.docks.space.hide()
    first.close()
    second = make(qtbot, store, tmp_path, (1700, 1000))
    assert second.theme_choice == "light"
    assert not second.docks.space.isVisible()
    second.docks.reset()
    assert second.docks.space.isVisible()
    second.close()


def test_unlocking_shows_title_bars(window):
    window.docks.set_unlocked(True)
    assert window.docks.space.titleBarWidget().height() > 10
    window.docks.space.titleBarWidget().float_button.click()
    assert window.docks.space.isFloating()
    window.docks.reset()
    assert not window.docks.space.isFloating()


def test_presets_have_numbers_and_a_panel(qtbot, window, tmp_path):
    first = presets.shipped()[0]
    window.shortcuts["Ctrl+2"].activated.emit()
    assert window.bridge.session.calls[-1] == ("preset", presets.load(first).name)
    qtbot.mouseClick(window.toolbar.preset, Qt.MouseButton.LeftButton)
    assert presets.load(first).name in [row.choice.text for row in window.preset_panel.rows]


def test_all_settings_are_saved_where_one_says(window, tmp_path):
    window.files.save_settings()
    assert not window.asker.dialog.isModal()
    window.asker.dialog.fileSelected.emit(str(tmp_path / "own.toml"))
    assert window.bridge.session.calls[-1] == ("save", tmp_path / "own.toml")
    window.asker.dialog.close()


def test_diagnostics_go_to_the_clipboard(window):
    window.copy_diagnostics()
    text = QApplication.clipboard().text()
    assert "Earshot" in text
    assert "Dropouts: 0 own" in text


def test_closing_ends_the_session(window):
    window.close()
    assert ("close",) in window.bridge.session.calls


def test_names_of_sources_and_sinks():
    assert dialogs.spec_name("room") == "Simulated room"
    assert dialogs.spec_name("file:/x/take 1.wav") == "take 1.wav"
    assert dialogs.spec_name("device:PipeWire/USB array#1,2") == "USB array"
    assert dialogs.spec_name("room:four-talkers") == "Room: four talkers"
    assert dialogs.spec_name("none") == "None"
    assert dialogs.default_output(DEVICES) == "device:PipeWire/Headphones"
    assert dialogs.default_output([]) == "none"


def test_shipped_scenes_are_offered_by_their_titles():
    scenes = structure_choices.shipped_scenes()
    assert scenes
    assert all(mics >= 2 and description for _, description, mics in scenes)
    rows = dialogs.source_choices(DEVICES, scenes, "room")
    titles = {row.text: row for row in rows}
    for name, description, _ in scenes:
        assert titles[dialogs.scene_title(name)].value == f"room:{name}"
        assert titles[dialogs.scene_title(name)].tip == description


def test_one_drag_of_a_talker_is_one_gesture(window):
    for azimuth_rad in (0.1, 0.2, 0.3):
        window.space.talker_moved.emit(1, azimuth_rad, 1.5)
    window.space.talker_dropped.emit()
    window.space.talker_moved.emit(1, 0.4, 1.5)
    first, second, third, next_drag = window.bridge.session.gestures
    assert first == second == third != next_drag


def test_undo_says_what_it_takes_back_also_of_the_structure(window):
    window.bridge.session.history.note_structure("Source: take.wav", None, None)
    window.bridge.poll()
    window.bridge._poll_slow(window.bridge.session.mailbox)
    assert "Source: take.wav" in window.toolbar.undo_button.toolTip()
    assert window.toolbar.undo_button.isEnabled()


def test_on_a_large_screen_the_map_grows_too_unless_somebody_has_set_its_width(qtbot, window):
    assert abs(window.docks.space.width() - 472) <= 1
    window.resize(3840, 2160)
    qtbot.waitUntil(lambda: window.docks.space.width() > 800)
    assert window.docks.parameters.width() < 400
    window.docks.work.resizeDocks([window.docks.space], [600], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: abs(window.docks.space.width() - 600) < 20)
    window.resize(3000, 1600)
    qtbot.wait(50)
    assert window.docks.space.width() < 640


def test_the_blind_test_is_a_button_beside_the_sides(window, qtbot):
    window.toolbar.abx_button.click()
    assert window.abx.panel.isVisible()


def test_the_map_is_made_larger_and_smaller_by_keys(qtbot, window):
    width = window.docks.space.width()
    window.shortcuts["Ctrl+."].activated.emit()
    qtbot.waitUntil(lambda: window.docks.space.width() == width + 40)
    window.shortcuts["Ctrl+,"].activated.emit()
    qtbot.waitUntil(lambda: window.docks.space.width() == width)
