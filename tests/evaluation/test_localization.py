import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile
import tomli_w

from tests.localize.scenes import plane_waves, speech_like
from workbench.core.errors import InputError
from workbench.core.geometry import load_array
from workbench.core.params import LocalizeParams
from workbench.evaluation import localization
from workbench.evaluation.localization import LocalizationTask, score, summarise, tables
from workbench.evaluation.localization_sets import read_localization_set
from workbench.evaluation.scene_sets import ScenePlan, plan_scenes, write_hum, write_voices

ARRAY = load_array("uca8-100mm")


def _write_scene(folder, name, sound, talkers, **more):
    folder.mkdir(exist_ok=True)
    (folder / "array.toml").write_text(tomli_w.dumps({"name": ARRAY.name, "mics": ARRAY.mic_xyz_m.tolist()}))
    soundfile.write(folder / f"{name}.flac", sound.T, 48000)
    (folder / f"{name}.json").write_text(json.dumps({"talkers": talkers, "step_s": 0.1, **more}))


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("set")
    seconds, steps = 3.0, 30
    sound = plane_waves(ARRAY, [60.0, -100.0], [speech_like(k, seconds) for k in range(2)], snr_db=30)
    talkers = [
        {"azimuth_deg": [a] * steps, "distance_m": [2.0] * steps, "activity": [True] * steps} for a in (60.0, -100.0)
    ]
    _write_scene(folder, "two", sound, talkers, room={"rt60_s": 0.0})
    quiet = (1e-3 * np.random.default_rng(0).standard_normal((8, 96000))).astype(np.float32)
    _write_scene(folder, "nobody", quiet, [])
    return {scene.name: scene for scene in read_localization_set(folder)}


def test_what_a_scene_is(scenes):
    assert scenes["two"].kind == "still" and scenes["two"].rt60_s == 0.0 and scenes["two"].active.shape == (2, 30)
    assert scenes["nobody"].kind == "silence" and scenes["nobody"].rt60_s is None


@pytest.mark.parametrize("method", ["combined", "network", "srp"])
def test_two_plain_talkers_are_found(scenes, method):
    result = score(LocalizationTask(scenes["two"], method, LocalizeParams()))
    summary = summarise([result])
    assert summary["ospa_deg"] < 6 and summary["recall_10deg"] > 0.75 and summary["error_deg"] < 2
    assert summary["swaps_per_minute"] == 0
    assert (summary["distance_error_m"] == summary["distance_error_m"]) is (method != "srp")


def test_silence_counts_what_is_reported(scenes):
    result = score(LocalizationTask(scenes["nobody"], "combined", LocalizeParams()))
    assert result.false_in_silence == 0 and result.silent_s == pytest.approx(2.0, abs=0.3)
    loud = replace(result, false_in_silence=3)
    assert summarise([loud])["false_per_minute"] == pytest.approx(60 * 3 / result.silent_s)
    assert np.isnan(summarise([loud])["ospa_deg"])


def test_tables_by_talkers_and_kind(scenes):
    tasks = [LocalizationTask(scene, "srp", LocalizeParams(), reliability=True) for scene in scenes.values()]
    result = tables([score(task) for task in tasks])
    assert set(result["by_talkers"]) == {"2"} and set(result["by_rt60_s"]) == {"0"}
    assert set(result["by_kind"]) == {"still", "silence"}
    assert sum(row["reports"] for row in result["reliability"]) > 10


def test_truth_that_answers_for_itself_is_perfect(scenes, monkeypatch):
    """A localizer that knows the truth scores zero: nothing is lost between frames, steps and tracks."""
    from workbench.core.messages import Localization
    from workbench.localize.sources import Source

    scene = scenes["two"]

    def oracle(samples, array, params):
        times_s = np.arange(0.25, 3.0, 0.2)
        frames = [Localization(k, float(t), "truth", None, (), ()) for k, t in enumerate(times_s)]
        found = tuple(Source(np.deg2rad(a), 1.0, 2.0, n) for n, a in enumerate((60.0, -100.0)))
        return frames, [found] * len(frames)

    monkeypatch.setattr(localization, "localize_recording", oracle)
    summary = summarise([score(LocalizationTask(scene, "srp", LocalizeParams()))])
    assert summary["ospa_deg"] < 1e-9 and summary["count_error"] == 0 and summary["distance_error_m"] < 1e-9
    assert summary["recall_5deg"] == summary["precision_5deg"] == 1.0


@pytest.mark.parametrize(("ids", "swaps"), [([1, 1, 1], 0), ([1, 2, 1], 2), ([], 0), ([3], 0)])
def test_swaps_are_counted(ids, swaps):
    assert localization._swaps(ids) == swaps


def test_identities_are_kept_or_not():
    assert localization._kept([[1] * 9, [2] * 9])
    assert not localization._kept([[1] * 3 + [2] * 6, [2] * 3 + [1] * 6])


@pytest.mark.parametrize(
    ("talkers", "words"), [([{"azimuth_deg": 3}], "not the truth"), ("none", "not the truth"), (None, "no array.toml")]
)
def test_sets_that_cannot_be_read(tmp_path, talkers, words):
    _write_scene(tmp_path / "set", "x", np.zeros((8, 4800), np.float32), talkers)
    if talkers is None:
        (tmp_path / "set" / "array.toml").unlink()
    with pytest.raises(InputError, match=words):
        read_localization_set(tmp_path / "set")


def test_an_empty_folder_is_no_set(tmp_path):
    with pytest.raises(InputError, match="no scenes"):
        read_localization_set(tmp_path)


def test_planned_scenes_keep_what_they_promise(tmp_path):
    soundfile.write(tmp_path / "a.wav", 0.1 * speech_like(0, 3.0), 48000)
    voices = write_voices(tmp_path, "", tmp_path / "voices", 4.0, 1)
    assert soundfile.info(voices[0]).duration >= 4
    plan = ScenePlan(still=24, crossing=4, silent=6)
    scenes = plan_scenes(plan, voices)
    assert [s.name for s in scenes] == [s.name for s in plan_scenes(plan, voices)] and len(scenes) == 34
    for scene in scenes:
        azimuth_deg = np.array([talker.azimuth_deg for talker in scene.talkers])
        apart = np.abs((azimuth_deg[:, None] - azimuth_deg + 180) % 360 - 180) + 360 * np.eye(len(azimuth_deg))
        assert not len(azimuth_deg) or apart.min() >= 24.9
        levels_db = [talker.level_db for talker in scene.talkers] or [0]
        assert max(levels_db) - min(levels_db) <= 6.1
    assert {len(s.talkers) for s in scenes if s.name.startswith("silent")} == {0}
    assert {s.array for s in scenes} == {"uca8-100mm", "uca8-45mm"}


def test_hum_has_no_talkers(tmp_path):
    write_hum(tmp_path, "uca8-45mm", 1.0, 1)
    scenes = read_localization_set(tmp_path)
    assert [s.name for s in scenes] == ["silent-digital", "silent-hum", "silent-soft"]
    assert all(scene.kind == "silence" for scene in scenes)
