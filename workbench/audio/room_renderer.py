"""The sound of a scene, chunk by chunk, with no thread; and how it goes over to a changed scene without a jump.

What is slow (voices from disk, walls, responses, levels) is prepared apart, as a `Setting`; the renderer takes a new
one between two chunks. What it then plays follows from the new scene as if it had begun with it, but for who was
dragged where and how far voices, noises and walks have got.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np

from workbench.audio.diffuse import DiffuseField
from workbench.audio.mismatch import Microphones, real_microphones
from workbench.audio.noises import noise_density
from workbench.audio.protocols import HOP
from workbench.audio.room_paths import BINS, CHUNK, Acoustics
from workbench.audio.room_voices import RISE, PlayingNoise, PlayingTalker
from workbench.audio.rooms import ShoeboxRoom
from workbench.audio.scene import Scene, array_radius_m
from workbench.audio.voices import ACTIVE_LEVEL_DBFS, Voice, load_voice
from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray
from workbench.core.messages import TalkerTruth


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """A scene with everything prepared that its sound needs."""

    scene: Scene
    array: MicrophoneArray
    microphones: Microphones
    acoustics: Acoustics
    field: DiffuseField | None
    voices: dict[str, Voice]
    gains: tuple[float, ...]
    """Of the noises, whose dry power is 1."""


def _same_room(one: Scene, other: Scene) -> bool:
    """Both have the same responses from every place (to the microphones, of which only gains may differ)."""

    def what_matters(scene: Scene) -> tuple:
        errors = scene.mismatch
        placed = (errors.delay_sigma_us, errors.position_sigma_mm, errors.delay_us)
        return scene.size_m, scene.rt60_s, scene.array, scene.array_xyz_m, scene.seed, placed

    return what_matters(one) == what_matters(other)


def prepare(scene: Scene, before: Setting | None = None) -> Setting:
    """Prepare a scene's sound; what is as `before` is taken from there. Slow: reads files, computes a room.

    Raises
    ------
    InputError
        A voice that cannot be read, or an array that does not fit into the room.
    """
    if before is not None and _same_room(scene, before.scene):
        array, microphones, acoustics, field = before.array, before.microphones, before.acoustics, before.field
        if scene.mismatch != before.scene.mismatch:
            microphones = real_microphones(array, scene.mismatch, scene.seed)
    else:
        array = scene.load_array()
        microphones = real_microphones(array, scene.mismatch, scene.seed)
        mic_xyz_m = microphones.xyz_m + np.asarray(scene.array_xyz_m)
        if (mic_xyz_m < 0).any() or (mic_xyz_m > scene.size_m).any():
            raise InputError(f"scene {scene.name}: array {array.name} does not fit into the room where it stands")
        room = ShoeboxRoom(scene.size_m, scene.rt60_s, mic_xyz_m, CHUNK, microphones.delay_s)
        acoustics, field = Acoustics(scene, room, array_radius_m(array)), None
    if field is None and any(noise.field == "diffuse" for noise in scene.noises):
        field = DiffuseField(microphones.xyz_m, microphones.delay_s, CHUNK)
    known = before.voices if before is not None else {}
    names = dict.fromkeys(talker.voice for talker in scene.talkers)
    voices = {name: known.get(name) or _voice(scene, name) for name in names}
    power = speech_power(scene, acoustics, voices)
    gains = tuple(_noise_gain(noise, power, acoustics) for noise in scene.noises)
    return Setting(scene, array, microphones, acoustics, field, voices, gains)


def _voice(scene: Scene, name: str) -> Voice:
    try:
        return load_voice(scene.beside(name))
    except InputError as error:
        raise InputError(f"scene {scene.name}: voice {error}") from error


def speech_power(
    scene: Scene, acoustics: Acoustics, voices: dict[str, Voice], place: tuple[float, float] | None = None
) -> float:
    """Power of the first talker's active speech at the array, reflections included; nominal without a talker.

    `place`: (azimuth_rad, distance_m) if not where the scene puts it.
    """
    if not scene.talkers:
        return 10 ** (ACTIVE_LEVEL_DBFS / 10)
    first = scene.talkers[0]
    azimuth_rad, distance_m = place or (math.radians(first.azimuth_deg), first.distance_m)
    density = voices[first.voice].power_spectrum(BINS) * 10 ** (first.level_db / 10)
    return acoustics.power((azimuth_rad, distance_m, first.height_m), density)


def _noise_gain(noise, power: float, acoustics: Acoustics) -> float:
    if noise.field == "diffuse":
        heard = 1.0
    else:
        place = (math.radians(noise.azimuth_deg), noise.distance_m, noise.height_m)
        heard = acoustics.power(place, noise_density(noise.kind, BINS, noise.blade_hz))
    return math.sqrt(power / heard) * 10 ** (-noise.snr_db / 20)


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """CHUNK samples of the room: `samples` (mics, CHUNK), `clean` (CHUNK,) or None, `truth` for each hop."""

    samples: np.ndarray
    clean: np.ndarray | None
    truth: tuple[tuple[TalkerTruth, ...], ...]


class RoomRenderer:
    """The room's sound. Everything follows from the scene and its seed until somebody is dragged or changed."""

    def __init__(self, setting: Setting | Scene):
        setting = setting if isinstance(setting, Setting) else prepare(setting)
        self.setting = setting
        self.paused = False
        acoustics = setting.acoustics
        self.talkers = [
            PlayingTalker(talker, setting.voices[talker.voice], acoustics) for talker in setting.scene.talkers
        ]
        self._noises = [
            PlayingNoise(noise, gain, self._seed(number), acoustics, setting.field)
            for number, (noise, gain) in enumerate(zip(setting.scene.noises, setting.gains, strict=True))
        ]
        self._noise_number = len(self._noises)
        self._leaving: list[PlayingTalker | PlayingNoise] = []
        self._clean_of = self.talkers[0] if self.talkers else None
        self._microphones = setting.microphones
        self._want_ahead()

    def _seed(self, number: int) -> tuple[int, int]:
        return (self.setting.scene.seed, number)

    def _want_ahead(self) -> None:
        """Ask for the late reflections along all paths, what everybody needs next before what comes after that."""
        ahead = zip_longest(*(talker.cells_ahead() for talker in self.talkers))
        self.setting.acoustics.lates.want([cell for cells in ahead for cell in cells if cell is not None])

    def change(self, setting: Setting) -> None:
        """Go over to another setting in the course of the next chunk. The array has as many microphones.

        Talkers are known by their names, noises by their kind and field, in their order.
        """
        room_changed = setting.acoustics is not self.setting.acoustics
        self.setting = setting
        acoustics, field = setting.acoustics, setting.field
        known = {talker.talker.name: talker for talker in self.talkers}
        talkers = []
        for talker in setting.scene.talkers:
            voice = setting.voices[talker.voice]
            playing = known.pop(talker.name, None)
            if playing is None:
                playing = PlayingTalker(talker, voice, acoustics, fade_in=True)
            else:
                playing.change(talker, voice, acoustics, room_changed)
            talkers.append(playing)
        noises, old = [], list(self._noises)
        for noise, gain in zip(setting.scene.noises, setting.gains, strict=True):
            playing = next((other for other in old if other.fits(noise)), None)
            if playing is None:
                playing = PlayingNoise(noise, gain, self._seed(self._noise_number), acoustics, field, fade_in=True)
                self._noise_number += 1
            else:
                old.remove(playing)
                playing.change(noise, gain, acoustics, field, room_changed)
            noises.append(playing)
        self._leaving += [*known.values(), *old]
        self.talkers, self._noises = talkers, noises
        self._want_ahead()

    def render(self) -> Chunk:
        """The next chunk."""
        moves = not self.paused
        total = np.zeros((self.setting.array.mics, BINS), dtype=np.complex64)
        changes = []
        for talker in self.talkers:
            sound, change = talker.play(moves)
            total += sound
            changes.append(change)
        for noise in self._noises:
            sound, change = noise.play()
            total += sound
            changes.append(change)
        for leaving in self._leaving:
            sound, _ = leaving.play(moves) if isinstance(leaving, PlayingTalker) else leaving.play()
            total += sound
            changes.append(-sound)
        samples = np.fft.irfft(total)[:, CHUNK:]
        changes = [change for change in changes if change is not None]
        if changes:
            samples += RISE * np.fft.irfft(sum(changes[1:], changes[0]))[:, CHUNK:]
        samples = self._through_microphones(samples.astype(np.float32, copy=False))
        clean = self._clean()
        self._leaving = []
        truth = tuple(tuple(talker.truth(hop) for talker in self.talkers) for hop in range(CHUNK // HOP))
        return Chunk(np.ascontiguousarray(samples), clean, truth)

    def _through_microphones(self, samples: np.ndarray) -> np.ndarray:
        before, self._microphones = self._microphones, self.setting.microphones
        heard = samples if self._microphones.perfect else self._microphones.channels(samples)
        if before is not self._microphones:
            earlier = before.channels(samples)
            heard = earlier + RISE * (heard - earlier)
        return heard

    def _clean(self) -> np.ndarray | None:
        first = self.talkers[0] if self.talkers else None
        before, self._clean_of = self._clean_of, first
        clean = None if first is None else first.clean()
        if before is not first and before is not None:  # left, or no longer the first: over to the next
            earlier = before.clean()
            clean = earlier + RISE * ((0 if clean is None else clean) - earlier)
        return clean

    def scene_now(self) -> Scene:
        """The scene as it is: whoever was dragged stands there for good, and the noises keep their levels.

        Takes some milliseconds; for the thread that renders.
        """
        scene = self.setting.scene
        talkers = []
        for playing in self.talkers:
            talker = playing.talker
            if playing.motion.held:
                azimuth_rad, distance_m = playing.motion.place
                talker = replace(
                    talker,
                    azimuth_deg=round(math.degrees(azimuth_rad), 2),
                    distance_m=round(distance_m, 3),
                    path=None,
                )
            talkers.append(talker)
        noises = scene.noises
        if talkers and talkers[0] != scene.talkers[0]:
            moved = (math.radians(talkers[0].azimuth_deg), talkers[0].distance_m)
            acoustics, voices = self.setting.acoustics, self.setting.voices
            ratio = speech_power(scene, acoustics, voices, moved) / speech_power(scene, acoustics, voices)
            change_db = 10 * math.log10(ratio)
            noises = tuple(
                replace(noise, snr_db=round(min(100.0, max(-40.0, noise.snr_db + change_db)), 2)) for noise in noises
            )
        return replace(scene, talkers=tuple(talkers), noises=noises)
