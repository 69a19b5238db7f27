import pytest
from PySide6.QtCore import Qt

from workbench.ui.theme import DARK
from workbench.ui.views.headers import Chooser, ColorBar, Toggle
from workbench.ui.views.read_out import ReadOut


def test_chooser_tells_of_a_choice_once(qtbot):
    chooser = Chooser("Before shows", ["Microphone 1", "Microphone 2", "Beam"], "")
    qtbot.addWidget(chooser)
    told = []
    chooser.chosen.connect(told.append)
    qtbot.keyClick(chooser, Qt.Key.Key_Down)
    qtbot.keyClick(chooser, Qt.Key.Key_Down)
    qtbot.keyClick(chooser, Qt.Key.Key_Down)
    assert told == [1, 2] and chooser.text() == "Beam"
    menu = chooser.menu()
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["Beam"]
    menu.actions()[0].trigger()
    assert told == [1, 2, 0]
    assert "Microphone 1" in chooser.accessibleName()


def test_a_single_choice_is_no_control(qtbot):
    chooser = Chooser("After shows", ["Enhanced beam"], "")
    qtbot.addWidget(chooser)
    assert not chooser.isEnabled() and chooser.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_toggle_answers_enter(qtbot):
    toggle = Toggle("Pitch", "Draw the pitch")
    qtbot.addWidget(toggle)
    qtbot.keyClick(toggle, Qt.Key.Key_Return)
    assert toggle.isChecked() and toggle.sizeHint().height() == 28


def test_color_bar_says_its_range(qtbot):
    bar = ColorBar()
    qtbot.addWidget(bar)
    bar.set_map("berlin", (-30.0, 30.0))
    assert (bar.low, bar.high) == ("−30", "+30\u2009dB")
    bar.set_map("magma", (-85.0, -25.0))
    assert (bar.low, bar.high) == ("−85", "−25\u2009dB")


@pytest.fixture
def read_out(qtbot):
    read_out = ReadOut()
    qtbot.addWidget(read_out)
    read_out.apply_theme(DARK)
    read_out.resize(520, 36)
    return read_out


def test_read_out_says_all_of_the_crosshair(read_out):
    assert read_out.text() == ""
    read_out.show_values(-1.58, 2290.0, 16, -52.3, -67.8)
    assert read_out.text() == ("−1.58 s, 2.29 kHz, D7, band 16, before −52.3 dB, after −67.8 dB, Δ −15.5 dB")
    assert read_out.accessibleDescription() == read_out.text()


def test_read_out_drops_what_the_axes_repeat_when_narrow(read_out):
    read_out.show_values(-1.58, 2290.0, 16, -52.3, -67.8)
    read_out.resize(400, 36)
    assert read_out.text() == "−1.58 s, 2.29 kHz, D7, −52.3 dB, −67.8 dB, Δ −15.5 dB"
    read_out.resize(240, 36)
    assert read_out.text() == "−52.3 dB, −67.8 dB, Δ −15.5 dB"


def test_unknown_is_a_dash(read_out):
    read_out.show_values(-1.0, None, None, None, None)
    assert "before –" in read_out.text() and "Δ –" in read_out.text()


def test_places_are_fixed(read_out):
    def right_edges():
        image = read_out.grab().toImage()
        return [
            x
            for x in range(image.width())
            if any(image.pixelColor(x, y).name().upper() != DARK.panel for y in range(36))
        ][-1]

    read_out.show_values(-1.58, 2290.0, 16, -52.3, -67.8)
    first = right_edges()
    read_out.show_values(-7.99, 440.0, 1, -102.3, -9.8)
    assert abs(right_edges() - first) <= 1
