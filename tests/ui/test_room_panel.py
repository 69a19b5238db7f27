from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from workbench.audio.scene_files import load_scene
from workbench.audio.scene_parts import Mismatch
from workbench.ui import theme
from workbench.ui.room_panel import RoomPanel


@pytest.fixture
def panel(qtbot):
    window = QWidget()
    window.resize(1400, 1000)
    qtbot.addWidget(window)
    panel = RoomPanel(window, ("andrew", "anna", "emil", "robert", "sarah"))
    panel.apply_theme(theme.DARK)
    panel.show_scene(load_scene("two-talkers-fan"))
    window.show()
    panel.show_at(None)
    yield panel  # the window lives as long as the test
    panel.dismiss()


def edits(panel) -> list:
    got = []
    panel.scene_changed.connect(lambda scene, _: got.append(scene))
    return got


def test_it_shows_the_scene_and_emits_nothing(panel):
    got = edits(panel)
    panel.show_scene(load_scene("meeting-room"))
    assert [row.name.text() for row in panel.talkers.rows] == ["Anna", "Andrew", "Sarah", "Emil"]
    assert [row.kind.currentData() for row in panel.noises.rows] == ["traffic", "room"]
    assert [row.box.number for row in panel.room_rows] == [7.0, 5.5, 2.8, 0.6]
    assert not panel.add_talker.isEnabled() and panel.add_noise.isEnabled()
    assert got == []


def test_muting_walking_level_and_voice_change_that_talker_alone(panel):
    got = edits(panel)
    row = panel.talkers.rows[1]
    row.speaks.click()
    row.walks.click()
    row.level.slider.moved.emit(-6.0, "g")
    row.voice.chosen.emit("emil")
    robert = got[-1].talkers[1]
    assert (robert.muted, robert.walking, robert.level_db, robert.voice) == (True, False, -6.0, "emil")
    assert got[-1].talkers[0] == load_scene("two-talkers-fan").talkers[0]
    assert panel.talkers.rows[1] is row  # an edit does not take the control from under the pointer


def test_talkers_come_at_a_free_place_and_go(panel):
    got = edits(panel)
    panel.add_talker.click()
    panel.add_talker.click()
    assert [talker.name for talker in got[-1].talkers] == ["Anna", "Robert", "Andrew", "Emil"]
    azimuths = [round(talker.azimuth_deg) for talker in got[-1].talkers]
    assert len(set(azimuths)) == 4 and not panel.add_talker.isEnabled()
    panel.talkers.rows[0].remove.click()
    assert [talker.name for talker in got[-1].talkers] == ["Robert", "Andrew", "Emil"]


def test_noises_have_a_kind_a_field_and_a_level(panel):
    got = edits(panel)
    panel.add_noise.click()
    row = panel.noises.rows[2]
    row.kind.chosen.emit("keyboard")
    row.field.chosen.emit("diffuse")
    row.snr.box.committed.emit("−3")
    noise = got[-1].noises[2]
    assert (noise.kind, noise.field, noise.snr_db) == ("keyboard", "diffuse", -3.0)
    panel.noises.rows[0].remove.click()
    assert [noise.kind for noise in got[-1].noises] == ["room", "keyboard"]


def test_the_room_becomes_smaller_and_takes_everybody_in(panel):
    got = edits(panel)
    panel.room_rows[0].edited.emit("room.x", 3.0, "g")
    panel.room_rows[3].edited.emit("room.rt60", 0.5, "g")
    scene = got[-1]
    assert scene.size_m == (3.0, 5.0, 3.0) and scene.rt60_s == 0.5
    assert scene.talkers[0].distance_m < 1.46 and scene.talkers[1].distance_m == 1.8


def test_microphones_are_marked_dead_then_inverted_then_mended(panel):
    got = edits(panel)
    buttons = panel.microphones
    for _ in range(2):
        QTest.mouseClick(buttons, Qt.MouseButton.LeftButton, pos=buttons._rect(4).center().toPoint())
    assert [(scene.mismatch.dead, scene.mismatch.inverted) for scene in got] == [((5,), ()), ((), (5,))]
    buttons.setFocus()
    QTest.keyClick(buttons, Qt.Key.Key_Right)
    QTest.keyClick(buttons, Qt.Key.Key_Space)
    assert got[-1].mismatch == Mismatch(dead=(6,), inverted=(5,))
    assert buttons.accessibleDescription() == "Microphone 6: dead"
    panel.mend.click()
    assert got[-1].mismatch == Mismatch()
    assert QPointF(buttons._rect(0).topLeft()).x() == 12


def test_a_typed_value_that_cannot_be_is_refused_in_words(panel, qtbot):
    got = edits(panel)
    with qtbot.waitSignal(panel.refused) as refused:
        panel.room_rows[3].box.committed.emit("7")
    assert "RT60" in refused.args[0] or "range" in refused.args[0] or "outside" in refused.args[0]
    assert got == []


def test_without_a_room_there_is_nothing_to_change(panel):
    panel.show_scene(None)
    assert not panel.content.isEnabled() and not panel.save_button.isEnabled()
    panel.show_scene(load_scene("fan-only"))
    assert panel.content.isEnabled() and panel.talkers.rows == []


def test_escape_closes_it_unless_it_is_pinned_and_a_click_elsewhere_does_not(panel):
    QTest.mouseClick(panel.parentWidget(), Qt.MouseButton.LeftButton, pos=panel.parentWidget().rect().bottomRight())
    assert panel.isVisible()
    panel.pin.setChecked(True)
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert panel.isVisible()
    panel.pin.setChecked(False)
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_every_control_has_a_name(panel):
    for row in (*panel.talkers.rows, *panel.noises.rows):
        for child in row.findChildren(QWidget):
            if child.focusPolicy() != Qt.FocusPolicy.NoFocus and child.isVisible():
                assert child.accessibleName(), child
    panel.show_notice("Room of 2 m")
    assert panel.notice.isVisible()
    panel.show_scene(replace(panel.scene, rt60_s=0.1))


def test_the_panel_is_as_high_as_what_it_holds(panel, qtbot):
    hidden = panel.scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: hidden.maximum() == 0, timeout=2000)
    panel.show_notice("Room of 2 × 2 × 2 m: RT60 1 s cannot be reached (0.05…0.43 s, or 0, can); 0.43 s is used")
    qtbot.waitUntil(lambda: panel.notice.height() > 10 and hidden.maximum() == 0, timeout=2000)


def test_a_notice_comes_and_goes_without_complaint(panel):
    panel.show_notice("")
    assert not panel.notice.isVisible()
