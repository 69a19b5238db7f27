import dataclasses
import json
import shutil

import numpy as np
import pytest

from tests.localize.scenes import plane_waves, speech_like
from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray, load_array
from workbench.localize import models
from workbench.localize.frames import BANDS, WINDOW_SAMPLES
from workbench.localize.network import RegionNetwork

CIRCLE = load_array("uca8-100mm")


@pytest.fixture
def copied(tmp_path):
    facts, _, path = models.find_model(CIRCLE)
    shutil.copy(path, tmp_path)
    models.write_manifest_entry(tmp_path, path.stem, facts)
    return tmp_path / path.name


@pytest.mark.parametrize("name", ["uca8-100mm", "uca8-45mm"])
def test_both_circles_have_a_network(name):
    facts, data, path = models.find_model(load_array(name))
    assert facts.array == name and path.stat().st_size == len(data)


def test_another_geometry_is_refused_with_the_command_that_trains_one():
    with pytest.raises(models.NoNetworkError, match="train localize --array square4-30mm"):
        models.find_model(load_array("square4-30mm"))


def test_a_model_is_refused_for_other_microphones_than_its_own(copied):
    with pytest.raises(InputError, match=r"made for array 'uca8-100mm'.*train localize"):
        models.find_model(load_array("uca8-45mm"), str(copied))
    moved = MicrophoneArray("moved", CIRCLE.mic_xyz_m + 2e-3 * np.eye(8, 3))
    with pytest.raises(models.NoNetworkError):
        models.find_model(moved)


def test_rounding_in_an_array_file_does_not_matter():
    rounded = MicrophoneArray("rounded", np.round(CIRCLE.mic_xyz_m, 3))
    assert models.find_model(rounded)[0].array == "uca8-100mm"


def test_an_altered_file_is_refused(copied):
    data = bytearray(copied.read_bytes())
    data[len(data) // 2] ^= 1
    copied.write_bytes(data)
    with pytest.raises(InputError, match="damaged or altered"):
        models.find_model(CIRCLE, str(copied))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.update(schema=9), "schema 9"),
        (lambda d: next(iter(d["models"].values())).pop("limits_m"), "not a manifest"),
        (lambda d: next(iter(d["models"].values())).update(rate_hz=16000), "rate_hz = 16000"),
        (lambda d: d["models"].clear(), "not in"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(copied, change, words):
    path = copied.parent / models.MANIFEST.name
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match=words):
        models.find_model(CIRCLE, str(copied))


def test_an_unknown_name_is_refused():
    with pytest.raises(InputError, match="no such localization model"):
        models.find_model(CIRCLE, "regions-nobody")


def test_the_network_turns_with_the_array():
    """Microphones renumbered by one eighth of a turn: everything is heard 45 degrees further on."""
    network = RegionNetwork(CIRCLE)
    samples = 0.01 * np.random.default_rng(1).standard_normal((8, WINDOW_SAMPLES)).astype(np.float32)
    floor_db = np.full(BANDS, -60.0, dtype=np.float32)
    straight, turned = network.answer(samples, floor_db), network.answer(np.roll(samples, 1, axis=0), floor_db)
    np.testing.assert_allclose(turned.ring, np.roll(straight.ring, 9), atol=0.05)


@pytest.mark.parametrize("turn_deg", [0.0, 22.5, -80.0])
def test_an_array_that_is_turned_and_numbered_otherwise_is_the_same(turn_deg):
    """A talker has the same azimuth in the room, whatever the array's frame."""
    rng = np.random.default_rng(2)
    voice = speech_like(3, 0.6)
    order, turn_rad = rng.permutation(8), np.deg2rad(turn_deg)
    cosine, sine = np.cos(turn_rad), np.sin(turn_rad)
    mic_xyz_m = CIRCLE.mic_xyz_m[order] @ np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])
    other = MicrophoneArray("other", mic_xyz_m)
    floor_db = np.full(BANDS, -90.0, dtype=np.float32)
    sound = plane_waves(other, [50.0], [voice], snr_db=40)[:, -WINDOW_SAMPLES:]
    peak = RegionNetwork(other).answer(sound, floor_db).peaks[0]
    assert abs(np.rad2deg(peak.azimuth_rad) - 50) < 2 and peak.probability > 0.5


def test_a_found_place_is_given_in_the_arrays_own_order():
    facts, _, _ = models.find_model(CIRCLE)
    found = CIRCLE.mic_xyz_m + 1e-3 * np.random.default_rng(0).standard_normal((8, 3))
    facts = dataclasses.replace(facts, found_xyz_m=tuple(map(tuple, found.tolist())))
    turned = MicrophoneArray("turned", np.roll(CIRCLE.mic_xyz_m, 3, axis=0))
    np.testing.assert_allclose(facts.heard_xyz_m(turned), np.roll(found, 3, axis=0))
    np.testing.assert_allclose(facts.heard_xyz_m(CIRCLE), found)
