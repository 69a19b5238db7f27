import numpy as np
import pytest

from workbench.core.geometry import SPEED_OF_SOUND_M_S, load_array, unit_vectors
from workbench.core.params import BeamformerParams
from workbench.dsp import beams
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.beam_pattern import beam_pattern, filter_weights
from workbench.dsp.noise_field import FFT, NoiseTracker
from workbench.dsp.steering import diffuse_coherence, steering_vectors

ARRAY = load_array("uca8-100mm")
MVDR = BeamformerParams(method="mvdr", white_noise_floor_db=-6.0)


def _plane_waves(seed, samples, *azimuths_deg):
    """White plane waves from some directions, delayed exactly (in the frequency domain): (M, samples)."""
    rng = np.random.default_rng(seed)
    frequency_hz = np.fft.rfftfreq(samples, 1 / RATE_HZ)
    heard = np.zeros((ARRAY.mics, samples))
    for azimuth_deg in azimuths_deg:
        advance_s = ARRAY.mic_xyz_m @ unit_vectors(np.radians(azimuth_deg)) / SPEED_OF_SOUND_M_S
        spectrum = np.fft.rfft(rng.standard_normal(samples))
        heard += np.fft.irfft(spectrum * np.exp(2j * np.pi * frequency_hz * advance_s[:, None]), samples)
    return (0.05 * heard).astype(np.float32)


def _learn(tracker, x, azimuth_deg, adaptation_ms=250.0):
    hops = x.shape[1] // HOP
    return np.array(
        [tracker.process(x[:, k * HOP : (k + 1) * HOP], np.radians(azimuth_deg), adaptation_ms) for k in range(hops)]
    )


def test_one_wave_gives_the_outer_product_of_its_steering_vector():
    tracker = NoiseTracker(ARRAY.mic_xyz_m)
    learned = _learn(tracker, _plane_waves(0, 60 * HOP, -70.0), 30.0)
    assert learned[2:].mean() > 0.95
    field = tracker.field
    assert not field.covariance.flags.writeable
    frequency_hz = np.fft.rfftfreq(FFT, 1 / RATE_HZ)
    steering = steering_vectors(ARRAY.mic_xyz_m, np.radians(-70.0), frequency_hz)[:, 0]
    expected = steering[:, :, None] * steering[:, None, :].conj()
    speech = (frequency_hz > 200) & (frequency_hz < 8000)
    assert np.abs(field.covariance - expected)[speech].max() < 0.12
    assert field.heard[speech].min() > 0.7


def test_average_against_a_slow_recursion():
    x = _plane_waves(1, 20 * HOP, -70.0, 160.0)
    tracker = NoiseTracker(ARRAY.mic_xyz_m)
    learned = _learn(tracker, x, 30.0, 100.0)
    padded = np.concatenate([np.zeros((8, FFT - HOP // 2)), x], axis=1)
    window = np.sqrt(np.hanning(FFT + 1)[:-1])
    rate, leak = 1 - np.exp(-0.005 / 0.1), np.exp(-0.005 / 5.0)
    covariance, heard, bin_number = np.zeros((8, 8), complex), 0.0, 20  # 1875 Hz: the third band
    for frame in range(40):
        heard *= leak
        spectrum = np.fft.rfft(window * padded[:, frame * 240 : frame * 240 + FFT])[:, bin_number]
        if learned[frame // 2, 2] == 0:
            continue
        assert learned[frame // 2, 2] == 1  # else the oracle would not know which frame it was
        step = max(rate, rate / (heard + rate))
        covariance += step * (np.outer(spectrum, spectrum.conj()) - covariance)
        heard += rate * (1 - heard)
    expected = covariance / (np.trace(covariance).real / 8)
    np.testing.assert_allclose(tracker.field.covariance[bin_number], expected, atol=1e-4)
    assert tracker.field.heard[bin_number] == pytest.approx(heard, abs=1e-6)


def test_the_steered_direction_is_not_learned_and_silence_neither():
    tracker = NoiseTracker(ARRAY.mic_xyz_m)
    assert _learn(tracker, _plane_waves(2, 30 * HOP, 30.0), 30.0).mean() < 0.02
    assert _learn(tracker, np.zeros((8, 10 * HOP), np.float32), 30.0)[2:].max() == 0.0


def test_a_turn_forgets_and_a_walk_does_not():
    tracker = NoiseTracker(ARRAY.mic_xyz_m)
    x = _plane_waves(3, 60 * HOP, -70.0)
    _learn(tracker, x, 30.0)
    for step in range(100):  # 8 degrees a second
        tracker.process(np.zeros((8, HOP), np.float32), np.radians(30.0 + 0.08 * step), 250.0)
    assert tracker.field.heard[20] > 0.6
    tracker.process(np.zeros((8, HOP), np.float32), np.radians(-70.0), 250.0)
    assert tracker.field.heard.max() == 0.0


def test_mvdr_puts_a_null_where_the_noise_comes_from_and_keeps_floor_and_talker():
    tracker = NoiseTracker(ARRAY.mic_xyz_m)
    _learn(tracker, _plane_waves(4, 60 * HOP, -70.0), 30.0)
    filters = beams.design_beam(ARRAY, MVDR, np.radians(30.0), noise=tracker.field)
    pattern = beam_pattern(ARRAY, filters)
    there = np.argmin(np.abs(pattern.azimuth_rad - np.radians(-70)))
    speech = (pattern.frequency_hz > 500) & (pattern.frequency_hz < 6000)
    plain = beam_pattern(ARRAY, beams.design_beam(ARRAY, BeamformerParams(), np.radians(30.0)))
    assert np.median(pattern.level_db[speech, there]) < -20.0
    assert np.median(pattern.level_db[speech, there]) < np.median(plain.level_db[speech, there]) - 8.0
    assert pattern.white_noise_gain_db.min() > -6.5
    weights = filter_weights(filters, pattern.frequency_hz[speech])
    steering = steering_vectors(ARRAY.mic_xyz_m, np.radians(30.0), pattern.frequency_hz[speech])[:, 0]
    assert np.abs(20 * np.log10(np.abs(np.einsum("fm,fm->f", weights.conj(), steering)))).max() < 0.5


def test_mvdr_that_heard_nothing_is_superdirective():
    field = NoiseTracker(ARRAY.mic_xyz_m).field
    deaf = beams.design_beam(ARRAY, MVDR, 0.4, noise=field)
    alone = beams.design_beam(ARRAY, MVDR, 0.4)
    np.testing.assert_allclose(deaf.fir, alone.fir, atol=1e-5)
    sharp = beams.design_beam(ARRAY, BeamformerParams(method="superdirective", white_noise_floor_db=-6.0), 0.4)
    np.testing.assert_allclose(deaf.fir, sharp.fir, atol=3e-3)  # on a grid twice as wide


def test_a_measured_diffuse_field_gives_the_superdirective_beam():
    tracker = NoiseTracker(ARRAY.mic_xyz_m)
    field = tracker.field
    frequency_hz = np.fft.rfftfreq(FFT, 1 / RATE_HZ)
    diffuse = diffuse_coherence(ARRAY.mic_xyz_m, frequency_hz).astype(np.complex64)
    known = type(field)(diffuse, np.ones(len(frequency_hz), np.float32))
    measured = beams.design_beam(ARRAY, MVDR, 0.4, noise=known)
    np.testing.assert_allclose(measured.fir, beams.design_beam(ARRAY, MVDR, 0.4).fir, atol=1e-5)


def test_large_arrays_leave_frames_out():
    rng = np.random.default_rng(5)
    tracker = NoiseTracker(rng.uniform(-0.2, 0.2, (64, 3)))
    x = rng.standard_normal((64, HOP)).astype(np.float32)
    counts = [tracker.process(x, 0.0, 250.0).max() for _ in range(16)]
    assert 0 < np.count_nonzero(counts) <= 2
