"""Enhancement quality over a set: every method on every pair, in parallel, summed up by SNR and by level."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from workbench.core.errors import InputError
from workbench.core.params import EnhanceParams
from workbench.dsp.bands import HOP
from workbench.engine import cluster
from workbench.enhance.enhancer import Enhancer
from workbench.enhance.ladder import RUNGS, whole_ladder
from workbench.enhance.runtime import NetworkGains
from workbench.evaluation.metrics import Dnsmos, Scores, score
from workbench.evaluation.testset import Pair, load_pair

METHODS = ("noisy", "classical", "percepnet-small", "percepnet", *(f"oracle-{rung}" for rung in RUNGS))
METRICS = ("pesq", "stoi", "si_sdr_db", "sig", "bak", "ovrl")
_LEVEL_STEP_DB = 10


@dataclass(frozen=True, slots=True)
class Task:
    """One method on one pair. `gain_db` is applied to the noisy signal (level must not matter)."""

    pair: Pair
    method: str
    params: EnhanceParams
    dnsmos: Path | None
    gain_db: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """Scores of one task; `peak_dbfs` is the level of the noisy file as it was given to the method."""

    name: str
    method: str
    snr_db: float | None
    peak_dbfs: float
    scores: Scores


def check_methods(methods: Iterable[str]) -> None:
    """Methods are among METHODS, or paths of .onnx models.

    Raises
    ------
    InputError
        One is neither, or its model cannot be used.
    """
    for method in methods:
        if method.endswith(".onnx") or method.startswith("percepnet"):
            NetworkGains(1, method)
        elif method not in METHODS:
            raise InputError(f"{method}: no such method (there are {', '.join(METHODS)}, and paths of .onnx models)")


def enhance(noisy: np.ndarray, method: str, params: EnhanceParams) -> np.ndarray:
    """A whole signal (samples,) through the streaming stage, with its delay taken out."""
    is_network = method.endswith(".onnx") or method.startswith("percepnet")
    estimators = {"percepnet-small": NetworkGains(1, method)} if is_network else None
    stage = Enhancer(1, estimators)
    params = dataclasses.replace(params, enabled=True, method="percepnet-small" if is_network else method, model="")
    padded = np.concatenate([noisy, np.zeros(stage.latency + HOP - len(noisy) % HOP, dtype=np.float32)])
    hops = [stage.process(padded[None, start : start + HOP], params) for start in range(0, len(padded) - HOP + 1, HOP)]
    return np.concatenate(hops, axis=1)[0, stage.latency : stage.latency + len(noisy)]


@functools.lru_cache(maxsize=1)
def _dnsmos(folder: Path) -> Dnsmos:
    return Dnsmos(folder)


def run_task(task: Task) -> Result:
    """Enhance and score."""
    clean, noisy = load_pair(task.pair)
    noisy = noisy * np.float32(10 ** (task.gain_db / 20))
    if task.method == "noisy":
        enhanced = noisy
    elif task.method.startswith("oracle-"):
        rung = task.method.removeprefix("oracle-")
        reference = clean * np.float32(10 ** (task.gain_db / 20))
        enhanced = whole_ladder(noisy[None], reference[None], task.params, (rung,))[rung][0]
    else:
        enhanced = enhance(noisy, task.method, task.params)
    peak = float(np.max(np.abs(noisy)))
    return Result(
        task.pair.name,
        task.method,
        task.pair.snr_db,
        20 * np.log10(peak) if peak > 0 else float("-inf"),
        score(clean, enhanced, _dnsmos(task.dnsmos) if task.dnsmos else None),
    )


def run_tasks(
    tasks: list[Task], jobs: int, scheduler: str | None = None, progress: Callable[[int, int], None] | None = None
) -> list[Result]:
    """All tasks on `jobs` processes, or on a dask cluster.

    Raises
    ------
    InputError
        The scheduler cannot be used, or a file cannot be read.
    """
    return cluster.results(run_task, tasks, jobs, scheduler, progress)


def mean_scores(results: Iterable[Result]) -> dict[str, float]:
    """Mean of each metric over results; NaN values are left out, and a metric without any is NaN."""
    table = np.array([[getattr(result.scores, metric) for metric in METRICS] for result in results], dtype=np.float64)
    finite = np.isfinite(table)
    counts = finite.sum(axis=0)
    sums = np.where(finite, table, 0).sum(axis=0)
    return {
        metric: float(total / count) if count else float("nan")
        for metric, total, count in zip(METRICS, sums, counts, strict=True)
    }


def summary(results: list[Result], gain_db: float = 0.0) -> dict:
    """Plain data for JSON: by method the mean, by SNR, by level (10 dB wide), and every file."""
    methods = {}
    for method in dict.fromkeys(result.method for result in results):
        mine = [result for result in results if result.method == method]
        snrs = sorted({result.snr_db for result in mine if result.snr_db is not None})
        levels = sorted({_level_class(result.peak_dbfs - gain_db) for result in mine})
        methods[method] = {
            "mean": mean_scores(mine),
            "by_snr_db": {f"{snr:g}": mean_scores(r for r in mine if r.snr_db == snr) for snr in snrs},
            "by_peak_dbfs": {
                f"{level}": mean_scores(r for r in mine if _level_class(r.peak_dbfs - gain_db) == level)
                for level in levels
            },
            "files": [{"name": r.name, "snr_db": r.snr_db, "peak_dbfs": r.peak_dbfs, **asdict(r.scores)} for r in mine],
        }
    return methods


def _level_class(peak_dbfs: float) -> int:
    """Lower bound of the 10 dB class a level falls into; digital silence counts as the lowest there is."""
    return int(np.floor(max(peak_dbfs, -100.0) / _LEVEL_STEP_DB) * _LEVEL_STEP_DB)
