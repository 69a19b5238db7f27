"""Reading a person's folders: what is left out, and what is an error."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from workbench.core.errors import InputError
from workbench.training.corpus import build_pool, dynamic_range_db, sound_files
from workbench.training.mixing import Mixer


def _utterance(seconds, rate_hz, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(int(seconds * rate_hz)) * 0.1
    pause = len(x) // 4
    x[:pause] *= 1e-3
    x[-pause:] *= 1e-3
    return x


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "sounds"
    (folder / "deep").mkdir(parents=True)
    soundfile.write(folder / "a.wav", _utterance(2, 48000), 48000)
    soundfile.write(folder / "deep" / "b.flac", _utterance(2, 16000, 1), 16000)
    soundfile.write(folder / "silent.wav", np.zeros(48000), 48000)
    soundfile.write(folder / "short.wav", _utterance(0.1, 48000), 48000)
    (folder / "notes.wav").write_text("no sound at all")
    (folder / "readme.txt").write_text("not looked at")
    return folder


def test_what_cannot_be_used_is_counted(folder, tmp_path):
    pool, left_out = build_pool([folder], tmp_path / "cache", speech=False)
    assert left_out == {"not readable": 1, "too short": 1, "silent": 1, "not clean": 0}
    assert len({clip.source for clip in pool.clips}) == 2
    assert pool.read(pool.clips[0]).shape == (96000,)
    assert Mixer(pool, pool).left_out.startswith("speech: 1 not readable, 1 too short, 1 silent; noise: ")


def test_narrow_band_speech_is_added_once_more_played_faster(folder, tmp_path):
    pool, _ = build_pool([folder], tmp_path / "cache", speech=True)
    from_16k = {round(clip.cutoff_hz) for clip in pool.clips if clip.source.endswith("b.flac")}
    assert len(from_16k) == 2 and min(from_16k) == 8000 and 12000 <= max(from_16k) <= 20000


def test_noisy_recordings_are_not_taken_for_speech(folder, tmp_path):
    soundfile.write(folder / "hiss.wav", 0.1 * np.random.default_rng(2).standard_normal(96000), 48000)
    _, left_out = build_pool([folder], tmp_path / "cache", speech=True)
    assert left_out["not clean"] == 1


def test_the_cache_is_used_until_the_files_change(folder, tmp_path):
    build_pool([folder], tmp_path / "cache", speech=False)
    stamp = (tmp_path / "cache.pcm").stat().st_mtime_ns
    build_pool([folder], tmp_path / "cache", speech=False)
    assert (tmp_path / "cache.pcm").stat().st_mtime_ns == stamp
    soundfile.write(folder / "c.wav", _utterance(1, 48000, 3), 48000)
    second, _ = build_pool([folder], tmp_path / "cache", speech=False)
    assert {Path(clip.source).name for clip in second.clips} == {"a.wav", "b.flac", "c.wav"}


def test_both_parts_of_a_small_pool_have_something(folder, tmp_path):
    pool, _ = build_pool([folder], tmp_path / "cache", speech=False)
    assert pool.split(True) and pool.split(False)


def test_errors_name_the_folder(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        sound_files([tmp_path / "missing"])
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="empty: no sound files"):
        sound_files([empty])
    soundfile.write(empty / "silent.wav", np.zeros(48000), 48000)
    with pytest.raises(InputError, match=r"no usable sound.*1 silent"):
        build_pool([empty], tmp_path / "cache", speech=False)


def test_dynamic_range():
    assert dynamic_range_db(_utterance(2, 48000)) == pytest.approx(60, abs=3)
    assert dynamic_range_db(np.random.default_rng(1).standard_normal(48000)) < 3
