"""Levels two settings by their loudness (ITU-R BS.1770-4) over the same span, so that the louder does not win."""

from __future__ import annotations

import math

import numpy as np

from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.loudness import K_WEIGHTING, gated_lufs
from workbench.dsp.sections import sosfilt

STEP_HOPS = 10
"""BS.1770's blocks of 0.4 s begin every 0.1 s."""
SPAN_STEPS = 300
"""The last 30 s count: longer than a phrase, so that both sides are measured over the same words."""
FEWEST_STEPS = 10
MOST_DB = 30.0


class LoudnessMatch:
    """Measures two signals over the same span; gives what must be taken off the louder one.

    Nothing is ever made louder: matching cannot clip, and cannot hurt.
    """

    latency = 0

    def __init__(self, channels: int):
        self.channels = channels
        self.reset()

    def reset(self) -> None:
        """Forget everything, the offset too."""
        self._states = np.zeros((len(K_WEIGHTING), 2, self.channels, 2))
        self.gains_db = (0.0, 0.0)
        self.restart()

    def restart(self) -> None:
        """Begin a new span: the settings are others now. The offset stays until the new span says something."""
        self._energy = np.zeros((SPAN_STEPS, 2))
        self._open = np.zeros(2)
        self._hops = self._steps = 0
        self.lufs = (math.nan, math.nan)

    @property
    def measured_s(self) -> float:
        """Length of the span so far."""
        return min(self._steps, SPAN_STEPS) * STEP_HOPS * HOP / RATE_HZ

    def process(self, a: np.ndarray, b: np.ndarray, frozen: bool = False) -> tuple[float, float]:
        """One hop of both sides, each (channels, HOP) float32; gains in dB for them, both <= 0 and one of them 0.

        `frozen`: the gains stay as they are.
        """
        weighted, self._states = sosfilt(K_WEIGHTING, np.stack([a, b]), self._states)
        self._open += np.einsum("scn,scn->s", weighted, weighted)
        self._hops += 1
        if self._hops % STEP_HOPS == 0:
            self._energy[self._steps % SPAN_STEPS] = self._open
            self._open = np.zeros(2)
            self._steps += 1
            self._measure(frozen)
        return self.gains_db

    def _measure(self, frozen: bool) -> None:
        steps = min(self._steps, SPAN_STEPS)
        if steps < FEWEST_STEPS:
            return
        ordered = np.roll(self._energy, -self._steps, axis=0) if self._steps > SPAN_STEPS else self._energy[:steps]
        power = np.lib.stride_tricks.sliding_window_view(ordered, 4, axis=0).sum(axis=-1) / (4 * STEP_HOPS * HOP)
        self.lufs = (gated_lufs(power[:, 0]), gated_lufs(power[:, 1]))
        offset_db = self.lufs[0] - self.lufs[1]
        if not frozen and math.isfinite(offset_db):
            self.gains_db = (max(-MOST_DB, min(0.0, -offset_db)), max(-MOST_DB, min(0.0, offset_db)))
