"""`workbench doctor`."""

import json

import numpy as np
import pytest

from tests.evaluation.test_channels import recording
from workbench.audio.files import write_sound
from workbench.cli import main
from workbench.core.geometry import load_array


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    samples = recording(load_array("uca8-100mm"))
    samples[1] *= -1
    samples[6] = 0
    path = tmp_path_factory.mktemp("doctor") / "faulty.wav"
    write_sound(path, samples, 48000)
    return path


def test_faults_of_a_recording_by_contract(faulty, capsys):
    assert main(["doctor", "--source", f"file:{faulty}", "--array", "uca8-100mm", "--json"]) == 0
    channels = json.loads(capsys.readouterr().out)["channels"]
    assert [set(channel) for channel in channels] == [{"index", "fault", "with", "gain_db"}] * 8
    assert [channel["index"] for channel in channels] == list(range(8))
    found = {channel["index"]: channel["fault"] for channel in channels if channel["fault"]}
    assert found == {1: "inverted", 6: "dead"}
    assert channels[6]["gain_db"] is None


def test_faults_of_a_recording_for_a_person(faulty, capsys):
    assert main(["doctor", "--source", f"file:{faulty}", "--array", "uca8-100mm", "--seconds", "4"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("ch 2") and lines[1].endswith("inverted")
    assert lines[0].endswith("ok") and lines[6].endswith("dead")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--source", "file:{}"], "--array"),
        (["--source", "file:{}", "--array", "uca6-45mm"], "8 channels, but .* 6 microphones"),
        (["--source", "file:{}", "--array", "uca8-100mm", "--seconds", "0"], "--seconds"),
        (["--source", "file:/nowhere.wav", "--array", "uca8-100mm"], "nowhere.wav"),
        (["--source", "telephone", "--array", "uca8-100mm"], "telephone"),
    ],
)
def test_bad_input_ends_with_2(faulty, capsys, arguments, said):
    assert main(["doctor", *(word.format(faulty) for word in arguments)]) == 2
    assert __import__("re").search(said, capsys.readouterr().err)


def test_a_short_sound_is_refused(tmp_path, capsys):
    write_sound(tmp_path / "a.wav", np.zeros((8, 1000)), 48000)
    assert main(["doctor", "--source", f"file:{tmp_path / 'a.wav'}", "--array", "uca8-100mm"]) == 2
    assert "too short" in capsys.readouterr().err


def test_the_installation(capsys):
    status = main(["doctor", "--json"])
    checks = json.loads(capsys.readouterr().out)["installation"]
    assert [check["check"] for check in checks] == ["sound", "resources", "models", "inner loops", "window"]
    assert status == (0 if all(check["ok"] for check in checks) else 1)
    assert checks[0]["ok"] and checks[1]["ok"]


def test_a_missing_portaudio_is_a_fault(monkeypatch, capsys):
    from workbench.audio import devices

    monkeypatch.setattr(devices, "_ask", lambda variables: (_ for _ in ()).throw(devices.DeviceError("no PortAudio")))
    assert main(["doctor"]) == 1
    assert "FAULT  sound" in capsys.readouterr().out


def test_a_calibration_file_is_read(tmp_path, capsys):
    path = tmp_path / "mic.txt"
    path.write_text('"Sens Factor =-2.0dB, SERNO: 7001234"\n20 -3\n1000 0\n20000 4.5\n')
    assert main(["doctor", "--calibration", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["points"], found["range_hz"], found["serial"]) == (3, [20.0, 20000.0], "7001234")
    assert found["sensitivity_dbfs"] == -20.0 and found["full_scale_db_spl"] == pytest.approx(117.01, abs=0.01)
    assert main(["doctor", "--calibration", str(path)]) == 0
    said = capsys.readouterr().out
    assert "3 points from 20 to 20000 Hz" in said and "117.0 dB SPL" in said
    path.write_text("20 -3\n1000 x\n")
    assert main(["doctor", "--calibration", str(path)]) == 2
    assert "line 2" in capsys.readouterr().err
