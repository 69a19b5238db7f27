"""`workbench live --record-tracks`: each talker of the simulated room as a file of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soundfile

from workbench.audio.file_sink import FileSink
from workbench.cli import main
from workbench.core.errors import EarshotError

WORDS = ["live", "--source", "room:two-talkers-fan", "--array", "uca8-100mm", "--json"]
WORDS += ["--set", "localize.method=srp", "--set", "enhance.method=classical"]


def azimuths_deg(folder: Path) -> list[float]:
    """All directions that stand in the talkers' ways; a row that is just being written is left out."""
    rows = [row for path in folder.glob("*.csv") for row in path.read_text(encoding="utf-8").split("\n")[1:-1]]
    return [float(row.split(",")[1]) for row in rows]


def test_talkers_are_complete_also_when_the_output_cannot_be(tmp_path, monkeypatch, capsys):
    def full(self):
        raise EarshotError("out.wav: cannot be written (No space left on device)")

    monkeypatch.setattr(FileSink, "close", full)
    out = ["--sink", f"file:{tmp_path / 'out.wav'}", "--seconds", "0.2"]
    assert main([*WORDS, *out, "--record-tracks", str(tmp_path / "talkers")]) == 1
    assert "No space left" in capsys.readouterr().err
    assert json.loads((tmp_path / "talkers" / "talkers.json").read_text(encoding="utf-8"))["complete"]


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_each_talker_of_the_room_is_recorded(tmp_path):
    """Until Ctrl-C: how soon the localizer is sure of a talker depends on what else the machine has to do."""
    folder = tmp_path / "talkers"
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", *WORDS, "--record-tracks", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    )
    try:
        deadline = time.monotonic() + 120
        # The first of them stands at 45 degrees, and walks slowly to and fro.
        while not any(abs(azimuth_deg - 45.0) < 6.0 for azimuth_deg in azimuths_deg(folder)):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130 and f"{folder}: " in said, said
    listed = json.loads((folder / "talkers.json").read_text(encoding="utf-8"))
    assert listed["complete"] and listed["array"] == "uca8-100mm"
    # The recording begins with the second hop: the first one is faded out, so that the chain begins anew.
    assert listed["seconds"] == pytest.approx(json.loads(printed)["samples_in"] / 48000 - 0.01, abs=1e-6)
    assert {talker["path"] for talker in listed["talkers"]} == {path.name for path in folder.glob("*.csv")}
    for talker in listed["talkers"]:
        assert soundfile.info(folder / talker["file"]).samplerate == 48000
