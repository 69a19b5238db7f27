import os
import resource

import numpy as np
import pytest
import soundfile

from workbench.audio.files import read_sound
from workbench.audio.flac_writer import BLOCK, FlacWriter


def noise(frames, channels=2):
    return (0.1 * np.random.default_rng(1).standard_normal((frames, channels))).astype(np.float32)


def test_what_is_written_is_read(tmp_path):
    x = noise(30_000)
    writer = FlacWriter(tmp_path / "x.flac", 2, 48000)
    for start in range(0, len(x), 480):
        writer.write(x[start : start + 480])
    writer.close()
    writer.close()
    samples, rate_hz = read_sound(tmp_path / "x.flac")
    assert rate_hz == 48000 and writer.frames == 30_000
    np.testing.assert_allclose(samples, x.T, atol=2**-23)


@pytest.mark.parametrize("channels", [1, 8])
def test_a_file_that_is_still_written_opens_up_to_the_last_update(tmp_path, channels):
    x = noise(60_000, channels)
    writer = FlacWriter(tmp_path / "x.flac", channels, 48000)
    for start in range(0, len(x), 480):
        writer.write(x[start : start + 480])
        if start == 48_000 - 480:
            writer.update_header()
    with soundfile.SoundFile(tmp_path / "x.flac") as sound:
        assert sound.frames == 48_000 - BLOCK
        sound.seek(20_000)
        np.testing.assert_allclose(sound.read(100, always_2d=True), x[20_000:20_100], atol=2**-23)
    np.testing.assert_allclose(read_sound(tmp_path / "x.flac")[0], x[: 48_000 - BLOCK].T, atol=2**-23)
    writer.close()
    assert soundfile.info(tmp_path / "x.flac").frames == 60_000


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_a_file_opens_from_its_first_moment_on(tmp_path, channels):
    """Whoever is killed then leaves no file that nobody can read."""
    x = noise(2 * BLOCK, channels)
    writer = FlacWriter(tmp_path / "x.flac", channels, 48000)
    held = []
    for start in range(0, len(x), 480):
        (tmp_path / "left.flac").write_bytes((tmp_path / "x.flac").read_bytes())
        samples, _ = read_sound(tmp_path / "left.flac")
        held.append(samples.shape[1])
        if start > BLOCK:
            np.testing.assert_allclose(samples, x[: samples.shape[1]].T, atol=2**-23)
        writer.write(x[start : start + 480])
    assert held[0] == 1 and held[-1] > 1
    writer.close()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["left.flac", "x.flac"]
    np.testing.assert_allclose(read_sound(tmp_path / "x.flac")[0], x.T, atol=2**-23)


@pytest.mark.parametrize("frames", [0, 1, 480, BLOCK, BLOCK + 1])
def test_a_short_file_is_whole(tmp_path, frames):
    x = noise(frames)
    (tmp_path / "x.flac").write_bytes(b"of an earlier recording")
    writer = FlacWriter(tmp_path / "x.flac", 2, 48000)
    for start in range(0, frames, 480):
        writer.write(x[start : start + 480])
        writer.update_header()
    writer.close()
    assert writer.frames == frames
    samples, _ = read_sound(tmp_path / "x.flac")
    np.testing.assert_allclose(samples, x.T if frames else np.zeros((2, 1)), atol=2**-23)  # FLAC knows no length of 0
    assert os.listdir(tmp_path) == ["x.flac"]


@pytest.mark.parametrize("frames", [480, 2 * BLOCK])
def test_a_disk_that_is_full_at_once_leaves_a_file_that_opens(tmp_path, frames):
    writer = FlacWriter(tmp_path / "x.flac", 2, 48000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, hard))
    try:
        with pytest.raises(OSError, match="took no more"):
            writer.write(noise(frames))
            writer.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    writer.close()
    assert read_sound(tmp_path / "x.flac")[0].shape == (2, 1)
    assert os.listdir(tmp_path) == ["x.flac"]


def test_what_cannot_be(tmp_path):
    with pytest.raises(ValueError, match="8 channels"):
        FlacWriter(tmp_path / "x.flac", 9, 48000)
    with pytest.raises(OSError, match="No such file"):
        FlacWriter(tmp_path / "missing" / "x.flac", 1, 48000)


def test_clipped_samples_are_counted(tmp_path):
    writer = FlacWriter(tmp_path / "x.flac", 1, 48000)
    writer.write(np.array([[0.5], [1.5], [-2.0]], np.float32))
    writer.close()
    assert writer.clipped == 2
    assert np.abs(read_sound(tmp_path / "x.flac")[0]).max() <= 1.0


def test_the_length_of_a_recording_of_days_finds_room_in_the_header(tmp_path):
    """36 bits: a day at 48 kHz is more than 32 bits hold."""
    writer = FlacWriter(tmp_path / "x.flac", 2, 48000)
    writer.write(noise(30_000))
    writer.frames = 2**33 + 12_345 + BLOCK
    writer.update_header()
    assert soundfile.info(tmp_path / "x.flac").frames == 2**33 + 12_345
    with soundfile.SoundFile(tmp_path / "x.flac") as sound:  # rate and channels share the header's bytes with it
        assert (sound.samplerate, sound.channels, sound.subtype) == (48000, 2, "PCM_24")
