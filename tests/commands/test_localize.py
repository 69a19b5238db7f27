import json

import numpy as np
import pytest
import soundfile
import soxr

from tests.localize import scenes
from workbench.cli import main
from workbench.core.geometry import load_array

ARRAY = load_array("uca8-45mm")
AZIMUTHS_DEG = (-110.0, 30.0)


@pytest.fixture(scope="module")
def recording():
    """Two talkers, 3 s, (n, mics) at 48 kHz."""
    return scenes.plane_waves(ARRAY, AZIMUTHS_DEG, [scenes.speech_like(seed, 3.0) for seed in (1, 2)]).T


def _write(path, samples, rate_hz=48000, **more):
    soundfile.write(path, samples, rate_hz, **more)
    return str(path)


def _json(capsys, *arguments):
    assert main(["localize", *arguments, "--json"]) == 0
    captured = capsys.readouterr()
    return json.loads(captured.out), captured.err


def _assert_talkers(result):
    found = {}
    for frame in result["frames"]:
        for source in frame["sources"]:
            found.setdefault(source["track"], []).append(source["azimuth_deg"])
    assert len(found) == 2
    for azimuth_deg in AZIMUTHS_DEG:
        assert min(abs(np.median(values) - azimuth_deg) for values in found.values()) < 1.5


def test_json_as_the_contract_has_it(tmp_path, capsys, recording):
    result, errors = _json(capsys, _write(tmp_path / "talk.wav", recording), "--array", "uca8-45mm")
    assert errors == ""
    assert result.keys() == {"schema", "method", "array", "update_s", "frames"}
    assert result["method"] == "combined" and result["array"] == "uca8-45mm" and result["update_s"] == 0.2
    times_s = [frame["time_s"] for frame in result["frames"]]
    assert len(times_s) == 15
    np.testing.assert_allclose(np.diff(times_s[2:]), 0.2, atol=1e-6)
    assert all(0 < time_s < 3 for time_s in times_s)
    for frame in result["frames"]:
        for source in frame["sources"]:
            assert source.keys() == {"azimuth_deg", "distance_m", "confidence", "track"}
            assert -180 < source["azimuth_deg"] <= 180 and 0 <= source["confidence"] <= 1
            assert 0.3 <= source["distance_m"] <= 5 and isinstance(source["track"], int)
    _assert_talkers(result)


@pytest.mark.parametrize(
    ("name", "rate_hz", "more"),
    [("a.flac", 48000, {}), ("b.wav", 16000, {"subtype": "FLOAT"}), ("c.wav", 44100, {"subtype": "PCM_24"})],
)
def test_other_formats_and_rates(tmp_path, capsys, recording, name, rate_hz, more):
    resampled = soxr.resample(recording, 48000, rate_hz)
    result, _ = _json(capsys, _write(tmp_path / name, resampled, rate_hz, **more), "--array", "uca8-45mm")
    _assert_talkers(result)


def test_an_array_from_a_file(tmp_path, capsys, recording):
    array = tmp_path / "mine.toml"
    rows = ", ".join(str([float(v) for v in row]) for row in ARRAY.mic_xyz_m)
    array.write_text(f'name = "mine"\nmics = [{rows}]\n', encoding="utf-8")
    result, _ = _json(capsys, _write(tmp_path / "talk.wav", recording), "--array", str(array))
    assert result["array"] == "mine"
    _assert_talkers(result)


def test_json_to_a_file_leaves_the_listing_on_stdout(tmp_path, capsys, recording):
    source, target = _write(tmp_path / "talk.wav", recording), tmp_path / "out.json"
    assert main(["localize", source, "--array", "uca8-45mm", "--json", str(target)]) == 0
    assert json.loads(target.read_text(encoding="utf-8"))["frames"]
    out = capsys.readouterr().out
    assert "2 talkers in 15 frames" in out and "talker 1:" in out and "+30" in out


def test_most_sources(tmp_path, capsys, recording):
    source = _write(tmp_path / "talk.wav", recording)
    result, _ = _json(capsys, source, "--array", "uca8-45mm", "--max-sources", "1")
    assert max(len(frame["sources"]) for frame in result["frames"]) == 1


def test_settings_take_effect(tmp_path, capsys, recording):
    source = _write(tmp_path / "talk.wav", recording)
    result, _ = _json(capsys, source, "--array", "uca8-45mm", "--set", "localize.threshold=1.0")
    assert all(frame["sources"] == [] for frame in result["frames"])


def test_a_dead_channel_is_said(tmp_path, capsys, recording):
    dead = recording.copy()
    dead[:, 3] = 0
    result, errors = _json(capsys, _write(tmp_path / "dead.wav", dead), "--array", "uca8-45mm")
    assert "channel 4 is silent" in errors
    _assert_talkers(result)


def test_a_line_says_that_front_and_back_look_alike(tmp_path, capsys):
    line = load_array("line4-50mm")
    x = scenes.plane_waves(line, [40.0], [scenes.speech_like(1, 1.0)]).T
    _, errors = _json(capsys, _write(tmp_path / "line.wav", x), "--array", "line4-50mm")
    assert "front and back" in errors


def _refused(capsys, *arguments):
    assert main(["localize", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1
    return captured.err


def test_wrong_channel_count_names_both_numbers(tmp_path, capsys, recording):
    error = _refused(capsys, _write(tmp_path / "talk.wav", recording[:, :6]), "--array", "uca8-45mm")
    assert "6 channels" in error and "8 microphones" in error and "talk.wav" in error


def test_bad_files_are_refused(tmp_path, capsys, recording):
    assert "no-such" in _refused(capsys, str(tmp_path / "no-such.wav"), "--array", "uca8-45mm")
    text = tmp_path / "text.wav"
    text.write_text("not sound", encoding="utf-8")
    assert "text.wav" in _refused(capsys, str(text), "--array", "uca8-45mm")
    empty = tmp_path / "empty.wav"
    empty.touch()
    assert "empty" in _refused(capsys, str(empty), "--array", "uca8-45mm")
    short = _write(tmp_path / "short.wav", recording[:4800])
    assert "too short" in _refused(capsys, short, "--array", "uca8-45mm")
    broken = recording.copy()
    broken[100, 2] = np.nan
    assert "NaN" in _refused(capsys, _write(tmp_path / "nan.wav", broken, subtype="FLOAT"), "--array", "uca8-45mm")


def test_bad_arguments_are_refused(tmp_path, capsys, recording):
    source = _write(tmp_path / "talk.wav", recording)
    assert "uca8-100mm" in _refused(capsys, source, "--array", "nothing")  # the shipped names are listed
    assert "max_sources" in _refused(capsys, source, "--array", "uca8-45mm", "--max-sources", "9")
    mono = tmp_path / "mono.toml"
    mono.write_text("mics = [[0.0, 0.0, 0.0]]", encoding="utf-8")
    assert "at least 2 microphones" in _refused(capsys, source, "--array", str(mono))
    assert "localize.nothing" in _refused(capsys, source, "--array", "uca8-45mm", "--set", "localize.nothing=1")


def test_each_talker_is_written_as_a_file_of_its_own(tmp_path, capsys, recording):
    source = _write(tmp_path / "talk.wav", recording)
    arguments = ["--array", "uca8-45mm", "--set", "enhance.method=classical"]
    folder = tmp_path / "talkers"
    result, errors = _json(capsys, source, *arguments, "--tracks-dir", str(folder), "--tracks-format", "flac")
    assert f"{folder}: 2 files of talkers" in errors
    listed = json.loads((folder / "talkers.json").read_text(encoding="utf-8"))
    tracks = {source["track"] for frame in result["frames"] for source in frame["sources"]}
    assert {talker["talker"] for talker in listed["talkers"]} == tracks
    for talker in listed["talkers"]:
        info = soundfile.info(folder / talker["file"])
        assert info.channels == 1 and info.duration == pytest.approx(talker["end_s"] - talker["start_s"], abs=1e-3)
        assert talker["file"].endswith(".flac")
        way = np.genfromtxt(folder / talker["path"], delimiter=",", names=True)
        near = [abs(np.median(way["azimuth_deg"]) - azimuth_deg) for azimuth_deg in AZIMUTHS_DEG]
        assert min(near) < 1.5
    assert main(["localize", source, *arguments, "--tracks-dir", str(folder)]) == 2
    assert "choose another folder" in capsys.readouterr().err


def test_a_line_reports_the_talker_and_the_mirror_image(tmp_path, capsys):
    line = load_array("line4-50mm")
    x = scenes.plane_waves(line, [50.0], [scenes.speech_like(1, 2.0)]).T
    result, errors = _json(capsys, _write(tmp_path / "line.wav", x), "--array", "line4-50mm", "--method", "srp")
    assert "mirror image" in errors
    last = sorted(source["azimuth_deg"] for source in result["frames"][-1]["sources"])
    along = np.degrees(np.arctan2(*(line.mic_xyz_m[-1] - line.mic_xyz_m[0])[1::-1]))
    mirrored = (2 * along - 50.0 + 180) % 360 - 180
    assert last == pytest.approx(sorted([50.0, mirrored]), abs=4.0)


@pytest.mark.parametrize("rate_hz", [8000, 16000, 96000])
def test_any_usual_rate_is_taken(tmp_path, capsys, recording, rate_hz):
    resampled = soxr.resample(recording, 48000, rate_hz)
    source = _write(tmp_path / "talk.wav", resampled, rate_hz)
    result, errors = _json(capsys, source, "--array", "uca8-45mm")
    assert (result["method"], "SRP-PHAT is used" in errors) == (
        ("combined", False) if rate_hz > 8000 else ("srp", True)
    )
    found = [source["azimuth_deg"] for frame in result["frames"] for source in frame["sources"]]
    for azimuth_deg in AZIMUTHS_DEG:
        assert np.min(np.abs(np.array(found) - azimuth_deg)) < 3.0
    if rate_hz == 8000:
        assert "16000 Hz or more" in _refused(capsys, source, "--array", "uca8-45mm", "--method", "network")


def test_an_altered_model_is_refused(tmp_path, capsys, recording):
    from workbench.localize.models import models_folder

    source = _write(tmp_path / "talk.wav", recording)
    model = tmp_path / "regions-uca8-45mm.onnx"
    content = bytearray((models_folder() / model.name).read_bytes())
    content[len(content) // 2] ^= 1
    model.write_bytes(content)
    manifest = (models_folder() / "localization.json").read_text(encoding="utf-8")
    (tmp_path / "localization.json").write_text(manifest, encoding="utf-8")
    error = _refused(capsys, source, "--array", "uca8-45mm", "--method", "network", "--model", str(model))
    assert "regions-uca8-45mm.onnx" in error and ("sha256" in error or "altered" in error)
    other = _refused(capsys, source, "--array", "uca8-45mm", "--method", "network", "--model", "regions-uca8-100mm")
    assert "uca8-100mm" in other and "train localize" in other
