from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget

from tests.ui.fakes import FakeSession
from workbench.ui.bridge import Bridge
from workbench.ui.file_asker import FileAsker
from workbench.ui.recording_control import RecordingControl


@pytest.fixture
def make(qtbot, tmp_path):
    session = FakeSession()
    bridge = Bridge(session)
    window = QWidget()
    qtbot.addWidget(window)

    def control():
        store = QSettings(str(tmp_path / "store.ini"), QSettings.Format.IniFormat)
        return RecordingControl(
            window, bridge, store, tmp_path / "recordings", FileAsker(window, store, tmp_path)
        ), session

    yield control
    bridge.close()


def test_what_was_chosen_is_remembered_and_holds_for_the_next_recording(make, tmp_path):
    control, session = make()
    assert not session.record_talkers and session.recording_kind == "wav"
    control.panel.talkers.click()
    control.panel.kind.chosen.emit("flac")
    control.set_folder(tmp_path / "elsewhere")
    assert session.record_talkers and session.recording_kind == "flac"
    session.record_talkers, session.recording_kind = False, "wav"
    again, _ = make()
    assert again.panel.talkers.isChecked() and session.record_talkers and session.recording_kind == "flac"
    assert again.folder == Path(tmp_path / "elsewhere")


def test_recording_goes_to_the_folder(make, tmp_path):
    control, session = make()
    control.toggle()
    assert ("record", tmp_path / "recordings") in session.calls
