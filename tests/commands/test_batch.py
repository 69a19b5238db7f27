"""`workbench batch` from the command line."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile

from workbench.cli import main

RECIPE = 'earshot_recipe = 1\n[params.enhance]\nmethod = "classical"\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "talks").mkdir()
    for number in range(3):
        sound = 0.1 * np.random.default_rng(number).standard_normal(4800)
        soundfile.write(tmp_path / "talks" / f"{number}.wav", sound, 48000)
    (tmp_path / "gentle.toml").write_text(RECIPE)
    return tmp_path


def test_results_lie_in_a_folder_named_like_the_recipe(folder, capsys):
    assert main(["batch", "gentle.toml", "talks", "--jobs", "1"]) == 0
    assert "3 files done" in capsys.readouterr().out
    assert sorted(p.name for p in (folder / "gentle").glob("*.flac")) == ["0.flac", "1.flac", "2.flac"]
    assert main(["batch", "gentle.toml", "talks", "--jobs", "1"]) == 0
    assert "3 were done before" in capsys.readouterr().out


def test_failures_are_listed_with_reasons_and_counted_in_the_exit_code(folder, capsys):
    (folder / "talks" / "1.wav").write_bytes(b"")
    assert main(["batch", "gentle.toml", "talks", "gone.wav", "--out", "o", "--jobs", "1", "--json"]) == 1
    said = capsys.readouterr()
    report = json.loads(said.out)
    assert report == json.loads((folder / "o" / "report.json").read_text())
    assert (report["files"], report["finished"], report["skipped"]) == (4, 2, 0)
    reasons = {failure["file"].rpartition("/")[2]: failure["reason"] for failure in report["failed"]}
    assert "empty" in reasons["1.wav"] and "no such file" in reasons["gone.wav"]
    assert all(reason in said.err for reason in reasons.values())


def test_a_list_of_files(folder, capsys):
    (folder / "list.txt").write_text("talks/0.wav\n\ntalks/2.wav\n")
    assert main(["batch", "gentle.toml", "--files-from", "list.txt", "--jobs", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["finished"] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["missing.toml", "talks"], "missing.toml"),
        (["talks/0.wav", "talks"], "talks/0.wav"),
        (["gentle.toml"], "no files"),
        (["gentle.toml", "talks", "--jobs", "0"], "--jobs"),
        (["gentle.toml", "--files-from", "none.txt"], "none.txt"),
        (["gentle.toml", "--files-from", "talks/0.wav"], "talks/0.wav"),
        (["gentle.toml", "talks", "--scheduler", "nonsense://x"], "--scheduler"),
    ],
)
def test_bad_arguments(folder, capsys, words, said):
    assert main(["batch", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_leaves_nothing_half_written_and_the_same_command_goes_on(folder):
    minute = 0.1 * np.random.default_rng(9).standard_normal(48000 * 60)
    with soundfile.SoundFile(folder / "talks" / "long.wav", "w", 48000, 1, "PCM_16") as long:
        for _ in range(20):
            long.write(minute)
    words = ["batch", "gentle.toml", "talks", "--jobs", "2"]
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", *words],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    unfinished = folder / "gentle" / ".unfinished"
    deadline = time.monotonic() + 240
    journal = folder / "gentle" / "batch.jsonl"
    while not journal.exists() or journal.read_text().count('"sha256"') < 3 or not list(unfinished.glob(".*")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers as well
    _, said = process.communicate(timeout=240)
    assert process.returncode == 130 and "goes on from there" in said and "Traceback" not in said
    assert not unfinished.exists()
    assert sorted(p.name for p in (folder / "gentle").glob("*.flac")) == ["0.flac", "1.flac", "2.flac"]
    soundfile.write(folder / "talks" / "long.wav", minute[:4800], 48000)
    assert main([*words[:-1], "1", "--json", "r.json"]) == 0
    assert (json.loads((folder / "r.json").read_text())["skipped"]) == 3
