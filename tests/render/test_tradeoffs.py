import dataclasses

import numpy as np
import pytest

from workbench.core.geometry import load_layout
from workbench.core.params import RenderParams
from workbench.core.trades import BeamChoice
from workbench.render import tradeoffs
from workbench.render.plants import HeadPose, listener_plant


def _choice(null_db, uneven_db, gain_db):
    return BeamChoice(20.0, 3.0, null_db, null_db, uneven_db, gain_db, 5.0)


def test_the_front_is_what_no_other_beats():
    choices = [_choice(-20, 3, 0), _choice(-20, 4, 0), _choice(-10, 1, 0), _choice(-10, 1, 3), _choice(-5, 5, -3)]
    assert [choice.best for choice in tradeoffs.mark_best(choices)] == [True, False, False, True, False]
    assert tradeoffs.mark_best([]) == ()


def test_deeper_nulls_are_found_where_they_are_asked_for(monkeypatch):
    monkeypatch.setattr(tradeoffs, "NULLS_DB", (8.0, 20.5))
    monkeypatch.setattr(tradeoffs, "EVENNESS_DB", (2.9, 9.0))
    found = tradeoffs.beam_front(load_layout("sphere5-60mm"), RenderParams(boost_limit_db=12.0))
    table = {(beam.null_db, beam.unevenness_db): beam for beam in found}
    assert table[20.5, 2.9].found_null_db < -20 < -14 < table[8.0, 2.9].found_null_db
    assert table[20.5, 2.9].found_unevenness_db <= 3.05
    assert table[8.0, 9.0].directivity_db > table[20.5, 2.9].directivity_db
    assert any(beam.best for beam in found)


def test_more_boost_buys_separation(monkeypatch):
    monkeypatch.setattr(tradeoffs, "LIMITS_DB", (0.0, 10.0))
    done = []
    trade = tradeoffs.limit_trade(load_layout("pair-100mm"), RenderParams(), done.append)
    assert trade.nominal_db[1] > trade.nominal_db[0] + 8
    assert (trade.off_centre_db < trade.nominal_db).all()
    assert done == [0.0, 0.5]


@pytest.mark.parametrize("azimuth_deg", [-60.0, -20.0, 0.0, 10.0, 45.0])
def test_direction_by_the_time_difference(azimuth_deg):
    """Of a distant driver on a rigid sphere; the listener faces -x, so left is negative y."""
    angle = np.radians(azimuth_deg)
    layout = load_layout("stereo-60deg")
    head = np.array([layout.listener_distance_m, 0.0, 0.0])
    place = head + 3.0 * np.array([-np.cos(angle), -np.sin(angle), 0.0])
    driver = dataclasses.replace(layout.drivers[0], xyz_m=tuple(place))
    one = dataclasses.replace(layout, drivers=(driver,))
    frequency_hz = np.arange(200.0, 1500.0, 12.0)
    ears = listener_plant(one, frequency_hz, HeadPose())[:, :, 0]
    assert tradeoffs.lateral_deg(ears, frequency_hz, one.head_radius_m) == pytest.approx(azimuth_deg, abs=6.0)


def test_a_wide_pair_pulls_the_centre_to_the_nearer_side():
    zone = tradeoffs.centre_zone(load_layout("stereo-60deg"), RenderParams(method="plain"))
    plain = zone.lateral_deg["plain stereo"]
    assert plain[len(plain) // 2] == pytest.approx(0.0, abs=0.5)
    right = zone.side_cm > 10
    assert (plain[right] < -10).all()  # the head at the right hears the right loudspeaker first
    compact = tradeoffs.centre_zone(load_layout("sphere5-60mm"), RenderParams())
    assert np.abs(compact.lateral_deg["beam"]).max() < 12
    assert set(compact.lateral_deg) == {"plain stereo", "phantom, cancelled", "beam"}
