"""Stereo to left', right' and centre. What is common to both sides and has nothing in common with their difference
becomes the centre; left' + centre and right' + centre give back left and right.

With M = (L + R) / 2 and S = (L - R) / 2, in each band h = Re E[M S*] / E|S|^2 takes out of M what the difference
predicts, and g = (E|M|^2 - E|S|^2) / (E|M|^2 - h^2 E|S|^2), between 0 and 1, takes away the half of independent
sides that a projection alone would put into the centre: C = g (M - h S) stays orthogonal to S and is nothing for
independent sides. This is our own remedy, not a published one.
"""

from __future__ import annotations

import math

import numpy as np

from workbench.core.params import RenderParams
from workbench.dsp import kernels
from workbench.dsp.bands import BANDS, HOP, PEAK_BINS, RATE_HZ, band_correlation, band_energy, interpolate
from workbench.dsp.stft import Analysis, Synthesis

_SILENCE = 1e-12
_DEFAULTS = RenderParams()


def centre_portion(params: RenderParams) -> float:
    """How much of a centre goes to the centre channel, 0 to 1; the rest stays on both sides."""
    return 1 - params.centre_width_percent / 100 if params.upmix else 0.0


class Upmixer:
    """Splits a stereo stream into left', right' and centre; what goes to the centre changes within a frame."""

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

    def process(self, stereo: np.ndarray, params: RenderParams = _DEFAULTS) -> np.ndarray:
        """Split one hop.

        Parameters
        ----------
        stereo : (2, 480) float32
        params : RenderParams
            `adaptation_ms`, and how much of the centre goes to the centre: `upmix`, `centre_width_percent`.

        Returns
        -------
        (3, 480) float32
            left', right', centre, late by `latency` samples.
        """
        left, right = self._analysis.process(stereo)
        forget = math.exp(-1000 * HOP / (params.adaptation_ms * RATE_HZ))
        spectrum = self._centre(left, right, forget, centre_portion(params))
        centre = self._synthesis.process(spectrum[None])[0]
        sides = self._past - centre
        self._past = np.array(stereo, dtype=np.float32)
        return np.concatenate([sides, centre[None]]).astype(np.float32)

    def _centre(self, left: np.ndarray, right: np.ndarray, forget: float, portion: float) -> np.ndarray:
        """The centre's spectrum (481,) complex64, from those of left and right."""
        compiled = kernels.ready()
        if compiled is not None:
            out = np.empty_like(left)
            compiled.centre_spectrum(left, right, PEAK_BINS, self._statistics, forget, portion, _SILENCE, out)
            return out
        middle, side = 0.5 * (left + right), 0.5 * (left - right)
        now = np.stack([band_energy(middle), band_energy(side), band_correlation(middle, side)])
        self._statistics += (1 - forget) * (now - self._statistics)
        middle_energy, side_energy, common = self._statistics
        predictable = common / (side_energy + _SILENCE)
        rest = np.maximum(middle_energy - predictable * common, 0.0)
        gain = portion * np.clip((middle_energy - side_energy) / (rest + _SILENCE), 0.0, 1.0)
        return (interpolate(gain) * (middle - interpolate(predictable) * side)).astype(np.complex64)
