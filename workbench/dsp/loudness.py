"""Loudness after ITU-R BS.1770-4 and EBU Tech 3342: K-weighting, live meters, programme loudness and its range."""

from __future__ import annotations

import numpy as np

from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.sections import response, sosfilt

# BS.1770-4, tables 1 and 2: the head's shelf, then the high-pass; for 48 kHz.
K_WEIGHTING = np.array(
    [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
)
K_WEIGHTING.setflags(write=False)
"""Second-order sections (2, 6) at 48 kHz."""

_OFFSET_DB = -0.691
_MOMENTARY_HOPS = 40
_SHORT_TERM_HOPS = 300
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0


def k_weighting_power(frequency_hz: np.ndarray) -> np.ndarray:
    """Power response of the K-weighting at the given frequencies (F,), for 48 kHz."""
    return np.abs(response(K_WEIGHTING, frequency_hz, RATE_HZ)) ** 2


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
    weighted, _ = sosfilt(K_WEIGHTING, samples)
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
        weighted, self._state = sosfilt(K_WEIGHTING, x, self._state)
        self._power[self._next] = np.vdot(weighted, weighted) / HOP
        self._next = (self._next + 1) % _SHORT_TERM_HOPS
        recent = np.arange(self._next - _MOMENTARY_HOPS, self._next)
        return _lufs(self._power[recent].mean()), _lufs(self._power.mean())


_BIN_LU = 0.1
_HIGHEST_LUFS = 10.0
_BINS = round((_HIGHEST_LUFS - _ABSOLUTE_GATE_LUFS) / _BIN_LU)
_RANGE_GATE_LU = -20.0
_RANGE_PERCENTILES = (0.10, 0.95)


class _Histogram:
    """How often which loudness was met, and the mean power there; what is below the absolute gate is left out."""

    def __init__(self) -> None:
        self.count = np.zeros(_BINS, dtype=np.int64)
        self.power = np.zeros(_BINS)

    def add(self, lufs: float) -> None:
        if lufs > _ABSOLUTE_GATE_LUFS:
            place = min(int((lufs - _ABSOLUTE_GATE_LUFS) / _BIN_LU), _BINS - 1)
            self.count[place] += 1
            self.power[place] += 10 ** ((lufs - _OFFSET_DB) / 10)

    def mean_lufs(self, first: int = 0) -> float:
        """Loudness of the mean power from a bin on; -inf where there is none."""
        count = int(self.count[first:].sum())
        return _lufs(float(self.power[first:].sum()) / count) if count else -np.inf

    def first_above(self, gate_lufs: float) -> int:
        """First bin whose middle lies above a gate."""
        return max(0, min(_BINS, round((gate_lufs - _ABSOLUTE_GATE_LUFS) / _BIN_LU)))


class ProgrammeLoudness:
    """Integrated loudness (BS.1770-4) and loudness range (EBU Tech 3342) of a stream, for as long as it lasts.

    Memory is bounded: loudness is counted in steps of 0.1 LU, so that the relative gates are exact to that.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self._blocks, self._short = _Histogram(), _Histogram()
        self._hops = 0

    @property
    def seconds(self) -> float:
        """How long has been measured."""
        return self._hops * HOP / RATE_HZ

    def add(self, momentary_lufs: float, short_term_lufs: float) -> None:
        """Take one hop's readings of a `LoudnessMeter` that began, or was reset, with this object."""
        self._hops += 1
        if self._hops % 10 == 0:  # blocks of 400 ms overlap by 75 %
            if self._hops >= _MOMENTARY_HOPS:
                self._blocks.add(momentary_lufs)
            if self._hops >= _SHORT_TERM_HOPS:
                self._short.add(short_term_lufs)

    @property
    def integrated_lufs(self) -> float:
        """Gated loudness since the beginning; -inf before the first block that counts."""
        ungated = self._blocks.mean_lufs()
        if np.isneginf(ungated):
            return ungated
        return self._blocks.mean_lufs(self._blocks.first_above(ungated + _RELATIVE_GATE_LU))

    @property
    def range_lu(self) -> float:
        """Loudness range: from the 10th to the 95th percentile of the short-term loudness; NaN before it is known."""
        ungated = self._short.mean_lufs()
        if np.isneginf(ungated):
            return np.nan
        first = self._short.first_above(ungated + _RANGE_GATE_LU)
        counts = self._short.count[first:]
        total = int(counts.sum())
        if total == 0:
            return np.nan
        low, high = (int(np.searchsorted(counts.cumsum(), share * total)) for share in _RANGE_PERCENTILES)
        return _BIN_LU * (high - low)
