"""What several commands share: arguments that are refused by name before any work."""

import argparse

import pytest

from workbench.cli import main
from workbench.commands.common import (
    add_environment_arguments,
    check_block,
    made_folder,
    number_from,
    parse_variables,
    resumable,
    whole_from,
)
from workbench.core.errors import InputError


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["evaluate", "enhance", "--set", "x", "--gain-db", "nan"], "--gain-db: nan: has to be a number from -200 to"),
        (["evaluate", "scenes", "--out", "x", "--speech", "x", "--gain-sigma-db", "-1"], "number from 0 to 20"),
        (["evaluate", "scenes", "--out", "x", "--speech", "x", "--position-sigma-mm", "inf"], "number from 0 to 100"),
        (["evaluate", "scenes", "--out", "x", "--speech", "x", "--seed", "-1"], "--seed: -1: has to be a whole number"),
        (["evaluate", "beam", "--seed", "1.5"], "--seed: 1.5: has to be a whole number, 0 or more"),
        (["train", "enhance", "--speech", "x", "--noise", "x", "--out", "x", "--seed", "-1"], "--seed: -1"),
    ],
)
def test_numbers_out_of_range_are_refused_by_name(capsys, words, said):
    with pytest.raises(SystemExit) as ended:
        main(words)
    captured = capsys.readouterr()
    assert ended.value.code == 2 and said in captured.err and captured.out == ""


def test_numbers_in_range_come_through():
    assert whole_from(0)("12") == 12 and number_from(-1, 1)("-0.5") == -0.5
    with pytest.raises(argparse.ArgumentTypeError, match="x: has to be a number from 0 to 1"):
        number_from(0, 1)("x")


@pytest.mark.parametrize("block", [0, -1, 8193])
def test_a_block_that_no_device_has_is_refused(block):
    check_block(None)
    check_block(8192)
    with pytest.raises(InputError, match=f"--block {block}: must be from 1 to 8192"):
        check_block(block)


def test_a_folder_is_made_or_refused(tmp_path):
    assert made_folder(tmp_path / "a" / "b").is_dir() and made_folder(tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made a folder"):
        made_folder(tmp_path / "file")


def test_an_interrupted_training_says_where_its_checkpoint_is(tmp_path, capsys):
    with pytest.raises(KeyboardInterrupt), resumable(tmp_path):
        raise KeyboardInterrupt
    assert capsys.readouterr().err == "", "there is none yet"
    (tmp_path / "checkpoint.pt").write_bytes(b"")
    with pytest.raises(KeyboardInterrupt), resumable(tmp_path):
        raise KeyboardInterrupt
    assert f"the checkpoint is in {tmp_path}. Go on with the same command and --resume." in capsys.readouterr().err


def test_variables_of_the_audio_processes_are_read_for_each_end():
    parser = argparse.ArgumentParser()
    add_environment_arguments(parser)
    args = parser.parse_args(["--source-env", "A=1", "--source-env", "B=x=y"])
    assert parse_variables("--source-env", args.source_env) == {"A": "1", "B": "x=y"} and args.sink_env == []
    with pytest.raises(InputError, match="--sink-env 'A': expected NAME=VALUE"):
        parse_variables("--sink-env", ["A"])
