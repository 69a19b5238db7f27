import numpy as np
import pytest
from PySide6.QtGui import QColor

from tests.ui.sound_messages import BIN_HZ, BINS, snapshot
from workbench.ui.painting import colormap, frequency_y
from workbench.ui.theme import DARK, LIGHT
from workbench.ui.views.plot import Crosshair
from workbench.ui.views.sound_history import SoundHistory
from workbench.ui.views.spectrogram import AFTER, BEFORE, DIFFERENCE, Spectrogram, voiced_runs

LOW, HIGH = -85.0, -25.0


@pytest.fixture
def make(qtbot):
    def make(side=BEFORE, width=400, height=200):
        view = Spectrogram(SoundHistory(), Crosshair(), side)
        qtbot.addWidget(view)
        view.apply_theme(DARK)
        view.resize(width, height)
        return view

    return make


def feed(view, snapshots):
    view.history.append(snapshots)
    view.sync()


def pixels(view):
    """The picture as painted, (height, width) of 0xFFRRGGBB, without overlays."""
    view._paint_grid = lambda painter: None
    image = view.grab().toImage().convertToFormat(view._image.format())
    height, width = image.height(), image.width()
    return np.frombuffer(image.constBits(), dtype=np.uint32).reshape(height, width).copy()


def test_columns_scroll_in_from_the_right(make):
    view = make(width=400)
    feed(view, [snapshot(sequence, HIGH) for sequence in range(100)])  # one second: 50 pixels
    picture = pixels(view)
    row = picture[100]
    assert np.all(row[350:] == colormap("magma")[-1])
    assert np.all(row[:350] == colormap("magma")[0])
    feed(view, [snapshot(sequence, LOW) for sequence in range(100, 200)])
    row = pixels(view)[100]
    assert np.all(row[350:] == colormap("magma")[0]) and np.all(row[300:350] == colormap("magma")[-1])


@pytest.mark.parametrize("width", [400, 347, 800, 1000])
def test_drawing_hop_by_hop_equals_drawing_at_once(make, width):
    rng = np.random.default_rng(2)
    hops = [snapshot(sequence, rng.uniform(-90, -20, BINS)) for sequence in range(1100)]
    live, whole = make(width=width), make(width=width)
    for start in range(0, len(hops), 3):
        feed(live, hops[start : start + 3])
        if start % 30 == 0:
            live.grab()
    feed(whole, hops)
    np.testing.assert_array_equal(pixels(live), pixels(whole))


def test_scrolling_moves_the_picture_by_whole_pixels(make):
    rng = np.random.default_rng(3)
    hops = [snapshot(sequence, rng.uniform(-90, -20, BINS)) for sequence in range(1200)]
    view = make(width=400)
    feed(view, hops[:1000])
    before = pixels(view)[:, :-1].copy()
    feed(view, hops[1000:1100])
    np.testing.assert_array_equal(pixels(view)[4:-4, 10:-60], before[4:-4, 60 : 60 + 330])


def test_a_tone_lies_at_its_frequency(make):
    column = np.full(BINS, -120.0)
    column[round(1000 / BIN_HZ)] = HIGH
    view = make()
    feed(view, [snapshot(sequence, column) for sequence in range(900)])
    y = int(np.argmax(pixels(view)[:, 200] == colormap("magma")[-1]))
    assert y == pytest.approx(float(frequency_y(1000.0, 200)), abs=1)


def test_difference_is_after_minus_before_about_zero(make):
    view = make(AFTER)
    feed(view, [snapshot(sequence, -40.0, -70.0) for sequence in range(900)])
    view.set_mode(DIFFERENCE)
    assert pixels(view)[100, 200] == colormap("berlin")[0]
    view.apply_theme(LIGHT)
    assert view.map_name == "vik" and pixels(view)[100, 200] == colormap("vik")[0]


def test_silence_that_got_more_silent_is_no_difference(make):
    view = make(AFTER)
    view.set_mode(DIFFERENCE)
    feed(view, [snapshot(sequence, -110.0, -np.inf) for sequence in range(900)])
    assert pixels(view)[100, 200] == colormap("berlin")[128]


def test_missing_hops_are_neither_sound_nor_silence(make):
    view = make(width=800)
    feed(view, [snapshot(sequence, HIGH) for sequence in (*range(400), *range(500, 900))])
    row = pixels(view)[100]
    missing = QColor(DARK.line_strong).rgb()
    assert np.count_nonzero(row == missing) == 100
    assert np.count_nonzero(row == colormap("magma")[-1]) == 700


def test_resizing_keeps_the_sound(make):
    view = make(width=400, height=200)
    feed(view, [snapshot(sequence, HIGH) for sequence in range(900)])
    view.resize(300, 150)
    assert np.all(pixels(view)[75, 10:-10] == colormap("magma")[-1])


def test_a_new_run_clears_the_picture(make):
    view = make()
    feed(view, [snapshot(0, HIGH), snapshot(1, HIGH)])
    view.grab()
    feed(view, [snapshot(0, LOW), snapshot(1, LOW), snapshot(2, LOW)])
    assert np.all(pixels(view)[100] == colormap("magma")[0])


def test_pitch_is_drawn_where_voiced_only(make):
    view = make(AFTER, width=800)
    feed(view, [snapshot(s, pitch_hz=200.0 if s >= 600 else 0.0) for s in range(800)])
    plain = pixels(view).copy()
    view.set_pitch_shown(True)
    changed = np.argwhere(pixels(view) != plain)
    y = float(frequency_y(200.0, 200))
    assert changed[:, 1].min() >= 595 and changed[:, 1].max() >= 790
    assert abs(changed[:, 0].mean() - y) < 2 and np.ptp(changed[:, 0]) <= 5, "a casing of 4 pixels"


def test_a_message_stands_in_the_middle_until_the_crosshair_is_used(make):
    view = make()
    empty = pixels(view).copy()
    view.set_message("Stopped. Press Start (Space).")
    changed = np.argwhere(pixels(view) != empty)
    assert changed.mean(axis=0) == pytest.approx([100, 200], abs=4)
    view.crosshair.move(-1.0, 1000.0)
    assert pixels(view)[90, 200] == empty[90, 200]


def test_pitch_runs_break_at_silence_and_leaps_and_strays_are_left_out():
    pitch_hz = np.array([0, 100, 102, 104, 0, 150, 0, 200, 201, 400, 402, 404, 406, np.nan, 90, 91, 92], dtype=float)
    assert voiced_runs(pitch_hz).tolist() == [[1, 4], [9, 13], [14, 17]]
    assert len(voiced_runs(np.zeros(5))) == 0
