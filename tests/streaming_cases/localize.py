"""Streaming classes of `workbench.localize`."""

from tests.localize import scenes
from tests.streaming import StreamingCase
from workbench.core.geometry import load_array
from workbench.core.messages import Candidate
from workbench.core.params import LocalizeParams
from workbench.localize import localizer, tracker

_ARRAY = load_array("uca8-100mm")


def _hops(rng, hops):
    seed = int(rng.integers(1000))
    voices = [scenes.speech_like(seed + k, hops * 0.01) for k in range(2)]
    x = scenes.plane_waves(_ARRAY, rng.uniform(-180, 180, 2), voices, seed=seed)
    methods = ("srp", "combined", "normmusic", "music")
    return [
        (x[:, 480 * k : 480 * k + 480], 0.01 * k, LocalizeParams(method=methods[4 * k // hops])) for k in range(hops)
    ]


def _candidates(rng, updates):
    return [
        (
            tuple(Candidate(float(a + rng.normal(0, 0.03)), float(rng.uniform(0.3, 1))) for a in (-2.0, 0.1, 1.5)),
            0.2,
            LocalizeParams(),
        )
        for _ in range(updates)
    ]


CASES = {
    localizer.Localizer: StreamingCase(make=lambda: localizer.Localizer(_ARRAY), inputs=_hops, hops=120),
    tracker.Tracker: StreamingCase(make=tracker.Tracker, inputs=_candidates),
}
