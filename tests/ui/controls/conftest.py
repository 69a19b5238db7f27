import pytest
from PySide6.QtWidgets import QApplication

from workbench.core.params import ENTRIES
from workbench.ui.controls import SliderRow


@pytest.fixture
def row(qtbot):
    row = SliderRow(ENTRIES["enhance.strength_percent"])
    row.resize(334, 28)
    row.set_value(50.0)
    qtbot.addWidget(row)
    row.show()
    row.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is row)
    row.edits = []
    row.edited.connect(lambda path, value, gesture: row.edits.append((value, gesture)))
    return row
