import numpy as np
import pytest
import soundfile
from scipy import signal

from workbench.core.resources import resource
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.howl import HowlDetector


def first_howl(x):
    """Time and frequency of the first howl, or None."""
    detector = HowlDetector()
    for hop in range(len(x) // HOP):
        found_hz = detector.process(x[hop * HOP : (hop + 1) * HOP].astype(np.float32))
        if found_hz:
            return hop * HOP / RATE_HZ, found_hz
    return None


def loop(gain, seconds=6, frequency_hz=1800.0, delay=1440):
    """A microphone that hears a talker's noise and its own loudspeaker, through a room that favours a frequency."""
    rng = np.random.default_rng(0)
    b, a = signal.iirpeak(frequency_hz, 20, fs=RATE_HZ)
    state = np.zeros(max(len(a), len(b)) - 1)
    noise = 0.003 * rng.standard_normal(seconds * RATE_HZ)
    x = np.zeros(seconds * RATE_HZ)
    for start in range(0, len(x), HOP):
        back = x[start - delay : start - delay + HOP] if start >= delay else np.zeros(HOP)
        heard, state = signal.lfilter(b, a, back, zi=state)
        x[start : start + HOP] = np.clip(noise[start : start + HOP] + gain * heard, -1, 1)
    return x


def test_a_loop_that_howls_is_found_before_it_is_at_its_loudest():
    x = loop(1.3)
    at_s, found_hz = first_howl(x)
    assert abs(found_hz - 1800) < 60
    assert np.abs(x[: round(at_s * RATE_HZ)]).max() < 0.9


def test_a_loop_below_its_limit_is_none():
    assert first_howl(loop(0.8)) is None


@pytest.mark.parametrize("name", sorted(path.name for path in resource("voices").glob("*.flac"))[:4])
def test_voices_are_none(name):
    x, rate_hz = soundfile.read(resource("voices") / name)
    x = signal.resample_poly(x, RATE_HZ, rate_hz) if rate_hz != RATE_HZ else x
    assert first_howl(x[: 20 * RATE_HZ]) is None


def test_tones_that_stay_or_swell_slowly_and_swelling_noise_are_none():
    time_s = np.arange(4 * RATE_HZ) / RATE_HZ
    tone = np.sin(2 * np.pi * 880 * time_s)
    assert first_howl(0.3 * tone) is None
    assert first_howl(tone * 10 ** ((8 * time_s - 40) / 20)) is None
    noise = np.random.default_rng(1).standard_normal(len(time_s))
    assert first_howl(0.1 * noise * 10 ** ((10 * time_s - 40) / 20)) is None
    vibrato = np.sin(2 * np.pi * (880 * time_s + 3 * np.sin(2 * np.pi * 5 * time_s)))
    assert first_howl(vibrato * 10 ** ((20 * time_s - 80) / 20)) is None


def test_it_is_said_once_and_again_only_after_a_while():
    x = 0.001 * 10 ** (40 * np.arange(RATE_HZ) / RATE_HZ / 20) * np.sin(2 * np.pi * 0.05 * np.arange(RATE_HZ))
    detector = HowlDetector()
    found = [detector.process(x[k * HOP : (k + 1) * HOP].astype(np.float32)) for k in range(100)]
    times = np.flatnonzero(found)
    assert len(times) in (1, 2) and np.all(np.diff(times) >= 50)
