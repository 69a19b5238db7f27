"""A loudspeaker in a simulated room: how much of it a listener hears directly.

Every wall's image of the device radiates with the device's own directivity, mirrored as the image is, and arrives
from its own direction at a rigid-sphere head. Energies of the images are added, as if their phases were independent:
ratios then do not hang on the exact place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from workbench.audio.rooms import ShoeboxRoom
from workbench.core.errors import InputError
from workbench.core.geometry import SPEED_OF_SOUND_M_S, SpeakerLayout
from workbench.core.messages import RoomDepth, frozen
from workbench.render.designs import plain_stereo
from workbench.render.drivers import patterns
from workbench.render.plants import ear_directions, rigid_sphere
from workbench.render.renderer import RenderFilters
from workbench.render.report import fir_response

DIRECTIONS = 400
"""Directions in which directivity and head are tabulated; neighbours are 10 degrees apart."""

_HEAD_DISTANCE_M = 8.0
_AT_ONCE = 1 << 14
_WALL_MARGIN_M = 0.3
_LEVELS_HZ = 1000 * 2 ** (np.arange(-7, 10) / 3)
"""Third octaves from 200 Hz to 8 kHz, over which figures are averaged."""


@dataclass(frozen=True, slots=True)
class ListeningRoom:
    """A shoebox room; the device radiates along its x axis to a listener at `distance_m`.

    Raises
    ------
    InputError
        The listener would stand in or behind a wall.
    """

    size_m: tuple[float, float, float] = (6.0, 4.5, 2.7)
    rt60_s: float = 0.5
    distance_m: float = 2.5

    def __post_init__(self):
        if not all(1.0 <= side <= 50.0 for side in self.size_m) or not 0.05 <= self.rt60_s <= 3.0:
            raise InputError("a listening room has sides of 1 to 50 m and a reverberation time of 0.05 to 3 s")
        if not 0.2 <= self.distance_m <= self.size_m[0] - self.device_xyz_m[0] - _WALL_MARGIN_M:
            raise InputError(
                f"a listener at {self.distance_m:g} m has no place in a room {self.size_m[0]:g} m long: the device "
                f"stands {self.device_xyz_m[0]:g} m from the wall"
            )

    @property
    def device_xyz_m(self) -> np.ndarray:
        """The device's centre in the room: off every plane of symmetry."""
        x, y, z = self.size_m
        return np.array([round(0.23 * x, 2), round(0.47 * y, 2), min(1.1, 0.45 * z)])

    @property
    def listener_xyz_m(self) -> np.ndarray:
        """The centre of the listener's head."""
        return self.device_xyz_m + np.array([self.distance_m, 0.0, 0.0])


@dataclass(frozen=True, eq=False)
class Images:
    """Images of the device, nearest first (so the device itself is number 0).

    gain : (N,) loss at the walls; distance_m : (N,); walls : (N,) met;
    arriving : (N, 3) unit vectors from the listener to the image;
    mirror : (N, 3) what the image's own axes are in the room's, 1 or -1

    There may be a million of them: float32 and small integers.
    """

    gain: np.ndarray
    distance_m: np.ndarray
    walls: np.ndarray
    arriving: np.ndarray
    mirror: np.ndarray

    @property
    def leaving(self) -> np.ndarray:
        """Unit vectors from each image to the listener, in the mirrored device's own frame, (N, 3)."""
        return -self.mirror * self.arriving

    def chosen(self, which: np.ndarray, offset_m: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Images:
        """Some of the images, as a listener sees them who is so far from the place."""
        from_listener = self.arriving[which] * self.distance_m[which, None] - np.asarray(offset_m)
        distance = np.linalg.norm(from_listener, axis=1)
        arriving = from_listener / distance[:, None]
        return Images(self.gain[which], distance, self.walls[which], arriving, self.mirror[which])


@lru_cache(maxsize=1)
def device_images(room: ListeningRoom) -> Images:
    """All images whose sound comes within the reverberation time."""
    shoebox = ShoeboxRoom(room.size_m, room.rt60_s, room.listener_xyz_m[None], early_samples=480)
    reach_m = SPEED_OF_SOUND_M_S * shoebox.rt60_s
    size = np.asarray(room.size_m)
    axes = [np.arange(-count, count + 1) for count in np.ceil(reach_m / size).astype(int) + 1]
    places = [
        axis * side + np.where(axis % 2 == 0, at, side - at) for axis, side, at in zip(axes, size, room.device_xyz_m)
    ]
    away = [(place - at).astype(np.float32) for place, at in zip(places, room.listener_xyz_m)]
    from_listener = np.stack(np.meshgrid(*away, indexing="ij"), axis=-1).reshape(-1, 3)
    cells = np.stack(np.meshgrid(*(axis.astype(np.int16) for axis in axes), indexing="ij"), axis=-1).reshape(-1, 3)
    distance = np.linalg.norm(from_listener, axis=1)
    near = np.flatnonzero(distance < reach_m)
    near = near[np.argsort(distance[near], kind="stable")]
    cells, distance = cells[near], distance[near]
    arriving = from_listener[near] / distance[:, None]
    walls = np.abs(cells).sum(axis=1)
    mirror = np.where(cells % 2 == 0, 1, -1).astype(np.int8)
    gain = (shoebox.reflection**walls).astype(np.float32)
    return Images(gain, distance, walls.astype(np.int16), arriving, mirror)


def even_directions(points: int) -> np.ndarray:
    """Directions spread evenly over the sphere (Fibonacci), (points, 3)."""
    height = 1 - (2 * np.arange(points) + 1) / points
    azimuth = np.pi * (1 + np.sqrt(5)) * np.arange(points)
    return np.stack([np.cos(azimuth) * np.sqrt(1 - height**2), np.sin(azimuth) * np.sqrt(1 - height**2), height], 1)


def nearest(grid: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """For each direction (N, 3) the nearest of a grid (A, 3), (N,) integers."""
    fine = grid.astype(np.float32).T
    parts = np.array_split(direction.astype(np.float32), len(direction) // _AT_ONCE + 1)
    return np.concatenate([(part @ fine).argmax(axis=1) for part in parts])


def _angles(direction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.arctan2(direction[:, 1], direction[:, 0]), np.arcsin(np.clip(direction[:, 2], -1, 1))


def directivity(layout: SpeakerLayout, direction: np.ndarray, frequency_hz: np.ndarray) -> np.ndarray:
    """Each driver's level in directions (A, 3): (F, A, drivers) complex."""
    azimuth, elevation = _angles(direction)
    return patterns(layout, azimuth, frequency_hz, elevation)


def heard_from(layout: SpeakerLayout, direction: np.ndarray, frequency_hz: np.ndarray) -> np.ndarray:
    """What the ears hear from directions (A, 3) of the room: (A, 2, F) complex."""
    cosine = direction @ ear_directions().T
    return rigid_sphere(layout.head_radius_m, np.full(len(direction), _HEAD_DISTANCE_M), cosine, frequency_hz)


@dataclass(frozen=True, eq=False)
class Depth:
    """How a source sounds in the room, over frequency (F,).

    `direct_to_reverberant_db`; `critical_distance_m`, at which both are as strong; `coherence` between the ears, 0
    (all around) to 1 (from one place).
    """

    frequency_hz: np.ndarray
    direct_to_reverberant_db: np.ndarray
    critical_distance_m: np.ndarray
    coherence: np.ndarray

    def figures(self) -> dict[str, float]:
        """Means over third octaves from 200 Hz to 8 kHz, plain numbers."""
        drr_db = float(self.direct_to_reverberant_db.mean())
        return {
            "direct_to_reverberant_db": drr_db,
            "critical_distance_m": float(np.exp(np.log(self.critical_distance_m).mean())),
            "interaural_coherence": float(self.coherence.mean()),
        }


@dataclass(frozen=True, eq=False)
class _Reverberation:
    """What of a room does not hang on the loudspeaker: `share` (arriving, leaving) is the energy by directions."""

    share: np.ndarray
    direct: float
    ahead: np.ndarray


@lru_cache(maxsize=4)
def _reverberation(room: ListeningRoom) -> _Reverberation:
    images = device_images(room)
    grid = even_directions(DIRECTIONS)
    leaving, arriving = nearest(grid, images.leaving), nearest(grid, images.arriving)
    spread = (images.gain / images.distance_m) ** 2
    share = np.bincount(arriving[1:] * DIRECTIONS + leaving[1:], weights=spread[1:], minlength=DIRECTIONS**2)
    return _Reverberation(share.reshape(DIRECTIONS, DIRECTIONS), float(spread[0]), images.arriving[:1])


@lru_cache(maxsize=4)
def _all_around(layout: SpeakerLayout) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Directivity over the sphere (F, A, drivers) and on the axis (F, drivers), and what the ears hear (A, 2, F)."""
    grid, frequency_hz = even_directions(DIRECTIONS), depth_frequencies()
    axis = directivity(layout, np.array([[1.0, 0.0, 0.0]]), frequency_hz)[:, 0]
    return frozen(directivity(layout, grid, frequency_hz)), frozen(axis), frozen(heard_from(layout, grid, frequency_hz))


@lru_cache(maxsize=4)
def _straight(layout: SpeakerLayout, room: ListeningRoom) -> np.ndarray:
    """What the ears hear of the direct sound, (2, F)."""
    return frozen(heard_from(layout, _reverberation(room).ahead, depth_frequencies())[0])


@lru_cache(maxsize=4)
def _plain_mix(layout: SpeakerLayout, room: ListeningRoom) -> Depth:
    """A plain mix of the drivers."""
    mix = plain_stereo(layout).sum(axis=1)
    return listening_depth(layout, np.broadcast_to(mix, (len(depth_frequencies()), len(mix))), room)


def prepare_depth(layout: SpeakerLayout, room: ListeningRoom) -> None:
    """Compute what `listening_depth` needs of layout and room; afterwards it takes milliseconds."""
    _reverberation(room)
    _all_around(layout)


def listening_depth(layout: SpeakerLayout, weights: np.ndarray, room: ListeningRoom) -> Depth:
    """What the listener hears of drivers that all play one signal.

    Parameters
    ----------
    weights : (F, drivers) complex at `depth_frequencies()`
    """
    frequency_hz = depth_frequencies()
    around_room, (sphere, axis, ears) = _reverberation(room), _all_around(layout)
    sent = np.abs((sphere @ weights[..., None])[..., 0]) ** 2
    direct = np.abs(np.einsum("fi,fi->f", axis, weights)) ** 2 * around_room.direct
    around = sent @ around_room.share.T  # energy by direction of arrival, (F, A)
    reverberant = around.sum(axis=1)

    straight = _straight(layout, room)
    cross = np.einsum("fa,af->f", around, ears[:, 0] * ears[:, 1].conj()) + direct * straight[0] * straight[1].conj()
    levels = [
        np.einsum("fa,af->f", around, np.abs(ears[:, ear]) ** 2) + direct * np.abs(straight[ear]) ** 2
        for ear in range(2)
    ]
    ratio = direct / reverberant
    return Depth(
        frequency_hz,
        10 * np.log10(ratio),
        room.distance_m * np.sqrt(ratio),
        np.abs(cross) / np.sqrt(levels[0] * levels[1]),
    )


def depths(layout: SpeakerLayout, filters: RenderFilters, room: ListeningRoom) -> dict[str, Depth]:
    """The centre (of two inputs, what both make of it), and a plain mix of the same drivers: `centre`, `plain_mix`."""
    made = fir_response(filters.driver_fir, depth_frequencies(), filters.latency_samples)
    centre = made[..., 2] if made.shape[2] == 3 else made.sum(axis=2)
    return {"centre": listening_depth(layout, centre, room), "plain_mix": _plain_mix(layout, room)}


def room_depth(layout: SpeakerLayout, filters: RenderFilters, room: ListeningRoom) -> RoomDepth:
    """The same as a message for the window."""
    centre, mix = (depth.figures() for depth in depths(layout, filters, room).values())
    names = ("direct_to_reverberant_db", "critical_distance_m", "interaural_coherence")
    return RoomDepth(*(centre[name] for name in names), *(mix[name] for name in names), room.rt60_s, room.distance_m)


def depth_frequencies() -> np.ndarray:
    """Frequencies at which depth is computed, (F,) ascending: three in each third octave from 200 Hz to 8 kHz."""
    return np.sort((_LEVELS_HZ[:, None] * 2 ** (np.array([-1, 0, 1]) / 9)).ravel())
