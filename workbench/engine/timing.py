"""Thread time of hops and of their stages, kept in bounded memory."""

from __future__ import annotations

import time

import numpy as np

CAPACITY, STAGES_CAPACITY = 1 << 17, 1 << 15
"""Hops kept for percentiles: about 22 minutes of whole ones, and 5 of their stages."""


class HopClock:
    """Measures the stages of each hop in the thread's own processor time, so that a stolen core does not count.

    Call `begin`, then `lap(stage)` after each stage, then `end`.
    """

    def __init__(self, stages: tuple[str, ...], capacity: int = CAPACITY, stages_capacity: int = STAGES_CAPACITY):
        self.stages = stages
        self._index = {stage: column for column, stage in enumerate(stages)}
        # Filled, so that the memory is there from the start and does not seem to grow for minutes.
        self._us = np.full((min(capacity, stages_capacity), len(stages)), 0.0, dtype=np.float32)
        self._hop_us = np.full(capacity, 0.0, dtype=np.float32)
        self._row = np.zeros(len(stages))
        self.hops = 0
        self.load = 0.0
        """Mean share of the hop's length over about a second."""

    def begin(self) -> None:
        self._row[:] = 0.0
        self._last = time.thread_time_ns()

    def lap(self, stage: str) -> None:
        """Charge the time since the last lap to `stage`."""
        now = time.thread_time_ns()
        self._row[self._index[stage]] += (now - self._last) / 1000
        self._last = now

    def end(self, hop_us: float) -> float:
        """Close the hop; returns its total in µs."""
        total = float(self._row.sum())
        self._us[self.hops % len(self._us)] = self._row
        self._hop_us[self.hops % len(self._hop_us)] = total
        self.hops += 1
        self.load += 0.01 * (total / hop_us - self.load)
        return total

    def slowest(self) -> str:
        """Stage that took the most of the newest hop."""
        return self.stages[int(self._row.argmax())]

    def mean_us(self, hops: int = 100) -> dict[str, float]:
        """Mean of the newest hops by stage."""
        count = min(self.hops, hops, len(self._us))
        if count == 0:
            return dict.fromkeys(self.stages, 0.0)
        rows = self._us[np.arange(self.hops - count, self.hops) % len(self._us)]
        return dict(zip(self.stages, rows.mean(axis=0).tolist()))

    def hop_percentiles(self) -> dict[str, float | None]:
        """p50, p99, p99.9 and maximum of a whole hop, µs; None before the first."""
        names = ("p50_us", "p99_us", "p999_us", "max_us")
        if self.hops == 0:
            return dict.fromkeys(names)
        return dict(zip(names, np.percentile(self._hop_us[: self.hops], (50, 99, 99.9, 100)).tolist()))

    def stage_percentiles(self) -> dict[str, dict[str, float]]:
        """p50 and p99 of each stage, µs."""
        if self.hops == 0:
            return {}
        p50, p99 = np.percentile(self._us[: self.hops], (50, 99), axis=0)
        return {
            stage: {"p50_us": float(p50[column]), "p99_us": float(p99[column])}
            for column, stage in enumerate(self.stages)
        }
