"""Who and what sounds in the simulated room: talkers with their speech and motion, and noises, chunk by chunk.

`play` of each gives spectra (mics, BINS) of a chunk, and what changes in its course, or None; see `room_paths`.
"""

from __future__ import annotations

import math

import numpy as np

from workbench.audio.diffuse import DiffuseField
from workbench.audio.motion import Motion
from workbench.audio.noises import Overlap, make_noise
from workbench.audio.protocols import HOP, RATE_HZ
from workbench.audio.room_paths import CHUNK, Acoustics, Cell, Place, PointPath, cell_of
from workbench.audio.rooms import add_arrivals
from workbench.audio.scene_parts import Noise, Talker
from workbench.audio.voices import Voice
from workbench.core.geometry import SPEED_OF_SOUND_M_S, wrap_rad
from workbench.core.messages import TalkerTruth

RISE = ((np.arange(CHUNK) + 0.5) / CHUNK).astype(np.float32)
"""How a change comes in over a chunk."""

Sound = tuple[np.ndarray, np.ndarray | None]


class _Ramp:
    """A gain that changes over a chunk."""

    def __init__(self, gain: float):
        self.gain = gain

    def apply(self, samples: np.ndarray, wanted: float) -> np.ndarray:
        if wanted != self.gain:
            samples = samples * (np.float32(self.gain) + np.float32(wanted - self.gain) * RISE)
            self.gain = wanted
        elif wanted != 1.0:
            samples = samples * np.float32(wanted)
        return samples


class Speech:
    """A talker's voice, played in a loop with its pause; a multiple of HOP long."""

    def __init__(self, talker: Talker, voice: Voice):
        pause = round(talker.pause_s * RATE_HZ / HOP)
        self.samples = voice.samples  # shared by all who speak with this voice
        self._length = len(voice.samples) + pause * HOP
        self._active = np.concatenate([voice.active, np.zeros(pause, dtype=bool)])
        self._at = round(talker.start_s * RATE_HZ / HOP) * HOP % self._length

    def next(self) -> np.ndarray:
        """The next CHUNK samples."""
        at = np.arange(self._at, self._at + CHUNK) % self._length
        chunk = np.take(self.samples, at, mode="clip")
        chunk[at >= len(self.samples)] = 0
        self._at = (self._at + CHUNK) % self._length
        return chunk

    def active(self, samples_ago: float) -> bool:
        """Whether there was speech that long before the end of the newest chunk."""
        return bool(self._active[int((self._at - samples_ago) // HOP) % len(self._active)])


class PlayingTalker:
    """A talker with everything that it remembers. `fade_in`: it was silent until now."""

    def __init__(self, talker: Talker, voice: Voice, acoustics: Acoustics, fade_in: bool = False):
        self.talker = talker
        self.speech = Speech(talker, voice)
        self.motion = Motion(talker, acoustics.scene, acoustics.array_radius_m)
        self._ramp = _Ramp(0.0 if fade_in else self._wanted_gain())
        self._speech_before: Speech | None = None
        self.place = self.motion.place
        self.last_place = self.place
        self.path = PointPath(acoustics, self._seen())
        self.direct = self._direct_spectrum()
        self.last_direct = self.direct

    def _wanted_gain(self) -> float:
        return 0.0 if self.talker.muted else 10 ** (self.talker.level_db / 20)

    def _seen(self) -> Place:
        return (*self.place, self.talker.height_m)

    def _direct_spectrum(self) -> np.ndarray:
        """The direct path alone to the array's centre."""
        distance_m = math.hypot(self.place[1], self.talker.height_m)
        response = np.zeros((1, CHUNK), dtype=np.float32)
        delay = distance_m * RATE_HZ / SPEED_OF_SOUND_M_S
        add_arrivals(response, np.array([[delay]]), np.array([[1 / distance_m]]))
        return np.fft.rfft(response[0], 2 * CHUNK)

    def change(self, talker: Talker, voice: Voice, acoustics: Acoustics, room_changed: bool) -> None:
        """Go on as somebody else, somewhere else, in another room, without a jump."""
        before, self.talker = self.talker, talker
        self.motion.change(before, talker, acoustics.scene, acoustics.array_radius_m)
        if (before.voice, before.pause_s, before.start_s) != (talker.voice, talker.pause_s, talker.start_s):
            self._speech_before, self.speech = self.speech, Speech(talker, voice)
        if room_changed:
            self.path.change_room(acoustics)

    def cells_ahead(self) -> list[Cell]:
        """The cells of its whole path, in order."""
        if self.talker.path is None:
            return []
        cells = [cell_of((*place, self.talker.height_m)) for place in self.motion.route.places(0.25)]
        return list(dict.fromkeys(cells))

    def play(self, moves: bool) -> Sound:
        """One chunk on."""
        dry = self.speech.next()
        if self._speech_before is not None:
            before, self._speech_before = self._speech_before.next(), None
            dry = before + RISE * (dry - before)
        dry = self._ramp.apply(dry, self._wanted_gain())
        self.last_place, self.last_direct = self.place, self.direct
        if moves:
            self.motion.advance(CHUNK / RATE_HZ)
        self.place = self.motion.place
        self.path.move_to(self._seen())
        if self.place[1] != self.last_place[1]:
            self.direct = self._direct_spectrum()
        return self.path.hear(dry, wait=not self.motion.dragged)

    def clean(self) -> np.ndarray:
        """The chunk last played as it comes straight to the array's centre, (CHUNK,) float32."""
        newest = self.path.memory.newest
        clean = np.fft.irfft(newest * self.last_direct)[CHUNK:]
        if self.direct is not self.last_direct:
            clean = clean + RISE * np.fft.irfft(newest * (self.direct - self.last_direct))[CHUNK:]
        return clean.astype(np.float32)

    def truth(self, hop: int) -> TalkerTruth:
        """Where the talker is in the middle of one of the chunk's hops, and whether it is heard to speak then."""
        share = (hop + 0.5) * HOP / CHUNK
        azimuth_rad = wrap_rad(self.last_place[0] + share * wrap_rad(self.place[0] - self.last_place[0]))
        distance_m = self.last_place[1] + share * (self.place[1] - self.last_place[1])
        delay = math.hypot(distance_m, self.talker.height_m) * RATE_HZ / SPEED_OF_SOUND_M_S
        active = not self.talker.muted and self.speech.active(CHUNK * (1 - share) + delay)
        return TalkerTruth(self.talker.name, azimuth_rad, distance_m, active)


class PlayingNoise:
    """A noise of the scene, from a point or from everywhere. `fade_in`: it was silent until now."""

    def __init__(
        self,
        noise: Noise,
        gain: float,
        seed,
        acoustics: Acoustics,
        field: DiffuseField | None,
        fade_in: bool = False,
    ):
        self.noise = noise
        self._gain = gain
        self._ramp = _Ramp(0.0 if fade_in else gain)
        mics = len(acoustics.room.mic_xyz_m)
        self._diffuse = noise.field == "diffuse"
        self._dry = make_noise(noise.kind, mics if self._diffuse else 1, seed, CHUNK, noise.blade_hz)
        self._field = self._next_field = field
        self._overlap = Overlap((mics,), CHUNK) if self._diffuse else None
        self._path = None if self._diffuse else PointPath(acoustics, self._seen())

    def _seen(self) -> Place:
        return (math.radians(self.noise.azimuth_deg), self.noise.distance_m, self.noise.height_m)

    def fits(self, noise: Noise) -> bool:
        """Whether it can go on as that noise: the same sound at another level or place."""
        now = self.noise
        return (now.kind, now.field, now.blade_hz) == (noise.kind, noise.field, noise.blade_hz)

    def change(
        self, noise: Noise, gain: float, acoustics: Acoustics, field: DiffuseField | None, room_changed: bool
    ) -> None:
        """Go on at another level or place, or in another room."""
        self.noise, self._gain, self._next_field = noise, gain, field
        if self._path is not None:
            if room_changed:
                self._path.change_room(acoustics)
            self._path.move_to(self._seen())

    def play(self) -> Sound:
        """One chunk on."""
        dry = self._ramp.apply(self._dry.next(), self._gain)
        if self._path is not None:
            return self._path.hear(dry[0], wait=True)
        spectra = self._overlap.push(dry)
        sound, change = self._field.mix(spectra), None
        if self._next_field is not self._field:
            self._field = self._next_field
            change = self._field.mix(spectra) - sound
        return sound, change
