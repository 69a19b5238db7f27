"""Stereo to left', right' and centre. What is common to both sides and has nothing in common with their difference
becomes the centre; left' + centre and right' + centre give back left and right.

With M = (L + R) / 2 and S = (L - R) / 2, in each band h = Re E[M S*] / E|S|^2 takes out of M what the difference
predicts, and g = (E|M|^2 - E|S|^2) / (E|M|^2 - h^2 E|S|^2), between 0 and 1, takes away the half of independent
sides that a projection alone would put into the centre: C = g (M - h S) stays orthogonal to S and is nothing for
independent sides. This is our own remedy, not a published one.
"""

from __future__ import annotations

import numpy as np

from workbench.dsp.bands import BANDS, HOP, RATE_HZ, band_correlation, band_energy, interpolate
from workbench.dsp.stft import Analysis, Synthesis

_ADAPTATION_S = 0.2
_FORGET = float(np.exp(-HOP / (_ADAPTATION_S * RATE_HZ)))
_SILENCE = 1e-12


class Upmixer:
    """Splits a stereo stream into left', right' and centre."""

    latency = HOP

    def __init__(self):
        self._analysis = Analysis(2)
        self._synthesis = Synthesis(1)
        self.reset()

    def reset(self) -> None:
        """Forget past sound and what was learnt of it."""
        self._analysis.reset()
        self._synthesis.reset()
        self._past = np.zeros((2, HOP), dtype=np.float32)
        self._statistics = np.zeros((3, BANDS))

    def process(self, stereo: np.ndarray) -> np.ndarray:
        """Split one hop.

        Parameters
        ----------
        stereo : (2, 480) float32

        Returns
        -------
        (3, 480) float32
            left', right', centre, late by `latency` samples.
        """
        left, right = self._analysis.process(stereo)
        middle, side = 0.5 * (left + right), 0.5 * (left - right)
        now = np.stack([band_energy(middle), band_energy(side), band_correlation(middle, side)])
        self._statistics = _FORGET * self._statistics + (1 - _FORGET) * now
        middle_energy, side_energy, common = self._statistics
        predictable = common / (side_energy + _SILENCE)
        rest = np.maximum(middle_energy - predictable * common, 0.0)
        gain = np.clip((middle_energy - side_energy) / (rest + _SILENCE), 0.0, 1.0)
        spectrum = interpolate(gain) * (middle - interpolate(predictable) * side)
        centre = self._synthesis.process(spectrum[None].astype(np.complex64))[0]
        sides = self._past - centre
        self._past = np.array(stereo, dtype=np.float32)
        return np.concatenate([sides, centre[None]]).astype(np.float32)
