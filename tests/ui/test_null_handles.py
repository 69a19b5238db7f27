import pytest

from workbench.core.params import RenderParams
from workbench.ui.views.null_handles import MOST_NULLS, added, moved, nulls_of, removed, values_of, widest_gap


def test_parameters_and_back():
    params = RenderParams(null_deg=70.0, more_nulls="120 150.5")
    assert nulls_of(params) == (70.0, 120.0, 150.5)
    assert values_of(nulls_of(params)) == {"render.null_deg": 70.0, "render.more_nulls": "120 150.5"}


@pytest.mark.parametrize(
    ("degrees", "want"), [(100.0, 100.0), (20.0, 50.0), (118.0, 115.0), (122.0, 125.0), (200.0, 180.0)]
)
def test_a_null_keeps_its_distance(degrees, want):
    assert moved((90.0, 120.0), 0, degrees, 45.0) == (want, 120.0)


def test_one_more_and_one_less():
    assert added((90.0,), 90.0, 45.0) in ((90.0, 85.0), (90.0, 95.0))
    nulls = (90.0,)
    for _ in range(MOST_NULLS + 2):
        nulls = added(nulls, widest_gap(nulls, 45.0), 45.0)
    assert len(nulls) == MOST_NULLS
    assert min(abs(a - b) for n, a in enumerate(nulls) for b in nulls[:n]) >= 5
    for _ in range(MOST_NULLS + 2):
        nulls = removed(nulls, len(nulls) - 1)
    assert nulls == (90.0,)


def test_without_room_nothing_is_added():
    assert added((177.0,), 178.0, 170.0) == (177.0,)
