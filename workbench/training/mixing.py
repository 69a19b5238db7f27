"""Mixtures of speech, noise and rooms, made on the fly; each is determined by its seed alone.

A stream is ten seconds: utterances of one talker with pauses, in a room or not, with up to three noises (recorded,
synthetic, or other talkers), filtered, limited in band, coded or clipped now and then, at any level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr
from scipy import signal

from workbench.dsp.bands import HOP, PEAK_HZ, RATE_HZ
from workbench.training.corpus import Clip, Pool
from workbench.training.degrade import band_limited, clipped, coded
from workbench.training.rooms import early_part, shoebox_response, synthetic_response

STREAM_FRAMES = 1000
STREAM_SAMPLES = STREAM_FRAMES * HOP
_ROOMS = 64
"""Of each of the two synthetic kinds."""
_KINDS = ("both", "noise", "speech", "room")
_KIND_SHARES = (0.79, 0.06, 0.06, 0.09)
_LOWEST_PEAK_DBFS = -55.0
_VOICE_OCTAVES = (-0.3, 0.4)


@dataclass(frozen=True, slots=True)
class Mixture:
    """One stream: `clean` is what the enhancer should give, `noisy` what it gets, both (samples,) float32.

    `cutoff_hz`: above it the speech material has nothing, so those bands teach nothing.
    """

    clean: np.ndarray
    noisy: np.ndarray
    cutoff_hz: float


class Mixer:
    """Makes mixtures from pools of sound.

    Parameters
    ----------
    speech, noise : pools of recordings
    rooms : measured responses; synthetic ones are used as well
    validation : draw from the validation part of the pools
    """

    def __init__(self, speech: Pool, noise: Pool, rooms: list[np.ndarray] | None = None, validation: bool = False):
        self._speech, self._noise = speech, noise
        self._talk = speech.split(validation)
        self._sounds = noise.split(validation)
        self._talk_weights = _clip_weights(self._talk)
        self._sound_weights = _clip_weights(self._sounds)
        self._measured = list(rooms or [])
        self._room_seed = int(validation)
        self._made: dict[int, np.ndarray] = {}

    @property
    def speech_hours(self) -> float:
        """Length of the speech in the pool."""
        return self._speech.hours

    @property
    def noise_hours(self) -> float:
        """Length of the noise in the pool."""
        return self._noise.hours

    @property
    def left_out(self) -> str:
        """For a person: what of the folders was not taken, and why; empty when all was."""
        told = []
        for name, pool in (("speech", self._speech), ("noise", self._noise)):
            reasons = ", ".join(f"{count} {reason}" for reason, count in pool.left_out.items() if count)
            told += [f"{name}: {reasons}"] if reasons else []
        return "; ".join(told)

    def mixture(self, seed: tuple[int, ...]) -> Mixture:
        """The mixture of a seed."""
        rng = np.random.default_rng(seed)
        kind = _KINDS[rng.choice(len(_KINDS), p=_KIND_SHARES)]
        with_speech, with_noise = kind != "noise", kind in ("both", "noise")
        clean = reverberant = np.zeros(STREAM_SAMPLES, dtype=np.float32)
        cutoff_hz = RATE_HZ / 2
        if with_speech:
            speech, cutoff_hz = self._talker(rng, pauses=rng.random() < 0.8)
            speech = _random_tilt(speech, rng)
            if rng.random() < 0.06:  # what we are sent may be coded: nothing of that is for us to undo
                speech, end_hz = coded(speech, rng)
                cutoff_hz = min(cutoff_hz, end_hz)
            clean = reverberant = speech
            if kind == "room" or (kind == "both" and rng.random() < 0.4):
                response = self._room(rng)
                reverberant = signal.oaconvolve(speech, response)[:STREAM_SAMPLES].astype(np.float32)
                clean = signal.oaconvolve(speech, early_part(response))[:STREAM_SAMPLES].astype(np.float32)
        noise = np.zeros(STREAM_SAMPLES, dtype=np.float32)
        if with_noise:
            noise = self._noises(rng)
            if with_speech:
                snr_db = rng.uniform(-8, 22) if rng.random() < 0.85 else rng.uniform(20, 45)
                noise = noise * (_active_rms(clean) / (_rms(noise) + 1e-9) * 10 ** (-snr_db / 20))
        if rng.random() < 0.32:  # a narrow-band source or codec before us: everything ends at a cut-off
            (clean, reverberant, noise), limit_hz = band_limited((clean, reverberant, noise), rng)
            cutoff_hz = min(cutoff_hz, limit_hz)
        noisy = reverberant + noise
        if rng.random() < 0.05:
            noisy, end_hz = coded(noisy, rng)
            cutoff_hz = min(cutoff_hz, end_hz)
        peak = float(np.max(np.abs(noisy))) + 1e-12
        if rng.random() < 0.05:
            noisy = clipped(noisy, rng)
        level_dbfs = 0.0 if rng.random() < 0.06 else rng.uniform(_LOWEST_PEAK_DBFS, 0)
        level = 10 ** (level_dbfs / 20) / peak
        clean, noisy = clean * np.float32(level), noisy * np.float32(level)
        if rng.random() < 0.3:
            noisy = np.round(noisy * 32768) / np.float32(32768)
        return Mixture(clean.astype(np.float32), noisy.astype(np.float32), cutoff_hz)

    def _room(self, rng: np.random.Generator) -> np.ndarray:
        """A response by chance: statistical, of image sources, or measured. Made when first asked for."""
        number = int(rng.integers(2 * _ROOMS + len(self._measured)))
        if number >= 2 * _ROOMS:
            return self._measured[number - 2 * _ROOMS]
        if number not in self._made:
            make = synthetic_response if number < _ROOMS else shoebox_response
            self._made[number] = make(np.random.default_rng([71, self._room_seed, number]))
        return self._made[number]

    def _talker(self, rng: np.random.Generator, pauses: bool) -> tuple[np.ndarray, float]:
        """A stream of utterances from one recording's neighbourhood (the same talker, mostly), and its cut-off."""
        out = np.zeros(STREAM_SAMPLES, dtype=np.float32)
        first = int(rng.choice(len(self._talk), p=self._talk_weights))
        cutoff_hz = RATE_HZ / 2
        position = int(rng.uniform(0, 1.0) * RATE_HZ) if pauses else 0
        number = first
        # A little faster or slower is another voice: higher or lower, with a shorter or longer throat.
        speed = 2 ** rng.uniform(*_VOICE_OCTAVES) if rng.random() < 0.6 else 1.0
        while position < STREAM_SAMPLES - RATE_HZ // 4:
            clip = self._talk[number]
            cutoff_hz = min(cutoff_hz, clip.cutoff_hz * speed)
            start = int(rng.integers(0, max(1, clip.length - 2 * RATE_HZ))) if clip.length > 8 * RATE_HZ else 0
            x = self._speech.read(clip, start, int((STREAM_SAMPLES - position) * speed))
            if speed != 1.0:
                x = soxr.resample(x, RATE_HZ * speed, RATE_HZ, "MQ")[: STREAM_SAMPLES - position]
            out[position : position + len(x)] += x * np.float32(0.08 / (_active_rms(x) + 1e-6))
            position += len(x) + (int(rng.exponential(0.5) * RATE_HZ) if pauses else 0)
            # Neighbours in the pool come from the same folder; the same kind of playback has the same cut-off.
            for _ in range(20):
                number = int(np.clip(first + rng.integers(-12, 13), 0, len(self._talk) - 1))
                if abs(self._talk[number].cutoff_hz - clip.cutoff_hz) < 2500:
                    break
            else:
                number = first
        return out, cutoff_hz

    def _noises(self, rng: np.random.Generator) -> np.ndarray:
        """Up to three noises together."""
        out = np.zeros(STREAM_SAMPLES, dtype=np.float32)
        for _ in range(1 + int(rng.random() < 0.35) + int(rng.random() < 0.1)):
            draw = rng.random()
            if draw < 0.62:
                x = self._recorded(rng)
            elif draw < 0.86:
                x = synthetic_noise(rng)
            else:
                x = self._babble(rng)
            x = _random_tilt(x, rng)
            out += x * np.float32(10 ** (rng.uniform(-9, 0) / 20) / (_rms(x) + 1e-9))
        if rng.random() < 0.3:
            out *= _contour(rng, depth_db=10)
        return out

    def _recorded(self, rng: np.random.Generator) -> np.ndarray:
        clip = self._sounds[int(rng.choice(len(self._sounds), p=self._sound_weights))]
        start = int(rng.integers(0, max(1, clip.length - RATE_HZ)))
        speed = 2 ** rng.uniform(-0.7, 0.7) if rng.random() < 0.5 else 1.0
        x = self._noise.read(clip, start, int(STREAM_SAMPLES * speed) + 2)
        if speed != 1.0:
            x = np.interp(np.arange(0, len(x) - 1, speed), np.arange(len(x)), x).astype(np.float32)
        if rng.random() < 0.3:
            x = x[::-1]
        return _looped(x, rng)

    def _babble(self, rng: np.random.Generator) -> np.ndarray:
        # One or two other talkers would be as good a target as ours: nothing in the sound says whom to keep.
        talkers = int(rng.choice((3, 5, 8), p=(0.4, 0.35, 0.25)))
        out = np.zeros(STREAM_SAMPLES, dtype=np.float32)
        for _ in range(talkers):
            x, _ = self._talker(rng, pauses=rng.random() < 0.3)
            out += np.roll(x, int(rng.integers(0, STREAM_SAMPLES))) * np.float32(10 ** (rng.uniform(-6, 6) / 20))
        if rng.random() < 0.5:
            response = self._room(rng)
            out = signal.oaconvolve(out, response)[:STREAM_SAMPLES].astype(np.float32)
        return out


def synthetic_noise(rng: np.random.Generator) -> np.ndarray:
    """Coloured noise, hum, machine tones, gusts or clicks, (samples,) float32."""
    kind = rng.choice(5, p=(0.4, 0.15, 0.2, 0.15, 0.1))
    count = STREAM_SAMPLES
    white = rng.standard_normal(count, dtype=np.float32)
    if kind == 0:  # coloured: one or two random first-order sections
        for _ in range(1 + int(rng.random() < 0.5)):
            white = signal.lfilter([1.0], [1.0, -rng.uniform(-0.6, 0.995)], white).astype(np.float32)
        return white
    time_s = np.arange(count, dtype=np.float32) / RATE_HZ
    if kind == 1:  # mains hum
        base_hz = rng.choice((50.0, 60.0)) * rng.uniform(0.995, 1.005)
        harmonics = np.arange(1, int(rng.integers(4, 40)))
        amplitudes = rng.exponential(1.0, len(harmonics)) / harmonics ** rng.uniform(0.3, 1.5)
        return _harmonics(2 * np.pi * base_hz * time_s, harmonics, amplitudes, rng) + 0.02 * white
    if kind == 2:  # a machine: drifting tones over a coloured floor
        base_hz = 2 ** rng.uniform(np.log2(40), np.log2(1500))
        drift = 1 + 0.1 * np.sin(2 * np.pi * rng.uniform(0.05, 2) * time_s + rng.uniform(0, 6.28)) * rng.random()
        phase = (2 * np.pi * base_hz / RATE_HZ * np.cumsum(drift, dtype=np.float64)).astype(np.float32)
        harmonics = np.arange(1, max(2, min(24, int(16000 / base_hz / 1.2))))
        amplitudes = rng.exponential(1.0, len(harmonics)) / harmonics ** rng.uniform(0.2, 1.5)
        floor = signal.lfilter([1.0], [1.0, -rng.uniform(0, 0.98)], white)
        x = _harmonics(phase, harmonics, amplitudes, rng)
        return (x / (_rms(x) + 1e-9) + rng.uniform(0.1, 1.5) * floor / (_rms(floor) + 1e-9)).astype(np.float32)
    if kind == 3:  # wind: low-passed noise in gusts
        x = signal.lfilter([1.0], [1.0, -rng.uniform(0.9, 0.998)], white)
        return (x * _contour(rng, depth_db=25)).astype(np.float32)
    x = np.zeros(count, dtype=np.float32)  # clicks and knocks
    for position in rng.integers(0, count - 4800, int(rng.integers(5, 80))):
        decay = np.exp(-np.arange(4800) / rng.uniform(30, 1200))
        x[position : position + 4800] += (decay * rng.standard_normal(4800) * rng.uniform(0.2, 1)).astype(np.float32)
    return signal.lfilter([1.0], [1.0, -rng.uniform(-0.5, 0.9)], x).astype(np.float32) + 1e-3 * white


def _harmonics(phase: np.ndarray, harmonics: np.ndarray, amplitudes: np.ndarray, rng: np.random.Generator):
    # Chebyshev-like recursion in complex numbers: one complex multiplication a harmonic instead of a cosine.
    turn = np.exp(1j * phase.astype(np.float32)).astype(np.complex64)
    current = np.ones_like(turn)
    out = np.zeros(len(phase), dtype=np.float32)
    for _, amplitude in zip(harmonics, amplitudes, strict=True):
        current = current * turn
        angle = rng.uniform(0, 2 * np.pi)
        out += (
            np.float32(amplitude * np.cos(angle)) * current.real - np.float32(amplitude * np.sin(angle)) * current.imag
        )
    return out


def _clip_weights(clips: list[Clip]) -> np.ndarray:
    """Long clips are drawn more often; folders by the root of their length, so that a big one does not drown others."""
    lengths = np.array([min(clip.length, 20 * RATE_HZ) for clip in clips], dtype=np.float64)
    folders = np.array([clip.folder for clip in clips])
    weights = np.zeros(len(clips))
    for folder in np.unique(folders):
        member = folders == folder
        weights[member] = lengths[member] / np.sqrt(lengths[member].sum())
    return weights / weights.sum()


def _rms(x: np.ndarray) -> float:
    return float(np.sqrt(np.dot(x, x) / len(x)))


def _active_rms(x: np.ndarray) -> float:
    """RMS over the 20 ms frames within 35 dB of the loudest: pauses do not count."""
    frames = x[: len(x) // 960 * 960].reshape(-1, 960)
    if not len(frames):
        return 0.0
    energy = np.einsum("ij,ij->i", frames, frames)
    return float(np.sqrt(energy[energy >= energy.max() * 10**-3.5].mean() / 960))


def _random_tilt(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A random second-order filter, as RNNoise's training uses: microphones and rooms colour every recording."""
    if rng.random() < 0.25:
        return x
    b1, b2, a1, a2 = rng.uniform(-0.375, 0.375, 4)
    return signal.lfilter(np.float32([1, b1, b2]), np.float32([1, a1, a2]), x).astype(np.float32)


def _contour(rng: np.random.Generator, depth_db: float) -> np.ndarray:
    """A slowly moving gain, (samples,) float32."""
    points = int(rng.integers(4, 24))
    level_db = rng.uniform(-depth_db, 0, points)
    at = np.linspace(0, points - 1, STREAM_FRAMES + 1)
    coarse = 10 ** (np.interp(at, np.arange(points), level_db) / 20)
    grid = np.arange(STREAM_SAMPLES, dtype=np.float32) / HOP
    return np.interp(grid, np.arange(STREAM_FRAMES + 1), coarse).astype(np.float32)


def _looped(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """x repeated to the length of a stream, the joints faded over 20 ms so that they do not click."""
    if len(x) >= STREAM_SAMPLES:
        return x[:STREAM_SAMPLES].copy()
    fade = min(960, len(x) // 4)
    if fade > 8:
        ramp = np.sin(np.linspace(0, np.pi / 2, fade, dtype=np.float32))
        x = x.copy()
        x[:fade] *= ramp
        x[-fade:] *= ramp[::-1]
    step = max(1, len(x) - fade)
    out = np.zeros(STREAM_SAMPLES + len(x), dtype=np.float32)
    position = -int(rng.integers(0, step))
    while position < STREAM_SAMPLES:
        begin = max(0, position)
        piece = x[begin - position :]
        out[begin : begin + len(piece)] += piece
        position += step
    return out[:STREAM_SAMPLES]


def trusted_bands(cutoff_hz: float) -> np.ndarray:
    """(34,) bool: bands whose clean energy is speech and not the end of the recording's band."""
    return cutoff_hz > PEAK_HZ * 1.05
