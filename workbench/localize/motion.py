"""How one talker moves around the array: two Kalman filters on the circle, one for who sits, one for who walks.

Interacting multiple models (Blom and Bar-Shalom 1988): both filters follow the same measurements, each with the
probability that it is the right one; before each step their states are mixed, as somebody may get up or sit down. A
talker who sits is followed smoothly, and one who walks past, at 40 degrees a second or more, without lagging behind.
"""

from __future__ import annotations

import math

import numpy as np

from workbench.core.geometry import wrap_rad

MEASUREMENT_RAD = math.radians(2.5)
"""Standard deviation of a direction that is certain."""
WALK_RAD_S2 = math.radians(60.0)
"""Acceleration of somebody who walks: 1.5 m from the array 40 degrees a second are reached within a step or two."""
_START_RATE_RAD_S = math.radians(30.0)
_START_WALKS = 0.3
_GETS_UP, _STOPS = 0.05, 0.1
"""Probability from one update to the next that who sits gets up and that who walks stops, at the usual smoothing."""
_USUAL_SMOOTHING_S = 0.35
_UNLIKELY = 1e-300
"""A measurement that neither model can explain tells nothing about which of them is right."""
_RATE_DECAY_S = 2.0
"""A talker who is not heard is not expected to go on walking for ever."""


def acceleration_rad_s2(smoothing_s: float, step_s: float, measurement_rad: float) -> float:
    """Process noise for which the Kalman filter settles at the gain of an exponential average of `smoothing_s`.

    With alpha = 1 - exp(-step / smoothing), beta = 2 (2 - alpha) - 4 sqrt(1 - alpha) the tracking index is
    beta / sqrt(1 - alpha) = acceleration step^2 / measurement (Kalata, "The tracking index", 1984).
    """
    alpha = 1 - math.exp(-step_s / smoothing_s)
    beta = 2 * (2 - alpha) - 4 * math.sqrt(1 - alpha)
    return beta / math.sqrt(1 - alpha) * measurement_rad / step_s**2


class CircularMotion:
    """Azimuth and its rate, by two models.

    Parameters
    ----------
    azimuth_rad : float
    deviation_rad : float, of that azimuth
    """

    def __init__(self, azimuth_rad: float, deviation_rad: float):
        # The azimuth goes on beyond pi inside; both models have the same turn.
        self._state = np.array([[azimuth_rad, 0.0]] * 2)
        self._covariance = np.array([np.diag([deviation_rad**2, _START_RATE_RAD_S**2])] * 2)
        self._share = np.array([1.0 - _START_WALKS, _START_WALKS])

    @property
    def azimuth_rad(self) -> float:
        """In (-pi, pi]."""
        return wrap_rad(float(self._share @ self._state[:, 0]))

    @property
    def rate_rad_s(self) -> float:
        """Positive to the left."""
        return float(self._share @ self._state[:, 1])

    @property
    def walks(self) -> float:
        """Probability that the talker walks."""
        return float(self._share[1])

    @property
    def variance_rad2(self) -> float:
        """Of the azimuth."""
        spread = self._state[:, 0] - self._share @ self._state[:, 0]
        return float(self._share @ (self._covariance[:, 0, 0] + spread**2))

    def predict(self, step_s: float, smoothing_s: float) -> None:
        """One step on. `smoothing_s` is the time constant for who sits; with a longer one people seldom get up."""
        self._mix(_GETS_UP * min(1.0, _USUAL_SMOOTHING_S / smoothing_s))
        transition = np.array([[1.0, step_s], [0.0, 1.0]])
        effect = np.array([0.5 * step_s**2, step_s])
        sits_rad_s2 = acceleration_rad_s2(smoothing_s, step_s, MEASUREMENT_RAD)
        noise = np.array([sits_rad_s2, max(WALK_RAD_S2, sits_rad_s2)]) ** 2
        self._state = self._state @ transition.T
        spread = noise[:, None, None] * np.outer(effect, effect)
        self._covariance = transition @ self._covariance @ transition.T + spread

    def _mix(self, gets_up: float) -> None:
        change = np.array([[1.0 - gets_up, gets_up], [_STOPS, 1.0 - _STOPS]])
        expected = self._share @ change
        weights = change * self._share[:, None] / expected  # (from, to)
        state = weights.T @ self._state
        spread = self._state[:, None] - state[None]  # (from, to, 2)
        outer = spread[..., :, None] * spread[..., None, :]
        self._covariance = np.einsum("ft,ftij->tij", weights, self._covariance[:, None] + outer)
        self._state, self._share = state, expected

    def update(self, azimuth_rad: float, deviation_rad: float) -> None:
        """A measurement and its standard deviation."""
        variance = self._covariance[:, 0, 0] + deviation_rad**2
        innovation = wrap_rad(azimuth_rad - self._state[:, 0])
        gain = self._covariance[:, :, 0] / variance[:, None]
        self._state = self._state + gain * innovation[:, None]
        self._covariance = self._covariance - gain[:, :, None] * self._covariance[:, 0, None, :]
        likelihood = self._share * np.exp(-0.5 * innovation**2 / variance) / np.sqrt(variance)
        if (total := float(likelihood.sum())) > _UNLIKELY:
            self._share = likelihood / total

    def slow_down(self, step_s: float) -> None:
        """Nobody was heard: the talker may have stopped."""
        self._state[:, 1] *= math.exp(-step_s / _RATE_DECAY_S)
