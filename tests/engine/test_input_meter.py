import numpy as np
import pytest

from workbench.dsp.bands import HOP
from workbench.engine.input_meter import InputMeter


def test_levels_of_a_tone_and_of_silence():
    meter = InputMeter(2, "A", "fast")
    t = np.arange(100 * HOP) / 48000
    x = np.stack((np.sin(2 * np.pi * 1000 * t), 0 * t)).astype(np.float32)
    for k in range(100):
        found = meter.process(x[:, k * HOP : (k + 1) * HOP])
    assert found is meter.levels and (found.weighting, found.speed) == ("A", "fast")
    assert found.peak_dbfs[0] == pytest.approx(0.0, abs=0.05)
    assert found.rms_dbfs[0] == pytest.approx(-3.01, abs=0.05)
    assert found.weighted_dbfs[0] == pytest.approx(-3.01, abs=0.1)
    assert found.rms_dbfs[1] < -190


def test_the_peak_falls_by_20_db_a_second():
    meter = InputMeter(1)
    meter.process(np.ones((1, HOP), np.float32))
    for _ in range(100):
        found = meter.process(np.zeros((1, HOP), np.float32))
    assert found.peak_dbfs[0] == pytest.approx(-20.0, abs=0.01)


def test_what_is_no_number_counts_as_silence():
    x = np.full((2, HOP), 0.1, np.float32)
    x[1] = np.nan
    found = InputMeter(2).process(x)
    assert np.isfinite(found.weighted_dbfs).all() and found.rms_dbfs[1] < -190
