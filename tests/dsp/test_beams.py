import dataclasses

import numpy as np
import pytest

from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray, load_array, mirror_azimuth_rad, unit_vectors
from workbench.core.params import BeamformerParams
from workbench.core.resources import shipped_names
from workbench.dsp import beams

SUPERDIRECTIVE = BeamformerParams(method="superdirective")


def _first_order_di_db(shape: float) -> float:
    """Directivity of shape + (1 - shape) cos(angle), as a pair of microphones with vanishing spacing."""
    spacing_m, frequency_hz = 1e-3, np.array([100.0])
    k = 2 * np.pi * frequency_hz[0] / beams.SPEED_OF_SOUND_M_S
    mics = np.array([[spacing_m / 2, 0, 0], [-spacing_m / 2, 0, 0]])
    difference = 1 / (1j * k * spacing_m)
    weights = np.array([[shape / 2 + (1 - shape) * difference, shape / 2 - (1 - shape) * difference]]).conj()
    steering = beams.steering_vectors(mics, 0.0, frequency_hz)[:, 0]
    return beams.directivity_db(weights, steering, beams.diffuse_coherence(mics, frequency_hz))[0]


@pytest.mark.parametrize(
    ("shape", "expected_db"), [(0.5, 4.77), ((np.sqrt(3) - 1) / 2, 5.72), (0.25, 6.02)], ids=["card", "super", "hyper"]
)
def test_directivity_of_first_order_microphones(shape, expected_db):
    assert _first_order_di_db(shape) == pytest.approx(expected_db, abs=0.01)


@pytest.mark.parametrize("mics", [2, 4, 8])
def test_half_wave_line_has_directivity_equal_to_its_number_of_microphones(mics):
    spacing_m = 0.05
    xyz_m = np.stack([np.zeros(mics), (np.arange(mics) - (mics - 1) / 2) * spacing_m, np.zeros(mics)], axis=1)
    frequency_hz = np.array([beams.SPEED_OF_SOUND_M_S / (2 * spacing_m)])
    steering = beams.steering_vectors(xyz_m, 0.4, frequency_hz)[:, 0]
    coherence = beams.diffuse_coherence(xyz_m, frequency_hz)
    assert beams.directivity_db(steering / mics, steering, coherence)[0] == pytest.approx(10 * np.log10(mics))


def test_delay_and_sum_on_the_circle_of_10_cm():
    array = load_array("uca8-100mm")
    frequency_hz = np.array([500.0, 1000.0, 2000.0, 4000.0])
    weights = beams.filter_weights(beams.design_beam(array, BeamformerParams(), 0.0), frequency_hz)
    steering = beams.steering_vectors(array.mic_xyz_m, 0.0, frequency_hz)[:, 0]
    directivity = beams.directivity_db(weights, steering, beams.diffuse_coherence(array.mic_xyz_m, frequency_hz))
    np.testing.assert_allclose(directivity, [2.81, 6.33, 8.77, 8.89], atol=0.01)


def test_a_nearer_microphone_hears_the_wave_earlier():
    left_mic = np.array([[0.0, 0.343, 0.0]])  # 1 ms from the origin
    from_left = beams.steering_vectors(left_mic, np.pi / 2, 250.0)[0, 0, 0]
    assert np.angle(from_left) == pytest.approx(2 * np.pi * 250 * 1e-3)


def test_superdirective_weights_against_a_search_of_the_loading():
    array = load_array("uca8-45mm")
    frequency_hz = np.array([300.0, 1000.0, 3000.0])
    steering = beams.steering_vectors(array.mic_xyz_m, 0.7, frequency_hz)[:, 0]
    coherence = beams.diffuse_coherence(array.mic_xyz_m, frequency_hz)
    weights = beams.superdirective_weights(array.mic_xyz_m, steering, frequency_hz, floor_db=-5.0)
    for index in range(3):
        best = None
        for loading in 10 ** np.arange(-9, 2, 0.002):
            w = np.linalg.solve(coherence[index] + loading * np.eye(8), steering[index])
            w /= steering[index].conj() @ w
            if -10 * np.log10(np.vdot(w, w).real) >= -5.0:
                best = w
                break
        np.testing.assert_allclose(weights[index], best, rtol=0, atol=5e-3 * np.abs(best).max())


@pytest.mark.parametrize("name", shipped_names("arrays"))
@pytest.mark.parametrize("floor_db", [-20.0, -10.0, -1.0, 3.0])
def test_superdirective_filters_keep_the_white_noise_floor_and_the_steered_direction(name, floor_db):
    array = load_array(name)
    params = dataclasses.replace(SUPERDIRECTIVE, white_noise_floor_db=floor_db)
    filters = beams.design_beam(array, params, 0.6)
    pattern = beams.beam_pattern(array, filters)
    assert pattern.white_noise_gain_db.min() > floor_db - 0.5
    speech = (pattern.frequency_hz > 200) & (pattern.frequency_hz < 10000)
    weights = beams.filter_weights(filters, pattern.frequency_hz)
    steering = beams.steering_vectors(array.mic_xyz_m, 0.6, pattern.frequency_hz)[:, 0]
    response_db = 20 * np.log10(np.abs(np.einsum("fm,fm->f", weights.conj(), steering)[speech]))
    assert np.abs(response_db).max() < 1.0
    plain = beams.beam_pattern(array, beams.design_beam(array, BeamformerParams(), 0.6))
    assert (pattern.directivity_db - plain.directivity_db).min() > -0.3


def test_superdirective_is_sharper_at_low_frequencies():
    array = load_array("uca8-100mm")
    sharp = beams.beam_pattern(array, beams.design_beam(array, SUPERDIRECTIVE, 0.0))
    plain = beams.beam_pattern(array, beams.design_beam(array, BeamformerParams(), 0.0))
    low = (sharp.frequency_hz > 250) & (sharp.frequency_hz < 600)
    assert (sharp.directivity_db - plain.directivity_db)[low].min() > 3.0


def test_a_floor_out_of_reach_gives_delay_and_sum():
    array = load_array("square4-30mm")  # at most 6 dB
    params = dataclasses.replace(SUPERDIRECTIVE, white_noise_floor_db=9.0)
    filters = beams.design_beam(array, params, 0.3)
    np.testing.assert_allclose(filters.fir, beams.design_beam(array, BeamformerParams(), 0.3).fir, atol=1e-6)


def test_pattern_is_relative_to_the_steered_direction():
    array = load_array("uca8-100mm")
    pattern = beams.beam_pattern(array, beams.design_beam(array, BeamformerParams(), np.deg2rad(40)))
    assert pattern.level_db.shape == (96, 360) and pattern.directivity_db.shape == (96,)
    assert not pattern.level_db.flags.writeable
    look = np.argmin(np.abs(pattern.azimuth_rad - np.deg2rad(40)))
    np.testing.assert_allclose(pattern.level_db[:, look], 0.0, atol=0.01)
    at_2_khz = np.argmin(np.abs(pattern.frequency_hz - 2000))
    assert np.argmax(pattern.level_db[at_2_khz]) == look
    np.testing.assert_allclose(pattern.white_noise_gain_db, 10 * np.log10(8), atol=0.01)


def test_pattern_of_a_plane_wave_is_what_the_filters_let_through():
    array, frequency_hz, azimuth_rad = load_array("uca8-100mm"), 1500.0, -1.0
    filters = beams.design_beam(array, SUPERDIRECTIVE, 0.5)
    advance = array.mic_xyz_m @ unit_vectors(azimuth_rad) / beams.SPEED_OF_SOUND_M_S
    time_s = np.arange(4800) / beams.RATE_HZ
    wave = np.cos(2 * np.pi * frequency_hz * (time_s + advance[:, None]))
    heard = sum(np.convolve(x, h, "valid") for x, h in zip(wave, filters.fir))
    weights = beams.filter_weights(filters, np.array([frequency_hz]))[0]
    steering = beams.steering_vectors(array.mic_xyz_m, azimuth_rad, frequency_hz)[0, 0]
    assert np.sqrt(2 * np.mean(heard**2)) == pytest.approx(abs(np.vdot(weights, steering)), rel=0.01)


def test_without_beamformer_the_first_microphone_passes_with_the_same_latency():
    filters = beams.design_beam(load_array("uca8-45mm"), BeamformerParams(enabled=False), 1.0)
    expected = np.zeros((8, beams.TAPS))
    expected[0, beams.LATENCY] = 1
    np.testing.assert_array_equal(filters.fir, expected)
    assert filters.latency_samples == beams.LATENCY


def test_filters_are_read_only():
    filters = beams.design_beam(load_array("uca8-45mm"), BeamformerParams(), 1.0)
    assert filters.fir.dtype == np.float32 and not filters.fir.flags.writeable


def test_an_array_too_large_for_the_filters_is_refused():
    array = MicrophoneArray("wide", [[0, 0, 0], [2, 0, 0]])
    with pytest.raises(InputError, match=r"wide.*more than 0\.\d+ m"):
        beams.design_beam(array, BeamformerParams(), 0.0)


LCMV = BeamformerParams(method="lcmv", white_noise_floor_db=-6.0)


@pytest.mark.parametrize("depth_db", [10.0, 30.0, 50.0])
def test_lcmv_weights_against_frost(depth_db):
    """Where the floor does not bind at a given loading, the weights are those of the textbook at that loading."""
    array, frequency_hz = load_array("uca8-100mm"), np.array([700.0, 1500.0, 3000.0])
    steering = beams.steering_vectors(array.mic_xyz_m, 0.5, frequency_hz)[:, 0]
    nulls = beams.steering_vectors(array.mic_xyz_m, np.array([-1.2, 2.5]), frequency_hz).swapaxes(1, 2)
    weights = beams.lcmv_weights(array.mic_xyz_m, steering, nulls, frequency_hz, -6.0, depth_db)
    assert beams.white_noise_gain_db(weights, steering).min() >= -6.0 - 1e-6
    free = beams.superdirective_weights(array.mic_xyz_m, steering, frequency_hz, -6.0)
    coherence = beams.diffuse_coherence(array.mic_xyz_m, frequency_hz)
    for index in range(3):
        matrix = np.column_stack([steering[index], nulls[index]])
        natural = free[index].conj() @ nulls[index]
        wanted = natural * np.minimum(1, 10 ** (-depth_db / 20) / np.abs(natural))
        np.testing.assert_allclose(weights[index].conj() @ matrix, [1.0, *wanted], atol=1e-6)
        best = None
        for loading in 10 ** np.arange(-9, 9, 0.01):  # the least that keeps the floor
            solved = np.linalg.solve(coherence[index] + loading * np.eye(8), matrix)
            trial = solved @ np.linalg.solve(matrix.conj().T @ solved, np.array([1.0, *wanted]).conj())
            if np.vdot(trial, trial).real <= 10**0.6:
                best = trial
                break
        np.testing.assert_allclose(weights[index], best, atol=2e-2 * np.abs(best).max())


def test_a_null_that_the_floor_forbids_is_shallower():
    array, frequency_hz = load_array("uca8-45mm"), np.array([150.0])
    steering = beams.steering_vectors(array.mic_xyz_m, 0.0, frequency_hz)[:, 0]
    nulls = beams.steering_vectors(array.mic_xyz_m, np.array([0.7]), frequency_hz).swapaxes(1, 2)
    weights = beams.lcmv_weights(array.mic_xyz_m, steering, nulls, frequency_hz, 3.0, 50.0)
    assert beams.white_noise_gain_db(weights, steering)[0] == pytest.approx(3.0, abs=0.01)
    assert np.vdot(weights[0], steering[0]) == pytest.approx(1.0)
    assert -20 < 20 * np.log10(np.abs(weights[0].conj() @ nulls[0, :, 0])) < 0.0


@pytest.mark.parametrize("name", ["line4-50mm", "square4-30mm"])
@pytest.mark.parametrize("null_deg", [-68, -20, 90])
def test_a_null_in_a_grating_lobe_does_not_cost_all_directivity(name, null_deg):
    array = load_array(name)
    pattern = beams.beam_pattern(array, beams.design_beam(array, LCMV, np.radians(42), [np.radians(null_deg)]))
    assert pattern.directivity_db[pattern.frequency_hz > 500].min() > 0.0


@pytest.mark.parametrize("null_deg", [-70, 90, 150])
def test_lcmv_filters_hold_null_floor_and_steered_direction(null_deg):
    array = load_array("uca8-100mm")
    filters = beams.design_beam(array, LCMV, np.radians(30), [np.radians(null_deg)])
    pattern = beams.beam_pattern(array, filters)
    assert pattern.nulls_rad == filters.nulls_rad == pytest.approx([np.radians(null_deg)])
    speech = (pattern.frequency_hz > 500) & (pattern.frequency_hz < 10000)
    there = np.argmin(np.abs(pattern.azimuth_rad - np.radians(null_deg)))
    assert np.median(pattern.level_db[speech, there]) < -35.0
    assert pattern.level_db[speech, there].max() < -16.0
    assert pattern.white_noise_gain_db.min() > -6.6
    weights = beams.filter_weights(filters, pattern.frequency_hz[speech])
    steering = beams.steering_vectors(array.mic_xyz_m, np.radians(30), pattern.frequency_hz[speech])[:, 0]
    assert np.abs(20 * np.log10(np.abs(np.einsum("fm,fm->f", weights.conj(), steering)))).max() < 1.5


def test_a_shallow_null_is_as_deep_as_asked():
    array = load_array("uca8-100mm")
    depths = []
    for depth_db in (12.0, 24.0):
        params = dataclasses.replace(LCMV, null_depth_db=depth_db)
        pattern = beams.beam_pattern(array, beams.design_beam(array, params, 0.0, [np.radians(45)]))
        there = np.argmin(np.abs(pattern.azimuth_rad - np.radians(45)))
        row = np.argmin(np.abs(pattern.frequency_hz - 1500))
        depths.append(pattern.level_db[row, there])
    np.testing.assert_allclose(depths, [-12.0, -24.0], atol=1.5)


def test_nulls_that_the_array_cannot_form_are_left_out():
    circle, line = load_array("uca8-100mm"), load_array("line4-50mm")
    assert beams.usable_nulls(circle, 0.5, [0.52, 0.5, -1.0, -1.01, 2.0, 3.0]) == pytest.approx((-1.0, 2.0, 3.0))
    mirror = mirror_azimuth_rad(line.mic_xyz_m, 0.5)
    assert beams.usable_nulls(line, 0.5, [mirror, -1.0]) == pytest.approx((-1.0,))
    assert beams.usable_nulls(MicrophoneArray("one", [[0, 0, 0]]), 0.5, [1.0]) == ()
    pair = MicrophoneArray("pair", [[0, 0.1, 0], [0, -0.1, 0]])
    assert beams.usable_nulls(pair, 0.0, [0.6, -1.2]) == pytest.approx((0.6,))


def test_an_array_on_a_line_cannot_tell_front_from_back():
    line = MicrophoneArray("line", [[0.01 * k, 0.02 * k, 0] for k in range(4)])
    mirror = mirror_azimuth_rad(line.mic_xyz_m, 0.3)
    np.testing.assert_allclose(
        beams.steering_vectors(line.mic_xyz_m - line.mic_xyz_m.mean(0), mirror, 2000.0),
        beams.steering_vectors(line.mic_xyz_m - line.mic_xyz_m.mean(0), 0.3, 2000.0),
        atol=1e-12,
    )
    pattern = beams.beam_pattern(line, beams.design_beam(line, SUPERDIRECTIVE, 0.3))
    assert pattern.mirror_rad == pytest.approx(mirror)
    there = np.argmin(np.abs(pattern.azimuth_rad - mirror))
    assert np.abs(pattern.level_db[:, there]).max() < 0.2
    assert mirror_azimuth_rad(line.mic_xyz_m, np.arctan2(2, 1)) is None  # on its own axis
    assert mirror_azimuth_rad(load_array("uca8-100mm").mic_xyz_m, 0.3) is None


@pytest.mark.parametrize("method", ["delay-and-sum", "superdirective", "mvdr", "lcmv"])
def test_one_microphone_passes_whatever_the_method(method):
    array = MicrophoneArray("one", [[0, 0, 0]])
    filters = beams.design_beam(array, BeamformerParams(method=method), 1.0, [2.0])
    expected = np.zeros((1, beams.TAPS))
    expected[0, beams.LATENCY] = 1.0
    np.testing.assert_allclose(filters.fir, expected, atol=1e-6)
    pattern = beams.beam_pattern(array, filters)
    assert np.abs(pattern.level_db).max() < 1e-3 and np.abs(pattern.directivity_db).max() < 1e-3


@pytest.mark.parametrize("method", ["superdirective", "lcmv", "mvdr"])
def test_64_microphones(method):
    rng = np.random.default_rng(0)
    array = MicrophoneArray("grid", np.column_stack([*rng.uniform(-0.2, 0.2, (2, 64)), np.zeros(64)]))
    params = BeamformerParams(method=method, white_noise_floor_db=6.0)
    pattern = beams.beam_pattern(array, beams.design_beam(array, params, 0.5, [-1.0]))
    assert pattern.white_noise_gain_db.min() > 4.5
    low = (pattern.frequency_hz > 300) & (pattern.frequency_hz < 2000)
    assert pattern.directivity_db[low].mean() > 8.0


def _pyroomacoustics_beamformer(array):
    pra = pytest.importorskip("pyroomacoustics")
    pra.constants.set("c", beams.SPEED_OF_SOUND_M_S)
    pra.constants.set("ffdist", 1e4)
    return pra, pra.Beamformer(array.mic_xyz_m[:, :2].T, fs=beams.RATE_HZ, N=512, Lg=256)


@pytest.mark.parametrize("near", [False, True])
def test_delay_and_sum_equals_that_of_pyroomacoustics(near):
    array, look_rad = load_array("uca8-100mm"), 0.6
    pra, theirs = _pyroomacoustics_beamformer(array)
    if near:
        theirs.rake_delay_and_sum_weights(pra.SoundSource(1000.0 * unit_vectors(look_rad)[:2]), attn=False)
    else:
        theirs.far_field_weights(look_rad)
    keep = (theirs.frequencies > 300) & (theirs.frequencies < 10000)
    frequency_hz, weights = theirs.frequencies[keep], theirs.weights.T[keep]
    azimuth_rad = np.radians(np.arange(-180, 180, 5.0))
    mine = beams.filter_weights(beams.design_beam(array, BeamformerParams(), look_rad), frequency_hz)
    steering = beams.steering_vectors(array.mic_xyz_m, azimuth_rad, frequency_hz)
    look = beams.steering_vectors(array.mic_xyz_m, look_rad, frequency_hz)[:, 0]

    def level_db(w):
        response = np.abs(np.einsum("fm,fam->fa", w.conj(), steering))
        return 20 * np.log10(response / np.abs(np.einsum("fm,fm->f", w.conj(), look))[:, None])

    expected = level_db(weights)
    seen = expected > -30.0  # in a null a tenth of a decibel is nothing
    assert seen.mean() > 0.6
    np.testing.assert_allclose(level_db(mine)[seen], expected[seen], atol=0.1)


@pytest.mark.parametrize("method", ["delay-and-sum", "superdirective", "lcmv"])
def test_patterns_equal_the_responses_of_pyroomacoustics(method):
    array, look_rad = load_array("uca8-100mm"), 0.6
    _, theirs = _pyroomacoustics_beamformer(array)
    params = BeamformerParams(method=method, white_noise_floor_db=-6.0)
    filters = beams.design_beam(array, params, look_rad, [-1.2])
    pattern = beams.beam_pattern(array, filters)
    for wanted_hz in (300, 1000, 3000, 8000):
        row = np.argmin(np.abs(pattern.frequency_hz - wanted_hz))
        bin_number = np.argmin(np.abs(theirs.frequencies - pattern.frequency_hz[row]))
        theirs.frequencies[bin_number] = pattern.frequency_hz[row]
        theirs.weights = np.zeros((array.mics, len(theirs.frequencies)), complex)
        theirs.weights[:, bin_number] = beams.filter_weights(filters, pattern.frequency_hz[row : row + 1])[0]
        _, response = theirs.response(pattern.azimuth_rad, pattern.frequency_hz[row])
        _, reference = theirs.response(np.array([look_rad]), pattern.frequency_hz[row])
        expected = 20 * np.log10(np.abs(response / reference))
        seen = expected > -40.0
        np.testing.assert_allclose(pattern.level_db[row, seen], expected[seen], atol=0.1)


def test_pattern_of_channels_that_hear_wrongly():
    """Each channel's plane wave at its true place, delayed and scaled, through the filters in the time domain."""
    array, frequency_hz, azimuth_rad = load_array("uca8-100mm"), 1500.0, -1.0
    rng = np.random.default_rng(0)
    errors = beams.ChannelErrors(
        array.mic_xyz_m + 0.003 * rng.standard_normal((8, 3)),
        2e-5 * rng.standard_normal(8),
        np.array([1.0, 0.8, 0.0, 1.2, -1.0, 1.0, 0.9, 1.1]),
    )
    filters = beams.design_beam(array, SUPERDIRECTIVE, 0.5)
    time_s = np.arange(4800) / beams.RATE_HZ

    def heard(azimuth):
        advance = errors.xyz_m @ unit_vectors(azimuth) / beams.SPEED_OF_SOUND_M_S - errors.delay_s
        wave = errors.gain[:, None] * np.cos(2 * np.pi * frequency_hz * (time_s + advance[:, None]))
        return np.sqrt(2 * np.mean(sum(np.convolve(x, h, "valid") for x, h in zip(wave, filters.fir)) ** 2))

    pattern = beams.beam_pattern(array, filters, errors=errors)
    level_db = np.interp(
        azimuth_rad, pattern.azimuth_rad, pattern.level_db[np.argmin(np.abs(pattern.frequency_hz - frequency_hz))]
    )
    assert level_db == pytest.approx(20 * np.log10(heard(azimuth_rad) / heard(0.5)), abs=0.5)
    true = beams.beam_pattern(array, filters)
    none = beams.ChannelErrors(array.mic_xyz_m, np.zeros(8), np.ones(8))
    np.testing.assert_allclose(beams.beam_pattern(array, filters, errors=none).level_db, true.level_db, atol=1e-3)
    speech = pattern.frequency_hz < 3000
    assert pattern.directivity_db[speech].mean() < true.directivity_db[speech].mean() - 1.0
    # One dead microphone of delay-and-sum: the white-noise gain is |7/8|^2 / (8/64).
    plain = beams.design_beam(array, BeamformerParams(), 0.0)
    dead = beams.ChannelErrors(array.mic_xyz_m, np.zeros(8), np.array([1.0] * 7 + [0.0]))
    gain_db = beams.beam_pattern(array, plain, errors=dead).white_noise_gain_db
    np.testing.assert_allclose(gain_db, 10 * np.log10((7 / 8) ** 2 * 8), atol=0.02)
