import itertools
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
    wanted_rad = MapGeometry.fit(472, 456, False, RIM_M).ring_azimuths_rad()
    levels = ring_levels(wanted_rad, azimuth_rad, azimuth_rad * 180 / math.pi)
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


def moved(ahead_m, left_m):
    return MapGeometry.fit(472, 456, False, RIM_M).panned(ahead_m, left_m)


@pytest.mark.parametrize("pan_m", [(0.0, 0.0), (1.2, -0.7), (-1.5, 1.0)])
def test_places_and_directions_are_read_back_on_a_moved_map(pan_m):
    geometry = moved(*pan_m)
    for azimuth_deg in range(-179, 181, 7):
        azimuth_rad = math.radians(azimuth_deg)
        assert geometry.seen_from_array(geometry.place(azimuth_rad, 0.6)) == pytest.approx((azimuth_rad, 0.6))
        assert geometry.seen_from_array(geometry.on_ring(azimuth_rad))[0] == pytest.approx(azimuth_rad)
        edge = geometry.place(azimuth_rad, 100.0) - geometry.center
        assert math.hypot(edge.x(), edge.y()) == pytest.approx(geometry.radius)
        assert geometry.seen_from_array(geometry.place(azimuth_rad, 100.0))[1] == pytest.approx(
            geometry.reach_m(azimuth_rad)
        )


def test_the_rings_colours_are_those_of_the_directions_that_lie_there():
    geometry = moved(1.0, 0.8)
    azimuths_rad = geometry.ring_azimuths_rad()
    for step in range(0, 180, 11):
        turn_rad = math.remainder(math.radians(2 * step), 2 * math.pi)
        away = math.remainder(geometry.turn_rad(azimuths_rad[step]) - turn_rad, 2 * math.pi)
        assert away == pytest.approx(0.0, abs=1e-9)


def test_the_sectors_of_a_moved_map_cover_its_disc_once():
    geometry = moved(1.2, -0.7)
    turn = 2 * math.pi / 8
    areas = []
    for sector in range(8):
        polygon = geometry.sector_path(sector * turn, (sector + 1) * turn).toFillPolygon()
        xy = [(point.x(), point.y()) for point in polygon]
        areas.append(abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in itertools.pairwise(xy))) / 2)
    assert sum(areas) == pytest.approx(math.pi * geometry.radius**2, rel=2e-3)
    assert max(areas) > 3 * min(areas)
