"""A run that was killed is found at the next start, with what it had been recording."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from workbench.audio.files import read_sound
from workbench.engine.run_marker import RunMarker, crashed_runs

PROGRAM = """
import sys, time
from pathlib import Path
import numpy as np
from workbench.audio.wav_writer import WavWriter
from workbench.engine.run_marker import RunMarker
marker = RunMarker(Path(sys.argv[1]))
folder = Path(sys.argv[2])
folder.mkdir()
marker.recording_begins(folder)
writers = [WavWriter(folder / name, 2, 48000) for name in ("input.wav", "output.wav")]
for writer in writers:
    writer.write(np.full((48000, 2), 0.5, np.float32))
    writer.update_header()
    writer.write(np.full((24000, 2), 0.25, np.float32))
print("there", flush=True)
time.sleep(600)
"""


@pytest.fixture
def killed(tmp_path):
    """A run that recorded, and was killed."""
    folder = tmp_path / "a recording – ü"
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "runs"), str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert program.stdout.readline() == "there\n"
    yield program, folder
    if program.poll() is None:
        os.kill(program.pid, signal.SIGKILL)
    program.wait()
    program.stdout.close()


def test_a_killed_run_is_found_once_and_its_recording_is_repaired(tmp_path, killed):
    program, folder = killed
    assert crashed_runs(tmp_path / "runs") == ()  # it lives
    program.kill()
    program.wait()
    (run,) = crashed_runs(tmp_path / "runs")
    (saved,) = run.recordings
    assert (saved.folder, saved.problem) == (folder, "")
    assert (saved.seconds, saved.repaired_s) == (1.5, 0.5)
    samples, _ = read_sound(folder / "output.wav")
    np.testing.assert_array_equal(samples[0, [0, 48000]], [0.5, 0.25])
    assert crashed_runs(tmp_path / "runs") == () and run.began and run.version


def test_a_run_that_ends_in_order_leaves_nothing(tmp_path):
    marker = RunMarker(tmp_path / "runs")
    marker.recording_begins(tmp_path)
    assert len(list((tmp_path / "runs").iterdir())) == 1
    marker.recording_ended(tmp_path)
    assert json.loads(marker.path.read_bytes())["recordings"] == []
    marker.close()
    marker.close()
    assert not list((tmp_path / "runs").iterdir())


def test_what_became_of_a_recording_is_said(tmp_path):
    runs = tmp_path / "runs"
    runs.mkdir()
    for name in ("empty", "broken"):
        (tmp_path / name).mkdir()
    (tmp_path / "broken" / "input.wav").write_bytes(b"nothing")
    recordings = [str(tmp_path / name) for name in ("moved", "empty", "broken")]
    (runs / "run-1-1.json").write_text(json.dumps({"earshot_run": 1, "began": "now", "recordings": recordings}))
    (runs / "run-1-2.json").write_text("{")
    (run,) = crashed_runs(runs)
    assert ["not there any more" in run.recordings[0].problem, "no sound" in run.recordings[1].problem] == [True, True]
    assert "not a sound file" in run.recordings[2].problem
    assert not list(runs.iterdir())


def test_a_folder_that_cannot_be_made_costs_only_the_mark(tmp_path):
    (tmp_path / "file").write_text("")
    marker = RunMarker(tmp_path / "file" / "runs")
    marker.recording_begins(tmp_path)
    marker.close()
    assert crashed_runs(tmp_path / "file" / "runs") == ()


def test_the_sessions_recordings_are_marked(tmp_path):
    from tests.engine.watched import WatchedSession
    from workbench.engine.settings import Settings

    marker = RunMarker(tmp_path / "runs")
    session = WatchedSession(Settings(source="room", sink="none"), run=marker)
    try:
        session.play()
        session.start_recording(tmp_path / "recordings")
        session.becomes(lambda health: health.recording_s is not None)
        (folder,) = json.loads(marker.path.read_bytes())["recordings"]
        assert folder == str(session.recording_folder)
        session.stop_recording()
        session.becomes(lambda health: health.recording_s is None)
        assert json.loads(marker.path.read_bytes())["recordings"] == [] and session.recording_folder is None
    finally:
        session.close()
        marker.close()


def test_a_run_that_is_just_beginning_is_left_alone(tmp_path):
    beginning = tmp_path / "run-1-1.json"
    beginning.touch()
    assert crashed_runs(tmp_path) == () and beginning.exists()
