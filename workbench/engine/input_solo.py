"""One channel of the source by itself, as it came: to hear what a microphone gives before anything is done to it."""

from __future__ import annotations

import numpy as np

from workbench.core.params import Params
from workbench.dsp.bands import HOP
from workbench.dsp.limiter import TruePeakLimiter

EARS = 2
"""Outputs that it is played on: the first two. Loudspeakers beyond them stay silent."""

_RAMP = np.linspace(0, 1, HOP, endpoint=False, dtype=np.float32)


class InputSolo:
    """Takes the output's place while a channel is chosen; each change is a crossfade of one hop.

    It follows the output's level, mute and limit, as the sound does whose place it takes.
    """

    latency = 0

    def __init__(self, channel: int | None = None) -> None:
        self.channel = channel
        """Of the source, from 0; None: the sound is let through untouched. May be set from another thread."""
        self.reset()

    def reset(self) -> None:
        """Forget all sound; what is chosen is faded in."""
        self._heard: int | None = None
        self._gain: float | None = None
        self._limiter = TruePeakLimiter(1)

    def process(self, played: np.ndarray, source: np.ndarray, params: Params) -> np.ndarray:
        """What would be played, (channels, HOP), and the source's own channels, (n, HOP) -> what is played."""
        chosen = self.channel
        chosen = chosen if chosen is not None and chosen < len(source) else None
        before, self._heard = self._heard, chosen
        if before is None and chosen is None:
            self._gain = None
            return played
        if before is None:
            self._limiter.reset()
        voice = self._voice(before, chosen, source)
        gain = 0.0 if params.output.muted else 10 ** (params.output.gain_db / 20)
        gain_before, self._gain = gain if self._gain is None else self._gain, gain
        voice = voice * (np.float32(gain_before) + _RAMP * np.float32(gain - gain_before))
        if before is None:  # faded before the limiter: its delay line begins empty
            voice = voice * _RAMP
        alone = np.zeros_like(played)
        alone[:EARS] = self._limiter.process(voice[None], params.render.limit_dbtp)
        if before is None:
            return alone + (1 - _RAMP) * played
        if chosen is None:
            return alone + _RAMP * (played - alone)
        return alone

    @staticmethod
    def _voice(before: int | None, chosen: int | None, source: np.ndarray) -> np.ndarray:
        """(HOP,) of the channel that is heard, crossfaded from the one before."""
        now = source[chosen if chosen is not None else before]
        if before is None or chosen is None or before == chosen or before >= len(source):
            return now
        return source[before] + _RAMP * (now - source[before])
