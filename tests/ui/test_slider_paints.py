"""What a slider of the loudspeaker panel has painted while it is dragged: its row, and what its design changes."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.fakes import DEVICES, FakeSession
from tests.ui.repaints import Repaints
from tests.ui.test_loudspeaker_panel import response
from tests.ui.test_speaker_plot import another
from workbench.dsp.bands import PEAK_HZ
from workbench.ui.bridge import Bridge
from workbench.ui.main_window import MainWindow
from workbench.ui.views.sound import SoundView
from workbench.ui.views.space import SpaceView

PATH = "render.droop_db"


@pytest.fixture
def window(qtbot, tmp_path):
    store = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    folders = {name: tmp_path / name for name in ("presets", "recordings", "log")}
    window = MainWindow(Bridge(FakeSession(), lambda: DEVICES), SoundView(PEAK_HZ), SpaceView(), store, folders)
    qtbot.addWidget(window)
    window.resize(1920, 1080)
    window.show()
    qtbot.waitExposed(window)
    window.bridge.session.mailbox.loudspeaker_response = response()
    window.bridge.set({PATH: 1.0}, "drag")  # from here on the preset is "edited", and there is a step to take back
    window.panels.loudspeakers()
    qtbot.waitUntil(window.loudspeaker_panel.isVisible)
    QApplication.processEvents()
    yield window
    window.close()


class Areas(QObject):
    """What of a widget is painted."""

    def __init__(self, widget: QWidget):
        super().__init__(widget)
        QApplication.processEvents()
        self.painted = []
        widget.installEventFilter(self)

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            self.painted.append(event.region())
        return False


def holders(part: QWidget) -> set[QWidget]:
    """What it stands in: they lie under it and are seen through it."""
    return {part, *(holders(part.parentWidget()) if part.parentWidget() else ())}


def painted_by(window, change) -> set[QWidget]:
    found = Repaints(window, *window.findChildren(QWidget)).after(change)
    return found - {window.loudspeaker_panel._ground}


def test_a_value_paints_its_row_and_nothing_else(window):
    row = window.loudspeaker_panel.view.rows[PATH]

    def drag():
        row.slider._offer(4.2, "drag")

    found = painted_by(window, drag)
    assert window.bridge.params.render.droop_db == 4.2
    assert {row.slider, row.box} <= found <= {row.slider, row.box} | holders(row)


def test_of_the_figures_those_are_painted_that_are_others(window):
    strip = window.loudspeaker_panel.view.strip
    areas = Areas(strip)
    shown = response()
    strip.show_response(replace(shown, detail=replace(shown.detail, headroom_db=1.5)))
    QApplication.processEvents()
    assert 0 < sum(rect.width() for area in areas.painted for rect in area) < 1.5 * strip.width() / len(strip.entries)
    strip.show_response(shown)
    QApplication.processEvents()
    areas.painted.clear()
    strip.show_response(response())
    QApplication.processEvents()
    assert not areas.painted


def test_a_design_paints_the_plots_and_what_is_written_of_it(window):
    panel = window.loudspeaker_panel

    def arrives():
        window.bridge.session.mailbox.loudspeaker_response = another()
        window.bridge.poll()

    found = painted_by(window, arrives)
    assert set(panel.view.plots) <= found
    allowed = {*panel.view.plots, panel.view.filter_kind, panel.view.strip, panel.note}
    assert found <= allowed | holders(panel.note) | holders(panel.view.strip)
    assert painted_by(window, arrives) <= {panel.note} | holders(panel.note)  # the same once more
