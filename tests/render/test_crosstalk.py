import numpy as np
import pytest

from workbench.core.errors import InputError
from workbench.core.geometry import Driver, SpeakerLayout, load_layout
from workbench.render.crosstalk import (
    boost_regularisation,
    drive_db,
    mirrored_drivers,
    null_steering,
    outer_drivers,
    regularised_inverse,
    relative_transfer,
    separation_db,
)
from workbench.render.plants import HeadPose, listener_plant

FREQUENCY_HZ = np.linspace(0.0, 24000.0, 1025)


def _symmetric_plant(gain=0.985, delay_s=60e-6):
    far = gain * np.exp(-2j * np.pi * FREQUENCY_HZ * delay_s)
    ones = np.ones_like(far)
    return np.stack([np.stack([ones, far], axis=-1), np.stack([far, ones], axis=-1)], axis=-2)


def _modes_db(filters):
    """Larger of the in-phase and out-of-phase gain."""
    first, second = filters[:, 0, 0], filters[:, 1, 0]
    return 20 * np.log10(np.maximum(np.abs(first + second), np.abs(first - second)))


def test_perfect_inverse_has_the_closed_form_envelope_and_peak():
    gain, delay_s = 0.985, 60e-6
    filters = regularised_inverse(_symmetric_plant(gain, delay_s), 0.0)
    phase = np.cos(2 * np.pi * FREQUENCY_HZ * delay_s)
    in_phase, out_of_phase = gain**2 + 2 * gain * phase + 1, gain**2 - 2 * gain * phase + 1
    np.testing.assert_allclose(
        _modes_db(filters), -10 * np.log10(np.minimum(in_phase, out_of_phase)), rtol=1e-6, atol=1e-6
    )
    assert 10 ** (_modes_db(filters).max() / 20) == pytest.approx(1 / (1 - gain), rel=1e-6)
    np.testing.assert_allclose(_symmetric_plant() @ filters, np.broadcast_to(np.eye(2), filters.shape), atol=1e-9)


def test_constant_regularisation_has_doublet_peaks():
    for beta in (0.01, 0.05):
        peak = 10 ** (_modes_db(regularised_inverse(_symmetric_plant(), beta)).max() / 20)
        assert peak == pytest.approx(1 / (2 * np.sqrt(beta)), rel=2e-3)


def test_inverse_equals_the_textbook_form():
    plant = _symmetric_plant()[1::50]
    adjoint = plant.conj().transpose(0, 2, 1)
    want = np.linalg.solve(adjoint @ plant + 0.02 * np.eye(2), adjoint)
    np.testing.assert_allclose(regularised_inverse(plant, 0.02), want, rtol=1e-9)


@pytest.mark.parametrize("limit_db", [3.0, 7.0, 12.0])
def test_boost_regularisation_keeps_exactly_to_the_limit(limit_db):
    plant = _symmetric_plant()
    beta = boost_regularisation(plant, limit_db)
    modes_db = _modes_db(regularised_inverse(plant, beta))
    assert modes_db.max() == pytest.approx(limit_db, abs=1e-6)
    np.testing.assert_allclose(modes_db[beta > 0], limit_db, atol=1e-6)
    gain, gamma = 0.985, 10 ** (limit_db / 20)
    out_of_phase = gain**2 - 2 * gain * np.cos(2 * np.pi * FREQUENCY_HZ * 60e-6) + 1
    low = FREQUENCY_HZ < 2000
    want = np.maximum(np.sqrt(out_of_phase) / gamma - out_of_phase, 0.0)
    np.testing.assert_allclose(beta[low], want[low], atol=1e-9)


def test_boost_limit_holds_for_more_drivers():
    plant = listener_plant(load_layout("line4-60mm"), FREQUENCY_HZ)
    filters = regularised_inverse(plant, boost_regularisation(plant, 6.0))
    assert np.linalg.svd(filters, compute_uv=False).max() == pytest.approx(10 ** (6 / 20), rel=1e-6)


def test_strength_of_the_relative_transfer_function():
    rho = relative_transfer(np.array([0.8 * np.exp(-0.7j)]), 12.0)
    assert rho[0] == pytest.approx(0.6796, abs=5e-5)
    rng = np.random.default_rng(0)
    q = rng.uniform(0.05, 0.999, 500) * np.exp(1j * rng.uniform(-np.pi, np.pi, 500))
    for wanted_db in (1.0, 12.0, 30.0):
        rho = relative_transfer(q, wanted_db)
        got_db = 20 * np.log10(np.abs(1 - rho * q**2) / (np.abs(q) * (1 - rho)))
        plain_db = -20 * np.log10(np.abs(q))
        np.testing.assert_allclose(got_db, np.maximum(plain_db, wanted_db), atol=1e-6)
        assert ((rho >= 0) & (rho < 1)).all()


def _steer(plant, cancellation_db, limit_db, positions=None, **more):
    anchor = np.zeros(plant[:, 0].shape, dtype=complex)
    anchor[:, 0] = 1.0
    own = plant[:, 0, :1]
    others = plant[None] if positions is None else positions
    return null_steering(plant[:, 0] / own, others[:, :, 1] / own, anchor, cancellation_db, limit_db, **more)


def _heard(plant, weights):
    heard = (plant @ weights[..., None])[..., 0]
    return heard[:, 0] / plant[:, 0, 0], 20 * np.log10(np.abs(heard[:, 0] / heard[:, 1]))


@pytest.mark.parametrize("name", ["pair-100mm", "stereo-60deg", "sphere3-60mm", "sphere5-60mm", "line4-60mm"])
def test_null_steering_meets_the_target_or_the_limit(name):
    layout = load_layout(name)
    plant = listener_plant(layout, FREQUENCY_HZ)
    left, _ = outer_drivers(layout.driver_xyz_m)
    order = [left, *(d for d in range(len(layout.drivers)) if d != left)]
    plant = plant[:, :, order]
    weights = _steer(plant, 12.0, 7.0)
    fed, separation = _heard(plant, weights)
    np.testing.assert_allclose(fed, 1.0, atol=1e-6)
    drive_db = 20 * np.log10(np.abs(weights).max(axis=1))
    assert drive_db.max() < 7.0 + 1e-3
    limited = drive_db > 7.0 - 1e-3
    wanted = np.maximum(12.0, 20 * np.log10(np.abs(plant[:, 0, 0] / plant[:, 1, 0])))
    np.testing.assert_allclose(separation[~limited], wanted[~limited], atol=1e-3)
    assert (separation[limited] <= 12.0 + 1e-3).all()
    assert limited.any() and not limited.all()


def test_two_drivers_equal_the_closed_form():
    """For a pair, w = (1 + nu q^2/(1-q^2), -nu q/(1-q^2)) leaves q (1 - nu) at the other ear."""
    plant = _symmetric_plant()[20:400]
    q = plant[:, 1, 0]
    weights = _steer(plant, 15.0, 60.0, penalty=1e-12)
    nu = 1 - 10 ** (-15 / 20) / np.abs(q)
    want = np.stack([1 + nu * q**2 / (1 - q**2), -nu * q / (1 - q**2)], axis=-1)
    np.testing.assert_allclose(weights, want, rtol=1e-5, atol=1e-6)


def test_full_cancellation_equals_the_matrix_inverse():
    plant = _symmetric_plant()[20:400]
    weights = _steer(plant, 120.0, 80.0, penalty=1e-14)
    np.testing.assert_allclose(weights, np.linalg.inv(plant)[:, :, 0], rtol=1e-4, atol=1e-5)


def test_a_droop_buys_separation_where_the_limit_is_reached():
    plant = listener_plant(load_layout("pair-100mm"), FREQUENCY_HZ)
    strict = _steer(plant, 30.0, 7.0)
    loose = _steer(plant, 30.0, 7.0, droop_db=3.0)
    assert np.abs(loose).max() < 10 ** (7 / 20) * 1.001
    fed, separation = _heard(plant, loose)
    limited = np.abs(strict).max(axis=1) > 10 ** (7 / 20) * 0.999
    fed_db = 20 * np.log10(np.abs(fed))
    assert fed_db.min() == pytest.approx(-3.0, abs=0.01) and fed_db.max() < 0.001
    np.testing.assert_allclose(fed_db[~limited], 0.0, atol=1e-3)
    gained = separation - _heard(plant, strict)[1]
    assert (gained[limited] >= -1e-3).all() and gained[limited].max() > 2


def test_drive_counts_from_equal_loudness():
    plant = _symmetric_plant()[1:]
    plain = np.eye(2)
    played = np.broadcast_to(0.5 * plain, plant.shape)
    np.testing.assert_allclose(drive_db(plant, played, plain, FREQUENCY_HZ[1:])[:, 0], 0.0, atol=1e-9)
    tilted = played * np.where(FREQUENCY_HZ[1:] > 10000, 2.0, 1.0)[:, None, None]
    drive = drive_db(plant, tilted, plain, FREQUENCY_HZ[1:])
    np.testing.assert_allclose(drive[FREQUENCY_HZ[1:] > 10000], 20 * np.log10(2), atol=1e-9)


def test_nothing_asked_is_plain_stereo():
    plant = _symmetric_plant()
    weights = _steer(plant, 0.0, 20.0)
    np.testing.assert_allclose(weights[:, 0], 1.0, atol=1e-3)
    np.testing.assert_allclose(weights[:, 1], 0.0, atol=1e-3)
    weights = _steer(plant, 30.0, 0.0)
    assert np.abs(weights).max() < 1 + 1e-5


def test_more_head_positions_trade_the_nominal_point_for_the_others():
    layout = load_layout("line4-60mm")
    frequency_hz = np.linspace(1000.0, 6000.0, 60)
    plant = listener_plant(layout, frequency_hz)
    off = [listener_plant(layout, frequency_hz, HeadPose(offset_m=(0.0, y, 0.0))) for y in (-0.05, 0.05)]
    narrow = _steer(plant, 30.0, 12.0)
    wide = _steer(plant, 30.0, 12.0, np.stack([plant, *off]))
    np.testing.assert_allclose(_heard(plant, wide)[1], 30.0, atol=1.0)
    worst_narrow = min(_heard(at, narrow)[1].mean() for at in off)
    assert min(_heard(at, wide)[1].mean() for at in off) > worst_narrow + 3


def test_separation_of_known_filters():
    plant = _symmetric_plant(gain=0.5)
    plain = np.broadcast_to(np.eye(2), plant.shape)
    np.testing.assert_allclose(separation_db(plant, plain), 20 * np.log10(2), rtol=1e-9)


def test_mirror_images_of_drivers():
    assert mirrored_drivers(load_layout("line4-60mm").driver_xyz_m).tolist() == [3, 2, 1, 0]
    assert mirrored_drivers(load_layout("sphere5-60mm").driver_xyz_m).tolist() == [0, 2, 1, 4, 3]
    assert mirrored_drivers(np.array([[0, -0.1, 0], [0, 0.2, 0]])) is None


def test_outer_drivers_are_the_listeners_left_and_right():
    assert outer_drivers(load_layout("line4-60mm").driver_xyz_m) == (0, 3)
    assert outer_drivers(load_layout("sphere3-60mm").driver_xyz_m) == (0, 2)
    one_behind_the_other = SpeakerLayout("x", (Driver("a", (0, 0, 0)), Driver("b", (0.2, 0, 0))))
    with pytest.raises(InputError, match="side by side"):
        outer_drivers(one_behind_the_other.driver_xyz_m)
