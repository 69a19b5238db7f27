import numpy as np
import pytest

from tests.ui.sound_messages import snapshot
from workbench.dsp.bands import PEAK_HZ
from workbench.ui.painting import frequency_y
from workbench.ui.theme import DARK
from workbench.ui.views.gain_strip import GainStrip, band_edges, gain_fraction
from workbench.ui.views.plot import Crosshair


@pytest.fixture
def strip(qtbot):
    strip = GainStrip(Crosshair())
    qtbot.addWidget(strip)
    strip.apply_theme(DARK)
    strip.resize(184, 379)
    strip.set_bands(PEAK_HZ)
    return strip


def test_gain_runs_from_minus_30_db_to_0():
    np.testing.assert_allclose(
        gain_fraction(np.array([1.0, 10**-0.5, 10**-0.75, 10**-1.5, 0.0, 2.0])), [1, 2 / 3, 0.5, 0, 0, 1], atol=1e-9
    )


def test_each_peak_lies_inside_its_own_band():
    edges = band_edges(PEAK_HZ)
    assert len(edges) == 35 and np.all(np.diff(edges) > 0)
    assert np.all(edges[:-1] <= PEAK_HZ) and np.all(edges[1:] > PEAK_HZ)


def test_bars_lie_at_their_bands_and_do_not_touch(strip):
    bars = strip.bars()
    assert bars.shape == (34, 2)
    centers = np.clip(frequency_y(PEAK_HZ, 379), 0, 400)
    inside = (bars[:, 0] - 1 <= centers) & (centers <= bars[:, 1] + 1)
    assert np.all(inside[1:])
    assert np.all(bars[:-1, 0] - bars[1:, 1] == 1), "one pixel of air"


def test_the_band_under_the_crosshair(strip):
    assert strip.band_at(2290.0) == 15, "the sixteenth of the bands"
    assert strip.band_at(40.0) in (0, 1) and strip.band_at(20000.0) == 33


def test_bars_grow_leftward_and_rightward(strip):
    def lit(gain, strength):
        strip.show_state(snapshot(0, gain=gain, strength=strength).enhancement)
        image = strip.grab().toImage()
        y = int(strip.bars()[20].mean())
        plain = {DARK.plot, DARK.line}
        return [image.pixelColor(x, y).name().upper() not in plain for x in range(184)]

    def run(pixels, start, stop):
        return sum(pixels[start:stop])

    full = lit(1.0, 1.0)
    assert run(full, 6, 90) == 84 and run(full, 94, 178) == 84
    half = lit(10 ** (-15 / 20), 0.5)
    assert run(half, 48, 90) == 42 and run(half, 6, 47) == 0
    assert run(half, 94, 136) == 42 and run(half, 137, 178) == 0


def test_nothing_is_drawn_without_bands_or_enhancement(qtbot, strip):
    bare = GainStrip(Crosshair())
    qtbot.addWidget(bare)
    bare.resize(184, 379)
    bare.show_state(snapshot(0).enhancement)
    assert bare.band_at(1000.0) is None and not bare.grab().isNull()
    empty = strip.grab().toImage()
    strip.show_state(snapshot(0).enhancement)
    assert strip.grab().toImage() != empty
    strip.show_state(None)
    assert strip.grab().toImage() == empty
