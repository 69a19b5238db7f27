import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from workbench.ui import theme
from workbench.ui.views.frequency_chooser import BANDS_HZ, FrequencyChooser

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


@pytest.fixture
def chooser(qtbot):
    chooser = FrequencyChooser(theme.DARK)
    qtbot.addWidget(chooser)
    chooser.show()
    return chooser


def test_bands_are_third_octaves():
    assert BANDS_HZ[0] == 100.0 and BANDS_HZ[-1] == 16000.0
    assert np.allclose(np.diff(np.log2(BANDS_HZ)), 1 / 3, atol=0.03)


def test_keys_and_wheel_step_through_the_bands(chooser):
    QTest.keyClick(chooser, Qt.Key.Key_Up)
    assert chooser.frequency_hz == 1250.0
    QTest.keyClick(chooser, Qt.Key.Key_Down)
    QTest.keyClick(chooser, Qt.Key.Key_Down)
    assert chooser.frequency_hz == 800.0
    wheel(chooser, 120)
    assert chooser.frequency_hz == 1000.0
    for _ in range(4):
        wheel(chooser, -30)
    assert chooser.frequency_hz == 800.0
    QTest.keyClick(chooser, Qt.Key.Key_End)
    QTest.keyClick(chooser, Qt.Key.Key_Up)
    assert chooser.frequency_hz == 16000.0
    assert "16.0" in chooser.accessibleName()


def wheel(widget, turn):
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(widget.mapToGlobal(middle)),
        QPoint(0, 0),
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
