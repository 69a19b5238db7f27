import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from tests.ui.fakes import FakeSession
from workbench.audio.scene_files import load_scene
from workbench.engine.jobs import JobQueue, JobState
from workbench.ui.bridge import Bridge
from workbench.ui.jobs_control import JobsControl
from workbench.ui.panels.jobs_panel import JobsPanel, duration_text, standing

RUNNING = JobState(1, "Room responses", "running", 0.62, "scene 31 of 50", 100.0)


@pytest.fixture
def panel(qtbot):
    window = QWidget()
    window.resize(900, 800)
    qtbot.addWidget(window)
    window.show()
    made = JobsPanel(window)
    made.show_at(None)
    yield made


@pytest.fixture
def parts(qtbot):
    window = QWidget()
    window.resize(900, 800)
    qtbot.addWidget(window)
    window.show()
    session = FakeSession()
    bridge = Bridge(session)
    asked = []
    queue = JobQueue([sys.executable, "-u", "-c", "import sys; print(sys.argv[1:], file=sys.stderr)"])
    control = JobsControl(window, bridge, lambda *what: asked.append(what), lambda *what: asked.append(what), queue)
    yield session, bridge, control, asked
    control.close()


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59.4, "59 s"), (100, "1 min 40 s"), (1800, "30 min"), (7500, "2 h 05 min")]
)
def test_durations(seconds, text):
    assert duration_text(seconds) == text


def test_standing_in_words():
    assert standing(RUNNING) == "62 %, 1 min 40 s left"
    assert standing(replace(RUNNING, state="paused")) == "62 %, paused"
    assert standing(replace(RUNNING, share=None, left_s=None)) == "at work"
    assert standing(JobState(1, "x")) == "waiting"


def test_without_jobs_it_says_what_they_are(panel):
    assert panel.empty.isVisible() and "beside the sound" in panel.empty.text()
    panel.show_jobs((RUNNING,))
    assert not panel.empty.isVisible()


def test_pause_go_on_stop_and_remove(panel, qtbot):
    wanted = []
    panel.wanted.connect(lambda *what: wanted.append(what))
    panel.show_jobs((RUNNING, JobState(2, "Export of the design")))
    row = panel.rows[1]
    qtbot.mouseClick(row.pause, Qt.MouseButton.LeftButton)
    panel.show_jobs((replace(RUNNING, state="paused"), JobState(2, "Export of the design")))
    qtbot.mouseClick(row.pause, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(row.cancel, Qt.MouseButton.LeftButton)
    panel.show_jobs((replace(RUNNING, state="failed", text="disk full"), JobState(2, "Export of the design")))
    assert not row.pause.isVisible() and row.state.text() == "failed" and row.text.toolTip() == "disk full"
    qtbot.mouseClick(row.cancel, Qt.MouseButton.LeftButton)
    assert wanted == [("pause", 1), ("resume", 1), ("cancel", 1), ("remove", 1)]
    panel.show_jobs((JobState(2, "Export of the design"),))
    assert list(panel.rows) == [2]


def test_the_room_as_it_is_becomes_a_job(parts, qtbot, tmp_path):
    session, bridge, control, asked = parts
    refused = []
    bridge.failed.connect(refused.append)
    control.simulate()
    assert "no simulated room" in refused[-1]
    session.room_scene = load_scene("two-talkers-fan")
    control.simulate()
    title, begin = asked[-1]
    assert "scene" in title
    begin(tmp_path)
    qtbot.waitUntil(lambda: control.queue.states[0].over, timeout=10000)
    assert "'simulate'" in control.queue.log_of(1) and str(tmp_path) in control.queue.log_of(1)


def test_a_recipe_asks_for_the_recipe_then_the_folder(parts, qtbot, tmp_path):
    _, _, control, asked = parts
    control.batch()
    asked[-1][2](tmp_path / "clean up.toml")
    qtbot.waitUntil(lambda: len(asked) == 2, timeout=3000)
    asked[-1][1](tmp_path / "takes")
    qtbot.waitUntil(lambda: control.queue.states and control.queue.states[0].over, timeout=10000)
    assert f"'{tmp_path / 'takes-clean up'}'" in control.queue.log_of(1)
    control.copy_log()
    assert "clean up over takes" in QGuiApplication.clipboard().text()


def test_training_asks_for_speech_noise_and_name(parts, qtbot, tmp_path):
    _, _, control, asked = parts
    control.train_enhancement()
    asked[-1][1](tmp_path / "speech")
    qtbot.waitUntil(lambda: len(asked) == 2, timeout=3000)
    asked[-1][1](tmp_path / "noise")
    qtbot.waitUntil(lambda: len(asked) == 3, timeout=3000)
    asked[-1][2](tmp_path / "mine.onnx")
    qtbot.waitUntil(lambda: control.queue.states and control.queue.states[0].over, timeout=10000)
    log = control.queue.log_of(1)
    assert all(word in log for word in ("'enhance'", "'--max-minutes'", "mine.onnx"))


def test_the_end_of_a_job_is_said(parts, qtbot):
    _, bridge, control, _ = parts
    said = []
    bridge.noticed.connect(said.append)
    control.add("Something", ["x"])
    qtbot.waitUntil(lambda: "Something: done" in said, timeout=10000)
