"""A tone or pink noise on one output, to find out which loudspeaker is which and whether it works."""

from __future__ import annotations

import numpy as np

from workbench.core.errors import InputError
from workbench.core.params import OutputParams
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.sections import one_pole, sosfilt

KINDS = ("tone", "pink")
TONE_HZ = 1000.0
LEVEL_DBFS = -30.0
"""RMS: quiet enough for headphones at any setting that speech is heard at."""

_RAMP = np.linspace(0, 1, HOP, endpoint=False, dtype=np.float32)


class OutputTest:
    """Takes the output's place: the signal on one channel, silence on the others.

    It fades in over a hop and follows the output's level and mute, so that who starts it muted hears nothing until
    the mute is taken away.

    Parameters
    ----------
    kind : "tone" or "pink"
    output : int
        Channel, from 0.

    Raises
    ------
    InputError
        Another kind.
    """

    latency = 0

    def __init__(self, kind: str, output: int):
        if kind not in KINDS:
            raise InputError(f"test signal {kind!r}: expected {' or '.join(KINDS)}")
        self.kind, self.output = kind, output
        self.reset()

    def reset(self) -> None:
        """Begin again, silent."""
        self._random = np.random.default_rng(1)
        self._poles = np.zeros((3, 1, 2))
        self._position = 0
        self._gain = 0.0

    def process(self, samples: np.ndarray, params: OutputParams) -> np.ndarray:
        """(channels, HOP) that would be played -> (channels, HOP) that is played instead."""
        gain = 0.0 if params.muted else 10 ** ((LEVEL_DBFS + params.gain_db) / 20)
        before, self._gain = self._gain, gain
        out = np.zeros_like(samples)
        if self.output < len(out):
            out[self.output] = self._unit_rms() * (np.float32(before) + _RAMP * np.float32(gain - before))
        return out

    def _unit_rms(self) -> np.ndarray:
        """(HOP,) float32 of RMS one."""
        if self.kind == "tone":
            at = self._position + np.arange(HOP)
            self._position = (self._position + HOP) % RATE_HZ  # whole periods: the phase goes on
            return (np.sqrt(2) * np.sin(2 * np.pi * TONE_HZ / RATE_HZ * at)).astype(np.float32)
        white = self._random.standard_normal(HOP)
        pink = 0.1848 * white
        for row, (pole, weight) in enumerate(_POLES):
            part, self._poles[row] = sosfilt(one_pole(pole, weight), white, self._poles[row])
            pink += part
        return (pink / _PINK_RMS).astype(np.float32)


# Paul Kellet's filter (musicdsp.org, "Pink noise filter"): three one-pole filters side by side, within 0.5 dB of
# -3 dB an octave above 20 Hz.
_POLES = ((0.99765, 0.0990460), (0.96300, 0.2965164), (0.57000, 1.0526913))


def _pink_rms() -> float:
    """RMS of the filter's output for white noise of RMS one, from its impulse response."""
    impulse = np.zeros(8192)
    impulse[0] = 1
    response = 0.1848 * impulse + sum(sosfilt(one_pole(pole, weight), impulse)[0] for pole, weight in _POLES)
    return float(np.sqrt(np.sum(response**2)))


_PINK_RMS = _pink_rms()
