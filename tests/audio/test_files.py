"""Sound files read and written whole, and every way in which one can be bad."""

import os

import numpy as np
import pytest
import soundfile

from workbench.audio.files import SoundWriter, read_sound, write_sound
from workbench.core.errors import InputError


@pytest.fixture
def samples():
    return (0.2 * np.random.default_rng(1).standard_normal((3, 4801))).astype(np.float32).clip(-1, 1)


@pytest.mark.parametrize(("suffix", "tolerance"), [(".wav", 0), (".flac", 2**-23)])
@pytest.mark.parametrize("rate_hz", [8000, 44100, 192000])
def test_what_is_written_is_read(tmp_path, samples, suffix, tolerance, rate_hz):
    path = tmp_path / f"sound{suffix}"
    write_sound(path, samples, rate_hz)
    back, back_rate_hz = read_sound(path)
    assert back_rate_hz == rate_hz and back.dtype == np.float32 and back.flags.c_contiguous
    np.testing.assert_allclose(back, samples, atol=tolerance, rtol=0)
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize(
    ("subtype", "tolerance"),
    [("PCM_U8", 2**-6), ("PCM_16", 2**-14), ("PCM_24", 2**-22), ("PCM_32", 1e-7), ("FLOAT", 0), ("DOUBLE", 0)],
)
def test_every_sample_format_is_read(tmp_path, samples, subtype, tolerance):
    path = tmp_path / "sound.wav"
    soundfile.write(path, samples.T, 48000, subtype=subtype)
    np.testing.assert_allclose(read_sound(path)[0], samples, atol=tolerance, rtol=0)


def damaged_files(folder):
    rng = np.random.default_rng(2)
    sound = (0.1 * rng.standard_normal((9600, 2))).astype(np.float32)
    soundfile.write(folder / "good.wav", sound, 48000, subtype="FLOAT")
    soundfile.write(folder / "good.flac", sound, 48000, subtype="PCM_24")
    good = (folder / "good.wav").read_bytes()
    (folder / "truncated.wav").write_bytes(good[: len(good) // 2])
    (folder / "cut.flac").write_bytes((folder / "good.flac").read_bytes()[:20000])
    streamed = bytearray((folder / "good.flac").read_bytes())
    streamed[21] &= 0xF0  # with the four bytes behind it: how many samples there are, 0 where that is unknown
    streamed[22:26] = bytes(4)
    (folder / "streamed.flac").write_bytes(streamed)
    (folder / "header.wav").write_bytes(good[:30])
    (folder / "empty.wav").touch()
    (folder / "text.wav").write_text("Dear diary, today I named a text file .wav.\n" * 20)
    (folder / "nochannels.wav").write_bytes(good[:22] + b"\0\0" + good[24:])
    soundfile.write(folder / "nosamples.wav", sound[:0], 48000)
    soundfile.write(folder / "slow.wav", sound, 7999)
    soundfile.write(folder / "fast.wav", sound, 192001)
    soundfile.write(folder / "wide.wav", np.zeros((10, 65)), 48000)
    bad = sound.copy()
    bad[4800, 1], bad[4801, 0] = np.nan, np.inf
    soundfile.write(folder / "nan.wav", bad, 48000, subtype="FLOAT")
    (folder / "folder.wav").mkdir()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("missing.wav", "No such file"),
        ("truncated.wav", "is truncated: it holds 49"),
        ("cut.flac", "damaged or truncated"),
        ("streamed.flac", "does not say how long it is"),
        ("header.wav", "not a sound file"),
        ("empty.wav", "is empty"),
        ("text.wav", "not a sound file"),
        ("nochannels.wav", "hannel"),
        ("nosamples.wav", "no samples"),
        ("slow.wav", "7999 Hz"),
        ("fast.wav", "192001 Hz"),
        ("wide.wav", "65 channels"),
        ("nan.wav", "2 samples are NaN or infinite, the first in channel 1 at 0.100 s"),
        ("folder.wav", "is a folder"),
    ],
)
def test_a_bad_file_is_refused_with_its_cause(tmp_path, name, said):
    damaged_files(tmp_path)
    with pytest.raises(InputError, match=said) as caught:
        read_sound(tmp_path / name)
    assert name in str(caught.value)


def test_a_stream_of_unknown_length_is_no_damage(tmp_path, samples):
    path = tmp_path / "piped.wav"
    soundfile.write(path, samples.T, 48000, subtype="PCM_16")
    data = bytearray(path.read_bytes())
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert read_sound(path)[0].shape == samples.shape


@pytest.mark.parametrize(
    ("name", "channels", "said"),
    [
        ("a.mp3", 2, "as .wav"),
        ("a", 2, "as .wav"),
        ("a.flac", 9, "8 channels at most"),
        ("none/a.wav", 1, "there is no folder"),
    ],
)
def test_a_bad_target_is_refused_before_anything_is_written(tmp_path, name, channels, said):
    with pytest.raises(InputError, match=said):
        write_sound(tmp_path / name, np.zeros((channels, 10)), 48000)
    assert os.listdir(tmp_path) == []


def test_an_old_file_stays_until_the_new_one_is_complete(tmp_path, samples):
    path = tmp_path / "sound.wav"
    write_sound(path, samples, 48000)
    before = path.read_bytes()
    writer = SoundWriter(path, 1, 48000)
    writer.write(samples[:1])
    assert path.read_bytes() == before
    writer.discard()
    assert path.read_bytes() == before and os.listdir(tmp_path) == [path.name]
    writer = SoundWriter(path, 1, 48000)
    writer.write(samples[:1])
    writer.close()
    writer.close()
    np.testing.assert_array_equal(read_sound(path)[0], samples[:1])


def test_beyond_full_scale_is_kept_in_wav_and_clipped_and_counted_in_flac(tmp_path):
    loud = np.array([[0.5, 1.5, -2.0]], np.float32)
    write_sound(tmp_path / "a.wav", loud, 48000)
    np.testing.assert_array_equal(read_sound(tmp_path / "a.wav")[0], loud)
    writer = SoundWriter(tmp_path / "a.flac", 1, 48000)
    writer.write(loud)
    writer.close()
    assert writer.clipped == 2
    np.testing.assert_allclose(read_sound(tmp_path / "a.flac")[0], [[0.5, 1, -1]], atol=1e-6)
