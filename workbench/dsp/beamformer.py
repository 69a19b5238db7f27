"""The streaming capture beamformer: filters each microphone and adds, by overlap-save in the frequency domain."""

from __future__ import annotations

import numpy as np

from workbench.dsp import fft
from workbench.dsp.bands import HOP
from workbench.dsp.beams import LATENCY, TAPS, BeamFilters

_FFT = fft.next_fast_len(HOP + TAPS - 1, real=True)
_FADE = (np.sin(0.5 * np.pi * (np.arange(HOP) + 0.5) / HOP) ** 2).astype(np.float32)
_FADE.setflags(write=False)


class Beamformer:
    """Array channels to one beam. When the filters' object changes, one hop is cross-faded from the old to the new."""

    latency = LATENCY

    def __init__(self, mics: int):
        self.mics = mics
        self.reset()

    def reset(self) -> None:
        """Forget past samples and filters: the next hop starts with its filters, without a fade."""
        self._past = np.zeros((self.mics, TAPS - 1), dtype=np.float32)
        self._filters: BeamFilters | None = None
        self._response: np.ndarray | None = None

    def process(self, x: np.ndarray, filters: BeamFilters) -> np.ndarray:
        """One hop of the array to one hop of the beam.

        Parameters
        ----------
        x : (mics, HOP) float32
        filters : BeamFilters
            For as many microphones.

        Returns
        -------
        (HOP,) float32
        """
        if x.shape != (self.mics, HOP) or filters.fir.shape != (self.mics, TAPS):
            raise ValueError(f"expected x {(self.mics, HOP)} and fir {(self.mics, TAPS)}")
        extended = np.concatenate([self._past, x], axis=1)
        self._past = extended[:, HOP:].copy()
        spectrum = fft.rfft(extended, n=_FFT, axis=1)

        previous, changed = self._response, filters is not self._filters
        response = fft.rfft(filters.fir, n=_FFT, axis=1) if changed or previous is None else previous
        self._filters, self._response = filters, response
        beam = self._convolved(spectrum, response)
        if changed and previous is not None:
            earlier = self._convolved(spectrum, previous)
            beam = earlier + _FADE * (beam - earlier)
        return beam

    @staticmethod
    def _convolved(spectrum: np.ndarray, response: np.ndarray) -> np.ndarray:
        # The first TAPS - 1 samples of the circular convolution are wrapped and left out.
        return fft.irfft((spectrum * response).sum(axis=0), n=_FFT)[TAPS - 1 : TAPS - 1 + HOP].copy()
