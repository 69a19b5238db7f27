"""A file as a sink."""

import contextlib
import os
import resource
import threading

import numpy as np
import pytest
import soxr

from workbench.audio.file_sink import FileSink, NullSink
from workbench.audio.file_source import FileSource
from workbench.audio.files import read_sound, write_sound
from workbench.audio.protocols import HOP
from workbench.core.errors import EarshotError


def hops(samples):
    return [samples[:, start : start + HOP] for start in range(0, samples.shape[1], HOP)]


@pytest.fixture
def noise():
    return (0.2 * np.random.default_rng(3).standard_normal((2, 300 * HOP + 7))).astype(np.float32)


def test_everything_written_is_in_the_file(tmp_path, noise):
    sink = FileSink(tmp_path / "a.wav", 2)
    sink.start()
    for hop in hops(noise):
        while not sink.wait(1.0):
            pass
        sink.write(hop)
    assert not (tmp_path / "a.wav").exists()
    sink.close()
    sink.close()
    np.testing.assert_array_equal(read_sound(tmp_path / "a.wav")[0], noise)
    assert sink.dropped_samples == 0 and os.listdir(tmp_path) == ["a.wav"]


def test_a_caller_who_does_not_wait_loses_what_does_not_fit_and_it_is_counted(tmp_path, noise):
    sink = FileSink(tmp_path / "a.wav", 2)
    sink.start()
    with sink._ready:  # the writer is slow
        for hop in hops(noise):
            sink.write(hop)
    sink.close()
    written = read_sound(tmp_path / "a.wav")[0]
    assert sink.dropped_samples > 0
    assert written.shape[1] + sink.dropped_samples == noise.shape[1]


@pytest.mark.parametrize("rate_hz", [8000, 44100, 96000, 48000])
@pytest.mark.parametrize("frames", [1000, 44101])
def test_the_file_has_exactly_the_source_length_at_its_rate(tmp_path, rate_hz, frames):
    sound = (0.2 * np.random.default_rng(4).standard_normal((1, frames))).astype(np.float32)
    write_sound(tmp_path / "a.wav", sound, rate_hz)
    source = FileSource(tmp_path / "a.wav")
    sink = FileSink(tmp_path / "b.wav", 1, rate_hz=source.file_rate_hz, frames=source.file_frames)
    source.start()
    sink.start()
    left = source.length_samples
    while left > 0:
        block = source.read(60.0)
        assert sink.wait(60.0)
        sink.write(block.samples[:, :left])
        left -= HOP
    source.close()
    sink.close()
    back, back_rate_hz = read_sound(tmp_path / "b.wav")
    assert (back_rate_hz, back.shape) == (rate_hz, sound.shape)
    there = soxr.resample(soxr.resample(sound.T, rate_hz, 48000), 48000, rate_hz).T
    middle = slice(200, min(there.shape[1], frames) - 200)
    np.testing.assert_allclose(back[:, middle], there[:, middle], atol=1e-3)


def test_a_full_disk_is_said_and_leaves_the_old_file(tmp_path, noise):
    path = tmp_path / "a.wav"
    write_sound(path, noise[:, :10], 48000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        sink = FileSink(path, 2)
        sink.start()
        with pytest.raises(EarshotError, match=r"a\.wav: cannot be written \(File too large\)"):
            for hop in hops(noise):
                assert sink.wait(60.0)
                sink.write(hop)
            sink.close()
        with contextlib.suppress(EarshotError):  # says it once more if `wait` was the first to say it
            sink.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert os.listdir(tmp_path) == ["a.wav"]
    np.testing.assert_array_equal(read_sound(path)[0], noise[:, :10])


def test_nothing_left_when_never_started(tmp_path):
    before = set(threading.enumerate())
    sink = FileSink(tmp_path / "a.wav", 2)
    assert set(threading.enumerate()) <= before
    sink.close()
    assert os.listdir(tmp_path) == []


def test_the_null_sink_takes_all():
    sink = NullSink(3)
    sink.start()
    assert sink.wait(0.0)
    sink.write(np.zeros((3, HOP), np.float32))
    sink.close()
