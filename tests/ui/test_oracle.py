from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tests.ui.fakes import FakeSession, FakeSound, FakeSpace
from workbench.core.messages import OracleExcerpt, OracleReport, OracleRung
from workbench.ui import theme
from workbench.ui.painting import colormap
from workbench.ui.views.oracle import EMPTY, NO_CLEAN, OracleView
from workbench.ui.views.oracle_column import RUNGS

BINS = 1025


def report(number: int = 1) -> OracleReport:
    """Each rung 10 dB below the one before, with a line at 1 kHz in the second half."""
    rungs = []
    for place, text in enumerate(RUNGS):
        columns = np.full((300, BINS), -40.0 - 10 * place, np.float32)
        columns[150:, round(1000 / 23.4375)] = -25.0
        rungs.append(OracleRung(text.name, columns, 2.0 + place, 0.7 + 0.02 * place))
    return OracleReport(excerpt=OracleExcerpt(number, "PercepNet small", 3.0, 23.4375, tuple(rungs)))


@pytest.fixture
def view(qtbot):
    view = OracleView()
    qtbot.addWidget(view)
    view.resize(1184, 460)
    view.show()
    return view


def test_without_a_measurement_nothing_plays(view, qtbot):
    assert view.message.text() == EMPTY[""]
    heard = []
    view.rung_wanted.connect(lambda *wanted: heard.append(wanted))
    qtbot.mouseClick(view.columns["comb"].picture, Qt.MouseButton.LeftButton)
    qtbot.keyClick(view, Qt.Key.Key_4)
    assert not heard and not view.columns["comb"].button.isEnabled()
    assert view.columns["comb"].si_sdr.text == "–"


def test_a_measurement_is_shown(view):
    view.show_report(report())
    assert view.columns["noisy"].si_sdr.text == "2.0"
    assert view.columns["comb"].stoi.text == "0.76"
    assert view.columns["network"].heading.title == "PercepNet small"
    assert "Excerpt 1" in view.message.text()


def test_colours_are_the_levels(view):
    """The first half of the noisy picture is −40 dB everywhere, on magma from −85 to −25 dB."""
    view.show_report(report())
    picture = view.columns["noisy"].picture
    image = picture.image()
    expected = int(colormap("magma")[round((-40 + 85) / 60 * 255)])
    assert image.pixel(image.width() // 4, image.height() // 2) == expected
    row = round(image.height() * 0.48)
    brightest = max(image.pixelColor(3 * image.width() // 4, y).lightness() for y in range(row - 60, row + 60))
    assert brightest > image.pixelColor(image.width() // 4, row).lightness() + 20


def test_difference_is_to_the_noisy_sound(view):
    view.show_report(report())
    view.difference_button.click()
    picture = view.columns["magnitude"].picture
    assert picture.map_name == "berlin"
    image = picture.image()
    expected = int(colormap("berlin")[int((-10 + 30) / 60 * 255 + 0.5)])
    assert image.pixel(image.width() // 4, image.height() // 2) == expected
    assert view.columns["noisy"].picture.map_name == "magma"
    view.apply_theme(theme.LIGHT)
    assert picture.map_name == "vik"


def test_rungs_are_played_by_click_button_and_key(view, qtbot):
    view.show_report(report())
    heard = []
    view.rung_wanted.connect(lambda *wanted: heard.append(wanted))
    qtbot.mouseClick(view.columns["bands"].picture, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(view.columns["comb"].button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(view, Qt.Key.Key_6)
    assert heard == [("bands", True), ("comb", True), ("network", True)]
    view.show_playing("network", 1.5)
    qtbot.keyClick(view, Qt.Key.Key_6)  # again: back to the live sound
    view.loop_button.click()
    assert heard[3:] == [("", True), ("network", False)]


def test_the_playing_rung_is_marked_and_compared_with_the_one_before(view):
    view.show_report(report())
    view.show_playing("comb", 1.5)
    marked = [name for name, column in view.columns.items() if column.picture.playing]
    assert marked == ["comb"] and view.columns["comb"].button.isChecked()
    assert {column.picture.position for column in view.columns.values()} == {0.5}
    assert view.comparison.text() == "4 + comb against 3 34-band oracle: SI-SDR +1.0\u2009dB, STOI +0.02"
    view.show_playing("", 0.0)
    assert view.comparison.text() == "" and not view.columns["comb"].button.isChecked()


def test_states_are_said_and_measuring_waits(view):
    view.show_report(replace(report(), state="measuring"))
    assert view.message.text() == EMPTY["measuring"] and not view.measure_button.isEnabled()
    view.show_report(report(2))
    assert view.measure_button.isEnabled()
    view.set_known(False)
    assert view.message.text() == NO_CLEAN and not view.measure_button.isEnabled()


def test_an_unknown_score_is_a_dash(view):
    measured = report()
    rungs = (replace(measured.excerpt.rungs[0], stoi=float("nan")), *measured.excerpt.rungs[1:])
    view.show_report(replace(measured, excerpt=replace(measured.excerpt, rungs=rungs)))
    assert view.columns["noisy"].stoi.text == "–"


def test_the_panel_in_the_window(qtbot, tmp_path):
    from PySide6.QtCore import QSettings

    from workbench.ui.bridge import Bridge
    from workbench.ui.main_window import MainWindow

    session = FakeSession()
    store = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    folders = {name: tmp_path / name for name in ("presets", "recordings", "log")}
    window = MainWindow(Bridge(session), FakeSound(), FakeSpace(), store, folders)
    qtbot.addWidget(window)
    window.resize(1600, 960)
    window.show()
    session.start()
    window.panels.oracle()
    assert window.oracle_panel.isVisible() and ("measure",) in session.calls
    session.mailbox.oracle = report()
    window.bridge._tick = 0
    window.bridge.poll()
    qtbot.keyClick(window.oracle_panel, Qt.Key.Key_4)
    window.bridge.poll()
    assert ("rung", "comb", True) in session.calls and window.oracle_panel.view.playing == "comb"
    window.oracle_panel.dismiss()
    assert session.calls[-1] == ("rung", "", False)
    window.close()
