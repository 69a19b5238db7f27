"""Streaming classes of `workbench.render`."""

import numpy as np

from tests.streaming import StreamingCase
from workbench.core.geometry import load_layout
from workbench.core.params import RenderParams
from workbench.render import renderer, upmix

LAYOUT = load_layout("pair-100mm")
ROOM = np.random.default_rng(5).standard_normal((2, 2, 3000)).astype(np.float32) * np.exp(-np.arange(3000) / 500.0)
FILTERS = [
    renderer.design_render(LAYOUT, RenderParams(virtual_deg=30.0), latency=480),
    renderer.design_render(LAYOUT, RenderParams(virtual_deg=50.0), latency=480, paths=ROOM.astype(np.float32)),
]


def _scene(rng, hops):
    return [
        (
            rng.standard_normal((3, 480)).astype(np.float32),
            RenderParams(audition=hop > 8, enabled=hop < 10),
            FILTERS[hop // 4 % 2],
        )
        for hop in range(hops)
    ]


def _mono(rng, hops):
    return [
        (rng.standard_normal(480).astype(np.float32), RenderParams(place_deg=10.0 * (hop % 3 - 1)))
        for hop in range(hops)
    ]


def _pairs(rng, hops):
    return [
        (rng.standard_normal((2, 480)).astype(np.float32), RenderParams(upmix=hop % 5 > 0, centre_width_percent=hop))
        for hop in range(hops)
    ]


CASES = {
    renderer.Renderer: StreamingCase(make=lambda: renderer.Renderer(LAYOUT, latency=480), inputs=_scene),
    renderer.ScenePlacer: StreamingCase(make=renderer.ScenePlacer, inputs=_mono),
    upmix.Upmixer: StreamingCase(make=upmix.Upmixer, inputs=_pairs),
}
