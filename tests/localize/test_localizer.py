import numpy as np
import pytest

from tests.localize import scenes
from workbench.core.geometry import MicrophoneArray, azimuth_grid_rad, load_array
from workbench.core.params import LocalizeParams, entry
from workbench.localize.localizer import UPDATE_HOPS, Localizer

ARRAY = load_array("uca8-100mm")
PARAMS = LocalizeParams(method="srp")
METHODS = [value for value, _ in entry("localize.method").knob.choices]


def _run(x, localizer=None, start_s=0.0, params=PARAMS):
    localizer = localizer or Localizer(ARRAY)
    hops = range(x.shape[1] // 480)
    results = [localizer.process(x[:, 480 * k : 480 * k + 480], start_s + 0.01 * k, params) for k in hops]
    return [result for result in results if result is not None]


def _degrees(items):
    return np.rad2deg([item.azimuth_rad for item in items])


def test_five_updates_a_second_with_the_centre_of_the_span():
    x = scenes.plane_waves(ARRAY, [50.0], [scenes.speech_like(0, 2.0)])
    results = _run(x, start_s=7.0)
    assert len(results) == 200 // UPDATE_HOPS
    assert [result.sequence for result in results] == list(range(1, 11))
    np.testing.assert_allclose(results[0].time_s, 7.1, atol=1e-9)  # 0.2 s are known
    np.testing.assert_allclose(results[4].time_s, 7.75, atol=1e-9)  # the last 0.5 s of 1 s


def test_a_talker_is_followed():
    x = scenes.plane_waves(ARRAY, [-123.0], [scenes.speech_like(1, 3.0)])
    results = _run(x)
    assert {track.number for result in results for track in result.tracks} == {1}
    for result in results[2:]:
        assert np.abs(_degrees(result.tracks) + 123.0).max() < 1.5
        assert result.candidates[0].confidence > 0.9


def test_three_talkers_in_a_room():
    azimuths_deg = np.array([-100.0, 0.0, 80.0])
    x = scenes.room_recording(ARRAY, azimuths_deg, rt60_s=0.3, seconds=4.0, seed=1)
    results = _run(x)
    last = _degrees([track for track in results[-1].tracks])
    assert len(last) == 3
    assert np.abs(np.sort(last) - azimuths_deg).max() < 5.0
    assert {track.number for result in results for track in result.tracks} == {1, 2, 3}


@pytest.mark.parametrize("method", METHODS)
def test_every_method_follows_talkers_and_shows_them_in_its_spectrum(method):
    azimuths_deg = np.array([-101.0, 37.0])
    x = scenes.plane_waves(ARRAY, azimuths_deg, [scenes.speech_like(seed, 2.0) for seed in (2, 3)])
    result = _run(x, params=LocalizeParams(method=method))[-1]
    assert result.method == method
    np.testing.assert_allclose(np.sort(_degrees(result.tracks)), azimuths_deg, atol=2.0)
    spectrum = result.spectrum
    np.testing.assert_allclose(spectrum.azimuth_rad, azimuth_grid_rad(360))
    highest_deg = np.rad2deg(spectrum.azimuth_rad[spectrum.level_db.argmax()])
    assert np.abs(highest_deg - azimuths_deg).min() < 4.0
    assert -10.0 < spectrum.level_db.max() <= 0.5 and spectrum.level_db.min() >= -40.0
    assert not spectrum.level_db.flags.writeable


def test_a_change_of_method_keeps_the_talkers():
    x = scenes.plane_waves(ARRAY, [70.0], [scenes.speech_like(4, 4.0)])
    localizer = Localizer(ARRAY)
    numbers = []
    for k in range(x.shape[1] // 480):
        params = LocalizeParams(method=METHODS[k // 50 % len(METHODS)])
        result = localizer.process(x[:, 480 * k : 480 * k + 480], 0.01 * k, params)
        if result is not None:
            numbers += [track.number for track in result.tracks]
    assert set(numbers) == {1} and len(numbers) > 15


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("azimuth_deg", [-40.0, 100.0])
def test_a_fan_does_not_become_a_talker(azimuth_deg, method):
    results = _run(scenes.fan(ARRAY, azimuth_deg, 5.0), params=LocalizeParams(method=method))
    assert all(result.tracks == () for result in results)


def test_a_talker_beside_a_fan_is_the_only_one():
    x = scenes.fan(ARRAY, 120.0, 6.0, seed=3)
    speech = scenes.plane_waves(ARRAY, [-30.0], [scenes.speech_like(5, 4.0)], snr_db=60.0)
    x[:, -speech.shape[1] :] += 4 * speech
    results = _run(x)
    assert all(result.tracks == () for result in results[:9])
    assert all(abs(azimuth + 30.0) < 4.0 for result in results for azimuth in _degrees(result.tracks))
    assert len(results[-1].tracks) == 1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("level_db", [-90.0, -30.0])
def test_sensor_noise_makes_no_phantom(level_db, method):
    x = np.random.default_rng(0).standard_normal((8, 48000 * 5)).astype(np.float32) * np.float32(10 ** (level_db / 20))
    results = _run(x, params=LocalizeParams(method=method))
    assert all(result.tracks == () and result.candidates == () for result in results)


def test_digital_silence_and_noise_after_it_make_no_phantom():
    rng = np.random.default_rng(0)
    x = np.zeros((8, 48000 * 6), np.float32)
    x[:, 48000 * 2 : 48000 * 3] = 0.001 * rng.standard_normal((8, 48000))
    x[:, 48000 * 4 :] = 0.001 * rng.standard_normal((8, 48000 * 2))
    results = _run(x)
    assert all(result.tracks == () for result in results)


def test_a_jump_in_time_forgets_the_sound_but_not_the_talkers():
    x = scenes.plane_waves(ARRAY, [10.0], [scenes.speech_like(6, 1.0)])
    localizer = Localizer(ARRAY)
    before = _run(x, localizer)
    after = _run(x, localizer, start_s=30.0)
    assert after[0].time_s == pytest.approx(30.1)
    assert before[-1].tracks[0].number == after[0].tracks[0].number == 1


def test_samples_that_are_not_numbers_do_no_harm():
    x = scenes.plane_waves(ARRAY, [10.0], [scenes.speech_like(6, 2.0)])
    x[3, 1000:1200] = np.nan
    x[5, 30000] = np.inf
    assert np.abs(_degrees(_run(x)[-1].tracks) - 10.0).max() < 1.5


def test_most_talkers_is_kept():
    x = scenes.plane_waves(ARRAY, [-90.0, 0.0, 90.0], [scenes.speech_like(seed, 2.0) for seed in range(3)])
    localizer = Localizer(ARRAY)
    params = LocalizeParams(max_sources=2)
    for k in range(x.shape[1] // 480):
        result = localizer.process(x[:, 480 * k : 480 * k + 480], 0.01 * k, params)
        if result is not None:
            assert len(result.tracks) <= 2 and len(result.candidates) <= 2


def test_a_line_shows_the_talker_and_the_mirror_image():
    line = load_array("line8-40mm")
    x = scenes.plane_waves(line, [40.0], [scenes.speech_like(7, 2.0)])
    along_x = np.ptp(line.mic_xyz_m[:, 0]) > np.ptp(line.mic_xyz_m[:, 1])
    mirror_deg = -40.0 if along_x else 140.0
    last = _run(x, Localizer(line))[-1]
    np.testing.assert_allclose(np.sort(_degrees(last.tracks)), np.sort([40.0, mirror_deg]), atol=2.0)


def test_one_microphone_finds_nothing():
    array = MicrophoneArray("single", [[0, 0, 0]])
    x = scenes.plane_waves(array, [40.0], [scenes.speech_like(7, 2.0)])
    assert all(result.candidates == () for result in _run(x, Localizer(array)))


def test_wrong_number_of_channels_is_refused():
    with pytest.raises(ValueError, match="expected"):
        Localizer(ARRAY).process(np.zeros((4, 480), np.float32), 0.0, PARAMS)
