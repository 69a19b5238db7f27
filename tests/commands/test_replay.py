"""The command on a session that a real chain recorded."""

import json
import shlex

import numpy as np
import pytest
import soundfile

from tests.engine.test_replay import record
from workbench.audio.files import read_sound
from workbench.cli import main
from workbench.dsp.bands import RATE_HZ
from workbench.engine.command_line import replay_command


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("a session")
    noise = np.random.default_rng(1).normal(0, 0.1, (3 * RATE_HZ, 2)).astype(np.float32)
    soundfile.write(place / "noise.wav", noise, RATE_HZ, "FLOAT")

    def act(session):
        yield lambda: session.set({"enhance.attenuation_limit_db": 12.0})
        yield lambda: session.mark("now")

    return record(place, f"file:{place / 'noise.wav'}", act)


def test_the_exported_command_line_gives_the_output_bit_for_bit(folder, tmp_path):
    target = tmp_path / "again.wav"
    program, *words = shlex.split(replay_command(folder, target))
    assert program == "workbench" and main(words) == 0
    again, rate_hz = read_sound(target)
    output, _ = read_sound(folder / "output.wav")
    assert rate_hz == RATE_HZ
    np.testing.assert_array_equal(again, output)


def test_check_and_json(folder, capsys):
    assert main(["replay", str(folder), "--check", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["complete"] and found["check"]["first_different"] is None
    assert found["markers"][0]["note"] == "now"


def test_other_settings_give_another_output_of_the_same_length(folder, tmp_path):
    target = tmp_path / "other.wav"
    assert main(["replay", str(folder), "--out", str(target), "--set", "enhance.attenuation_limit_db=40"]) == 0
    other, _ = read_sound(target)
    source, _ = read_sound(folder / "input.wav")
    output, _ = read_sound(folder / "output.wav")
    assert other.shape == source.shape
    assert np.sqrt(np.mean(other[:, RATE_HZ:] ** 2)) < 0.7 * np.sqrt(np.mean(output[:, RATE_HZ:] ** 2))


@pytest.mark.parametrize(
    ("more", "words"), [([], "say what for"), (["--check", "--set", "enhance.decay_ms=90"], "need --out")]
)
def test_what_makes_no_sense_is_refused(folder, capsys, more, words):
    assert main(["replay", str(folder), *more]) == 2
    assert words in capsys.readouterr().err


def test_a_folder_that_is_no_session(tmp_path, capsys):
    assert main(["replay", str(tmp_path), "--check"]) == 2
    assert "no recording with a journal" in capsys.readouterr().err
