"""Small streaming filters."""

from __future__ import annotations

import numpy as np

from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.sections import butterworth_high_pass, sosfilt, steady_state

_HISTORY = 5 * HOP
_SILENT = 1e-30


class HighPass:
    """Fourth-order Butterworth high-pass whose cutoff may change from hop to hop without a click.

    On a change the filter with the new cutoff is first run over the past 50 ms, so that it has settled, and then
    faded in over one hop.
    """

    latency = 0

    def __init__(self, channels: int = 1):
        self.channels = channels
        self.reset()

    def reset(self) -> None:
        """Forget past samples and the cutoff."""
        self._past = np.zeros((self.channels, _HISTORY), dtype=np.float32)
        self._cutoff_hz: float | None = None

    def process(self, x: np.ndarray, cutoff_hz: float) -> np.ndarray:
        """One hop.

        Parameters
        ----------
        x : (channels, HOP) float32, or (HOP,) for one channel
        cutoff_hz : float
            -3 dB frequency, above 0 and below half the rate.

        Returns
        -------
        float32, the shape of `x`
        """
        hop = np.asarray(x, dtype=np.float32).reshape(self.channels, HOP)
        if cutoff_hz == self._cutoff_hz:
            y = self._run(hop)
        elif self._cutoff_hz is None:
            self._design(cutoff_hz)
            y = self._run(hop)
        else:
            earlier = self._run(hop)
            self._design(cutoff_hz)
            self._run(self._past)
            fade = np.sin(0.5 * np.pi * (np.arange(HOP) + 0.5) / HOP) ** 2
            y = earlier + fade * (self._run(hop) - earlier)
        self._past = np.concatenate([self._past[:, HOP:], hop], axis=1)
        return y.astype(np.float32).reshape(np.shape(x))

    def _design(self, cutoff_hz: float) -> None:
        self._cutoff_hz = cutoff_hz
        self._sections = butterworth_high_pass(cutoff_hz, RATE_HZ)
        # As if the oldest sample known had been there for ever: no step at the start of the history.
        steady = steady_state(self._sections)[:, None, :]
        self._state = steady * self._past[None, :, :1].astype(float)

    def _run(self, x: np.ndarray) -> np.ndarray:
        y, self._state = sosfilt(self._sections, x, self._state)
        if np.abs(self._state).max() < _SILENT:
            self._state[:] = 0.0  # denormal numbers are slow
        return y
