import numpy as np
import pytest
from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QColor, QImage

from tests.ui.sound_messages import BINS, snapshot
from workbench.core.kept import KeptSound
from workbench.core.messages import Health, LatencyPart
from workbench.dsp.bands import PEAK_HZ
from workbench.ui.painting import colormap
from workbench.ui.saving import Saver
from workbench.ui.sound_control import HeardDelay, SoundControl, heard_delay_hops
from workbench.ui.theme import LIGHT
from workbench.ui.views.sound import SoundView
from workbench.ui.views.sound_picture import WIDTH


class FakeBridge(QObject):
    kept_changed = Signal(object)
    health_changed = Signal(object)
    running_changed = Signal(bool)
    failed = Signal(str)
    noticed = Signal(str)

    def __init__(self):
        super().__init__()
        self.looped = []

    def loop_span(self, begin_s, end_s):
        self.looped.append((begin_s, end_s))


@pytest.fixture
def control(qtbot, tmp_path):
    view = SoundView(PEAK_HZ)
    qtbot.addWidget(view)
    asked = []
    store = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    bridge = FakeBridge()
    saver = Saver(view, bridge.failed.emit, bridge.noticed.emit)
    control = SoundControl(view, view, bridge, store, lambda *args: asked.append(args), saver)
    control.asked = asked
    return control


PARTS = tuple(
    LatencyPart(label, samples, 48000)
    for label, samples in (("in", 480), ("look-ahead", 1440), ("loudspeakers", 240), ("ring", 960), ("out", 720))
)


def test_what_leaves_the_enhancer_is_heard_later():
    assert heard_delay_hops(Health(latency=PARTS)) == 4
    assert heard_delay_hops(Health()) == 0


def test_hops_wait_until_they_are_heard_and_none_is_lost_or_doubled():
    delay = HeardDelay()
    delay.hops = 4
    shown = []
    for first in range(0, 100, 3):
        shown += delay.take([snapshot(number) for number in range(first, first + 3)])
        assert not shown or shown[-1].sequence == first + 2 - 4
    assert [s.sequence for s in shown + delay.flush()] == list(range(102))
    assert delay.take([snapshot(0)]) == [] and delay.flush()[0].sequence == 0


def test_a_new_run_does_not_wait_for_the_old_one():
    delay = HeardDelay()
    delay.hops = 2
    delay.take([snapshot(500), snapshot(501)])
    assert [s.sequence for s in delay.take([snapshot(0), snapshot(1), snapshot(2)])] == [0]


def test_the_view_is_fed_by_what_is_heard(control):
    control.bridge.health_changed.emit(Health(state="running", latency=PARTS))
    heard = control.heard([snapshot(number) for number in range(10)])
    assert [hop.sequence for hop in heard] == list(range(6))
    control.bridge.running_changed.emit(False)
    assert control.view.history.count == 4, "what was on its way when the sound ended is shown"


def test_a_loop_is_asked_for_and_shown(control):
    control.view.show_snapshots([snapshot(number) for number in range(900)])
    control.view.select_shown()
    control.view.loop_selection()
    assert control.bridge.looped[0] == pytest.approx((0.99, 8.99))
    control.bridge.kept_changed.emit(KeptSound(looping=True))
    assert control.view.axes.looping


def test_looks_are_remembered(control, qtbot):
    control.view.set_level_map("grey")
    control.view.axes.set_span(15.0)
    view = SoundView(PEAK_HZ)
    qtbot.addWidget(view)
    SoundControl(view, view, FakeBridge(), control.store, print, control.saver)
    assert view.before.map_name == "grey" and view.axes.span_s == 15.0


@pytest.mark.parametrize("suffix", ["png", "svg", "npz", "csv"])
def test_saves_what_is_shown(control, qtbot, tmp_path, suffix):
    column = np.full(BINS, -100.0)
    column[20:40] = -25.0
    control.view.show_snapshots([snapshot(number, column, -100.0) for number in range(900)])
    control.view.apply_theme(LIGHT)
    control.view.save_wanted.emit("image" if suffix in ("png", "svg") else "data")
    path = tmp_path / f"sound.{suffix}"
    with qtbot.waitSignal(control.saver.saved, timeout=20000) as saved:
        control.asked[0][2](path)
    assert saved.args == [str(path), ""] and not control.saver.saving
    if suffix == "png":
        image = QImage(str(path))
        assert image.width() == 2 * WIDTH
        colors = {image.pixel(1200, y) | 0xFF000000 for y in range(image.height())}
        assert int(colormap("magma")[-1]) in colors and QColor(LIGHT.panel).rgb() in colors
    elif suffix == "svg":
        text = path.read_text()
        assert text.count("<image") >= 4 and "Hz" in text
    elif suffix == "npz":
        assert np.load(path)["before_dbfs"].shape == (800, BINS)
    else:
        assert path.read_text().count("\n") == 1601


def test_a_file_that_cannot_be_written_is_said(control, qtbot, tmp_path):
    control.view.show_snapshots([snapshot(number) for number in range(20)])
    control.view.save_wanted.emit("data")
    act = control.asked[0][2]
    with qtbot.waitSignal(control.bridge.failed) as failed:
        act(tmp_path / "sound.docx")
    assert "choose .png" in failed.args[0]
    with qtbot.waitSignal(control.bridge.failed, timeout=10000) as failed:
        act(tmp_path / "nowhere" / "sound.npz")
    assert "cannot be written" in failed.args[0]


def test_nothing_is_saved_of_silence_that_never_was(control):
    control.ask_and_save("image")
    assert control.asked == []
