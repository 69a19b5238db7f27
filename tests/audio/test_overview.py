"""The outline of a file: exact where that is cheap, coarse first and bounded where it is long."""

import os

import numpy as np
import pytest
import soundfile

from workbench.audio.overview import EXACT_COLUMN, EXCERPT, MORE_EXCERPTS, OverviewReader
from workbench.audio.wav_writer import WavWriter
from workbench.core.errors import InputError


def test_short_columns_hold_every_sample(tmp_path):
    x = np.random.default_rng(0).uniform(-1, 1, (2, 48000)).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", x.T, 48000, "FLOAT")
    reader = OverviewReader(tmp_path / "a.wav")
    *_, last = reader.read(0.25, 0.75, 100)
    parts = x[0, 12000:36000].reshape(100, 240)
    assert last.exact and reader.duration_s == 1.0
    np.testing.assert_array_equal(last.low, parts.min(axis=1))
    np.testing.assert_array_equal(last.high, parts.max(axis=1))
    reader.close()


def test_beyond_the_end_there_is_nothing(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.full((4800, 1), 0.5), 48000, "FLOAT")
    reader = OverviewReader(tmp_path / "a.wav")
    *_, last = reader.read(0.0, 0.2, 20)
    assert (last.high[:10] == 0.5).all() and np.isnan(last.high[10:]).all()
    reader.close()


def sparse_hours(path, hours, channels=8):
    """A recording of so many hours whose sound is a hole in the file, but for a second in the middle of it."""
    writer = WavWriter(path, channels, 48000)
    frames = int(hours * 3600 * 48000)
    loud = np.full((48000, channels), 0.5, np.float32)
    writer.frames = frames // 2
    writer.write(loud)
    writer.frames = frames
    os.ftruncate(writer._file, writer._start + 4 * channels * frames)
    writer.close()
    return path


def test_twelve_hours_are_outlined_from_little(tmp_path, monkeypatch):
    path = sparse_hours(tmp_path / "long.wav", 12.0)
    assert path.stat().st_size > 66e9
    reader = OverviewReader(path)
    assert reader.duration_s == 12 * 3600
    read = []
    original = soundfile.SoundFile.read
    monkeypatch.setattr(
        soundfile.SoundFile,
        "read",
        lambda self, frames=-1, *a, **k: read.append(frames) or original(self, frames, *a, **k),
    )
    pictures = list(reader.read(0.0, reader.duration_s, 1200))
    assert not pictures[-1].exact and max(read) == EXCERPT
    assert len(read) == 1200 * (1 + MORE_EXCERPTS)
    first = pictures[0]
    known = np.flatnonzero(np.isfinite(first.high))
    assert len(known) >= 30 and np.ptp(known) > 1100  # all over the file, though little is read
    seen = sum(np.isfinite(picture.high).all() for picture in pictures)
    assert seen > len(pictures) / 2
    *_, close = reader.read(6 * 3600 - 5, 6 * 3600 + 5, 1000)
    assert close.exact and close.high.max() == 0.5
    assert np.count_nonzero(close.high) == pytest.approx(100, abs=1)
    assert int(np.diff(np.linspace(0, 10 * 48000, 1001)).max()) <= EXACT_COLUMN
    reader.close()


def test_it_ends_when_nobody_wants_it_any_more(tmp_path):
    path = sparse_hours(tmp_path / "long.wav", 2.0, 1)
    reader = OverviewReader(path)
    told = []
    assert len(list(reader.read(0, 7200, 1000, stopped=lambda: told.append(0) or len(told) > 130))) == 2
    reader.close()


def test_what_is_no_sound_is_refused(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"nothing")
    with pytest.raises(InputError, match="not a sound file"):
        OverviewReader(tmp_path / "a.wav")
