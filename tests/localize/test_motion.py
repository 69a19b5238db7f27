import math

import numpy as np
import pytest

from workbench.localize.motion import MEASUREMENT_RAD, CircularMotion, acceleration_rad_s2

STEP_S, SMOOTHING_S = 0.2, 0.35


def test_process_noise_gives_the_gain_of_the_average():
    measurement = 0.04
    noise = acceleration_rad_s2(SMOOTHING_S, STEP_S, measurement) * np.array([0.5 * STEP_S**2, STEP_S])
    transition, covariance = np.array([[1, STEP_S], [0, 1]]), np.eye(2)
    for _ in range(300):
        covariance = transition @ covariance @ transition.T + np.outer(noise, noise)
        gain = covariance[:, 0] / (covariance[0, 0] + measurement**2)
        covariance = covariance - np.outer(gain, covariance[0])
    assert gain[0] == pytest.approx(1 - math.exp(-STEP_S / SMOOTHING_S), rel=1e-3)


def _driven(azimuths_rad):
    motion = CircularMotion(azimuths_rad[0], MEASUREMENT_RAD)
    for azimuth_rad in azimuths_rad[1:]:
        motion.predict(STEP_S, SMOOTHING_S)
        motion.update(azimuth_rad, MEASUREMENT_RAD)
    return motion


def test_who_sits_is_known_to_sit_and_who_walks_to_walk():
    rng = np.random.default_rng(0)
    sits = _driven(rng.normal(0, MEASUREMENT_RAD, 40))
    walks = _driven(math.radians(45) * np.maximum(0, STEP_S * np.arange(14) - 2) + rng.normal(0, 0.02, 14))
    assert sits.walks < 0.5 < walks.walks
    assert abs(math.degrees(sits.rate_rad_s)) < 8 and math.degrees(walks.rate_rad_s) == pytest.approx(45, abs=10)


def test_a_direction_that_says_little_changes_little():
    exact, vague = _driven([0.0] * 10), _driven([0.0] * 10)
    for motion, deviation_rad in ((exact, MEASUREMENT_RAD), (vague, math.radians(20))):
        motion.predict(STEP_S, SMOOTHING_S)
        motion.update(math.radians(6), deviation_rad)
    assert abs(vague.azimuth_rad) < 0.1 * exact.azimuth_rad


def test_the_back_is_a_place_like_any_other():
    front = _driven(np.radians(4.0 * np.arange(20)))
    back = _driven((np.radians(4.0 * np.arange(20) + 150) + math.pi) % (2 * math.pi) - math.pi)
    turned = math.degrees(back.azimuth_rad) - 150 - math.degrees(front.azimuth_rad)
    assert (turned + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)
    assert back.variance_rad2 == pytest.approx(front.variance_rad2) and -math.pi < back.azimuth_rad <= math.pi


def test_uncertainty_grows_while_nobody_is_heard_and_the_way_goes_on_ever_slower():
    motion = _driven(np.radians(6.0 * np.arange(15)))
    before, rate = motion.variance_rad2, motion.rate_rad_s
    for _ in range(5):
        motion.predict(STEP_S, SMOOTHING_S)
        motion.slow_down(STEP_S)
    assert motion.variance_rad2 > 4 * before and 0.4 * rate < motion.rate_rad_s < 0.8 * rate
    assert math.degrees(motion.azimuth_rad) > 84 + 10


def test_a_jump_that_neither_model_expects_leaves_finite_numbers():
    motion = _driven([0.0] * 30)
    motion.predict(STEP_S, SMOOTHING_S)
    motion.update(math.pi, 1e-4)
    assert np.isfinite([motion.azimuth_rad, motion.rate_rad_s, motion.variance_rad2, motion.walks]).all()
