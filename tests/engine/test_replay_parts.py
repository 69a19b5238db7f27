"""A recording as FLAC of more than eight channels lies in several files; it opens, plays and replays as one."""

import os
import shutil

import numpy as np
import pytest

from tests.engine.watched import WatchedSession
from workbench.audio.files import read_sound
from workbench.core.errors import InputError
from workbench.core.geometry import load_layout
from workbench.engine import recorded_session, replay, settings
from workbench.engine.batch import collect
from workbench.engine.session_source import SessionSource
from workbench.engine.settings import Settings
from workbench.engine.timeline_reader import _Opened, _Wish

MICS = 16
ROUNDING_DB = -120.0
"""Half a step of 24 bits is −144 dB; beam and loudspeakers' filters add some up. A network would make more of them."""


@pytest.fixture(scope="module")
def array(tmp_path_factory):
    angles_rad = 2 * np.pi * np.arange(MICS) / MICS
    mics = np.round(0.08 * np.column_stack((np.cos(angles_rad), np.sin(angles_rad), 0 * angles_rad)), 5).tolist()
    path = tmp_path_factory.mktemp("arrays") / "sixteen.toml"
    path.write_text(f'name = "sixteen"\ndescription = "a ring"\nmics = {mics}\n')
    return path


@pytest.fixture(scope="module")
def recorded(array, tmp_path_factory):
    """The simulated room, heard by sixteen microphones and recorded as FLAC."""
    folder = tmp_path_factory.mktemp("recordings")
    session = WatchedSession(Settings(source="room", sink="none", array=str(array)))
    try:
        session.set({"enhance.enabled": False})
        session.play()
        session.recording_kind = "flac"
        session.start_recording(folder)
        session.becomes(lambda health: (health.recording_s or 0) > 1.0)
        session.set({"output.gain_db": -6.0})
        session.becomes(lambda health: (health.recording_s or 0) > 1.5)
        session.stop_recording()
        session.says("Recorded")
    finally:
        session.close()
    (path,) = folder.iterdir()
    return path


@pytest.fixture
def copy(recorded, tmp_path):
    shutil.copytree(recorded, tmp_path / "copy")
    return tmp_path / "copy"


def test_two_files_hold_all_channels_and_the_settings_open_both(recorded):
    names = sorted(name for name in os.listdir(recorded) if name.endswith(".flac"))
    assert names == ["input 1-8.flac", "input 9-16.flac", "output.flac"]
    source = settings.load(recorded / "settings.toml").source
    assert source == f"file:{(recorded / 'input 1-8.flac').resolve()}"
    samples, _ = read_sound(source.removeprefix("file:"))
    assert len(samples) == MICS and samples.shape[1] > 48000 and np.ptp(samples, axis=1).min() > 0


def test_it_replays_as_near_as_twenty_four_bits_are(recorded, tmp_path):
    session = recorded_session.open_session(recorded)
    found = replay.compare(session)
    assert found.samples > 48000 and 0 < found.largest_difference < 10 ** (ROUNDING_DB / 20)
    assert "24 bits" in session.doubts[0]
    seconds = replay.replay(session, tmp_path / "again.wav")
    assert read_sound(tmp_path / "again.wav")[0].shape[1] == round(seconds * 48000)


def test_it_plays_as_a_source_with_what_was_set_then_and_has_an_outline(recorded):
    source = SessionSource(recorded)
    try:
        source.fit(source.array, load_layout("pair-100mm"))
        source.seek(source.duration_s - 0.1)
        source.start()
        block = source.read(60.0)
        assert block.samples.shape == (MICS, 480) and source.why_not == ""
        assert block.recorded.sides[0].params.output.gain_db == -6.0
        duration_s = source.duration_s
    finally:
        source.close()
    opened = _Opened(_Wish("session", str(recorded)))
    try:
        assert opened.sound.duration_s == duration_s
    finally:
        opened.close()


def test_it_plays_in_a_session(recorded):
    session = WatchedSession(Settings(source="room", sink="none"))
    try:
        session.open_session(recorded)
        session.start()
        session.becomes(lambda health: health.state == "running" and session.transport.state.position_s > 0.2)
        state = session.transport.state
        assert state.session and state.as_recorded and not state.why_not
    finally:
        session.close()


def test_a_part_that_is_missing_is_named(copy):
    (copy / "input 9-16.flac").unlink()
    with pytest.raises(InputError, match=r"several files; missing: input 9-16\.flac"):
        recorded_session.find_session(copy)


def test_a_batch_takes_it_once(copy):
    names = [path.name for path in collect([copy], copy / "out")]
    assert names == ["input 1-8.flac", "output.flac"]
