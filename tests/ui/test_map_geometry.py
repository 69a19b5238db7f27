import math

import pytest
from PySide6.QtCore import QPointF, QRectF

from workbench.core.geometry import azimuth_grid_rad
from workbench.ui.views.map_geometry import RIM_M, MapGeometry, nearest_point, ring_levels, tail_ribbon


def test_a_tail_tapers_from_three_pixels_to_nothing():
    points = [QPointF(10.0 * k, 0.0) for k in range(6)]
    ages = [1.0, 0.8, 0.6, 0.4, 0.2, 0.0]
    box = tail_ribbon(points, ages).boundingRect()
    assert (box.left(), box.right()) == pytest.approx((0.0, 50.0))
    assert box.height() == pytest.approx(3.0)
    assert tail_ribbon([QPointF(1, 1), QPointF(1.5, 1)], [1.0, 0.0]) is None


def test_the_ring_is_read_counter_clockwise_from_the_front():
    azimuth_rad = azimuth_grid_rad(360)
    levels = ring_levels(azimuth_rad, azimuth_rad * 180 / math.pi)
    assert levels[0] == pytest.approx(0.0)
    assert levels[45] == pytest.approx(90.0)
    assert levels[135] == pytest.approx(-90.0)


@pytest.mark.parametrize(("compact", "width", "height"), [(False, 472, 456), (False, 472, 400), (True, 332, 306)])
def test_the_beams_label_covers_neither_ring_nor_handle(compact, width, height):
    geometry = MapGeometry.fit(width, height, compact, RIM_M)
    for azimuth_deg in range(-180, 181):
        azimuth_rad = math.radians(azimuth_deg)
        rect, text = geometry.beam_label(azimuth_deg)
        assert QRectF(0, 0, width, height).contains(rect), azimuth_deg
        handle = geometry.handle_rect(azimuth_rad).adjusted(1, 1, -1, -1)
        assert not rect.intersects(handle), (azimuth_deg, text)
        near = nearest_point(rect, geometry.center) - geometry.center
        assert math.hypot(near.x(), near.y()) >= geometry.radius + 11, (azimuth_deg, text)
