import numpy as np
import pytest

from tests.localize import scenes
from workbench.core.geometry import MicrophoneArray, load_array, wrap_rad
from workbench.dsp.steering import steering_vectors
from workbench.localize import frames, srp

ARRAY = load_array("uca8-100mm")


def _errors_deg(peaks, azimuths_deg):
    found_deg = np.rad2deg([peak.azimuth_rad for peak in peaks])
    return [np.abs((found_deg - azimuth + 180) % 360 - 180).min() for azimuth in azimuths_deg]


def _zones(samples, array=ARRAY):
    return srp.steered_power(array, frames.analyse(samples)).reshape(-1, srp.GRID)


def test_steered_power_equals_the_definition():
    x = np.random.default_rng(0).standard_normal((8, frames.FRAME + 2 * frames.SHIFT)).astype(np.float32)
    analysed = frames.analyse(x)
    power = srp.steered_power(ARRAY, analysed)
    assert power.shape == (3, frames.BANDS, srp.GRID)
    frame, band = 1, 7
    bins = band * frames.BINS_PER_BAND + np.arange(frames.BINS_PER_BAND)
    spectrum = analysed.spectrum[frame, bins]
    amplitude = np.sqrt(np.mean(np.abs(spectrum) ** 2, axis=1))
    for direction in (0, 41, 119):
        expected = 0.0
        for k, x_k, weight in zip(bins, spectrum, amplitude / amplitude.sum()):
            steering = steering_vectors(ARRAY.mic_xyz_m, srp.GRID_RAD[direction], frames.BIN_HZ[k])[0, 0]
            beam = sum(s.conj() * y / abs(y) for s, y in zip(steering, x_k))
            expected += weight * abs(beam) ** 2 / 64
        assert power[frame, band, direction] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("name", ["uca8-100mm", "uca8-45mm", "uca6-45mm", "square4-30mm"])
@pytest.mark.parametrize("azimuth_deg", [-179.3, -61.7, 0.0, 33.1, 90.4])
def test_one_talker_in_free_field_is_found_within_a_degree(name, azimuth_deg):
    array = load_array(name)
    x = scenes.plane_waves(array, [azimuth_deg], [scenes.speech_like(1, 0.5)])
    peaks = srp.find_peaks(_zones(x, array), 4)
    assert _errors_deg(peaks[:1], [azimuth_deg])[0] < 1.0
    assert peaks[0].share > 0.6


@pytest.mark.parametrize("separation_deg", [30, 60, 180])
def test_talkers_at_the_same_time_are_told_apart(separation_deg):
    azimuths_deg = [17.0, 17.0 + separation_deg]
    x = scenes.plane_waves(ARRAY, azimuths_deg, [scenes.speech_like(seed, 0.5) for seed in (1, 2)])
    peaks = srp.find_peaks(_zones(x), 4)
    assert max(_errors_deg(peaks[:2], azimuths_deg)) < 2.0
    assert sum(peak.share for peak in peaks[2:]) < 0.1


def test_four_talkers():
    azimuths_deg = [-150.0, -70.0, 10.0, 60.0]
    x = scenes.plane_waves(ARRAY, azimuths_deg, [scenes.speech_like(seed, 0.5) for seed in range(4)])
    assert max(_errors_deg(srp.find_peaks(_zones(x), 4), azimuths_deg)) < 3.0


def test_shares_and_the_diffuse_part_add_up_to_one():
    x = scenes.plane_waves(ARRAY, [40.0], [scenes.speech_like(3, 0.5)], snr_db=5.0)
    share, posterior_ratio, diffuse = srp.share_out(_zones(x))
    assert share.sum() + diffuse == pytest.approx(1.0, abs=1e-4)
    assert share.min() >= 0 and 0 < diffuse < 1
    assert (posterior_ratio @ share).max() <= 1 + 1e-5


def test_expectation_maximisation_never_lowers_the_likelihood():
    x = scenes.plane_waves(ARRAY, [40.0, -80.0], [scenes.speech_like(seed, 0.5) for seed in (4, 5)], snr_db=10.0)
    power = _zones(x).astype(float)

    def log_likelihood(iterations):
        share, _, diffuse = srp.share_out(power, iterations)
        return np.sum(
            np.log(np.exp(srp._SHARPNESS * power) @ share + diffuse * np.exp(srp._SHARPNESS * srp._DIFFUSE_POWER))
        )

    values = [log_likelihood(iterations) for iterations in range(1, 15)]
    assert (np.diff(values) > -1e-6 * abs(values[0])).all()


def test_independent_noise_is_diffuse():
    x = np.random.default_rng(0).standard_normal((8, 24000)).astype(np.float32)
    _, _, diffuse = srp.share_out(_zones(x))
    assert diffuse > 0.9


def test_digital_silence_has_no_power_and_no_peaks_without_zones():
    assert not _zones(np.zeros((8, 24000), np.float32)).any()
    assert srp.find_peaks(np.zeros((0, srp.GRID), np.float32), 4) == []


def test_turning_the_array_turns_the_answer():
    turn_rad = np.deg2rad(25.0)
    rotation = np.array([[np.cos(turn_rad), -np.sin(turn_rad), 0], [np.sin(turn_rad), np.cos(turn_rad), 0], [0, 0, 1]])
    turned = MicrophoneArray("turned", ARRAY.mic_xyz_m @ rotation.T)
    x = scenes.plane_waves(ARRAY, [-12.0], [scenes.speech_like(6, 0.5)])
    plain, other = (srp.find_peaks(_zones(x, array), 1)[0].azimuth_rad for array in (ARRAY, turned))
    assert wrap_rad(other - plain) == pytest.approx(turn_rad, abs=np.deg2rad(0.7))


def test_no_worse_than_the_reference_implementation_in_a_room():
    import pyroomacoustics as pra

    azimuths_deg = [-140.4, -19.7, 64.6]  # between the grid points of the reference
    x = scenes.room_recording(ARRAY, azimuths_deg, rt60_s=0.3, seconds=4.0, seed=3)
    ours, theirs = [], []
    reference = pra.doa.SRP(
        ARRAY.mic_xyz_m[:, :2].T, 16000, 512, c=343.0, num_src=3, azimuth=np.deg2rad(np.arange(-180, 180))
    )
    for start in range(0, x.shape[1] - 24000, 24000):
        span = x[:, start : start + 24000]
        ours += _errors_deg(srp.find_peaks(_zones(span), 3), azimuths_deg)
        coarse = span[:, ::3]  # the room is simulated at 16 kHz
        frames = np.stack([coarse[:, k : k + 512] * np.hanning(512) for k in range(0, 8000 - 511, 256)], axis=1)
        reference.locate_sources(np.fft.rfft(frames).transpose(0, 2, 1), num_src=3, freq_range=[150.0, 7500.0])
        found_deg = np.rad2deg(reference.azimuth_recon)
        theirs += [np.abs((found_deg - azimuth + 180) % 360 - 180).min() for azimuth in azimuths_deg]
    assert np.median(ours) <= np.median(theirs) + 0.3
    assert np.mean(ours) < np.mean(theirs)


@pytest.mark.parametrize(("name", "ambiguous"), [("line4-50mm", True), ("line8-40mm", True), ("square4-30mm", False)])
def test_a_line_cannot_tell_front_from_back(name, ambiguous):
    assert srp.front_back_ambiguous(load_array(name)) == ambiguous
