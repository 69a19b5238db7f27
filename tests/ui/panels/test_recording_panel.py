from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from tests.ui.fakes import RUNNING
from workbench.core.messages import TalkerRecording
from workbench.ui import theme
from workbench.ui.panels import recording_panel
from workbench.ui.panels.recording_panel import RecordingPanel, duration_text, size_text, writable_folder

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def panel(qtbot, tmp_path):
    window = QWidget()
    window.resize(1280, 1000)
    qtbot.addWidget(window)
    window.show()
    panel = RecordingPanel(window)
    panel.apply_theme(theme.DARK)
    panel.set_folder(tmp_path / "not" / "there yet")
    panel.show_at(None)
    panel.show_health(RUNNING)
    yield panel
    panel.dismiss()


def test_words_for_times_and_sizes():
    assert [duration_text(s) for s in (None, 12.3, 700, 4000, 3 * 86400)] == [
        "–", "12 s", "11 min", "1 h 6 min", "3 days"
    ]  # fmt: skip
    assert size_text(12.34e9) == "12.3\u2009GB" and size_text(3.2e6) == "3\u2009MB"


def test_a_folder_that_is_not_there_yet_is_judged_by_the_one_above(tmp_path):
    assert writable_folder(tmp_path / "a" / "b") == tmp_path


def test_how_long_the_disk_lasts(panel, monkeypatch):
    monkeypatch.setattr(recording_panel.shutil, "disk_usage", lambda _: Usage(0, 0, 10 * 4 * 48000 * 7200))
    panel._look()
    assert panel.left.text() == "2 h 0 min" and not panel.trouble.isVisible()
    panel._choose("flac")
    assert panel.left.text() == "3 h 38 min"
    panel.show_health(replace(RUNNING, recording_s=5.0, recording_left_s=90.0))
    panel._look()
    assert panel.left.text() == "1 min" and "nearly full" in panel.trouble.text() and panel.trouble.isVisible()


def test_a_folder_that_cannot_be_looked_at_is_said(panel, monkeypatch):
    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(recording_panel.shutil, "disk_usage", refuse)
    panel._look()
    assert "Permission denied" in panel.trouble.text() and panel.free.text() == "–"


def test_the_format_is_chosen_before_and_not_while_recording(qtbot, panel):
    with qtbot.waitSignal(panel.kind_chosen) as chosen:
        panel.kind.chosen.emit("flac")
    assert chosen.args == ["flac"] and "24-bit" in panel.kind.value and "eight channels" in panel.kind_note.text()
    panel.show_health(replace(RUNNING, recording_s=65.25))
    assert panel.record.text() == "Stop recording" and panel.time.text() == "1:05.2"
    assert not panel.kind.isEnabled() and not panel.change.isEnabled()
    panel.show_health(replace(RUNNING, state="stopped"))
    assert not panel.record.isEnabled()


def test_the_whole_path_is_in_the_tip(panel):
    panel.set_folder(Path("/a/very/long/path/" + "x" * 200))
    assert "…" in panel.folder.text() and panel.folder.toolTip().endswith("x")


def test_each_talker_is_asked_for_before_and_told_of_while_recording(qtbot, panel):
    assert not panel.talkers.isChecked() and "four at once" in panel.talkers_note.text()
    with qtbot.waitSignal(panel.talkers_chosen) as chosen:
        panel.talkers.click()
    assert chosen.args == [True]
    panel.show_health(replace(RUNNING, array=""))
    assert "choose one" in panel.talkers_note.text()
    state = TalkerRecording(numbers=(1, 3), files=4, core_percent=31.4)
    panel.show_health(replace(RUNNING, recording_s=3.0, talkers=state))
    assert panel.talkers_note.text() == "Talkers 1, 3 now; 4 files; 31 % of a processor core."
    assert not panel.talkers.isEnabled()


@pytest.mark.parametrize(
    ("state", "words", "tone"),
    [
        (TalkerRecording(), "Nobody now; 0 files", "3"),
        (TalkerRecording(numbers=(2,), files=1), "Talker 2 now; 1 file;", "3"),
        (TalkerRecording(files=5, left_out=(6, 7)), "No room for talker 6, 7", "warning"),
        (TalkerRecording(files=2, left_out=(6,), lost_s=1.26), "1.3 s are missing", "warning"),
        (TalkerRecording(files=2, notice="The classical method goes on."), "classical method", "warning"),
    ],
)
def test_what_is_told_of_the_talkers(state, words, tone):
    text, found = recording_panel.talkers_text(replace(RUNNING, talkers=state), True)
    assert words in text and found == tone
