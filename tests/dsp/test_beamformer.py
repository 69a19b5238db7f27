import numpy as np
import pytest

from workbench.core.geometry import SPEED_OF_SOUND_M_S, load_array, unit_vectors
from workbench.core.params import BeamformerParams
from workbench.dsp import beams
from workbench.dsp.bands import RATE_HZ
from workbench.dsp.beamformer import Beamformer

ARRAY = load_array("uca8-100mm")


def _run(x, filters_by_hop):
    beamformer = Beamformer(len(x))
    hops = [beamformer.process(x[:, 480 * k : 480 * (k + 1)], f) for k, f in enumerate(filters_by_hop)]
    return np.concatenate(hops)


def _plane_wave(azimuth_rad, frequency_hz, samples):
    advance_s = ARRAY.mic_xyz_m @ unit_vectors(azimuth_rad) / SPEED_OF_SOUND_M_S
    time_s = np.arange(samples) / RATE_HZ
    return np.sin(2 * np.pi * frequency_hz * (time_s + advance_s[:, None])).astype(np.float32)


def test_equals_direct_convolution():
    x = np.random.default_rng(0).standard_normal((8, 480 * 6)).astype(np.float32)
    filters = beams.design_beam(ARRAY, BeamformerParams(method="superdirective"), 1.0)
    expected = sum(np.convolve(channel, fir)[: x.shape[1]] for channel, fir in zip(x, filters.fir))
    np.testing.assert_allclose(_run(x, [filters] * 6), expected, atol=1e-5)


@pytest.mark.parametrize("method", ["delay-and-sum", "superdirective"])
def test_a_wave_from_the_steered_direction_passes_delayed_by_the_latency(method):
    azimuth_rad = np.deg2rad(-70)
    x = _plane_wave(azimuth_rad, 1300.0, 480 * 6)
    filters = beams.design_beam(ARRAY, BeamformerParams(method=method), azimuth_rad)
    y = _run(x, [filters] * 6)
    at_origin = np.sin(2 * np.pi * 1300.0 * (np.arange(len(y)) - Beamformer.latency) / RATE_HZ)
    np.testing.assert_allclose(y[960:], at_origin[960:], atol=0.05)


def test_a_change_of_filters_is_one_raised_cosine_fade():
    x = np.random.default_rng(1).standard_normal((8, 480 * 4)).astype(np.float32)
    old, new = (beams.design_beam(ARRAY, BeamformerParams(), a) for a in (0.0, 2.0))
    changed = _run(x, [old, old, new, new])
    before, after = _run(x, [old] * 4), _run(x, [new] * 4)
    np.testing.assert_array_equal(changed[:960], before[:960])
    np.testing.assert_allclose(changed[1440:], after[1440:], atol=1e-6)
    fade = np.sin(0.5 * np.pi * (np.arange(480) + 0.5) / 480) ** 2
    np.testing.assert_allclose(changed[960:1440], (1 - fade) * before[960:1440] + fade * after[960:1440], atol=1e-5)


def test_steering_to_and_fro_every_hop_makes_no_click():
    x = _plane_wave(0.3, 440.0, 480 * 40)
    steered = [beams.design_beam(ARRAY, BeamformerParams(), 0.1 * k) for k in range(40)]
    y = _run(x, steered)[960:]
    slope = 2 * np.pi * 440.0 / RATE_HZ
    assert np.abs(np.diff(y)).max() < 1.2 * slope


def test_wrong_number_of_channels_is_refused():
    filters = beams.design_beam(ARRAY, BeamformerParams(), 0.0)
    with pytest.raises(ValueError, match="expected"):
        Beamformer(4).process(np.zeros((4, 480), np.float32), filters)
