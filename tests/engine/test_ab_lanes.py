import numpy as np
import pytest

from workbench.core import params as parameters
from workbench.core.geometry import load_array, load_layout
from workbench.core.params import Params
from workbench.dsp.bands import HOP
from workbench.engine.ab_lanes import Lanes, Side, differing_groups
from workbench.engine.designs import DesignBench
from workbench.engine.stages import GROUPS, StageSet

ARRAY, LAYOUT = load_array("square4-30mm"), load_layout("pair-100mm")
BASE = parameters.replace(Params(), {"enhance.method": "classical"})


def side(**changes):
    params = parameters.replace(BASE, {name.replace("__", "."): value for name, value in changes.items()})
    bench = DesignBench(ARRAY, LAYOUT)
    bench.request(params, np.radians(params.beamformer.steering_deg))
    return Side(params, bench.designs)


def stages():
    return StageSet(4, ARRAY, LAYOUT, limit=True)


def hops(count, seed=0):
    return (0.05 * np.random.default_rng(seed).standard_normal((count, 4, HOP))).astype(np.float32)


def rendered(lanes):
    return [lane.rendered for lane in lanes]


def test_groups_that_differ():
    a = BASE
    assert differing_groups(a, parameters.replace(a, {"enhance.strength_percent": 50})) == (False, True, False)
    assert differing_groups(a, parameters.replace(a, {"render.place_deg": 10})) == (False, False, True)
    assert differing_groups(a, parameters.replace(a, {"beamformer.steering_deg": 10})) == (True, False, False)
    assert differing_groups(a, parameters.replace(a, {"beamformer.follow": 2})) == (False, False, False)
    assert differing_groups(a, parameters.replace(a, {"localize.threshold": 0.9, "output.gain_db": -3})) == (
        *(False, False, False),
    )


@pytest.mark.parametrize(
    ("change", "shared"),
    [
        ({}, GROUPS),
        ({"render__place_deg": 20.0}, ("beam", "enhance")),
        ({"enhance__strength_percent": 50.0}, ("beam",)),
        ({"beamformer__steering_deg": 40.0}, ()),
    ],
)
def test_each_side_is_what_a_chain_of_its_own_would_give(change, shared):
    a, b = side(), side(**change)
    lanes, alone = Lanes(stages(), stages()), [Lanes(stages()), Lanes(stages())]
    for x in hops(12):
        pair = lanes.process(x, (a, b))
        for own, one, lane in zip(alone, (a, b), pair):
            np.testing.assert_array_equal(lane.rendered, own.process(x, (one,))[0].rendered)
    assert lanes.shared == shared


def test_equal_stages_run_once(monkeypatch):
    runs = []
    for name in ("capture", "enhance", "render"):
        original = getattr(StageSet, name)
        monkeypatch.setattr(
            *(StageSet, name),
            lambda self, *args, name=name, original=original: runs.append(name) or original(self, *args),
        )
    lanes = Lanes(stages(), stages())
    lanes.process(hops(1)[0], (side(), side()))
    assert runs == ["capture", "enhance", "render"]
    runs.clear()
    lanes.process(hops(1)[0], (side(), side(enhance__strength_percent=10.0)))
    assert runs == ["capture", "enhance", "enhance", "render", "render"]


@pytest.mark.parametrize("heard", [0, 1])
def test_the_heard_side_never_notices_that_the_other_parts_or_joins(heard):
    """Whatever the silent side does, the heard one is what it is alone."""
    a = side()
    others = [a, side(enhance__strength_percent=20.0), side(beamformer__steering_deg=50.0), side(), a]
    lanes, alone = Lanes(stages(), stages()), Lanes(stages())
    for other in others:
        for x in hops(6):
            pair = (a, other) if heard == 0 else (other, a)
            now = lanes.process(x, pair, heard)[heard].rendered
            np.testing.assert_array_equal(now, alone.process(x, (a,))[0].rendered)


def test_what_comes_between_is_heard_on_both_sides():
    lanes = Lanes(stages(), stages())
    lanes.process(hops(1)[0], (side(), side(enhance__strength_percent=10.0)))
    replaced = np.full((1, HOP), 0.25, dtype=np.float32)
    pair = lanes.process(hops(1)[0], (side(), side(enhance__strength_percent=10.0)), between=lambda live: replaced)
    assert pair[0].enhanced is replaced and pair[1].enhanced is replaced
