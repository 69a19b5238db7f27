from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QWheelEvent
from PySide6.QtWidgets import QApplication

from workbench.ui import theme
from workbench.ui.controls import MethodChooser
from workbench.ui.controls.choosers import CaptionChooser, shortened

CHOICES = (("das", "Delay-and-sum"), ("mvdr", "MVDR"))


def shown(qtbot, widget):
    qtbot.addWidget(widget)
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is widget)
    return widget


def wheel(widget):
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_a_choice_by_keys_is_told_by_its_value_and_a_shown_one_is_not(qtbot):
    chooser = shown(qtbot, MethodChooser("Method", CHOICES))
    told = []
    chooser.chosen.connect(told.append)
    chooser.set_value("mvdr")
    assert chooser.currentText() == "MVDR" and told == []
    chooser.setFocus()
    qtbot.keyClick(chooser, Qt.Key.Key_Up)
    assert told == ["das"]


def test_the_wheel_over_it_changes_nothing_unless_it_has_the_keys(qtbot):
    chooser = shown(qtbot, MethodChooser("Method", CHOICES))
    chooser.clearFocus()
    wheel(chooser)
    assert chooser.currentData() == "das"
    chooser.setFocus()
    qtbot.waitUntil(chooser.hasFocus)
    wheel(chooser)
    assert chooser.currentData() == "mvdr"


def test_a_value_that_is_not_in_the_list_is_shown_as_it_is(qtbot):
    chooser = shown(qtbot, MethodChooser("Array", CHOICES))
    chooser.set_value("/home/me/array.toml")
    assert chooser.currentText() == "/home/me/array.toml" and chooser.count() == 3


def test_it_is_as_wide_as_its_choice(qtbot):
    chooser = shown(qtbot, MethodChooser("Method", CHOICES))
    wide = chooser.sizeHint().width()
    chooser.set_value("mvdr")
    assert chooser.sizeHint().width() < wide


def test_a_caption_chooser_says_its_value_to_a_screen_reader(qtbot):
    chooser = shown(qtbot, CaptionChooser("Preset", 236))
    chooser.set_value("Gentle", "edited")
    assert (chooser.accessibleName(), chooser.accessibleDescription()) == ("Preset", "Gentle edited")
    assert chooser.toolTip() == "Preset: Gentle, edited"


def test_a_long_name_ends_where_a_part_of_it_ends():
    metrics = QFontMetricsF(theme.font(13))
    room = metrics.horizontalAdvance("8-microphone circle, ra")
    assert shortened("8-microphone circle, radius 100 mm", metrics, room) == "8-microphone circle…"
    assert shortened("Pair, 10 cm apart, listener at 1.5 m", metrics, room) == "Pair, 10 cm apart…"
    assert (
        shortened("Five drivers on a 6 cm sphere (0°, ±60°)", metrics, 1.5 * room) == "Five drivers on a 6 cm sphere…"
    )
    assert shortened("Pair, 10 cm", metrics, room) == "Pair, 10 cm"


def test_a_long_name_without_parts_is_cut_to_the_room():
    metrics = QFontMetricsF(theme.font(13))
    for text in ("Averylongnameofaloudspeakerlayout", "A, verylongnameofaloudspeakerlayout"):
        cut = shortened(text, metrics, 120.0)
        assert cut.endswith("…") and 90 < metrics.horizontalAdvance(cut) <= 120
