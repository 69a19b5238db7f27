from PySide6.QtCore import Qt

from workbench.ui.controls import Segmented


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
