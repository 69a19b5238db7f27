"""Levels of a source's own channels, for the channel map and for sound pressure."""

from __future__ import annotations

import numpy as np

from workbench.core.messages import InputLevels, frozen
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.sound_level import SILENT_DBFS, SoundLevelMeter

FALL_DB_S = 20.0
_FALL = 10 ** (-FALL_DB_S / 20 * HOP / RATE_HZ)


class InputMeter:
    """Peak (falling by 20 dB/s), RMS (fast, unweighted) and weighted level of each channel.

    Parameters
    ----------
    channels : int
    weighting, speed : see `workbench.dsp.sound_level.SoundLevelMeter`
    """

    latency = 0

    def __init__(self, channels: int, weighting: str = "A", speed: str = "fast"):
        self.channels, self.weighting, self.speed = channels, weighting, speed
        self._rms = SoundLevelMeter(channels, "Z", "fast")
        self._weighted = SoundLevelMeter(channels, weighting, speed)
        self.reset()

    def reset(self) -> None:
        """Silence before."""
        self._rms.reset()
        self._weighted.reset()
        self._peak = np.zeros(self.channels)
        self.levels: InputLevels | None = None
        """The newest; may be read from any thread."""

    def process(self, x: np.ndarray) -> InputLevels:
        """(channels, HOP) of what the source gives. What is no number counts as silence."""
        x = np.nan_to_num(x, nan=0.0, posinf=0.0, neginf=0.0)
        self._peak = np.maximum(_FALL * self._peak, np.abs(x).max(axis=1))
        self.levels = InputLevels(
            peak_dbfs=frozen(20 * np.log10(self._peak + 10 ** (SILENT_DBFS / 20))),
            rms_dbfs=frozen(self._rms.process(x)),
            weighted_dbfs=frozen(self._weighted.process(x)),
            weighting=self.weighting,
            speed=self.speed,
        )
        return self.levels
