import numpy as np
import pytest

from workbench.core.array_shapes import circle_xyz_m
from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray, load_array
from workbench.engine.array_files import describe, save_array


def test_what_is_saved_is_read_back(tmp_path):
    array = MicrophoneArray("Küchentisch", circle_xyz_m(6, 0.0432), "my own")
    path = tmp_path / "new folder" / "Küchentisch.toml"
    save_array(array, path)
    again = load_array(path)
    assert (again.name, again.description) == ("Küchentisch", "my own")
    np.testing.assert_allclose(again.mic_xyz_m, array.mic_xyz_m, atol=1e-6)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        save_array(MicrophoneArray("a", np.zeros((1, 3))), tmp_path / "file" / "a.toml")


def test_descriptions():
    assert describe(np.zeros((1, 3))) == "1 microphone"
    assert describe(circle_xyz_m(8, 0.1)) == "8 microphones, aperture 200 mm"
