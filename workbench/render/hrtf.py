"""Parametric head-related transfer functions: what a far ear hears of a virtual loudspeaker, relative to the near one.

Only the far (contralateral) ear is filtered: it hears the near ear's sound through the ratio of two head shadows
and the extra travel time around the head. The near ear hears the signal itself, so that its spectrum is untouched.
"""

from __future__ import annotations

import numpy as np

from workbench.core.geometry import SPEED_OF_SOUND_M_S


def head_shadow(incidence_rad, frequency_hz: np.ndarray, head_radius_m: float = 0.0875) -> np.ndarray:
    """Brown & Duda's one-pole, one-zero head shadow, H = (1 + j alpha w / 2 w0) / (1 + j w / 2 w0), w0 = c / a.

    alpha = 1.05 + 0.95 cos(180 theta / 150): a boost of 6 dB towards the ear, most shadow at 150 degrees.

    Parameters
    ----------
    incidence_rad : float
        Angle between the source's direction and the ear's, 0 to pi.
    frequency_hz : (F,)

    Returns
    -------
    (F,) complex128
    """
    alpha = 1.05 + 0.95 * np.cos(1.2 * incidence_rad)
    turn = 0.5j * 2 * np.pi * np.asarray(frequency_hz, dtype=float) * head_radius_m / SPEED_OF_SOUND_M_S
    return (1 + alpha * turn) / (1 + turn)


def woodworth_itd_s(azimuth_rad: float, head_radius_m: float = 0.0875) -> float:
    """Extra travel time to the far ear, a/c (sin az + az), in seconds, for azimuths up to 90 degrees either side."""
    angle = abs(azimuth_rad)
    return head_radius_m / SPEED_OF_SOUND_M_S * (np.sin(angle) + angle)


def contralateral(azimuth_rad: float, frequency_hz: np.ndarray, head_radius_m: float = 0.0875) -> np.ndarray:
    """The far ear's response over the near ear's for a distant source, shape (F,) complex128."""
    angle = abs(azimuth_rad)
    shadow = head_shadow(np.pi / 2 + angle, frequency_hz, head_radius_m) / head_shadow(
        np.pi / 2 - angle, frequency_hz, head_radius_m
    )
    delay = woodworth_itd_s(azimuth_rad, head_radius_m)
    return shadow * np.exp(-2j * np.pi * np.asarray(frequency_hz, dtype=float) * delay)


def virtual_pair(virtual_rad: float, frequency_hz: np.ndarray, head_radius_m: float = 0.0875) -> np.ndarray:
    """Ears over the two channels of a stereo signal whose loudspeakers seem to stand at +-`virtual_rad`.

    Returns
    -------
    (F, 2 ears, 2 channels) complex128; the diagonal is 1.
    """
    far = contralateral(virtual_rad, frequency_hz, head_radius_m)
    ones = np.ones_like(far)
    return np.stack([np.stack([ones, far], axis=-1), np.stack([far, ones], axis=-1)], axis=-2)
