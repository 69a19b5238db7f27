"""Streaming classes of `workbench.render`."""

import numpy as np

from tests.streaming import StreamingCase
from workbench.core.geometry import load_layout
from workbench.core.params import RenderParams
from workbench.render import renderer, upmix

LAYOUT = load_layout("pair-100mm")
FILTERS = [renderer.design_render(LAYOUT, RenderParams(virtual_deg=angle)) for angle in (30.0, 50.0)]


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
    renderer.Renderer: StreamingCase(make=lambda: renderer.Renderer(LAYOUT), inputs=_scene),
    renderer.ScenePlacer: StreamingCase(make=renderer.ScenePlacer, inputs=_mono),
    upmix.Upmixer: StreamingCase(make=upmix.Upmixer, inputs=_pairs),
}
