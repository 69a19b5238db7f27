import dataclasses

import numpy as np
import pytest

from workbench.core.errors import InputError
from workbench.core.geometry import load_layout
from workbench.core.params import RenderParams
from workbench.core.resources import shipped_names
from workbench.render.crosstalk import drive_db, separation_db
from workbench.render.design import Design, design_from_params, design_settings, load_design
from workbench.render.designs import beam_filters, crosstalk_filters, plain_stereo
from workbench.render.drivers import both_sides, patterns
from workbench.render.plants import HeadPose
from workbench.render.region import FREQUENCY_HZ, plant_at, region_plants


@pytest.mark.parametrize("name", shipped_names("designs"))
def test_the_live_parameters_give_a_design_back(name):
    design = load_design(name)
    values = {path.partition(".")[2]: value for path, value in design_settings(design).items()}
    again = design_from_params(dataclasses.replace(RenderParams(), **values))
    assert dataclasses.replace(again, name=design.name) == design


def test_all_of_a_design_comes_through_the_live_parameters():
    design = Design(
        name="crosstalk",
        centre="beam",
        null_deg=75.0,
        more_nulls_deg=(120.0, 160.5),
        window_deg=30.0,
        region_m=0.03,
        region_back_m=0.1,
        region_size_percent=7.0,
        region_yaw_deg=10.0,
        taps=2048,
        delay_ms=8.5,
        cancellation_shape="300:-6 1000:0",
    )
    values = {path.partition(".")[2]: value for path, value in design_settings(design).items()}
    assert design_from_params(dataclasses.replace(RenderParams(), **values)) == design


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"taps": 100}, "taps"),
        ({"taps": 256, "delay_ms": 5.0}, "delay_ms"),
        ({"delay_ms": 0.0}, "delay_ms"),
        ({"region_m": 0.5}, "region_m"),
        ({"region_yaw_deg": 80.0}, "region_yaw_deg"),
        ({"more_nulls_deg": (100.0, 102.0)}, "more_nulls_deg"),
        ({"more_nulls_deg": (100.0, 120.0, 140.0, 160.0)}, "more_nulls_deg"),
        ({"more_nulls_deg": (40.0,), "centre": "beam"}, "40° lies within the even window"),
    ],
)
def test_what_cannot_be_is_refused_by_name(change, word):
    with pytest.raises(InputError, match=word):
        Design(**change)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("more_nulls_deg = 120", "list of numbers"),
        ('more_nulls_deg = ["a"]', "number"),
        ("taps = 960.5", "whole number"),
        ("taps = true", "whole number"),
        ("taps = 100000", "taps"),
        ("delay_ms = 'x'", "number"),
    ],
)
def test_files_with_values_of_the_wrong_kind(tmp_path, text, word):
    path = tmp_path / "d.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=word) as caught:
        load_design(path)
    assert "d.toml" in str(caught.value)


def test_old_files_without_a_region_keep_to_the_nominal_head(tmp_path):
    path = tmp_path / "d.toml"
    path.write_text("earshot_design = 1\nregion_m = 0.0\n")
    design = load_design(path)
    assert design.region_size_percent == 0.0
    layout = load_layout("pair-100mm")
    weights = np.abs(crosstalk_filters(layout, dataclasses.replace(design, droop_db=4.0, cancellation_db=30.0)))
    assert 20 * np.log10(weights.max()) == pytest.approx(design.boost_limit_db, abs=0.01)  # before it is made louder


def test_two_pairs_of_nulls_are_held():
    layout = load_layout("sphere5-60mm")
    design = Design(centre="beam", more_nulls_deg=(60.0,), window_deg=20.0, beam_even_db=9.0, beam_null_db=15.0)
    at = np.searchsorted(FREQUENCY_HZ, [1000, 1300, 1600, 2000, 2500])
    weights = beam_filters(layout, design)[at]
    angles = np.concatenate([[0.0], both_sides(np.radians(design.nulls_deg))])
    level = np.abs(np.einsum("fai,fi->fa", patterns(layout, angles, FREQUENCY_HZ[at]), weights))
    assert 20 * np.log10((level[:, 1:] / level[:, :1]).max()) < -14.5
    alone = beam_filters(layout, dataclasses.replace(design, more_nulls_deg=()))[at]
    other = np.abs(np.einsum("fai,fi->fa", patterns(layout, angles, FREQUENCY_HZ[at]), alone))
    assert 20 * np.log10((other[:, 3:] / other[:, :1]).max()) > -10


def test_each_axis_of_the_region_is_kept_in_mind():
    layout = load_layout("pair-100mm")
    alone = Design(region_m=0.0, region_size_percent=0.0)
    assert len(region_plants(layout, alone)) == 1
    every = Design(region_m=0.02, region_back_m=0.1, region_size_percent=10.0, region_yaw_deg=10.0)
    assert len(region_plants(layout, every)) == 1 + 4 + 2 + 2 + 2


@pytest.mark.parametrize(
    ("change", "pose"),
    [
        ({"region_m": 0.1}, HeadPose(offset_m=(0.0, 0.1, 0.0))),
        ({"region_yaw_deg": 40.0}, HeadPose(yaw_rad=np.radians(40.0))),
        ({"region_back_m": 0.5}, HeadPose(offset_m=(-0.5, 0.0, 0.0))),
    ],
)
def test_a_region_helps_where_it_reaches(change, pose):
    layout = load_layout("line4-60mm")
    alone = Design(target="ears", region_m=0.0, region_size_percent=0.0, region_weight=3.0, cancellation_db=30.0)
    band = (FREQUENCY_HZ > 500) & (FREQUENCY_HZ < 6000)
    there = plant_at(layout, "", pose)[band]
    kept, not_kept = (
        separation_db(there, crosstalk_filters(layout, design)[band]).mean()
        for design in (dataclasses.replace(alone, **change), alone)
    )
    assert kept > not_kept + 0.5


@pytest.mark.parametrize("layout", ["pair-100mm", "sphere3-60mm", "sphere5-60mm", "line4-60mm"])
@pytest.mark.parametrize(("limit_db", "droop_db"), [(3.0, 6.0), (10.0, 4.0), (10.0, 0.0), (6.0, 12.0)])
def test_the_boost_limit_holds_for_drivers_as_loud_as_plain_stereo(layout, limit_db, droop_db):
    layout = load_layout(layout)
    design = Design(target="ears", cancellation_db=30.0, boost_limit_db=limit_db, droop_db=droop_db)
    plain, filters = plain_stereo(layout), crosstalk_filters(layout, design)
    band = FREQUENCY_HZ >= 50
    drive = drive_db(plant_at(layout)[band], filters[band], plain, FREQUENCY_HZ[band]).max()
    assert drive < limit_db + 0.25
    if design.droop_db and layout.name in ("pair-100mm", "line4-60mm"):  # there the limit binds
        assert drive > limit_db - 0.3
