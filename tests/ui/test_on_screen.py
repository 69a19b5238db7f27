"""A window on a screen that is gone comes back."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from workbench.ui.window.on_screen import OnScreen, visible_place

LEFT, RIGHT = QRect(0, 0, 1920, 1040), QRect(1920, 0, 1280, 984)


@pytest.mark.parametrize(
    ("frame", "screens", "expected"),
    [
        (QRect(100, 50, 1600, 900), [LEFT], QRect(100, 50, 1600, 900)),
        (QRect(2000, 50, 1100, 800), [LEFT, RIGHT], QRect(2000, 50, 1100, 800)),
        (QRect(2000, 50, 1100, 800), [LEFT], QRect(820, 50, 1100, 800)),  # the right screen is gone
        (QRect(-5000, -5000, 1600, 900), [LEFT, RIGHT], QRect(0, 0, 1600, 900)),
        (QRect(1850, 50, 1600, 900), [LEFT], QRect(320, 50, 1600, 900)),  # too little to get hold of
        (QRect(100, 1039, 800, 600), [LEFT], QRect(100, 440, 800, 600)),  # its title is below the edge
        (QRect(4000, 0, 2560, 1440), [LEFT], QRect(0, 0, 1920, 1040)),  # larger than what is left
        (QRect(5, 5, 10, 10), [], QRect(5, 5, 10, 10)),
    ],
)
def test_where_a_window_goes(frame, screens, expected):
    assert visible_place(frame, screens) == expected


def test_a_window_far_away_is_brought_back(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    other = QWidget()
    qtbot.addWidget(other)
    keeper = OnScreen(window, lambda: (other,))
    for widget in (window, other):
        widget.resize(300, 200)
        widget.show()
        widget.move(20_000, 20_000)
    QGuiApplication.instance().primaryScreenChanged.emit(None)  # as when a screen goes: then it is looked at
    available = QGuiApplication.primaryScreen().availableGeometry()
    qtbot.waitUntil(lambda: available.contains(window.frameGeometry()) and available.contains(other.frameGeometry()))
    place = window.pos()
    keeper.look()
    assert window.pos() == place
