import numpy as np
import pytest

from workbench.core.geometry import SECTORS
from workbench.localize import ring

LIMITS_M = np.stack([np.linspace(0.3, 1.0, SECTORS), np.linspace(3.0, 5.0, SECTORS)], axis=1)


def _answer(*talkers):
    """What a perfect network says of talkers (azimuth_deg, normalised distance, probability)."""
    probability, offset, distance = np.full(ring.RING, 0.01), np.zeros(ring.RING), np.full(ring.RING, 0.5)
    for azimuth_deg, far, sure in talkers:
        apart = np.mod(np.deg2rad(azimuth_deg) - ring.RING_RAD + np.pi, 2 * np.pi) - np.pi
        heat = sure * np.exp(-0.5 * (apart / np.deg2rad(5)) ** 2)
        nearer = heat > probability
        probability = np.maximum(probability, heat)
        offset[nearer], distance[nearer] = apart[nearer] / ring.STEP_RAD, far
    return probability, offset, distance


@pytest.mark.parametrize("azimuth_deg", [-180.0 + 1e-6, -91.3, -2.0, 0.0, 1.9, 44.9, 45.1, 179.9])
def test_azimuth_and_distance_come_back(azimuth_deg):
    (peak,) = [p for p in ring.find_peaks(*_answer((azimuth_deg, 0.25, 0.9)), LIMITS_M, 6) if p.probability > 0.1]
    assert abs(np.mod(np.rad2deg(peak.azimuth_rad) - azimuth_deg + 180, 360) - 180) < 1e-6
    low, high = LIMITS_M[int(azimuth_deg % 360 // 45)]
    assert peak.distance_m == pytest.approx(low + 0.25 * (high - low))


def test_two_talkers_in_one_sector_are_two():
    peaks = ring.find_peaks(*_answer((5.0, 0.2, 0.9), (38.0, 0.7, 0.8)), LIMITS_M, 6)
    found = np.rad2deg([p.azimuth_rad for p in peaks if p.probability > 0.3])
    np.testing.assert_allclose(found, [5.0, 38.0], atol=1e-6)
    sectors = ring.fold(peaks[:2], LIMITS_M)
    assert sectors.probability[0] == pytest.approx(1 - 0.1 * 0.2, abs=0.02)
    assert sectors.azimuth[0] == pytest.approx(5 / 45) and sectors.distance[0] == pytest.approx(0.2)
    assert (sectors.probability[1:] < 0.05).all()


def test_most_probable_first_and_no_more_than_asked_for():
    answer = _answer((-100.0, 0.5, 0.5), (0.0, 0.5, 0.9), (100.0, 0.5, 0.7))
    found = np.rad2deg([p.azimuth_rad for p in ring.find_peaks(*answer, LIMITS_M, 2)])
    np.testing.assert_allclose(found, [0.0, 100.0], atol=1e-6)


@pytest.mark.parametrize("azimuth_deg", np.arange(-179.0, 180.0, 13.0))
def test_sector_of_an_azimuth_is_that_of_the_whole_program(azimuth_deg):
    from workbench.core.geometry import sector_of

    assert ring.sector_index(np.deg2rad(azimuth_deg)) == sector_of(np.deg2rad(azimuth_deg))
