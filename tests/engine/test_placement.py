import math

import pytest

from workbench.core import params as parameters
from workbench.core.params import Params
from workbench.engine.placement import followed_place_deg, placed

FOLLOWING = parameters.replace(Params(), {"render.place_follows": True})


@pytest.mark.parametrize(("azimuth_deg", "place_deg"), [(0, 0), (90, 30), (-90, -30), (30, 15), (150, 15), (180, 0)])
def test_left_is_left_also_behind(azimuth_deg, place_deg):
    assert followed_place_deg(math.radians(azimuth_deg), 30.0) == place_deg


def test_the_place_goes_with_the_beam_only_where_it_is_to():
    still = Params()
    assert placed(still, 1.0) is still
    assert placed(FOLLOWING, math.radians(-90)).render.place_deg == -FOLLOWING.render.virtual_deg
    assert placed(FOLLOWING, 0.0) is FOLLOWING


def test_nothing_else_changes():
    changed = parameters.differences(placed(FOLLOWING, 1.0), FOLLOWING)
    assert list(changed) == ["render.place_deg"]
