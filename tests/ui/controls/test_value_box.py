from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication


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


def shortcut_keys(qtbot, row, *sequences):
    """Shortcuts of the window around a row; the list gets what was triggered."""
    triggered = []
    for sequence in sequences:
        shortcut = QShortcut(QKeySequence(sequence), row.window())
        shortcut.activated.connect(lambda sequence=sequence: triggered.append(sequence))
    row.window().show()
    row.window().activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is row.window())
    return triggered


def test_after_enter_the_windows_keys_are_the_windows_and_digits_the_boxs(qtbot, row):
    triggered = shortcut_keys(qtbot, row, "Ctrl+Z", "B", "0")
    row.box.setFocus()
    qtbot.keyClicks(row.box, "86")
    qtbot.keyClick(row.box, Qt.Key.Key_B)
    qtbot.keyClick(row.box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert triggered == []  # while something is being typed, all keys are typing
    row.box.setText("86")
    row.box.setModified(True)
    qtbot.keyClick(row.box, Qt.Key.Key_Return)
    qtbot.keyClick(row.box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(row.box, Qt.Key.Key_B)
    assert triggered == ["Ctrl+Z", "B"]
    qtbot.keyClick(row.box, Qt.Key.Key_0)
    assert triggered == ["Ctrl+Z", "B"] and row.box.text() == "0"


def test_a_value_that_changes_elsewhere_is_shown_in_the_box_with_the_keys_unless_something_is_typed(qtbot, row):
    row.box.setFocus()
    qtbot.waitUntil(row.box.hasFocus)
    row.set_value(30.0)
    assert row.box.text() == "30" and row.box.selectedText() == "30"
    qtbot.keyClicks(row.box, "7")
    row.set_value(40.0)
    assert row.box.text() == "7"
