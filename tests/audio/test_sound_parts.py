"""Sounds that lie in several files are found by name and read as one."""

import numpy as np
import pytest
import soundfile

from workbench.audio.file_source import FileSource
from workbench.audio.files import check_apart, open_sound, read_sound
from workbench.audio.overview import OverviewReader
from workbench.audio.sound_parts import JoinedSound, part_names, parts_of
from workbench.core.errors import InputError
from workbench.dsp.bands import HOP

NOISE = (0.1 * np.random.default_rng(1).standard_normal((19, 9600))).astype(np.float32)


def written(folder, name, first, last, rate_hz=48000, frames=9600):
    path = folder / f"{name} {first}-{last}.flac"
    soundfile.write(path, NOISE[first - 1 : last, :frames].T, rate_hz, "PCM_24")
    return path


@pytest.fixture
def parts(tmp_path):
    return [written(tmp_path, "ein Gang", *of) for of in ((1, 8), (9, 16), (17, 19))]


@pytest.mark.parametrize(
    ("channels", "names"),
    [(1, ["a"]), (8, ["a"]), (9, ["a 1-8", "a 9-9"]), (19, ["a 1-8", "a 9-16", "a 17-19"])],
)
def test_names_tell_all_channels_once(channels, names):
    found = part_names("a", channels, 8)
    assert [name for name, _ in found] == names
    assert [number for _, part in found for number in range(channels)[part]] == list(range(channels))


def test_each_part_stands_for_the_whole(parts, tmp_path):
    assert [parts_of(path) for path in parts] == [tuple(parts)] * 3
    assert parts_of(tmp_path / "ein Gang 1-9.flac") == (tmp_path / "ein Gang 1-9.flac",)  # is not there
    for path in parts:
        samples, rate_hz = read_sound(path)
        assert rate_hz == 48000 and samples.shape == NOISE.shape
        np.testing.assert_allclose(samples, NOISE, atol=2**-23)


def test_as_long_as_the_shortest_where_a_crash_cut_them_off(tmp_path):
    written(tmp_path, "input", 1, 8)
    path = written(tmp_path, "input", 9, 12, frames=9000)
    with open_sound(path) as sound:
        assert isinstance(sound, JoinedSound) and (sound.channels, sound.frames) == (12, 9000)
    np.testing.assert_allclose(read_sound(path)[0], NOISE[:12, :9000], atol=2**-23)


def test_a_source_gives_the_channels_of_all_and_seeks_in_all(parts):
    source = FileSource(parts[0])
    try:
        assert (source.channels, source.length_samples) == (19, 9600)
        source.seek(4800 / 48000)
        source.start()
        block = source.read(60.0)
        np.testing.assert_allclose(block.samples, NOISE[:, 4800 : 4800 + HOP], atol=2**-23)
    finally:
        source.close()


def test_the_outline_is_that_of_the_first_channel(parts):
    reader = OverviewReader(parts[2])
    try:
        assert reader.duration_s == 0.2
        *_, overview = reader.read(0.0, 0.2, 10)
    finally:
        reader.close()
    np.testing.assert_allclose(overview.high, NOISE[0].reshape(10, -1).max(axis=1), atol=2**-23)
    np.testing.assert_allclose(overview.low, NOISE[0].reshape(10, -1).min(axis=1), atol=2**-23)


def not_from_the_first(folder):
    return written(folder, "a", 9, 16), written(folder, "a", 17, 19)


def with_a_gap(folder):
    return written(folder, "a", 1, 8), written(folder, "a", 17, 19)


def of_other_channels(folder):
    soundfile.write(folder / "a 9-16.flac", NOISE[:2].T, 48000)
    return written(folder, "a", 1, 8), folder / "a 9-16.flac"


def of_two_rates(folder):
    return written(folder, "a", 1, 8), written(folder, "a", 9, 16, rate_hz=44100)


def alone(folder):
    return (written(folder, "a", 1, 8),)


def of_another_kind(folder):
    path = folder / "a 9-16.wav"
    soundfile.write(path, NOISE[:8].T, 48000)
    return written(folder, "a", 1, 8), path


@pytest.mark.parametrize(
    "make", [not_from_the_first, with_a_gap, of_other_channels, of_two_rates, alone, of_another_kind]
)
def test_what_does_not_belong_together_stays_apart(tmp_path, make):
    for path in make(tmp_path):
        assert parts_of(path) == (path,)
        with open_sound(path) as sound:
            assert sound.channels == soundfile.info(path).channels


def test_a_part_that_cannot_be_read_is_named(parts):
    parts[1].write_bytes(b"")
    with pytest.raises(InputError, match=r"ein Gang 9-16\.flac: the file is empty"):
        open_sound(parts[0])
    parts[1].write_bytes(b"no sound" * 100)
    with pytest.raises(InputError, match=r"ein Gang 9-16\.flac: not a sound file"):
        open_sound(parts[2])


def test_damage_inside_of_a_part_is_named_with_its_place(parts):
    content = parts[1].read_bytes()
    parts[1].write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match=r"ein Gang 9-16\.flac: is damaged or truncated"):
        read_sound(parts[0])


def test_more_channels_than_the_program_takes_are_refused(tmp_path):
    for first in range(1, 73, 8):
        soundfile.write(tmp_path / f"a {first}-{first + 7}.flac", NOISE[:8, :480].T, 48000)
    with pytest.raises(InputError, match="72 channels; at most 64"):
        open_sound(tmp_path / "a 1-8.flac")


def test_no_part_of_the_input_is_written_over(parts, tmp_path):
    with pytest.raises(InputError, match="is the input itself"):
        check_apart(parts[0], parts[2])
    check_apart(parts[0], tmp_path / "another.flac")
