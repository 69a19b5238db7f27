import numpy as np
import pytest

from workbench.core.geometry import load_array
from workbench.localize import methods, srp
from workbench.localize.frames import BANDS, SHIFT, analyse


def test_confidence_of_srp_grows_with_the_evidence():
    values = [methods.srp_confidence(0.5, occupied) for occupied in (0.0, 0.003, 0.01, 0.03, 0.1, 0.5)]
    assert values[0] < 0.02 and values[-1] > 0.98 and (np.diff(values) > 0).all()
    assert methods.srp_confidence(0.05, 0.02) < methods.srp_confidence(0.9, 0.02)


@pytest.mark.parametrize("normalised", [True, False])
def test_confidence_of_music_grows_with_contrast_and_activity(normalised):
    values = [methods.music_confidence(value, 0.1, 0.3, normalised) for value in (0.0, 0.1, 0.15, 0.3, 0.8)]
    assert values[0] == 0.0 and values[-1] > 0.98 and (np.diff(values) > 0).all()
    assert methods.music_confidence(0.2, 0.1, 0.01, normalised) < methods.music_confidence(0.2, 0.1, 0.5, normalised)


def test_finer_spectrum_passes_through_the_steered_power():
    power = np.random.default_rng(0).random(srp.GRID) + 1
    spectrum = methods._spectrum(power)
    at_coarse = np.searchsorted(spectrum.azimuth_rad, srp.GRID_RAD - 1e-9)
    np.testing.assert_allclose(spectrum.azimuth_rad[at_coarse], srp.GRID_RAD)
    np.testing.assert_allclose(10 ** (spectrum.level_db[at_coarse] / 10), power, rtol=1e-3)


@pytest.mark.parametrize("name", ["srp", "music", "normmusic", "network", "combined"])
def test_pushing_in_parts_is_the_same_as_at_once(name):
    array = load_array("uca8-100mm")
    x = np.random.default_rng(0).standard_normal((8, 48000)).astype(np.float32)
    frames = analyse(x)
    active = np.ones((methods.WINDOW_FRAMES, BANDS), dtype=bool)
    floor = np.full(BANDS, 1e-8)
    whole, parts = (methods.make_method(name, array) for _ in range(2))
    whole.push(frames, x)
    for start in range(0, 40 * SHIFT, 10 * SHIFT):
        new = x[:, start + SHIFT if start else 0 : start + 11 * SHIFT]
        parts.push(analyse(x[:, start : start + 11 * SHIFT]), new)
    parts.push(analyse(x[:, 40 * SHIFT :]), x[:, 41 * SHIFT :])
    one, other = parts.result(active, floor), whole.result(active, floor)
    np.testing.assert_allclose(one.spectrum.level_db, other.spectrum.level_db, rtol=0, atol=1e-2)
    if name in ("network", "combined"):
        np.testing.assert_allclose(one.sectors, other.sectors, atol=1e-4)
