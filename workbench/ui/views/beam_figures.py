"""A beam pattern's figures at one frequency, and the ends of its frequency axis."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workbench.core.messages import BeamPattern

LOW_HZ, HIGH_HZ = 100.0, 16000.0


@dataclass(frozen=True)
class PatternFigures:
    """A pattern's figures at one frequency; `null_azimuth_rad` is where `null_db` was read."""

    directivity_db: float
    white_noise_gain_db: float
    width_rad: float
    null_azimuth_rad: float
    null_db: float


def nearest_row(pattern: BeamPattern, frequency_hz: float) -> int:
    """Row of the pattern whose frequency is nearest, on a logarithmic scale."""
    return int(np.argmin(np.abs(np.log(np.maximum(pattern.frequency_hz, 1e-3) / frequency_hz))))


def level_at(pattern: BeamPattern, row: int, azimuth_rad: float) -> float:
    """Level of one row at an azimuth, linear between the pattern's azimuths."""
    return float(np.interp(azimuth_rad, pattern.azimuth_rad, pattern.level_db[row], period=2 * np.pi))


def beam_width_rad(pattern: BeamPattern, row: int, drop_db: float = 3.0) -> float:
    """Width of the main lobe: the angle around the steering direction over which the level stays within `drop_db`.

    2π when it never falls below; NaN when the steering direction itself is lower than that.
    """
    around = 2 * np.pi * np.arange(0, 721) / 720
    widths = []
    for side in (1.0, -1.0):
        azimuth = pattern.steering_rad + side * around
        level = np.interp(azimuth, pattern.azimuth_rad, pattern.level_db[row], period=2 * np.pi)
        below = np.flatnonzero(level < -drop_db)
        if len(below) == 0:
            return 2 * math.pi
        first = int(below[0])
        if first == 0:
            return math.nan
        fraction = (level[first - 1] + drop_db) / (level[first - 1] - level[first])
        widths.append(around[first - 1] + fraction * (around[first] - around[first - 1]))
    return float(sum(widths))


def pattern_figures(pattern: BeamPattern, frequency_hz: float, other_azimuth_rad: float | None) -> PatternFigures:
    """The figures at the row nearest to a frequency: the null is read at `other_azimuth_rad`, else where deepest."""
    row = nearest_row(pattern, frequency_hz)
    if other_azimuth_rad is None:
        deepest = int(np.argmin(pattern.level_db[row]))
        null_azimuth_rad, null_db = float(pattern.azimuth_rad[deepest]), float(pattern.level_db[row, deepest])
    else:
        null_azimuth_rad, null_db = other_azimuth_rad, level_at(pattern, row, other_azimuth_rad)
    return PatternFigures(
        directivity_db=float(pattern.directivity_db[row]),
        white_noise_gain_db=float(pattern.white_noise_gain_db[row]),
        width_rad=beam_width_rad(pattern, row),
        null_azimuth_rad=null_azimuth_rad,
        null_db=null_db,
    )


def axis_range(pattern: BeamPattern | None) -> tuple[float, float]:
    """Ends of the image's frequency axis."""
    if pattern is None or len(pattern.frequency_hz) == 0:
        return LOW_HZ, HIGH_HZ
    low, high = max(LOW_HZ, float(pattern.frequency_hz[0])), min(HIGH_HZ, float(pattern.frequency_hz[-1]))
    return (low, high) if low < high else (LOW_HZ, HIGH_HZ)
