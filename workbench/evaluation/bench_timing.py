"""Thread time of one thing, back to back and at the pace of real time, beside a named reference.

At real-time pace the caches are cold and the clock is low: that is what a live chain pays.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine import memory
from workbench.engine.meters import memory_mb

HOP_US = 1e6 * HOP / RATE_HZ
WARM_UP = 20


@dataclass(frozen=True)
class Case:
    """One thing to time. `make` returns a function of the call's number; it is called every `period_hops` hops."""

    stage: str
    case: str
    make: Callable[[], Callable[[int], object]]
    period_hops: int = 1
    reference: tuple[str, Callable[[], Callable[[int], object]]] | None = None
    published: tuple[str, float] | None = None
    """Name and percent of a core of a reference that cannot be measured here, as its authors tell."""


def _thread_times_us(call: Callable[[int], object], calls: int, pause_s: float) -> np.ndarray:
    for number in range(WARM_UP):
        call(number)
    times = np.empty(calls)
    due = time.monotonic()
    for number in range(calls):
        if pause_s:
            due = max(due + pause_s, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
        began = time.thread_time_ns()
        call(WARM_UP + number)
        times[number] = (time.thread_time_ns() - began) / 1000
    return times


def measure(case: Case, seconds: float) -> dict:
    """Time one case.

    Returns
    -------
    dict
        A row of the `bench` contract; the reference is timed in the same run, on the same input. `load_s` is what it
        takes to make the stage (a network: reading, checking, loading), `growth_mb` how much memory the process holds
        more after the paced calls than before.
    """
    period_us = case.period_hops * HOP_US
    calls = max(20, int(seconds * 1e6 / period_us))
    began = time.monotonic()
    call = case.make()
    load_s = time.monotonic() - began
    packed = _thread_times_us(call, calls, 0.0)
    memory.give_back()
    before_mb = memory_mb()
    paced = _thread_times_us(call, calls, period_us / 1e6)
    memory.give_back()
    growth_mb = memory_mb() - before_mb
    reference = _reference(case, max(10, calls // 4), period_us)
    p50, p99 = np.percentile(packed, (50, 99))
    return {
        "stage": case.stage,
        "case": case.case,
        "p50_us": float(p50),
        "p99_us": float(p99),
        "paced_p50_us": float(np.median(paced)),
        "paced_p99_us": float(np.percentile(paced, 99)),
        "core_percent": 100 * float(paced.mean()) / period_us,
        "load_s": load_s,
        "growth_mb": growth_mb,
        "reference": reference,
    }


def _reference(case: Case, calls: int, period_us: float) -> dict | None:
    """The case's reference: its median back to back and its share of a core at the same pace, or what is published."""
    if case.reference is None:
        if case.published is None:
            return None
        name, percent = case.published
        return {"name": name, "p50_us": percent / 100 * period_us, "core_percent": percent}
    name, make = case.reference
    call = make()
    packed = _thread_times_us(call, calls, 0.0)
    paced = _thread_times_us(call, calls, period_us / 1e6)
    return {
        "name": name,
        "p50_us": float(np.median(packed)),
        "core_percent": 100 * float(paced.mean()) / period_us,
    }
