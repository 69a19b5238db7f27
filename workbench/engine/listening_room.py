"""A loudspeaker in a simulated room: how much of it a listener hears directly, and what that sounds like.

Every wall's image of the device radiates with the device's own directivity, mirrored as the image is, and arrives
from its own direction at a rigid-sphere head. Energies of the images are added, as if their phases were independent:
ratios then do not hang on the exact place.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from workbench.audio.rooms import ShoeboxRoom
from workbench.core.errors import InputError
from workbench.core.geometry import SPEED_OF_SOUND_M_S, SpeakerLayout
from workbench.core.messages import frozen
from workbench.dsp.bands import RATE_HZ
from workbench.render.causal import AUDITION_DELAY, audition_paths
from workbench.render.drivers import patterns
from workbench.render.plants import ear_directions, rigid_sphere

DIRECTIONS = 400
"""Directions in which directivity and head are tabulated; neighbours are 10 degrees apart."""

_COARSE_DIRECTIONS = 36
"""The same for the late part of responses, where hundreds of reflections share each."""
_EXACT_WALLS = 2
_FFT = 1024
_HEAD_DISTANCE_M = 8.0
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
    leaving : (N, 3) unit vectors from the image to the listener, in the mirrored device's own frame;
    arriving : (N, 3) unit vectors from the listener to the image
    """

    gain: np.ndarray
    distance_m: np.ndarray
    walls: np.ndarray
    leaving: np.ndarray
    arriving: np.ndarray


def device_images(room: ListeningRoom) -> Images:
    """All images whose sound comes within the reverberation time."""
    shoebox = ShoeboxRoom(room.size_m, room.rt60_s, room.listener_xyz_m[None], early_samples=480)
    reach_m = SPEED_OF_SOUND_M_S * shoebox.rt60_s
    size = np.asarray(room.size_m)
    axes = [np.arange(-count, count + 1) for count in np.ceil(reach_m / size).astype(int) + 1]
    places = [
        axis * side + np.where(axis % 2 == 0, at, side - at) for axis, side, at in zip(axes, size, room.device_xyz_m)
    ]
    from_listener = np.stack(np.meshgrid(*places, indexing="ij"), axis=-1).reshape(-1, 3) - room.listener_xyz_m
    cells = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    distance = np.linalg.norm(from_listener, axis=1)
    near = np.flatnonzero(distance < reach_m)
    near = near[np.argsort(distance[near], kind="stable")]
    cells, distance = cells[near], distance[near]
    arriving = from_listener[near] / distance[:, None]
    walls = np.abs(cells).sum(axis=1)
    return Images(shoebox.reflection**walls, distance, walls, np.where(cells % 2 == 0, -arriving, arriving), arriving)


def _sphere(points: int) -> np.ndarray:
    """Directions spread evenly over the sphere (Fibonacci), (points, 3)."""
    height = 1 - (2 * np.arange(points) + 1) / points
    azimuth = np.pi * (1 + np.sqrt(5)) * np.arange(points)
    return np.stack([np.cos(azimuth) * np.sqrt(1 - height**2), np.sin(azimuth) * np.sqrt(1 - height**2), height], 1)


def _angles(direction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.arctan2(direction[:, 1], direction[:, 0]), np.arcsin(np.clip(direction[:, 2], -1, 1))


def _directivity(layout: SpeakerLayout, direction: np.ndarray, frequency_hz: np.ndarray) -> np.ndarray:
    """Each driver's level in directions (A, 3): (F, A, drivers) complex."""
    azimuth, elevation = _angles(direction)
    return patterns(layout, azimuth, frequency_hz, elevation)


def _ears(layout: SpeakerLayout, direction: np.ndarray, frequency_hz: np.ndarray) -> np.ndarray:
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


def listening_depth(layout: SpeakerLayout, weights: np.ndarray, room: ListeningRoom) -> Depth:
    """What the listener hears of drivers that all play one signal.

    Parameters
    ----------
    weights : (F, drivers) complex at `depth_frequencies()`
    """
    frequency_hz = depth_frequencies()
    images = device_images(room)
    grid = _sphere(DIRECTIONS)
    from scipy.spatial import KDTree  # costs 25 MB and a quarter of a second: not with the program

    finder = KDTree(grid)
    leaving, arriving = finder.query(images.leaving)[1], finder.query(images.arriving)[1]
    sent = np.abs(np.einsum("fai,fi->fa", _directivity(layout, grid, frequency_hz), weights)) ** 2
    spread = (images.gain / images.distance_m) ** 2
    axis = _directivity(layout, np.array([[1.0, 0.0, 0.0]]), frequency_hz)[:, 0]
    direct = np.abs(np.einsum("fi,fi->f", axis, weights)) ** 2 * spread[0]
    # Energy by direction of arrival, (F, A): each image's is what was sent its way.
    share = np.zeros((len(grid), len(grid)))
    np.add.at(share, (arriving[1:], leaving[1:]), spread[1:])
    around = sent @ share.T
    reverberant = around.sum(axis=1)

    ears = _ears(layout, grid, frequency_hz)
    straight = _ears(layout, images.arriving[:1], frequency_hz)[0]
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


def depth_frequencies() -> np.ndarray:
    """Frequencies at which depth is computed, (F,) ascending: three in each third octave from 200 Hz to 8 kHz."""
    return np.sort((_LEVELS_HZ[:, None] * 2 ** (np.array([-1, 0, 1]) / 9)).ravel())


def room_responses(layout: SpeakerLayout, room: ListeningRoom) -> np.ndarray:
    """Impulse responses from the drivers to the ears of a listener in the room.

    Returns
    -------
    (drivers, 2, taps) float32
        In step with and as loud as `audition_paths`, the direct sound among them, for a layout whose listener is at
        the room's distance. Reflections off up to two walls have their own directions; later ones share a few dozen.
    """
    near = dataclasses.replace(layout, listener_distance_m=room.distance_m)
    images = device_images(room)
    direct = audition_paths(near)
    taps = AUDITION_DELAY + math.ceil(room.rt60_s * RATE_HZ) + _FFT
    size = 1 << (taps - 1).bit_length()
    late = np.round((images.distance_m - room.distance_m) * RATE_HZ / SPEED_OF_SOUND_M_S).astype(int) + AUDITION_DELAY
    gain = images.gain * room.distance_m / images.distance_m
    kept = late < size - _FFT
    kept[0] = False  # the direct sound has paths of its own

    few = np.flatnonzero(kept & (images.walls <= _EXACT_WALLS))
    out = np.zeros((len(layout.drivers), 2, size), dtype=np.float32)
    pair = _pair_responses(layout, images.leaving[few], images.arriving[few])
    for response, start, level in zip(pair, late[few] - _FFT // 4, gain[few]):
        first = max(0, -start)
        out[..., max(0, start) : start + _FFT] += (level * response[..., first:]).astype(np.float32)

    many = np.flatnonzero(kept & (images.walls > _EXACT_WALLS))
    grid = _sphere(_COARSE_DIRECTIONS)
    from scipy.spatial import KDTree  # costs 25 MB and a quarter of a second: not with the program

    finder = KDTree(grid)
    leaving, arriving = finder.query(images.leaving[many])[1], finder.query(images.arriving[many])[1]
    frequency_hz, bins = _spectrum_grid(), np.arange(size // 2 + 1) * (_FFT / size)
    directivity = _directivity(layout, grid, frequency_hz)
    ears = _ears(layout, grid, frequency_hz)

    def fine(values: np.ndarray) -> np.ndarray:
        """Values (..., coarse F) at all bins."""
        whole = np.minimum(bins.astype(int), values.shape[-1] - 2)
        part = bins - whole
        return (1 - part) * values[..., whole] + part * values[..., whole + 1]

    total = np.zeros((len(layout.drivers), 2, size // 2 + 1), dtype=complex)
    heard = fine(ears)
    for emission in range(len(grid)):
        mine = leaving == emission
        trains = np.zeros((len(grid), size), dtype=np.float32)
        np.add.at(trains, (arriving[mine], late[many][mine]), gain[many][mine].astype(np.float32))
        arrived = np.einsum("aef,af->ef", heard, np.fft.rfft(trains, axis=1))
        total += fine(directivity[:, emission].T)[:, None] * arrived[None]
    out += np.fft.irfft(total, size, axis=-1).astype(np.float32)
    out = out[..., :taps]
    out[..., : direct.shape[-1]] += direct
    return frozen(np.ascontiguousarray(out))


def _spectrum_grid() -> np.ndarray:
    return np.fft.rfftfreq(_FFT, 1 / RATE_HZ)


def _pair_responses(layout: SpeakerLayout, leaving: np.ndarray, arriving: np.ndarray) -> np.ndarray:
    """Responses for given directions (N, 3) of leaving and arriving: (N, drivers, 2, _FFT), late by _FFT / 4."""
    frequency_hz = _spectrum_grid()
    turn = np.exp(-2j * np.pi * frequency_hz * (_FFT // 4) / RATE_HZ)
    sent, heard = _directivity(layout, leaving, frequency_hz), _ears(layout, arriving, frequency_hz)
    return np.fft.irfft(np.einsum("fnd,nef,f->ndef", sent, heard, turn, optimize=True), _FFT, axis=-1)
