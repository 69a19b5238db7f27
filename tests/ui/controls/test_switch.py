import pytest
from PySide6.QtCore import Qt

from workbench.ui.controls import ToggleSwitch
from workbench.ui.theme import THEMES


def test_it_is_switched_by_click_and_keys_and_shows_it(qtbot):
    switch = ToggleSwitch("Enhancement")
    qtbot.addWidget(switch)
    switch.apply_theme(THEMES["dark"])
    switch.show()
    on = switch.grab().toImage()
    told = []
    switch.clicked.connect(lambda on: told.append(on))
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    off = switch.grab().toImage()
    switch.setFocus()
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert told == [False, True] and switch.isChecked()
    assert on != off
    assert switch.accessibleName() == "Enhancement"


def test_it_is_fainter_while_it_cannot_be_used(qtbot):
    switch = ToggleSwitch("Enhancement")
    qtbot.addWidget(switch)
    plain = switch.grab().toImage()
    switch.setEnabled(False)
    assert switch.grab().toImage() != plain


@pytest.mark.parametrize("name", THEMES)
def test_on_and_off_differ_by_more_than_the_place_of_the_knob(qtbot, name):
    """Half of the pill that the knob leaves free has another colour, in every theme."""
    switch = ToggleSwitch("Enhancement")
    qtbot.addWidget(switch)
    switch.apply_theme(THEMES[name])
    switch.show()
    on = switch.grab().toImage().pixelColor(9, 14)
    switch.setChecked(False)
    off = switch.grab().toImage().pixelColor(23, 14)
    assert abs(on.lightnessF() - off.lightnessF()) > 0.1
