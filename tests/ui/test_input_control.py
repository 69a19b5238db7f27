"""The Source and Sink panels wired to a session."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QSettings, Qt

from tests.ui.fakes import DEVICES, RUNNING, FakeSession, FakeSound, FakeSpace
from workbench.core.calibration import ChannelCalibration
from workbench.core.channel_map import ChannelMap
from workbench.core.messages import InputLevels, MicrophoneReport, MicrophoneVerdict
from workbench.engine.device_store import OutputSetup
from workbench.engine.inputs import InputSetup
from workbench.ui import dialogs
from workbench.ui.bridge import Bridge
from workbench.ui.main_window import MainWindow


@pytest.fixture
def window(qtbot, tmp_path):
    folders = {name: tmp_path / name for name in ("presets", "recordings", "log")}
    store = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(Bridge(FakeSession(), lambda: DEVICES), FakeSound(), FakeSpace(), store, folders)
    qtbot.addWidget(window)
    window.resize(1920, 1080)
    window.show()
    window.bridge.session.source_names = tuple(f"in {number}" for number in range(1, 9))
    window.bridge.poll()
    yield window
    window.close()


def poll(window):
    window.bridge._tick = 0
    window.bridge.poll()


def test_the_list_is_made_anew_while_a_panel_is_open(qtbot, window):
    control = window.input_control
    assert not control._listing.isActive()
    window.toolbar.source.click()
    assert window.source_panel.isVisible() and control._listing.isActive()
    qtbot.waitUntil(lambda: len(window.bridge.devices) == 3)
    window.source_panel.dismiss()
    assert not control._listing.isActive()
    qtbot.waitUntil(lambda: ("no levels",) in window.bridge.session.calls)


def test_a_setup_goes_to_the_session_and_comes_back(window):
    session = window.bridge.session
    window.toolbar.source.click()
    window.source_panel.map.changed.emit(ChannelMap.in_order(8).swapped(0, 1))
    assert session.inputs.channel_map.positions[0].channel == 1
    session.mailbox.health = replace(RUNNING)
    poll(window)
    assert window.source_panel.map.matrix.map == session.inputs.channel_map
    window.sink_panel.setup_changed.emit(OutputSetup(block=64))
    assert session.outputs.block == 64


def test_a_channel_is_heard_alone_until_the_panel_closes(qtbot, window):
    session, panel = window.bridge.session, window.source_panel
    session.mailbox.health = replace(RUNNING)
    session.levels = InputLevels(*(np.full(8, -30.0, np.float32) for _ in range(3)), "A", "fast")
    poll(window)
    window.toolbar.source.click()
    panel._on_timer()
    panel.map.matrix.select(4)
    qtbot.mouseClick(panel.map.listen, Qt.MouseButton.LeftButton)
    assert session.listened_to == 4 and panel.map.listen.isChecked() and panel.map.matrix.listened == 4
    assert panel.map.hint.isVisible() and panel.map.hint.text().startswith("in 5 is heard alone")
    panel.map.matrix.listen_wanted.emit(6)
    assert session.listened_to == 6 and panel.map.hint.text().startswith("in 7")
    panel.map.matrix.listen_wanted.emit(6)
    assert session.listened_to is None and not panel.map.listen.isChecked() and not panel.map.hint.isVisible()
    panel.map.matrix.listen_wanted.emit(0)
    panel.map.toggle_learning()  # a tap has to be heard with everything else
    assert session.listened_to is None and not panel.map.listen.isVisible()
    panel.map.toggle_learning()
    assert panel.map.listen.isVisible()
    panel.map.matrix.listen_wanted.emit(2)
    panel.dismiss()
    assert session.listened_to is None
    poll(window)
    assert panel.map.matrix.listened is None


def test_an_error_after_a_choice_is_said_in_the_panel(window):
    session = window.bridge.session
    window.toolbar.source.click()
    session.mailbox.health = replace(RUNNING, message="an old trouble", failed=True)
    poll(window)
    assert not window.source_panel.failure.isVisible()
    window.source_panel.chosen.emit("device:PipeWire/USB array, 8 microphones")
    session.mailbox.health = replace(RUNNING, message="USB array: refuses 8 input: Device unavailable", failed=True)
    poll(window)
    assert window.source_panel.failure.isVisible() and not window.sink_panel.failure.isVisible()
    session.mailbox.health = replace(RUNNING, message="USB array is back.")
    poll(window)
    assert not window.source_panel.failure.isVisible()


def test_a_device_that_is_waited_for_is_named(window):
    session = window.bridge.session
    window.toolbar.source.click()
    session.mailbox.health = replace(RUNNING, awaited=("USB array, 8 microphones",))
    poll(window)
    assert window.source_panel.note.text() == "waiting for USB array, 8 microphones"


def test_a_device_that_is_pulled_out_stays_in_the_list_and_says_so():
    gone = "device:ALSA/Gone#channels 1,2"
    row = dialogs.source_choices(DEVICES, [], gone)[-1]
    assert row.text == "Gone" and not row.usable and "taken again" in row.note
    assert dialogs.sink_choices(DEVICES, "device:PipeWire/Headphones")[-1].usable


def verdict(index, fault=None, partner=None, gain_db=0.0):
    return MicrophoneVerdict(index, f"in {index + 1}", fault, partner, gain_db)


def test_remedies_of_the_microphone_check(window):
    session, control = window.bridge.session, window.input_control
    faults = {1: ("inverted",), 2: ("swapped", 5), 5: ("swapped", 2)}
    report = MicrophoneReport("done", 1.0, tuple(verdict(n, *faults.get(n, ())) for n in range(8)), 0.4, at="12:06")
    session.mailbox.microphones = report
    session.mailbox.health = replace(RUNNING)
    window.toolbar.source.click()
    poll(window)
    assert window.source_panel.findings.report is report
    control.fix(report.verdicts[1])
    assert session.inputs.channel_map.positions[1].inverted
    control.fix(report.verdicts[5])
    assert [one.channel for one in session.inputs.channel_map.positions] == [0, 1, 5, 3, 4, 2, 6, 7]
    assert window.source_panel.findings.fixed == {1, 2, 5}


def test_a_remedy_that_cannot_be_is_said(qtbot, window):
    session = window.bridge.session
    session.inputs = InputSetup(ChannelMap.in_order(8).with_position(0, gain_db=-20.0))
    session.mailbox.microphones = report = MicrophoneReport("done", 1.0, (verdict(0, "gain", None, 30.0),))
    with qtbot.waitSignal(window.bridge.failed) as said:
        window.input_control.fix(report.verdicts[0])
    assert "-50 dB" in said.args[0]


def test_why_the_microphones_cannot_be_checked(window):
    session = window.bridge.session
    window.toolbar.source.click()
    poll(window)
    assert "Start the sound" in window.source_panel.findings.words.text()
    session.mailbox.health = replace(RUNNING)
    session.array = None
    poll(window)
    assert "Choose the microphone array" in window.source_panel.findings.words.text()


def test_test_signals_and_mute_from_the_sink_panel(window):
    session = window.bridge.session
    session.mailbox.health = replace(RUNNING)
    window.toolbar.sink.click()
    poll(window)
    assert [row.name.text() for row in window.sink_panel.rows_of_outputs] == ["L", "R"]
    window.bridge.set({"render.audition": False})
    session.mailbox.health = replace(RUNNING)
    poll(window)
    assert [row.name.text() for row in window.sink_panel.rows_of_outputs] == ["left", "right"]
    window.sink_panel.rows_of_outputs[1].pink.click()
    assert ("test", "pink", 1) in session.calls
    window.bridge.set({"output.muted": True})
    poll(window)
    assert window.sink_panel.unmute.isVisible()
    window.sink_panel.unmute.click()
    assert not session.params.output.muted


def test_the_menu_opens_the_panel_with_the_check(window):
    window.panels.microphone_check()
    assert window.source_panel.isVisible() and ("check",) in window.bridge.session.calls


def test_calibration_opens_beside_the_source_panel_and_reaches_the_session(qtbot, window, tmp_path):
    session = window.bridge.session
    window.toolbar.source.click()
    window.source_panel.calibrate.click()
    panel = window.calibration_panel
    assert panel.isVisible() and panel.x() >= window.source_panel.x() + window.source_panel.width()
    path = tmp_path / "mic.txt"
    path.write_text("20 -2\n1000 0\n20000 3\n")
    panel.take_file(path)
    assert session.inputs.of_channel(0).file == str(path) and session.inputs.correct
    panel.weighting.setCurrentIndex(1)
    panel._on_timer()
    assert window.input_control._weighting == ("C", "fast")
    calls = len(session.calls)
    window.source_panel.dismiss()
    qtbot.wait(20)
    assert ("no levels",) not in session.calls[calls:]
    panel.dismiss()
    qtbot.waitUntil(lambda: ("no levels",) in session.calls[calls:])


def test_changes_of_the_setup_are_taken_back_one_by_one(window):
    session, panel = window.bridge.session, window.source_panel
    window.toolbar.source.click()
    assert not panel.map.undo.isEnabled()
    panel.map.changed.emit(ChannelMap.in_order(8).swapped(0, 1))
    panel.format.block.chosen.emit(128)
    session.mailbox.health = replace(RUNNING)
    poll(window)
    assert panel.map.undo.isEnabled() and session.inputs.block == 128
    panel.map.undo.click()
    assert session.inputs.block == 0 and session.inputs.channel_map.positions[0].channel == 1
    panel.map.undo.click()
    assert session.inputs == InputSetup()
    session.mailbox.health = replace(RUNNING)
    poll(window)
    assert not panel.map.undo.isEnabled()


def test_another_sources_changes_are_not_taken_back(window):
    session, panel = window.bridge.session, window.source_panel
    window.toolbar.source.click()
    panel.map.changed.emit(ChannelMap.in_order(8).swapped(0, 1))
    session.source_spec = "device:ALSA/Laptop microphone"
    session.inputs = InputSetup()
    session.history.note_structure("Source: Laptop microphone", None, None)
    window.input_control.undo()
    assert session.inputs == InputSetup()


def test_remedies_go_when_the_map_is_changed_by_hand(window):
    session, findings = window.bridge.session, window.source_panel.findings
    window.toolbar.source.click()
    session.mailbox.microphones = MicrophoneReport("listening", 0.5)
    session.mailbox.health = replace(RUNNING)
    poll(window)
    verdicts = tuple(verdict(n, *{1: ("inverted",), 4: ("dead", None, None)}.get(n, ())) for n in range(8))
    session.mailbox.microphones = report = MicrophoneReport("done", 1.0, verdicts, 0.4, at="12:06")
    session.mailbox.health = replace(RUNNING)
    poll(window)
    cards = [findings.cards.itemAt(n).widget() for n in range(findings.cards.count())]
    assert [card.fix is not None for card in cards] == [True, True] and not findings.stale
    window.input_control.fix(report.verdicts[1])
    session.mailbox.health = replace(RUNNING)
    poll(window)
    assert not findings.stale  # what was mended was mended by the check itself
    window.source_panel.map.changed.emit(ChannelMap.in_order(8).swapped(0, 7))
    session.mailbox.health = replace(RUNNING)
    poll(window)
    cards = [findings.cards.itemAt(n).widget() for n in range(findings.cards.count())]
    assert findings.stale and not any(card.fix for card in cards) and "check again" in findings.words.text()


def test_the_main_meters_know_the_sound_pressure_of_each_microphone(window):
    session = window.bridge.session
    assert window.input_control.pressure() == ()
    setup = InputSetup(ChannelMap.in_order(3, 8).swapped(0, 1).with_position(2, gain_db=6.0))
    for channel, level in ((0, 118.0), (1, 120.0), (2, 119.0)):
        setup = setup.with_calibration(channel, ChannelCalibration("", level, "calibrator"))
    session.inputs = setup
    assert window.input_control.pressure() == (120.0, 118.0, 113.0)
    session.inputs = replace(setup, channel_map=None)
    assert window.input_control.pressure() == (118.0, 120.0, 119.0, None, None, None, None, None)
    session.mailbox.health = replace(RUNNING)
    poll(window)
    assert ("set_input_pressure", window.input_control.pressure()) in window.sound.seen


def test_by_keys_alone(qtbot, window):
    window.activateWindow()
    window.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert window.source_panel.isVisible()
    matrix = window.source_panel.map.matrix
    matrix.setFocus()
    qtbot.keyClick(matrix, Qt.Key.Key_Right)
    qtbot.keyClick(matrix, Qt.Key.Key_X)
    assert window.bridge.session.inputs.channel_map.positions[1].muted
    qtbot.keyClick(matrix, Qt.Key.Key_I)
    assert window.bridge.session.inputs.channel_map.positions[1].inverted
