"""What a timeline shows is read beside the window; a session of twelve hours opens at once."""

import json
import threading

import numpy as np
import pytest
import soundfile

from tests.audio.test_overview import sparse_hours
from tests.engine.test_journal_index import HEADER
from tests.engine.test_replay import recorded  # noqa: F401 - a fixture
from tests.engine.watched import until
from workbench.core.timeline import Marker
from workbench.engine import timeline_reader
from workbench.engine.journal import EVENTS_NAME
from workbench.engine.timeline_reader import TRACK_LINES, TimelineReader


@pytest.fixture
def reader():
    made = TimelineReader()
    yield made
    made.close()


def test_a_session_with_its_outline_events_and_markers(reader, recorded):  # noqa: F811
    reader.open("session", str(recorded.folder))
    until(lambda: reader.picture.events is not None and reader.picture.overview is not None)
    until(lambda: reader.picture.overview.exact)
    picture = reader.picture
    assert picture.duration_s > 3 and picture.complete and not picture.error and picture.progress == 1
    assert picture.markers == tuple(Marker(*marker) for marker in recorded.markers)
    assert any(marker.text == "hier – jetzt" for marker in picture.markers)
    assert len(picture.events.settings_s) >= 6 and picture.events.settings_s[0] == 0
    assert np.nanmax(picture.overview.high) > 0.05
    reader.look(0.5, 1.0, 50)
    until(lambda: reader.picture.overview.begin_s == 0.5)
    assert reader.picture.overview.end_s == 1.0 and len(reader.picture.overview.low) == 50
    reader.open("", "")
    assert not reader.picture.path


def test_what_is_opened_again_at_once_is_read_again(reader, recorded):  # noqa: F811
    for _ in range(20):
        reader.open("session", str(recorded.folder))
        until(lambda: reader.picture.tracks is not None and reader.picture.overview is not None)
        reader.open("", "")


def test_a_file_that_was_written_again_is_read_anew_when_it_is_opened_again(reader, tmp_path):
    path = tmp_path / "a.wav"
    for seconds in (1, 2, 3):
        soundfile.write(path, np.full((seconds * 48000, 1), 0.1 * seconds, np.float32), 48000, "FLOAT")
        reader.open("file", str(path))
        until(lambda: reader.picture.overview is not None and reader.picture.overview.exact)
        assert reader.picture.duration_s == seconds
        assert np.nanmax(reader.picture.overview.high) == np.float32(0.1 * seconds)


def long_session(folder, hours):
    """A session of so many hours, as its files are: sound with a hole, tracks five times a second, some settings."""
    folder.mkdir(exist_ok=True)
    sparse_hours(folder / "input.wav", hours, 2)
    with (folder / EVENTS_NAME).open("w", encoding="utf-8") as file:
        file.write(json.dumps(HEADER) + "\n")
        track = '{"number": %d, "azimuth_deg": %.1f, "confidence": 0.9, "distance_m": null, "active": %s}'
        for number in range(int(hours * 3600 * 5)):
            one = track % (number // 3000 % 4 + 1, (number % 3600) / 10 - 180, "true" if number % 9 else "false")
            file.write(f'{{"at": {9600 * number}, "tracks": [{one}]}}\n')
            if number % 40 == 0:
                file.write(f'{{"at": {9600 * number}, "params": [{{"output.gain_db": {-(number % 7)}.0}}, {{}}]}}\n')
            if number % 5000 == 0:
                file.write(f'{{"at": {9600 * number}, "limiter_db": 3.0}}\n')
                file.write(f'{{"at": {9600 * number + 4800}, "limiter_db": 0.0}}\n')
        file.write(f'{{"at": {int(hours * 3600 * 48000)}, "marker": "the end – Ende"}}\n')
    return folder


def test_twelve_hours_are_seen_piece_by_piece_and_nothing_waits(reader, tmp_path, monkeypatch):
    folder = long_session(tmp_path / "zwölf hours", 12.0)
    may_open, opened = threading.Event(), timeline_reader._Opened
    monkeypatch.setattr(timeline_reader, "_Opened", lambda wish: opened(wish) if may_open.wait(60) else None)
    reader.open("session", str(folder))
    reader.look(0.0, 0.0, 1000)
    assert reader.picture.overview is None and reader.picture.tracks is None  # who opened it did not wait for it
    may_open.set()
    until(lambda: reader.picture.overview is not None)
    until(lambda: reader.picture.tracks is not None)
    picture = reader.picture
    assert picture.duration_s == 12 * 3600 and not picture.complete
    assert len(picture.tracks.time_s) == TRACK_LINES and np.ptp(picture.tracks.time_s) > 11.9 * 3600
    assert set(picture.tracks.number) == {1, 2, 3, 4} and np.abs(picture.tracks.azimuth_rad).max() <= np.pi
    assert picture.events.limiter_s.shape == (44, 2) and np.allclose(np.diff(picture.events.limiter_s, axis=1), 0.1)
    assert picture.markers == (Marker(12 * 3600.0, "the end – Ende"),)
    reader.look(3600.0, 3660.0, 600)  # another part before the first is done
    until(lambda: reader.picture.overview.begin_s == 3600.0 and reader.picture.overview.exact)
    until(lambda: reader.picture.tracks.time_s[0] >= 3600.0)
    assert len(reader.picture.tracks.time_s) == 301


def test_what_cannot_be_read_is_said(reader, tmp_path):
    reader.open("session", str(tmp_path / "moved away"))
    until(lambda: reader.picture.error)
    assert "no such folder" in reader.picture.error
    (tmp_path / "a.wav").write_bytes(b"")
    reader.open("file", str(tmp_path / "a.wav"))
    until(lambda: "empty" in reader.picture.error)
