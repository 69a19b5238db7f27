import numpy as np
import pytest

from workbench.core.geometry import load_array
from workbench.dsp.beam_weights import lcmv_weights, superdirective_weights
from workbench.dsp.steering import diffuse_coherence, steering_vectors, white_noise_gain_db


def test_superdirective_weights_against_a_search_of_the_loading():
    array = load_array("uca8-45mm")
    frequency_hz = np.array([300.0, 1000.0, 3000.0])
    steering = steering_vectors(array.mic_xyz_m, 0.7, frequency_hz)[:, 0]
    coherence = diffuse_coherence(array.mic_xyz_m, frequency_hz)
    weights = superdirective_weights(array.mic_xyz_m, steering, frequency_hz, floor_db=-5.0)
    for index in range(3):
        best = None
        for loading in 10 ** np.arange(-9, 2, 0.002):
            w = np.linalg.solve(coherence[index] + loading * np.eye(8), steering[index])
            w /= steering[index].conj() @ w
            if -10 * np.log10(np.vdot(w, w).real) >= -5.0:
                best = w
                break
        np.testing.assert_allclose(weights[index], best, rtol=0, atol=5e-3 * np.abs(best).max())


@pytest.mark.parametrize("depth_db", [10.0, 30.0, 50.0])
def test_lcmv_weights_against_frost(depth_db):
    """Where the floor does not bind at a given loading, the weights are those of the textbook at that loading."""
    array, frequency_hz = load_array("uca8-100mm"), np.array([700.0, 1500.0, 3000.0])
    steering = steering_vectors(array.mic_xyz_m, 0.5, frequency_hz)[:, 0]
    nulls = steering_vectors(array.mic_xyz_m, np.array([-1.2, 2.5]), frequency_hz).swapaxes(1, 2)
    weights = lcmv_weights(array.mic_xyz_m, steering, nulls, frequency_hz, -6.0, depth_db)
    assert white_noise_gain_db(weights, steering).min() >= -6.0 - 1e-6
    free = superdirective_weights(array.mic_xyz_m, steering, frequency_hz, -6.0)
    coherence = diffuse_coherence(array.mic_xyz_m, frequency_hz)
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
    steering = steering_vectors(array.mic_xyz_m, 0.0, frequency_hz)[:, 0]
    nulls = steering_vectors(array.mic_xyz_m, np.array([0.7]), frequency_hz).swapaxes(1, 2)
    weights = lcmv_weights(array.mic_xyz_m, steering, nulls, frequency_hz, 3.0, 50.0)
    assert white_noise_gain_db(weights, steering)[0] == pytest.approx(3.0, abs=0.01)
    assert np.vdot(weights[0], steering[0]) == pytest.approx(1.0)
    assert -20 < 20 * np.log10(np.abs(weights[0].conj() @ nulls[0, :, 0])) < 0.0
