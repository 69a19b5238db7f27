import math

import numpy as np
import pytest

from workbench.core.resources import resource
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.loudness import integrated_lufs
from workbench.engine.loudness_match import LoudnessMatch


def speech(seconds=8.0):
    import soundfile

    samples, rate = soundfile.read(resource("voices", "anna.flac"), dtype="float32")
    assert rate == RATE_HZ
    return np.resize(samples, round(seconds * RATE_HZ)).astype(np.float32)


def music(seconds=8.0, seed=0):
    """Chords of decaying harmonic tones over soft noise."""
    rng, t = np.random.default_rng(seed), np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    out = 0.002 * rng.standard_normal(len(t))
    for beat in np.arange(0, seconds, 0.4):
        for tone in rng.choice([110, 138.6, 164.8, 220, 277.2, 329.6, 440], 3, replace=False):
            since = np.maximum(t - beat, 0)
            shape = (t >= beat) * np.exp(-4 * since)
            out += 0.05 * shape * sum(np.sin(2 * np.pi * k * tone * t) / k for k in (1, 2, 3))
    return out.astype(np.float32)


def feed(match, a, b, frozen=False):
    for start in range(0, len(a) - HOP + 1, HOP):
        hop = slice(start, start + HOP)
        gains = match.process(np.stack([a[hop]] * 2), np.stack([b[hop]] * 2), frozen)
    return gains


def dull(x):
    """Another timbre and level, as another setting would give."""
    return (0.5 * np.convolve(x, np.hanning(24) / np.hanning(24).sum(), mode="same")).astype(np.float32)


@pytest.mark.parametrize("programme", [speech, music])
def test_matched_sides_are_equally_loud(programme):
    a = programme()
    b = dull(a)
    gains = feed(LoudnessMatch(2), a, b)
    loudness = [integrated_lufs(np.stack([x] * 2)) + gain for x, gain in zip((a, b), gains)]
    assert abs(loudness[0] - loudness[1]) < 0.2
    assert max(gains) == 0.0 and min(gains) < -5.0


def test_the_louder_side_is_attenuated_and_never_the_softer_amplified():
    x = speech(3.0)
    assert feed(LoudnessMatch(2), x, 2 * x) == pytest.approx((0.0, -6.02), abs=0.01)
    assert feed(LoudnessMatch(2), x, x / 2) == pytest.approx((-6.02, 0.0), abs=0.01)


def test_the_span_is_the_newest_half_minute():
    rng = np.random.default_rng(0)
    x = (0.1 * rng.standard_normal(40 * RATE_HZ)).astype(np.float32)
    b = x.copy()
    b[: 8 * RATE_HZ] *= 10
    match = LoudnessMatch(2)
    gains = feed(match, x, b)
    assert match.measured_s == 30.0
    assert gains == pytest.approx((0.0, 0.0), abs=1e-3)


def test_frozen_silent_or_just_begun_the_offset_stays():
    x = speech(3.0)
    match = LoudnessMatch(2)
    feed(match, x, 2 * x)
    held = match.gains_db
    assert feed(match, x, 4 * x, frozen=True) == held
    match.restart()
    assert match.measured_s == 0.0 and math.isnan(match.lufs[0])
    assert feed(match, x[: RATE_HZ // 2], 8 * x[: RATE_HZ // 2]) == held
    silence = np.zeros(3 * RATE_HZ, dtype=np.float32)
    feed(match, silence, silence, frozen=True)
    match.restart()
    assert feed(match, silence, silence) == held
