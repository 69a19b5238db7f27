"""Sound level as IEC 61672-1 defines it: frequency weightings A, C and Z, time weightings fast and slow."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import optimize, signal

from workbench.dsp.bands import HOP, RATE_HZ

WEIGHTINGS = ("A", "C", "Z")
TIME_CONSTANT_S = {"fast": 0.125, "slow": 1.0}

LOW_HZ, LOW_2_HZ, LOW_3_HZ, HIGH_HZ = 20.598997, 107.65265, 737.86223, 12194.217
"""Pole frequencies of the weightings, IEC 61672-1 annex E; both ends are double."""

SILENT_DBFS = -200.0


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
        w = 2 * np.pi
        zeros = [0.0, 0.0] if weighting == "C" else [0.0] * 4
        poles = [-w * LOW_HZ] * 2 + ([] if weighting == "C" else [-w * LOW_2_HZ, -w * LOW_3_HZ])
        low = signal.zpk2sos(*signal.bilinear_zpk(zeros, poles, 1.0, RATE_HZ))
        sections = np.concatenate((low, _high_section()[None]))
        _, response = signal.freqz_sos(sections, worN=[1000.0], fs=RATE_HZ)
        sections[0, :3] /= np.abs(response[0])
    else:
        raise ValueError(f"weighting {weighting!r}: expected one of {', '.join(WEIGHTINGS)}")
    sections.setflags(write=False)
    return sections


def _high_section() -> np.ndarray:
    """The double pole at 12.2 kHz as a section, fitted over 500 Hz to 20 kHz."""
    frequency_hz = np.geomspace(500.0, 20_000.0, 80)
    wanted_db = -20 * np.log10(1 + (frequency_hz / HIGH_HZ) ** 2)
    z = np.exp(-2j * np.pi * frequency_hz / RATE_HZ)

    def section(x: np.ndarray) -> np.ndarray:
        b, a = np.array([1.0, x[0], x[1]]), np.array([1.0, -2 * x[2], x[2] ** 2])
        return np.concatenate((b * a.sum() / b.sum(), a))

    def error_db(x: np.ndarray) -> np.ndarray:
        sos = section(x)
        response = np.polyval(sos[2::-1], z) / np.polyval(sos[:2:-1], z)
        return 20 * np.log10(np.abs(response)) - wanted_db

    return section(optimize.least_squares(error_db, [0.5, 0.1, 0.2]).x)


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
        self._sos = weighting_sos(weighting).copy()  # scipy wants to be able to write
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
            y, self._state = signal.sosfilt(self._sos, y, axis=1, zi=self._state)
        self._power = self._keep * self._power + (1 - self._keep) * np.mean(y**2, axis=1)
        return 10 * np.log10(self._power + 10 ** (SILENT_DBFS / 10))
