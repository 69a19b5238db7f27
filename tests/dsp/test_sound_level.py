import numpy as np
import pytest
from scipy import optimize, signal

from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.sound_level import HIGH_HZ, SoundLevelMeter, weighting_db, weighting_sos

# IEC 61672-1:2013, table 3: nominal frequency, A, C, and the tolerances of class 1.
TABLE = (
    (20, -50.5, -6.2, 2.0, -2.0),
    (31.5, -39.4, -3.0, 1.5, -1.5),
    (63, -26.2, -0.8, 1.0, -1.0),
    (125, -16.1, -0.2, 1.0, -1.0),
    (250, -8.6, 0.0, 1.0, -1.0),
    (500, -3.2, 0.0, 1.0, -1.0),
    (1000, 0.0, 0.0, 0.7, -0.7),
    (2000, 1.2, -0.2, 1.0, -1.0),
    (4000, 1.0, -0.8, 1.0, -1.0),
    (8000, -1.1, -3.0, 1.5, -2.5),
    (10000, -2.5, -4.4, 2.0, -3.0),
    (12500, -4.3, -6.2, 2.0, -5.0),
    (16000, -6.6, -8.5, 2.5, -16.0),
)


def tone(frequency_hz, seconds, amplitude=1.0):
    return amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)


def levels(meter, x):
    return np.array([meter.process(x[None, start : start + HOP])[0] for start in range(0, len(x), HOP)])


@pytest.mark.parametrize("weighting", ["A", "C"])
def test_the_filters_are_of_class_1(weighting):
    nominal_hz = np.array([row[0] for row in TABLE])
    exact_hz = 1000 * 10 ** (np.round(10 * np.log10(nominal_hz / 1000)) / 10)
    _, response = signal.freqz_sos(weighting_sos(weighting), worN=exact_hz, fs=RATE_HZ)
    wanted_db = np.array([row[1 if weighting == "A" else 2] for row in TABLE])
    error_db = 20 * np.log10(np.abs(response)) - wanted_db
    assert (error_db < [row[3] for row in TABLE]).all() and (error_db > [row[4] for row in TABLE]).all()
    assert np.abs(error_db).max() < 0.5
    np.testing.assert_allclose(weighting_db(exact_hz, weighting), wanted_db, atol=0.15)


@pytest.mark.parametrize("weighting", ["A", "C", "Z"])
def test_a_steady_tone_of_1_khz_reads_its_level(weighting):
    found = levels(SoundLevelMeter(1, weighting, "fast"), tone(1000, 2.0))
    assert found[-1] == pytest.approx(-3.01, abs=0.05)


def test_after_the_end_the_level_falls_as_the_standard_says():
    """4.34 dB a time constant: 34.7 dB/s fast, 4.3 dB/s slow."""
    for speed, rate_db_s in (("fast", 34.7), ("slow", 4.34)):
        meter = SoundLevelMeter(1, "Z", speed)
        levels(meter, tone(1000, 5.0))
        fallen = levels(meter, np.zeros(RATE_HZ // 2))
        assert fallen[-1] - fallen[0] == pytest.approx(-rate_db_s * 0.49, rel=0.01)


def test_a_burst_of_200_ms_reads_one_decibel_less_when_fast():
    """IEC 61672-1, table 4: -1.0 dB for F, -7.4 dB for S."""
    for speed, below_db in (("fast", -1.0), ("slow", -7.4)):
        found = levels(SoundLevelMeter(1, "A", speed), np.concatenate((tone(4000, 0.2), np.zeros(RATE_HZ // 2))))
        steady = levels(SoundLevelMeter(1, "A", speed), tone(4000, 8.0))[-1]
        assert found.max() - steady == pytest.approx(below_db, abs=0.2)


def test_silence_is_no_minus_infinity():
    assert SoundLevelMeter(2, "A").process(np.zeros((2, HOP))).tolist() == [-200.0, -200.0]


def test_another_weighting_is_refused():
    with pytest.raises(ValueError, match="weighting 'B'"):
        SoundLevelMeter(1, "B")


def test_the_high_section_is_the_least_squares_fit():
    """Fitted anew, from the same start: the constants are what comes out."""
    frequency_hz = np.geomspace(500.0, 20_000.0, 80)
    wanted_db = -20 * np.log10(1 + (frequency_hz / HIGH_HZ) ** 2)
    z = np.exp(-2j * np.pi * frequency_hz / RATE_HZ)

    def error_db(x):
        zeros, pole = np.array([1.0, x[0], x[1]]), np.array([1.0, -2 * x[2], x[2] ** 2])
        response = np.polyval(zeros[::-1], z) * pole.sum() / (np.polyval(pole[::-1], z) * zeros.sum())
        return 20 * np.log10(np.abs(response)) - wanted_db

    fitted = optimize.least_squares(error_db, [0.5, 0.1, 0.2]).x
    high = weighting_sos("C")[-1]
    np.testing.assert_allclose([high[1], high[2], -high[4] / 2], fitted, atol=1e-5)
