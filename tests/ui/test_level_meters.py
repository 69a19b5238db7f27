import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from tests.ui.sound_messages import levels
from workbench.ui.theme import DARK
from workbench.ui.views.level_meters import BAR_TOP, LAMP_TOP, Ballistics, LevelMeters, meter_position


def test_scale_gives_the_upper_half_to_the_top_20_db():
    np.testing.assert_allclose(meter_position(np.array([0.0, -20, -40, -60, -np.inf, 6])), [1, 0.5, 0.2, 0, 0, 1])


def test_peak_is_held_for_a_second_and_a_half_then_falls_20_db_a_second():
    meter = Ballistics(1)
    meter.step(levels(-10.0, channels=1), 0.01)
    quiet = levels(-90.0, -90.0, channels=1)
    for _ in range(150):
        meter.step(quiet, 0.01)
    assert meter.peak_dbfs[0] == pytest.approx(-10.0, abs=0.21)
    for _ in range(100):
        meter.step(quiet, 0.01)
    assert meter.peak_dbfs[0] == pytest.approx(-30.0, abs=0.3)
    meter.step(levels(-25.0, channels=1), 0.01)
    assert meter.peak_dbfs[0] == -25.0


def test_ballistics_do_not_depend_on_how_hops_are_counted():
    fine, coarse = Ballistics(1), Ballistics(1)
    quiet = levels(-90.0, -50.0, channels=1)
    for meter in (fine, coarse):
        meter.step(levels(-10.0, -20.0, channels=1), 0.01)
    for _ in range(200):
        fine.step(quiet, 0.01)
    for _ in range(20):
        coarse.step(quiet, 0.1)
    assert fine.peak_dbfs[0] == pytest.approx(coarse.peak_dbfs[0], abs=0.01)
    assert fine.rms_dbfs[0] == pytest.approx(coarse.rms_dbfs[0], abs=0.01)


def test_rms_settles_on_a_steady_level():
    meter = Ballistics(2)
    for _ in range(200):
        meter.step(levels(-10.0, -23.0), 0.01)
    np.testing.assert_allclose(meter.rms_dbfs, -23.0, atol=0.01)


def test_silence_is_minus_infinity_without_warnings():
    meter = Ballistics(1)
    meter.step(levels(-np.inf, -np.inf, channels=1), 0.01)
    assert np.isneginf(meter.rms_dbfs[0]) and np.isneginf(meter.peak_dbfs[0])


@pytest.fixture
def make(qtbot):
    def make(channels, reduction=False):
        meters = LevelMeters("output" if reduction else "input", reduction=reduction)
        qtbot.addWidget(meters)
        meters.apply_theme(DARK)
        meters.resize(108, 379)
        meters.set_names([f"Microphone {index + 1}" for index in range(channels)])
        return meters

    return make


@pytest.mark.parametrize("reduction", [False, True])
@pytest.mark.parametrize("channels", [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64])
def test_every_channel_has_a_bar_inside_the_column(make, channels, reduction):
    meters = make(channels, reduction)
    meters.show_levels(levels(channels=channels), 0.01, 3.0)
    bars = meters.bars()
    assert len(bars) == channels
    assert all(width >= 1 for _, width in bars)
    assert all(left >= 30 for left, _ in bars) and bars[-1][0] + bars[-1][1] <= 109 - (14 if reduction else 0)
    lefts = [left for left, _ in bars]
    if not reduction or channels <= 32:
        assert len(set(lefts)) == channels
    assert not meters.grab().isNull()


def test_eight_channels_lie_as_drawn_in_the_design(make):
    bars = make(8).bars()
    assert [left for left, _ in bars] == [30 + 10 * channel for channel in range(8)]
    assert {width for _, width in bars} == {7}


def test_lamp_is_latched_until_clicked(qtbot, make):
    meters = make(8)
    meters.show_levels(levels(channels=8, clipped=[4]), 0.01)
    meters.show_levels(levels(channels=8), 0.01)
    assert meters.clipped
    red = QColor(DARK.clip)
    left, _ = meters.bars()[4]
    assert meters.grab().toImage().pixelColor(left + 2, LAMP_TOP + 2) == red
    assert "clipped" in meters.tool_tip_at(left + 2)[0]
    qtbot.mouseClick(meters, Qt.MouseButton.LeftButton, pos=QPoint(meters.bars()[3][0] + 2, 5))
    assert meters.clipped, "another channel's lamp"
    qtbot.mouseClick(meters, Qt.MouseButton.LeftButton, pos=QPoint(left + 2, 5))
    assert not meters.clipped


def test_clipping_is_told_when_it_begins_and_ends(qtbot, make):
    meters = make(2)
    told = []
    meters.clipping_changed.connect(told.append)
    for _ in range(3):
        meters.show_levels(levels(clipped=[0]), 0.01)
    meters.clear_clipping()
    assert told == [True, False]


def test_peaks_above_minus_6_are_amber(make):
    meters = make(2, reduction=True)
    left, _ = meters.bars()[0]
    for peak, color in ((-5.0, DARK.warning), (-7.0, DARK.text1)):
        meters.reset()
        meters.show_levels(levels(peak), 0.01)
        y = round(float(meters._y(peak)))
        assert meters.grab().toImage().pixelColor(left + 5, y).name().upper() == color


def test_gain_reduction_falls_from_the_top_on_the_meters_scale(make):
    meters = make(2, reduction=True)
    meters.show_levels(levels(), 0.01, 6.0)
    image, x = meters.grab().toImage(), meters._reduction_left() + 3
    end = round(float(meters._y(-6.0)))
    assert image.pixelColor(x, BAR_TOP + 1).name().upper() == DARK.warning
    assert image.pixelColor(x, end - 1).name().upper() == DARK.warning
    assert image.pixelColor(x, end + 1).name().upper() == DARK.raised
    assert "6.0" in meters.tool_tip_at(x)[0]


def test_labels_are_letters_for_a_pair_and_thin_out_for_many(make):
    assert make(2, reduction=True).labels() == ["L", "R"]
    assert make(3).labels() == ["1", "2", "3"]
    meters = make(64)
    assert meters._label_step() > 4


def test_another_number_of_channels_changes_the_meters(make):
    meters = make(2)
    meters.show_levels(levels(channels=6), 0.01)
    assert len(meters.bars()) == 6


def test_calibrated_meters_have_a_scale_in_sound_pressure(qtbot):
    meters = LevelMeters("input")
    qtbot.addWidget(meters)
    meters.resize(100, 300)
    meters.set_names(["1", "2"])
    meters.show_levels(levels(-10.0, -30.0), 0.01)
    assert meters.marks()[0] == (0, "0") and meters.scale_db_spl is None
    before = meters.grab().toImage()
    meters.set_pressure([118.0, None])
    assert meters.scale_db_spl is None  # one of them is not known
    meters.set_pressure([118.0, 116.0])
    assert meters.scale_db_spl == 117.0
    marks = meters.marks()
    assert marks[0] == (-7.0, "110") and marks[-1] == (-57.0, "60") and len(marks) == 6
    assert meters.grab().toImage() != before
    meters.ballistics._power[:] = 1e-3
    text, _ = meters.tool_tip_at(meters.bars()[1][0] + 1)
    assert "86.0" in text and "dB SPL" in text
