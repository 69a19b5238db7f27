import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.params import ENTRIES, Params
from workbench.engine import presets
from workbench.engine import settings as settings_files
from workbench.engine.presets import LEFT_OUT, STAGES, Preset
from workbench.engine.session import Session
from workbench.engine.settings import Settings

CHANGED = parameters.replace(
    Params(),
    {"enhance.strength_percent": 42.0, "render.virtual_deg": 20.0, "output.gain_db": -9.0, "output.muted": True},
)


def test_round_trip_with_a_name_that_is_not_ascii(tmp_path):
    path = tmp_path / "Zwei Sprecher – Lüfter.toml"
    preset = presets.from_params(CHANGED, "Zwei Sprecher", description="Lüfter rechts", array="uca8-100mm")
    presets.save(preset, path)
    assert presets.load(path) == preset
    assert list(tmp_path.iterdir()) == [path]


def test_stages_that_are_not_covered_and_the_output_stay():
    preset = presets.from_params(CHANGED, "beam", stages=("enhance",))
    now = parameters.replace(Params(), {"render.virtual_deg": 50.0, "output.gain_db": -20.0, "beamformer.follow": 3})
    after = preset.apply(now)
    assert after.enhance.strength_percent == 42.0
    assert (after.render, after.output, after.beamformer) == (now.render, now.output, now.beamformer)


def test_what_a_stage_does_not_write_is_at_its_default(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("earshot_preset = 1\n[enhance]\ndecay_ms = 99.0\n")
    preset = presets.load(path)
    assert (preset.name, preset.stages) == ("a", ("enhance",))
    after = preset.apply(CHANGED)
    assert (after.enhance.decay_ms, after.enhance.strength_percent) == (99.0, 100.0)
    assert after.render == CHANGED.render


def test_differences_are_of_the_covered_stages():
    preset = presets.from_params(Params(), "factory", stages=("enhance",))
    assert preset.differences(CHANGED) == ["enhance.strength_percent"]


def test_another_array_is_said_where_it_matters():
    preset = presets.from_params(Params(), "x", array="uca8-100mm", layout="pair-100mm")
    assert preset.misfits("uca8-100mm", "pair-100mm") == []
    assert preset.misfits("line4", None) == [
        "made for the array uca8-100mm, in use is line4",
        "made for the loudspeakers pair-100mm, in use is none",
    ]
    assert presets.from_params(Params(), "x", stages=("enhance",), array="uca8-100mm").misfits("line4", None) == []


def test_a_settings_file_gives_its_stages(tmp_path):
    path = tmp_path / "old.toml"
    settings_files.save(Settings(CHANGED, source="file:/a.wav"), path)
    preset = presets.load(path)
    assert preset.stages == STAGES
    assert preset.apply(Params()).enhance == CHANGED.enhance


def test_a_session_takes_a_preset_as_one_step_and_says_how_much_louder_it_is():
    session = Session(Settings(params=CHANGED))
    loud = Preset("Loud", {"enhance.output_gain_db": 12.0})
    assert session.apply_preset(loud) == pytest.approx(12.0)
    assert session.params.enhance.output_gain_db == 12.0
    assert session.preset == session.params
    assert session.undo_label == "Preset Loud"
    session.undo()
    assert session.params == CHANGED
    session.close()


def test_louder_by_what_the_gains_say():
    loud = parameters.replace(Params(), {"enhance.output_gain_db": 9.0})
    assert presets.louder_by_db(Params(), loud) == pytest.approx(9.0)
    assert presets.louder_by_db(loud, parameters.replace(loud, {"enhance.enabled": False})) == pytest.approx(-9.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not an Earshot preset"),
        ("earshot_preset = true", "not an Earshot preset"),
        ("earshot_preset = 99", "newer Earshot"),
        ("earshot_preset = 1\nvolume = 3", "unknown key 'volume'"),
        ("earshot_preset = 1\nname = 3", "name must be text"),
        ("earshot_preset = 1\n[output]\ngain_db = 12.0", "unknown key 'output'"),
        ("earshot_preset = 1\n[beamformer]\nfollow = 2", "beamformer.follow is no part"),
        ("earshot_preset = 1\n[enhance]\nstrength_percent = 400", "outside"),
        ("earshot_preset = 1\n[enhance]\nstrenght = 4", "no such parameter"),
        ("earshot_preset = 1\nenhance = 4", "expected a group"),
        ("earshot_preset = [", "not valid TOML"),
    ],
)
def test_damaged_files_are_named(tmp_path, text, words):
    path = tmp_path / "broken.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=words) as error:
        presets.load(path)
    assert "broken.toml" in str(error.value)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        presets.save(Preset("x"), tmp_path / "nowhere" / "a.toml")


@pytest.mark.parametrize("path", presets.shipped(), ids=lambda path: path.stem)
def test_shipped_presets_are_whole_and_differ_from_the_factory_settings(path):
    preset = presets.load(path)
    assert preset.name and preset.description
    written = {
        f"{stage}.{leaf}"
        for stage, leaves in tomllib.loads(path.read_text()).items()
        if isinstance(leaves, dict)
        for leaf in leaves
    }
    assert preset.differences(Params()), "sets nothing"
    assert abs(presets.louder_by_db(Params(), preset.apply(Params()))) == 0.0
    assert written <= set(ENTRIES) - set(LEFT_OUT)


def test_a_preset_is_found_by_its_path_or_its_shipped_name(tmp_path):
    first = presets.shipped()[0]
    assert presets.find(first) == presets.find(first.stem) == presets.find(first.stem.partition("-")[2]) == first
    mine = tmp_path / "mine.toml"
    mine.write_text("earshot_preset = 1\n")
    assert presets.find(str(mine)) == mine
    with pytest.raises(InputError, match=f"no shipped preset of that name.*{first.stem}"):
        presets.find("none-such")


def test_there_are_presets_for_each_stage():
    covered = [presets.load(path).stages for path in presets.shipped()]
    assert {stage for stages in covered for stage in stages} == set(STAGES)
    assert len({presets.load(path).name for path in presets.shipped()}) == len(covered) >= 10


VALUES = st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=10), st.lists(st.integers(), max_size=2))


@settings(max_examples=300)
@given(changes=st.dictionaries(st.sampled_from([*ENTRIES, "enhance.x", "x.y", "name", "version"]), VALUES, max_size=5))
def test_any_values_are_taken_or_refused_and_what_was_taken_is_valid(tmp_path_factory, changes):
    import tomli_w

    table = {"earshot_preset": 1}
    for key, value in changes.items():
        stage, _, leaf = key.partition(".")
        if leaf:
            table.setdefault(stage, {})[leaf] = value
        else:
            table[key] = value
    path = tmp_path_factory.mktemp("fuzz") / "any.toml"
    path.write_text(tomli_w.dumps(table), encoding="utf-8", errors="surrogatepass")
    try:
        preset = presets.load(path)
    except InputError as error:
        assert "any.toml" in str(error)
        return
    after = preset.apply(CHANGED)
    assert all(parameters.check(name, parameters.get(after, name)) == parameters.get(after, name) for name in ENTRIES)
