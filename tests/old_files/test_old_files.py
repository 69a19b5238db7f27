"""Files as earlier versions wrote them open in this one, and mean what they meant."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from workbench.audio.files import read_sound
from workbench.audio.scene_files import load_scene
from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.geometry import load_array, load_layout
from workbench.core.params import ENTRIES, Params
from workbench.core.resources import read_toml
from workbench.core.versions import check_version
from workbench.engine import presets, recorded_session, replay
from workbench.engine import settings as settings_files
from workbench.engine.device_store import DeviceStore
from workbench.engine.filter_files import FilterReader
from workbench.engine.recipes import load_recipe
from workbench.render.design import load_design

HERE = Path(__file__).parent
DEVICE = "device:ALSA/Interface (hw:2,0)"
VALUES = {
    "beamformer.steering_deg": -37.5,
    "beamformer.white_noise_floor_db": -6.0,
    "enhance.method": "classical",
    "enhance.strength_percent": 72.0,
    "enhance.attenuation_limit_db": 14.0,
    "enhance.decay_ms": 300.0,
    "localize.threshold": 0.7,
    "localize.max_sources": 2,
    "render.cancellation_db": 9.5,
    "render.boost_limit_db": 7.5,
    "render.virtual_deg": 25.0,
    "render.audition": False,
    "output.gain_db": -6.0,
    "output.muted": True,
}
"""What all settings here were given."""


def files(name: str) -> list[Path]:
    return sorted(HERE.glob(f"*/**/{name}"))


@pytest.mark.parametrize("path", files("settings*.toml"), ids=lambda path: path.parent.name + path.stem)
def test_settings_keep_every_value_that_they_had(path):
    table = read_toml(path)
    settings = settings_files.load(path)
    written = {f"{group}.{leaf}": value for group, leaves in table["params"].items() for leaf, value in leaves.items()}
    assert written.items() >= VALUES.items() or path.parent.name == "session"
    assert {name: parameters.get(settings.params, name) for name in written} == written
    assert (settings.sink, settings.array, settings.layout) == ("none", table["array"], table["layout"])


ACTS_NOT = {
    "beamformer.null_handles": 0,
    "enhance.model": "",
    "enhance.smoothing_ms": 0.0,
    "enhance.mix_percent": 100.0,
    "localize.model": "",
    "render.place_follows": False,
    "render.target": "speakers",
    "render.droop_db": 0.0,
    "render.upmix": False,
    "render.cancellation_shape": "",
}
"""What has come since the first settings, with the values at which it does nothing."""


def test_what_came_later_does_not_act_in_the_first_settings():
    params = settings_files.load(HERE / "01-first" / "settings.toml").params
    assert params.localize.method == "srp"
    assert {path: parameters.get(params, path) for path in ACTS_NOT} == ACTS_NOT


def test_a_few_lines_by_hand_mean_todays_defaults_by_the_rest(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("earshot_settings = 1\n[params.render]\ncancellation_db = 6.0\n")
    assert settings_files.load(path).params.render.upmix is Params().render.upmix is True


def test_a_region_of_nothing_was_the_nominal_head_alone():
    assert settings_files.load(HERE / "05-presets" / "settings.toml").params.render.region_cm == 0.0
    assert settings_files.load(HERE / "05-presets" / "settings.toml").params.render.region_size_percent == 0.0
    assert settings_files.load(HERE / "04-devices" / "settings.toml").params.render.region_size_percent == 0.0


def test_settings_bring_the_channel_map():
    setup = settings_files.load(HERE / "05-presets" / "settings-inputs.toml").inputs
    assert setup.rate_hz == 44100
    assert [position.channel for position in setup.channel_map.positions] == [2, 0, None]


@pytest.mark.parametrize("folder", ["04-devices", "05-presets", "07-editors"])
def test_devices_are_known_again(folder, tmp_path):
    path = shutil.copy(HERE / folder / "devices.toml", tmp_path)
    store = DeviceStore(Path(path))
    setup = store.inputs(DEVICE)
    assert (setup.rate_hz, setup.block) == (44100, 256)
    first, second, third = setup.channel_map.positions
    assert (first.channel, first.gain_db, first.inverted, first.muted) == (2, 1.5, True, False)
    assert (second.channel, third.channel) == (0, None)
    assert (store.outputs(DEVICE).rate_hz, store.outputs(DEVICE).block) == (96000, 128)


@pytest.mark.parametrize("path", files("preset.toml"), ids=lambda path: path.parent.name)
def test_a_preset_sets_its_stages_and_no_other(path):
    preset = presets.load(path)
    assert (preset.name, preset.description) == ("Of a meeting", "As kept then")
    assert preset.stages == ("beamformer", "enhance")
    expected = {name: value for name, value in VALUES.items() if name.split(".")[0] in preset.stages}
    expected |= {"beamformer.method": "lcmv", "beamformer.null_handles": 2, "beamformer.null_2_deg": -120.5}
    assert preset.values.items() >= expected.items()
    assert not any(name.startswith(("render.", "localize.", "output.")) for name in preset.values)


@pytest.mark.parametrize(("folder", "droop_db"), [("02-designs", 0.0), ("03-scenes", 1.5), ("05-presets", 1.5)])
def test_a_design_of_before_counts_its_boost_limit_as_then(folder, droop_db):
    design = load_design(HERE / folder / "design.toml")
    assert (design.cancellation_db, design.boost_limit_db, design.virtual_deg) == (9.5, 7.5, 25.0)
    assert design.droop_db == droop_db
    assert not design.limit_counts_level
    assert design.beam_shift_us == 0  # beams did not lean


def test_a_design_by_hand_is_of_today(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("cancellation_db = 9.5\n")
    assert load_design(path).limit_counts_level


@pytest.mark.parametrize("folder", ["03-scenes", "07-editors"])
def test_a_scene_is_the_same_room(folder):
    scene = load_scene(HERE / folder / "scene.toml")
    assert (scene.name, scene.rt60_s, scene.seed, scene.size_m) == ("kept", 0.35, 7, (6.0, 5.0, 3.0))
    assert [(each.voice, each.azimuth_deg, each.distance_m) for each in scene.talkers] == [
        ("anna", 0.0, 1.2),
        ("emil", -70.0, 1.5),
    ]
    assert [(noise.kind, noise.field, noise.snr_db) for noise in scene.noises] == [("room", "diffuse", 30.0)]


def test_an_array_and_a_layout_of_ones_own():
    array = load_array(HERE / "07-editors" / "array.toml")
    assert (array.name, array.description) == ("mine", "four of mine")
    np.testing.assert_allclose(array.mic_xyz_m[1], [0, 0.031234, 0], atol=1e-6)
    layout, shipped = load_layout(HERE / "07-editors" / "layout.toml"), load_layout("sphere3-60mm")
    np.testing.assert_allclose(layout.driver_xyz_m, shipped.driver_xyz_m, atol=1e-4)
    assert layout.cabinet_radius_m == pytest.approx(shipped.cabinet_radius_m)


def test_a_recipe_asks_for_what_it_asked_for():
    recipe = load_recipe(HERE / "05-presets" / "recipe.toml")
    assert (recipe.array, recipe.layout, recipe.format, recipe.suffix) == (
        "uca8-100mm",
        "pair-100mm",
        "flac",
        "_enhanced",
    )
    assert recipe.params == parameters.replace(
        Params(), {"enhance.method": "percepnet-small", "enhance.attenuation_limit_db": 18.0}
    )


def test_a_session_gives_its_output_again(tmp_path):
    """The classical chain of then, bit for bit where this processor computes as the one that recorded it did."""
    session = recorded_session.open_session(HERE / "06-sessions" / "session")
    assert session.complete
    recorded, rate_hz = read_sound(HERE / "06-sessions" / "session" / "output.wav")
    assert rate_hz == 48000
    replay.replay(session, tmp_path / "again.wav")
    again, _ = read_sound(tmp_path / "again.wav")
    assert again.shape == recorded.shape and np.sqrt(np.mean(recorded**2)) > 1e-3
    np.testing.assert_allclose(again, recorded, atol=2e-5)


def test_filters_of_a_session_are_those_that_were_used(tmp_path):
    for number, name in enumerate(("beam", "render")):
        shutil.copy(HERE / "08-recorded-filters" / f"{name}.npz", tmp_path / f"{number}.npz")
    reader = FilterReader(tmp_path)
    beam, render = reader.load(0), reader.load(1)

    def taps(*shape):
        return (np.arange(np.prod(shape)).reshape(shape) / 64 - 1).astype(np.float32)

    np.testing.assert_array_equal(beam.fir, taps(2, 32))
    assert (beam.latency_samples, beam.steering_rad, beam.method, beam.nulls_rad) == (16, 0.5, "mvdr", (1.0, -1.5))
    np.testing.assert_array_equal(render.driver_fir, taps(3, 2, 24))
    np.testing.assert_array_equal(render.audition_fir, taps(2, 2, 20))
    np.testing.assert_array_equal(render.ears_fir, taps(2, 2, 24))
    assert (render.latency_samples, render.audition_delay) == (8, 4)


READERS = {
    "earshot_settings": settings_files.load,
    "earshot_preset": presets.load,
    "earshot_recipe": load_recipe,
    "earshot_design": load_design,
    "earshot_array": load_array,
    "earshot_layout": load_layout,
    "earshot_scene": load_scene,
}


@pytest.mark.parametrize("key", READERS)
@pytest.mark.parametrize(("version", "words"), [("99", "written by a newer Earshot"), ("0", "version"), ("'a'", "")])
def test_a_newer_file_is_refused_by_name(tmp_path, key, version, words):
    path = tmp_path / "newer.toml"
    path.write_text(f"{key} = {version}\n")
    with pytest.raises(InputError) as error:
        READERS[key](path)
    assert str(path) in str(error.value) and words in str(error.value)


def test_a_newer_list_of_devices_is_left_as_it_is(tmp_path):
    path = tmp_path / "devices.toml"
    path.write_text("earshot_devices = 99\n")
    store = DeviceStore(path)
    store.keep_inputs(DEVICE, settings_files.load(HERE / "01-first" / "settings.toml").inputs or store.inputs(DEVICE))
    assert path.read_text() == "earshot_devices = 99\n"


def test_a_newer_session_is_refused_by_name(tmp_path):
    folder = shutil.copytree(HERE / "06-sessions" / "session", tmp_path / "session")
    events = folder / "events.jsonl"
    events.write_text(events.read_text().replace('"earshot_session": 1', '"earshot_session": 99', 1))
    with pytest.raises(InputError, match="written by a newer Earshot"):
        recorded_session.open_session(folder)


def test_versions():
    assert check_version(1, 2, "f") == 1
    for wrong in (True, "1", 0, None, 1.0):
        with pytest.raises(InputError, match="whole number from 1"):
            check_version(wrong, 2, "f")
    assert set(VALUES) <= set(ENTRIES)
