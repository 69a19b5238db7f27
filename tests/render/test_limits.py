"""Limits of single drivers, and the band outside of which filters are plain."""

import dataclasses

import numpy as np
import pytest

from workbench.core.errors import InputError
from workbench.core.geometry import layout_from_table, load_layout
from workbench.render.crosstalk import separation_db
from workbench.render.design import load_design
from workbench.render.designs import beam_filters, crosstalk_filters, plain_stereo
from workbench.render.region import FREQUENCY_HZ, plant_at


def _limited(name, limits):
    layout = load_layout(name)
    drivers = tuple(
        dataclasses.replace(driver, gain_limit_db=limits.get(driver.name, driver.gain_limit_db))
        for driver in layout.drivers
    )
    return dataclasses.replace(layout, drivers=drivers)


def _gain_db(layout, design, driver):
    filters = crosstalk_filters(layout, design)
    return 20 * np.log10(np.abs(filters[:, layout.driver_names.index(driver)]).max())


def test_a_driver_keeps_its_own_limit_and_the_others_go_on():
    design = load_design("robust")
    layout = _limited("sphere3-60mm", {"front": -6.0})
    assert _gain_db(load_layout("sphere3-60mm"), design, "front") > 0
    assert _gain_db(layout, design, "front") < -5.99
    assert _gain_db(layout, design, "left") > 3
    band = (FREQUENCY_HZ > 1000) & (FREQUENCY_HZ < 8000)
    plant = plant_at(layout)
    plain = np.broadcast_to(plain_stereo(layout), plant.transpose(0, 2, 1).shape)
    made = separation_db(plant, crosstalk_filters(layout, design))[band].mean()
    assert made > separation_db(plant, plain)[band].mean() + 15


def test_a_beam_keeps_the_drivers_limits():
    design = load_design("beam")
    layout = _limited("sphere5-60mm", {"rear left": -12.0, "rear right": -12.0})
    weights = beam_filters(layout, design)
    assert 20 * np.log10(np.abs(weights[::4, 3:]).max()) < -18  # 6 dB are those of a pair over one driver
    assert np.abs(weights[:, 0]).max() > 0.5


def test_a_limit_that_cannot_be_met_is_said():
    with pytest.raises(InputError, match=r"-3 dB of driver 'left' cannot be met"):
        crosstalk_filters(_limited("pair-100mm", {"left": -3.0}), load_design("robust"))


@pytest.mark.parametrize("limit", ["loud", True, 90])
def test_limits_in_layout_files_are_numbers(limit):
    table = {"drivers": [{"name": "a", "xyz_m": [0, -0.1, 0], "gain_limit_db": limit}, {"xyz_m": [0, 0.1, 0]}]}
    with pytest.raises(InputError, match="gain_limit_db"):
        layout_from_table(table, "x.toml")


def test_outside_of_the_band_filters_are_plain():
    layout = load_layout("sphere5-60mm")
    design = dataclasses.replace(load_design("beam"), band_low_hz=500.0, band_high_hz=5000.0)
    plain, outside = plain_stereo(layout), (FREQUENCY_HZ < 140) | (FREQUENCY_HZ > 7200)
    made = crosstalk_filters(layout, design)[outside]
    np.testing.assert_allclose(made, np.broadcast_to(plain, made.shape), atol=1e-12)
    mix = np.broadcast_to(plain.sum(axis=1) / 2, beam_filters(layout, design)[outside].shape)
    np.testing.assert_allclose(beam_filters(layout, design)[outside], mix, atol=1e-12)
    inside = (FREQUENCY_HZ > 510) & (FREQUENCY_HZ < 4990)
    usual = load_design("beam")
    np.testing.assert_allclose(beam_filters(layout, design)[inside], beam_filters(layout, usual)[inside])


def test_bands_out_of_range_are_refused():
    with pytest.raises(InputError, match="band_low_hz"):
        dataclasses.replace(load_design("beam"), band_low_hz=5.0)
