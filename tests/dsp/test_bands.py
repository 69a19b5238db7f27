import numpy as np

from workbench.dsp import bands


def test_there_are_34_bands_up_to_20_khz():
    assert bands.BANDS == 34
    assert bands.PEAK_HZ[-1] == 20000


def test_bands_are_a_partition_of_unity_up_to_20_khz():
    np.testing.assert_allclose(bands.WEIGHTS[:, :401].sum(axis=0), 1.0, atol=1e-6)
    assert not bands.WEIGHTS[:, 401:].any()


def test_peaks_follow_the_recursion():
    peaks = [400]
    while peaks[-1] > 0:
        width = max(2, round(24.7 * (4.37 * peaks[-1] / 20 + 1) / 50))
        peaks.append(max(0, peaks[-1] - width))
    expected = sorted(set(peaks) - {14, 16} | {15})
    np.testing.assert_array_equal(bands.PEAK_BINS, expected)


def test_energy_of_a_bin_is_shared_between_its_two_bands():
    spectrum = np.zeros(bands.BINS, dtype=complex)
    spectrum[99] = 2.0
    energy = bands.band_energy(spectrum)
    np.testing.assert_allclose(energy.sum(), 4.0, rtol=1e-6)
    assert np.count_nonzero(energy) == 2


def test_interpolation_of_equal_gains_is_flat_over_all_bins():
    np.testing.assert_allclose(bands.interpolate(np.full(34, 0.25, dtype=np.float32)), 0.25, rtol=1e-6)
