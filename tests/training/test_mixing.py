"""Mixtures and shards: determined by their seed, with targets that fit what was mixed."""

import numpy as np
import pytest

from workbench.core.errors import EarshotError
from workbench.dsp.bands import BANDS, PEAK_HZ
from workbench.training import mixing, shards
from workbench.training.corpus import Clip, Pool
from workbench.training.mixing import Mixer, trusted_bands
from workbench.training.rooms import early_part, measured_responses, shoebox_response, synthetic_response
from workbench.training.shards import make_shard, read_shard, write_shard


def _pool(seed, speech):
    rng = np.random.default_rng(seed)
    pieces = []
    for number in range(4):
        x = rng.standard_normal(96000) * 0.1
        if speech:
            time_s = np.arange(96000) / 48000
            x = sum(np.cos(2 * np.pi * (110 + 20 * number) * k * time_s + k * k) / k for k in range(1, 30)) * 0.1
            x *= np.sin(2 * np.pi * 2 * time_s) > -0.5
        pieces.append(x)
    samples = np.round(np.concatenate(pieces) * 20000).astype(np.int16)
    clips = tuple(Clip(96000 * k, 96000, 24000.0, f"{k}", v) for k in range(4) for v in (False, True))
    return Pool(samples, clips)


@pytest.fixture(scope="module")
def mixer():
    return Mixer(_pool(1, True), _pool(2, False))


def test_a_seed_gives_one_mixture(mixer):
    first, second, other = mixer.mixture((1, 2)), mixer.mixture((1, 2)), mixer.mixture((1, 3))
    np.testing.assert_array_equal(first.noisy, second.noisy)
    assert not np.array_equal(first.noisy, other.noisy)


def test_mixtures_are_of_many_kinds_and_never_too_loud(mixer):
    made = [mixer.mixture((5, k)) for k in range(40)]
    assert all(np.isfinite(m.noisy).all() and np.max(np.abs(m.noisy)) <= 1.001 for m in made)
    assert any(not m.clean.any() for m in made), "noise alone"
    levels = [20 * np.log10(np.max(np.abs(m.noisy)) + 1e-9) for m in made]
    assert min(levels) < -30 and max(levels) > -10
    ratios = [np.sum(m.clean**2) / (np.sum((m.noisy - m.clean) ** 2) + 1e-9) for m in made if m.clean.any()]
    assert min(ratios) < 1 and max(ratios) > 30


def test_a_disk_full_of_examples_is_told_with_its_remedy(tmp_path, monkeypatch):
    shard = shards.Shard(*(np.zeros((1, 4, 2), dtype=np.float16),) * 3, np.ones((1, 34), dtype=bool))

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(EarshotError, match=r"No space left.*--resume"):
        write_shard(tmp_path, 0, shard)
    assert not list(tmp_path.iterdir())
    with pytest.raises(EarshotError, match="cannot be written"):
        write_shard(tmp_path / "missing", 0, shard)


def test_voices_are_played_higher_and_lower_and_their_end_moves_with_them():
    tone = np.round(8000 * np.sin(2 * np.pi * 1000 * np.arange(96000) / 48000)).astype(np.int16)
    pool = Pool(np.tile(tone, 2), tuple(Clip(96000 * k, 96000, 8000.0, f"{k}", bool(k)) for k in range(2)))
    mixer = Mixer(pool, pool)
    for seed in range(12):
        speech, cutoff_hz = mixer._talker(np.random.default_rng(seed), pauses=False)
        heard_hz = np.argmax(np.abs(np.fft.rfft(speech))) * 48000 / len(speech)
        assert cutoff_hz == pytest.approx(8 * heard_hz, rel=0.01)
        assert 800 < heard_hz < 1330
    assert len({round(mixer._talker(np.random.default_rng(k), False)[1]) for k in range(12)}) > 4


def test_bands_beyond_the_cut_off_are_not_trusted():
    trusted = trusted_bands(8000.0)
    assert trusted[PEAK_HZ < 7500].all() and not trusted[PEAK_HZ > 8000].any()
    assert trusted_bands(24000.0).all()


def test_a_shard_holds_the_targets_of_its_mixtures(mixer, tmp_path, monkeypatch):
    monkeypatch.setattr(mixing, "STREAM_FRAMES", 200)
    monkeypatch.setattr(mixing, "STREAM_SAMPLES", 96000)
    monkeypatch.setattr(shards, "STREAM_FRAMES", 200)
    shard = make_shard(mixer, 7, 0, streams=4)
    assert shard.features.shape == (4, 200, 70) and shard.gain.shape == shard.strength.shape == (4, 200, BANDS)
    for values in (shard.gain, shard.strength):
        assert values.min() >= 0 and values.max() <= 1
    # Where nothing but noise sounds the gain is nought; the target of frame f is about frame f - 2.
    for stream in range(4):
        clean = mixer.mixture((7, 0, stream)).clean
        silent = [f for f in range(4, 200) if not clean[(f - 3) * 480 : (f - 1) * 480].any()]
        assert np.all(shard.gain[stream, silent] == 0)
    write_shard(tmp_path, 3, shard)
    again = read_shard(tmp_path, 3)
    np.testing.assert_array_equal(again.features, shard.features)
    np.testing.assert_array_equal(again.trusted, shard.trusted)
    path = shards.shard_path(tmp_path, 3)
    for damage in (b"", path.read_bytes()[:5000], b"text"):
        path.write_bytes(damage)
        with pytest.raises(EarshotError, match="damaged"):
            read_shard(tmp_path, 3)


@pytest.mark.parametrize("make", [synthetic_response, shoebox_response])
def test_a_room_begins_with_its_direct_sound_and_decays(make):
    response = make(np.random.default_rng(1))
    assert response[0] == 1 == np.max(np.abs(response))
    energy = response.astype(np.float64) ** 2
    assert energy[-len(energy) // 4 :].sum() < 0.01 * energy[1:].sum()
    early = early_part(response)
    assert len(early) <= 0.056 * 48000
    np.testing.assert_array_equal(early[:2000], response[:2000])


def test_a_shoebox_decays_at_one_rate_across_the_seam_of_images_and_noise():
    for seed in range(6):
        response = shoebox_response(np.random.default_rng(seed)).astype(np.float64)
        decay_db = 10 * np.log10(np.cumsum(response[::-1] ** 2)[::-1] / np.sum(response**2))
        steps = np.diff(decay_db[480:-4800:480])
        assert np.all(steps <= 0) and steps.min() > -6.0, "no step in Schroeder's curve"


def test_measured_responses_start_at_the_direct_sound(tmp_path):
    import soundfile

    x = np.zeros(4800)
    x[700], x[900] = -0.5, 0.2
    soundfile.write(tmp_path / "room.wav", x, 48000)
    (response,) = measured_responses(tmp_path)
    assert response[0] == 1 and response[200] == pytest.approx(-0.4, abs=1e-3)
