import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import types
from pathlib import Path

import pytest

from workbench.__main__ import main as program
from workbench.cli import COMMANDS, main, opens_window
from workbench.core.errors import DeviceError

PROGRAM = [sys.executable, "-m", "workbench"]


def test_every_command_has_its_module_and_help(capsys):
    for name in COMMANDS:
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        assert ended.value.code == 0
        assert f"workbench {name}" in capsys.readouterr().out


def test_params_lists_every_parameter_as_json(capsys):
    assert main(["params", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    beta = next(row for row in rows if row["path"] == "enhance.postfilter_beta")
    assert set(beta) == {"path", "type", "unit", "range", "default", "label", "help"}


def test_params_as_a_table(capsys):
    assert main(["params"]) == 0
    assert "enhance.strength_percent" in capsys.readouterr().out


@pytest.mark.parametrize("argv", [["nonsense"], ["live", "--nonsense"], ["enhance"]])
def test_bad_arguments_exit_with_two(argv):
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2


def test_bad_input_exits_with_two_and_says_why(capsys):
    assert main(["enhance", "nowhere.wav", "out.wav"]) == 2
    assert "nowhere.wav" in capsys.readouterr().err


def test_a_missing_device_exits_with_one(capsys):
    assert main(["live", "--source", "device:ALSA/nothing at all", "--seconds", "1"]) == 1
    assert "nothing at all" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["--theme", "light"], ["--source", "room"], ["-v"]])
def test_options_alone_open_the_window(argv, monkeypatch):
    seen = []
    module = types.SimpleNamespace(main=lambda words: seen.append(words) or 0)
    monkeypatch.setitem(sys.modules, "workbench.ui.app", module)
    assert program(argv) == 0
    assert seen == [[word for word in argv if word != "-v"]]


def test_a_file_opens_the_window_on_it_unless_a_command_has_its_name(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("talk.wav", "params"):
        (tmp_path / name).touch()
    assert opens_window(["talk.wav"]) and opens_window(["-v", "talk.wav", "--stopped"])
    assert not opens_window(["params"]) and not opens_window(["gone.wav"])


@pytest.mark.parametrize("argv", [["--version"], ["--help"]])
def test_information_opens_no_window(argv, capsys):
    with pytest.raises(SystemExit) as ended:
        program(argv)
    assert ended.value.code == 0
    assert "Earshot" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("error", [ImportError("initialization failed"), DeviceError("PortAudio"), KeyboardInterrupt()])
def test_an_interruption_is_130_whatever_became_of_it_on_the_way(monkeypatch, capsys, error):
    """The modules of some libraries make other errors of it."""

    def interrupted(args):
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        raise error

    monkeypatch.setattr("workbench.commands.params.run", interrupted)
    assert program(["params"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_command_imports_neither_qt_nor_torch():
    code = (
        "import sys; from workbench.cli import main; main(['params']); "
        "sys.exit('PySide6' in sys.modules or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL).returncode == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full")
@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["params"], 1, "workbench: No space left on device\n"),
        (["params", "--json", "/dev/full"], 2, "workbench: /dev/full: cannot be written (No space left on device)\n"),
    ],
)
def test_a_full_disk_behind_the_output_is_said(words, status, said):
    with open("/dev/full", "w") as full:
        done = subprocess.run([*PROGRAM, *words], stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (status, said)
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


@pytest.mark.parametrize("words", [["params"], ["params", "--json"], ["devices", "--json"]])
def test_who_no_longer_reads_is_told_nothing(words):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*PROGRAM, *words], stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert done.returncode == 1 and "Broken" not in done.stderr and "Exception" not in done.stderr


def test_a_result_that_could_not_be_written_is_refused_before_the_work(tmp_path, capsys):
    words = ["simulate", "one-talker-still", "--out", str(tmp_path / "set"), "--seconds", "0.5"]
    assert main([*words, "--json", str(tmp_path / "none" / "x.json")]) == 2
    assert "x.json: cannot be written" in capsys.readouterr().err and list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_exit_code_is_130_also_where_the_interpreter_would_end_itself_by_a_signal(tmp_path):
    """As it does for `python -m` when Ctrl-C comes in the midst of code that is made of text."""
    (tmp_path / "interrupted.py").write_text("""
import atexit, runpy, signal, sys
from workbench.commands import params

def run(args):
    print("begun")
    exec("signal.raise_signal(signal.SIGINT)", {"signal": signal})

params.run = run
atexit.register(lambda: print("cleared up"))
sys.argv = ["workbench", "params"]
runpy.run_module("workbench", run_name="__main__")
""")
    done = subprocess.run(
        [sys.executable, "-m", "interrupted"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "begun\ncleared up\n", "")
