"""A recording's journal gives its output again; what is damaged is named."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace as changed

import numpy as np
import pytest
import soundfile

from tests.engine.watched import WatchedSession, until
from workbench.audio.files import read_sound
from workbench.core.errors import InputError
from workbench.core.params import Params, get
from workbench.core.params import replace as replaced
from workbench.dsp.bands import RATE_HZ
from workbench.engine import designs, journal, recorded_session, replay
from workbench.engine.session import Session
from workbench.engine.settings import Settings


def record(folder, source, act, array="", layout="", seconds=0.6, params=None):
    """A session that plays a file, is recorded while `act` does something every so many seconds of sound, and ends."""
    session = WatchedSession(Settings(params=params or Params(), source=source, array=array, layout=layout))
    session.play()
    session.start_recording(folder)
    until(lambda: session.recorded_samples > 0.2 * RATE_HZ)
    for step in act(session):
        step()
        end = session.recorded_samples + seconds * RATE_HZ
        until(lambda end=end: session.recorded_samples > end)
    session.stop_recording()
    session.says("Recorded")
    session.close()
    return next(path for path in folder.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Four microphones hear noise; beam, enhancement, loudspeakers and both sides are changed while it runs."""
    folder = tmp_path_factory.mktemp("sessions with ümlaut")
    noise = np.random.default_rng(0).normal(0, 0.1, (5 * RATE_HZ, 4)).astype(np.float32)
    noise *= np.linspace(0.2, 1, len(noise))[:, None]
    soundfile.write(folder / "noise.wav", noise, RATE_HZ, "FLOAT")

    def act(session):
        yield lambda: session.set({"enhance.strength_percent": 50.0, "enhance.method": "classical"})
        yield lambda: session.set({"beamformer.steering_deg": 40.0, "beamformer.method": "superdirective"})
        yield lambda: session.ab.choose("b")
        yield lambda: session.set({"render.virtual_deg": 20.0, "output.gain_db": -3.0})
        yield lambda: session.mark("hier – jetzt")
        yield lambda: session.ab.choose("a")
        yield lambda: session.set({"output.bypass": True})

    path = record(folder, f"file:{folder / 'noise.wav'}", act, "square4-30mm", "pair-100mm")
    return recorded_session.open_session(path)


def test_input_and_journal_give_the_output_bit_for_bit(recorded):
    found = replay.compare(recorded)
    assert found.samples > 2 * RATE_HZ
    assert found.first_different is None and found.largest_difference == 0.0
    assert recorded.complete and recorded.doubts == ()


def test_a_network_that_is_loaded_meanwhile_is_there_for_both_sides_from_one_hop_on(recorded, tmp_path, monkeypatch):
    """Each side has its own, and on a busy machine the second is ready long after the first."""
    made = designs.NetworkGains

    def slow(channels, network):
        time.sleep(0.3)
        return made(channels, network)

    monkeypatch.setattr(designs, "NetworkGains", slow)
    params = replaced(Params(), {"enhance.method": "classical"})
    noise = recorded.folder.parent / "noise.wav"
    session = WatchedSession(Settings(params=params, source=f"file:{noise}", array="", layout=""))
    try:
        session.play()
        session.start_recording(tmp_path)
        until(lambda: session.recorded_samples > 0)
        session.ab.choose("b")
        session.set({"enhance.method": "percepnet-small"})
        session.ab.choose("a")
        until(lambda: "percepnet-small" in session.methods_ready)
        for side in "aba":
            session.ab.choose(side)
            end = session.recorded_samples + RATE_HZ
            until(lambda end=end: session.recorded_samples > end)
        session.stop_recording()
        session.says("Recorded")
    finally:
        session.close()
    again = recorded_session.open_session(next(tmp_path.iterdir()))
    assert any("percepnet-small" in event.get("methods", ()) for event in again.events)
    assert replay.compare(again).first_different is None


def render_files(folder):
    """Those with loudspeaker filters, of all that are written to their end."""
    found = []
    for path in folder.glob("*.npz"):
        with contextlib.suppress(zipfile.BadZipFile, EOFError, ValueError), np.load(path) as table:
            found += [path] if str(table["kind"]) == "render" else []
    return found


def test_a_slider_dragged_in_a_room_replays_and_its_paths_lie_on_the_disk_once(recorded, tmp_path):
    params = replaced(Params(), {"render.room": True, "render.audition": True, "enhance.method": "classical"})
    noise = recorded.folder.parent / "noise.wav"
    settings = Settings(params=params, source=f"file:{noise}", array="square4-30mm", layout="pair-100mm")
    session = WatchedSession(settings)
    try:
        session.play()
        shown = session.mailbox
        until(lambda: shown.loudspeaker_response and shown.loudspeaker_response.detail.depth)  # the room is there
        session.start_recording(tmp_path)
        until(lambda: session.recorded_samples > 0)
        (folder,) = tmp_path.iterdir()
        files = folder / journal.DESIGNS_NAME
        until(lambda: render_files(files))
        for degrees in range(20, 26):
            already = len(render_files(files))
            session.set({"render.virtual_deg": float(degrees)}, "drag")
            until(lambda already=already: len(render_files(files)) > already)
        session.stop_recording()
        session.says("Recorded")
    finally:
        session.close()
    assert replay.compare(recorded_session.open_session(folder)).first_different is None
    paths = []
    for path in render_files(files):
        with np.load(path) as table:
            paths.append(table["audition_fir"].nbytes)
    assert len(paths) >= 7 and sorted(paths)[:-2] == [0] * (len(paths) - 2)  # free field at most, and the room


def test_the_journal_says_what_was_done_and_when(recorded):
    (time_s,) = [time_s for time_s, note in recorded.markers if note == "hier – jetzt"]
    assert 0 < time_s < 60
    sides = [event["params"] for event in recorded.events if "params" in event]
    assert len(sides[0][0]) > 40 and {"enhance.strength_percent": 50.0, "enhance.method": "classical"} in [
        side[0] for side in sides
    ]
    begin = replay.side_of(recorded, 0)
    assert get(begin, "enhance.strength_percent") == 100.0
    assert get(replay.side_of(recorded, round(time_s * RATE_HZ)), "render.virtual_deg") == 20.0


def test_it_is_noticed_when_the_output_is_another(recorded, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(recorded.folder, copy)
    samples, rate_hz = read_sound(copy / "output.wav")
    samples = np.array(samples)
    samples[1, 4711] += 1e-3
    soundfile.write(copy / "output.wav", samples.T, rate_hz, "FLOAT")
    found = replay.compare(recorded_session.open_session(copy))
    assert found.first_different == 4711 and found.largest_difference == pytest.approx(1e-3, rel=1e-3)


def test_the_replay_is_written_as_a_file(recorded, tmp_path):
    target = tmp_path / "again.wav"
    seconds = replay.replay(recorded, target)
    again, _ = read_sound(target)
    output, _ = read_sound(recorded.output_path)
    assert seconds == pytest.approx(again.shape[1] / RATE_HZ)
    np.testing.assert_array_equal(again, output)


def test_a_crash_leaves_what_was_there(recorded, tmp_path):
    copy = tmp_path / "crashed"
    shutil.copytree(recorded.folder, copy)
    lines = (copy / journal.EVENTS_NAME).read_text(encoding="utf-8").splitlines()
    (copy / journal.EVENTS_NAME).write_text("\n".join(lines[:-1]) + '\n{"at": 4711, "par', encoding="utf-8")
    opened = recorded_session.open_session(copy)
    assert not opened.complete
    assert replay.compare(opened).first_different is None


def damage(folder, change):
    path = folder / journal.EVENTS_NAME
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: [lines[0].replace('"earshot_session": ', '"earshot_session": 99'), *lines[1:]], "newer"),
        (lambda lines: lines[1:], "not the journal"),
        (lambda lines: [lines[0], "{", *lines[1:]], "line 2 is damaged"),
        (lambda lines: [lines[0], '{"x": 1}', *lines[1:]], "without its sample index"),
        (lambda lines: [lines[0], '{"at": 0, "params": [{"enhance.x": 1}, {}]}', *lines[1:]], "at sample 0: enhance.x"),
        (lambda lines: [lines[0], '{"at": 0, "choice": 7}', *lines[1:]], "the line is damaged"),
        (lambda lines: [lines[0].replace('"limit"', '"no"'), *lines[1:]], "lacks 'limit'"),
        (lambda lines: [lines[0].replace('"mics"', '"no"'), *lines[1:]], "first line is damaged"),
        (lambda lines: [lines[0].replace('"render_delay": ', '"render_delay": 1e999, "no": '), *lines[1:]], "damaged"),
        (lambda lines: [lines[0].replace('"render_delay": ', '"render_delay": -'), *lines[1:]], "a delay of -"),
        (lambda lines: [lines[0].replace('"input_channels": 4', '"input_channels": 2'), *lines[1:]], "4 channels"),
    ],
)
def test_damaged_journals_are_named(recorded, tmp_path, change, words):
    copy = tmp_path / "damaged"
    shutil.copytree(recorded.folder, copy)
    damage(copy, change)
    with pytest.raises(InputError, match=words):
        replay.compare(recorded_session.open_session(copy))


def test_what_is_missing_is_named(recorded, tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        recorded_session.open_session(tmp_path / "nowhere")
    with pytest.raises(InputError, match="no recording with a journal"):
        recorded_session.open_session(tmp_path)
    copy = tmp_path / "half"
    shutil.copytree(recorded.folder, copy)
    (copy / journal.DESIGNS_NAME / "2.npz").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"2\.npz: missing or damaged"):
        replay.compare(recorded_session.open_session(copy))
    (copy / "input.wav").unlink()
    with pytest.raises(InputError, match="recorded input is missing"):
        recorded_session.open_session(copy)


def test_a_moved_session_replays(recorded, tmp_path):
    moved = tmp_path / "an other place"
    shutil.copytree(recorded.folder, moved)
    assert replay.compare(recorded_session.open_session(moved)).first_different is None


def test_a_marker_needs_a_recording():
    session = Session()
    with pytest.raises(InputError, match="press R first"):
        session.mark("x")
    session.close()


KILLED = """
import sys, time
from pathlib import Path
from workbench.engine.session import Session
from workbench.engine.settings import Settings
session = Session(Settings(source="file:" + sys.argv[1], array="square4-30mm", layout=""))
session.start()
while session.mailbox.health.state != "running":
    time.sleep(0.02)
session.start_recording(Path(sys.argv[2]))
number = 0
while True:
    number += 1
    session.set({"enhance.strength_percent": float(number % 100)})
    time.sleep(0.05)
"""


def length_s(path):
    """Of a recording that goes on: as far as its newest header says."""
    try:
        return soundfile.info(path).frames / RATE_HZ
    except soundfile.LibsndfileError:
        return 0.0


def test_kill_9_leaves_a_session_that_opens_and_replays(recorded, tmp_path):
    noise = recorded.folder.parent / "noise.wav"
    program = subprocess.Popen([sys.executable, "-c", KILLED, str(noise), str(tmp_path)])
    try:
        until(lambda: [length_s(file) > 1.5 for file in sorted(tmp_path.glob("*/*.wav"))] == [True, True])
    finally:
        os.kill(program.pid, signal.SIGKILL)
        program.wait()
    opened = recorded_session.open_session(next(tmp_path.iterdir()))
    assert not opened.complete
    found = replay.compare(opened)
    assert found.first_different is None and found.samples > RATE_HZ
    assert json.loads((opened.folder / journal.EVENTS_NAME).read_text().splitlines()[0])["rate_hz"] == RATE_HZ


def test_flac_is_doubted(recorded):
    assert "24 bits" in changed(recorded, input_path=recorded.folder / "x.flac").doubts[0]
