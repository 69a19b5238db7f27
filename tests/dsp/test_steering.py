import numpy as np
import pytest

from workbench.core.geometry import SPEED_OF_SOUND_M_S
from workbench.dsp.steering import diffuse_coherence, directivity_db, steering_vectors


def _first_order_di_db(shape: float) -> float:
    """Directivity of shape + (1 - shape) cos(angle), as a pair of microphones with vanishing spacing."""
    spacing_m, frequency_hz = 1e-3, np.array([100.0])
    k = 2 * np.pi * frequency_hz[0] / SPEED_OF_SOUND_M_S
    mics = np.array([[spacing_m / 2, 0, 0], [-spacing_m / 2, 0, 0]])
    difference = 1 / (1j * k * spacing_m)
    weights = np.array([[shape / 2 + (1 - shape) * difference, shape / 2 - (1 - shape) * difference]]).conj()
    steering = steering_vectors(mics, 0.0, frequency_hz)[:, 0]
    return directivity_db(weights, steering, diffuse_coherence(mics, frequency_hz))[0]


@pytest.mark.parametrize(
    ("shape", "expected_db"), [(0.5, 4.77), ((np.sqrt(3) - 1) / 2, 5.72), (0.25, 6.02)], ids=["card", "super", "hyper"]
)
def test_directivity_of_first_order_microphones(shape, expected_db):
    assert _first_order_di_db(shape) == pytest.approx(expected_db, abs=0.01)


@pytest.mark.parametrize("mics", [2, 4, 8])
def test_half_wave_line_has_directivity_equal_to_its_number_of_microphones(mics):
    spacing_m = 0.05
    xyz_m = np.stack([np.zeros(mics), (np.arange(mics) - (mics - 1) / 2) * spacing_m, np.zeros(mics)], axis=1)
    frequency_hz = np.array([SPEED_OF_SOUND_M_S / (2 * spacing_m)])
    steering = steering_vectors(xyz_m, 0.4, frequency_hz)[:, 0]
    coherence = diffuse_coherence(xyz_m, frequency_hz)
    assert directivity_db(steering / mics, steering, coherence)[0] == pytest.approx(10 * np.log10(mics))


def test_a_nearer_microphone_hears_the_wave_earlier():
    left_mic = np.array([[0.0, 0.343, 0.0]])  # 1 ms from the origin
    from_left = steering_vectors(left_mic, np.pi / 2, 250.0)[0, 0, 0]
    assert np.angle(from_left) == pytest.approx(2 * np.pi * 250 * 1e-3)
