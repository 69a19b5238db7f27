"""The ring of directions on which the network answers, and how its answers become directions, distances and sectors.

The network gives three values for each of RING azimuths: the probability that a talker stands there (more exactly: how
near one is, 1 on the spot and falling off as a Gaussian over a few degrees), where between the grid points, and how
far. Folded into the eight sectors that is, for each, the probability of a talker, a normalised azimuth and a normalised
distance (Sundar et al., "Raw waveform based end-to-end deep convolutional network for spatial localization of multiple
acoustic sources", ICASSP 2020). On a ring, two talkers in one sector are two peaks; in sectors alone they would be one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.core.geometry import SECTORS, azimuth_grid_rad, wrap_rad

RING = 72
"""Azimuths on the ring."""
RING_RAD = azimuth_grid_rad(RING)
RING_RAD.setflags(write=False)
STEP_RAD = 2 * np.pi / RING

_SEPARATION_RAD = np.deg2rad(14.0)
_SECTOR_WIDTH_RAD = 2 * np.pi / SECTORS


@dataclass(frozen=True, slots=True)
class RingPeak:
    """A talker on the ring; `probability` is the network's own, not calibrated."""

    azimuth_rad: float
    probability: float
    distance_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Sectors:
    """The answer folded into sectors, each (SECTORS,): probability, azimuth in [0, 1) from the sector's right edge to
    its left one, distance in [0, 1] between the sector's own limits."""

    probability: np.ndarray
    azimuth: np.ndarray
    distance: np.ndarray


def find_peaks(
    probability: np.ndarray, offset: np.ndarray, distance: np.ndarray, limits_m: np.ndarray, most: int
) -> list[RingPeak]:
    """Talkers on the ring, the most probable first.

    Parameters
    ----------
    probability, offset, distance : (RING,)
        `offset` in steps of the ring; `distance` normalised.
    limits_m : (SECTORS, 2)
        Each sector's least and largest distance.
    most : int
    """
    local = np.flatnonzero((probability >= np.roll(probability, 1)) & (probability > np.roll(probability, -1)))
    peaks: list[RingPeak] = []
    for index in local[np.argsort(-probability[local])]:
        if len(peaks) == most:
            break
        azimuth_rad = wrap_rad(float(RING_RAD[index]) + float(offset[index]) * STEP_RAD)
        if any(abs(wrap_rad(azimuth_rad - peak.azimuth_rad)) < _SEPARATION_RAD for peak in peaks):
            continue
        low, high = limits_m[sector_index(azimuth_rad)]
        metres = low + float(np.clip(distance[index], 0, 1)) * (high - low)
        peaks.append(RingPeak(azimuth_rad, float(probability[index]), float(metres)))
    return peaks


def sector_index(azimuth_rad: float) -> int:
    """The sector that holds an azimuth."""
    return int(np.mod(azimuth_rad, 2 * np.pi) / _SECTOR_WIDTH_RAD) % SECTORS


def fold(peaks: list[RingPeak], limits_m: np.ndarray) -> Sectors:
    """Peaks in sectors; of two in one sector the more probable one gives azimuth and distance."""
    none, azimuth, distance = np.ones(SECTORS), np.full(SECTORS, 0.5), np.full(SECTORS, 0.5)
    for peak in reversed(peaks):
        k = sector_index(peak.azimuth_rad)
        low, high = limits_m[k]
        none[k] *= 1 - peak.probability
        azimuth[k] = np.mod(peak.azimuth_rad, 2 * np.pi) / _SECTOR_WIDTH_RAD - k
        distance[k] = (peak.distance_m - low) / max(high - low, 1e-9)
    return Sectors(1 - none, azimuth, distance)
