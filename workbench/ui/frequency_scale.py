"""Frequency axes: ERB, logarithmic and linear, each from 40 Hz to 20 kHz, with the frequencies that they label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workbench.ui.painting import AXIS_HZ, GRID_HZ, HIGH_HZ, LOW_HZ, erb_number, erb_to_hz

_AXIS_LOG_HZ = (20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50)
_AXIS_LINEAR_HZ = (20000, 15000, 10000, 5000, 17500, 12500, 7500, 2500, 1000)
_GRID_LINEAR_HZ = (5000, 10000, 15000)
LABEL_GAP = 9.0
"""Pixels that two labels' middles need at least."""


@dataclass(frozen=True)
class FrequencyScale:
    """A frequency axis: `rate` turns Hz into steps of the axis, `hertz` back; `axis_hz` the most wanted labels first.

    Positions run from 0 at 40 Hz to 1 at 20 kHz; what lies outside has a position below 0 or above 1.
    """

    name: str
    label: str
    rate: Callable
    hertz: Callable
    axis_hz: tuple[int, ...]
    grid_hz: tuple[int, ...]

    @property
    def _ends(self) -> tuple[float, float]:
        return float(self.rate(LOW_HZ)), float(self.rate(HIGH_HZ))

    def position(self, frequency_hz):
        """Place of frequencies in Hz on the axis. Scalar or array."""
        low, high = self._ends
        return (self.rate(np.asarray(frequency_hz, dtype=float)) - low) / (high - low)

    def frequency(self, position):
        """Frequency in Hz at places on the axis: inverse of `position`."""
        low, high = self._ends
        return self.hertz(low + np.asarray(position, dtype=float) * (high - low))

    def y(self, frequency_hz, height: float):
        """Distance from the top of an axis `height` high: 20 kHz at 0, 40 Hz at `height`."""
        return (1 - self.position(frequency_hz)) * height

    def at_y(self, y: float, height: float) -> float:
        """Frequency in Hz at a distance from the top: inverse of `y`, held inside the axis."""
        return float(self.frequency(np.clip(1 - y / height, 0.0, 1.0)))

    def labelled_hz(self, height: int) -> tuple[int, ...]:
        """Frequencies that an axis so high has room to label, from the top."""
        chosen: list[int] = []
        places: list[float] = []
        for hz in self.axis_hz:
            y = min(max(float(self.y(hz, height)), 6.0), height - 6.0)
            if all(abs(y - other) >= LABEL_GAP for other in places):
                chosen.append(hz)
                places.append(y)
        return tuple(sorted(chosen, reverse=True))


def _log(frequency_hz):
    return np.log2(np.maximum(frequency_hz, 1e-3))


ERB = FrequencyScale("erb", "ERB", erb_number, erb_to_hz, AXIS_HZ, GRID_HZ)
LOG = FrequencyScale("log", "Logarithmic", _log, np.exp2, _AXIS_LOG_HZ, GRID_HZ)
LINEAR = FrequencyScale("linear", "Linear", np.asarray, np.asarray, _AXIS_LINEAR_HZ, _GRID_LINEAR_HZ)
SCALES = {scale.name: scale for scale in (ERB, LOG, LINEAR)}
