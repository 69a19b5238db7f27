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

from workbench.engine.session import Session
from workbench.engine.settings import Settings

disk, kind = Path(sys.argv[1]), sys.argv[2]
session = Session(Settings(source="room", sink="none", layout=""))
health = lambda: session.mailbox.health

def wait(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, health().message
        time.sleep(0.02)

session.start()
wait(lambda: health().state == "running")
session.recording_kind = kind
session.start_recording(disk)
wait(lambda: health().failed and ("stopped" in health().message or "cannot" in health().message))
first = health()
hops = session.mailbox.snapshots.next_sequence
session.start_recording(disk)
wait(lambda: session.mailbox.snapshots.next_sequence > hops + 50)
again = health()
session.stop()
session.close()
files = {}
for path in sorted(disk.rglob("*." + kind)):
    if path.stat().st_size:
        samples, rate_hz = soundfile.read(path)
        files.setdefault(path.name, []).append(len(samples) / rate_hz)
print(json.dumps({"first": first.message, "state": first.state, "again": again.message, "then": again.state,
                  "recording_s": first.recording_s, "files": files}))
"""
NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]


def on_disk(tmp_path, options, kind):
    """What the script finds on a file system with these mount options."""
    if shutil.which("unshare") is None or subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode:
        pytest.skip("needs a mount namespace of its own")
    mount = f"mount -t tmpfs -o {options} none '{tmp_path}' && exec \"$@\""
    command = [*NAMESPACE, "sh", "-c", mount, "sh", sys.executable, "-c", SCRIPT, str(tmp_path), kind]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.timeout(150)
@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_a_full_disk_ends_the_recording_alone_and_all_but_the_last_second_opens(tmp_path, kind):
    found = on_disk(tmp_path, "size=6m", kind)
    assert found["first"].startswith("Recording stopped after ") and "No space left on device" in found["first"]
    assert str(tmp_path) in found["first"]
    assert (found["state"], found["then"], found["recording_s"]) == ("running", "running", None)
    assert "No space left" in found["again"] and "choose another folder" in found["again"]
    said_s = float(found["first"].split()[3])
    assert said_s > 1.0
    lengths = [found["files"][f"{name}.{kind}"][0] for name in ("input", "output")]
    assert all(said_s - 1.0 <= length <= said_s + 0.1 for length in lengths), (said_s, lengths)


@pytest.mark.timeout(150)
def test_a_folder_that_cannot_be_written_is_said_and_the_sound_goes_on(tmp_path):
    found = on_disk(tmp_path, "ro", "wav")
    assert "cannot record there (Read-only file system)" in found["first"]
    assert "choose another folder" in found["first"] and str(tmp_path) in found["first"]
    assert (found["state"], found["then"], found["files"]) == ("running", "running", {})
