import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from workbench.core.params import ENTRIES
from workbench.ui.controls import SliderRow, slider


def x_of(row, value):
    return QPoint(round(row.slider._x_of(value / 100)), row.slider.height() // 2)


def test_a_drag_is_one_gesture_and_emits_the_values_on_its_way(qtbot, row):
    qtbot.mousePress(row.slider, Qt.MouseButton.LeftButton, pos=x_of(row, 50))
    for value in (60, 70, 80):
        qtbot.mouseMove(row.slider, x_of(row, value))
    qtbot.mouseRelease(row.slider, Qt.MouseButton.LeftButton, pos=x_of(row, 80))
    assert row.edits[-1][0] == pytest.approx(80, abs=1.5)
    assert len({gesture for _, gesture in row.edits}) == 1
    assert row.box.number == row.edits[-1][0]

    qtbot.mousePress(row.slider, Qt.MouseButton.LeftButton, pos=x_of(row, 20))
    assert row.edits[-1][0] == pytest.approx(20, abs=1.5)
    assert row.edits[-1][1] != row.edits[0][1]


def test_shift_drags_ten_times_finer(qtbot, row):
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.mousePress(row.slider, Qt.MouseButton.LeftButton, shift, x_of(row, 50))
    event_x = x_of(row, 100)
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(event_x),
        row.slider.mapToGlobal(QPointF(event_x)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        shift,
    )
    QApplication.sendEvent(row.slider, move)
    assert row.edits[-1][0] == pytest.approx(55, abs=1.0)


def test_arrow_keys_step_and_a_burst_is_one_gesture(qtbot, row, monkeypatch):
    monkeypatch.setattr(slider, "GESTURE_PAUSE_S", 1e9)
    row.slider.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_PageUp, Qt.Key.Key_Home):
        qtbot.keyClick(row.slider, key)
    assert [value for value, _ in row.edits] == [51.0, 52.0, 51.0, 61.0, 0.0]
    assert len({gesture for _, gesture in row.edits}) == 1


def test_after_a_pause_another_gesture_begins(qtbot, row, monkeypatch):
    monkeypatch.setattr(slider, "GESTURE_PAUSE_S", -1.0)
    row.slider.setFocus()
    qtbot.keyClick(row.slider, Qt.Key.Key_Right)
    qtbot.keyClick(row.slider, Qt.Key.Key_Right)
    (_, first), (_, second) = row.edits
    assert first != second


def wheel(row, steps):
    middle = QPointF(row.slider.rect().center())
    event = QWheelEvent(
        middle,
        row.slider.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(row.slider, event)


def test_the_wheel_acts_only_with_the_focus(row):
    row.box.setFocus()
    wheel(row, 1)
    assert row.edits == []
    row.slider.setFocus()
    wheel(row, 1)
    assert [value for value, _ in row.edits] == [51.0]


def test_double_click_asks_for_the_default(qtbot, row):
    with qtbot.waitSignal(row.reset_requested) as asked:
        qtbot.mouseDClick(row.slider, Qt.MouseButton.LeftButton, pos=x_of(row, 90))
    assert asked.args == ["enhance.strength_percent"]


def test_screen_readers_get_name_help_and_value(row):
    assert row.slider.accessibleName() == "Strength, %"
    assert "band gain" in row.slider.accessibleDescription()
    assert row.slider.value() == 50


def test_an_integer_parameter_stays_an_integer(qtbot):
    row = SliderRow(ENTRIES["localize.max_sources"])
    qtbot.addWidget(row)
    row.set_value(2)
    edits = []
    row.edited.connect(lambda path, value, gesture: edits.append(value))
    qtbot.keyClick(row.slider, Qt.Key.Key_Right)
    assert edits == [3]
    assert type(edits[0]) is int
