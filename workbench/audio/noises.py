"""Noises of the simulated room, dry and endless: fan, babble, traffic, keyboard, and the hum of a quiet room.

Each object gives `streams` noises that are alike but independent, `next()` a chunk of them: one stream for a noise
that comes from one point, one for each microphone where a diffuse field is mixed from them. What makes a noise rise
and fall (a car that passes, a key that is struck) is common to its streams. The mean power over a long time is 1.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from workbench.audio.voices import load_voice, voice_names
from workbench.dsp import fft

RATE_HZ = 48000
TAPS = 1024
"""Length of the FIRs that shape noise."""
_LOW_CUT_HZ = 40.0


def _low_cut(frequency_hz: np.ndarray) -> np.ndarray:
    ratio = (frequency_hz / _LOW_CUT_HZ) ** 2
    return ratio / (1 + ratio)


def fan_shape(frequency_hz: np.ndarray) -> np.ndarray:
    """Magnitude of a fan's broadband noise: a hump where the air tears off the blades, then 6 dB an octave down."""
    return _low_cut(frequency_hz) / np.sqrt((1 + (frequency_hz / 350.0) ** 2) * (1 + (frequency_hz / 7000.0) ** 2))


def room_shape(frequency_hz: np.ndarray) -> np.ndarray:
    """Magnitude of room noise: about 5 dB an octave down from 100 Hz, after Hoth (J. Acoust. Soc. Am. 12, 1941)."""
    return _low_cut(frequency_hz) / (1 + (frequency_hz / 100.0) ** 2) ** (5 / 12)


def engine_shape(frequency_hz: np.ndarray) -> np.ndarray:
    """Magnitude of distant engines: all of it below some 150 Hz."""
    return _low_cut(frequency_hz) / (1 + (frequency_hz / 120.0) ** 2)


def tyre_shape(frequency_hz: np.ndarray) -> np.ndarray:
    """Magnitude of tyres on a road: a broad hump at 800 Hz, where roads are loudest."""
    octaves = np.log2(np.maximum(frequency_hz, 1.0) / 800.0)
    return np.exp(-0.5 * (octaves / 1.1) ** 2)


def centred_fir(magnitude: np.ndarray) -> np.ndarray:
    """FIR (..., TAPS) of a response (..., TAPS / 2 + 1) over 0 … rate / 2 without delay, delayed by TAPS / 2."""
    response = np.roll(np.fft.irfft(magnitude, axis=-1), TAPS // 2, axis=-1)
    return response * np.hanning(TAPS)


class Overlap:
    """The newest spectrum of a stream that comes in chunks: what overlap-save convolution needs.

    `push` takes (..., chunk) and gives the spectra (..., chunk + 1) of the last two chunks.
    """

    def __init__(self, shape: tuple[int, ...], chunk: int):
        self._last = np.zeros((*shape, 2 * chunk), dtype=np.float32)
        self._chunk = chunk

    def push(self, samples: np.ndarray) -> np.ndarray:
        self._last[..., : self._chunk] = self._last[..., self._chunk :]
        self._last[..., self._chunk :] = samples
        return fft.rfft(self._last)


class ShapedNoise:
    """Steady noise of a given magnitude over frequency, mean power 1."""

    def __init__(self, shape, streams: int, seed, chunk: int):
        self._rng = np.random.default_rng(seed)
        self._size = (streams, chunk)
        fir = centred_fir(shape(np.linspace(0, RATE_HZ / 2, TAPS // 2 + 1)))
        self._shape = np.fft.rfft(fir / np.sqrt(np.square(fir).sum()), 2 * chunk).astype(np.complex64)
        self._overlap = Overlap((streams,), chunk)
        self.next()  # the first chunk fades in

    def next(self) -> np.ndarray:
        """The next chunk, (streams, chunk) float32."""
        white = self._rng.standard_normal(self._size, dtype=np.float32)
        return np.fft.irfft(self._overlap.push(white) * self._shape)[:, self._size[1] :].astype(np.float32)


class FanNoise:
    """A fan's sound at the fan: broadband noise and the tones of its blades.

    The speed wanders by a few parts in a thousand, as an induction motor's does, and the tones with it.
    """

    _TONES = 6
    _TONE_SHARE = 0.25
    _WANDER = 0.003
    _WANDER_S = 0.7

    def __init__(self, blade_hz: float, streams: int, seed, chunk: int):
        self._rng = np.random.default_rng([*np.atleast_1d(seed), 1])
        self._chunk = chunk
        self._blade_hz = blade_hz
        self._air = ShapedNoise(fan_shape, streams, seed, chunk)
        self._air_gain = np.float32(np.sqrt(1 - self._TONE_SHARE))
        level = 1.0 / np.arange(1, self._TONES + 1)
        level[blade_hz * np.arange(1, self._TONES + 1) > 0.4 * RATE_HZ] = 0.0
        self._tone_gain = level * np.sqrt(2 * self._TONE_SHARE / np.square(level).sum())
        self._tone_phase = self._rng.uniform(0, 2 * np.pi, (streams, self._TONES))
        self._phase = 0.0
        self._speed = 0.0

    def next(self) -> np.ndarray:
        """The next chunk, (streams, chunk) float32."""
        keep = np.exp(-self._chunk / RATE_HZ / self._WANDER_S)
        speed = keep * self._speed + self._WANDER * np.sqrt(1 - keep**2) * self._rng.standard_normal()
        speeds = 1 + np.linspace(self._speed, speed, self._chunk, endpoint=False)
        phase = self._phase + np.cumsum(speeds) * (2 * np.pi * self._blade_hz / RATE_HZ)
        self._phase, self._speed = float(phase[-1] % (2 * np.pi)), float(speed)
        # Tones of all phases from one sine and one cosine each: sin(x + p) = sin x cos p + cos x sin p.
        angles = np.arange(1, self._TONES + 1)[:, None] * phase
        tones = (self._tone_gain * np.cos(self._tone_phase)) @ np.sin(angles)
        tones += (self._tone_gain * np.sin(self._tone_phase)) @ np.cos(angles)
        return self._air_gain * self._air.next() + tones.astype(np.float32)


@lru_cache(maxsize=1)
def _babble_loop() -> np.ndarray:
    """A loop of many voices at once, (samples,) float32, mean power 1."""
    rng = np.random.default_rng(1)
    length = BabbleNoise.LOOP_S * RATE_HZ
    voices = [load_voice(name).samples for name in voice_names()]
    total = np.zeros(length, dtype=np.float32)
    for talker in range(BabbleNoise.VOICES):
        voice = voices[talker % len(voices)]
        # Other people: the same voice slower and lower, or faster and higher; in a whole number of rounds of the loop.
        speed = rng.uniform(0.85, 1.2)
        at = rng.uniform(0, len(voice)) + speed * np.arange(length)
        whole = at.astype(np.int64)
        part = (at - whole).astype(np.float32)
        one = voice[whole % len(voice)]
        one = one + part * (voice[(whole + 1) % len(voice)] - one)
        seam = RATE_HZ // 10  # the loop's ends meet softly
        fade = np.linspace(0, 1, seam, dtype=np.float32)
        one[:seam] *= fade
        one[-seam:] *= fade[::-1]
        total += np.roll(one, int(rng.integers(length)))
    total /= np.sqrt(np.square(total, dtype=float).mean())
    total.setflags(write=False)
    return total


class BabbleNoise:
    """Many voices at once, none of which can be followed: a loop that the streams enter far apart."""

    VOICES = 12
    LOOP_S = 24

    def __init__(self, streams: int, seed, chunk: int):
        self._loop = _babble_loop()
        self._chunk = chunk
        shift = np.random.default_rng(seed).integers(len(self._loop))
        self._at = shift + len(self._loop) * np.arange(streams) // streams

    def next(self) -> np.ndarray:
        """The next chunk, (streams, chunk) float32."""
        chunk = np.take(self._loop, self._at[:, None] + np.arange(self._chunk), mode="wrap")
        self._at = (self._at + self._chunk) % len(self._loop)
        return chunk


class TrafficNoise:
    """A road behind a window: the rumble of many engines, and now and then a car that passes.

    The power of a car at speed v that passes at distance d rises and falls as 1 / (1 + (v t / d)²).
    """

    _BASE_SHARE = 0.3
    _PASS_S = 1.2
    """Distance over speed: half the time for which a car is within 3 dB of its loudest."""
    _REACH_S = 12.0
    _BETWEEN_S = 7.0
    _TYRE_SHARE = 0.25
    """Share of a car's power that is not rumble."""

    def __init__(self, streams: int, seed, chunk: int):
        seed = [int(part) for part in np.atleast_1d(seed)]
        self._rng = np.random.default_rng([*seed, 2])
        self._step_s = chunk / RATE_HZ
        self._engines = ShapedNoise(engine_shape, streams, [*seed, 3], chunk)
        self._tyres = ShapedNoise(tyre_shape, streams, [*seed, 4], chunk)
        reach = np.linspace(-self._REACH_S, self._REACH_S, 2001)
        heard_s = np.trapezoid(self._pass(reach), reach)
        self._car_power = (1 - self._BASE_SHARE) * self._BETWEEN_S / heard_s
        self._cars: list[tuple[float, float]] = []  # (seconds since it was nearest, strength)
        self._next_s = 0.0
        for _ in range(int(2 * self._REACH_S / self._step_s)):  # the road is in use when the scene begins
            power = self._cars_power()
        self._last = power
        self._rise = (np.arange(chunk, dtype=np.float32) + 0.5) / chunk

    def _pass(self, time_s) -> np.ndarray:
        shape = 1 / (1 + (np.asarray(time_s) / self._PASS_S) ** 2)
        return shape * np.cos(np.clip(np.asarray(time_s) / self._REACH_S, -1, 1) * np.pi / 2) ** 2

    def _cars_power(self) -> float:
        """One chunk on: power of all cars at its end."""
        self._next_s -= self._step_s
        while self._next_s < 0:
            self._cars.append((-self._REACH_S + self._next_s, self._rng.uniform(0.4, 1.6)))
            self._next_s += self._rng.exponential(self._BETWEEN_S)
        self._cars = [(time + self._step_s, size) for time, size in self._cars if time < self._REACH_S]
        return float(self._car_power * sum(size * float(self._pass(time)) for time, size in self._cars))

    def next(self) -> np.ndarray:
        """The next chunk, (streams, chunk) float32."""
        last, self._last = self._last, self._cars_power()
        cars = np.float32(last) + np.float32(self._last - last) * self._rise
        rumble = np.sqrt(np.float32(self._BASE_SHARE) + np.float32(1 - self._TYRE_SHARE) * cars)
        return rumble * self._engines.next() + np.sqrt(np.float32(self._TYRE_SHARE) * cars) * self._tyres.next()


class KeyboardNoise:
    """Somebody types: each key clicks when struck and, softer, when let go, and thumps the desk."""

    _KEYS = 24
    _PHRASE = 14
    """Mean number of keys between two pauses to think."""
    _FASTEST_S, _MORE_S, _THINK_S = 0.07, 0.08, 1.3
    _RELEASE_S = (0.06, 0.11)
    _RELEASE_GAIN = 0.4
    _LENGTH = 2400

    def __init__(self, streams: int, seed, chunk: int):
        seed = [int(part) for part in np.atleast_1d(seed)]
        self._rng = np.random.default_rng([*seed, 5])
        self._chunk = chunk
        self._keys = self._clicks(streams)
        stroke_s = (self._PHRASE * (self._FASTEST_S + self._MORE_S) + self._THINK_S) / self._PHRASE
        force = np.square(np.linspace(0.7, 1.3, 101)).mean()
        energy = np.square(self._keys).sum(axis=(0, 2)).mean() / self._KEYS * force * (1 + self._RELEASE_GAIN**2)
        self._keys *= np.float32(np.sqrt(stroke_s * RATE_HZ / energy))
        self._tail = np.zeros((streams, chunk + self._LENGTH), dtype=np.float32)
        self._pending: list[tuple[float, int, float]] = []  # (samples from now, key, gain)
        self._next = 0.0

    def _clicks(self, streams: int) -> np.ndarray:
        """Sounds (keys, streams, samples) of the keys: independent bursts with the same decay in each stream."""
        time_s = np.arange(self._LENGTH) / RATE_HZ
        rng, shape = self._rng, (self._KEYS, streams, self._LENGTH)
        burst = np.diff(rng.standard_normal((*shape[:2], self._LENGTH + 1)), axis=-1)  # 6 dB an octave up
        decay_s = rng.uniform(0.0015, 0.004, (self._KEYS, 1, 1))
        thump_hz = rng.uniform(110.0, 260.0, (self._KEYS, 1, 1))
        phase = rng.uniform(0, 2 * np.pi, (self._KEYS, streams, 1))
        thump = np.sin(2 * np.pi * thump_hz * time_s + phase) * np.exp(-time_s / 0.012)
        attack = np.minimum(time_s / 0.0003, 1.0)
        fade = np.minimum((time_s[-1] - time_s) / 0.005, 1.0)
        return (attack * fade * (burst * np.exp(-time_s / decay_s) + 0.5 * thump)).astype(np.float32)

    def _type(self) -> None:
        """Strike the keys whose time comes in this chunk."""
        rng = self._rng
        while self._next < self._chunk:
            key, force = int(rng.integers(self._KEYS)), rng.uniform(0.7, 1.3)
            release = self._next + rng.uniform(*self._RELEASE_S) * RATE_HZ
            self._pending += [(self._next, key, force), (release, key, self._RELEASE_GAIN * force)]
            pause_s = rng.exponential(self._THINK_S) if rng.random() < 1 / self._PHRASE else 0.0
            self._next += (self._FASTEST_S + rng.exponential(self._MORE_S) + pause_s) * RATE_HZ
        self._next -= self._chunk

    def next(self) -> np.ndarray:
        """The next chunk, (streams, chunk) float32."""
        self._type()
        due = [event for event in self._pending if event[0] < self._chunk]
        self._pending = [(at - self._chunk, *rest) for at, *rest in self._pending if at >= self._chunk]
        for at, key, gain in due:
            # The sign is drawn for each stream, so that even the thumps of the streams have nothing in common.
            sign = self._rng.choice(np.float32([-gain, gain]), (len(self._tail), 1))
            self._tail[:, int(at) : int(at) + self._LENGTH] += sign * self._keys[key]
        chunk = self._tail[:, : self._chunk].copy()
        self._tail[:, : self._LENGTH] = self._tail[:, self._chunk :]
        self._tail[:, self._LENGTH :] = 0.0
        return chunk


def make_noise(kind: str, streams: int, seed, chunk: int, blade_hz: float = 132.0):
    """The noise of that kind (see `scene_parts.NOISE_KINDS`); the same seed gives the same sound."""
    if kind == "fan":
        return FanNoise(blade_hz, streams, seed, chunk)
    if kind == "room":
        return ShapedNoise(room_shape, streams, seed, chunk)
    return {"babble": BabbleNoise, "traffic": TrafficNoise, "keyboard": KeyboardNoise}[kind](streams, seed, chunk)


@lru_cache(maxsize=16)
def noise_density(kind: str, bins: int, blade_hz: float = 132.0) -> np.ndarray:
    """Power density (bins,) over 0 … 24 kHz of a noise, its sum 1; measured over ten seconds."""
    chunk = bins - 1
    probe = make_noise(kind, 1, (1, 99), chunk, blade_hz)
    frames = np.concatenate([probe.next() for _ in range(10 * RATE_HZ // chunk)]) * np.hanning(chunk)
    density = np.square(np.abs(np.fft.rfft(frames, 2 * chunk))).mean(axis=0)
    density /= density.sum()
    density.setflags(write=False)
    return density
