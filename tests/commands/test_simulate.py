import json
import math

import numpy as np
import pytest
import soundfile

from workbench.audio.scene_files import load_scene
from workbench.audio.simulator import RoomSource
from workbench.cli import main
from workbench.core.geometry import load_array


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


def test_the_file_is_what_the_window_hears(tmp_path):
    path = tmp_path / "still.wav"
    assert main(["simulate", "one-talker-still", "--out", str(path), "--seconds", "0.5"]) == 0
    samples, _ = soundfile.read(path, dtype="float32")
    source = RoomSource(load_scene("one-talker-still"), patience_s=None)
    source.start()
    try:
        heard = np.concatenate([source.read(20.0).samples for _ in range(50)], axis=1)
    finally:
        source.close()
    np.testing.assert_array_equal(samples.T, heard)
    assert math.isclose(json.loads((tmp_path / "still.json").read_text())["seconds"], 0.5)


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
