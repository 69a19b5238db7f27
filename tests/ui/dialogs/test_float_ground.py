"""The opaque sheet under a floating panel: the window is not painted where nobody sees it."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from workbench.ui import theme
from workbench.ui.dialogs.float_panel import FloatPanel


class Beneath(QWidget):
    """Counts its repaints, and how much of it they were."""

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.areas: list[int] = []
        self.pressed = 0

    def paintEvent(self, event) -> None:
        self.areas.append(sum(rect.width() * rect.height() for rect in event.region()))
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor("red"))
        painter.end()

    def mousePressEvent(self, event) -> None:
        self.pressed += 1


@pytest.fixture
def parts(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    beneath = Beneath(window)
    beneath.resize(800, 600)
    panel = FloatPanel("Panel", 300, window)
    content = QWidget()
    content.setMinimumHeight(200)
    panel.body.addWidget(content)
    window.show()
    qtbot.waitExposed(window)
    panel.show_at(lambda: QPoint(100, 100))
    qtbot.waitUntil(lambda: bool(beneath.areas))
    qtbot.wait(50)
    return window, beneath, panel, content


def test_a_repaint_of_the_panel_leaves_out_what_is_under_it(parts, qtbot):
    _, beneath, panel, content = parts
    beneath.areas.clear()
    content.repaint()
    qtbot.wait(20)
    assert sum(beneath.areas) <= content.width() * theme.RADIUS_PANEL  # the height of the lower corners
    panel.repaint()  # corners and border are seen through
    qtbot.wait(20)
    assert sum(beneath.areas) < 0.2 * panel.width() * panel.height()


def test_the_window_is_whole_again_where_the_panel_was(parts, qtbot):
    window, _, panel, _ = parts
    place = panel.geometry().center()
    shown = window.grab().toImage().pixelColor(place)
    assert shown == QColor(panel.tokens.panel)
    panel.move(450, 300)
    qtbot.wait(20)
    image = window.grab().toImage()
    assert image.pixelColor(place) == QColor("red")
    assert image.pixelColor(panel.geometry().center()) == QColor(panel.tokens.panel)
    corner = panel.geometry().topLeft()
    assert image.pixelColor(corner) == QColor("red")  # round corners stay so
    panel.dismiss()
    qtbot.wait(20)
    image = window.grab().toImage()
    assert all(image.pixelColor(x, y) == QColor("red") for x in range(0, 800, 25) for y in range(0, 600, 25))


def test_the_sheet_has_the_colour_of_the_theme_and_takes_no_clicks(parts, qtbot):
    window, beneath, panel, content = parts
    panel.apply_theme(theme.LIGHT)
    panel.pin.setChecked(True)
    qtbot.wait(20)
    assert window.grab().toImage().pixelColor(panel.geometry().center()) == QColor(theme.LIGHT.panel)
    place = content.mapTo(window, content.rect().center())
    assert window.childAt(place) in (content, panel)
    QTest.mouseClick(beneath, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert beneath.pressed == 1


def test_of_two_panels_the_upper_one_is_seen(parts, qtbot):
    window, _, panel, _ = parts
    panel.pin.setChecked(True)
    other = FloatPanel("Other", 200, window)
    other.apply_theme(theme.LIGHT)
    other.body.addWidget(QWidget())
    other.show_at(lambda: QPoint(150, 130))
    qtbot.wait(20)
    place = other.geometry().center()
    assert panel.geometry().contains(place)
    assert window.grab().toImage().pixelColor(place) == QColor(theme.LIGHT.panel)
    panel.raise_()
    qtbot.wait(20)
    assert window.grab().toImage().pixelColor(place) == QColor(panel.tokens.panel)
