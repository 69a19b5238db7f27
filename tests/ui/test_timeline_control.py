"""Opening sessions, markers and notes, the loop's keys, and the moment as a command line."""

import shutil
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QSettings
from PySide6.QtGui import QGuiApplication

from tests.engine.test_journal_index import write as write_journal
from tests.ui.fakes import DEVICES, FakeSession, FakeSound, FakeSpace
from workbench.core.timeline import Marker
from workbench.core.transport import TransportState
from workbench.engine.journal_index import JournalIndex
from workbench.ui.bridge import Bridge
from workbench.ui.main_window import MainWindow
from workbench.ui.timeline_control import RECENT, session_folder


@pytest.fixture
def session(tmp_path):
    """A folder that looks like a session of two seconds with a marker of its own, with a name that needs quotes."""
    folder = tmp_path / "2026-11-22 10-30 ü's"
    folder.mkdir()
    soundfile.write(folder / "input.wav", np.full((96000, 2), 0.25, np.float32), 48000, "FLOAT")
    write_journal(folder, [{"at": 48000, "marker": "recorded"}, {"at": 96000, "end": True, "lost": 0}])
    return folder


@pytest.fixture
def main_window(qtbot, tmp_path):
    folders = {name: tmp_path / "home" / name for name in ("presets", "recordings", "log")}
    store = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(Bridge(FakeSession(), lambda: DEVICES), FakeSound(), FakeSpace(), store, folders)
    qtbot.addWidget(window)
    window.bridge.poll()
    yield window
    window.close()


@pytest.fixture
def control(main_window):
    return main_window.timeline_control


def opened(control, session, qtbot):
    assert control.open(session)
    control.bridge.poll()
    qtbot.waitUntil(
        lambda: control.reader.picture.progress == 1 and control.reader.picture.overview is not None, timeout=30_000
    )
    control._show_picture()


def test_a_session_opens_from_its_folder_its_journal_or_the_list(main_window, control, session, qtbot):
    assert session_folder(session) == session_folder(session / "events.jsonl") == session
    (session / "open.earshot-session").write_text("earshot_session = 1\n")
    assert session_folder(session / "open.earshot-session") == session
    assert session_folder(session / "input.wav") is None and session_folder(session.parent) is None
    main_window.files.take(session / "events.jsonl")
    control.bridge.poll()
    assert ("session", str(session)) in main_window.bridge.session.calls
    assert not control.strip.isHidden() and control.strip.recorded.isVisibleTo(control.strip)
    assert control.recent == [str(session)]
    control.recent_menu.aboutToShow.emit()
    assert [action.text() for action in control.recent_menu.actions()] == [session.name]
    shutil.rmtree(session)
    said = []
    control.bridge.failed.connect(said.append)
    control.recent_menu.actions()[0].trigger()
    assert said and control.recent == []
    assert main_window.store.value(RECENT) in ([], None, "")


def test_a_recording_without_its_journal_plays_as_a_file(main_window, control, session):
    (session / "events.jsonl").unlink()
    said = []
    control.bridge.failed.connect(said.append)
    main_window.files.take(session)
    assert "journal is missing" in said[0]
    assert main_window.bridge.session.calls[-1] == ("source", f"file:{session / 'input.wav'}")


def test_markers_are_added_named_found_and_deleted(control, session, qtbot):
    opened(control, session, qtbot)
    assert control.markers == (Marker(1.0, "recorded"),)
    transport = control.bridge.session.transport
    transport.seek(0.5)
    control.bridge.poll()
    assert control.mark()
    assert control.markers == (Marker(0.5), Marker(1.0, "recorded"))
    control.note()
    assert control.note_panel.isVisibleTo(control.note_panel.parentWidget())
    transport.seek(1.5)  # the note is about the moment in which it was asked for
    control.bridge.poll()
    control.note_panel.line.setText("  a door  ")
    control.note_panel.line.returnPressed.emit()
    assert control.markers == (Marker(0.5, "a door"), Marker(1.0, "recorded"))
    control.go_to_marker(-1)
    control.bridge.poll()
    assert transport.state.position_s == 1.0
    control.delete_here()
    assert control.markers == (Marker(0.5, "a door"),)
    assert (session / "markers.json").is_file()
    control.go_to_marker(1)
    assert transport.state.position_s == 1.0  # there is none after it


def test_the_list_of_ones_own_markers_is_read_again(control, session, qtbot):
    opened(control, session, qtbot)
    control.bridge.session.transport.seek(0.25)
    control.bridge.poll()
    control.mark("kept")
    control.bridge.choose_source("room")
    control.bridge.poll()
    assert control.strip.isHidden() and control.timeline.markers == ()
    opened(control, session, qtbot)
    assert control.markers == (Marker(0.25, "kept"), Marker(1.0, "recorded"))


@pytest.fixture
def held_journal(monkeypatch):
    """Journals are not read before this is set."""
    go_on, build = threading.Event(), JournalIndex.build

    def wait_and_build(index, *args):
        assert go_on.wait(60)
        return build(index, *args)

    monkeypatch.setattr(JournalIndex, "build", wait_and_build)
    yield go_on
    go_on.set()


def test_a_marker_that_is_set_while_the_journal_is_read_takes_the_place_of_none(control, session, qtbot, held_journal):
    assert control.open(session)
    control.bridge.session.transport.seek(0.25)
    control.bridge.poll()
    assert control.mark("early") and control.mark("a door")
    assert control.markers == control.timeline.markers == (Marker(0.25, "a door"),)
    assert not (session / "markers.json").exists()
    held_journal.set()
    qtbot.waitUntil(lambda: (session / "markers.json").is_file())
    assert control.markers == control.timeline.markers == (Marker(0.25, "a door"), Marker(1.0, "recorded"))


def test_a_marker_that_could_not_be_kept_is_said(control, session, held_journal):
    said = []
    control.bridge.failed.connect(said.append)
    assert control.open(session)
    control.bridge.poll()
    assert control.mark() and said == []
    control.bridge.choose_source("room")
    control.bridge.poll()
    assert "was not kept" in said[0] and control.markers == ()


def test_the_loops_keys_are_the_files_unless_kept_sound_loops(main_window, control, session, qtbot):
    opened(control, session, qtbot)
    transport = control.bridge.session.transport
    transport.seek(0.5)
    control.bridge.poll()
    main_window.shortcuts["["].activated.emit()
    transport.seek(1.5)
    control.bridge.poll()
    main_window.shortcuts["]"].activated.emit()
    assert transport.state.region_s == (0.5, 1.5)
    control.bridge.poll()
    assert "0:00.5" in control.strip.loop.text()
    main_window.shortcuts["\\"].activated.emit()
    assert transport.state.region_s is None


def test_the_moment_as_a_command_line(control, session, qtbot):
    opened(control, session, qtbot)
    control.bridge.session.transport.seek(1.25)
    control.bridge.poll()
    control.copy_command_line()
    text = QGuiApplication.clipboard().text()
    assert text.startswith("workbench replay ") and "--from-sample 60000" in text and "--from-defaults" not in text
    control.play_as_recorded(False)
    control.copy_command_line()
    assert "--from-defaults" in QGuiApplication.clipboard().text()


def test_notes_of_a_running_recording_belong_to_the_moment_of_the_key(main_window, control):
    health = main_window.bridge.session.mailbox.health
    main_window.bridge.session.mailbox.health = replace(health, recording_s=1.0)
    control.note()
    control.note_panel.line.setText("cough")
    control.note_panel.line.returnPressed.emit()
    assert main_window.bridge.session.calls[-1] == ("mark", "cough", 48000)


def test_hidden_is_remembered_and_without_a_file_the_key_says_why(main_window, control, session, qtbot):
    said = []
    control.bridge.noticed.connect(said.append)
    control.toggle()
    assert "belongs to a file" in said[-1]
    control.note()
    assert "Notes belong" in said[-1]
    main_window.show()
    opened(control, session, qtbot)
    assert control.strip.isVisible()
    control.toggle()
    assert control.strip.isHidden() and main_window.store.value("timeline/hidden") == "true"
    control.toggle()
    assert control.strip.isVisible()


def test_what_cannot_be_as_recorded_says_why(control, session, qtbot):
    opened(control, session, qtbot)
    control.strip.show_state(TransportState(str(session), True, why_not="Recorded for other loudspeakers"))
    assert not control.strip.recorded.isEnabled() and "other loudspeakers" in control.strip.recorded.toolTip()
    assert control.strip.own.isChecked()


def test_damaged_markers_are_said_and_not_overwritten_by_reading(control, session, qtbot):
    (session / "markers.json").write_text("{")
    said = []
    control.bridge.failed.connect(said.append)
    opened(control, session, qtbot)
    assert "damaged" in said[0] and Path(session / "markers.json").read_text() == "{"
