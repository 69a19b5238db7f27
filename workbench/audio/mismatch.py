"""Microphones as they are rather than as their array's file says: gain, delay, place, dead, inverted and swapped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.audio.scene_parts import Mismatch
from workbench.core.geometry import MicrophoneArray
from workbench.core.messages import frozen

_STREAM = 77
"""Keeps the errors apart from the other random numbers of a scene's seed."""


@dataclass(frozen=True, slots=True, eq=False)
class Microphones:
    """The truth about an array's channels.

    Attributes
    ----------
    xyz_m : (mics, 3) float64
        Where the microphones really are, relative to the array's centre.
    delay_s : (mics,) float64
        How much later each one hears than it should.
    gain : (mics,) float32
        Factor of each channel: 1 as it should be, negative if inverted, 0 if dead.
    order : (mics,) int
        Channel i carries microphone order[i].
    """

    xyz_m: np.ndarray
    delay_s: np.ndarray
    gain: np.ndarray
    order: np.ndarray

    @property
    def perfect(self) -> bool:
        """Every channel carries its microphone unchanged (places and delays aside)."""
        return bool((self.gain == 1).all() and (self.order == np.arange(len(self.order))).all())

    def channels(self, samples: np.ndarray) -> np.ndarray:
        """What the channels carry, (mics, samples), of what is heard at the microphones."""
        return samples[self.order] * self.gain[:, None]


def real_microphones(array: MicrophoneArray, mismatch: Mismatch, seed: int) -> Microphones:
    """The microphones of an array with their errors.

    The errors of one seed are the same draws whatever the standard deviations, so that they grow in proportion.
    """
    mics = array.mics
    rng = np.random.default_rng((seed, _STREAM))
    draws = rng.standard_normal((5, mics))
    gain_db = mismatch.gain_sigma_db * draws[0] + (np.asarray(mismatch.gain_db) if mismatch.gain_db else 0.0)
    delay_us = mismatch.delay_sigma_us * draws[1] + (np.asarray(mismatch.delay_us) if mismatch.delay_us else 0.0)
    gain = (10 ** (gain_db / 20)).astype(np.float32)
    gain[[number - 1 for number in mismatch.inverted]] *= -1
    gain[[number - 1 for number in mismatch.dead]] = 0.0
    order = np.arange(mics)
    for one, other in mismatch.swapped:
        order[[one - 1, other - 1]] = order[[other - 1, one - 1]]
    return Microphones(
        xyz_m=frozen(array.mic_xyz_m + 1e-3 * mismatch.position_sigma_mm * draws[2:].T),
        delay_s=frozen(1e-6 * delay_us),
        gain=frozen(gain[order]),
        order=frozen(order),
    )
