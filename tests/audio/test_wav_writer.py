"""WAV files that are valid at any moment."""

import numpy as np
import pytest
import soundfile

from workbench.audio.files import read_sound
from workbench.audio.wav_writer import WavWriter


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
