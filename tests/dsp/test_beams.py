import dataclasses

import numpy as np
import pytest

from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray, load_array, unit_vectors
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
