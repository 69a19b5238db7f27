from PySide6.QtCore import Qt

from tests.ui.repaints import Repaints
from workbench.core.params import ENTRIES
from workbench.ui.controls import ChoiceRow, SwitchRow


def test_pointer_and_focus_ask_for_help(qtbot, row):
    row.slider.setFocus()
    asked = []
    row.described.connect(asked.append)
    row.box.setFocus()
    assert asked == ["enhance.strength_percent"]


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


def test_a_value_that_is_shown_already_paints_nothing(qtbot, row):
    qtbot.waitExposed(row)
    painted = Repaints(row, row.slider, row.box)
    assert painted.after(lambda: row.set_value(50.0)) == set()
    assert painted.after(lambda: row.set_value(60.0)) >= {row.slider, row.box}
    assert painted.after(lambda: row.set_dimmed(False)) == set()
    assert painted.after(lambda: row.set_dimmed(True)) == {row, row.slider, row.box}
