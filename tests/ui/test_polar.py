import itertools
import math

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF

from workbench.ui.views import polar


@pytest.mark.parametrize(
    ("azimuth_deg", "dx", "dy"),
    [(0, 0, -10), (90, -10, 0), (-90, 10, 0), (180, 0, 10), (45, -math.sqrt(50), -math.sqrt(50))],
)
def test_front_is_up_and_left_is_positive(azimuth_deg, dx, dy):
    point = polar.to_screen(QPointF(100, 50), math.radians(azimuth_deg), 10)
    assert (point.x(), point.y()) == pytest.approx((100 + dx, 50 + dy))


def test_screen_to_azimuth_is_the_inverse_of_azimuth_to_screen():
    center = QPointF(7, -3)
    for azimuth_deg in range(-179, 181, 7):
        azimuth_rad, radius = polar.from_screen(center, polar.to_screen(center, math.radians(azimuth_deg), 42.0))
        assert math.degrees(azimuth_rad) == pytest.approx(azimuth_deg)
        assert radius == pytest.approx(42.0)


def test_labels_cover_neither_markers_nor_each_other():
    rng = np.random.default_rng(3)
    bounds = polar.rect_around(QPointF(236, 230), 182)
    for _ in range(40):
        places = [polar.to_screen(bounds.center(), rng.uniform(-np.pi, np.pi), rng.uniform(20, 182)) for _ in range(5)]
        markers = [polar.rect_around(place, 9.5) for place in places]
        labels = [(number, place, QSizeF(102, 22)) for number, place in enumerate(places, start=1)]
        rects = [rect for rect, _ in polar.place_labels(labels, markers, [], bounds).values()]
        assert len(rects) == 5
        for rect in rects:
            assert not any(rect.intersects(marker) for marker in markers)
            assert bounds.adjusted(-1, -1, 1, 1).contains(rect)
        for first, second in itertools.combinations(rects, 2):
            assert not first.intersects(second)


def test_labels_of_talkers_side_by_side_do_not_overlap():
    bounds = polar.rect_around(QPointF(200, 200), 180)
    places = [QPointF(150, 120), QPointF(158, 122), QPointF(154, 128)]
    markers = [polar.rect_around(place, 9.5) for place in places]
    labels = [(number, place, QSizeF(102, 22)) for number, place in enumerate(places, start=1)]
    rects = [rect for rect, _ in polar.place_labels(labels, markers, [], bounds).values()]
    for first, second in itertools.combinations([*rects], 2):
        assert not first.intersects(second)


def test_a_label_keeps_its_place_while_that_is_about_as_good():
    bounds = polar.rect_around(QPointF(200, 200), 180)
    place = QPointF(199, 120)
    label = [(1, place, QSizeF(100, 22))]
    first = polar.place_labels(label, [], [], bounds)
    across = [(1, QPointF(201, 120), QSizeF(100, 22))]
    before = {number: choice for number, (_, choice) in first.items()}
    assert polar.place_labels(across, [], [], bounds, before)[1][1] == first[1][1]


def test_labels_prefer_not_to_cover_what_should_be_seen():
    bounds = QRectF(0, 0, 400, 400)
    place = QPointF(200, 100)
    free = polar.place_labels([(1, place, QSizeF(100, 22))], [], [], bounds)[1][0]
    moved = polar.place_labels([(1, place, QSizeF(100, 22))], [], [free], bounds)[1][0]
    shared = moved.intersected(free)
    assert shared.width() * shared.height() < 0.5 * free.width() * free.height()
