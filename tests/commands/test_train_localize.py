"""`workbench train localize` and `train adapt`: a small network from start to use, and what is refused."""

import functools
import json

import numpy as np
import pytest
import soundfile

pytest.importorskip("torch")
pytest.importorskip("onnx")

from tests.localize.scenes import plane_waves, speech_like
from tests.training.localize_sounds import write_speech
from workbench.cli import main
from workbench.core.geometry import load_array
from workbench.localize.recordings import recording_name
from workbench.training import localize
from workbench.training.localize_training import RingPlan


def test_train_and_use_a_network_for_another_array(tmp_path, monkeypatch, capsys):
    tiny = functools.partial(RingPlan, validation_shards=1, validation_windows=64, batch=4, shards_a_batch=2)
    monkeypatch.setattr(localize, "RingPlan", tiny)
    speech, out = write_speech(tmp_path / "speech", 2), tmp_path / "square.onnx"
    command = ["train", "localize", "--array", "square4-30mm", "--speech", str(speech), "--out", str(out)]
    assert main([*command, "--steps", "3", "--shards", "1", "--jobs", "1", "--rt60", "0", "0"]) == 0
    assert {path.name for path in tmp_path.glob("square.*")} >= {"square.onnx", "square.pt", "square.md"}
    capsys.readouterr()
    x = plane_waves(load_array("square4-30mm"), [40.0], [speech_like(1, 1.5)])
    soundfile.write(tmp_path / "x.wav", x.T, 48000)
    arguments = ["localize", str(tmp_path / "x.wav"), "--array", "square4-30mm", "--model", str(out), "--json"]
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out)["method"] == "combined"
    # The run is complete; another one with the same name would begin anew only without the old one.
    assert main([*command, "--steps", "3"]) == 2
    assert "unfinished run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--max-minutes", "0"), "more than 0"),
        (("--steps", "0"), "1 or more"),
        (("--rt60", "0.5", "0.1"), "the smaller first"),
        (("--array", "nobody"), "nobody"),
        (("--speech", "/nowhere"), "no such folder"),
        (("--resume",), "no such checkpoint"),
    ],
)
def test_train_refuses(tmp_path, capsys, more, words):
    command = ["train", "localize", "--array", "square4-30mm", "--out", str(tmp_path / "m.onnx"), "--jobs", "1"]
    assert main([*command, *more]) == 2
    assert words in capsys.readouterr().err


def test_adapt_reports_before_and_after(tmp_path, capsys):
    array = load_array("uca8-45mm")
    (tmp_path / "room").mkdir()
    for number in range(6):
        azimuth_deg = -150.0 + 60 * number
        x = plane_waves(array, [azimuth_deg], [speech_like(number, 1.2)], snr_db=25.0, seed=number)
        x[:, :12000] *= 0.01
        soundfile.write(tmp_path / "room" / recording_name(azimuth_deg, 1.2, number), x.T, 48000)
    out = tmp_path / "room.onnx"
    command = ["train", "adapt", "--array", "uca8-45mm", "--recordings", str(tmp_path / "room"), "--out", str(out)]
    assert main([*command, "--recorded", "6", "--simulated", "4", "--progress", "--json"]) == 0
    captured = capsys.readouterr()
    report = json.loads(captured.out)
    assert report["base"] == "regions-uca8-45mm" and len(report["moved_mm"]) == 8
    assert np.isfinite(report["before"]["mean_deg"]) and np.isfinite(report["after"]["mean_deg"])
    steps = [json.loads(line) for line in captured.err.splitlines() if line.startswith("{")]
    assert {step["stage"] for step in steps} == {"recordings", "microphones", "simulation", "network"}


@pytest.mark.parametrize(
    ("name", "channels", "words"), [("one.wav", 8, "no label for one.wav"), ("az+10.wav", 3, "8 microphones")]
)
def test_adapt_refuses(tmp_path, capsys, name, channels, words):
    (tmp_path / "room").mkdir()
    soundfile.write(tmp_path / "room" / name, 0.1 * np.ones((48000, channels)), 48000)
    command = ["train", "adapt", "--array", "uca8-45mm", "--recordings", str(tmp_path / "room")]
    assert main([*command, "--out", str(tmp_path / "a.onnx")]) == 2
    assert words in capsys.readouterr().err


def test_without_torch_it_says_how_to_install_it(tmp_path, capsys, monkeypatch):
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "torch" else find(name, *rest))
    command = [
        "train",
        "adapt",
        "--array",
        "uca8-45mm",
        "--recordings",
        str(tmp_path),
        "--out",
        str(tmp_path / "a.onnx"),
    ]
    assert main(command) == 1
    assert "pip install" in capsys.readouterr().err
