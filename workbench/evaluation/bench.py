"""What the stages cost, in thread time, and how long the program takes to start."""

from __future__ import annotations

from collections.abc import Callable

from workbench.dsp import kernel_loader
from workbench.engine import memory
from workbench.evaluation.bench_cases import cases
from workbench.evaluation.bench_start import START, STARTS, start_rows
from workbench.evaluation.bench_timing import measure


def stages() -> set[str]:
    """All that `run` can be told to measure alone."""
    return {case.stage for case in cases()} | {START}


def run(seconds: float, only: str | None, progress: Callable[[str], None]) -> list[dict]:
    """Measure all cases, or those whose stage is `only`; `progress` is told each before it starts."""
    memory.settle()  # as the program does
    kernel_loader.load()
    rows = []
    for case in cases():
        if only is None or case.stage == only:
            progress(f"{case.stage}: {case.case}")
            rows.append(measure(case, seconds))
    if only in (None, START):
        progress(f"{START}: {STARTS} times")
        rows += start_rows()
    return rows
