import math

import numpy as np
import pytest

from workbench.audio.motion import Motion, Route
from workbench.audio.scene import Scene
from workbench.audio.scene_parts import Arc, Talker, Walk


def xy(place) -> np.ndarray:
    return place[1] * np.array([math.cos(place[0]), math.sin(place[0])])


def test_a_walk_goes_straight_rests_and_comes_back():
    route = Route(Talker("A", "anna", 90.0, 1.0, path=Walk(((0.0, 1.0),), speed_m_s=0.5, rest_s=2.0)))
    length = math.sqrt(2)
    assert route.period_s == pytest.approx(2 * (length / 0.5 + 2.0))
    np.testing.assert_allclose(xy(route.at(0.0)), [0, 1], atol=1e-9)
    np.testing.assert_allclose(xy(route.at(length)), [0.5, 0.5], atol=1e-9)
    for moment in (2 * length, 2 * length + 1.9):
        np.testing.assert_allclose(xy(route.at(moment)), [1, 0], atol=1e-9)
    np.testing.assert_allclose(xy(route.at(3 * length + 2.0)), [0.5, 0.5], atol=1e-9)
    np.testing.assert_allclose(xy(route.at(route.period_s)), [0, 1], atol=1e-9)


def test_a_closed_walk_goes_round():
    route = Route(Talker("A", "anna", 0.0, 1.0, path=Walk(((90.0, 1.0), (180.0, 1.0)), 1.0, 0.0, closed=True)))
    assert route.period_s == pytest.approx(2 * math.sqrt(2) + 2.0)
    np.testing.assert_allclose(xy(route.at(2 * math.sqrt(2) + 0.5)), [-0.5, 0.0], atol=1e-9)


def test_the_speed_is_the_same_all_the_way():
    route = Route(Talker("A", "anna", 10.0, 1.5, path=Walk(((80.0, 1.0), (150.0, 2.0)), 0.7)))
    places = np.array([xy(route.at(0.01 * step)) for step in range(2000)])
    steps = np.hypot(*np.diff(places, axis=0).T)
    assert np.median(steps) == pytest.approx(0.007, rel=1e-6) and steps.max() < 0.00701


def test_an_arc_rests_at_its_ends():
    route = Route(Talker("A", "anna", 20.0, 1.5, path=Arc(0.0, 30.0, 10.0, rest_s=1.0)))
    azimuth_deg = [math.degrees(route.at(time_s)[0]) for time_s in (0.0, 1.0, 1.5, 2.0, 3.0, 5.0, 5.5, 6.0, 7.0)]
    assert azimuth_deg == pytest.approx([20.0, 30.0, 30.0, 30.0, 20.0, 0.0, 0.0, 0.0, 10.0], abs=1e-9)


def test_a_new_path_is_walked_to():
    scene = Scene("test", (6.0, 5.0, 3.0), 0.2, "uca8-100mm", (2.9, 2.4, 1.2))
    before = Talker("A", "anna", 0.0, 1.5)
    after = Talker("A", "anna", 90.0, 1.5, path=Arc(60.0, 120.0, 10.0))
    motion = Motion(before, scene, 0.1)
    motion.change(before, after, scene, 0.1)
    motion.advance(0.05)
    assert 0 < math.degrees(motion.azimuth_rad) <= 12.1
    for _ in range(40):
        motion.advance(0.05)
    assert not motion.dragged and 60.0 <= math.degrees(motion.azimuth_rad) <= 120.0
