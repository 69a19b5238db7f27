import numpy as np
import pytest

from tests.localize import scenes
from workbench.core.geometry import load_array
from workbench.localize import methods, srp
from workbench.localize.frames import BANDS, SHIFT, Frames, analyse


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


@pytest.mark.parametrize("chunk", [1, 7, 40])
def test_srp_looks_at_the_last_frames_whatever_came_before(chunk):
    """The ring of votes beside the plain calculation over the window's zones."""
    array = load_array("uca8-100mm")
    talkers = [scenes.speech_like(seed, 1.0) for seed in (1, 2)]
    x = scenes.plane_waves(array, [50.0, -70.0], talkers, snr_db=20.0)
    analysed = analyse(x)
    method = methods.make_method("srp", array)
    for start in range(0, len(analysed.energy), chunk):
        part = slice(start, start + chunk)
        method.push(Frames(analysed.spectrum[part], analysed.energy[part]), x[:, :0])
    active = np.random.default_rng(0).random((methods.WINDOW_FRAMES, BANDS)) < 0.7
    found = method.result(active, np.zeros(BANDS)).candidates

    power = srp.steered_power(array, analysed)[-methods.WINDOW_FRAMES :][active]
    power = power[np.ptp(power, axis=1) > methods._LEAST_CONTRAST]
    peaks = srp.find_peaks(power, 6)
    assert [one.azimuth_rad for one in found] == pytest.approx([peak.azimuth_rad for peak in peaks], abs=1e-4)
    confidence = [methods.srp_confidence(peak.share, peak.zones / active.size) for peak in peaks]
    assert [one.confidence for one in found] == pytest.approx(confidence, abs=1e-4)
