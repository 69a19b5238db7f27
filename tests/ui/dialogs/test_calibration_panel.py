from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget

from workbench.core.calibration import ChannelCalibration
from workbench.core.messages import InputLevels
from workbench.engine.inputs import InputSetup
from workbench.ui import theme
from workbench.ui.dialogs.calibration_panel import CalibrationPanel

NAMES = ("in 1", "in 2", "in 3")


@pytest.fixture
def panel(qtbot):
    window = QWidget()
    window.resize(1280, 1000)
    qtbot.addWidget(window)
    window.show()
    panel = CalibrationPanel(window)
    panel.apply_theme(theme.DARK)
    panel.setup_changed.connect(lambda setup: panel.show_setup(setup, NAMES))
    panel.show_at(None)
    panel.timer.stop()  # ticks by hand
    panel.show_setup(InputSetup(), NAMES)
    yield panel
    panel.dismiss()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "umik.txt"
    path.write_text('"Sens Factor =-1.5dB, AGain =18dB, SERNO: 7001234"\n20 -2\n1000 0\n20000 3\n')
    return path


def hear(panel, level_dbfs):
    def levels(weighting, speed):
        hear.asked = (weighting, speed)
        level = np.full(3, level_dbfs)
        return InputLevels(level, level, level, weighting, speed)

    panel.read_levels = levels


def test_a_file_gives_curve_sensitivity_and_correction(panel, file):
    before = panel.curve.grab().toImage()
    panel.take_file(file)
    one = panel.setup.of_channel(0)
    assert (
        one.full_scale_db_spl == pytest.approx(116.51)
        and panel.setup.correct
        and panel.correct.currentData() == "sound"
    )
    assert "umik.txt, no. 7001234" in panel.file_note.text() and "116.5 dB SPL" in panel.offset.text()
    assert panel.curve.grab().toImage() != before
    panel.correct.chosen.emit("view")
    assert not panel.setup.correct and panel.setup.show_corrected and panel.correct.currentData() == "view"
    panel.correct.chosen.emit("nothing")
    assert not panel.setup.correct and not panel.setup.show_corrected
    panel.remove.click()
    assert panel.setup.of_channel(0) == ChannelCalibration() and not panel.remove.isEnabled()


def test_one_microphone_for_all_or_for_one(panel, file):
    panel.channel.setCurrentIndex(1)
    panel.take_file(file)
    assert panel.setup.of_channel(0).file == "" and panel.setup.of_channel(1).file == str(file)
    panel.to_all.click()
    assert all(panel.setup.of_channel(n).file == str(file) for n in range(3))


def test_a_bad_file_is_said_and_changes_nothing(panel, tmp_path):
    bad = tmp_path / "bad.txt"
    bad.write_text("20 0\n30 x\n")
    panel.take_file(bad)
    assert "line 2" in panel.trouble.text() and panel.trouble.isVisible() and panel.setup == InputSetup()


def test_a_file_that_has_gone_is_said(panel):
    panel.show_setup(InputSetup().with_calibration(0, ChannelCalibration("/gone.txt")), NAMES)
    assert "/gone.txt" in panel.trouble.text() and panel.curve.calibration is None


def test_a_calibrator_sets_the_level_and_the_read_out_is_in_db_spl(panel):
    hear(panel, -26.0)
    panel._on_timer()
    assert panel.level.text() == "−26.0\u2009dBFS"
    panel.measure.click()
    assert panel.bar.isVisible() and panel.measure.text() == "Stop"
    for _ in range(90):
        panel._on_timer()
    assert panel.setup.of_channel(0) == ChannelCalibration("", 120.0, "by a calibrator of 94 dB")
    assert not panel.bar.isVisible() and "120.0 dB SPL" in panel.offset.text()
    hear(panel, -50.0)
    panel.weighting.setCurrentIndex(1)
    panel.speed.setCurrentIndex(1)
    panel._on_timer()
    assert panel.level.text() == "70.0\u2009dB(C)" and hear.asked == ("C", "slow")
    hear(panel, -40.0)
    panel._on_timer()
    hear(panel, -50.0)
    panel._on_timer()
    assert panel.highest.text() == "80.0\u2009dB(C)"
    panel.forget.click()
    assert panel.setup.of_channel(0).full_scale_db_spl is None


def test_a_calibrator_that_is_not_heard(panel):
    hear(panel, -95.0)
    panel.measure.click()
    for _ in range(90):
        panel._on_timer()
    assert "not heard" in panel.trouble.text() and panel.setup == InputSetup()


def test_a_calibrator_knows_better_than_a_file(panel, file):
    calibrated = InputSetup().with_calibration(0, ChannelCalibration("", 120.0, "by a calibrator of 94 dB"))
    panel.show_setup(calibrated, NAMES)
    panel.take_file(file)
    assert panel.setup.of_channel(0) == ChannelCalibration(str(file), 120.0, "by a calibrator of 94 dB")
    panel.remove.click()
    assert panel.setup.of_channel(0).full_scale_db_spl == 120.0


def test_nothing_to_hear(panel):
    panel._on_timer()
    assert panel.level.text() == "–" and not panel.measure.isEnabled()
    panel.show_setup(replace(InputSetup(), correct=True), ())
    assert panel.channel.count() == 1
