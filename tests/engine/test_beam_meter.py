import math

import numpy as np
import pytest

from workbench.core.geometry import load_array, unit_vectors
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.beams import LATENCY
from workbench.engine.beam_meter import BeamMeter, si_sdr_of_sums_db
from workbench.evaluation.metrics import si_sdr_db

ARRAY = load_array("uca8-100mm")
AZIMUTH_RAD, DISTANCE_M = 0.7, 1.4


def _delayed(x, samples):
    frequency = np.fft.rfftfreq(len(x))
    return np.fft.irfft(np.fft.rfft(x) * np.exp(-2j * np.pi * frequency * samples), len(x))


def _scene(hops, input_snr, output_snr, seed=0):
    """A smooth talker's direct sound at microphone 1 and in a beam, each with noise of the given amplitude ratio."""
    rng = np.random.default_rng(seed)
    length = hops * HOP
    spectrum = np.fft.rfft(rng.standard_normal(length)) * (np.fft.rfftfreq(length, 1 / RATE_HZ) < 8000)
    clean = 0.1 * np.fft.irfft(spectrum, length)
    way_m = np.linalg.norm(DISTANCE_M * unit_vectors(AZIMUTH_RAD) - ARRAY.mic_xyz_m[0]) - DISTANCE_M
    noise = rng.standard_normal((2, length)) * clean.std()
    x = np.zeros((8, length), np.float32)
    x[0] = 0.6 * (_delayed(clean, way_m * RATE_HZ / 343.0) + noise[0] / input_snr)
    beam = 0.9 * (_delayed(clean, LATENCY) + noise[1] / output_snr)
    return clean.astype(np.float32), x, beam.astype(np.float32)


def _run(meter, clean, x, beam, active=True):
    reading = None
    for k in range(len(clean) // HOP):
        span = slice(k * HOP, (k + 1) * HOP)
        reading = meter.process(x[:, span], beam[span], clean[span], AZIMUTH_RAD, DISTANCE_M, active)
    return reading


def test_known_ratios_are_measured_with_the_way_to_the_microphone_taken_out():
    clean, x, beam = _scene(200, input_snr=2.0, output_snr=5.0)
    reading = _run(BeamMeter(ARRAY.mic_xyz_m), clean, x, beam)
    assert reading.input_db == pytest.approx(20 * math.log10(2.0), abs=0.25)
    assert reading.output_db == pytest.approx(20 * math.log10(5.0), abs=0.25)
    assert reading.span_s == pytest.approx(2.0) and math.isnan(reading.array_gain_db)


def test_sums_of_hops_equal_the_score_of_the_whole():
    rng = np.random.default_rng(1)
    r, s = rng.standard_normal((2, 4800))
    s += r
    assert si_sdr_of_sums_db(r @ r, r @ s, s @ s) == pytest.approx(si_sdr_db(r, s), abs=1e-9)
    assert math.isnan(si_sdr_of_sums_db(0.0, 0.0, 1.0))


def test_only_the_newest_three_seconds_count():
    meter = BeamMeter(ARRAY.mic_xyz_m)
    _run(meter, *_scene(150, 1.0, 1.0))
    reading = _run(meter, *_scene(310, 2.0, 4.0, seed=2))
    assert reading.output_db == pytest.approx(20 * math.log10(4.0), abs=0.25)
    assert reading.span_s == pytest.approx(3.0)


def test_array_gain_is_measured_in_pauses_after_the_reverberation():
    meter = BeamMeter(ARRAY.mic_xyz_m)
    _run(meter, *_scene(20, 2.0, 2.0))
    rng = np.random.default_rng(3)
    x = (0.01 * rng.standard_normal((8, 100 * HOP))).astype(np.float32)
    beam = (0.002 * rng.standard_normal(100 * HOP)).astype(np.float32)
    x[:, : 25 * HOP] *= 100  # dies away
    reading = _run(meter, np.zeros(100 * HOP, np.float32), x, beam, active=False)
    assert reading.array_gain_db == pytest.approx(20 * math.log10(5.0), abs=0.1)


def test_silence_is_unknown():
    reading = _run(BeamMeter(ARRAY.mic_xyz_m), *(np.zeros(s, np.float32) for s in (9600, (8, 9600), 9600)))
    assert math.isnan(reading.input_db) and math.isnan(reading.output_db)
