"""No word on the source map lies over another, whoever stands where, in any room, at any scale."""

import itertools
import math

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from tests.ui.space_messages import localization, track, truth
from workbench.ui.views import map_marks, polar
from workbench.ui.views.map_geometry import RIM_M, MapGeometry
from workbench.ui.views.source_map import SourceMapView


@pytest.fixture
def view(qtbot):
    view = SourceMapView()
    qtbot.addWidget(view)
    return view


def show(view, width, height, compact=False):
    view.set_compact(compact)
    view.resize(width, height + view.height() - view.canvas.height())
    view.show()
    view.canvas.resize(width, height)
    return view.canvas


def room(length_m, width_m, behind=0.5, right=0.5):
    ahead, left = length_m * (1 - behind), width_m * (1 - right)
    return np.array(
        [[ahead, left], [ahead, left - width_m], [ahead - length_m, left - width_m], [ahead - length_m, left]]
    )


def overlapping(canvas):
    """Pairs of words that share more than a line."""
    found = []
    for (one, first), (other, second) in itertools.combinations(canvas.text_rects, 2):
        shared = first.intersected(second)
        if shared.width() > 0 and shared.height() > 0:
            found.append((one, other))
    return found


def rect_of(canvas, text):
    return next((rect for words, rect in canvas.text_rects if words == text), None)


@pytest.mark.parametrize("size", [(472, 456), (300, 300), (760, 640), (420, 300, True), (240, 220, True)], ids=str)
def test_no_word_lies_over_another(view, size):
    canvas = show(view, *size)
    rng = np.random.default_rng(1)
    walls = 0
    for trial in range(60):
        canvas.reset_view()
        canvas.zoom(int(rng.integers(-3, 3)))
        if trial % 3 == 0:
            canvas.pan(*rng.uniform(-2, 2, 2))
        view.set_room(room(*rng.uniform(1.5, 8, 2), *rng.uniform(0.2, 0.8, 2)) if trial % 5 else None)
        places = [(float(rng.uniform(-180, 180)), float(rng.uniform(0.3, 3))) for _ in range(rng.integers(0, 4))]
        tracks = [track(number, *place) for number, place in enumerate(places, start=1)]
        view.show_beam(float(rng.uniform(-math.pi, math.pi)))
        view.set_running(True)
        sectors = [0.5] * 8 if trial % 4 else None
        view.show_localization(localization(tracks, [truth(at + 5, 1.2) for at, _ in places], sectors=sectors))
        assert overlapping(canvas) == []
        walls += rect_of(canvas, "wall") is not None
        markers = [
            polar.rect_around(canvas.place(one.azimuth_rad, one.distance_m), polar.MARKER_RADIUS) for one in tracks
        ]
        if (wall := rect_of(canvas, "wall")) is not None:
            assert not any(wall.intersects(marker) for marker in markers)
    assert walls == 0 if len(size) == 3 else walls > 15


def test_the_walls_name_goes_out_of_a_labels_way_and_stays_where_it_is_free(view):
    canvas = show(view, 472, 456)
    view.set_room(room(3.0, 3.0))
    view.show_localization(localization([track(1, 90, 0.5)]))
    first = rect_of(canvas, "wall")
    assert first is not None
    azimuth_rad, distance_m = canvas._geometry.seen_from_array(first.center())
    view.show_localization(localization([track(1, math.degrees(azimuth_rad), distance_m)], sequence=1))
    second = rect_of(canvas, "wall")
    assert second is not None and not second.intersects(first)
    assert overlapping(canvas) == []
    view.show_localization(localization([track(1, 90, 0.5)], sequence=2))
    assert rect_of(canvas, "wall") == second  # words that jump back and forth would draw the eye
    view.set_room(None)
    assert rect_of(canvas, "wall") is None


def test_a_distance_and_a_probability_under_a_label_are_not_written(view):
    canvas = show(view, 472, 456)
    view.show_localization(localization([track(1, 0, 1.0)], sectors=[0.5] * 8))
    words = [text for text, _ in canvas.text_rects]
    assert "1.5" in words and sum(text.startswith("sector") for text in words) == 8
    crowd = [track(number, 180, 1.5 + 0.01 * number) for number in range(1, 5)]
    view.show_localization(localization(crowd, sectors=[0.5] * 8, sequence=1))
    assert overlapping(canvas) == []


def test_angles_make_way_for_the_beams_label(view):
    canvas = show(view, 472, 456)
    view.show_beam(math.radians(90.0))
    words = [text for text, _ in canvas.text_rects]
    assert "+90°" not in words and "−90°" in words and "Beam\n+90°" in words


def test_places_for_the_walls_name_lie_in_the_room_on_the_disc_the_longest_wall_first():
    corners = room(3.0, 2.0)
    geometry = MapGeometry.fit(472, 456, False, RIM_M)
    places = map_marks.wall_name_places(geometry.center, geometry.radius, RIM_M, corners)
    assert len(places) > 6
    inside = QRectF(
        QPointF(geometry.center.x() - 1.0 * geometry.scale, geometry.center.y() - 1.5 * geometry.scale),
        QPointF(geometry.center.x() + 1.0 * geometry.scale, geometry.center.y() + 1.5 * geometry.scale),
    )
    for box in places:
        assert inside.contains(box)
    beside = inside.width() / 2 - places[0].width() / 2 - 3  # the longest walls are those to the sides
    assert abs(abs(places[0].center().x() - geometry.center.x()) - beside) < 1.0
    outside = map_marks.wall_name_places(geometry.center, geometry.radius, 1.0, room(9.0, 9.0))
    assert outside == []
