"""Recording onto disks that are full or cannot be written: file systems in memory, mounted for one process alone."""

import json
import shutil
import subprocess
import sys

import pytest

SCRIPT = """
import json, sys, time
from pathlib import Path

import soundfile

from tests.engine.watched import WatchedSession
from workbench.engine.settings import Settings

disk, kind, words = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
session = WatchedSession(Settings(source="room", sink="none", layout=""))
session.play()
session.recording_kind = kind
session.start_recording(disk)
first, failed = session.says(words)
state = session.becomes("running", from_now=True)
session.start_recording(disk)
again, failed_again = session.says("choose another folder")
then = session.becomes("running", from_now=True)
session.becomes(lambda health: health.elapsed_s > then.elapsed_s + 0.5)
session.close()
files = {}
for path in sorted(disk.rglob("*." + kind)):
    if path.stat().st_size:
        samples, rate_hz = soundfile.read(path)
        files.setdefault(path.name, []).append(len(samples) / rate_hz)
print(json.dumps({"first": first, "again": again, "failed": [failed, failed_again], "files": files,
                  "recording_s": [state.recording_s, then.recording_s]}))
"""
NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]


def on_disk(tmp_path, options, kind, words):
    """What the script finds on a file system with these mount options."""
    if shutil.which("unshare") is None or subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode:
        pytest.skip("needs a mount namespace of its own")
    mount = f"mount -t tmpfs -o {options} none '{tmp_path}' && exec \"$@\""
    command = [*NAMESPACE, "sh", "-c", mount, "sh", sys.executable, "-c", SCRIPT, str(tmp_path), kind, words]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_a_full_disk_ends_the_recording_alone_and_all_but_the_last_second_opens(tmp_path, kind):
    found = on_disk(tmp_path, "size=6m", kind, "Recording stopped")
    assert found["first"].startswith("Recording stopped after ") and "No space left on device" in found["first"]
    assert str(tmp_path) in found["first"]
    assert found["failed"] == [True, True] and found["recording_s"] == [None, None]
    assert "No space left" in found["again"] and "choose another folder" in found["again"]
    said_s = float(found["first"].split()[3])
    assert said_s > 1.0
    lengths = [found["files"][f"{name}.{kind}"][0] for name in ("input", "output")]
    assert all(said_s - 1.0 <= length <= said_s + 0.1 for length in lengths), (said_s, lengths)


def test_a_folder_that_cannot_be_written_is_said_and_the_sound_goes_on(tmp_path):
    found = on_disk(tmp_path, "ro", "wav", "cannot")
    assert "cannot record there (Read-only file system)" in found["first"]
    assert "choose another folder" in found["first"] and str(tmp_path) in found["first"]
    assert found["failed"] == [True, True] and found["recording_s"] == [None, None] and found["files"] == {}
