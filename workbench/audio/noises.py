"""Noise of the simulated room: a fan (one point) and a diffuse background (from everywhere), both endless."""

from __future__ import annotations

import numpy as np

from workbench.core.geometry import SPEED_OF_SOUND_M_S

RATE_HZ = 48000
_LOW_CUT_HZ = 40.0
_SHAPE_TAPS = 1024


def _low_cut(frequency_hz: np.ndarray) -> np.ndarray:
    ratio = (frequency_hz / _LOW_CUT_HZ) ** 2
    return ratio / (1 + ratio)


def fan_shape(frequency_hz: np.ndarray) -> np.ndarray:
    """Magnitude of a fan's broadband noise: a hump where the air tears off the blades, then 6 dB an octave down."""
    return _low_cut(frequency_hz) / np.sqrt((1 + (frequency_hz / 350.0) ** 2) * (1 + (frequency_hz / 7000.0) ** 2))


def room_shape(frequency_hz: np.ndarray) -> np.ndarray:
    """Magnitude of room noise: about 5 dB an octave down from 100 Hz, after Hoth (J. Acoust. Soc. Am. 12, 1941)."""
    return _low_cut(frequency_hz) / (1 + (frequency_hz / 100.0) ** 2) ** (5 / 12)


def _centred_fir(magnitude: np.ndarray) -> np.ndarray:
    """Linear-phase FIR (..., taps) of a real response (..., taps / 2 + 1) over 0 … rate / 2."""
    response = np.roll(np.fft.irfft(magnitude, axis=-1), _SHAPE_TAPS // 2, axis=-1)
    return response * np.hanning(_SHAPE_TAPS)


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
        return np.fft.rfft(self._last)


class FanNoise:
    """A fan's sound at the fan: broadband noise and the tones of its blades, mean power 1.

    The speed wanders by a few parts in a thousand, as an induction motor's does, and the tones with it.
    """

    _TONES = 6
    _TONE_SHARE = 0.25
    _WANDER = 0.003
    _WANDER_S = 0.7

    def __init__(self, blade_hz: float, seed, chunk: int):
        self._rng = np.random.default_rng(seed)
        self._chunk = chunk
        self._blade_hz = blade_hz
        magnitude = fan_shape(np.linspace(0, RATE_HZ / 2, _SHAPE_TAPS // 2 + 1))
        fir = _centred_fir(magnitude)
        fir *= np.sqrt((1 - self._TONE_SHARE) / np.square(fir).sum())
        self._shape = np.fft.rfft(fir, 2 * chunk).astype(np.complex64)
        self._overlap = Overlap((), chunk)
        level = 1.0 / np.arange(1, self._TONES + 1)
        level[blade_hz * np.arange(1, self._TONES + 1) > 0.4 * RATE_HZ] = 0.0
        self._tone_gain = level * np.sqrt(2 * self._TONE_SHARE / np.square(level).sum())
        self._tone_phase = self._rng.uniform(0, 2 * np.pi, self._TONES)
        self._phase = 0.0
        self._speed = 0.0

    def next(self) -> np.ndarray:
        """The next chunk, (chunk,) float32."""
        white = self._rng.standard_normal(self._chunk, dtype=np.float32)
        broadband = np.fft.irfft(self._overlap.push(white) * self._shape)[self._chunk :]
        keep = np.exp(-self._chunk / RATE_HZ / self._WANDER_S)
        speed = keep * self._speed + self._WANDER * np.sqrt(1 - keep**2) * self._rng.standard_normal()
        speeds = 1 + np.linspace(self._speed, speed, self._chunk, endpoint=False)
        phase = self._phase + np.cumsum(speeds) * (2 * np.pi * self._blade_hz / RATE_HZ)
        self._phase, self._speed = float(phase[-1] % (2 * np.pi)), float(speed)
        numbers = np.arange(1, self._TONES + 1)[:, None]
        tones = self._tone_gain @ np.sin(numbers * phase + self._tone_phase[:, None])
        return (broadband + tones).astype(np.float32)


def diffuse_coherence(mic_xyz_m: np.ndarray, frequency_hz: np.ndarray) -> np.ndarray:
    """Spatial coherence sin(kd)/(kd) of a spherically isotropic field, (F, mics, mics)."""
    spacing_m = np.linalg.norm(mic_xyz_m[:, None] - mic_xyz_m[None], axis=-1)
    return np.sinc(2 * frequency_hz[:, None, None] * spacing_m / SPEED_OF_SOUND_M_S)


class DiffuseNoise:
    """Noise that reaches the array from all directions alike, mean power 1 at every microphone.

    Independent noises are mixed by the symmetric root of the coherence matrix, frequency by frequency (Habets,
    Cohen and Gannot, J. Acoust. Soc. Am. 124, 2008, with the root in place of their Cholesky factor, so that no
    microphone is special).
    """

    def __init__(self, mic_xyz_m: np.ndarray, seed, chunk: int):
        self._rng = np.random.default_rng(seed)
        self._mics = len(mic_xyz_m)
        self._chunk = chunk
        frequency_hz = np.linspace(0, RATE_HZ / 2, _SHAPE_TAPS // 2 + 1)
        values, vectors = np.linalg.eigh(diffuse_coherence(mic_xyz_m, frequency_hz))
        root = (vectors * np.sqrt(np.maximum(values, 0.0))[:, None]) @ np.swapaxes(vectors, 1, 2)
        mix = _centred_fir(np.moveaxis(root * room_shape(frequency_hz)[:, None, None], 0, -1))
        mix /= np.sqrt(np.square(mix).sum(axis=(1, 2)).mean())
        self._mix = np.fft.rfft(mix, 2 * chunk).astype(np.complex64)  # (mics out, noises in, bins)
        self._overlap = Overlap((self._mics,), chunk)

    def next_spectrum(self) -> np.ndarray:
        """Spectra (mics, chunk + 1) whose inverse transforms' second halves are the next chunk."""
        white = self._overlap.push(self._rng.standard_normal((self._mics, self._chunk), dtype=np.float32))
        return np.einsum("if,oif->of", white, self._mix)
