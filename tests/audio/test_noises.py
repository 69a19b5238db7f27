import numpy as np
import pytest

from workbench.audio.diffuse import DiffuseField, diffuse_coherence
from workbench.audio.noises import RATE_HZ, make_noise, noise_density
from workbench.audio.room_paths import CHUNK
from workbench.audio.scene_parts import NOISE_KINDS
from workbench.core.geometry import load_array


def listen(kind: str, seconds: float, streams: int = 1, seed=1) -> np.ndarray:
    noise = make_noise(kind, streams, seed, CHUNK)
    return np.concatenate([noise.next() for _ in range(int(seconds * RATE_HZ / CHUNK))], axis=1)


@pytest.mark.parametrize(("kind", "seconds"), [("fan", 20), ("room", 20), ("babble", 24), ("keyboard", 300)])
def test_the_mean_power_is_one(kind, seconds):
    assert np.square(listen(kind, seconds)).mean() == pytest.approx(1.0, rel=0.1)


def test_the_mean_power_of_traffic_is_one_over_an_hour():
    noise = make_noise("traffic", 1, 1, CHUNK)
    power = [noise._cars_power() for _ in range(3600 * RATE_HZ // CHUNK)]
    assert np.mean(power) + noise._BASE_SHARE == pytest.approx(1.0, rel=0.1)


@pytest.mark.parametrize("kind", NOISE_KINDS)
def test_noises_are_endless_finite_and_repeatable(kind):
    first, again = listen(kind, 2, streams=3), listen(kind, 2, streams=3)
    np.testing.assert_array_equal(first, again)
    assert first.shape == (3, 2 * RATE_HZ) and first.dtype == np.float32
    assert np.isfinite(first).all()
    assert np.abs(first - listen(kind, 2, streams=3, seed=2)).max() > 0.1


@pytest.mark.parametrize("kind", NOISE_KINDS)
def test_streams_are_independent(kind):
    streams = listen(kind, 20, streams=2).astype(float)
    size = 1 << 21
    spectra = np.fft.rfft(streams[:, : size // 2], size)[:, size // 480 : size // 8]  # 100 Hz to 6 kHz
    whitened = spectra / np.maximum(np.abs(spectra), 1e-9)
    cross = np.abs(np.fft.ifft(whitened[0] * whitened[1].conj())) * np.sqrt(whitened.shape[1])
    near = np.concatenate([cross[:1200], cross[-1200:]])
    # In standard deviations of what chance gives; some dozens of keys leave more to chance than steady noise does.
    assert near.max() < (30 if kind == "keyboard" else 6)


def test_the_fan_has_its_tones():
    frames = listen("fan", 20)[0].reshape(-1, RATE_HZ) * np.hanning(RATE_HZ)
    density = np.square(np.abs(np.fft.rfft(frames))).mean(axis=0)
    assert 10 * np.log10(density[127:138].max() / np.median(density[95:170])) > 10


def test_traffic_rumbles_and_swells():
    samples = listen("traffic", 60)[0]
    density = noise_density("traffic", CHUNK + 1)
    assert density[: round(300 / 10)].sum() > 0.7
    loudness_db = 10 * np.log10(np.square(samples.reshape(60, -1)).mean(axis=1))
    assert np.ptp(loudness_db) > 6


def test_typing_is_impulsive_and_the_fan_is_not():
    def crest(kind):
        power = np.square(listen(kind, 20)[0]).reshape(-1, 480).mean(axis=1)
        return power.max() / power.mean()

    assert crest("keyboard") > 15 and crest("fan") < 4


def test_babble_has_the_spectrum_of_speech_and_hardly_a_pause():
    samples = listen("babble", 20)[0]
    density = noise_density("babble", CHUNK + 1)
    assert density[10:100].sum() > 0.6  # 100 Hz to 1 kHz
    power_db = 10 * np.log10(np.square(samples.reshape(-1, 4800)).mean(axis=1))
    assert (power_db < -12).mean() < 0.02


@pytest.mark.parametrize("delay_s", [0.0, 20e-6])
def test_the_field_is_diffuse(delay_s):
    mics = load_array("uca8-100mm").mic_xyz_m
    delays = np.zeros(8)
    delays[3] = delay_s
    field = DiffuseField(mics, delays, CHUNK)
    rng, last = np.random.default_rng(1), np.zeros((8, CHUNK))
    heard = []
    for _ in range(200):
        new = rng.standard_normal((8, CHUNK))
        heard.append(np.fft.irfft(field.mix(np.fft.rfft(np.concatenate([last, new], axis=1))))[:, CHUNK:])
        last = new
    samples = np.concatenate(heard[1:], axis=1)
    assert np.square(samples).mean(axis=1) == pytest.approx(np.ones(8), rel=0.05)
    spectra = np.fft.rfft(samples[:, : 497 * 960].reshape(8, -1, 960) * np.hanning(960))
    cross = np.einsum("ahf,bhf->fab", spectra, spectra.conj())
    power = np.sqrt(np.einsum("faa->fa", cross).real)
    coherence = cross / power[:, :, None] / power[:, None]
    bins = np.array([10, 20, 40, 80])
    want = diffuse_coherence(mics, bins * 50.0) * np.exp(
        -2j * np.pi * bins[:, None, None] * 50.0 * (delays[:, None] - delays[None])
    )
    np.testing.assert_allclose(coherence[bins], want, atol=0.1)


def test_a_single_microphone_hears_a_diffuse_noise_unchanged_in_power():
    field = DiffuseField(np.zeros((1, 3)), np.zeros(1), CHUNK)
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal((1, 2 * CHUNK)))
    np.testing.assert_allclose(np.abs(field.mix(spectrum)), np.abs(spectrum), rtol=0.01)


def test_many_microphones_are_mixed_as_few_are():
    """From 17 microphones on the mix is a matrix product for each frequency: the same sum."""
    mics = np.random.default_rng(0).uniform(-0.1, 0.1, (20, 3))
    field = DiffuseField(mics, np.zeros(20), 480)
    rng = np.random.default_rng(1)
    spectra = (rng.standard_normal((20, 481)) + 1j * rng.standard_normal((20, 481))).astype(np.complex64)
    np.testing.assert_allclose(field.mix(spectra), np.einsum("if,foi->of", spectra, field._mix), atol=2e-5)
