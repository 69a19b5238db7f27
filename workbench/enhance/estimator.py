"""What the enhancer asks of anything that estimates band gains: the classical reference or a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from workbench.enhance.features import AnalysedFrame


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Gains and comb strengths, both (channels, BANDS) float32 in [0, 1], of the frame two hops back.

    `snr_db` (channels,) is the estimated input SNR, NaN when the method does not know it.
    """

    gain: np.ndarray
    strength: np.ndarray
    snr_db: np.ndarray


class GainEstimator(Protocol):
    """A streaming estimator for a fixed number of channels."""

    channels: int

    def process(self, frame: AnalysedFrame) -> Estimate:
        """Gains for the frame that gets gains now, two hops before the newest."""
        ...

    def reset(self) -> None:
        """Forget everything."""
