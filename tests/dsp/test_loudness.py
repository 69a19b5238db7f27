import numpy as np
import pyloudnorm
import pytest

from workbench.dsp.loudness import LoudnessMeter, ProgrammeLoudness, integrated_lufs, k_weighting_power

RATE_HZ = 48000


def _sine(frequency_hz, amplitude, seconds=4.0):
    return amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)


def test_full_scale_sine_in_one_channel_is_minus_3_01_lufs():
    """BS.1770-4: a 0 dBFS, 997 Hz sine on left, centre or right reads -3.01."""
    assert integrated_lufs(_sine(997, 1.0)[None]) == pytest.approx(-3.01, abs=0.02)


@pytest.mark.parametrize("channels", [1, 2])
def test_integrated_agrees_with_pyloudnorm(channels):
    rng = np.random.default_rng(channels)
    level = np.repeat(rng.uniform(0.001, 0.3, 20), RATE_HZ // 2)
    x = rng.standard_normal((channels, len(level))) * level
    want = pyloudnorm.Meter(RATE_HZ).integrated_loudness(x.T)
    assert integrated_lufs(x) == pytest.approx(want, abs=0.05)


def test_silence_and_short_sound_have_no_loudness():
    assert integrated_lufs(np.zeros((2, RATE_HZ))) == -np.inf
    assert integrated_lufs(np.ones((2, 1000))) == -np.inf


def test_meter_reads_a_steady_tone_and_forgets_it():
    meter = LoudnessMeter(2)
    x = np.stack([_sine(997, 0.1)] * 2).astype(np.float32)
    for hop in range(400):
        momentary, short_term = meter.process(x[:, hop * 480 : (hop + 1) * 480])
    assert momentary == pytest.approx(-20.0, abs=0.02)  # two channels at -23.01
    assert short_term == pytest.approx(-20.0, abs=0.02)
    for _ in range(41):
        momentary, short_term = meter.process(np.zeros((2, 480), dtype=np.float32))
    assert momentary < -60
    assert short_term == pytest.approx(-20.0 + 10 * np.log10(259 / 300), abs=0.05)


def test_k_weighting_is_flat_at_1_khz_and_lifts_treble():
    low, middle, high = 10 * np.log10(k_weighting_power(np.array([40.0, 1000.0, 10000.0])))
    assert middle == pytest.approx(0.69, abs=0.05)
    assert high == pytest.approx(4.0, abs=0.1)
    assert low < -5


def _programme(x):
    meter, programme = LoudnessMeter(len(x)), ProgrammeLoudness()
    for hop in range(x.shape[1] // 480):
        programme.add(*meter.process(x[:, hop * 480 : (hop + 1) * 480].astype(np.float32)))
    return programme


@pytest.mark.parametrize("seed", [1, 2])
def test_a_streams_integrated_loudness_is_that_of_the_whole_recording(seed):
    rng = np.random.default_rng(seed)
    level = np.repeat(rng.uniform(0.001, 0.3, 24), RATE_HZ // 2)
    x = rng.standard_normal((2, len(level))) * level
    programme = _programme(x)
    assert programme.integrated_lufs == pytest.approx(integrated_lufs(x), abs=0.1)
    assert programme.seconds == pytest.approx(12.0)


def test_loudness_range_of_two_levels_is_their_distance():
    """EBU Tech 3342, table 1: 20 s of a tone at -20 LUFS and 20 s at -30 LUFS have a range of 10 LU."""
    tone = np.tile(_sine(1000, 1.0, 20.0), 2)
    level = np.repeat([10 ** (-20 / 20), 10 ** (-30 / 20)], 20 * RATE_HZ)
    programme = _programme(np.stack([tone * level] * 2))
    assert programme.range_lu == pytest.approx(10.0, abs=1.0)


def test_silence_and_short_sound_have_no_programme_loudness():
    programme = ProgrammeLoudness()
    assert programme.integrated_lufs == -np.inf and np.isnan(programme.range_lu)
    for _ in range(400):
        programme.add(-np.inf, -np.inf)
    assert programme.integrated_lufs == -np.inf and np.isnan(programme.range_lu)
    programme.add(-20.0, -20.0)
    programme.reset()
    assert programme.seconds == 0 and programme.integrated_lufs == -np.inf
