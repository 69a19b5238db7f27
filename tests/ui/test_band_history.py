"""Gains and strengths over time: the same columns as the spectrograms, the right colours at the right places."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor

from tests.ui.sound_messages import snapshot
from workbench.core.messages import EnhancementState
from workbench.ui.painting import colormap
from workbench.ui.views.band_history import GAIN, STRENGTH, BandHistory, BandPicture, MapBar
from workbench.ui.views.gain_strip import band_edges
from workbench.ui.views.sound_axes import Crosshair
from workbench.ui.views.sound_history import CAPACITY, SoundHistory

PEAKS_HZ = np.array([100.0, 500.0, 2000.0, 8000.0])


def state(gain, strength=0.0):
    return EnhancementState(
        np.full(4, gain, np.float32) if np.isscalar(gain) else np.asarray(gain, np.float32),
        np.full(4, strength, np.float32),
        0.0,
        math.nan,
    )


@pytest.fixture
def histories():
    return SoundHistory(), BandHistory()


def feed(histories, *sent):
    """(sequence, state) pairs as one delivery."""
    fresh = [replace(snapshot(sequence), enhancement=enhancement) for sequence, enhancement in sent]
    histories[0].append(fresh)
    histories[1].follow(histories[0], fresh)


def test_columns_are_those_of_the_sound_and_missing_ones_are_unknown(histories):
    sound, bands = histories
    feed(histories, (0, state(1.0, 0.5)), (1, state(0.1)))
    feed(histories, (4, state(0.5)), (5, None))
    assert sound.count == 6 and bands.bands == 4
    gains = [bands.at(GAIN, column, 2) for column in range(6)]
    np.testing.assert_allclose(gains, [0, -20, math.nan, math.nan, -6.02, math.nan], atol=0.02)
    assert bands.at(STRENGTH, 0, 0) == 50 and math.isnan(bands.at(GAIN, 0, 9))


def test_a_new_run_begins_anew(histories):
    feed(histories, *((k, state(0.1)) for k in range(50)))
    feed(histories, (0, state(1.0)))
    assert histories[0].count == 1 and histories[1].at(GAIN, 0, 0) == 0
    assert np.isnan(histories[1].gain_db[1:50]).all()


def test_the_ring_goes_round(histories):
    feed(histories, *((k, state(0.1)) for k in range(CAPACITY)))
    feed(histories, (CAPACITY, state(1.0)), (CAPACITY + 2, state(0.5)))
    gain = histories[1].gain_db[:4, 0]
    np.testing.assert_allclose(gain, [0, math.nan, -6.02, -20], atol=0.02)


@pytest.fixture
def picture(qtbot, histories):
    picture = BandPicture(GAIN, histories[1], histories[0], Crosshair())
    histories[1].edges_hz = band_edges(PEAKS_HZ)
    picture.resize(800, 200)
    qtbot.addWidget(picture)
    return picture


def color(picture, x, frequency_hz):
    y = picture.frequency_y(frequency_hz)
    return picture.image().pixel(x, y) & 0xFFFFFF


def expected(gain_db):
    table = colormap("viridis")
    return int(table[round((gain_db + 30) / 30 * (len(table) - 1))]) & 0xFFFFFF


def near(one, other):
    return all(abs((one >> s & 255) - (other >> s & 255)) <= 3 for s in (0, 8, 16))


def test_each_band_has_its_colour_at_its_frequency_and_now_is_at_the_right(picture, histories):
    feed(histories, *((k, state([1.0, 0.1, 0.5, 0.01])) for k in range(100)))
    for frequency_hz, gain_db in zip(PEAKS_HZ, (0, -20, -6.02, -30)):
        assert near(color(picture, 799, frequency_hz), expected(gain_db))
    # One second of eight: a hundred pixels at the right.
    assert near(color(picture, 705, 100.0), expected(0))
    # What was never heard is empty, not silenced.
    assert color(picture, 690, 100.0) == QColor(picture.tokens.plot).rgb() & 0xFFFFFF


def test_missing_hops_are_grey_and_another_span_is_followed(picture, histories):
    feed(histories, *((k, state(1.0)) for k in range(100)))
    feed(histories, (200, state(1.0)))
    grey = QColor(picture.tokens.line_strong).rgb() & 0xFFFFFF
    assert color(picture, 750, 1000.0) == grey and near(color(picture, 650, 1000.0), expected(0))
    picture.axes.set_span(2.0)
    assert color(picture, 500, 1000.0) == grey and near(color(picture, 300, 1000.0), expected(0))


def test_a_frozen_picture_stays_while_new_sound_comes(picture, histories):
    feed(histories, *((k, state(1.0)) for k in range(100)))
    picture.set_shown(histories[0].copy())
    before = picture.image()
    feed(histories, *((k, state(0.01)) for k in range(100, 200)))
    assert picture.image() == before
    picture.set_shown(histories[0])
    assert picture.image() != before


def test_the_crosshair_reads_band_and_value(picture, histories):
    assert picture.text_at_crosshair() == ""
    feed(histories, *((k, state([1.0, 0.1, 0.5, 0.01])) for k in range(100)))
    picture.crosshair.move(-0.5, 520.0)
    assert picture.text_at_crosshair().replace("\u2009", " ") == "band 2  −20.0 dB"
    picture.crosshair.move(-5.0, 520.0)
    assert picture.text_at_crosshair().replace("\u2009", " ").startswith("band 2  –")


def test_without_sound_or_bands_it_is_empty(qtbot):
    picture = BandPicture(STRENGTH, BandHistory(), SoundHistory(), Crosshair())
    picture.resize(50, 40)
    qtbot.addWidget(picture)
    assert picture.image().pixel(10, 10) & 0xFFFFFF == QColor(picture.tokens.plot).rgb() & 0xFFFFFF
    picture.resize(400, 168)
    empty = picture.grab().toImage()
    ground = QColor(picture.tokens.panel).rgb()
    assert sum(empty.pixel(x, 84 - 12) == ground for x in range(100, 300)) > 100  # the box of the sentence


def test_bars_say_their_range(qtbot):
    for what, name in ((GAIN, "Colours from −30 to 0 dB"), (STRENGTH, "Colours from 0 to 100 %")):
        bar = MapBar(what)
        qtbot.addWidget(bar)
        assert bar.accessibleName() == name and not bar.grab().isNull()
