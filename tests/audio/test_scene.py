import dataclasses
import math

import numpy as np
import pytest

from workbench.audio.scene import Scene, resized
from workbench.audio.scene_files import load_scene, save_scene, scene_toml
from workbench.audio.scene_parts import Arc, Mismatch, Noise, Talker, Walk
from workbench.core.errors import InputError
from workbench.core.resources import shipped_names

GOOD = """
[room]
size_m = [6.0, 5.0, 3.0]
rt60_s = 0.3
[array]
name = "uca8-100mm"
xyz_m = [3.0, 2.5, 1.2]
[[talker]]
name = "Anna"
voice = "anna"
azimuth_deg = 30.0
distance_m = 1.5
"""


def scene(**changes) -> Scene:
    base = Scene("test", (6.0, 5.0, 3.0), 0.3, "uca8-100mm", (3.0, 2.5, 1.2))
    return dataclasses.replace(base, **changes)


@pytest.mark.parametrize("name", shipped_names("scenes"))
def test_shipped_scenes_load_and_survive_a_round_trip(name, tmp_path):
    loaded = load_scene(name)
    save_scene(loaded, tmp_path / "copy.toml")
    assert load_scene(tmp_path / "copy.toml") == loaded


def test_text_with_quotes_and_control_characters_survives(tmp_path):
    odd = scene(description='a "quoted" \\ back\nslash ü')
    path = tmp_path / "odd.toml"
    path.write_text(scene_toml(odd), encoding="utf-8")
    assert load_scene(path) == odd


def test_default_scene_is_as_documented():
    default = load_scene()
    assert default.array == "uca8-100mm" and [noise.kind for noise in default.noises] == ["fan", "room"]
    assert [round(talker.azimuth_deg) for talker in default.talkers] == [42, -68]


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("distance_m = 1.5", "distance_m = 4.5", "wall"),
        ("distance_m = 1.5", "distance_m = 0.1", "on the array"),
        ("distance_m = 1.5", "distance_m = -1.0", "on the array"),
        ("distance_m = 1.5", "distance_m = nan", "number"),
        ("distance_m = 1.5", 'distance_m = "far"', "number"),
        ("distance_m = 1.5", "", "distance_m is missing"),
        ("distance_m = 1.5", "distance_m = 1.5\ncolour = 3", "unknown key colour"),
        ("size_m = [6.0, 5.0, 3.0]", "size_m = [0.0, 5.0, 3.0]", "size_m"),
        ("size_m = [6.0, 5.0, 3.0]", "size_m = [6.0, 5.0]", "size_m"),
        ("rt60_s = 0.3", "rt60_s = -1.0", "rt60_s"),
        ("rt60_s = 0.3", "", "rt60_s"),
        ("xyz_m = [3.0, 2.5, 1.2]", "xyz_m = [7.0, 2.5, 1.2]", "not inside the room"),
        ('name = "uca8-100mm"', 'name = "uca9"', "uca9"),
        ("[[talker]]", "[talker]", r"\[\[talker\]\]"),
        ("[room]", "[chamber]", "chamber"),
        ("[room]", "[room", "TOML"),
    ],
)
def test_a_bad_scene_names_its_file_and_cause(old, new, cause, tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=cause) as caught:
        load_scene(path)
    if "uca9" not in cause:
        assert "bad.toml" in str(caught.value)


def test_the_whole_arc_must_lie_in_the_room():
    arc = Arc(-90.0, 90.0, 5.0)
    with pytest.raises(InputError, match="wall"):
        scene(talkers=(Talker("T", "anna", 0.0, 2.6, path=arc),))
    scene(talkers=(Talker("T", "anna", 0.0, 2.0, path=arc),))


@pytest.mark.parametrize(
    "arc", [Arc(20.0, 10.0, 5.0), Arc(0.0, 90.0, 0.0), Arc(40.0, 90.0, 5.0), Arc(-200.0, 200.0, 5.0)]
)
def test_impossible_arcs_are_refused(arc):
    with pytest.raises(InputError, match="talker 1"):
        scene(talkers=(Talker("T", "anna", 15.0, 1.5, path=arc),))


def test_a_fan_in_a_wall_is_refused():
    with pytest.raises(InputError, match="fan"):
        scene(noises=(Noise("fan", azimuth_deg=0.0, distance_m=3.5),))


def test_place_follows_the_angle_convention():
    room = scene()
    np.testing.assert_allclose(room.place(0.0, 1.0), [4.0, 2.5, 1.2])
    np.testing.assert_allclose(room.place(math.pi / 2, 1.0, 0.3), [3.0, 3.5, 1.5])


@pytest.mark.parametrize("azimuth_deg", range(-180, 180, 15))
@pytest.mark.parametrize("distance_m", [0.0, 0.2, 1.5, 10.0])
def test_the_nearest_place_is_in_the_room_and_off_the_array(azimuth_deg, distance_m):
    room = scene()
    azimuth_rad, used_m = room.nearest_place(math.radians(azimuth_deg), distance_m, 0.1)
    place = room.place(azimuth_rad, used_m)
    assert (place >= 0.149).all() and (place <= np.array(room.size_m) - 0.149).all()
    assert used_m >= 0.3 - 1e-9
    if distance_m == 1.5:
        assert used_m == pytest.approx(1.5)
        assert azimuth_rad == pytest.approx(math.radians(azimuth_deg))


def test_a_voice_beside_the_scene_file_is_found(tmp_path):
    (tmp_path / "my.wav").write_bytes(b"")
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace('voice = "anna"', 'voice = "my.wav"'), encoding="utf-8")
    loaded = load_scene(path)
    assert loaded.beside(loaded.talkers[0].voice) == str(tmp_path / "my.wav")
    assert loaded.beside("anna") == "anna"


@pytest.mark.parametrize(
    ("extra", "cause"),
    [
        ('[[noise]]\nkind = "rain"', "kind 'rain' is not one of fan"),
        ('[[noise]]\nkind = "fan"\nfield = "line"', "field 'line'"),
        ('[[noise]]\nkind = "fan"\ndistance_m = 9.0', "noise 1 .fan. .* in a wall"),
        ('[[noise]]\nkind = "fan"\nsnr_db = 500', "snr_db 500"),
        ("[microphones]\ndead = [9]", "there is no microphone 9"),
        ("[microphones]\ngain_db = [1.0]", "gain_db has 1 values, the array 8"),
        ("[microphones]\ngain_sigma_db = -1", "gain_sigma_db -1 is outside"),
        ("[microphones]\nswapped = [[1, 2, 3]]", "list of 2"),
        ("[microphones]\ndead = [1.5]", "whole number"),
        ("[fan]\nsnr_db = 8", "unknown key fan"),
    ],
)
def test_bad_noises_and_microphones_name_the_cause(extra, cause, tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text(f"{GOOD}\n{extra}", encoding="utf-8")
    with pytest.raises(InputError, match=cause):
        load_scene(path)


def test_two_talkers_of_one_name_are_refused():
    with pytest.raises(InputError, match=r"talker 2 .T.: talker 1 has the same name"):
        scene(talkers=(Talker("T", "anna", 0.0, 1.0), Talker("T", "emil", 90.0, 1.0)))


@pytest.mark.parametrize(
    ("walk", "cause"),
    [
        (Walk(()), "at least one point"),
        (Walk(((195.0, 1.5),)), "on the array"),
        (Walk(((100.0, 4.0),)), "wall"),
        (Walk(((60.0, 1.5),), speed_m_s=0.0), "speed_m_s"),
        (Walk(((60.0, 1.5),), rest_s=-1.0), "rest_s"),
    ],
)
def test_impossible_walks_are_refused(walk, cause):
    with pytest.raises(InputError, match=cause):
        scene(talkers=(Talker("T", "anna", 15.0, 1.5, path=walk),))


def test_everything_that_a_scene_can_say_survives_a_round_trip(tmp_path):
    full = scene(
        talkers=(
            Talker("A", "anna", 15.0, 1.5, 0.2, -3.0, 1.0, 2.0, True, False, Walk(((60.0, 1.5),), 0.5, 1.0, False)),
            Talker("B", "emil", 30.0, 1.2, path=Arc(10.0, 50.0, 5.0, 1.5)),
        ),
        noises=(Noise("traffic", "diffuse", 3.0), Noise("keyboard", "point", 20.0, 90.0, 1.0, -0.2)),
        mismatch=Mismatch(1.0, 5.0, 2.0, (0.5,) * 8, (1.0,) * 8, (1,), (2, 3), ((4, 5),)),
        description="ü",
        seed=7,
    )
    save_scene(full, tmp_path / "full.toml")
    assert load_scene(tmp_path / "full.toml") == full


@pytest.mark.parametrize("name", shipped_names("scenes"))
@pytest.mark.parametrize("size_m", [(3.0, 3.0, 2.5), (10.0, 4.0, 3.0), (20.0, 20.0, 6.0)])
def test_a_scene_fits_into_a_room_of_another_size(name, size_m):
    small = resized(load_scene(name), size_m)
    assert small.size_m == size_m
    assert [talker.name for talker in small.talkers] == [talker.name for talker in load_scene(name).talkers]


def test_a_room_of_the_same_size_leaves_everything_where_it_is():
    loaded = load_scene("crossing-talkers")
    assert resized(loaded, loaded.size_m) == loaded
