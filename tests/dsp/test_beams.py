import dataclasses

import numpy as np
import pytest

from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray, load_array, mirror_azimuth_rad
from workbench.core.params import BeamformerParams
from workbench.core.resources import shipped_names
from workbench.dsp import beams
from workbench.dsp.beam_pattern import beam_pattern, filter_weights
from workbench.dsp.steering import diffuse_coherence, directivity_db, steering_vectors

SUPERDIRECTIVE = BeamformerParams(method="superdirective")


def test_delay_and_sum_on_the_circle_of_10_cm():
    array = load_array("uca8-100mm")
    frequency_hz = np.array([500.0, 1000.0, 2000.0, 4000.0])
    weights = filter_weights(beams.design_beam(array, BeamformerParams(), 0.0), frequency_hz)
    steering = steering_vectors(array.mic_xyz_m, 0.0, frequency_hz)[:, 0]
    directivity = directivity_db(weights, steering, diffuse_coherence(array.mic_xyz_m, frequency_hz))
    np.testing.assert_allclose(directivity, [2.81, 6.33, 8.77, 8.89], atol=0.01)


@pytest.mark.parametrize("name", shipped_names("arrays"))
@pytest.mark.parametrize("floor_db", [-20.0, -10.0, -1.0, 3.0])
def test_superdirective_filters_keep_the_white_noise_floor_and_the_steered_direction(name, floor_db):
    array = load_array(name)
    params = dataclasses.replace(SUPERDIRECTIVE, white_noise_floor_db=floor_db)
    filters = beams.design_beam(array, params, 0.6)
    pattern = beam_pattern(array, filters)
    assert pattern.white_noise_gain_db.min() > floor_db - 0.5
    speech = (pattern.frequency_hz > 200) & (pattern.frequency_hz < 10000)
    weights = filter_weights(filters, pattern.frequency_hz)
    steering = steering_vectors(array.mic_xyz_m, 0.6, pattern.frequency_hz)[:, 0]
    response_db = 20 * np.log10(np.abs(np.einsum("fm,fm->f", weights.conj(), steering)[speech]))
    assert np.abs(response_db).max() < 1.0
    plain = beam_pattern(array, beams.design_beam(array, BeamformerParams(), 0.6))
    assert (pattern.directivity_db - plain.directivity_db).min() > -0.3


def test_superdirective_is_sharper_at_low_frequencies():
    array = load_array("uca8-100mm")
    sharp = beam_pattern(array, beams.design_beam(array, SUPERDIRECTIVE, 0.0))
    plain = beam_pattern(array, beams.design_beam(array, BeamformerParams(), 0.0))
    low = (sharp.frequency_hz > 250) & (sharp.frequency_hz < 600)
    assert (sharp.directivity_db - plain.directivity_db)[low].min() > 3.0


def test_a_floor_out_of_reach_gives_delay_and_sum():
    array = load_array("square4-30mm")  # at most 6 dB
    params = dataclasses.replace(SUPERDIRECTIVE, white_noise_floor_db=9.0)
    filters = beams.design_beam(array, params, 0.3)
    np.testing.assert_allclose(filters.fir, beams.design_beam(array, BeamformerParams(), 0.3).fir, atol=1e-6)


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


@pytest.mark.parametrize("name", ["line4-50mm", "square4-30mm"])
@pytest.mark.parametrize("null_deg", [-68, -20, 90])
def test_a_null_in_a_grating_lobe_does_not_cost_all_directivity(name, null_deg):
    array = load_array(name)
    pattern = beam_pattern(array, beams.design_beam(array, LCMV, np.radians(42), [np.radians(null_deg)]))
    assert pattern.directivity_db[pattern.frequency_hz > 500].min() > 0.0


@pytest.mark.parametrize("null_deg", [-70, 90, 150])
def test_lcmv_filters_hold_null_floor_and_steered_direction(null_deg):
    array = load_array("uca8-100mm")
    filters = beams.design_beam(array, LCMV, np.radians(30), [np.radians(null_deg)])
    pattern = beam_pattern(array, filters)
    assert pattern.nulls_rad == filters.nulls_rad == pytest.approx([np.radians(null_deg)])
    speech = (pattern.frequency_hz > 500) & (pattern.frequency_hz < 10000)
    there = np.argmin(np.abs(pattern.azimuth_rad - np.radians(null_deg)))
    assert np.median(pattern.level_db[speech, there]) < -35.0
    assert pattern.level_db[speech, there].max() < -16.0
    assert pattern.white_noise_gain_db.min() > -6.6
    weights = filter_weights(filters, pattern.frequency_hz[speech])
    steering = steering_vectors(array.mic_xyz_m, np.radians(30), pattern.frequency_hz[speech])[:, 0]
    assert np.abs(20 * np.log10(np.abs(np.einsum("fm,fm->f", weights.conj(), steering)))).max() < 1.5


def test_a_shallow_null_is_as_deep_as_asked():
    array = load_array("uca8-100mm")
    depths = []
    for depth_db in (12.0, 24.0):
        params = dataclasses.replace(LCMV, null_depth_db=depth_db)
        pattern = beam_pattern(array, beams.design_beam(array, params, 0.0, [np.radians(45)]))
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


@pytest.mark.parametrize("method", ["delay-and-sum", "superdirective", "mvdr", "lcmv"])
def test_one_microphone_passes_whatever_the_method(method):
    array = MicrophoneArray("one", [[0, 0, 0]])
    filters = beams.design_beam(array, BeamformerParams(method=method), 1.0, [2.0])
    expected = np.zeros((1, beams.TAPS))
    expected[0, beams.LATENCY] = 1.0
    np.testing.assert_allclose(filters.fir, expected, atol=1e-6)
    pattern = beam_pattern(array, filters)
    assert np.abs(pattern.level_db).max() < 1e-3 and np.abs(pattern.directivity_db).max() < 1e-3


@pytest.mark.parametrize("method", ["superdirective", "lcmv", "mvdr"])
def test_64_microphones(method):
    rng = np.random.default_rng(0)
    array = MicrophoneArray("grid", np.column_stack([*rng.uniform(-0.2, 0.2, (2, 64)), np.zeros(64)]))
    params = BeamformerParams(method=method, white_noise_floor_db=6.0)
    pattern = beam_pattern(array, beams.design_beam(array, params, 0.5, [-1.0]))
    assert pattern.white_noise_gain_db.min() > 4.5
    low = (pattern.frequency_hz > 300) & (pattern.frequency_hz < 2000)
    assert pattern.directivity_db[low].mean() > 8.0
