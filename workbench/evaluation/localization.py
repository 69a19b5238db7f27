"""Scores of localization methods over a set of scenes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from workbench.core.geometry import wrap_deg
from workbench.core.messages import Localization
from workbench.core.params import LocalizeParams
from workbench.engine import cluster
from workbench.evaluation.localization_metrics import assign, ospa_deg
from workbench.evaluation.localization_sets import LocalizationScene, load_scene_sound
from workbench.localize.localizer import UPDATE_S
from workbench.localize.offline import localize_recording
from workbench.localize.sources import Source

NEAR_DEG = (5.0, 10.0)
_RELIABILITY_BINS = 10
_HIT_DEG = 10.0


@dataclass(frozen=True, slots=True)
class LocalizationTask:
    """One scene with one method. `live`: score the tracks as they were live rather than what is known in hindsight."""

    scene: LocalizationScene
    method: str
    params: LocalizeParams
    live: bool = False
    reliability: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SceneScore:
    """Sums over a scene's frames (see `summarise` for what becomes of them).

    `hits` and `reports` are (bins,) over confidence: how many directions were reported, and how many of them lay within
    10 degrees of somebody who spoke.
    """

    method: str
    name: str
    array: str
    kind: str
    talkers: int
    rt60_s: float | None
    frames: int
    heard_frames: int
    ospa_sum: float
    count_error_sum: float
    error_sum_deg: float
    matched: int
    near: tuple[int, ...]
    true_sources: int
    reported_sources: int
    silent_s: float
    false_in_silence: int
    swaps: int
    kept: bool | None
    distance_error_sum_m: float
    distance_ratio_sum: float
    distances: int
    hits: np.ndarray
    reports: np.ndarray


def score(task: LocalizationTask) -> SceneScore:
    """Localize one scene and score it."""
    scene = task.scene
    samples = load_scene_sound(scene)
    params = replace(task.params, method=task.method)
    frames, sources = localize_recording(samples, scene.array, params)
    if task.live:
        sources = [_live_sources(frame) for frame in frames]
    hits, reports = np.zeros(_RELIABILITY_BINS, dtype=int), np.zeros(_RELIABILITY_BINS, dtype=int)
    if task.reliability:
        every, _ = localize_recording(samples, scene.array, replace(params, threshold=0.02))
        _count_reliability(scene, every, hits, reports)
    ospa = count_error = error_sum = distance_sum = ratio_sum = silent_s = 0.0
    heard = matched = true_sources = reported = false_in_silence = distances = 0
    near = [0] * len(NEAR_DEG)
    owners: list[list[int | None]] = [[] for _ in scene.active]
    for frame, found in zip(frames, sources, strict=True):
        step = scene.step_at(frame.time_s)
        speaking = np.flatnonzero(scene.active[:, step])
        truth_deg = scene.azimuth_deg[speaking, step]
        found_deg = np.array([math.degrees(source.azimuth_rad) for source in found])
        matches = assign(truth_deg, found_deg)
        true_sources += len(speaking)
        reported += len(found)
        if len(speaking) == 0:
            silent_s += UPDATE_S
            false_in_silence += len(found)
        if len(speaking) or len(found):
            heard += 1
            ospa += ospa_deg(len(speaking), len(found), matches)
            count_error += abs(len(speaking) - len(found))
        for match in matches:
            matched += 1
            error_sum += match.error_deg
            for slot, limit_deg in enumerate(NEAR_DEG):
                near[slot] += match.error_deg <= limit_deg
            talker, source = int(speaking[match.talker]), found[match.report]
            owners[talker].append(source.track)
            distance_m = scene.distance_m[talker, step]
            if source.distance_m is not None and np.isfinite(distance_m):
                distances += 1
                distance_sum += abs(source.distance_m - distance_m)
                ratio_sum += abs(source.distance_m - distance_m) / distance_m
    return SceneScore(
        method=task.method,
        name=scene.name,
        array=scene.array.name,
        kind=scene.kind,
        talkers=len(scene.active),
        rt60_s=scene.rt60_s,
        frames=len(frames),
        heard_frames=heard,
        ospa_sum=ospa,
        count_error_sum=count_error,
        error_sum_deg=error_sum,
        matched=matched,
        near=tuple(near),
        true_sources=true_sources,
        reported_sources=reported,
        silent_s=silent_s,
        false_in_silence=false_in_silence,
        swaps=sum(_swaps(ids) for ids in owners),
        kept=_kept(owners) if scene.kind == "crossing" else None,
        distance_error_sum_m=distance_sum,
        distance_ratio_sum=ratio_sum,
        distances=distances,
        hits=hits,
        reports=reports,
    )


def _live_sources(frame: Localization) -> tuple[Source, ...]:
    return tuple(Source(t.azimuth_rad, t.confidence, t.distance_m, t.number) for t in frame.tracks if t.active)


def _count_reliability(scene: LocalizationScene, frames: Sequence[Localization], hits, reports) -> None:
    for frame in frames:
        step = scene.step_at(frame.time_s)
        truth_deg = scene.azimuth_deg[scene.active[:, step], step]
        for candidate in frame.candidates:
            slot = min(int(candidate.confidence * _RELIABILITY_BINS), _RELIABILITY_BINS - 1)
            apart = np.abs(wrap_deg(truth_deg - math.degrees(candidate.azimuth_rad)))
            reports[slot] += 1
            hits[slot] += bool(len(apart)) and bool(apart.min() <= _HIT_DEG)


def _swaps(owners: list[int | None]) -> int:
    """How often a talker was followed under another number than before."""
    known = [owner for owner in owners if owner is not None]
    return sum(first != second for first, second in pairwise(known))


def _kept(owners: list[list[int | None]]) -> bool:
    """Whether each talker bears at the end the number it had at the beginning (the commonest in each third)."""
    for ids in owners:
        third = len(ids) // 3
        if third == 0:
            continue
        if Counter(ids[:third]).most_common(1)[0][0] != Counter(ids[-third:]).most_common(1)[0][0]:
            return False
    return True


def run_localization_tasks(
    tasks: list[LocalizationTask],
    jobs: int,
    progress: Callable[[int, int], None] | None = None,
    scheduler: str | None = None,
) -> list[SceneScore]:
    """Scores of all tasks, in order, on `jobs` processes or on a dask cluster."""
    return cluster.results(score, tasks, jobs, scheduler, progress)


def summarise(scores: Sequence[SceneScore]) -> dict:
    """Means over scenes with talkers; every frame in which somebody speaks or is reported counts the same.

    `false_per_minute` counts directions reported in an update while nobody spoke: in scenes without talkers.
    """
    talking = [s for s in scores if s.kind != "silence"]
    silent = [s for s in scores if s.kind == "silence"]

    def total(name: str, among=talking) -> float:
        return float(sum(getattr(s, name) for s in among))

    def over(part: float, whole: float) -> float:
        return part / whole if whole else math.nan

    crossing = [s for s in talking if s.kept is not None]
    result = {
        "scenes": len(scores),
        "ospa_deg": over(total("ospa_sum"), total("heard_frames")),
        "error_deg": over(total("error_sum_deg"), total("matched")),
        "recall": over(total("matched"), total("true_sources")),
        "precision": over(total("matched"), total("reported_sources")),
        "count_error": over(total("count_error_sum"), total("heard_frames")),
        "swaps_per_minute": over(60 * total("swaps"), UPDATE_S * total("true_sources")),
        "identities_kept": over(sum(s.kept for s in crossing), len(crossing)),
        "distance_error_m": over(total("distance_error_sum_m"), total("distances")),
        "distance_error_relative": over(total("distance_ratio_sum"), total("distances")),
        "false_per_minute": over(60 * total("false_in_silence", silent), total("silent_s", silent)),
    }
    for slot, limit_deg in enumerate(NEAR_DEG):
        hits = sum(s.near[slot] for s in talking)
        result[f"recall_{limit_deg:g}deg"] = over(hits, total("true_sources"))
        result[f"precision_{limit_deg:g}deg"] = over(hits, total("reported_sources"))
    return result


def tables(scores: Sequence[SceneScore]) -> dict:
    """All summaries of one method: over everything, and by talkers, RT60, array and kind of scene."""
    still = [s for s in scores if s.kind == "still"]
    groups = {
        "by_talkers": {str(n): [s for s in still if s.talkers == n] for n in sorted({s.talkers for s in still})},
        "by_rt60_s": {
            f"{x:g}": [s for s in still if s.rt60_s == x]
            for x in sorted({s.rt60_s for s in still if s.rt60_s is not None})
        },
        "by_array": {name: [s for s in still if s.array == name] for name in sorted({s.array for s in still})},
        "by_kind": {name: [s for s in scores if s.kind == name] for name in sorted({s.kind for s in scores})},
    }
    result: dict = {"all": summarise(scores), "still": summarise(still)}
    for title, members in groups.items():
        result[title] = {name: summarise(part) for name, part in members.items()}
    reports = sum(s.reports for s in scores) if scores else np.zeros(_RELIABILITY_BINS)
    if reports.sum():
        hits = sum(s.hits for s in scores)
        result["reliability"] = [
            {
                "confidence": [k / _RELIABILITY_BINS, (k + 1) / _RELIABILITY_BINS],
                "reports": int(reports[k]),
                "right": hits[k] / reports[k] if reports[k] else math.nan,
            }
            for k in range(_RELIABILITY_BINS)
        ]
    return result
