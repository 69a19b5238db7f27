from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from workbench.ui import theme
from workbench.ui.controls.elided import ElidedLabel
from workbench.ui.style import style_sheet

LONG = "waiting for a sound card with a very long name indeed (hw:2,0)"


def row(qtbot, text, width):
    """A label beside a button, in a row of a width."""
    holder = QWidget()
    qtbot.addWidget(holder)
    holder.setStyleSheet(style_sheet(theme.DARK))
    label, button = ElidedLabel(text), QPushButton("Close")
    label.setProperty("tone", "3")
    line = QHBoxLayout(holder)
    for one in (label, button):
        line.addWidget(one)
    holder.resize(width, 40)
    holder.show()
    line.activate()
    return holder, label, button


def test_a_long_text_gives_way_to_its_neighbour_and_ends_in_dots(qtbot):
    holder, label, button = row(qtbot, LONG, 240)
    assert button.geometry().right() < holder.width() and label.geometry().right() < button.x()
    assert label.shown_text.endswith("…") and LONG.startswith(label.shown_text[:-1])
    assert label.toolTip() == LONG
    holder.resize(900, 40)
    holder.layout().activate()
    assert label.shown_text == LONG and label.toolTip() == ""


def test_it_is_painted_in_the_colour_of_its_tone(qtbot):
    _holder, label, _ = row(qtbot, LONG, 240)
    ink = theme.DARK.text3.lower()
    image = label.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert ink in colors
    label.setText("")
    assert label.shown_text == "" and label.alignment() & Qt.AlignmentFlag.AlignLeft
