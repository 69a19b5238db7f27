import numpy as np
import pytest

from workbench.core.array_shapes import (
    array_figures,
    array_findings,
    circle_xyz_m,
    grid_xyz_m,
    line_xyz_m,
    read_csv,
)
from workbench.core.errors import InputError
from workbench.core.geometry import SPEED_OF_SOUND_M_S, load_array
from workbench.core.resources import shipped_names


def test_shapes_are_the_shipped_arrays():
    for name, xyz_m in (
        ("uca8-100mm", circle_xyz_m(8, 0.1)),
        ("uca8-45mm", circle_xyz_m(8, 0.045)),
        ("line4-50mm", line_xyz_m(4, 0.05)),
        ("line8-40mm", line_xyz_m(8, 0.04)),
    ):
        np.testing.assert_allclose(xyz_m, load_array(name).mic_xyz_m, atol=2e-5, err_msg=name)
    square = grid_xyz_m(2, 2, 0.03)
    ours = {tuple(np.round(place, 4)) for place in load_array("square4-30mm").mic_xyz_m}
    assert ours == {tuple(np.round(place, 4)) for place in square} or len(ours) == 4


def test_figures_of_known_shapes():
    line = array_figures(line_xyz_m(4, 0.05))
    assert line.aperture_m == pytest.approx(0.15) and line.spacing_m == pytest.approx(0.05)
    assert line.aliasing_hz == pytest.approx(SPEED_OF_SOUND_M_S / 0.1)
    circle = array_figures(circle_xyz_m(8, 0.1))
    assert circle.aperture_m == pytest.approx(0.2)
    assert circle.spacing_m == pytest.approx(0.2 * np.sin(np.pi / 8))
    assert circle.lowest_hz == pytest.approx(SPEED_OF_SOUND_M_S / 0.8)
    assert np.isnan(array_figures(np.zeros((1, 3))).aliasing_hz)


@pytest.mark.parametrize(
    ("xyz_m", "word", "fatal"),
    [
        (np.zeros((0, 3)), "no microphone", True),
        (np.zeros((1, 3)), "single microphone", False),
        (line_xyz_m(4, 0.05), "front and back", False),
        (line_xyz_m(4, 0.05, 17.0), "front and back", False),
        (np.array([[0, 0, 0.0], [0, 0, 0.1]]), "azimuths cannot", False),
        (np.array([[0, 0, 0.0], [0.1, 0, 0], [0.1, 0, 0.0005]]), "2 and 3 are at the same place", True),
        (np.array([[0, 0, 0.0], [9.0, 0, 0]]), "more than 5 m", True),
        (np.random.default_rng(0).uniform(-1, 1, (65, 3)), "at most 64", True),
    ],
)
def test_what_a_geometry_cannot_do_is_said(xyz_m, word, fatal):
    found = array_findings(xyz_m)
    assert word in found[0].text and found[0].fatal == fatal


def test_good_arrays_have_no_finding():
    assert array_findings(circle_xyz_m(8, 0.1)) == ()
    assert array_findings(grid_xyz_m(8, 8, 0.02)) == ()
    for name in shipped_names("arrays"):
        assert not any(finding.fatal for finding in array_findings(load_array(name).mic_xyz_m))


@pytest.mark.parametrize(
    "text",
    [
        "100,0,0\n0,100,0\n",
        "# made by hand\nx,y,z\n100, 0, 0\n0, 100, 0\n",
        "100 0\n0 100\n",
        "x;y;z\n100,0;0;0\n0;100,0;0\n",
        "\ufeff100\t0\t0\r\n\r\n0\t100\t0\r\n",
    ],
)
def test_csv_in_common_dialects(tmp_path, text):
    path = tmp_path / "mics ä.csv"
    path.write_text(text, encoding="utf-8")
    np.testing.assert_allclose(read_csv(path), [[0.1, 0, 0], [0, 0.1, 0]])


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "holds no positions"),
        (b"1,2,3\n4,x,5\n", "line 2"),
        (b"1,2,3,4\n", "line 1"),
        (b"1,nan,3\n", "line 1"),
        (b"\xff\xfe\x00", "not a text file"),
        (b"1,2\n" * 65, "more than 64"),
    ],
)
def test_bad_csv_is_named(tmp_path, content, word):
    path = tmp_path / "mics.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=word):
        read_csv(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_csv(tmp_path / "none.csv")


def test_impossible_shapes_are_refused():
    for wrong in (lambda: circle_xyz_m(0, 0.1), lambda: circle_xyz_m(65, 0.1), lambda: line_xyz_m(4, 0.0)):
        with pytest.raises(InputError):
            wrong()
