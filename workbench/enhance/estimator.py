"""What the enhancer asks of anything that estimates band gains: the classical reference or a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

LOOK_AHEAD_FRAMES = 2
"""Gains are given for the frame this many hops before the newest (20 ms; PercepNet, arXiv 2008.04259)."""


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Gains and comb strengths, both (channels, BANDS) float32 in [0, 1], of the frame two hops back.

    `pitch_hz` (channels,) is 0 when unvoiced; `snr_db` (channels,) the estimated input SNR.
    """

    gain: np.ndarray
    strength: np.ndarray
    pitch_hz: np.ndarray
    snr_db: np.ndarray


class GainEstimator(Protocol):
    """A streaming estimator for a fixed number of channels."""

    channels: int

    def process(self, spectrum: np.ndarray, samples: np.ndarray) -> Estimate:
        """Newest frame (channels, BINS) complex and its newest samples (channels, HOP) float32."""

    def reset(self) -> None:
        """Forget everything."""
