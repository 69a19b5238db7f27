import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from workbench.audio.scene_files import load_scene
from workbench.audio.scene_parts import Walk
from workbench.ui.room_plan import PlanPanel, edits
from workbench.ui.theme import DARK, LIGHT


@pytest.fixture(params=[DARK, LIGHT], ids=["dark", "light"])
def panel(qtbot, request):
    window = QWidget()
    window.resize(1280, 900)
    qtbot.addWidget(window)
    panel = PlanPanel(window)
    panel.scenes, panel.errors = [], []
    panel.gestures = []
    panel.scene_changed.connect(lambda scene, gesture: (panel.scenes.append(scene), panel.gestures.append(gesture)))
    panel.refused.connect(panel.errors.append)
    panel.apply_theme(request.param)
    panel.plan.apply_theme(request.param)
    window.show()
    panel.show_at(None)
    panel.show_scene(load_scene("four-talkers"))
    yield panel


def drag(plan, place, target):
    begin, end = plan.point_of(*place).toPoint(), plan.point_of(*target).toPoint()
    QTest.mousePress(plan, Qt.MouseButton.LeftButton, pos=begin)
    for share in range(1, 6):
        QTest.mouseMove(plan, begin + (end - begin) * share / 5)
    QTest.mouseRelease(plan, Qt.MouseButton.LeftButton, pos=end)


def place_of(scene, index):
    return edits.to_xy(scene.talkers[index].azimuth_deg, scene.talkers[index].distance_m)


def test_a_talker_is_dragged_and_the_scene_changes_once(panel):
    x, y = place_of(panel.scene, 2)
    drag(panel.plan, (x, y), (x - 0.4, y + 0.3))
    assert len(panel.scenes) == 1
    assert place_of(panel.scenes[0], 2) == pytest.approx((x - 0.4, y + 0.3), abs=0.05)
    assert panel.who.currentData() == "2"


def test_a_way_is_drawn_by_double_clicks_and_taken_back_by_keys(panel):
    plan = panel.plan
    x, y = place_of(panel.scene, 0)
    QTest.mouseDClick(plan, Qt.MouseButton.LeftButton, pos=plan.point_of(x + 0.5, y + 0.4).toPoint())
    path = panel.scene.talkers[0].path
    assert isinstance(path, Walk) and len(path.points) == 1
    assert panel.kind.currentData() == "walk" and panel.boxes["speed_m_s"].isVisibleTo(panel)
    plan.setFocus()
    for _ in range(2):  # the talker, then the point
        QTest.keyClick(plan, Qt.Key.Key_PageDown)
    assert plan.current == edits.Handle("corner", 0, 0)
    QTest.keyClick(plan, Qt.Key.Key_Left)
    assert panel.scene.talkers[0].path != path
    QTest.keyClick(plan, Qt.Key.Key_Delete)
    assert panel.scene.talkers[0].path is None


def test_what_a_held_key_does_is_one_gesture(panel):
    plan = panel.plan
    plan.setFocus()
    QTest.keyClick(plan, Qt.Key.Key_PageDown)
    for repeated in (False, True, True, False):
        press = QKeyEvent(
            QEvent.Type.KeyPress, Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, autorep=repeated, count=1
        )
        plan.keyPressEvent(press)
    first, second, third, again = panel.gestures
    assert first == second == third != again


def test_kind_speed_rest_and_pauses(panel):
    panel.kind.chosen.emit("arc")
    panel.boxes["speed_deg_s"].committed.emit("40")
    panel.boxes["rest_s"].committed.emit("1,5 s")
    panel.boxes["pause_s"].committed.emit("3")
    talker = panel.scene.talkers[0]
    assert (talker.path.speed_deg_s, talker.path.rest_s, talker.pause_s) == (40.0, 1.5, 3.0)
    panel.walks.click()
    assert not panel.scene.talkers[0].walking
    panel.boxes["speed_deg_s"].committed.emit("400")
    assert "outside" in panel.errors[-1] and panel.scene.talkers[0].path.speed_deg_s == 40.0
    panel.kind.chosen.emit("walk")
    panel.loops.click()
    assert panel.scene.talkers[0].path.closed
    panel.kind.chosen.emit("stand")
    assert panel.scene.talkers[0].path is None and not panel.walks.isEnabled()


def test_without_a_room_it_says_so(panel):
    panel.show_scene(None)
    panel.plan.repaint()
    assert not panel.who.isEnabled()
    QTest.mouseClick(panel.plan, Qt.MouseButton.LeftButton)
    QTest.keyClick(panel.plan, Qt.Key.Key_Left)
    assert panel.scenes == []
