import math

import pytest

from workbench.audio.scene_files import load_scene
from workbench.audio.scene_parts import Arc, Noise, Walk
from workbench.core.errors import InputError
from workbench.core.resources import shipped_names
from workbench.ui.room_plan import edits
from workbench.ui.room_plan.edits import Handle


@pytest.fixture
def scene():
    return load_scene("four-talkers")


def test_somebody_is_put_somewhere_else_and_never_into_a_wall_or_the_array(scene):
    moved = edits.moved(scene, Handle("start", 1), 1.0, 1.0)
    talker = moved.talkers[1]
    assert (talker.azimuth_deg, talker.distance_m) == (45.0, pytest.approx(1.41, abs=0.01))
    assert moved.talkers[0] == scene.talkers[0]
    for place in ((100.0, 0.0), (0.0, 0.0), (-50.0, 80.0), (0.001, -0.001)):
        edits.moved(scene, Handle("start", 1), *place)  # a scene that cannot be would raise


@pytest.mark.parametrize("name", shipped_names("scenes"))
def test_every_handle_of_every_scene_can_be_moved(name):
    scene = load_scene(name)
    for chosen in range(max(1, len(scene.talkers))):
        for handle, (x, y) in edits.handles(scene, chosen):
            edits.moved(scene, handle, 0.98 * x, 0.98 * y + 0.01)


def test_a_way_from_point_to_point_grows_and_shrinks(scene):
    walking = edits.with_kind(scene, 0, "walk")
    assert isinstance(walking.talkers[0].path, Walk) and len(walking.talkers[0].path.points) == 1
    longer = edits.with_corner(walking, 0, -1.0, 1.2)
    assert len(longer.talkers[0].path.points) == 2
    moved = edits.moved(longer, Handle("corner", 0, 1), -1.5, 1.0)
    azimuth, distance = moved.talkers[0].path.points[1]
    assert distance * math.cos(math.radians(azimuth)) == pytest.approx(-1.5, abs=0.02)
    closed = edits.with_path(moved, 0, closed=True, rest_s=2.0, speed_m_s=1.5)
    assert closed.talkers[0].path.closed and closed.talkers[0].path.rest_s == 2.0
    short = edits.without_corner(edits.without_corner(closed, 0, 0), 0, 0)
    assert short.talkers[0].path is None
    for _ in range(edits.MOST_CORNERS - 1):
        walking = edits.with_corner(walking, 0, -1.0, 1.2)
    with pytest.raises(InputError, match="at most"):
        edits.with_corner(walking, 0, -1.0, 1.2)


def test_a_way_over_the_array_is_refused(scene):
    x, y = edits.to_xy(scene.talkers[0].azimuth_deg, scene.talkers[0].distance_m)
    with pytest.raises(InputError):
        edits.with_corner(scene, 0, -x, -y)


def test_an_arc_is_drawn_out_at_its_ends_past_the_back(scene):
    arc = edits.with_kind(scene, 0, "arc")
    talker = arc.talkers[0]
    assert isinstance(talker.path, Arc) and talker.path.from_deg < talker.azimuth_deg < talker.path.to_deg
    r = talker.distance_m
    for turn in range(int(talker.path.to_deg), 171, 10):
        arc = edits.moved(arc, Handle("arc", 0, 1), *edits.to_xy(turn, r))
    arc = edits.moved(arc, Handle("arc", 0, 1), *edits.to_xy(-175.0, r))
    assert arc.talkers[0].path.to_deg == pytest.approx(185.0)
    whole = edits.moved(arc, Handle("start", 0), *edits.to_xy(arc.talkers[0].azimuth_deg + 20, r))
    assert whole.talkers[0].path.to_deg - whole.talkers[0].path.from_deg == pytest.approx(
        arc.talkers[0].path.to_deg - arc.talkers[0].path.from_deg
    )


def test_point_noises_are_moved_and_diffuse_ones_have_no_handle(scene):
    from dataclasses import replace

    both = replace(scene, noises=(Noise("fan", "point"), Noise("babble", "diffuse")))
    assert [handle for handle, _ in edits.handles(both, 0) if handle.kind == "noise"] == [Handle("noise", 0)]
    assert edits.moved(both, Handle("noise", 0), 0.0, 1.5).noises[0].azimuth_deg == pytest.approx(90.0)
