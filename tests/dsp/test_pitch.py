"""Pitch tracking against known periods, and the fast correlation against its definition."""

import numpy as np
import pytest

from workbench.dsp.pitch import (
    LAGS,
    LOOK_AHEAD,
    MAX_LAG,
    MIN_LAG,
    VOICED_CORRELATION,
    PitchTracker,
    lpc,
    normalised_correlation,
)


def _voice(f0_hz, seconds=1.0, rate_hz=48000):
    """Harmonics up to 6 kHz, falling like a voice's; f0 may be an array over samples."""
    f0 = np.broadcast_to(f0_hz, int(seconds * rate_hz))
    phase = 2 * np.pi * np.cumsum(f0) / rate_hz
    count = int(6000 / np.max(f0))
    return sum(np.cos(k * phase + k * k) / k for k in range(1, count + 1)).astype(np.float32) * 0.05


def _track(x):
    tracker = PitchTracker()
    return [tracker.process(x[None, k : k + 480]) for k in range(0, len(x) - 479, 480)]


@pytest.mark.parametrize("f0_hz", [70.0, 110.0, 137.0, 220.0, 400.0])
def test_period_of_a_voice_within_two_percent(f0_hz):
    decided = [pitch.decided_period[0] for pitch in _track(_voice(f0_hz))[20:]]
    assert np.median(np.abs(np.array(decided) * f0_hz / 48000 - 1)) < 0.02


def test_voiced_in_noise_of_equal_energy():
    x = _voice(130.0)
    noise = np.random.default_rng(1).standard_normal(len(x)).astype(np.float32) * x.std()
    pitches = _track(x + noise)[20:]
    error = [abs(pitch.decided_period[0] * 130.0 / 48000 - 1) for pitch in pitches]
    assert np.median(error) < 0.02
    assert np.mean([pitch.decided_correlation[0] for pitch in pitches]) > VOICED_CORRELATION


def test_noise_alone_is_not_voiced():
    noise = np.random.default_rng(2).standard_normal(48000).astype(np.float32) * 0.1
    assert np.mean([pitch.decided_correlation[0] for pitch in _track(noise)[20:]]) < VOICED_CORRELATION


def test_decided_period_belongs_to_the_frame_look_ahead_hops_ago():
    x = np.concatenate([_voice(100.0, 0.5), _voice(150.0, 0.5)])
    decided = np.array([pitch.decided_period[0] for pitch in _track(x)])
    change = 20 + int(np.flatnonzero(np.abs(decided[20:] - 320) < 12)[0])
    # The new pitch begins with hop 50; the frame centred there is decided LOOK_AHEAD hops after its last sample.
    assert 50 + LOOK_AHEAD <= change <= 50 + LOOK_AHEAD + 3


@pytest.mark.parametrize("gain_db", [-60, -20, 20])
def test_level_does_not_matter(gain_db):
    x = _voice(np.linspace(90, 180, 48000)) + 0.003 * np.random.default_rng(3).standard_normal(48000)
    x = x.astype(np.float32)
    reference = [pitch.decided_period[0] for pitch in _track(x)]
    scaled = [pitch.decided_period[0] for pitch in _track(np.float32(10 ** (gain_db / 20)) * x)]
    assert np.mean(np.array(reference) == np.array(scaled)) > 0.97


def test_silence_gives_finite_numbers():
    pitches = _track(np.zeros(4800, dtype=np.float32))
    assert all(np.isfinite(pitch.correlation).all() and pitch.decided_correlation[0] == 0 for pitch in pitches)


def test_correlation_equals_its_definition_before_the_octave_check():
    residual = np.random.default_rng(4).standard_normal((2, 416)).astype(np.float32)
    correlation, energy = normalised_correlation(residual)
    slow = np.empty((2, 2, LAGS))
    for channel in range(2):
        for subframe, end in enumerate((336, 416)):
            now = residual[channel, end - 80 : end].astype(np.float64)
            assert energy[channel, subframe] == pytest.approx(now @ now, rel=1e-5)
            for lag in range(MIN_LAG, MAX_LAG + 1):
                then = residual[channel, end - 80 - lag : end - lag].astype(np.float64)
                slow[channel, subframe, lag - MIN_LAG] = 2 * (now @ then) / (now @ now + then @ then)
    kept = np.isclose(correlation, slow, atol=1e-5)
    assert np.all(kept | np.isclose(correlation, 0.8 * slow, atol=1e-5))
    assert kept[..., : MIN_LAG + 2].all()  # lags below twice the shortest have no half to be compared with


def test_lpc_recovers_a_resonance():
    rng = np.random.default_rng(5)
    x = np.zeros(2000)
    for n in range(2, 2000):
        x[n] = 1.6 * x[n - 1] - 0.81 * x[n - 2] + rng.standard_normal()
    frames = np.stack([x[k : k + 320] for k in range(400, 1600, 160)]).astype(np.float32)
    mean = lpc(frames).mean(axis=0)
    assert mean[:2] == pytest.approx([1.6, -0.81], abs=0.15)
