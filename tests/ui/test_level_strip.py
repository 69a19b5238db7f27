import numpy as np
import pytest

from tests.ui.sound_messages import BIN_HZ, BINS, snapshot
from workbench.ui.painting import frequency_y
from workbench.ui.theme import DARK
from workbench.ui.views.level_strip import LevelStrip
from workbench.ui.views.plot import Crosshair
from workbench.ui.views.sound_history import SoundHistory


@pytest.fixture
def strip(qtbot):
    strip = LevelStrip(SoundHistory(), Crosshair())
    qtbot.addWidget(strip)
    strip.apply_theme(DARK)
    strip.resize(184, 379)
    return strip


def test_a_flat_spectrum_is_a_straight_line(strip):
    strip.history.append([snapshot(sequence, -60.0, -80.0) for sequence in range(30)])
    before, after = strip.curves()
    np.testing.assert_allclose(before, -60, atol=0.05)
    np.testing.assert_allclose(after, -80, atol=0.05)
    image = strip.grab().toImage()
    y = 250
    line = [image.pixelColor(x, y).name().upper() != DARK.plot for x in range(40, 53)]
    greens = [image.pixelColor(x, y).green() for x in range(184)]
    assert all(line) and abs(greens.index(max(greens)) - 46) <= 1, "−80 dB lies at a quarter"
    assert image.pixelColor(150, y).name().upper() == DARK.plot


def test_a_tone_peaks_at_its_frequency(strip):
    column = np.full(BINS, -100.0)
    column[round(4000 / BIN_HZ)] = -30.0
    strip.history.append([snapshot(sequence, column) for sequence in range(30)])
    before, _ = strip.curves()
    assert int(np.argmax(before)) == pytest.approx(float(frequency_y(4000.0, 379)), abs=1)


def test_it_is_an_average_of_the_last_moments(strip):
    strip.history.append([snapshot(sequence, -40.0 if sequence < 100 else -60.0) for sequence in range(115)])
    before, _ = strip.curves()
    np.testing.assert_allclose(before, -60, atol=0.05)


def test_without_sound_the_axes_stay(strip):
    assert strip.curves() is None
    image = strip.grab().toImage()
    assert image.pixelColor(92, 250).name().upper() == DARK.line
