"""What the meters tell of the sound that goes out: loudness, true peak, and two channels held against each other."""

from __future__ import annotations

import numpy as np

from workbench.core.messages import Loudness, PairScope, frozen
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.limiter import TRUE_PEAK_TAPS, interval_peaks
from workbench.dsp.loudness import LoudnessMeter, ProgrammeLoudness

PAIR_TIME_S = 0.3
"""Time constant of correlation and balance."""
POINT_STEP = 2
"""Every so many samples are points of the goniometer."""
_KEEP = float(np.exp(-HOP / RATE_HZ / PAIR_TIME_S))
_SILENCE = 1e-12
"""Mean square below which a channel counts as silent (-120 dBFS)."""


def _db(amplitude: float) -> float:
    return float(20 * np.log10(amplitude)) if amplitude > 0 else -np.inf


class OutputLoudness:
    """Loudness and true peak of a stream.

    `reset_wanted` may be set by another thread: the next hop begins integrated loudness and highest peak anew.
    """

    latency = 0

    def __init__(self, channels: int):
        self.channels = channels
        self.meter = LoudnessMeter(channels)
        self.programme = ProgrammeLoudness()
        self.reset()

    def reset(self) -> None:
        """Forget everything heard."""
        self.reset_wanted = False
        self.meter.reset()
        self._begin()

    def _begin(self) -> None:
        self.programme.reset()
        self._past = np.zeros((self.channels, TRUE_PEAK_TAPS - 1), dtype=np.float32)
        self._highest = 0.0
        self._hops = 0
        self._integrated, self._range = -np.inf, np.nan

    def process(self, x: np.ndarray) -> Loudness:
        """One hop (channels, HOP) float32."""
        if self.reset_wanted:
            self.reset_wanted = False
            self._begin()
        momentary, short_term = self.meter.process(x)
        self.programme.add(momentary, short_term)
        self._hops += 1
        if self._hops % 10 == 0:  # it changes ten times a second only
            self._integrated, self._range = self.programme.integrated_lufs, self.programme.range_lu
        line = np.concatenate((self._past, x), axis=1)
        self._past = line[:, HOP:].copy()
        peak = float(interval_peaks(line).max())
        self._highest = max(self._highest, peak)
        return Loudness(
            momentary_lufs=momentary,
            short_term_lufs=short_term,
            integrated_lufs=self._integrated,
            range_lu=self._range,
            true_peak_dbtp=_db(peak),
            highest_dbtp=_db(self._highest),
            seconds=self.programme.seconds,
        )


class PairMeter:
    """Correlation and balance of two channels, and points for a goniometer.

    `pair` (kind, first, second) may be replaced between hops: "input" or "output" channels, numbered from 0.
    """

    latency = 0

    def __init__(self, pair: tuple[str, int, int] = ("output", 0, 1)):
        self.pair = pair
        self.reset()

    def reset(self) -> None:
        """Forget everything heard."""
        self._measured: tuple[str, int, int] | None = None
        self._moments = np.zeros(3)

    def process(self, x: np.ndarray, y: np.ndarray) -> PairScope | None:
        """One hop of the inputs (channels, HOP) and of the outputs; None where the chosen channels are not there."""
        pair = self.pair
        kind, first, second = pair
        sound = x if kind == "input" else y
        if max(first, second) >= len(sound):
            return None
        if pair != self._measured:
            self._measured, self._moments = pair, np.zeros(3)
        a, b = sound[first], sound[second]
        now = np.array([np.dot(a, a), np.dot(b, b), np.dot(a, b)], dtype=float) / HOP
        self._moments = now + _KEEP * (self._moments - now)
        power_a, power_b, cross = self._moments
        heard = min(power_a, power_b) > _SILENCE
        return PairScope(
            kind=kind,
            first=first,
            second=second,
            points=frozen(np.stack((a[::POINT_STEP], b[::POINT_STEP]))),
            correlation=float(np.clip(cross / np.sqrt(power_a * power_b), -1, 1)) if heard else np.nan,
            balance_db=float(10 * np.log10(power_b / power_a)) if heard else np.nan,
        )
