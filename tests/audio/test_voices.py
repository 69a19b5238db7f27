import numpy as np
import pytest
import soundfile

from workbench.audio.voices import ACTIVE_LEVEL_DBFS, FRAME, RATE_HZ, active_level_dbfs, load_voice, voice_names
from workbench.core.errors import InputError


def speech_like(rng, active_s=1.0, pause_s=1.0, rms=0.1, repeats=3):
    burst = rms * rng.standard_normal(int(active_s * RATE_HZ))
    return np.tile(np.concatenate([burst, np.zeros(int(pause_s * RATE_HZ))]), repeats)


def test_the_active_level_leaves_pauses_out():
    samples = speech_like(np.random.default_rng(1))
    assert active_level_dbfs(samples) == pytest.approx(-20.0, abs=0.2)


def test_a_faint_noise_floor_is_not_speech():
    rng = np.random.default_rng(1)
    samples = speech_like(rng) + 1e-3 * rng.standard_normal(6 * RATE_HZ)
    assert active_level_dbfs(samples) == pytest.approx(-20.0, abs=0.2)


def test_silence_has_no_level():
    assert active_level_dbfs(np.zeros(RATE_HZ)) == -np.inf
    assert active_level_dbfs(np.zeros(10)) == -np.inf


@pytest.mark.parametrize("name", voice_names())
def test_shipped_voices_speak_at_the_nominal_level(name):
    voice = load_voice(name)
    assert 15 <= len(voice.samples) / RATE_HZ <= 30
    assert active_level_dbfs(voice.samples) == pytest.approx(ACTIVE_LEVEL_DBFS, abs=0.01)
    assert len(voice.samples) == FRAME * len(voice.active)
    assert 0.6 < voice.active.mean() < 0.95
    quiet = np.repeat(~voice.active, FRAME)
    assert np.square(voice.samples[quiet]).mean() < 1e-2 * np.square(voice.samples[~quiet]).mean()
    assert voice.power_spectrum(2401).sum() == pytest.approx(10 ** (ACTIVE_LEVEL_DBFS / 10))


def test_enough_voices_for_a_conversation_are_shipped():
    assert len(voice_names()) >= 4


def test_a_file_of_another_rate_is_brought_to_rate_and_level(tmp_path):
    time_s = np.arange(2 * 16000) / 16000
    tone = 0.5 * np.sin(2 * np.pi * 440 * time_s)
    soundfile.write(tmp_path / "tone.wav", np.stack([tone, 0 * tone], axis=1), 16000)
    voice = load_voice(tmp_path / "tone.wav")
    assert abs(len(voice.samples) - 2 * RATE_HZ) < FRAME
    assert active_level_dbfs(voice.samples) == pytest.approx(ACTIVE_LEVEL_DBFS, abs=0.1)
    middle = voice.samples[RATE_HZ // 2 : RATE_HZ // 2 + RATE_HZ]
    assert np.argmax(np.abs(np.fft.rfft(middle))) == 440


@pytest.mark.parametrize("kind", ["missing", "text", "silent", "nan"])
def test_a_bad_voice_file_says_why(kind, tmp_path):
    path = tmp_path / "voice.wav"
    if kind == "text":
        path.write_text("not sound")
    elif kind != "missing":
        soundfile.write(path, np.full(RATE_HZ, np.nan if kind == "nan" else 0.0), RATE_HZ, subtype="FLOAT")
    with pytest.raises(InputError, match=r"voice\.wav"):
        load_voice(path)
