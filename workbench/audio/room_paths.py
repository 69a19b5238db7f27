"""The way from a place in the room to the microphones, as it sounds while the place and the room change.

The direct sound and first reflections are computed anew for each chunk, for where the source then is; the late
reflections belong to the nearest point of a grid around the array. Each chunk is heard through the responses at its
start and, as a change on top, at its end; who adds the change with a rising ramp gets a crossfade, and no jump.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque

import numpy as np

from workbench.audio.noises import Overlap
from workbench.audio.protocols import HOP, RATE_HZ
from workbench.audio.rooms import ShoeboxRoom
from workbench.audio.scene import Scene
from workbench.core.geometry import wrap_rad
from workbench.dsp import fft

CHUNK = 5 * HOP
"""Samples rendered at a time: responses follow the talkers at 20 Hz."""
BINS = CHUNK + 1

_GRID_DEG = 7.5
_GRID_M = 0.25
_CACHE_BYTES = 64 << 20
_MEMORY_S = 1.2
_PLACES_KEPT = 32
_BLOCK_MICS = 8
"""So many microphones' sums stay in the processor's cache."""

Place = tuple[float, float, float]
"""Azimuth in radians, horizontal distance and height in metres, as seen from the array's centre."""
Cell = tuple[int, int, float]
"""A point of the grid of late responses: azimuth and distance in steps, height in metres."""


def partition_spectra(response: np.ndarray) -> np.ndarray:
    """Spectra (partitions, channels, BINS) complex64 of a response (channels, length) cut into CHUNK pieces."""
    channels, length = response.shape
    parts = -(-length // CHUNK)
    padded = np.zeros((channels, parts, CHUNK), dtype=np.float32)
    padded.reshape(channels, -1)[:, :length] = response
    return np.fft.rfft(padded, 2 * CHUNK, axis=-1).transpose(1, 0, 2).copy()


def cell_of(place: Place) -> Cell:
    """The grid point nearest to a place."""
    azimuth_rad, distance_m, height_m = place
    steps = round(360 / _GRID_DEG)
    return (round(math.degrees(azimuth_rad) / _GRID_DEG) % steps, round(distance_m / _GRID_M), height_m)


class LateResponses:
    """Late reflections on the grid; computed once, kept within bounds.

    `take` may be called from the rendering thread, `fetch` from a helper; both may find the same cell missing.
    """

    def __init__(self, scene: Scene, room: ShoeboxRoom, array_radius_m: float):
        self._scene = scene
        self._room = room
        self._array_radius_m = array_radius_m
        self._changed = threading.Condition()
        self._cache: OrderedDict[Cell, np.ndarray] = OrderedDict()  # in time: half the size of the spectra
        self._queue: deque[Cell] = deque(maxlen=256)
        self._deadline: float | None = None
        self.silence = np.zeros((1, len(room.mic_xyz_m), BINS), dtype=np.complex64)
        """Stands in for what is not computed yet."""
        self._capacity = max(8, _CACHE_BYTES // (4 * len(room.mic_xyz_m) * room.late_samples()))

    def hurry(self, patience_s: float) -> None:
        """From now on a helper calls `fetch`, and `take` waits for it, for so long in all and then no more."""
        self._deadline = time.monotonic() + patience_s

    def _compute(self, cell: Cell) -> np.ndarray:
        azimuth_rad, distance_m = self._scene.nearest_place(
            wrap_rad(math.radians(cell[0] * _GRID_DEG)), cell[1] * _GRID_M, self._array_radius_m
        )
        return self._room.late(self._scene.place(azimuth_rad, distance_m, cell[2]))

    def _keep(self, cell: Cell, response: np.ndarray) -> None:
        with self._changed:
            self._cache[cell] = response
            self._cache.move_to_end(cell)
            while len(self._cache) > self._capacity:
                self._cache.popitem(last=False)
            self._changed.notify_all()

    def _find(self, cell: Cell) -> np.ndarray | None:
        response = self._cache.get(cell)
        if response is not None:
            self._cache.move_to_end(cell)
        return response

    def take(self, cell: Cell, wait: bool) -> np.ndarray | None:
        """The spectra of a cell, see `partition_spectra`.

        Not there: computed now if nobody helps; else asked of the helper, and waited for if `wait`, but not longer
        than `hurry` allows: None.
        """
        with self._changed:
            response = self._find(cell)
            if response is None and self._deadline is not None:
                if cell not in self._queue:
                    self._queue.appendleft(cell)
                    self._changed.notify_all()
                if wait:
                    self._changed.wait_for(lambda: cell in self._cache, max(0.0, self._deadline - time.monotonic()))
                response = self._find(cell)
                if response is None:
                    return None
        if response is None:
            response = self._compute(cell)
            self._keep(cell, response)
        return partition_spectra(response)

    def want(self, cells: list[Cell]) -> None:
        """Ask the helper for cells that will be needed, the first first (no more than may be kept)."""
        with self._changed:
            self._queue.extend(cell for cell in cells[: self._capacity] if cell not in self._queue)
            self._changed.notify_all()

    def fetch(self, timeout_s: float) -> None:
        """Compute one cell that was asked for, or wait for such a request. The helper thread's work."""
        with self._changed:
            if not self._queue:
                self._changed.wait(timeout_s)
            cell = self._queue.popleft() if self._queue else None
            if cell is None or cell in self._cache:
                return
        self._keep(cell, self._compute(cell))

    def work(self, limit_s: float) -> None:
        """Compute what was asked for, until all is there or the time is over. The helper thread's work."""
        end_s = time.monotonic() + limit_s
        while self._queue and time.monotonic() < end_s:
            self.fetch(timeout_s=0.0)

    def wake(self) -> None:
        """End a `fetch` that waits."""
        with self._changed:
            self._changed.notify_all()


class Acoustics:
    """A room with an array in it: what there is between a place and the microphones."""

    def __init__(self, scene: Scene, room: ShoeboxRoom, array_radius_m: float):
        self.scene = scene
        self.room = room
        self.array_radius_m = array_radius_m
        self.lates = LateResponses(scene, room, array_radius_m)
        self._gains: dict[Place, tuple[np.ndarray, np.ndarray]] = {}

    def early(self, place: Place) -> np.ndarray:
        """Spectra (mics, BINS) of the direct sound and first reflections."""
        return fft.rfft(self.room.early(self.scene.place(*place)), 2 * CHUNK)

    def power(self, place: Place, density: np.ndarray) -> float:
        """Mean power at the microphones of a source of the given power density (BINS,).

        What the late reflections add, nearly the same everywhere, is taken from one microphone.
        """
        if place not in self._gains:
            if len(self._gains) >= _PLACES_KEPT:
                self._gains.clear()
            self._gains[place] = self._power_gains(place)
        early, added = self._gains[place]
        fine = np.interp(np.linspace(0, 1, len(added)), np.linspace(0, 1, BINS), density)
        power = float((early * density).sum() + (added * fine).sum() / fine.sum() * density.sum())
        return max(power, 1e-12)

    def _power_gains(self, place: Place) -> tuple[np.ndarray, np.ndarray]:
        xyz_m = self.scene.place(*place)
        early, late = self.room.early(xyz_m), self.room.late(xyz_m, mics=1)[0]
        size = 1 << (len(late) - 1).bit_length()
        near, far = np.fft.rfft(early[0], size), np.fft.rfft(late, size)
        added = np.square(np.abs(near + far)) - np.square(np.abs(near))
        return np.square(np.abs(np.fft.rfft(early, 2 * CHUNK))).mean(axis=0), added


class DryMemory:
    """Spectra of the newest chunks of a dry sound, newest first, as convolution in partitions needs them."""

    def __init__(self, memory_s: float = _MEMORY_S):
        self._overlap = Overlap((), CHUNK)
        self._parts = math.ceil(memory_s * RATE_HZ / CHUNK)
        self._ring = np.zeros((2 * self._parts, BINS), dtype=np.complex64)
        self._at = self._parts

    def push(self, chunk: np.ndarray) -> np.ndarray:
        """Take a chunk (CHUNK,); its spectrum, with the chunk before it, (BINS,)."""
        if self._at == 0:
            self._ring[self._parts + 1 :] = self._ring[: self._parts - 1]
            self._at = self._parts + 1
        self._at -= 1
        self._ring[self._at] = self._overlap.push(chunk)
        return self._ring[self._at]

    @property
    def newest(self) -> np.ndarray:
        """The spectrum last pushed."""
        return self._ring[self._at]

    def _reach(self, parts: int) -> None:
        """Remember at least that many chunks: what was forgotten already is silent."""
        if parts > self._parts:
            grown = np.zeros((2 * parts, BINS), dtype=np.complex64)
            grown[parts : parts + self._parts] = self._ring[self._at : self._at + self._parts]
            self._ring, self._parts, self._at = grown, parts, parts

    def through(self, response: np.ndarray) -> np.ndarray:
        """Spectra (mics, BINS) of the sound heard through a response (partitions, mics, BINS)."""
        self._reach(len(response))
        past = self._ring[self._at : self._at + len(response)]
        out = np.empty(response.shape[1:], dtype=np.complex64)
        for first in range(0, len(out), _BLOCK_MICS):
            block = slice(first, first + _BLOCK_MICS)
            np.einsum("kf,kmf->mf", past, response[:, block], out=out[block])
        return out


class PointPath:
    """From a source in the room, which may move, to the microphones."""

    def __init__(self, acoustics: Acoustics, place: Place):
        self._acoustics = acoustics
        self.memory = DryMemory()
        self.place = place
        self._early = acoustics.early(place)
        late = acoustics.lates.take(cell_of(place), wait=True)
        self._cell = None if late is None else cell_of(place)
        self._late = acoustics.lates.silence if late is None else late
        self._moved = False

    def change_room(self, acoustics: Acoustics) -> None:
        """Sound through another room from the next chunk on; its late reflections when they are known."""
        self._acoustics = acoustics
        self._cell = None
        self._moved = True

    def move_to(self, place: Place) -> None:
        """Be there at the end of the next chunk."""
        self._moved = self._moved or place != self.place
        self.place = place

    def hear(self, dry: np.ndarray, wait: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """One chunk (CHUNK,): spectra (mics, BINS) through the responses at its start, and what the move changes.

        `wait`: for late reflections of the next point on a way (within the patience of the room); else, and where
        there are none yet, they come when they are known.
        """
        newest = self.memory.push(dry)
        sound = self.memory.through(self._late)
        sound += newest * self._early
        change = None
        if self._moved:
            self._moved = False
            early = self._acoustics.early(self.place)
            change = newest * (early - self._early)
            self._early = early
        cell = cell_of(self.place)
        if cell != self._cell:
            late = self._acoustics.lates.take(cell, wait and self._cell is not None)
            if late is not None:
                if len(late) == len(self._late):
                    step = self.memory.through(late - self._late)
                else:
                    step = self.memory.through(late) - self.memory.through(self._late)
                change = step if change is None else change + step
                self._late, self._cell = late, cell
        return sound, change
