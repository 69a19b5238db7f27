import pytest
from PySide6.QtCore import QPoint, Qt

from workbench.ui.theme import DARK
from workbench.ui.views.plot import Crosshair, Plot


@pytest.fixture
def plot(qtbot):
    plot = Plot(Crosshair())
    qtbot.addWidget(plot)
    plot.apply_theme(DARK)
    plot.resize(800, 400)
    return plot


def test_the_pointer_moves_the_crosshair(qtbot, plot):
    qtbot.mouseMove(plot, QPoint(400, 0))
    plot.mouseMoveEvent(_move(plot, 400, 0))
    assert plot.crosshair.offset_s == pytest.approx(-4.0)
    assert plot.crosshair.frequency_hz == pytest.approx(20000)
    plot.mouseMoveEvent(_move(plot, 800, 400))
    assert plot.crosshair.offset_s == 0.0
    assert plot.crosshair.frequency_hz == pytest.approx(40)


def test_a_click_holds_it_and_another_lets_go(qtbot, plot):
    plot.mouseMoveEvent(_move(plot, 400, 200))
    qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(400, 200))
    held = plot.crosshair.offset_s
    plot.mouseMoveEvent(_move(plot, 100, 100))
    plot.crosshair.move(None, None)
    assert plot.crosshair.offset_s == held
    qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    assert plot.crosshair.offset_s == pytest.approx(-6.0)


def test_arrow_keys_move_it_within_the_axes(qtbot, plot):
    plot.crosshair.move(-0.15, 1000.0)
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.crosshair.offset_s == pytest.approx(-0.05)
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.crosshair.offset_s == 0.0
    qtbot.keyClick(plot, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert plot.crosshair.offset_s == pytest.approx(-0.01)
    qtbot.keyClick(plot, Qt.Key.Key_Up)
    assert plot.crosshair.frequency_hz == pytest.approx(1000 + 140, abs=10), "one ERB up from 1 kHz"
    for _ in range(60):
        qtbot.keyClick(plot, Qt.Key.Key_Down)
    assert plot.crosshair.frequency_hz == pytest.approx(40)
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert not plot.crosshair.shown


def test_it_tells_only_of_changes(qtbot):
    crosshair = Crosshair()
    told = []
    crosshair.changed.connect(lambda: told.append(1))
    crosshair.move(-1.0, 500.0)
    crosshair.move(-1.0, 500.0)
    assert len(told) == 1
    crosshair.hide()
    assert len(told) == 2 and not crosshair.shown


def test_corners_show_the_panel_and_the_inside_the_plot(plot):
    image = plot.grab().toImage()
    assert image.pixelColor(0, 0).name().upper() == DARK.panel
    assert image.pixelColor(image.width() // 2, image.height() // 2).name().upper() == DARK.plot


def _move(widget, x, y):
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent

    point = QPointF(x, y)
    return QMouseEvent(
        QEvent.Type.MouseMove,
        point,
        widget.mapToGlobal(point),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
