import numpy as np
import pytest

from workbench.core.errors import InputError
from workbench.core.geometry import SPEED_OF_SOUND_M_S, Driver, SpeakerLayout, load_layout
from workbench.render.plants import (
    HeadPose,
    cabinet_pressure,
    ear_positions_m,
    equivalent_sources,
    listener_plant,
    point_source,
    rigid_sphere,
)

FREQUENCY_HZ = np.array([0.0, 20.0, 150.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0, 23000.0])


def _pair(half_span_m=0.05, distance_m=1.5):
    return SpeakerLayout(
        "pair",
        (Driver("left", (0.0, -half_span_m, 0.0)), Driver("right", (0.0, half_span_m, 0.0))),
        listener_distance_m=distance_m,
    )


@pytest.mark.parametrize(
    ("azimuth_deg", "ild_db"),
    [
        (30, (2.23, 5.50, 5.16, 6.81, 8.95)),
        (45, (2.80, 6.27, 8.54, 11.02, 12.38)),
        (90, (3.22, 4.23, 5.27, 6.15, 7.67)),
    ],
)
def test_level_differences_of_the_rigid_sphere(azimuth_deg, ild_db):
    """Radius 8.75 cm, source at 1.4 m, ears at +-90 degrees."""
    incidence = np.radians([90 - azimuth_deg, 90 + azimuth_deg])
    ears = rigid_sphere(0.0875, 1.4, np.cos(incidence), np.array([500.0, 1000.0, 2000.0, 4000.0, 8000.0]))
    np.testing.assert_allclose(20 * np.log10(np.abs(ears[0] / ears[1])), ild_db, atol=0.006)


def test_rigid_sphere_agrees_with_the_series_of_hankel_functions():
    from scipy.special import eval_legendre, spherical_jn, spherical_yn

    frequency_hz = np.array([300.0, 1000.0, 3000.0, 9000.0])
    mu = 2 * np.pi * frequency_hz * 0.0875 / SPEED_OF_SOUND_M_S
    rho = 1.5 / 0.0875
    for angle in (0.0, 1.1, 2.0, np.pi):
        want = np.zeros(len(mu), dtype=complex)
        for n in range(60):
            far = spherical_jn(n, mu * rho) + 1j * spherical_yn(n, mu * rho)
            slope = spherical_jn(n, mu, derivative=True) + 1j * spherical_yn(n, mu, derivative=True)
            term = (2 * n + 1) * eval_legendre(n, np.cos(angle)) * far / slope
            want += np.where(np.isfinite(term), term, 0.0)
        want *= -(rho / mu) * np.exp(-1j * mu * rho)
        got = rigid_sphere(0.0875, 1.5, np.array([np.cos(angle)]), frequency_hz)[0]
        np.testing.assert_allclose(got, want.conj(), rtol=2e-6, atol=2e-6)


def test_rigid_sphere_is_one_for_a_distant_source_at_0_hz_and_two_at_its_bright_spot():
    at_dc = rigid_sphere(0.0875, 500.0, np.cos([0.0, 1.0, 3.0]), np.array([0.0]))
    np.testing.assert_allclose(at_dc, 1.0, atol=1e-3)
    bright = rigid_sphere(0.0875, 500.0, np.array([1.0]), np.array([20000.0]))
    assert abs(bright[0, 0]) == pytest.approx(2.0, abs=0.05)


def test_the_far_ear_hears_later():
    """A wrong sign of the time convention would make it earlier."""
    frequency_hz = np.fft.rfftfreq(2048, 1 / 48000)
    ears = rigid_sphere(0.0875, 1.5, np.cos(np.radians([30.0, 150.0])), frequency_hz)
    impulse = np.roll(np.fft.irfft(ears, axis=-1), 200, axis=-1)
    near, far = impulse.argmax(axis=1) - 200
    assert near < 0 < far  # of the sound at the centre of the head
    assert (far - near) / 48000 == pytest.approx(0.0875 / 343 * (1.047 + 0.866), abs=5e-5)  # Woodworth at 60 degrees


def test_free_field_is_the_closed_form():
    layout = _pair()
    plant = listener_plant(layout, FREQUENCY_HZ, head="none")
    near = np.hypot(1.5, 0.05 - 0.0875)
    far = np.hypot(1.5, 0.05 + 0.0875)
    wavenumber = 2 * np.pi * FREQUENCY_HZ / 343.0
    np.testing.assert_allclose(plant[:, 0, 0], 1.5 / near * np.exp(-1j * wavenumber * (near - 1.5)), rtol=1e-9)
    np.testing.assert_allclose(plant[:, 1, 0], 1.5 / far * np.exp(-1j * wavenumber * (far - 1.5)), rtol=1e-9)
    np.testing.assert_array_equal(plant[:, 0, 0], plant[:, 1, 1])


def test_left_is_where_negative_y_is():
    layout = load_layout("stereo-60deg")
    plant = listener_plant(layout, np.array([3000.0]))
    left = layout.driver_names.index("left")
    assert abs(plant[0, 0, left]) > 1.5 * abs(plant[0, 1, left])
    ears = ear_positions_m(layout)
    assert ears[0, 1] < 0 < ears[1, 1]


def test_moved_and_turned_heads():
    layout = _pair()
    np.testing.assert_allclose(
        ear_positions_m(layout, HeadPose(offset_m=(0.1, 0.02, 0.03), yaw_rad=np.pi / 2)),
        [[1.6 + 0.0875, 0.02, 0.03], [1.6 - 0.0875, 0.02, 0.03]],
        atol=1e-12,
    )  # turned to the left by 90 degrees, towards -y: the left ear points away from the loudspeakers
    mirrored = HeadPose(offset_m=(0.0, -0.05, 0.0), yaw_rad=-0.2)
    one = listener_plant(layout, FREQUENCY_HZ, HeadPose(offset_m=(0.0, 0.05, 0.0), yaw_rad=0.2))
    np.testing.assert_allclose(listener_plant(layout, FREQUENCY_HZ, mirrored)[:, ::-1, ::-1], one, rtol=1e-9)


def test_cabinet_is_reciprocal_and_shades_its_back():
    layout = load_layout("sphere5-60mm")
    point = np.array([[2.0, 0.3, 0.0]])
    pressure = cabinet_pressure(layout, point, FREQUENCY_HZ)[0]
    driver = np.array(layout.drivers[1].xyz_m)
    cos_angle = point[0] @ driver / np.linalg.norm(point) / np.linalg.norm(driver)
    want = rigid_sphere(0.06, np.linalg.norm(point), np.array([cos_angle]), FREQUENCY_HZ)[0]
    np.testing.assert_allclose(pressure[1], want * point_source(np.zeros(3), point[0], FREQUENCY_HZ), rtol=1e-9)
    level = 20 * np.log10(np.abs(pressure))
    front, rear = layout.driver_names.index("front"), layout.driver_names.index("rear left")
    assert (level[front, 4:] > level[rear, 4:] + 3).all()


def test_equivalent_sources_radiate_as_the_cabinet():
    layout = load_layout("sphere5-60mm")
    position, amplitude = equivalent_sources(layout, FREQUENCY_HZ)
    points = np.array([[1.5, y, 0.0] for y in np.linspace(-0.14, 0.14, 8)] + [[1.55, 0.09, 0.02]])
    made = np.einsum("psf,sdf->pdf", point_source(position[None], points[:, None], FREQUENCY_HZ), amplitude)
    wanted = cabinet_pressure(layout, points, FREQUENCY_HZ)
    error = np.abs(made - wanted).max(axis=(0, 1)) / np.abs(wanted).max(axis=(0, 1))
    assert error[FREQUENCY_HZ <= 8000].max() < 0.003
    assert error.max() < 0.02


def test_a_driver_in_the_head_is_refused():
    with pytest.raises(InputError, match=r"'left' is inside the listener's head"):
        listener_plant(_pair(distance_m=0.06), FREQUENCY_HZ)
    with pytest.raises(InputError, match="neither"):
        listener_plant(_pair(), FREQUENCY_HZ, head="cube")
