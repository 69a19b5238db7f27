import numpy as np
import pytest

from tests.localize import scenes
from workbench.core.geometry import load_array
from workbench.dsp.steering import steering_vectors
from workbench.localize import frames, music

ARRAY = load_array("uca8-100mm")


def _everywhere(spectrum):
    return np.ones((len(spectrum), frames.BANDS), dtype=bool)


def _values(samples, normalised=True, array=ARRAY):
    spectrum = frames.analyse(samples).spectrum
    return music.pseudo_spectrum(array, spectrum, _everywhere(spectrum), normalised)


def _errors_deg(peaks, azimuths_deg):
    found_deg = np.rad2deg([azimuth_rad for azimuth_rad, _ in peaks])
    return [np.abs((found_deg - azimuth + 180) % 360 - 180).min() for azimuth in azimuths_deg]


def test_pseudo_spectrum_equals_the_definition():
    x = scenes.plane_waves(ARRAY, [20.0, 130.0], [scenes.speech_like(seed, 0.5) for seed in (1, 2)], snr_db=20.0)
    spectrum = frames.analyse(x).spectrum
    active = np.zeros((len(spectrum), frames.BANDS), dtype=bool)
    active[3:20, 5] = True  # only one band, and not always
    values = music.pseudo_spectrum(ARRAY, spectrum, active, normalised=True)
    total = np.zeros(music.GRID)
    for k in range(5 * frames.BINS_PER_BAND, 6 * frames.BINS_PER_BAND):
        covariance = sum(np.outer(x_t, x_t.conj()) for x_t in spectrum[3:20, k].astype(complex))
        eigenvalues, vectors = np.linalg.eigh(covariance)
        noise = vectors[:, (eigenvalues <= 0.05 * eigenvalues[-1]) | (np.arange(8) == 0)]
        steering = steering_vectors(ARRAY.mic_xyz_m, music.GRID_RAD, frames.BIN_HZ[k])[0]
        power = 1 / np.maximum(np.sum(np.abs(steering.conj() @ noise) ** 2, axis=1) / 8, 1e-4)
        total += power / power.max()
    np.testing.assert_allclose(values, total / frames.BINS_PER_BAND, rtol=2e-3)


@pytest.mark.parametrize("normalised", [True, False])
@pytest.mark.parametrize("name", ["uca8-100mm", "uca8-45mm", "square4-30mm"])
def test_one_talker_in_free_field_is_found_within_a_degree(name, normalised):
    array = load_array(name)
    x = scenes.plane_waves(array, [-61.7], [scenes.speech_like(1, 0.5)])
    assert _errors_deg(music.find_peaks(_values(x, normalised, array), 1), [-61.7])[0] < 1.0


@pytest.mark.parametrize("normalised", [True, False])
def test_talkers_at_the_same_time_are_told_apart(normalised):
    azimuths_deg = [-100.0, 10.0, 42.0]
    x = scenes.plane_waves(ARRAY, azimuths_deg, [scenes.speech_like(seed, 0.5) for seed in (1, 2, 3)])
    assert max(_errors_deg(music.find_peaks(_values(x, normalised), 3), azimuths_deg)) < 2.0


def test_no_worse_than_the_reference_implementation_in_a_room():
    import pyroomacoustics as pra

    azimuths_deg = [-140.4, -19.7, 64.6]
    x = scenes.room_recording(ARRAY, azimuths_deg, rt60_s=0.3, seconds=4.0, seed=3)
    ours, theirs = [], []
    reference = pra.doa.NormMUSIC(
        ARRAY.mic_xyz_m[:, :2].T, 16000, 512, c=343.0, num_src=3, azimuth=np.deg2rad(np.arange(-180, 180))
    )
    for start in range(0, x.shape[1] - 24000, 24000):
        span = x[:, start : start + 24000]
        ours += _errors_deg(music.find_peaks(_values(span), 3), azimuths_deg)
        coarse = span[:, ::3]  # the room is simulated at 16 kHz
        windowed = np.stack([coarse[:, k : k + 512] * np.hanning(512) for k in range(0, 8000 - 511, 256)], axis=1)
        reference.locate_sources(np.fft.rfft(windowed).transpose(0, 2, 1), num_src=3, freq_range=[150.0, 7500.0])
        found_deg = np.rad2deg(reference.azimuth_recon)
        theirs += [np.abs((found_deg - azimuth + 180) % 360 - 180).min() for azimuth in azimuths_deg]
    assert np.median(ours) <= np.median(theirs) + 0.3


def test_nothing_heard_gives_nothing():
    spectrum = frames.analyse(scenes.plane_waves(ARRAY, [0.0], [scenes.speech_like(1, 0.5)])).spectrum
    silent = np.zeros((len(spectrum), frames.BANDS), dtype=bool)
    values = music.pseudo_spectrum(ARRAY, spectrum, silent, normalised=True)
    assert not values.any() and music.find_peaks(values, 4) == []
    too_short = silent.copy()
    too_short[:2] = True
    assert not music.pseudo_spectrum(ARRAY, spectrum, too_short, normalised=True).any()
