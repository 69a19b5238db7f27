"""Plants: how sound gets from loudspeaker drivers to the ears, over frequency.

Everything is in numpy's time convention e^{+j omega t}: a delay tau is e^{-j omega tau}. The device frame of
`workbench.core.geometry` holds: the listener sits at (distance, 0, 0), faces -x, and has the left ear at
negative y. Ear 0 is the left one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from workbench.core.errors import InputError
from workbench.core.geometry import SPEED_OF_SOUND_M_S, SpeakerLayout
from workbench.core.messages import frozen

EARS = 2

_SERIES_TOLERANCE = 1e-8
_EQUIVALENT_SOURCES = 9


@dataclass(frozen=True)
class HeadPose:
    """Where the listener's head is.

    offset_m : (x, y, z) from the layout's nominal listening position, device frame.
    yaw_rad : turn of the head, counter-clockwise seen from above (the listener looks to the left).
    """

    offset_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    yaw_rad: float = 0.0


NOMINAL = HeadPose()


def head_centre_m(layout: SpeakerLayout, pose: HeadPose = NOMINAL) -> np.ndarray:
    """Centre of the head in the device frame, shape (3,)."""
    return np.array([layout.listener_distance_m, 0.0, 0.0]) + np.asarray(pose.offset_m, dtype=float)


def ear_directions(pose: HeadPose = NOMINAL) -> np.ndarray:
    """Unit vectors from the centre of the head to the left and right ear, shape (2, 3)."""
    left = np.array([np.sin(pose.yaw_rad), -np.cos(pose.yaw_rad), 0.0])
    return np.stack([left, -left])


def ear_positions_m(layout: SpeakerLayout, pose: HeadPose = NOMINAL, head_radius_m: float | None = None) -> np.ndarray:
    """Positions of the left and right ear on the head's surface, shape (2, 3)."""
    radius_m = layout.head_radius_m if head_radius_m is None else head_radius_m
    return head_centre_m(layout, pose) + radius_m * ear_directions(pose)


def point_source(source_xyz_m: np.ndarray, receiver_xyz_m: np.ndarray, frequency_hz: np.ndarray) -> np.ndarray:
    """Free-field pressure e^{-jkr}/r of point sources (..., 3) at receivers (..., 3), which broadcast.

    Returns
    -------
    (..., F) complex128
    """
    distance = np.linalg.norm(np.asarray(receiver_xyz_m) - np.asarray(source_xyz_m), axis=-1)[..., None]
    wavenumber = 2 * np.pi * np.asarray(frequency_hz, dtype=float) / SPEED_OF_SOUND_M_S
    return np.exp(-1j * wavenumber * distance) / distance


def rigid_sphere(
    radius_m: float, distance_m: np.ndarray, cos_angle: np.ndarray, frequency_hz: np.ndarray
) -> np.ndarray:
    """Pressure on a rigid sphere over the pressure at its centre without the sphere, for point sources.

    Duda & Martens (JASA 104, 1998): H = -(rho/mu) e^{-j mu rho} sum (2n+1) P_n(cos) h_n(mu rho) / h'_n(mu) in their
    e^{-i omega t} convention; here it is conjugated. The series is summed with ratios of neighbouring Hankel
    functions, Q_n(x) = x h_{n+1}(x) / h_n(x), which neither overflow nor fail at 0 Hz. By reciprocity the same
    number is the pressure at a distant point for a source on the sphere.

    Parameters
    ----------
    radius_m : float
    distance_m : (sources...)
        From the sphere's centre to the source, greater than `radius_m`.
    cos_angle : (sources..., points)
        Cosine of the angle between source and point on the sphere.
    frequency_hz : (F,) ascending

    Returns
    -------
    (sources..., points, F) complex128

    Raises
    ------
    InputError
        A source is inside or nearly on the sphere.
    """
    distance_m = np.asarray(distance_m, dtype=float)[..., None]
    cos_angle = np.asarray(cos_angle, dtype=float)[..., None]
    rho = distance_m / radius_m
    if rho.min() < 1.02:
        raise InputError(
            f"a source {100 * distance_m.min():.1f} cm from the centre of a sphere of {100 * radius_m:.1f} cm radius"
        )
    mu = 2 * np.pi * np.asarray(frequency_hz, dtype=float) * radius_m / SPEED_OF_SOUND_M_S
    terms = np.ceil(mu + 6 * np.cbrt(mu) + np.log(1 / _SERIES_TOLERANCE) / np.log(rho.min())).astype(int) + 1

    near = 1 + 1j * mu
    far = 1 + 1j * mu * rho
    ratio = np.ones_like(far)  # h_n(mu rho) / h_n(mu) over the same at n = 0
    legendre_before, legendre = np.zeros_like(cos_angle), np.ones_like(cos_angle)
    total = np.zeros((*cos_angle.shape[:-1], len(mu)), dtype=complex)
    first = 0  # low frequencies need fewer terms: bins below `first` are complete
    for order in range(int(terms.max())):
        done = int(np.searchsorted(terms, order, side="right")) - first
        if done:
            first += done
            near, far, ratio = near[done:], far[..., done:], ratio[..., done:]
        weight = (2 * order + 1) * ratio / (order - near)
        total[..., first:] += weight[..., None, :] * legendre
        ratio = ratio * far / (rho * near)
        near = (2 * order + 3) - mu[first:] ** 2 / near
        far = (2 * order + 3) - (mu[first:] * rho) ** 2 / far
        legendre_before, legendre = (
            legendre,
            ((2 * order + 1) * cos_angle * legendre - order * legendre_before) / (order + 1),
        )
    return -np.exp(1j * mu) * total


def cabinet_pressure(layout: SpeakerLayout, point_xyz_m: np.ndarray, frequency_hz: np.ndarray) -> np.ndarray:
    """Pressure that each driver makes at points in space when no head is there.

    Drivers are point sources, in free field or on a rigid spherical cabinet (by reciprocity). Without a
    cabinet they radiate alike in all directions.

    Parameters
    ----------
    point_xyz_m : (points, 3)
    frequency_hz : (F,)

    Returns
    -------
    (points, drivers, F) complex128
    """
    points = np.asarray(point_xyz_m, dtype=float)
    if layout.cabinet_radius_m is None:
        return point_source(layout.driver_xyz_m[None], points[:, None], frequency_hz)
    distance = np.linalg.norm(points, axis=1)
    drivers = layout.driver_xyz_m / np.linalg.norm(layout.driver_xyz_m, axis=1, keepdims=True)
    cos_angle = (points / distance[:, None]) @ drivers.T
    scattered = rigid_sphere(layout.cabinet_radius_m, distance, cos_angle, frequency_hz)
    return scattered * point_source(np.zeros(3), points, frequency_hz)[:, None]


@lru_cache(maxsize=8)
def _cabinet_sources(layout: SpeakerLayout, frequencies: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """`equivalent_sources` of a spherical cabinet, which every head position shares."""
    assert layout.cabinet_radius_m is not None
    frequency_hz = np.array(frequencies)
    position = np.zeros((_EQUIVALENT_SOURCES, 3))
    position[:, 1] = np.linspace(-2, 2, _EQUIVALENT_SOURCES) * layout.cabinet_radius_m
    reach = 2.5 * layout.head_radius_m + 0.06
    depth, side = np.meshgrid((-0.1, 0.1), np.linspace(-reach, reach, 13), indexing="ij")
    points = np.stack([layout.listener_distance_m + depth, side, np.zeros_like(side)], axis=-1).reshape(-1, 3)
    wanted = cabinet_pressure(layout, points, frequency_hz).transpose(2, 0, 1)
    made = point_source(position[None], points[:, None], frequency_hz).transpose(2, 0, 1)
    gram = made.conj().transpose(0, 2, 1) @ made
    floor = 1e-7 * np.trace(gram, axis1=1, axis2=2).real[:, None, None] * np.eye(_EQUIVALENT_SOURCES)
    amplitude = np.linalg.solve(gram + floor, made.conj().transpose(0, 2, 1) @ wanted).transpose(1, 2, 0)
    return frozen(position), frozen(amplitude)


def equivalent_sources(layout: SpeakerLayout, frequency_hz: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Point sources that radiate towards the listener as the drivers do.

    A driver of a free-field layout is its own source. The field of a spherical cabinet around the listening
    position is fitted by a few point sources on the y axis (least squares, as in the method of fundamental
    solutions), so that a head can be put into it: the apparent place of a driver beside or behind the cabinet
    moves with frequency. What the head scatters back to the cabinet is left out.

    Returns
    -------
    position_xyz_m : (sources, 3)
    amplitude : (sources, drivers, F) complex128
    """
    frequency_hz = np.asarray(frequency_hz, dtype=float)
    drivers = len(layout.drivers)
    if layout.cabinet_radius_m is None:
        amplitude = np.broadcast_to(np.eye(drivers)[..., None], (drivers, drivers, len(frequency_hz)))
        return layout.driver_xyz_m, amplitude.astype(complex)
    return _cabinet_sources(layout, tuple(frequency_hz.tolist()))


def listener_plant(
    layout: SpeakerLayout,
    frequency_hz: np.ndarray,
    pose: HeadPose = NOMINAL,
    *,
    head: str = "sphere",
    head_radius_m: float | None = None,
) -> np.ndarray:
    """Transfer from the drivers to the ears.

    Parameters
    ----------
    frequency_hz : (F,) ascending
    head : "sphere" (rigid) or "none" (two points where the ears are)
    head_radius_m : float, optional
        Another head than the layout's.

    Returns
    -------
    (F, 2, drivers) complex128
        Relative to a point source at the device's origin, heard in free field at the nominal centre of the
        head: the bulk delay and the loss over the distance are taken out, the same for every pose.

    Raises
    ------
    InputError
        A driver is inside the head; unknown kind of head.
    """
    frequency_hz = np.asarray(frequency_hz, dtype=float)
    radius_m = layout.head_radius_m if head_radius_m is None else head_radius_m
    wavenumber = 2 * np.pi * frequency_hz / SPEED_OF_SOUND_M_S
    reference = layout.listener_distance_m * np.exp(1j * wavenumber * layout.listener_distance_m)
    if head == "none":
        pressure = cabinet_pressure(layout, ear_positions_m(layout, pose, radius_m), frequency_hz)
        return (pressure * reference).transpose(2, 0, 1)
    if head != "sphere":
        raise InputError(f"head {head!r} is neither 'sphere' nor 'none'")
    centre = head_centre_m(layout, pose)
    driver_distance = np.linalg.norm(layout.driver_xyz_m - centre, axis=1)
    if driver_distance.min() < 1.02 * radius_m:
        nearest = layout.drivers[int(driver_distance.argmin())].name
        raise InputError(f"layout {layout.name!r}: driver {nearest!r} is inside the listener's head")
    position, amplitude = equivalent_sources(layout, frequency_hz)
    away = position - centre
    distance = np.linalg.norm(away, axis=1)
    cos_angle = (away / distance[:, None]) @ ear_directions(pose).T
    at_ears = rigid_sphere(radius_m, distance, cos_angle, frequency_hz)
    at_ears *= (np.exp(-1j * wavenumber * distance[:, None]) / distance[:, None])[:, None]
    return np.einsum("sef,sdf->fed", at_ears, amplitude) * reference[:, None, None]
