import numpy as np
import pytest

from workbench.core import geometry
from workbench.core.errors import InputError
from workbench.core.resources import shipped_names


def test_wrap_keeps_pi_and_moves_minus_pi():
    assert geometry.wrap_rad(np.pi) == pytest.approx(np.pi)
    assert geometry.wrap_rad(-np.pi) == pytest.approx(np.pi)
    np.testing.assert_allclose(geometry.wrap_deg([190.0, -190.0, 720.0]), [-170.0, 170.0, 0.0])


def test_left_is_positive():
    np.testing.assert_allclose(geometry.unit_vectors(np.pi / 2), [0, 1, 0], atol=1e-12)


def test_sectors_cover_the_circle():
    np.testing.assert_array_equal(geometry.sector_of(np.radians([0, 44, 46, -1, -180, 180])), [0, 0, 1, 7, 4, 4])


@pytest.mark.parametrize("name", shipped_names("arrays"))
def test_shipped_arrays_load(name):
    array = geometry.load_array(name)
    assert array.name == name
    np.testing.assert_allclose(array.mic_xyz_m.mean(axis=0), 0, atol=1e-6)


@pytest.mark.parametrize("name", shipped_names("layouts"))
def test_shipped_layouts_load_with_left_at_negative_y(name):
    layout = geometry.load_layout(name)
    left = next(driver for driver in layout.drivers if "left" in driver.name)
    assert left.xyz_m[1] < 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no `mics"),
        ("mics = 3", "list of"),
        ("mics = [[0, 0]]", "shape"),
        ("mics = [[0, 0, nan]]", "finite"),
        ("mics = [[0,0,0],[0,0,0]]", "same place"),
        ("mics = [", "not valid TOML"),
    ],
)
def test_damaged_array_files_are_named(tmp_path, text, words):
    path = tmp_path / "broken.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=words) as error:
        geometry.load_array(path)
    assert "broken.toml" in str(error.value)


def test_unknown_array_lists_what_there_is():
    with pytest.raises(InputError, match="uca8-100mm"):
        geometry.load_array("uca9")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no `drivers"),
        ("drivers = [{name = 'a'}]", "needs `xyz_m"),
        ("drivers = [{xyz_m=[0,0,0]},{xyz_m=[0,0,0]}]", "same place"),
        ("drivers = [{xyz_m=[0,0.1,0]}]\ncabinet = {type='box'}", "cabinet must"),
        ("drivers = [{xyz_m=[0,0.1,0]}]\ncabinet = {type='sphere', radius_m=0.06}", "must equal radius_m"),
        ("drivers = [{xyz_m=[0,0.1,0]}]\nlistener = {distance_m=-1}", "positive number"),
    ],
)
def test_damaged_layout_files_are_named(tmp_path, text, words):
    path = tmp_path / "broken.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=words):
        geometry.load_layout(path)
