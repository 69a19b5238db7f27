import math

import numpy as np
import pytest

from tests.ui.space_messages import track, truth
from workbench.ui.views import map_marks


def test_each_track_is_paired_with_one_talker_nearest_first():
    tracks = [track(1, 30.0), track(2, 36.0), track(3, -150.0)]
    errors = map_marks.track_errors_rad(tracks, [truth(35.0), truth(20.0), truth(178.0)])
    assert {number: round(math.degrees(error), 6) for number, error in errors.items()} == {1: 10.0, 2: 1.0, 3: 32.0}


def test_the_error_goes_the_short_way_round_and_phantoms_have_none():
    assert math.degrees(map_marks.track_errors_rad([track(4, 179.0)], [truth(-179.0)])[4]) == pytest.approx(2.0)
    assert map_marks.track_errors_rad([track(1, 0.0)], [truth(120.0)]) == {}
    assert map_marks.track_errors_rad([track(1, 0.0), track(2, 3.0)], [truth(1.0)]) == {
        1: pytest.approx(0.01745, abs=1e-4)
    }


@pytest.mark.parametrize("rim_m", map_marks.RIMS_M)
def test_every_scale_has_a_few_rings(rim_m):
    assert 2 <= rim_m / map_marks.ring_step_m(rim_m) <= 6


def test_only_what_lies_within_the_rim_is_left_of_the_walls():
    corners = np.array([[3.0, 4.0], [3.0, -2.4], [-3.0, -2.4], [-3.0, 4.0]])
    ((start, end),) = map_marks.wall_pieces(corners, 2.5)
    assert start == pytest.approx([0.7, -2.4]) and end == pytest.approx([-0.7, -2.4])
    assert map_marks.wall_pieces(corners, 1.0) == []


def test_a_small_room_is_left_whole():
    corners = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, -1.0], [-1.0, 1.0]])
    pieces = map_marks.wall_pieces(corners, 2.5)
    assert np.array_equal([start for start, _ in pieces], corners)
    assert np.array_equal([end for _, end in pieces], np.roll(corners, -1, axis=0))
