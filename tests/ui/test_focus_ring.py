import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QToolButton, QWidget

from workbench.ui import theme
from workbench.ui.style import style_sheet
from workbench.ui.window.focus_ring import BY_MOUSE, FocusRing


@pytest.fixture
def window(qtbot):
    made = QWidget()
    made.setObjectName("window")
    made.setStyleSheet(style_sheet(theme.DARK))
    row = QHBoxLayout(made)
    made.buttons = [QPushButton("One"), QPushButton("Two"), QToolButton()]
    for one in made.buttons:
        one.setFixedSize(80, 28)
        one.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        row.addWidget(one)
    made.ring = FocusRing(made)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is made)
    return made


def ringed(button) -> bool:
    """The two outer rows of pixels are the accent's."""
    image = button.grab().toImage()
    return all(image.pixelColor(40, y).name().lower() == theme.DARK.accent.lower() for y in (0, 1))


def test_the_tab_key_shows_a_ring_of_two_pixels_on_every_kind_of_button(window):
    for button in window.buttons:
        button.setFocus(Qt.FocusReason.TabFocusReason)
        assert ringed(button) and not button.property(BY_MOUSE)


def test_a_click_leaves_no_ring_behind_and_tab_brings_it(window, qtbot):
    two, one, _ = window.buttons  # the first has the focus when the window opens
    two.setFocus()
    QTest.mousePress(window.windowHandle(), Qt.MouseButton.LeftButton, pos=one.mapTo(window, QPoint(40, 14)))
    assert one.hasFocus() and one.property(BY_MOUSE)
    QTest.mouseRelease(window.windowHandle(), Qt.MouseButton.LeftButton, pos=one.mapTo(window, QPoint(40, 14)))
    assert not ringed(one)
    two.setFocus(Qt.FocusReason.TabFocusReason)
    one.setFocus(Qt.FocusReason.BacktabFocusReason)
    assert ringed(one)


def test_a_button_that_is_on_keeps_the_colour_of_that(window):
    two, one, _ = window.buttons
    two.setFocus()
    one.setCheckable(True)
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=one.mapTo(window, QPoint(40, 14)))
    assert one.isChecked()
    image = one.grab().toImage()
    assert image.pixelColor(40, 0).name().lower() == theme.DARK.accent.lower()
    assert image.pixelColor(40, 1).name().lower() != theme.DARK.accent.lower()
