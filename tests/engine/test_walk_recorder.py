import numpy as np
import pytest

from workbench.audio.files import read_sound
from workbench.core.errors import InputError
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.walk_recorder import WalkRecorder, mark_azimuths_deg
from workbench.localize.frames import WINDOW_SAMPLES
from workbench.localize.recordings import read_recordings

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def rng(monkeypatch):
    """The same noise whichever tests were before."""
    monkeypatch.setitem(globals(), "RNG", np.random.default_rng(0))


def play(recorder, seconds, level):
    for _ in range(round(seconds * RATE_HZ / HOP)):
        recorder.push(RNG.normal(0, level, (4, HOP)).astype(np.float32))


def speak(recorder, seconds):
    """Speech with pauses: the floor must be heard now and then."""
    for _ in range(round(seconds)):
        play(recorder, 0.2, 0.001)
        play(recorder, 0.8, 0.05)


def test_marks_go_round_from_the_front_to_the_left():
    assert mark_azimuths_deg(8) == (0.0, 45.0, 90.0, 135.0, 180.0, -135.0, -90.0, -45.0)
    assert len(mark_azimuths_deg(10)) == 10


def test_a_walk_leaves_labelled_recordings_that_training_reads(tmp_path):
    recorder = WalkRecorder(tmp_path / "my room", 4, 1.5, marks=4, wanted=2)
    recorder.pause(False)
    for mark in range(4):
        assert recorder.state.mark == mark
        play(recorder, 0.5, 0.001)
        assert recorder.state.samples[mark] == 0
        speak(recorder, 5)
        assert recorder.mark_done
        recorder.keep_mark()
    state = recorder.state
    assert state.finished and state.samples == (2, 2, 2, 2) and state.total == 8
    assert 25 < state.snr_db < 45
    found = read_recordings(tmp_path / "my room")
    assert [(one.azimuth_deg, one.distance_m) for one in sorted(found, key=lambda one: one.path)] == sorted(
        [(0.0, 1.5), (90.0, 1.5), (180.0, 1.5), (-90.0, 1.5)], key=lambda label: f"{label[0]:+06.1f}"
    )
    samples, rate_hz = read_sound(found[0].path)
    assert rate_hz == RATE_HZ and samples.shape[0] == 4 and samples.shape[1] > 2 * WINDOW_SAMPLES


def test_only_speech_counts_and_nothing_while_paused(tmp_path):
    recorder = WalkRecorder(tmp_path, 4, 1.0, marks=4)
    speak(recorder, 2)
    assert recorder.state.samples == (0, 0, 0, 0) and recorder.state.level_dbfs > -30
    recorder.pause(False)
    play(recorder, 3, 0.001)
    assert recorder.state.samples == (0, 0, 0, 0)
    recorder.keep_mark()  # nothing was said: no file
    assert recorder.state.mark == 1 and recorder.state.files == () and not list(tmp_path.iterdir())


def test_going_back_records_a_mark_anew(tmp_path):
    recorder = WalkRecorder(tmp_path, 4, 1.0, marks=4, wanted=1)
    recorder.pause(False)
    speak(recorder, 3)
    recorder.keep_mark()
    assert len(list(tmp_path.iterdir())) == 1
    recorder.back()
    assert recorder.state.mark == 0 and recorder.state.files == () and not list(tmp_path.iterdir())
    assert recorder.state.paused


def test_a_long_silence_keeps_the_newest_minute(tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.engine.walk_recorder.LONGEST_S", 2.0)
    recorder = WalkRecorder(tmp_path, 4, 1.0, marks=4, wanted=1)
    recorder.pause(False)
    play(recorder, 5, 0.001)
    speak(recorder, 2)
    recorder.keep_mark()
    samples, _ = read_sound(next(tmp_path.iterdir()))
    assert samples.shape[1] == 2 * RATE_HZ and np.abs(samples[:, -1000:]).max() > 0.05


def test_what_makes_no_sense_is_refused(tmp_path):
    with pytest.raises(InputError, match="4 to 36"):
        WalkRecorder(tmp_path, 4, 1.0, marks=2)
    with pytest.raises(InputError, match=r"0\.2 to 10 m"):
        WalkRecorder(tmp_path, 4, 0.0)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be made"):
        WalkRecorder(tmp_path / "file" / "x", 4, 1.0)
