from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from workbench.ui.microphone_buttons import MicrophoneButtons


def test_a_click_goes_from_good_to_dead_to_inverted_and_back(qtbot):
    buttons = MicrophoneButtons()
    qtbot.addWidget(buttons)
    buttons.resize(200, 100)
    buttons.show_state(4, (), ())
    got = []
    buttons.changed.connect(lambda dead, inverted: got.append((dead, inverted)))
    for _ in range(3):
        QTest.mouseClick(buttons, Qt.MouseButton.LeftButton, pos=buttons._rect(2).center().toPoint())
        buttons.show_state(4, *got[-1])
    assert got == [((3,), ()), ((), (3,)), ((), ())]
    assert buttons.accessibleDescription() == "Microphone 3: good"


def test_many_microphones_take_as_many_lines_as_the_width_needs(qtbot):
    buttons = MicrophoneButtons()
    qtbot.addWidget(buttons)
    buttons.resize(24 + 8 * 32 - 4, 100)
    buttons.show_state(16, (), ())
    assert buttons.height() == 2 * (MicrophoneButtons.SIDE + MicrophoneButtons.GAP)
    buttons.setFocus()
    QTest.keyClick(buttons, Qt.Key.Key_Down)
    assert buttons.accessibleDescription() == "Microphone 9: good"
