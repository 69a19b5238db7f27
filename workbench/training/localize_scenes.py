"""Scenes to train localization on: talkers, noises and rooms drawn at random, and what an array hears of them.

One *room* (a shoebox of image sources with the array somewhere in it, turned anyhow) has responses from a few places.
From one room come several *scenes*: other talkers at other places, other levels, other noises. Room `number` is
determined by (seed, number) alone. Sound is made at 16 kHz: what the networks look at ends at 7.5 kHz.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr
from scipy import fft

from workbench.audio.noises import fan_shape, room_shape
from workbench.audio.rooms import RATE_HZ as ROOM_RATE_HZ
from workbench.audio.rooms import ShoeboxRoom
from workbench.audio.voices import speech_activity
from workbench.core.geometry import SPEED_OF_SOUND_M_S, MicrophoneArray, unit_vectors, wrap_rad
from workbench.training.corpus import Clip, Pool

RATE_HZ = 16000
SCENE_S = 6.0
SAMPLES = round(SCENE_S * RATE_HZ)
ACTIVITY_S = 0.01
PLACES = 8
"""Places in a room where talkers may stand."""
OTHER_PLACES = 2
"""Places of noises."""
MOST_TALKERS = 4

_SLACK_S = 1.2
_SIZE = fft.next_fast_len(round((SCENE_S + _SLACK_S) * RATE_HZ), real=True)
_FREQUENCY_HZ = np.fft.rfftfreq(_SIZE, 1 / RATE_HZ)
_EARLY_SAMPLES = 2400
_LEAST_SEPARATION_RAD = np.deg2rad(15.0)
_DIFFUSE_WAVES = 16
_TALKER_WEIGHTS = np.array([0.08, 0.16, 0.2, 0.26, 0.3])


@dataclass(frozen=True, slots=True)
class SceneRanges:
    """What scenes are drawn from.

    `anechoic_share` of the rooms have no reflections, the others an RT60 within `rt60_s`. The mismatch of a scene's
    array is drawn with standard deviations up to those given. `distance_m` are the talkers' limits.
    """

    anechoic_share: float = 0.25
    rt60_s: tuple[float, float] = (0.1, 0.8)
    snr_db: tuple[float, float] = (0.0, 30.0)
    level_range_db: float = 12.0
    distance_m: tuple[float, float] = (0.5, 4.5)
    gain_sigma_db: float = 1.5
    position_sigma_mm: float = 1.0
    delay_sigma_us: float = 5.0
    most_talkers: int = MOST_TALKERS


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What the array hears, and the truth.

    Attributes
    ----------
    samples : (mics, SAMPLES) float32 at RATE_HZ
    azimuth_rad, distance_m : (MOST_TALKERS,), NaN where there is no talker
    active : (SCENE_S / ACTIVITY_S, MOST_TALKERS) bool
        Who speaks, as it arrives at the array.
    rt60_s : float
    """

    samples: np.ndarray
    azimuth_rad: np.ndarray
    distance_m: np.ndarray
    active: np.ndarray
    rt60_s: float


@dataclass(frozen=True, slots=True, eq=False)
class _Room:
    """Responses of a room: `spectra` (places, mics, bins) of the array as it is, and where the places are."""

    spectra: np.ndarray
    azimuth_rad: np.ndarray
    distance_m: np.ndarray
    mic_xyz_m: np.ndarray
    rt60_s: float


def natural_clips(pool: Pool, validation: bool) -> list[Clip]:
    """The recordings of a pool at the speed they were made."""
    seen: set[str] = set()
    chosen = []
    for clip in pool.split(validation):
        if clip.source not in seen:
            seen.add(clip.source)
            chosen.append(clip)
    return chosen


class SceneMaker:
    """Draws scenes for one array.

    Parameters
    ----------
    array : MicrophoneArray
    speech : Pool
    noise : Pool or None
        Recordings that are no talkers; without them noises are synthetic only.
    ranges : SceneRanges
    seed : int
    validation : bool
        Use the validation part of the pools.
    """

    def __init__(
        self,
        array: MicrophoneArray,
        speech: Pool,
        noise: Pool | None,
        ranges: SceneRanges,
        seed: int,
        validation: bool = False,
    ):
        self.array, self.ranges = array, ranges
        self._speech, self._noise = speech, noise
        self._voices = natural_clips(speech, validation)
        self._noises = natural_clips(noise, validation) if noise is not None else []
        self._seed = (seed, int(validation))

    def scenes(self, number: int, count: int) -> list[Scene]:
        """`count` scenes of room `number`."""
        rng = np.random.default_rng([*self._seed, number])
        room = self._room(rng)
        return [self._scene(room, rng) for _ in range(count)]

    def _room(self, rng: np.random.Generator) -> _Room:
        ranges = self.ranges
        size_m = rng.uniform((3.2, 3.0, 2.3), (9.0, 8.0, 3.6))
        anechoic = rng.random() < ranges.anechoic_share
        rt60_s = 0.0 if anechoic else float(rng.uniform(*ranges.rt60_s))
        # Mostly somewhere in the middle, sometimes near a wall.
        spread = 0.5 if rng.random() < 0.3 else 0.2
        centre_m = size_m * (0.5 + rng.uniform(-spread, spread, 3) * (1, 1, 0.4))
        centre_m = np.clip(centre_m, 0.4, size_m - 0.4)
        turn_rad = rng.uniform(-np.pi, np.pi)
        worn = rng.random()
        mic_xyz_m = self.array.mic_xyz_m + 1e-3 * worn * ranges.position_sigma_mm * rng.standard_normal(
            self.array.mic_xyz_m.shape
        )
        delay_s = 1e-6 * worn * ranges.delay_sigma_us * rng.standard_normal(self.array.mics)
        gain = 10 ** (worn * ranges.gain_sigma_db * rng.standard_normal(self.array.mics) / 20)
        cosine, sine = np.cos(turn_rad), np.sin(turn_rad)
        turned_m = mic_xyz_m @ np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])
        room = ShoeboxRoom(size_m, rt60_s, centre_m + turned_m, _EARLY_SAMPLES, delay_s)
        azimuth_rad, distance_m, spectra = [], [], []
        first_rad = rng.uniform(-np.pi, np.pi)
        for place in range(PLACES + OTHER_PLACES):
            azimuth = wrap_rad(first_rad + 2 * np.pi / PLACES * (place + rng.uniform(-0.5, 0.5)))
            direction = unit_vectors(azimuth + turn_rad)
            distance, xyz_m = self._spot(rng, room.size_m, centre_m, direction)
            response = room.response(xyz_m) if rt60_s > 0 else room.early(xyz_m)
            # The spectrum at 16 kHz is the lower third of that at 48 kHz.
            spectrum = fft.rfft(response, _SIZE * (ROOM_RATE_HZ // RATE_HZ), axis=1)[:, : len(_FREQUENCY_HZ)]
            spectra.append((spectrum * gain[:, None]).astype(np.complex64))
            azimuth_rad.append(azimuth)
            distance_m.append(distance)
        return _Room(np.stack(spectra), np.array(azimuth_rad), np.array(distance_m), mic_xyz_m, room.rt60_s)

    def _spot(self, rng, size_m, centre_m, direction) -> tuple[float, np.ndarray]:
        """A distance in that direction that is inside of the room, and the place."""
        margin_m = 0.25
        with np.errstate(divide="ignore"):
            reach = np.where(
                direction > 0, (size_m - margin_m - centre_m) / direction, (margin_m - centre_m) / direction
            )
        reach_m = float(np.min(reach[:2][np.abs(direction[:2]) > 1e-9]))
        low, high = self.ranges.distance_m
        low = min(low, max(0.3, 0.9 * reach_m))
        distance = float(rng.uniform(low, max(low, min(high, reach_m))))
        xyz_m = centre_m + distance * direction
        xyz_m[2] = np.clip(centre_m[2] + rng.normal(0, 0.2), 0.2, size_m[2] - 0.2)
        return distance, xyz_m

    def _scene(self, room: _Room, rng: np.random.Generator) -> Scene:
        ranges = self.ranges
        weights = _TALKER_WEIGHTS[: ranges.most_talkers + 1]
        talkers = self._talkers(room, rng, int(rng.choice(len(weights), p=weights / weights.sum())))
        spectrum = np.zeros(room.spectra.shape[1:], dtype=np.complex64)
        active = np.zeros((round(SCENE_S / ACTIVITY_S), MOST_TALKERS), dtype=bool)
        azimuth_rad, distance_m = np.full(MOST_TALKERS, np.nan), np.full(MOST_TALKERS, np.nan)
        for slot, place in enumerate(talkers):
            dry, speaks = self._voice(rng)
            heard = fft.rfft(dry, _SIZE).astype(np.complex64) * room.spectra[place]
            level_db = rng.uniform(-0.5, 0.5) * (ranges.level_range_db if rng.random() < 0.5 else 4.0)
            spectrum += heard * np.float32(10 ** (level_db / 20) / _active_rms(heard, speaks.mean()))
            azimuth_rad[slot], distance_m[slot] = room.azimuth_rad[place], room.distance_m[place]
            delay = round(room.distance_m[place] / SPEED_OF_SOUND_M_S / ACTIVITY_S)
            active[delay:, slot] = speaks[: len(active) - delay]
        spectrum += self._noise_field(room, rng)
        samples = fft.irfft(spectrum, _SIZE, axis=1)[:, :SAMPLES]
        samples *= 10 ** (rng.uniform(-45, -15) / 20) / (samples.std() + 1e-9)
        return Scene(samples.astype(np.float32), azimuth_rad, distance_m, active, room.rt60_s)

    def _talkers(self, room: _Room, rng, count: int) -> list[int]:
        chosen: list[int] = []
        for place in rng.permutation(PLACES):
            apart = np.abs(wrap_rad(room.azimuth_rad[place] - room.azimuth_rad[chosen])) if chosen else np.array([9.0])
            if len(chosen) < count and apart.min() > _LEAST_SEPARATION_RAD:
                chosen.append(int(place))
        return chosen

    def _voice(self, rng) -> tuple[np.ndarray, np.ndarray]:
        """Speech of SCENE_S at 16 kHz with pauses, and when it is speech."""
        wanted = round(SCENE_S * 48000)
        parts, length = [], 0
        restful = rng.random() < 0.2
        voice = self._voices[rng.integers(len(self._voices))]
        while length < wanted + 48000:
            clip = voice if rng.random() < 0.5 else self._near(voice, rng)
            start = int(rng.integers(0, max(1, clip.length - 24000)))
            part = self._speech.read(clip, start, int(rng.uniform(1.0, 6.0) * 48000))
            pause = np.zeros(int(rng.exponential(0.9 if restful else 0.08) * 48000), dtype=np.float32)
            parts += [part / (np.sqrt(np.mean(part**2)) + 1e-6), pause]
            length += len(part) + len(pause)
        offset = int(rng.integers(0, 48000))
        dry = np.concatenate(parts)[offset : offset + wanted]
        speaks = speech_activity(dry)
        tilt_db = rng.normal(0, 3)
        low = soxr.resample(dry, 48000, RATE_HZ, "HQ")[:SAMPLES].astype(np.float32)
        low = np.pad(low, (0, SAMPLES - len(low)))
        # A first-order tilt: other microphones, other mouths.
        low[1:] += np.float32(np.clip(-tilt_db / 12, -0.7, 0.7)) * low[:-1]
        return low, speaks

    def _near(self, clip: Clip, rng) -> Clip:
        """Another recording of (most likely) the same folder."""
        other = self._voices[rng.integers(len(self._voices))]
        return other if other.folder == clip.folder else clip

    def _shaped(self, rng, rows: int = 1) -> np.ndarray:
        """Spectra (rows, bins) of noise of one of several colours, with power 1."""
        kind = rng.integers(4)
        if kind == 0:
            shape = np.ones_like(_FREQUENCY_HZ)
        elif kind == 1:
            shape = fan_shape(_FREQUENCY_HZ)
        elif kind == 2:
            shape = room_shape(_FREQUENCY_HZ)
        else:
            shape = 1 / np.sqrt(np.maximum(_FREQUENCY_HZ, 40.0))
        noise = rng.standard_normal((rows, len(shape), 2)).astype(np.float32).view(np.complex64)[..., 0]
        noise *= shape.astype(np.float32)
        return noise / _rms(noise)

    def _diffuse(self, mic_xyz_m, rng) -> np.ndarray:
        """Noise from all around: plane waves with nothing in common, (mics, bins)."""
        kind = self._shaped(rng, _DIFFUSE_WAVES)
        directions = rng.standard_normal((_DIFFUSE_WAVES, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        advance_s = directions @ mic_xyz_m.T / SPEED_OF_SOUND_M_S
        step = np.exp(2j * np.pi * _FREQUENCY_HZ[1] * advance_s)
        total = np.zeros((len(mic_xyz_m), len(_FREQUENCY_HZ)), dtype=np.complex64)
        for wave, noise in enumerate(kind):
            total += noise * _powers(step[wave], len(_FREQUENCY_HZ))
        return total / _rms(total)

    def _point(self, rng) -> np.ndarray:
        """The spectrum (bins,) of something that is no talker: a fan, hum, a recording, notes."""
        kind = rng.random()
        if kind < 0.5:
            return self._shaped(rng)[0]
        time_s = np.arange(SAMPLES) / RATE_HZ
        if kind < 0.6:
            tone_hz = rng.choice([50.0, 60.0, 100.0, 120.0])
            dry = sum(
                rng.uniform(0, 1) / k * np.sin(2 * np.pi * (k * tone_hz * time_s + rng.random())) for k in range(1, 20)
            )
        elif kind < 0.75 or not self._noises:
            dry = _notes(rng, time_s)
        else:
            clip = self._noises[rng.integers(len(self._noises))]
            start = int(rng.integers(0, max(1, clip.length - 48000)))
            part = self._noise.read(clip, start, round(SCENE_S * 48000))
            dry = np.resize(soxr.resample(part, 48000, RATE_HZ, "HQ"), SAMPLES)
        spectrum = fft.rfft(dry, _SIZE).astype(np.complex64)
        return spectrum / _rms(spectrum)

    def _noise_field(self, room: _Room, rng) -> np.ndarray:
        """Everything that is not talkers, (mics, bins), against talkers of power 1 in all."""
        low_db, high_db = self.ranges.snr_db
        snr_db = low_db + (high_db - low_db) * np.sqrt(rng.random())  # more of the better ones
        mics = len(room.mic_xyz_m)
        parts: list[tuple[float, np.ndarray]] = [(rng.uniform(0.02, 1.0), self._own_noise(mics, rng))]
        if rng.random() < 0.6:
            parts.append((rng.uniform(0.1, 1.0), self._diffuse(room.mic_xyz_m, rng)))
        for place in range(PLACES, PLACES + OTHER_PLACES):
            if rng.random() < 0.25:
                heard = self._point(rng) * room.spectra[place]
                parts.append((rng.uniform(0.1, 1.0), heard / _rms(heard)))
        total = np.asarray(sum(np.float32(share) * spectrum for share, spectrum in parts))
        return total * np.float32(10 ** (-snr_db / 20) / _rms(total))

    def _own_noise(self, mics: int, rng) -> np.ndarray:
        noise = rng.standard_normal((mics, len(_FREQUENCY_HZ), 2)).astype(np.float32).view(np.complex64)[..., 0]
        return noise / _rms(noise)


def _powers(base: np.ndarray, count: int) -> np.ndarray:
    """base (n,) to the powers 0 … count - 1, (n, count) complex64: doubled rather than raised one by one."""
    powers = np.ones((len(base), count), dtype=np.complex64)
    done = 1
    while done < count:
        more = min(done, count - done)
        powers[:, done : done + more] = powers[:, :more] * (base**done).astype(np.complex64)[:, None]
        done += more
    return powers


def _rms(spectrum: np.ndarray) -> float:
    """Root mean square over time and rows of what has the one-sided spectrum (rows, bins), while SCENE_S lasts."""
    power = 2 * float(np.mean(np.sum(spectrum.real**2 + spectrum.imag**2, axis=-1))) / _SIZE / SAMPLES
    return max(np.sqrt(power), 1e-9)


def _active_rms(spectrum: np.ndarray, share: float) -> float:
    return _rms(spectrum) / np.sqrt(max(share, 0.05))


def _notes(rng: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    """Something like music: chords of harmonic notes that are struck or held."""
    total = np.zeros(len(time_s))
    at_s = 0.0
    beat_s = rng.uniform(0.2, 0.7)
    root_hz = rng.uniform(110, 330)
    held = rng.random() < 0.4
    while at_s < time_s[-1]:
        for semitones in rng.choice([0, 3, 4, 5, 7, 9, 12], size=rng.integers(1, 4), replace=False):
            note_hz = root_hz * 2 ** (semitones / 12)
            span = (time_s >= at_s) & (time_s < at_s + 2.5 * beat_s)
            local_s = time_s[span] - at_s
            envelope = np.minimum(local_s / 0.01, 1) * (1.0 if held else np.exp(-local_s / (0.5 * beat_s)))
            envelope = envelope * np.minimum((local_s[-1] - local_s) / 0.02, 1)
            harmonics = np.arange(1, max(2, int(6000 / note_hz)))
            waves = np.sin(2 * np.pi * note_hz * harmonics[:, None] * local_s) / harmonics[:, None] ** 1.3
            total[span] += waves.sum(axis=0) * envelope
        at_s += beat_s * rng.integers(1, 3)
    return total
