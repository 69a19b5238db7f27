from dataclasses import replace

import numpy as np
import pytest

from workbench.core import layout_edit
from workbench.core.errors import InputError
from workbench.core.geometry import Driver, SpeakerLayout, load_layout
from workbench.core.resources import shipped_names


@pytest.mark.parametrize("name", shipped_names("layouts"))
def test_text_of_a_layout_reads_back_the_same(tmp_path, name):
    layout = load_layout(name)
    layout = replace(layout, extra={**layout.extra, "plant": "none"}, name='the "best"')
    layout = layout_edit.with_driver(layout, 0, gain_limit_db=3.5, name="lëft \\ one")
    path = tmp_path / "x.toml"
    path.write_text(layout_edit.layout_toml(layout), encoding="utf-8")
    again = load_layout(path)
    assert again.drivers == layout.drivers and again.extra == layout.extra and again.name == layout.name
    assert again.cabinet_radius_m == layout.cabinet_radius_m
    assert again.listener_distance_m == layout.listener_distance_m and again.head_radius_m == layout.head_radius_m


@pytest.mark.parametrize("name", shipped_names("layouts"))
def test_shipped_layouts_have_no_problem(name):
    assert layout_edit.layout_problems(load_layout(name)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda layout: layout_edit.with_driver(layout, 1, xyz_m=(0.0, -0.0505, 0.0)), "same place"),
        (lambda layout: layout_edit.with_driver(layout, 1, xyz_m=(1.45, 0.05, 0.0)), "inside the listener's head"),
        (lambda layout: layout_edit.with_driver(layout, 1, name="left"), "name of its own"),
        (lambda layout: layout_edit.without(layout, 0), "two drivers side by side"),
        (lambda layout: replace(layout, drivers=()), "two drivers side by side"),
        (lambda layout: replace(layout, cabinet_radius_m=0.2), "not on the cabinet"),
        (
            lambda layout: layout_edit.with_listener(layout_edit.with_cabinet(layout, 0.5), distance_m=0.4),
            "inside the cab",
        ),
    ],
)
def test_problems_are_named_and_not_saved(change, said):
    layout = change(load_layout("pair-100mm"))
    assert any(said in problem for problem in layout_edit.layout_problems(layout))
    with pytest.raises(InputError, match="cannot be saved"):
        layout_edit.layout_toml(layout)


def test_drivers_stay_on_their_cabinet_and_face_outwards():
    layout = layout_edit.with_cabinet(load_layout("pair-100mm"), 0.08)
    np.testing.assert_allclose(np.linalg.norm(layout.driver_xyz_m, axis=1), 0.08, atol=2e-5)
    moved = layout_edit.with_driver(layout, 0, xyz_m=(1.0, -1.0, 0.0))
    np.testing.assert_allclose(moved.driver_xyz_m[0], [0.056569, -0.056569, 0.0], atol=2e-5)
    assert moved.drivers[0].facing_deg == pytest.approx(-45.0, abs=0.05)
    assert layout_edit.with_cabinet(moved, None).drivers[0].xyz_m == moved.drivers[0].xyz_m


def test_more_drivers_get_names_of_their_own_and_room():
    layout = SpeakerLayout("x", (Driver("driver 1", (0.0, -0.05, 0.0)), Driver("b", (0.0, 0.05, 0.0))))
    for _ in range(layout_edit.MOST_DRIVERS - 2):
        layout = layout_edit.with_more(layout)
    assert layout_edit.layout_problems(layout) == []
    with pytest.raises(InputError, match="at most"):
        layout_edit.with_more(layout)


def test_values_out_of_range_are_refused():
    layout = load_layout("pair-100mm")
    for change in ({"distance_m": 0.05}, {"head_radius_m": 0.4}):
        with pytest.raises(InputError, match="is from"):
            layout_edit.with_listener(layout, **change)
    with pytest.raises(InputError, match="cabinet's radius"):
        layout_edit.with_cabinet(layout, 3.0)
