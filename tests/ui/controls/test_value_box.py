from PySide6.QtCore import Qt


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
