"""WAV files that are valid at any moment."""

import os

import numpy as np
import pytest
import soundfile

from workbench.audio.file_source import FileSource
from workbench.audio.files import duration_s, open_sound, read_sound
from workbench.audio.wav_writer import WavWriter, repair_wav


@pytest.mark.parametrize("channels", [1, 2, 8])
@pytest.mark.parametrize("limit", [2**31, 1000], ids=["RIFF", "RF64"])
def test_other_programs_can_read_it_at_any_moment(tmp_path, channels, limit):
    path = tmp_path / "a.wav"
    sound = np.random.default_rng(1).standard_normal((3000, channels)).astype(np.float32)
    writer = WavWriter(path, channels, 48000, rf64_from=limit)
    for start in range(0, 3000, 1000):
        writer.write(sound[start : start + 1000])
        writer.update_header()
        with soundfile.SoundFile(path) as file:
            assert file.format == ("RF64" if limit == 1000 else "WAVEX" if channels > 2 else "WAV")
            assert (file.samplerate, file.subtype) == (48000, "FLOAT")
            np.testing.assert_array_equal(file.read(always_2d=True, dtype="float32"), sound[: start + 1000])
    writer.close()
    writer.close()
    np.testing.assert_array_equal(read_sound(path)[0], sound.T)


def test_without_a_header_update_the_last_state_is_there(tmp_path):
    path = tmp_path / "a.wav"
    writer = WavWriter(path, 1, 48000)
    writer.write(np.ones((480, 1), np.float32))
    writer.update_header()
    writer.write(np.ones((480, 1), np.float32))
    with soundfile.SoundFile(path) as file:
        assert file.frames == 480
    writer.close()
    with soundfile.SoundFile(path) as file:
        assert file.frames == 960


def sparse(folder):
    """Whether a file with a hole takes no room for it there."""
    path = folder / "hole"
    with path.open("wb") as file:
        file.truncate(16 << 20)
    blocks = getattr(path.stat(), "st_blocks", None)
    path.unlink()
    return blocks is not None and blocks * 512 < 1 << 20


def test_a_recording_really_goes_past_4_gb(tmp_path):
    """Seven hours and more of one channel stand as a hole before the passage over the limit."""
    if not sparse(tmp_path):
        pytest.skip("would need 4 GB of disk")
    path = tmp_path / "long.wav"
    hop = np.random.default_rng(1).standard_normal((480, 8)).astype(np.float32)
    writer = WavWriter(path, 8, 48000)
    writer.frames = first = (2**32 - 2**20) // 32
    formats = []
    for _ in range(100):
        writer.write(hop)
        writer.update_header()
        with soundfile.SoundFile(path) as file:
            formats.append(file.format)
            assert file.frames == writer.frames
            file.seek(writer.frames - 480)
            np.testing.assert_array_equal(file.read(480, dtype="float32"), hop)
    writer.close()
    assert formats[0] == "WAVEX" and formats[-1] == "RF64" and sorted(formats, reverse=True) == formats
    assert path.stat().st_size > 2**32
    with open_sound(path) as file:  # as the program itself opens it
        assert duration_s(file) == (first + 48000) / 48000
    source = FileSource(path)
    try:
        source.seek((first + 24000) / 48000)
        source.start()
        assert source.channels == 8
        block = source.read(60.0)
        np.testing.assert_array_equal(block.samples, hop.T)
    finally:
        source.close()


@pytest.mark.parametrize("channels", [2, 8])
@pytest.mark.parametrize("limit", [2**31, 1000], ids=["RIFF", "RF64"])
def test_what_a_killed_writer_left_is_reached_again(tmp_path, channels, limit):
    """Half a second after the last header was written, and a hop that is cut off in the middle of a sample."""
    path = tmp_path / "killed.wav"
    sound = np.random.default_rng(1).standard_normal((48000, channels)).astype(np.float32)
    writer = WavWriter(path, channels, 48000, rf64_from=limit)
    writer.write(sound[:24000])
    writer.update_header()
    writer.write(sound[24000:])
    os.close(writer._file)  # as a kill does: no header any more
    with path.open("ab") as file:
        file.write(b"\x01\x02\x03")
    assert repair_wav(path) == pytest.approx(0.5)
    np.testing.assert_array_equal(read_sound(path)[0], sound.T)
    content = path.read_bytes()
    assert repair_wav(path) == 0.0 and path.read_bytes() == content


def test_other_files_are_left_alone(tmp_path):
    path = tmp_path / "other.wav"
    soundfile.write(path, np.zeros((480, 2)), 48000, "PCM_16")
    for content in (path.read_bytes(), path.read_bytes() + b"xxxx", b"", b"RIFF", b"RIFF\0\0\0\0WAVEJUNK" + bytes(100)):
        path.write_bytes(content)
        assert repair_wav(path) == 0.0 and path.read_bytes() == content
