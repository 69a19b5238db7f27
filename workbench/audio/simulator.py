"""The simulated room as a source: moving talkers, a fan and background noise, heard by an array.

`RoomRenderer` computes the sound, chunk by chunk, with no thread. `RoomSource` runs it ahead of time in a thread
of its own, so that `read` only takes what is ready.

A talker's direct sound and first reflections are computed anew for each chunk, for where the talker then is; the
late reflections belong to the nearest point of a grid around the array. Each chunk is heard through the responses
at its start and at its end, crossfaded; nothing jumps.
"""

from __future__ import annotations

import logging
import math
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass

import numpy as np

from workbench.audio.motion import Motion
from workbench.audio.noises import DiffuseNoise, FanNoise, Overlap
from workbench.audio.protocols import HOP, RATE_HZ
from workbench.audio.rooms import ShoeboxRoom, add_arrivals
from workbench.audio.scene import Scene, Talker, load_scene
from workbench.audio.voices import ACTIVE_LEVEL_DBFS, Voice, load_voice
from workbench.core.errors import EarshotError, InputError
from workbench.core.geometry import SPEED_OF_SOUND_M_S, wrap_rad
from workbench.core.messages import Block, TalkerTruth, frozen

log = logging.getLogger(__name__)

CHUNK = 5 * HOP
"""Samples rendered at a time: responses follow the talkers at 20 Hz."""

_AHEAD_HOPS = 20
_GRID_DEG = 7.5
_GRID_M = 0.25
_CACHE_BYTES = 64 << 20
_BINS = CHUNK + 1

Cell = tuple[int, int, float]
"""A point of the grid of late responses: azimuth and distance in steps, height in metres."""


def partition_spectra(response: np.ndarray) -> np.ndarray:
    """Spectra (partitions, channels, CHUNK + 1) complex64 of a response (channels, length) cut into CHUNK pieces."""
    channels, length = response.shape
    parts = -(-length // CHUNK)
    padded = np.zeros((channels, parts, CHUNK), dtype=np.float32)
    padded.reshape(channels, -1)[:, :length] = response
    return np.fft.rfft(padded, 2 * CHUNK, axis=-1).transpose(1, 0, 2).copy()


class LateResponses:
    """Late reflections (spectra of `partition_spectra`) on the grid; computed once, kept within bounds.

    `take` may be called from the rendering thread, `fetch` from a helper; both may find the same cell missing.
    """

    def __init__(self, scene: Scene, room: ShoeboxRoom, array_radius_m: float):
        self._scene = scene
        self._room = room
        self._array_radius_m = array_radius_m
        self._lock = threading.Lock()
        self._wanted = threading.Condition(self._lock)
        self._cache: OrderedDict[Cell, np.ndarray] = OrderedDict()
        self._queue: deque[Cell] = deque(maxlen=256)
        mics = len(room.mic_xyz_m)
        size = -(-room.late_samples() // CHUNK) * mics * _BINS * 8
        self._capacity = max(4, _CACHE_BYTES // size)

    @staticmethod
    def cell(azimuth_rad: float, distance_m: float, height_m: float) -> Cell:
        """The grid point nearest to a place."""
        steps = round(360 / _GRID_DEG)
        return (round(math.degrees(azimuth_rad) / _GRID_DEG) % steps, round(distance_m / _GRID_M), height_m)

    def _compute(self, cell: Cell) -> np.ndarray:
        azimuth_rad, distance_m = self._scene.nearest_place(
            wrap_rad(math.radians(cell[0] * _GRID_DEG)), cell[1] * _GRID_M, self._array_radius_m
        )
        return partition_spectra(self._room.late(self._scene.place(azimuth_rad, distance_m, cell[2])))

    def _keep(self, cell: Cell, spectra: np.ndarray) -> None:
        with self._lock:
            self._cache[cell] = spectra
            self._cache.move_to_end(cell)
            while len(self._cache) > self._capacity:
                self._cache.popitem(last=False)

    def take(self, cell: Cell, wait: bool) -> np.ndarray | None:
        """The spectra of a cell. Not there: computed now if `wait`, else asked of the helper, and None."""
        with self._lock:
            if cell in self._cache:
                self._cache.move_to_end(cell)
                return self._cache[cell]
            if not wait:
                if cell not in self._queue:
                    self._queue.appendleft(cell)
                    self._wanted.notify()
                return None
        spectra = self._compute(cell)
        self._keep(cell, spectra)
        return spectra

    def want(self, cells: list[Cell]) -> None:
        """Ask the helper for cells that will be needed, the first first (no more than may be kept)."""
        with self._lock:
            self._queue.extend(cells[: self._capacity])
            self._wanted.notify()

    def fetch(self, timeout_s: float) -> None:
        """Compute one cell that was asked for, or wait for such a request. The helper thread's work."""
        with self._lock:
            if not self._queue:
                self._wanted.wait(timeout_s)
            cell = self._queue.popleft() if self._queue else None
            if cell is None or cell in self._cache:
                return
        self._keep(cell, self._compute(cell))


class _Speech:
    """A talker's voice, played in a loop with its pause; a multiple of HOP long."""

    def __init__(self, talker: Talker, voice: Voice):
        pause = round(talker.pause_s * RATE_HZ / HOP)
        self._samples = np.concatenate([voice.samples, np.zeros(pause * HOP, dtype=np.float32)])
        self._active = np.concatenate([voice.active, np.zeros(pause, dtype=bool)])
        self._at = round(talker.start_s * RATE_HZ / HOP) * HOP % len(self._samples)

    def next(self) -> np.ndarray:
        """The next CHUNK samples."""
        chunk = np.take(self._samples, np.arange(self._at, self._at + CHUNK), mode="wrap")
        self._at = (self._at + CHUNK) % len(self._samples)
        return chunk

    def active(self, samples_ago: float) -> bool:
        """Whether there was speech that long before the end of the newest chunk."""
        return bool(self._active[int((self._at - samples_ago) // HOP) % len(self._active)])


class _MovingTalker:
    """A talker with everything that its convolution remembers."""

    def __init__(self, talker: Talker, scene: Scene, renderer: RoomRenderer):
        self.talker = talker
        try:
            voice = load_voice(scene.beside(talker.voice))
        except InputError as error:
            raise InputError(f"scene {scene.name}, talker {talker.name}: voice {error}") from error
        self.voice = voice
        self.speech = _Speech(talker, voice)
        self.motion = Motion(talker, scene, renderer.array_radius_m)
        self.level_db = talker.level_db
        self.muted = False
        self._scene, self._room, self._lates = scene, renderer.room, renderer.lates
        self._gain = self._wanted_gain()
        self._overlap = Overlap((), CHUNK)
        self.place = (self.motion.azimuth_rad, self.motion.distance_m)
        self.last_place = self.place
        self._early = self._early_spectra()
        self._cell = self._nearest_cell()
        self._late = self._lates.take(self._cell, wait=True)
        self.direct = self._direct_spectrum()
        self.last_direct = self.direct
        self.spectra = np.zeros((len(self._late), _BINS), dtype=np.complex64)

    def _wanted_gain(self) -> float:
        return 0.0 if self.muted else 10 ** (self.level_db / 20)

    def _nearest_cell(self) -> Cell:
        return LateResponses.cell(*self.place, self.talker.height_m)

    def _early_spectra(self) -> np.ndarray:
        return np.fft.rfft(self._room.early(self._scene.place(*self.place, self.talker.height_m)), 2 * CHUNK)

    def _direct_spectrum(self) -> np.ndarray:
        """The direct path alone to the array's centre."""
        distance_m = math.hypot(self.place[1], self.talker.height_m)
        response = np.zeros((1, CHUNK), dtype=np.float32)
        delay = distance_m * RATE_HZ / SPEED_OF_SOUND_M_S
        add_arrivals(response, np.array([[delay]]), np.array([[1 / distance_m]]))
        return np.fft.rfft(response[0], 2 * CHUNK)

    def travel_cells(self) -> list[Cell]:
        """The cells of its whole path, nearest first."""
        if self.talker.path is None:
            return []
        path = self.talker.path
        azimuths = np.arange(path.from_deg, path.to_deg + 0.5 * _GRID_DEG, 0.5 * _GRID_DEG)
        azimuths = azimuths[np.argsort(np.abs(azimuths - self.talker.azimuth_deg), kind="stable")]
        cells = [
            LateResponses.cell(math.radians(azimuth), self.talker.distance_m, self.talker.height_m)
            for azimuth in azimuths
        ]
        return list(dict.fromkeys(cells))

    def advance(self, moves: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """One chunk on: spectra (mics, bins) through the response at its start, and what the move adds, or None."""
        gain = self._wanted_gain()
        dry = self.speech.next()
        if gain != self._gain:
            dry = dry * np.linspace(self._gain, gain, CHUNK, dtype=np.float32)
            self._gain = gain
        elif gain != 1.0:
            dry = dry * np.float32(gain)
        self.spectra[1:] = self.spectra[:-1]
        self.spectra[0] = self._overlap.push(dry)
        sound = np.einsum("kf,kmf->mf", self.spectra, self._late)
        sound += self.spectra[0] * self._early

        self.last_place, self.last_direct = self.place, self.direct
        if moves:
            self.motion.advance(CHUNK / RATE_HZ)
        self.place = (self.motion.azimuth_rad, self.motion.distance_m)
        change = None
        if self.place != self.last_place:
            early = self._early_spectra()
            change = self.spectra[0] * (early - self._early)
            self._early = early
            if self.place[1] != self.last_place[1]:
                self.direct = self._direct_spectrum()
        cell = self._nearest_cell()
        if cell != self._cell:
            late = self._lates.take(cell, wait=not self.motion.dragged)
            if late is not None:
                step = np.einsum("kf,kmf->mf", self.spectra, late - self._late)
                change = step if change is None else change + step
                self._late, self._cell = late, cell
        return sound, change

    def truth(self, hop: int) -> TalkerTruth:
        """Where the talker is in the middle of one of the chunk's hops, and whether it is heard to speak then."""
        share = (hop + 0.5) * HOP / CHUNK
        azimuth_rad = wrap_rad(self.last_place[0] + share * wrap_rad(self.place[0] - self.last_place[0]))
        distance_m = self.last_place[1] + share * (self.place[1] - self.last_place[1])
        delay = math.hypot(distance_m, self.talker.height_m) * RATE_HZ / SPEED_OF_SOUND_M_S
        active = not self.muted and self.speech.active(CHUNK * (1 - share) + delay)
        return TalkerTruth(self.talker.name, azimuth_rad, distance_m, active)


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """CHUNK samples of the room: `samples` (mics, CHUNK), `clean` (CHUNK,) or None, `truth` for each hop."""

    samples: np.ndarray
    clean: np.ndarray | None
    truth: tuple[tuple[TalkerTruth, ...], ...]


class RoomRenderer:
    """The room's sound, chunk by chunk. Everything follows from the scene and its seed until somebody is dragged.

    Raises
    ------
    InputError
        An array, voice or room of the scene that cannot be used.
    """

    def __init__(self, scene: Scene):
        self.scene = scene
        self.array = scene.load_array()
        mic_xyz_m = self.array.mic_xyz_m + np.asarray(scene.array_xyz_m)
        if (mic_xyz_m < 0).any() or (mic_xyz_m > scene.size_m).any():
            raise InputError(f"scene {scene.name}: array {self.array.name} does not fit into the room where it stands")
        self.array_radius_m = float(np.linalg.norm(self.array.mic_xyz_m, axis=1).max())
        self.room = ShoeboxRoom(scene.size_m, scene.rt60_s, mic_xyz_m, CHUNK)
        self.lates = LateResponses(scene, self.room, self.array_radius_m)
        self.talkers = [_MovingTalker(talker, scene, self) for talker in scene.talkers]
        self.paused = False
        speech_power = self._speech_power()
        self._fan = self._fan_response = self._fan_spectra = None
        if scene.fan is not None:
            self._prepare_fan(speech_power)
        self._diffuse = None
        if scene.diffuse is not None:
            self._diffuse = DiffuseNoise(self.array.mic_xyz_m, (scene.seed, 2), CHUNK)
            self._diffuse_gain = np.float32(math.sqrt(speech_power) * 10 ** (-scene.diffuse.snr_db / 20))
        self._rise = ((np.arange(CHUNK) + 0.5) / CHUNK).astype(np.float32)
        for talker in self.talkers:
            self.lates.want(talker.travel_cells())

    def _power_at_array(self, response: np.ndarray, density: np.ndarray) -> float:
        """Mean power at the microphones of a source of the given power density (bins,) through (mics, length)."""
        size = 1 << (response.shape[1] - 1).bit_length()
        gain = np.square(np.abs(np.fft.rfft(response, size))).mean(axis=0)
        fine = np.interp(np.linspace(0, 1, len(gain)), np.linspace(0, 1, len(density)), density)
        return float((gain * fine).sum() / fine.sum() * density.sum())

    def _speech_power(self) -> float:
        """Power of the first talker's active speech at the array, reflections included."""
        if not self.talkers:
            return 10 ** (ACTIVE_LEVEL_DBFS / 10)
        first = self.talkers[0]
        response = self.room.response(self.scene.place(*first.place, first.talker.height_m))
        density = first.voice.power_spectrum(_BINS) * 10 ** (first.talker.level_db / 10)
        return self._power_at_array(response, density)

    def _prepare_fan(self, speech_power: float) -> None:
        fan = self.scene.fan
        place = self.scene.place(math.radians(fan.azimuth_deg), fan.distance_m, fan.height_m)
        response = self.room.response(place)
        probe = FanNoise(fan.blade_hz, (self.scene.seed, 3), CHUNK)
        sample = np.concatenate([probe.next() for _ in range(16)])[CHUNK:].reshape(-1, CHUNK)
        density = np.square(np.abs(np.fft.rfft(sample * np.hanning(CHUNK), 2 * CHUNK))).mean(axis=0)
        power = self._power_at_array(response, density / density.sum())
        gain = math.sqrt(speech_power / power) * 10 ** (-fan.snr_db / 20)
        self._fan = FanNoise(fan.blade_hz, (self.scene.seed, 1), CHUNK)
        self._fan_overlap = Overlap((), CHUNK)
        self._fan_response = partition_spectra(response * np.float32(gain))
        self._fan_spectra = np.zeros(self._fan_response.shape[::2], dtype=np.complex64)

    def render(self) -> Chunk:
        """The next chunk."""
        total = np.zeros((self.array.mics, _BINS), dtype=np.complex64)
        change = None
        for talker in self.talkers:
            sound, step = talker.advance(moves=not self.paused)
            total += sound
            if step is not None:
                change = step if change is None else change + step
        if self._fan is not None:
            self._fan_spectra[1:] = self._fan_spectra[:-1]
            self._fan_spectra[0] = self._fan_overlap.push(self._fan.next())
            total += np.einsum("kf,kmf->mf", self._fan_spectra, self._fan_response)
        if self._diffuse is not None:
            total += self._diffuse_gain * self._diffuse.next_spectrum()
        samples = np.fft.irfft(total)[:, CHUNK:]
        if change is not None:
            samples += self._rise * np.fft.irfft(change)[:, CHUNK:]
        truth = tuple(tuple(talker.truth(hop) for talker in self.talkers) for hop in range(CHUNK // HOP))
        return Chunk(np.ascontiguousarray(samples, dtype=np.float32), self._clean(), truth)

    def _clean(self) -> np.ndarray | None:
        if not self.talkers:
            return None
        first = self.talkers[0]
        newest = first.spectra[0]
        clean = np.fft.irfft(newest * first.last_direct)[CHUNK:]
        if first.direct is not first.last_direct:
            clean = clean + self._rise * np.fft.irfft(newest * (first.direct - first.last_direct))[CHUNK:]
        return clean.astype(np.float32)


class RoomSource:
    """The simulated room as a `Source`; see workbench.audio.protocols.

    `read` gives blocks that carry their ground truth and the first talker's direct sound at the array's centre.
    `move_talker`, `release_talker`, `set_talker` and `set_paused` may be called from any thread at any time; they
    are heard after what is already rendered (0.2 s at most).

    Parameters
    ----------
    scene : Scene, or the name or path of one; the default scene if None
    """

    live = False
    latency_samples = 0
    dropped_samples = 0
    server_dropouts = 0

    def __init__(self, scene: Scene | str | None = None):
        self.scene = scene if isinstance(scene, Scene) else load_scene(*([scene] if scene else []))
        self.array = self.scene.load_array()
        self.name = f"Simulated room: {self.scene.name}"
        self.channels = self.array.mics
        self.channel_names = tuple(f"Mic {number}" for number in range(1, self.channels + 1))
        self.finished = False
        self._renderer: RoomRenderer | None = None
        self._threads: list[threading.Thread] = []
        self._closing = False
        self._ready = threading.Condition()
        self._blocks: deque[Block] = deque()
        self._failure: Exception | None = None
        self._requests: deque = deque(maxlen=1000)

    def start(self) -> None:
        """Load voices, compute the first responses and begin to render.

        Raises
        ------
        InputError
            A voice, array or room of the scene that cannot be used.
        """
        if self._threads:
            return
        self._renderer = RoomRenderer(self.scene)
        self._closing, self._failure = False, None
        self._blocks.clear()
        self._threads = [
            threading.Thread(target=self._run, name="room", daemon=True),
            threading.Thread(target=self._fetch, name="room-late", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _run(self) -> None:
        index = 0
        renderer = self._renderer
        try:
            while True:
                with self._ready:
                    self._ready.wait_for(lambda: self._closing or len(self._blocks) <= _AHEAD_HOPS - CHUNK // HOP)
                if self._closing:
                    return
                while self._requests:
                    self._requests.popleft()(renderer)
                blocks = self._cut(renderer.render(), index)
                index += CHUNK
                with self._ready:
                    self._blocks.extend(blocks)
                    self._ready.notify_all()
        except Exception as failure:  # whatever it is, the reader must learn of it
            log.exception("the simulated room stopped")
            with self._ready:
                self._failure = failure
                self._ready.notify_all()

    def _fetch(self) -> None:
        while not self._closing:
            self._renderer.lates.fetch(timeout_s=0.1)

    @staticmethod
    def _cut(chunk: Chunk, index: int) -> list[Block]:
        blocks = []
        for hop, truth in enumerate(chunk.truth):
            span = slice(hop * HOP, (hop + 1) * HOP)
            blocks.append(
                Block(
                    samples=frozen(chunk.samples[:, span].copy()),
                    index=index + hop * HOP,
                    time_s=(index + hop * HOP) / RATE_HZ,
                    truth=truth,
                    clean=None if chunk.clean is None else frozen(chunk.clean[span].copy()),
                )
            )
        return blocks

    def read(self, timeout_s: float) -> Block | None:
        """The next hop, or None when none was ready in time.

        Raises
        ------
        EarshotError
            Rendering has failed.
        """
        with self._ready:
            self._ready.wait_for(lambda: self._blocks or self._failure or self._closing, timeout_s)
            if self._blocks:
                block = self._blocks.popleft()
                if len(self._blocks) == _AHEAD_HOPS - CHUNK // HOP:
                    self._ready.notify_all()
                return block
            if self._failure is not None:
                raise EarshotError(f"the simulated room stopped: {self._failure}") from self._failure
            return None

    def close(self) -> None:
        """Stop and free everything; may be called twice."""
        with self._ready:
            self._closing = True
            self._ready.notify_all()
        for thread in self._threads:
            thread.join()
        self._threads = []
        self._blocks.clear()
        self._renderer = None

    def _number(self, number: int) -> int:
        if not 1 <= number <= len(self.scene.talkers):
            raise InputError(f"talker {number}: the scene {self.scene.name} has {len(self.scene.talkers)}")
        return number - 1

    def move_talker(self, number: int, azimuth_rad: float, distance_m: float) -> tuple[float, float]:
        """Drag talker `number` (from 1): it leaves its path and walks to the place, or the nearest that there is.

        Returns
        -------
        azimuth_rad, distance_m : float
            The place used: in the room and off the array.
        """
        at = self._number(number)
        if not (math.isfinite(azimuth_rad) and math.isfinite(distance_m)):
            raise InputError(f"talker {number}: cannot stand at azimuth {azimuth_rad}, distance {distance_m}")
        self._requests.append(lambda renderer: renderer.talkers[at].motion.drag(azimuth_rad, distance_m))
        radius_m = float(np.linalg.norm(self.array.mic_xyz_m, axis=1).max())
        return self.scene.nearest_place(azimuth_rad, distance_m, radius_m)

    def release_talker(self, number: int) -> None:
        """Let a dragged talker return to its path."""
        at = self._number(number)
        self._requests.append(lambda renderer: renderer.talkers[at].motion.release())

    def set_talker(self, number: int, level_db: float | None = None, muted: bool | None = None) -> None:
        """Change a talker's level (-40 … 40 dB re nominal) or silence it, with a ramp."""
        at = self._number(number)
        if level_db is not None and not -40 <= level_db <= 40:
            raise InputError(f"talker {number}: level_db {level_db:g} is outside -40…40 dB")

        def change(renderer: RoomRenderer) -> None:
            talker = renderer.talkers[at]
            talker.level_db = talker.level_db if level_db is None else level_db
            talker.muted = talker.muted if muted is None else muted

        self._requests.append(change)

    def set_paused(self, paused: bool) -> None:
        """All talkers stand still (and go on speaking), or walk on."""
        self._requests.append(lambda renderer: setattr(renderer, "paused", paused))
