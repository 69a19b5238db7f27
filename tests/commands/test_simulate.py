import json
import math

import numpy as np
import pytest
import soundfile

from workbench.audio.scene_files import load_scene
from workbench.audio.simulator import RoomSource
from workbench.cli import main
from workbench.core.geometry import load_array
from workbench.core.resources import resource


def test_a_scene_becomes_sound_truth_and_array(tmp_path, capsys):
    out = tmp_path / "set"
    assert main(["simulate", "two-talkers-fan", "--out", str(out), "--seconds", "2.05", "--clean", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    truth = json.loads((out / "two-talkers-fan.json").read_text())
    assert printed == truth
    samples, rate_hz = soundfile.read(out / truth["sound"])
    assert (rate_hz, samples.shape) == (48000, (98400, 8))
    assert soundfile.info(out / "two-talkers-fan_clean.flac").frames == 98400
    np.testing.assert_allclose(load_array(out / "array.toml").mic_xyz_m, load_array("uca8-100mm").mic_xyz_m, atol=1e-6)
    anna = truth["talkers"][0]
    assert anna["name"] == "Anna"
    assert len(anna["azimuth_deg"]) == len(anna["distance_m"]) == len(anna["activity"]) == len(truth["time_s"]) == 21
    for time_s, azimuth_deg in list(zip(truth["time_s"], anna["azimuth_deg"], strict=True))[:20]:
        assert azimuth_deg == pytest.approx(42.0 + 5.0 * time_s, abs=0.05)
    assert set(anna["distance_m"]) == {1.5}
    assert 0.5 < np.mean(anna["activity"]) <= 1.0
    assert sorted(path.name for path in out.iterdir()) == [
        "array.toml",
        "two-talkers-fan.flac",
        "two-talkers-fan.json",
        "two-talkers-fan_clean.flac",
    ]


@pytest.mark.parametrize("name", ["one-talker-still", "two-talkers-fan", "talker-beside-fan", "worn-array"])
def test_the_file_is_what_the_window_hears(name, tmp_path):
    path = tmp_path / "scene.wav"
    assert main(["simulate", name, "--out", str(path), "--seconds", "1.5"]) == 0
    samples, _ = soundfile.read(path, dtype="float32")
    truth = json.loads((tmp_path / "scene.json").read_text())
    source = RoomSource(load_scene(name), patience_s=120.0)  # on the way of the window, which does not wait for ever
    source.start()
    try:
        blocks = [source.read(60.0) for _ in range(150)]
    finally:
        source.close()
    np.testing.assert_array_equal(samples.T, np.concatenate([block.samples for block in blocks], axis=1))
    assert math.isclose(truth["seconds"], 1.5)
    for number, talker in enumerate(truth["talkers"]):
        seen = [blocks[10 * step + 5].truth[number] for step in range(15)]
        assert talker["name"] == seen[0].name
        assert talker["azimuth_deg"] == pytest.approx([math.degrees(truth.azimuth_rad) for truth in seen], abs=1e-3)
        assert talker["distance_m"] == pytest.approx([truth.distance_m for truth in seen], abs=1e-3)


def test_the_truth_names_the_errors_of_the_microphones_and_the_noises(tmp_path):
    assert main(["simulate", "worn-array", "--out", str(tmp_path / "a.wav"), "--seconds", "0.3"]) == 0
    truth = json.loads((tmp_path / "a.json").read_text())
    assert [number for number, mic in enumerate(truth["microphones"], 1) if mic["dead"]] == [3]
    assert [number for number, mic in enumerate(truth["microphones"], 1) if mic["inverted"]] == [6]
    assert truth["microphones"][2]["gain_db"] is None
    assert len({mic["delay_us"] for mic in truth["microphones"]}) == 8
    assert [noise["kind"] for noise in truth["noises"]] == ["room"]
    samples, _ = soundfile.read(tmp_path / "a.wav")
    assert not samples[:, 2].any() and samples[:, 3].any()


def test_a_reverberation_time_that_cannot_be_had_is_said(tmp_path, capsys):
    scene = (resource("scenes") / "one-talker-still.toml").read_text().replace("rt60_s = 0.2", "rt60_s = 0.02")
    (tmp_path / "dry.toml").write_text(scene)
    assert main(["simulate", str(tmp_path / "dry.toml"), "--out", str(tmp_path / "a.wav"), "--seconds", "0.2"]) == 0
    assert "RT60 0.02 s cannot be reached" in capsys.readouterr().err
    assert json.loads((tmp_path / "a.json").read_text())["room"]["rt60_s"] > 0.02


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["nowhere", "--out", "{}"], "nowhere"),
        (["--out", "{}/no/such/folder/a.wav"], "no folder"),
        (["--out", "{}/a.mp3"], "flac or .wav"),
        (["--out", "{}", "--seconds", "0"], "--seconds"),
        (["--out", "{}", "--seconds", "nan"], "--seconds"),
    ],
)
def test_bad_arguments_say_why_and_leave_nothing(arguments, cause, tmp_path, capsys):
    assert main(["simulate", *(text.format(tmp_path) for text in arguments)]) == 2
    assert cause in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
