import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from workbench.core.params import ENTRIES
from workbench.ui.controls import ChoiceRow, Segmented, SliderRow, SwitchRow


@pytest.fixture
def row(qtbot):
    row = SliderRow(ENTRIES["enhance.strength_percent"])
    row.resize(334, 28)
    row.set_value(50.0)
    qtbot.addWidget(row)
    row.show()
    row.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is row)
    row.edits = []
    row.edited.connect(lambda path, value, gesture: row.edits.append((value, gesture)))
    return row


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


def test_arrow_keys_step_and_a_burst_is_one_gesture(qtbot, row):
    row.slider.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_PageUp, Qt.Key.Key_Home):
        qtbot.keyClick(row.slider, key)
    assert [value for value, _ in row.edits] == [51.0, 52.0, 51.0, 61.0, 0.0]
    assert len({gesture for _, gesture in row.edits}) == 1


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


def test_typing_is_applied_by_enter_only_and_left_by_escape(qtbot, row):
    row.box.setFocus()
    qtbot.keyClicks(row.box, "86")
    assert row.edits == []
    qtbot.keyClick(row.box, Qt.Key.Key_Return)
    assert row.edits[-1][0] == 86.0
    assert row.slider.number == 86.0

    row.box.selectAll()
    qtbot.keyClicks(row.box, "5")
    qtbot.keyClick(row.box, Qt.Key.Key_Escape)
    assert len(row.edits) == 1
    assert row.box.text() == "86" or row.box.number == 86.0


def test_leaving_with_tab_applies_but_a_click_elsewhere_reverts(qtbot, row):
    row.box.setFocus()
    qtbot.keyClicks(row.box, "5")
    row.slider.setFocus(Qt.FocusReason.MouseFocusReason)
    assert row.edits == []
    row.box.setFocus()
    qtbot.keyClicks(row.box, "7")
    row.slider.setFocus(Qt.FocusReason.TabFocusReason)
    assert row.edits[-1][0] == 7.0


def test_bad_typing_is_refused_with_its_reason_and_changes_nothing(qtbot, row):
    row.box.setFocus()
    qtbot.keyClicks(row.box, "140")
    with qtbot.waitSignal(row.refused) as refused:
        qtbot.keyClick(row.box, Qt.Key.Key_Return)
    assert "outside 0…100" in refused.args[0]
    assert row.edits == []
    assert row.box.number == 50.0


def test_pointer_and_focus_ask_for_help(qtbot, row):
    row.slider.setFocus()
    asked = []
    row.described.connect(asked.append)
    row.box.setFocus()
    assert asked == ["enhance.strength_percent"]


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


def test_switch_row(qtbot):
    row = SwitchRow(ENTRIES["render.audition"])
    qtbot.addWidget(row)
    row.resize(334, 28)
    row.set_value(True)
    edits = []
    row.edited.connect(lambda path, value, gesture: edits.append((path, value)))
    qtbot.mouseClick(row.switch, Qt.MouseButton.LeftButton)
    assert edits == [("render.audition", False)]


def test_choice_row_shows_names_and_takes_unknown_files(qtbot):
    row = ChoiceRow("layout", "Loudspeakers", (("a", "Pair, 10 cm"), ("b", "Stereo")))
    qtbot.addWidget(row)
    row.set_value("b")
    assert row.chooser.currentText() == "Stereo"
    row.set_value("/x/own.toml")
    assert row.chooser.currentData() == "/x/own.toml"


def test_segments_show_what_is_true_not_what_was_clicked(qtbot):
    side = Segmented((("a", "A", 42, "a", "Chain"), ("bypass", "Bypass", 80, "text1", "Input")))
    qtbot.addWidget(side)
    with qtbot.waitSignal(side.chosen) as chosen:
        qtbot.mouseClick(side.buttons["bypass"], Qt.MouseButton.LeftButton)
    assert chosen.args == ["bypass"]
    assert side.buttons["a"].isChecked()
    side.set_value("bypass")
    assert side.buttons["bypass"].isChecked()
    assert not side.buttons["a"].isChecked()
