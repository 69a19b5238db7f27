"""Hand-made messages for the tests of the Space region."""

import math

import numpy as np

from workbench.core.geometry import azimuth_grid_rad, wrap_rad
from workbench.core.messages import (
    BeamPattern,
    Localization,
    LoudspeakerResponse,
    SpatialSpectrum,
    TalkerTruth,
    Track,
)

SQUARE_MICS_M = np.array([[0.03, 0.03, 0.0], [0.03, -0.03, 0.0], [-0.03, -0.03, 0.0], [-0.03, 0.03, 0.0]])


def track(number, azimuth_deg, distance_m=1.5, confidence=0.8, active=True):
    return Track(number, math.radians(azimuth_deg), confidence, distance_m, active, 2.0, 0.0 if active else 1.2)


def truth(azimuth_deg, distance_m=1.5, name="Anna", active=True):
    return TalkerTruth(name, math.radians(azimuth_deg), distance_m, active)


def localization(tracks=(), truths=(), time_s=1.0, sequence=1, sectors=None, ring=False):
    spectrum = None
    if ring:
        azimuth_rad = azimuth_grid_rad(72)
        spectrum = SpatialSpectrum(azimuth_rad, -24.0 * np.abs(wrap_rad(azimuth_rad - 0.7)) / np.pi)
    return Localization(
        sequence=sequence,
        time_s=time_s,
        method="srp",
        spectrum=spectrum,
        candidates=(),
        tracks=tuple(tracks),
        sectors=None if sectors is None else np.asarray(sectors, dtype=np.float32),
        truth=tuple(truths),
    )


def cardioid(steering_deg=0.0, floor_db=-80.0):
    """First-order pattern 20 log10((1 + cos)/2), the same at every frequency: its null is opposite the steering."""
    azimuth_rad = azimuth_grid_rad(360)
    frequency_hz = np.geomspace(100.0, 20000.0, 24)
    response = (1 + np.cos(azimuth_rad - math.radians(steering_deg))) / 2
    level_db = 20 * np.log10(np.maximum(response, 10 ** (floor_db / 20)))
    return BeamPattern(
        steering_rad=math.radians(steering_deg),
        frequency_hz=frequency_hz,
        azimuth_rad=azimuth_rad,
        level_db=np.tile(level_db, (len(frequency_hz), 1)).astype(np.float32),
        directivity_db=np.linspace(2.0, 4.3, len(frequency_hz)),
        white_noise_gain_db=np.full(len(frequency_hz), -0.7),
    )


def response(names=("left", "right"), layout="pair-100mm", points=200):
    frequency_hz = np.geomspace(50.0, 22000.0, points)
    nominal = np.full(points, 20.0)
    return LoudspeakerResponse(
        layout=layout,
        driver_names=tuple(names),
        frequency_hz=frequency_hz,
        separation_db={"nominal": nominal, "2 cm": nominal - 5.0, "5 cm": nominal - 10.0},
        plain_separation_db=np.full(points, 3.0),
        driver_gain_db=np.stack([np.full(points, 6.5 - index) for index in range(len(names))]),
    )
