"""How fast a queue must be filled so that it keeps its length, though two clocks differ."""

from __future__ import annotations

from workbench.audio.protocols import HOP, RATE_HZ

HOP_S = HOP / RATE_HZ
LIMIT = 1000e-6
"""Clocks of sound devices differ by some 100 ppm at most; more cannot be heard yet, but nothing needs it."""

FAST_RAD_S, SLOW_RAD_S = 0.4, 0.05
FAST_UNTIL_S = 10.0
"""The loop finds the drift quickly (within 0.3 ms at 250 ppm) and then becomes slow: in the end it averages over 5 s
and moves the ratio by a few ppm only."""

AVERAGING = 0.25
"""Time of averaging times the loop's natural frequency: 5 s at the slow end; costs 27 degrees of phase margin."""

OUTLIER_S = 0.025
"""Hops come in bursts where the source's blocks are longer than a hop: that is no outlier."""
ALARM = 0.9
"""Part of the limit at which the drift is out of the ordinary."""

ALARM_ERROR_S = 0.001


class ClockFollower:
    """A proportional-integral controller on the time for which a queue lasts, called once a hop.

    With the queue's error e averaged over `averaging_s`, the ratio is 1 - (2 w e + w^2 integral of e), w the natural
    frequency of the critically damped loop. The integral is the drift between the clocks.

    Parameters
    ----------
    target_s : float
        How long the queue shall last when a hop is about to be written.
    """

    def __init__(self, target_s: float):
        self.target_s = target_s
        self._half_s = self.error_s = 0.0
        """Mean difference of the queue from its target."""
        self.drift = 0.0
        """How much faster the clock that fills the queue is than the one that empties it."""
        self.age_s = 0.0
        self.ratio = 1.0

    @property
    def natural_rad_s(self) -> float:
        """Natural frequency of the loop now."""
        slowed = FAST_RAD_S * FAST_UNTIL_S / max(self.age_s, FAST_UNTIL_S)
        return max(slowed, SLOW_RAD_S)

    @property
    def averaging_s(self) -> float:
        """Time constant of the mean that the loop looks at."""
        return AVERAGING / self.natural_rad_s

    @property
    def alarming(self) -> bool:
        """Clocks so far apart, or a queue so far from its target, that something is wrong."""
        settled = self.age_s > FAST_UNTIL_S
        return settled and (abs(self.drift) > ALARM * LIMIT or abs(self.error_s) > ALARM_ERROR_S)

    def update(self, lasts_s: float) -> float:
        """The ratio (output samples per input sample) for this hop, given how long the queue lasts now."""
        error_s = lasts_s - self.target_s
        # A late thread makes one value wrong, not the queue: it counts no more than a little.
        error_s = min(max(error_s, self.error_s - OUTLIER_S), self.error_s + OUTLIER_S)
        natural = self.natural_rad_s
        # Two halves in a row: a burst of hops, some 20 ms long, is smoothed away even while the loop is fast.
        part = 2 * HOP_S / self.averaging_s
        self._half_s += part * (error_s - self._half_s)
        self.error_s += part * (self._half_s - self.error_s)
        wanted = 2 * natural * self.error_s + self.drift
        if abs(wanted) < LIMIT or wanted * self.error_s < 0:
            self.drift += natural**2 * self.error_s * HOP_S
            self.drift = min(max(self.drift, -LIMIT), LIMIT)
        self.age_s += HOP_S
        self.ratio = 1 - min(max(wanted, -LIMIT), LIMIT)
        return self.ratio

    def moved(self) -> None:
        """The queue was brought to its target by other means; the drift stays what it was."""
        self._half_s = self.error_s = 0.0
