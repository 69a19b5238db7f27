"""The first run: soft, then at its level; once."""

import itertools

import pytest
from PySide6.QtCore import QSettings, Qt

from tests.ui.fakes import DEVICES, RUNNING, FakeSession, FakeSound, FakeSpace
from workbench.ui.bridge import Bridge
from workbench.ui.first_run import DONE, RISE_S, SOFT_DB, STEP_MS
from workbench.ui.main_window import MainWindow


@pytest.fixture
def window(qtbot, tmp_path):
    folders = {name: tmp_path / name for name in ("presets", "recordings", "log")}
    store = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(Bridge(FakeSession(), lambda: DEVICES), FakeSound(), FakeSpace(), store, folders)
    qtbot.addWidget(window)
    window.show()
    window.bridge.poll()
    yield window
    window.close()


def test_the_sound_rises_slowly_and_leaves_no_step_behind(window):
    first = window.first_run
    assert first.wanted
    first.begin()
    session = window.bridge.session
    assert session.params.output.gain_db == SOFT_DB and first.panel.isVisible() and first.panel.done.hasFocus()
    first._rise()
    assert session.params.output.gain_db == SOFT_DB  # nothing plays yet
    session.start()
    session.mailbox.health = RUNNING
    session.sink_spec = "device:PipeWire/Headphones"
    gains = []
    for _ in range(round(RISE_S * 1000 / STEP_MS) + 3):
        first._rise()
        gains.append(session.params.output.gain_db)
    assert gains == sorted(gains) and gains[-1] == 0.0
    assert max(b - a for a, b in itertools.pairwise(gains)) < 1.0
    assert not session.can_undo and "M mutes" in first.panel.state.text()


def test_a_hand_on_the_slider_ends_the_rise(window):
    first = window.first_run
    first.begin()
    window.bridge.session.start()
    window.bridge.session.mailbox.health = RUNNING
    first._rise()
    window.bridge.set({"output.gain_db": -20.0})
    for _ in range(10):
        first._rise()
    assert window.bridge.params.output.gain_db == -20.0


def test_another_output_can_be_chosen_and_escape_ends_it_for_good(window, qtbot):
    first = window.first_run
    first.begin()
    window.bridge.devices_listed.emit([])
    names = [text for _, text in first.panel.output.choices]
    assert names[-1].startswith("None")
    first.panel.output.chosen.emit("none")
    assert ("sink", "none") in window.bridge.session.calls and window.store.value("sink") == "none"
    qtbot.keyClick(first.panel.done, Qt.Key.Key_Escape)
    assert not first.panel.isVisible() and not first.wanted and window.store.value(DONE) == "true"


def test_without_any_output_it_says_so(window):
    window.bridge.session.mailbox.health = RUNNING
    window.bridge.session.sink_spec = "none"
    window.first_run.begin()
    window.first_run._rise()
    assert "No output" in window.first_run.panel.state.text()
