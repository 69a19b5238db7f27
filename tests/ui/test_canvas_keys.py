"""What the mouse does by dragging and double clicks on a canvas, keys do as well."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tests.ui.sound_messages import snapshot
from tests.ui.test_loudspeaker_panel import PARAMS, response
from workbench.audio.scene_files import load_scene
from workbench.audio.scene_parts import Walk
from workbench.core.kept import KeptSound, LoopRegion
from workbench.core.params import parse_curve
from workbench.dsp.bands import PEAK_HZ
from workbench.ui import theme
from workbench.ui.panels.loop_bar import LoopBar
from workbench.ui.room_plan import PlanPanel
from workbench.ui.views.beam_plots import BeamMapPlot
from workbench.ui.views.cancellation_plot import CancellationPlot
from workbench.ui.views.sound import SoundView
from workbench.ui.views.source_map import SourceMapView
from workbench.ui.views.speaker_plot import SHAPE

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def bar(qtbot):
    bar = LoopBar()
    qtbot.addWidget(bar)
    bar.resize(400, 34)
    bar.regions = []
    bar.region_wanted.connect(bar.regions.append)
    bar.show_kept(KeptSound(looping=True, kept_s=10.0, frozen_s=10.0, region=LoopRegion(96000, 240000)))
    bar.show()
    return bar


def test_the_loop_of_a_listening_test_is_set_by_keys(bar):
    QTest.keyClick(bar, Qt.Key.Key_Right)
    assert (bar.regions[-1].begin_s, bar.regions[-1].end_s) == pytest.approx((2.1, 5.0))
    QTest.keyClick(bar, Qt.Key.Key_Up)  # the other handle
    QTest.keyClick(bar, Qt.Key.Key_Left, SHIFT)
    assert bar.regions[-1].end_s == pytest.approx(4.99)
    for _ in range(60):
        QTest.keyClick(bar, Qt.Key.Key_Right)
    assert bar.regions[-1].end_s == 10.0
    QTest.keyClick(bar, Qt.Key.Key_Down)
    for _ in range(40):
        QTest.keyClick(bar, Qt.Key.Key_Left)
    assert bar.regions[-1].begin_s == 0.0


def test_without_a_loop_it_takes_no_keys(bar):
    bar.show_kept(KeptSound())
    assert not bar.isEnabled()


@pytest.fixture
def target(qtbot):
    plot = CancellationPlot(theme.DARK)
    qtbot.addWidget(plot)
    plot.resize(600, 320)
    plot.changes = []

    def take(values, _):
        from workbench.core import params as parameters

        plot.changes.append(values)
        plot.show_params(parameters.replace(PARAMS, values).render)

    plot.changed.connect(take)
    plot.show_params(PARAMS.render)
    plot.show_response(response())
    plot.show()
    return plot


def points(plot):
    return list(parse_curve(SHAPE, plot.changes[-1][SHAPE]))


def test_points_of_the_target_come_go_and_move_along_by_keys(target):
    before = target.points()
    QTest.keyClick(target, Qt.Key.Key_Right)
    QTest.keyClick(target, Qt.Key.Key_Insert)
    assert len(points(target)) == len(before) + 1
    added_hz = points(target)[1][0]
    assert before[0][0] < added_hz < before[1][0]
    QTest.keyClick(target, Qt.Key.Key_Right, CTRL)  # the new point is the chosen one: a semitone up
    assert points(target)[1][0] == pytest.approx(added_hz * 2 ** (1 / 12), abs=1)
    QTest.keyClick(target, Qt.Key.Key_Delete)
    assert [hz for hz, _ in points(target)] == [hz for hz, _ in before]


def test_the_last_point_of_the_target_stays(target):
    for _ in range(12):
        QTest.keyClick(target, Qt.Key.Key_Left)
        QTest.keyClick(target, Qt.Key.Key_Delete)
    assert len(points(target)) == 1
    QTest.keyClick(target, Qt.Key.Key_Insert)
    assert len(points(target)) == 2


def test_the_polar_plots_frequency_is_chosen_by_keys(qtbot):
    plot = BeamMapPlot(theme.DARK)
    qtbot.addWidget(plot)
    plot.show_response(response())
    chosen = []
    plot.frequency_chosen.connect(lambda hz: (chosen.append(hz), plot.set_frequency(hz)))
    QTest.keyClick(plot, Qt.Key.Key_Up)
    assert chosen == [pytest.approx(1000 * 2 ** (1 / 3))]
    for _ in range(40):
        QTest.keyClick(plot, Qt.Key.Key_Down)
    assert chosen[-1] == pytest.approx(100.0)


def test_a_null_is_placed_by_keys_and_turned(qtbot):
    view = SourceMapView(theme.DARK)
    qtbot.addWidget(view)
    view.resize(472, 492)
    view.show_beam(0.0)
    view.set_nulls((), True)
    seen = []
    view.nulls_changed.connect(lambda nulls, final: seen.append((nulls, final)))
    canvas = view.canvas
    QTest.keyClick(canvas, Qt.Key.Key_Insert)
    QTest.keyClick(canvas, Qt.Key.Key_Insert)
    assert seen[-1] == ((90.0, -90.0), True)
    QTest.keyClick(canvas, Qt.Key.Key_Left)  # it has the keys
    assert seen[-1] == ((90.0, -89.0), True)
    QTest.keyClick(canvas, Qt.Key.Key_Insert)
    QTest.keyClick(canvas, Qt.Key.Key_Insert)
    assert len(canvas.nulls_deg) == 3  # the most
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert len(canvas.nulls_deg) == 2
    view.set_nulls((), False)
    QTest.keyClick(canvas, Qt.Key.Key_Insert)
    assert canvas.nulls_deg == ()


def test_a_way_in_the_room_is_drawn_by_keys(qtbot):
    window = QWidget()
    window.resize(1280, 900)
    qtbot.addWidget(window)
    panel = PlanPanel(window)
    panel.show_scene(load_scene("four-talkers"))
    window.show()
    panel.show_at(None)
    QTest.keyClick(panel.plan, Qt.Key.Key_PageDown)
    QTest.keyClick(panel.plan, Qt.Key.Key_Insert)
    path = panel.scene.talkers[0].path
    assert isinstance(path, Walk) and len(path.points) == 1
    QTest.keyClick(panel.plan, Qt.Key.Key_Insert)
    assert len(panel.scene.talkers[0].path.points) == 2


@pytest.fixture
def sound(qtbot):
    view = SoundView(PEAK_HZ)
    qtbot.addWidget(view)
    view.resize(1080, 900)
    view.show()
    view.show_snapshots([snapshot(number) for number in range(1000)])
    return view


def test_a_stretch_of_sound_is_selected_by_keys(sound):
    plot = sound.before
    sound.crosshair.move(-3.0, 1000.0)
    for _ in range(5):
        QTest.keyClick(plot, Qt.Key.Key_Right, CTRL)
    first, end = sound.axes.selection
    step_s = sound.axes.span_s / 80
    assert (end - first) * 0.01 == pytest.approx(5 * step_s, abs=0.021)
    QTest.keyClick(plot, Qt.Key.Key_Right)  # without Ctrl it only moves
    assert sound.axes.selection == (first, end)
    QTest.keyClick(plot, Qt.Key.Key_Left, CTRL)  # and another selection begins there
    other_first, other_end = sound.axes.selection
    assert other_end > end and other_end - other_first < end - first
