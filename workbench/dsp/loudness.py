"""Loudness after ITU-R BS.1770-4: K-weighting, momentary and short-term meters, and integrated loudness of a file."""

from __future__ import annotations

import numpy as np
from scipy import signal

from workbench.dsp.bands import HOP, RATE_HZ

# BS.1770-4, tables 1 and 2: the head's shelf, then the high-pass; for 48 kHz.
K_WEIGHTING = np.array(
    [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
)
"""Second-order sections (2, 6) at 48 kHz. Left writable, because scipy's filter refuses read-only sections."""

_OFFSET_DB = -0.691
_MOMENTARY_HOPS = 40
_SHORT_TERM_HOPS = 300
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0


def k_weighting_power(frequency_hz: np.ndarray) -> np.ndarray:
    """Power response of the K-weighting at the given frequencies (F,), for 48 kHz."""
    turn = 2 * np.pi * np.asarray(frequency_hz, dtype=float) / RATE_HZ
    _, response = signal.sosfreqz(K_WEIGHTING, worN=turn)
    return np.abs(response) ** 2


def _lufs(power: float) -> float:
    return float(_OFFSET_DB + 10 * np.log10(power)) if power > 0 else -np.inf


def integrated_lufs(samples: np.ndarray) -> float:
    """Gated loudness of a whole recording at 48 kHz.

    Parameters
    ----------
    samples : (channels, N); all channels count alike (left, right, centre of BS.1770).

    Returns
    -------
    float
        LUFS; -inf when shorter than 0.4 s or when no block passes the absolute gate.
    """
    weighted = signal.sosfilt(K_WEIGHTING, np.asarray(samples, dtype=float), axis=-1)
    step = RATE_HZ // 10
    steps = weighted.shape[-1] // step
    if steps < 4:
        return -np.inf
    energy = (weighted[:, : steps * step] ** 2).reshape(len(weighted), steps, step).sum(axis=(0, 2))
    return gated_lufs(np.convolve(energy, np.ones(4), "valid") / (4 * step))


def gated_lufs(power: np.ndarray) -> float:
    """Loudness, by both gates, of overlapping 0.4 s blocks with K-weighted mean powers (blocks,); -inf if none pass."""
    power = power[power > 10 ** ((_ABSOLUTE_GATE_LUFS - _OFFSET_DB) / 10)]
    if not len(power):
        return -np.inf
    gate = _lufs(power.mean()) + _RELATIVE_GATE_LU
    return _lufs(power[power > 10 ** ((gate - _OFFSET_DB) / 10)].mean())


class LoudnessMeter:
    """Momentary (0.4 s) and short-term (3 s) loudness of a stream, updated every hop."""

    latency = 0

    def __init__(self, channels: int):
        self.channels = channels
        self.reset()

    def reset(self) -> None:
        """Forget everything heard."""
        self._state = np.zeros((len(K_WEIGHTING), self.channels, 2))
        self._power = np.zeros(_SHORT_TERM_HOPS)
        self._next = 0

    def process(self, x: np.ndarray) -> tuple[float, float]:
        """Measure one hop.

        Parameters
        ----------
        x : (channels, 480) float32

        Returns
        -------
        momentary_lufs, short_term_lufs : float
            -inf in digital silence. Before the window is full, the missing part counts as silence.
        """
        weighted, self._state = signal.sosfilt(K_WEIGHTING, x.astype(float), axis=-1, zi=self._state)
        self._power[self._next] = np.vdot(weighted, weighted) / HOP
        self._next = (self._next + 1) % _SHORT_TERM_HOPS
        recent = np.arange(self._next - _MOMENTARY_HOPS, self._next)
        return _lufs(self._power[recent].mean()), _lufs(self._power.mean())
