import math

import numpy as np
import pytest

from tests.ui.space_messages import cardioid
from workbench.core.messages import BeamPattern
from workbench.ui.views.beam_figures import beam_width_rad, level_at, nearest_row, pattern_figures


def test_the_width_of_a_cardioid_is_known():
    # (1 + cos a) / 2 = 10^(-3/20)
    half = math.acos(2 * 10 ** (-3 / 20) - 1)
    for steering_deg in (0, 42, -170):
        assert beam_width_rad(cardioid(steering_deg), 3) == pytest.approx(2 * half, abs=math.radians(0.1))


def test_a_pattern_that_never_falls_is_a_full_turn_wide():
    flat = cardioid()
    flat = BeamPattern(
        0.0, flat.frequency_hz, flat.azimuth_rad, flat.level_db * 0, flat.directivity_db, flat.level_db[0]
    )
    assert beam_width_rad(flat, 0) == pytest.approx(2 * math.pi)


def test_the_null_is_read_at_the_other_talker_else_where_deepest():
    pattern = cardioid(30)
    at_side = pattern_figures(pattern, 1000.0, math.radians(-60))
    assert at_side.null_db == pytest.approx(20 * math.log10(0.5), abs=0.01)
    deepest = pattern_figures(pattern, 1000.0, None)
    assert math.degrees(deepest.null_azimuth_rad) == pytest.approx(-150, abs=1.1)  # the floor is that wide
    assert deepest.null_db == pytest.approx(-80, abs=0.1)


def test_levels_wrap_around_the_back():
    assert level_at(cardioid(180), 0, -math.pi) == pytest.approx(0.0, abs=0.01)


def test_the_nearest_row_is_taken_on_a_logarithmic_scale():
    pattern = cardioid()
    row = nearest_row(pattern, 1000.0)
    assert abs(np.log(pattern.frequency_hz[row] / 1000.0)) == np.abs(np.log(pattern.frequency_hz / 1000.0)).min()
