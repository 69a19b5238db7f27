"""The wizard with the real training behind it: a walk around a worn array, recorded, learnt from and used."""

import dataclasses
import math
import threading

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt, Signal
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
from workbench.localize.offline import updates
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


def found_share(params):
    """Part of all updates in which the program's own localizer finds the talker within 5 degrees, between the marks."""
    hits = total = 0
    for number in range(8):
        azimuth_deg = -170.0 + 43.0 * number
        for update in updates(heard(azimuth_deg, 100 + number, 2.0), ARRAY, params):
            total += 1
            found_deg = [math.degrees(candidate.azimuth_rad) for candidate in update.candidates]
            hits += any(abs(float(wrap_deg(one - azimuth_deg))) < 5.0 for one in found_deg)
    return hits / total


class Told(QObject):
    """Heard in the window's thread."""

    told = Signal()

    def __init__(self, hear):
        super().__init__()
        self._hear = hear
        self.told.connect(self.hear)

    def hear(self):
        self._hear()


class PatientQueue(JobQueue):
    """Reads the next line of what a job says when the window has shown the one before, however slow that is."""

    window = None

    def __init__(self):
        super().__init__()
        self._shown = threading.Event()

    def watch(self, poll):
        def show():
            poll()
            self._shown.set()

        self.window = Told(show)

    def _hear(self, job, line):
        before = job.state
        super()._hear(job, line)
        if job.state != before and self.window is not None:
            self._shown.clear()
            self.window.told.emit()
            assert self._shown.wait(60)


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
    jobs = JobsControl(window, bridge, None, None, PatientQueue())
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

    shown = set()
    jobs.queue.watch(lambda: (control.poll(), shown.add((panel.saying.text(), panel.bar.share))))
    with qtbot.waitSignal(control._finished, timeout=LEARNING_MS):
        press_next()
    assert control.result is not None, panel.saying.text()
    assert len({text for text, _ in shown}) > 3 and len({share for _, share in shown}) > 3  # stage by stage
    before, after = control.result["before"], control.result["after"]
    assert after["mean_deg"] < 0.6 * before["mean_deg"] and "better" in panel.title.text()
    assert panel.compared["after", "mean_deg"].text() == f"{after['mean_deg']:.1f}°"

    network = dataclasses.replace(bridge.params.localize, method="network")
    worn = found_share(network)
    press_next()
    adapted = room / "adapted.onnx"
    assert bridge.params.localize.model == str(adapted) and adapted.is_file()
    assert (models_folder() / "regions-uca8-100mm.onnx").read_bytes() == shipped
    assert found_share(dataclasses.replace(network, model=str(adapted))) > worn + 0.1
    jobs.close()
    bridge.close()


def test_the_level_has_a_scale_that_names_the_aim(qtbot, monkeypatch):
    from workbench.engine.walk_recorder import AIM_DBFS
    from workbench.ui.panels import adapt_panel

    drawn = []
    monkeypatch.setattr(adapt_panel, "draw_text", lambda painter, x, y, text, *rest: drawn.append((text, round(x))))
    bar = adapt_panel.AimBar()
    qtbot.addWidget(bar)
    bar.resize(300, bar.height())
    bar.grab()
    low, high = (300 * (1 + edge / 60) for edge in AIM_DBFS)
    assert drawn == [
        ("aim", round((low + high) / 2)),
        ("−60", 0),
        ("−45", round(low)),
        ("−12", round(high)),
        ("0", 300),
    ]


def test_no_direction_lies_under_its_mark(qapp):
    from PySide6.QtGui import QFontMetricsF

    from workbench.ui import theme
    from workbench.ui.panels.walk_map import MARK_RADIUS, label_distance

    metrics = QFontMetricsF(theme.font(11))
    half_wide, half_high = metrics.horizontalAdvance("−144°") / 2, metrics.capHeight() / 2
    for azimuth_deg in range(-180, 181, 3):
        azimuth_rad = math.radians(azimuth_deg)
        distance = label_distance(azimuth_rad)
        aside, above = abs(distance * math.sin(azimuth_rad)), abs(distance * math.cos(azimuth_rad))
        gap = math.hypot(max(0.0, aside - half_wide), max(0.0, above - half_high)) - MARK_RADIUS
        assert gap > 1.0, azimuth_deg


@pytest.mark.parametrize("azimuth_deg", [-74.0, 74.0])
def test_who_walks_is_named_inwards_of_the_marks(qtbot, azimuth_deg):
    from workbench.engine.walk_recorder import WalkState
    from workbench.ui.panels.walk_map import WalkMap

    view = WalkMap()
    qtbot.addWidget(view)
    view.resize(336, 270)
    state = WalkState(tuple(map(float, range(-180, 180, 36))), 10, samples=(0,) * 10)
    view.show_state(state, None)
    plain = view.grab().toImage()
    view.show_state(state, math.radians(azimuth_deg))
    named = view.grab().toImage()
    columns = [
        x for x in range(named.width()) if any(named.pixel(x, y) != plain.pixel(x, y) for y in range(named.height()))
    ]
    dot_x = round(view._at(math.radians(azimuth_deg), (view.height() / 2 - 34) * 0.78).x())
    words = [x for x in columns if abs(x - dot_x) > 8]
    assert words and all((x < dot_x) == (azimuth_deg < 0) for x in words)
