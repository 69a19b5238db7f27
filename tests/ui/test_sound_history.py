import numpy as np
import pytest

from tests.ui.sound_messages import BIN_HZ, BINS, snapshot
from workbench.ui.painting import erb_frequency
from workbench.ui.views.sound_history import CAPACITY, PixelMap, RowMap, SoundHistory, smoothing_weights


def test_one_column_a_hop_whatever_comes_twice():
    history = SoundHistory()
    hops = [snapshot(sequence, -50.0 - sequence) for sequence in range(5)]
    history.append(hops[:3])
    history.append(hops[2:4])
    history.append([hops[4]])
    assert history.count == 5
    np.testing.assert_array_equal(history.before_dbfs[:5, 0], [-50, -51, -52, -53, -54])


def test_hops_that_never_came_leave_empty_columns():
    history = SoundHistory()
    history.append([snapshot(0), snapshot(4)])
    assert history.count == 5
    np.testing.assert_array_equal(np.isnan(history.before_dbfs[:5, 0]), [False, True, True, True, False])
    assert history.at(-0.01, 1000.0) is None
    assert history.at(0.0, 1000.0) == (-60.0, -80.0)


def test_a_new_run_begins_a_new_history():
    history = SoundHistory()
    history.append([snapshot(10), snapshot(11)])
    generation = history.generation
    history.append([snapshot(0)])
    assert history.count == 1 and history.generation == generation + 1


def test_memory_is_bounded_and_the_newest_stay():
    history = SoundHistory()
    history.append([snapshot(sequence, time_s=float(sequence)) for sequence in range(CAPACITY + 10)])
    assert history.before_dbfs.shape == (CAPACITY, BINS)
    assert history.oldest == 10
    assert history.time_s[(CAPACITY + 9) % CAPACITY] == CAPACITY + 9
    assert history.at(-CAPACITY * history.hop_s, 1000.0) is None


def test_a_gap_longer_than_the_history_is_all_empty_but_the_newest():
    history = SoundHistory()
    history.append([snapshot(0), snapshot(5 * CAPACITY)])
    assert history.count == 5 * CAPACITY + 1
    assert np.count_nonzero(~np.isnan(history.time_s)) == 1


def test_levels_read_where_they_were_put():
    column = np.full(BINS, -90.0)
    column[46] = -31.3
    history = SoundHistory()
    history.append([snapshot(0), snapshot(1, column, column - 10), snapshot(2)])
    before, after = history.at(-0.01, 2290.0)
    assert before == pytest.approx(-31.3, abs=0.05) and after == pytest.approx(-41.3, abs=0.05)


def test_silence_is_finite():
    history = SoundHistory()
    history.append([snapshot(0, -np.inf, -np.inf)])
    assert history.at(0.0, 1000.0) == (-200.0, -200.0)


def test_a_looped_file_finds_the_newest_round():
    history = SoundHistory()
    times = [*np.arange(100) * 0.01, *np.arange(50) * 0.01]
    history.append([snapshot(sequence, time_s=time) for sequence, time in enumerate(times)])
    assert history.column_at(0.20) == 120
    assert history.column_at(0.80) == 80
    assert SoundHistory().column_at(0.0) is None


def test_mean_spectrum_averages_power_and_skips_missing_hops():
    history = SoundHistory()
    history.append([snapshot(0, -20.0), snapshot(2, -30.0)])
    before, _ = history.mean_spectrum(0.03)
    np.testing.assert_allclose(before, (10**-2 + 10**-3) / 2, rtol=1e-3)
    assert SoundHistory().mean_spectrum(0.1) is None


@pytest.mark.parametrize("rows", [379, 305, 758, 40])
def test_rows_take_the_largest_of_the_bins_they_share(rows):
    row_map = RowMap(rows, BINS, BIN_HZ)
    column = np.random.default_rng(1).uniform(-90, -20, (1, BINS))
    picture = row_map(column)[0]
    for row in range(rows):  # the slow way
        low = float(erb_frequency(1 - (row + 1) / rows)) / BIN_HZ
        high = float(erb_frequency(1 - row / rows)) / BIN_HZ
        inside = [index for index in range(BINS) if low <= index < high]
        expected = column[0, inside].max() if inside else np.interp((low + high) / 2, np.arange(BINS), column[0])
        assert picture[row] == pytest.approx(expected, abs=1e-3), row


def test_a_single_line_is_never_lost_between_rows():
    row_map = RowMap(120, BINS, BIN_HZ)
    columns = np.full((401, BINS), -100.0)
    columns[np.arange(401), np.arange(401)] = -20.0  # 0 to 20 kHz
    assert np.all(row_map(columns[1:400]).max(axis=1) == -20.0)


@pytest.mark.parametrize("width", [694, 374, 800, 801, 1388, 100])
def test_pixels_and_hops_belong_together(width):
    pixel_map = PixelMap(width, 800)
    hops = np.arange(5000)
    first, last = pixel_map.first_pixel(hops), pixel_map.pixel(hops)
    assert np.all(last >= first)
    pixels = np.arange(int(last[-1]))
    first_hop, last_hop = pixel_map.hops(pixels)
    # No hop is skipped: each one is among the hops of its own pixels.
    for hop in range(1000):
        for pixel in (first[hop], last[hop]):
            assert first_hop[pixel] <= hop <= last_hop[pixel]
    # None is doubled where pixels are scarce, and pixels follow one another without holes.
    if width <= 800:
        np.testing.assert_array_equal(first_hop[1:], last_hop[:-1] + 1)
    assert np.all(np.diff(first) <= max(1, -(-width // 800)))
    # Eight seconds are exactly as wide as the picture, wherever they begin.
    np.testing.assert_array_equal(pixel_map.first_pixel(hops + 800) - first, width)


def test_smoothing_weights_keep_white_noise_flat():
    weights = smoothing_weights(379, BINS, BIN_HZ)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(weights @ np.ones(BINS), 1, rtol=1e-5)
    assert weights.min() >= 0
