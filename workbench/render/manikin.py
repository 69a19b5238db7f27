"""A dummy head as a model: what a design that knows a sphere alone meets in a listener."""

from __future__ import annotations

import math

import numpy as np

from workbench.core.geometry import SPEED_OF_SOUND_M_S, SpeakerLayout
from workbench.render import plants

_EAR_AZIMUTH_RAD, _EAR_ELEVATION_RAD = math.radians(100.0), math.radians(-10.0)
_MANIKIN_RADIUS_M = 0.083
_SHOULDER_M, _SHOULDER_GAIN = 0.17, 0.25


def manikin_plant(layout: SpeakerLayout, frequency_hz: np.ndarray) -> np.ndarray:
    """A head that is no sphere with ears on its equator, (F, 2, drivers) complex.

    A smaller sphere with ears 10 degrees behind and below the middle, a shoulder that reflects a quarter of the
    pressure, half a millisecond late and low-passed at the top, and ears that differ by half a decibel. Parameters
    are typical of dummy heads, none in particular.
    """
    position, amplitude = plants.equivalent_sources(layout, frequency_hz)
    away = position - plants.head_centre_m(layout)
    distance = np.linalg.norm(away, axis=1)
    level, down = math.cos(_EAR_ELEVATION_RAD), math.sin(_EAR_ELEVATION_RAD)
    # The listener faces -x: an ear behind the middle has a component along +x.
    ears = np.array(
        [[-level * math.cos(_EAR_AZIMUTH_RAD), side * level * math.sin(_EAR_AZIMUTH_RAD), down] for side in (-1.0, 1.0)]
    )
    at_ears = plants.rigid_sphere(_MANIKIN_RADIUS_M, distance, (away / distance[:, None]) @ ears.T, frequency_hz)
    wavenumber = 2 * np.pi * np.asarray(frequency_hz) / SPEED_OF_SOUND_M_S
    at_ears = at_ears * (np.exp(-1j * wavenumber * distance[:, None]) / distance[:, None])[:, None]
    reference = layout.listener_distance_m * np.exp(1j * wavenumber * layout.listener_distance_m)
    response = np.einsum("sef,sdf->fed", at_ears, amplitude) * reference[:, None, None]
    shoulder = 1 + _SHOULDER_GAIN * np.exp(-1j * wavenumber * _SHOULDER_M) / (1 + 1j * np.asarray(frequency_hz) / 4000)
    unequal = np.array([1.0, 10 ** (0.5 / 20)])
    return response * shoulder[:, None, None] * unequal[:, None]
