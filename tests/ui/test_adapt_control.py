"""The wizard from its first step to its last, with the sound of a simulated walk."""

import json
import sys

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from tests.ui.fakes import FakeSession
from workbench.core.errors import InputError
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.jobs import JobQueue
from workbench.engine.walk_recorder import WalkRecorder
from workbench.localize.recordings import read_recordings
from workbench.ui import adapt_control
from workbench.ui.adapt_control import AdaptControl
from workbench.ui.bridge import Bridge
from workbench.ui.jobs_control import JobsControl

RESULT = {
    "model": "adapted.onnx",
    "base": "regions",
    "recordings": 4,
    "windows": 8,
    "held_back": 2,
    "before": {"mean_deg": 8.6, "median_deg": 7.0, "within_5deg": 0.4, "missed": 0.1, "distance_m": 0.4},
    "after": {"mean_deg": 3.1, "median_deg": 2.0, "within_5deg": 0.9, "missed": 0.0, "distance_m": 0.2},
    "moved_mm": [0.4, 2.6],
}
LEARNS = f"""
import json, sys
print(json.dumps({{"stage": "finding the microphones", "done": 1, "total": 2}}), file=sys.stderr)
print(json.dumps({RESULT!r}))
"""
FAILS = "import sys; print('workbench: too few recordings', file=sys.stderr); sys.exit(2)"


class WalkingSession(FakeSession):
    """A session whose microphones hear what the test says."""

    walk = None

    def begin_walk(self, folder, distance_m, marks, wanted):
        if not self.running:
            raise InputError("Walking needs a running source")
        self.walk = WalkRecorder(folder, 4, distance_m, marks, wanted)
        return self.walk

    def end_walk(self):
        self.walk = None


def make(qtbot, tmp_path, code):
    window = QWidget()
    window.resize(1000, 950)
    qtbot.addWidget(window)
    window.show()
    session = WalkingSession()
    session.start()
    bridge = Bridge(session)
    bridge.poll()
    jobs = JobsControl(window, bridge, None, None, JobQueue([sys.executable, "-u", "-c", code]))
    control = AdaptControl(window, bridge, jobs, tmp_path / "rooms")
    control.refresh()
    control.panel.show_at(None)
    return window, session, bridge, jobs, control


@pytest.fixture
def parts(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(adapt_control, "WALKING_S", 0.0)
    monkeypatch.setattr(adapt_control, "missing_packages", lambda: [])
    made = make(qtbot, tmp_path, LEARNS)
    yield made
    made[3].close()


RNG = np.random.default_rng(0)


def speak(session, seconds):
    for number in range(round(seconds * RATE_HZ / HOP)):
        level = 0.001 if number % 100 < 20 else 0.05
        session.walk.push(RNG.normal(0, level, (4, HOP)).astype(np.float32))


def press_next(qtbot, control):
    assert control.panel.next.isEnabled()
    qtbot.mouseClick(control.panel.next, Qt.MouseButton.LeftButton)


def walk_round(qtbot, session, control, marks=4):
    control.panel.marks.setValue(marks)
    control.panel.wanted.setValue(2)
    press_next(qtbot, control)
    for mark in range(marks):
        assert control.walk.state.mark == mark
        control.poll()  # the way to the mark is over
        speak(session, 5)
        control.poll()  # enough: kept, and on to the next


def test_from_the_first_step_to_the_last(parts, qtbot, tmp_path):
    _window, session, bridge, _jobs, control = parts
    panel = control.panel
    assert panel.steps.step == 0 and "uca8-100mm" in panel.array_note.text()
    walk_round(qtbot, session, control)
    assert panel.title.text() == "All marks are done" and panel.samples_note.text() == "8 of 8"
    found = read_recordings(tmp_path / "rooms" / "My room")
    assert sorted(one.azimuth_deg for one in found) == [-90.0, 0.0, 90.0, 180.0]
    press_next(qtbot, control)
    qtbot.waitUntil(lambda: control.result is not None, timeout=10000)
    assert panel.steps.step == 3 and "better" in panel.title.text()
    assert panel.compared["before", "mean_deg"].text() == "8.6°"
    assert panel.compared["after", "within_5deg"].text() == "90%"
    assert "2.6 mm" in panel.compared_note.text()
    press_next(qtbot, control)
    assert bridge.params.localize.model == str(tmp_path / "rooms" / "My room" / "adapted.onnx")
    assert panel.next.text() == "Use the shipped one"
    press_next(qtbot, control)
    assert bridge.params.localize.model == ""


def test_the_job_gets_array_recordings_and_model(parts, qtbot, tmp_path):
    _, session, _, jobs, control = parts
    added = []
    jobs.add = lambda name, words, finished: added.append((name, words)) or 1
    walk_round(qtbot, session, control)
    press_next(qtbot, control)
    name, words = added[0]
    assert name == "Adapting to My room" and words[:4] == ["train", "adapt", "--array", "uca8-100mm"]
    assert str(tmp_path / "rooms" / "My room") in words and "--progress" in words


def test_pause_skip_and_back(parts, qtbot):
    _, session, _, _, control = parts
    panel = control.panel
    control.panel.marks.setValue(4)
    press_next(qtbot, control)
    control.poll()
    qtbot.mouseClick(panel.pause, Qt.MouseButton.LeftButton)
    assert control.walk.state.paused and panel.pause.text() == "Go on"
    speak(session, 2)
    assert control.walk.state.total == 0
    qtbot.mouseClick(panel.skip, Qt.MouseButton.LeftButton)
    assert control.walk.state.mark == 1
    qtbot.mouseClick(panel.back, Qt.MouseButton.LeftButton)
    assert control.walk.state.mark == 0 and not panel.back.isEnabled()


def test_without_torch_it_says_how_to_install_it_and_keeps_the_recordings(parts, qtbot, tmp_path, monkeypatch):
    _, session, _, _, control = parts
    monkeypatch.setattr(adapt_control, "missing_packages", lambda: ["torch"])
    walk_round(qtbot, session, control)
    press_next(qtbot, control)
    assert "pip install torch" in control.panel.text.text()
    assert str(tmp_path / "rooms" / "My room") in control.panel.saying.text()
    assert len(read_recordings(tmp_path / "rooms" / "My room")) == 4


def test_a_failed_adaptation_says_why_and_can_be_tried_again(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(adapt_control, "WALKING_S", 0.0)
    monkeypatch.setattr(adapt_control, "missing_packages", lambda: [])
    _window, session, _, jobs, control = make(qtbot, tmp_path, FAILS)
    walk_round(qtbot, session, control)
    press_next(qtbot, control)
    qtbot.waitUntil(lambda: control.panel.next.text() == "Try again", timeout=10000)
    assert "too few recordings" in control.panel.saying.text() and control.result is None
    jobs.close()


def test_what_cannot_begin_is_said(parts, qtbot, tmp_path):
    _, session, bridge, _, control = parts
    said = []
    bridge.failed.connect(said.append)
    assert not control.begin("///", 1.5, 4, 2) and "name" in said[-1]
    (tmp_path / "rooms" / "Hall").mkdir(parents=True)
    (tmp_path / "rooms" / "Hall" / "x").touch()
    assert not control.begin("Hall", 1.5, 4, 2) and "another name" in said[-1]
    session.stop()
    assert not control.begin("Other", 1.5, 4, 2) and "running source" in said[-1]


def test_the_report_is_the_commands_own(parts):
    from dataclasses import fields

    pytest.importorskip("torch")
    from workbench.training.adapt import AdaptReport

    assert {field.name for field in fields(AdaptReport)} == set(RESULT) and json.dumps(RESULT)
