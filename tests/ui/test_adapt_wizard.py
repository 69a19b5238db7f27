"""The wizard with the real training behind it: a walk around a worn array, recorded, learnt from and used."""

import dataclasses
import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

pytest.importorskip("torch")
pytest.importorskip("onnx")

from tests.localize.scenes import plane_waves, speech_like
from tests.ui.fakes import FakeSession
from workbench.core.geometry import MicrophoneArray, load_array, wrap_deg
from workbench.dsp.bands import HOP
from workbench.engine.jobs import JobQueue
from workbench.engine.walk_recorder import WalkRecorder, mark_azimuths_deg
from workbench.localize.models import models_folder
from workbench.localize.offline import localize_recording
from workbench.localize.recordings import read_recordings
from workbench.ui import adapt_control
from workbench.ui.adapt_control import AdaptControl
from workbench.ui.bridge import Bridge
from workbench.ui.jobs_control import JobsControl

ARRAY = load_array("uca8-100mm")
WORN = MicrophoneArray("worn", ARRAY.mic_xyz_m + 3e-3 * np.random.default_rng(5).uniform(-1, 1, (8, 3)) * (1, 1, 0))
GAIN = 10 ** (3 * np.random.default_rng(6).uniform(-1, 1, (8, 1)) / 20)
"""The microphones are up to 3 mm and 3 dB from what the array's file says."""
MARKS, SAMPLES = 12, 4
LEARNING_MS = 800_000


class WalkingSession(FakeSession):
    """A session whose microphones hear what the test says."""

    walk = None

    def begin_walk(self, folder, distance_m, marks, wanted):
        self.walk = WalkRecorder(folder, ARRAY.mics, distance_m, marks, wanted)
        return self.walk

    def end_walk(self):
        self.walk = None


def heard(azimuth_deg, seed, seconds):
    """Somebody who speaks there after half a second of quiet, as the worn array hears it."""
    sound = plane_waves(WORN, [azimuth_deg], [speech_like(seed, seconds)], snr_db=30.0, seed=seed)
    sound[:, :24000] *= 0.01
    return (GAIN * sound).astype(np.float32)


def error_deg(params):
    """Mean error over directions between the marks, by the program's own localizer."""
    errors = []
    for number in range(8):
        azimuth_deg = -170.0 + 43.0 * number
        _, sources = localize_recording(heard(azimuth_deg, 100 + number, 2.0), ARRAY, params)
        found_deg = [math.degrees(source.azimuth_rad) for frame in sources for source in frame]
        errors += list(np.abs(wrap_deg(np.array(found_deg) - azimuth_deg)))
    return float(np.mean(errors))


@pytest.mark.slow
@pytest.mark.timeout(1000)
def test_walk_learn_and_use_an_adapted_network(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(adapt_control, "WALKING_S", 0.0)
    shipped = (models_folder() / "regions-uca8-100mm.onnx").read_bytes()
    window = QWidget()
    window.resize(1000, 950)
    qtbot.addWidget(window)
    window.show()
    session = WalkingSession()
    session.start()
    bridge = Bridge(session)
    bridge.poll()
    jobs = JobsControl(window, bridge, None, None, JobQueue())
    control = AdaptControl(window, bridge, jobs, tmp_path / "rooms")
    panel = control.panel
    control.refresh()
    panel.show_at(None)
    panel.marks.setValue(MARKS)
    panel.wanted.setValue(SAMPLES)

    def press_next():
        assert panel.next.isEnabled()
        qtbot.mouseClick(panel.next, Qt.MouseButton.LeftButton)

    press_next()
    for mark, azimuth_deg in enumerate(mark_azimuths_deg(MARKS)):
        assert control.walk.state.mark == mark
        control.poll()  # the way to the mark is over
        sound = heard(azimuth_deg, mark, 4.0)
        for start in range(0, sound.shape[1] - HOP + 1, HOP):
            session.walk.push(sound[:, start : start + HOP])
        control.poll()  # enough: kept, and on to the next
    assert panel.title.text() == "All marks are done"
    room = tmp_path / "rooms" / "My room"
    assert len(read_recordings(room)) == MARKS

    press_next()
    shown = []
    monkeypatch.setattr(panel, "show_learning", lambda job, show=panel.show_learning: (shown.append(job), show(job)))
    qtbot.waitUntil(lambda: control.result is not None or panel.next.text() == "Try again", timeout=LEARNING_MS)
    assert control.result is not None, panel.saying.text()
    assert len({job.text for job in shown}) > 3 and len({job.share for job in shown}) > 3  # stage by stage
    before, after = control.result["before"], control.result["after"]
    assert after["mean_deg"] < 0.6 * before["mean_deg"] and "better" in panel.title.text()
    assert panel.compared["after", "mean_deg"].text() == f"{after['mean_deg']:.1f}°"

    network = dataclasses.replace(bridge.params.localize, method="network")
    worn_deg = error_deg(network)
    press_next()
    adapted = room / "adapted.onnx"
    assert bridge.params.localize.model == str(adapted) and adapted.is_file()
    assert (models_folder() / "regions-uca8-100mm.onnx").read_bytes() == shipped
    assert error_deg(dataclasses.replace(network, model=str(adapted))) < 0.8 * worn_deg
    jobs.close()
    bridge.close()
