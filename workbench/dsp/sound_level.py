"""Sound level as IEC 61672-1 defines it: frequency weightings A, C and Z, time weightings fast and slow."""

from __future__ import annotations

from functools import cache

import numpy as np

from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.sections import response, sosfilt

WEIGHTINGS = ("A", "C", "Z")
TIME_CONSTANT_S = {"fast": 0.125, "slow": 1.0}

LOW_HZ, LOW_2_HZ, LOW_3_HZ, HIGH_HZ = 20.598997, 107.65265, 737.86223, 12194.217
"""Pole frequencies of the weightings, IEC 61672-1 annex E; both ends are double."""

SILENT_DBFS = -200.0

_HIGH_ZEROS, _HIGH_POLE = (0.23253921, -0.04546079), 0.22922031
_HIGH_SECTION = (1.0, *_HIGH_ZEROS, 1.0, -2 * _HIGH_POLE, _HIGH_POLE**2)
"""The double pole at 12.2 kHz, fitted to -20 lg(1 + (f / HIGH_HZ)²) dB by least squares over 500 Hz to 20 kHz (80
frequencies, evenly on a logarithmic axis). Its gain comes from that of the whole."""


def weighting_db(frequency_hz: np.ndarray, weighting: str) -> np.ndarray:
    """The analogue weighting in dB, by the formulas of IEC 61672-1 annex E; 0 at 1 kHz."""

    def level_db(f: np.ndarray) -> np.ndarray:
        f2 = np.asarray(f, dtype=float) ** 2
        ratio = HIGH_HZ**2 * f2 / ((f2 + LOW_HZ**2) * (f2 + HIGH_HZ**2))
        if weighting == "A":
            ratio = ratio * f2 / np.sqrt((f2 + LOW_2_HZ**2) * (f2 + LOW_3_HZ**2))
        return 20 * np.log10(np.maximum(ratio, 1e-30))

    if weighting == "Z":
        return np.zeros_like(np.asarray(frequency_hz, dtype=float))
    return level_db(frequency_hz) - level_db(np.array(1000.0))


@cache
def weighting_sos(weighting: str) -> np.ndarray:
    """Second-order sections at 48 kHz, (sections, 6) float64, read-only; Z has none.

    The low poles by the bilinear transform, whose error there is nothing. It would put the double pole at 12.2 kHz
    3 dB too low at 16 kHz; that section is fitted to the analogue curve instead (two zeros and a double pole).
    """
    if weighting == "Z":
        sections = np.zeros((0, 6))
    elif weighting in WEIGHTINGS:
        pairs = ((LOW_HZ, LOW_HZ),) if weighting == "C" else ((LOW_2_HZ, LOW_3_HZ), (LOW_HZ, LOW_HZ))
        sections = np.array([*(_low_section(*pair) for pair in pairs), _HIGH_SECTION])
        sections[0, :3] /= np.abs(response(sections, np.array([1000.0]), RATE_HZ)[0])
    else:
        raise ValueError(f"weighting {weighting!r}: expected one of {', '.join(WEIGHTINGS)}")
    sections.setflags(write=False)
    return sections


def _low_section(first_hz: float, second_hz: float) -> tuple[float, ...]:
    """Two zeros at 0 Hz and two real poles, by the bilinear transform."""
    first, second = ((1 - turn) / (1 + turn) for turn in (np.pi * first_hz / RATE_HZ, np.pi * second_hz / RATE_HZ))
    return 1.0, -2.0, 1.0, 1.0, -(first + second), first * second


class SoundLevelMeter:
    """Weighted level of channels, hop by hop.

    The time weighting is exponential on the squared signal (IEC 61672-1, 3.6), taken once a hop of 10 ms from
    the hop's mean square: of a steady sound nothing is lost, and of a burst of 200 ms less than 0.1 dB.

    Parameters
    ----------
    channels : int
    weighting : "A", "C" or "Z"
    speed : "fast" or "slow"
    """

    latency = 0

    def __init__(self, channels: int, weighting: str = "A", speed: str = "fast"):
        self._sos = weighting_sos(weighting)
        self._keep = float(np.exp(-HOP / RATE_HZ / TIME_CONSTANT_S[speed]))
        self.channels = channels
        self.reset()

    def reset(self) -> None:
        """Silence before."""
        self._state = np.zeros((len(self._sos), self.channels, 2))
        self._power = np.zeros(self.channels)

    def process(self, x: np.ndarray) -> np.ndarray:
        """(channels, HOP) -> (channels,) weighted RMS level in dBFS (RMS 1 is 0), -200 at least."""
        y = np.asarray(x, dtype=float)
        if len(self._sos):
            y, self._state = sosfilt(self._sos, y, self._state)
        self._power = self._keep * self._power + (1 - self._keep) * np.mean(y**2, axis=1)
        return 10 * np.log10(self._power + 10 ** (SILENT_DBFS / 10))
