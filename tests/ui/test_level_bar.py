import pytest
from PySide6.QtCore import QPoint, Qt

from workbench.ui.views.level_bar import LevelBar, held_range


@pytest.fixture
def bar(qtbot):
    bar = LevelBar()
    qtbot.addWidget(bar)
    bar.resize(bar.sizeHint())
    bar.range_changed.connect(lambda low, high: bar.set_map("magma", (low, high)))
    bar.show()
    return bar


def test_the_halves_move_the_ends(qtbot, bar):
    left, y = bar._left(), bar.height() // 2
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(left + 10, y))
    qtbot.mouseMove(bar, QPoint(left - 10, y))
    qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(left - 10, y))
    assert bar.range_db == (-95.0, -25.0)
    left = bar._left()
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(left + 80, y))
    qtbot.mouseMove(bar, QPoint(left + 100, y))
    qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(left + 100, y))
    assert bar.range_db == (-95.0, -15.0)
    qtbot.mouseDClick(bar, Qt.MouseButton.LeftButton)
    assert bar.range_db == (-85.0, -25.0)


def test_keys_shift_and_stretch(qtbot, bar):
    qtbot.keyClick(bar, Qt.Key.Key_Left)
    assert bar.range_db == (-90.0, -30.0)
    qtbot.keyClick(bar, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert bar.range_db == (-89.0, -30.0)
    qtbot.keyClick(bar, Qt.Key.Key_Home)
    assert bar.range_db == (-85.0, -25.0)


def test_ranges_are_held():
    assert held_range(-500, 500) == (-140.0, 20.0)
    assert held_range(-30.2, -29.0) == (-30.0, -20.0)
    assert held_range(50, 60) == (10.0, 20.0)


def test_differences_have_a_fixed_range(qtbot, bar):
    bar.set_movable(False)
    with qtbot.assertNotEmitted(bar.range_changed):
        bar.choose_range(-50.0, -10.0)
