"""The command on a session that a real chain recorded."""

import json
import shlex

import numpy as np
import pytest
import soundfile

from tests.engine.test_replay import record
from workbench.audio.files import read_sound
from workbench.cli import main
from workbench.core import params as parameters
from workbench.core.params import Params
from workbench.dsp.bands import RATE_HZ
from workbench.engine.command_line import replay_command
from workbench.engine.offline import process_file


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


@pytest.mark.parametrize("from_sample", [480, 30001])
def test_from_a_moment_on_it_is_the_same_bits(folder, tmp_path, from_sample):
    target = tmp_path / "from here.wav"
    _, *words = shlex.split(replay_command(folder, target, from_sample))
    assert main(words) == 0
    again, _ = read_sound(target)
    output, _ = read_sound(folder / "output.wav")
    np.testing.assert_array_equal(again, output[:, from_sample:])


def test_a_run_in_is_near_but_not_all(folder, tmp_path):
    target = tmp_path / "near.wav"
    assert main(["replay", str(folder), "--out", str(target), "--from-sample", "48000", "--run-in", "0.5"]) == 0
    again, _ = read_sound(target)
    output, _ = read_sound(folder / "output.wav")
    assert again.shape[1] == output.shape[1] - 48000
    error = np.sqrt(np.mean((again - output[:, 48000:]) ** 2) / np.mean(output[:, 48000:] ** 2))
    assert error < 0.5


def test_a_moment_through_ones_own_settings(folder, tmp_path):
    """The line of a moment with own settings is complete: it does not hang on what the session had."""
    target, direct = tmp_path / "own.wav", tmp_path / "direct.wav"
    params = parameters.replace(Params(), {"enhance.attenuation_limit_db": 30.0, "output.gain_db": -6.0})
    _, *words = shlex.split(replay_command(folder, target, 24000, params))
    assert main(words) == 0
    process_file(folder / "input.wav", direct, params, begin_s=0.5)
    np.testing.assert_array_equal(read_sound(target)[0], read_sound(direct)[0])
    source, _ = read_sound(folder / "input.wav")
    assert read_sound(target)[0].shape[1] == source.shape[1] - 24000


def test_check_and_json(folder, capsys):
    assert main(["replay", str(folder), "--check", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["complete"] and found["check"]["first_different"] is None
    assert "now" in [marker["note"] for marker in found["markers"]]  # a halted computer sets one too


def test_other_settings_give_another_output_of_the_same_length(folder, tmp_path):
    target = tmp_path / "other.wav"
    assert main(["replay", str(folder), "--out", str(target), "--set", "enhance.attenuation_limit_db=40"]) == 0
    other, _ = read_sound(target)
    source, _ = read_sound(folder / "input.wav")
    output, _ = read_sound(folder / "output.wav")
    assert other.shape == source.shape
    assert np.sqrt(np.mean(other[:, RATE_HZ:] ** 2)) < 0.7 * np.sqrt(np.mean(output[:, RATE_HZ:] ** 2))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ([], "say what for"),
        (["--check", "--set", "enhance.decay_ms=90"], "need --out"),
        (["--check", "--from-sample", "5"], "need --out"),
        (["--out", "x.wav", "--from-sample", "-5"], "must be 0 or more"),
        (["--out", "x.wav", "--from-sample", "5", "--run-in", "nan"], "must be 0 or more"),
        (["--out", "x.wav", "--from-sample", "999999999"], "no sound from sample"),
    ],
)
def test_what_makes_no_sense_is_refused(folder, capsys, more, words):
    assert main(["replay", str(folder), *more]) == 2
    assert words in capsys.readouterr().err


def test_a_folder_that_is_no_session(tmp_path, capsys):
    assert main(["replay", str(tmp_path), "--check"]) == 2
    assert "no recording with a journal" in capsys.readouterr().err
