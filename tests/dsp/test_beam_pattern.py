import numpy as np
import pytest

from workbench.core.geometry import SPEED_OF_SOUND_M_S, MicrophoneArray, load_array, mirror_azimuth_rad, unit_vectors
from workbench.core.params import BeamformerParams
from workbench.dsp import beams
from workbench.dsp.bands import RATE_HZ
from workbench.dsp.beam_pattern import ChannelErrors, beam_pattern, filter_weights
from workbench.dsp.steering import steering_vectors

SUPERDIRECTIVE = BeamformerParams(method="superdirective")


def test_pattern_is_relative_to_the_steered_direction():
    array = load_array("uca8-100mm")
    pattern = beam_pattern(array, beams.design_beam(array, BeamformerParams(), np.deg2rad(40)))
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
    advance = array.mic_xyz_m @ unit_vectors(azimuth_rad) / SPEED_OF_SOUND_M_S
    time_s = np.arange(4800) / RATE_HZ
    wave = np.cos(2 * np.pi * frequency_hz * (time_s + advance[:, None]))
    heard = sum(np.convolve(x, h, "valid") for x, h in zip(wave, filters.fir))
    weights = filter_weights(filters, np.array([frequency_hz]))[0]
    steering = steering_vectors(array.mic_xyz_m, azimuth_rad, frequency_hz)[0, 0]
    assert np.sqrt(2 * np.mean(heard**2)) == pytest.approx(abs(np.vdot(weights, steering)), rel=0.01)


def test_an_array_on_a_line_cannot_tell_front_from_back():
    line = MicrophoneArray("line", [[0.01 * k, 0.02 * k, 0] for k in range(4)])
    mirror = mirror_azimuth_rad(line.mic_xyz_m, 0.3)
    np.testing.assert_allclose(
        steering_vectors(line.mic_xyz_m - line.mic_xyz_m.mean(0), mirror, 2000.0),
        steering_vectors(line.mic_xyz_m - line.mic_xyz_m.mean(0), 0.3, 2000.0),
        atol=1e-12,
    )
    pattern = beam_pattern(line, beams.design_beam(line, SUPERDIRECTIVE, 0.3))
    assert pattern.mirror_rad == pytest.approx(mirror)
    there = np.argmin(np.abs(pattern.azimuth_rad - mirror))
    assert np.abs(pattern.level_db[:, there]).max() < 0.2
    assert mirror_azimuth_rad(line.mic_xyz_m, np.arctan2(2, 1)) is None  # on its own axis
    assert mirror_azimuth_rad(load_array("uca8-100mm").mic_xyz_m, 0.3) is None


def _pyroomacoustics_beamformer(array):
    pra = pytest.importorskip("pyroomacoustics")
    pra.constants.set("c", SPEED_OF_SOUND_M_S)
    pra.constants.set("ffdist", 1e4)
    return pra, pra.Beamformer(array.mic_xyz_m[:, :2].T, fs=RATE_HZ, N=512, Lg=256)


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
    mine = filter_weights(beams.design_beam(array, BeamformerParams(), look_rad), frequency_hz)
    steering = steering_vectors(array.mic_xyz_m, azimuth_rad, frequency_hz)
    look = steering_vectors(array.mic_xyz_m, look_rad, frequency_hz)[:, 0]

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
    pattern = beam_pattern(array, filters)
    for wanted_hz in (300, 1000, 3000, 8000):
        row = np.argmin(np.abs(pattern.frequency_hz - wanted_hz))
        bin_number = np.argmin(np.abs(theirs.frequencies - pattern.frequency_hz[row]))
        theirs.frequencies[bin_number] = pattern.frequency_hz[row]
        theirs.weights = np.zeros((array.mics, len(theirs.frequencies)), complex)
        theirs.weights[:, bin_number] = filter_weights(filters, pattern.frequency_hz[row : row + 1])[0]
        _, response = theirs.response(pattern.azimuth_rad, pattern.frequency_hz[row])
        _, reference = theirs.response(np.array([look_rad]), pattern.frequency_hz[row])
        expected = 20 * np.log10(np.abs(response / reference))
        seen = expected > -40.0
        np.testing.assert_allclose(pattern.level_db[row, seen], expected[seen], atol=0.1)


def test_pattern_of_channels_that_hear_wrongly():
    """Each channel's plane wave at its true place, delayed and scaled, through the filters in the time domain."""
    array, frequency_hz, azimuth_rad = load_array("uca8-100mm"), 1500.0, -1.0
    rng = np.random.default_rng(0)
    errors = ChannelErrors(
        array.mic_xyz_m + 0.003 * rng.standard_normal((8, 3)),
        2e-5 * rng.standard_normal(8),
        np.array([1.0, 0.8, 0.0, 1.2, -1.0, 1.0, 0.9, 1.1]),
    )
    filters = beams.design_beam(array, SUPERDIRECTIVE, 0.5)
    time_s = np.arange(4800) / RATE_HZ

    def heard(azimuth):
        advance = errors.xyz_m @ unit_vectors(azimuth) / SPEED_OF_SOUND_M_S - errors.delay_s
        wave = errors.gain[:, None] * np.cos(2 * np.pi * frequency_hz * (time_s + advance[:, None]))
        return np.sqrt(2 * np.mean(sum(np.convolve(x, h, "valid") for x, h in zip(wave, filters.fir)) ** 2))

    pattern = beam_pattern(array, filters, errors=errors)
    level_db = np.interp(
        azimuth_rad, pattern.azimuth_rad, pattern.level_db[np.argmin(np.abs(pattern.frequency_hz - frequency_hz))]
    )
    assert level_db == pytest.approx(20 * np.log10(heard(azimuth_rad) / heard(0.5)), abs=0.5)
    true = beam_pattern(array, filters)
    none = ChannelErrors(array.mic_xyz_m, np.zeros(8), np.ones(8))
    np.testing.assert_allclose(beam_pattern(array, filters, errors=none).level_db, true.level_db, atol=1e-3)
    speech = pattern.frequency_hz < 3000
    assert pattern.directivity_db[speech].mean() < true.directivity_db[speech].mean() - 1.0
    # One dead microphone of delay-and-sum: the white-noise gain is |7/8|^2 / (8/64).
    plain = beams.design_beam(array, BeamformerParams(), 0.0)
    dead = ChannelErrors(array.mic_xyz_m, np.zeros(8), np.array([1.0] * 7 + [0.0]))
    gain_db = beam_pattern(array, plain, errors=dead).white_noise_gain_db
    np.testing.assert_allclose(gain_db, 10 * np.log10((7 / 8) ** 2 * 8), atol=0.02)
