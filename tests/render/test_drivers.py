import numpy as np
import pytest

from workbench.core.errors import InputError
from workbench.core.geometry import Driver, SpeakerLayout, load_layout
from workbench.render.drivers import (
    BeamGoal,
    _Beam,
    directivity_db,
    mismatched_null_db,
    patterns,
    speaker_beam,
    white_noise_gain_db,
)

BAND_HZ = np.geomspace(400.0, 3000.0, 25)


def _level_db(layout, weights, azimuth_deg, frequency_hz):
    pattern = np.einsum("fai,fi->fa", patterns(layout, np.radians(azimuth_deg), frequency_hz), weights)
    return 20 * np.log10(np.maximum(np.abs(pattern), 1e-9))


def test_five_drivers_have_a_wide_window_and_nulls_at_the_sides():
    layout = load_layout("sphere5-60mm")
    weights = speaker_beam(layout, BAND_HZ, BeamGoal())
    np.testing.assert_allclose(_level_db(layout, weights, [0.0], BAND_HZ), 0.0, atol=1e-6)
    assert _level_db(layout, weights, [-90.0, 90.0], BAND_HZ).max() < -20
    assert np.abs(_level_db(layout, weights, np.arange(-45.0, 46.0, 5.0), BAND_HZ)).max() < 3.0
    assert mismatched_null_db(layout, weights, BAND_HZ, np.pi / 2).max() < -8
    assert np.abs(weights).max() < 1.0


def test_three_drivers_have_a_null_up_to_1_khz():
    layout = load_layout("sphere3-60mm")
    low_hz = BAND_HZ[BAND_HZ < 1000]
    weights = speaker_beam(layout, low_hz, BeamGoal())
    assert _level_db(layout, weights, [-90.0, 90.0], low_hz).max() < -15
    assert np.abs(_level_db(layout, weights, [-45.0, 45.0], low_hz)).max() < 5


def test_the_null_follows_its_angle():
    layout = load_layout("sphere5-60mm")
    weights = speaker_beam(layout, BAND_HZ, BeamGoal(null_rad=(np.radians(60),), window_rad=np.radians(30)))
    level = _level_db(layout, weights, [-60.0, 60.0], BAND_HZ).mean()
    assert level < -18
    assert level < _level_db(layout, weights, [90.0], BAND_HZ).mean() - 5


def test_gain_limit_holds_and_costs_the_null():
    layout = load_layout("sphere3-60mm")
    low_hz = np.array([40.0, 60.0, 100.0, 150.0])
    free = speaker_beam(layout, low_hz, BeamGoal(gain_limit_db=40.0, mismatch=1e-6))
    limited = speaker_beam(layout, low_hz, BeamGoal(gain_limit_db=3.0, mismatch=1e-6))
    assert 20 * np.log10(np.abs(free).max()) > 15
    assert 20 * np.log10(np.abs(limited).max()) < 3.001
    assert (_level_db(layout, limited, [90.0], low_hz) > _level_db(layout, free, [90.0], low_hz) + 3).all()
    with pytest.raises(InputError, match="driver gain of -20 dB"):
        speaker_beam(layout, low_hz, BeamGoal(gain_limit_db=-20.0))


def test_expected_null_energy_counts_the_mismatch():
    """With more mismatch in mind, the real null is better and the nominal one worse."""
    layout = load_layout("sphere5-60mm")
    beam = _Beam(layout, BAND_HZ, BeamGoal(evenness=0.001))
    little = np.full(len(BAND_HZ), 1e-6)
    careless, careful = (beam.weights(np.full(len(BAND_HZ), m), little) for m in (1e-8, 0.01))
    nominal = [20 * np.log10(np.abs(np.einsum("fai,fi->fa", beam._side, w))).mean() for w in (careless, careful)]
    real = [mismatched_null_db(layout, w, BAND_HZ, np.pi / 2).mean() for w in (careless, careful)]
    assert nominal[0] < nominal[1] - 5
    assert real[1] < real[0] - 1


def test_symmetric_layouts_have_symmetric_beams_that_do_not_lean():
    layout = load_layout("sphere5-60mm")
    weights = speaker_beam(layout, BAND_HZ, BeamGoal(lean_s=0.0))
    np.testing.assert_allclose(weights[:, [1, 3]], weights[:, [2, 4]], rtol=1e-3, atol=1e-4)


def test_beams_that_lean_radiate_less_and_shift_the_centre_by_no_more_than_is_allowed():
    layout = load_layout("sphere5-60mm")
    upright = speaker_beam(layout, BAND_HZ, BeamGoal(lean_s=0.0))
    low = BAND_HZ < 1300
    better_db = []
    for lean_s in (6e-6, 12e-6):
        weights = speaker_beam(layout, BAND_HZ, BeamGoal(lean_s=lean_s))
        better_db.append(
            (directivity_db(layout, weights, BAND_HZ) - directivity_db(layout, upright, BAND_HZ))[low].mean()
        )
        ear_rad = np.arcsin(layout.head_radius_m / layout.listener_distance_m)
        ears = np.einsum(
            "fai,fi->fa", patterns(layout, np.array([ear_rad, -ear_rad]), BAND_HZ, distance_m=1.5), weights
        )
        time_s = np.angle(ears[:, 0] * ears[:, 1].conj()) / (2 * np.pi * BAND_HZ)
        assert 0.7 * lean_s < time_s[low].max() < 1.15 * lean_s and time_s.min() > -1e-6
        assert np.abs(20 * np.log10(np.abs(ears[:, 0] / ears[:, 1]))).max() < 0.4
    assert 0 < better_db[0] < better_db[1] and better_db[1] > 1


def test_closed_forms_of_directivity_and_white_noise_gain():
    """A monopole has 0 dB; two opposite monopoles far apart in phase terms make a dipole: 4.77 dB."""
    one = SpeakerLayout("one", (Driver("a", (0.0, 0.0, 0.0)),))
    frequency_hz = np.array([100.0, 1000.0])
    ones = np.ones((2, 1))
    np.testing.assert_allclose(directivity_db(one, ones, frequency_hz), 0.0, atol=1e-9)
    np.testing.assert_allclose(white_noise_gain_db(one, ones, frequency_hz), 0.0, atol=1e-9)
    two = SpeakerLayout("two", (Driver("a", (0.005, 0.0, 0.0)), Driver("b", (-0.005, 0.0, 0.0))))
    dipole = np.broadcast_to([1.0, -1.0], (1, 2))
    assert directivity_db(two, dipole, np.array([400.0]))[0] == pytest.approx(4.77, abs=0.1)
    np.testing.assert_allclose(white_noise_gain_db(two, np.full((1, 2), 0.5), np.array([50.0])), 3.01, atol=0.05)


@pytest.mark.parametrize(
    ("goal", "message"),
    [
        ({"null_rad": (0.5,)}, "within the even window"),
        ({"null_rad": ()}, "angles above 0"),
        ({"window_rad": 0.0}, "angles above 0"),
    ],
)
def test_goals_that_contradict_themselves_are_refused(goal, message):
    with pytest.raises(InputError, match=message):
        BeamGoal(**goal)


@pytest.mark.parametrize("floor_db", [-6.0, 0.0, 2.0])
def test_the_white_noise_gain_keeps_to_its_floor(floor_db):
    layout, low_hz = load_layout("sphere5-60mm"), np.geomspace(200.0, 3000.0, 30)
    free = speaker_beam(layout, low_hz, BeamGoal(gain_limit_db=20.0))
    kept = speaker_beam(layout, low_hz, BeamGoal(gain_limit_db=20.0, white_noise_floor_db=floor_db))
    assert white_noise_gain_db(layout, free, low_hz).min() < floor_db - 1
    assert white_noise_gain_db(layout, kept, low_hz).min() > floor_db - 0.1
    np.testing.assert_allclose(
        np.abs(np.einsum("fai,fi->f", patterns(layout, np.zeros(1), low_hz), kept)), 1.0, atol=0.02
    )
    with pytest.raises(InputError, match="white-noise gain of 12 dB"):
        speaker_beam(layout, low_hz, BeamGoal(white_noise_floor_db=12.0))
