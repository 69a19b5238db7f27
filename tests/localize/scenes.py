"""Synthetic recordings for the localization tests: speech-like talkers, in free field and in rooms, and noises."""

from __future__ import annotations

import numpy as np
from scipy import signal

from workbench.core.geometry import SPEED_OF_SOUND_M_S, MicrophoneArray, unit_vectors

RATE_HZ = 48000
_ROOM_RATE_HZ = 16000


def speech_like(seed: int, seconds: float, rate_hz: int = RATE_HZ) -> np.ndarray:
    """A voice without words: pulses of a wandering pitch or noise, through wandering formants, in syllables. (n,)"""
    rng = np.random.default_rng(seed)
    n = round(seconds * rate_hz)
    out = np.zeros(n)
    position = 0
    pitch_hz = rng.uniform(90, 220)
    while position < n:
        length = round(rng.uniform(0.08, 0.28) * rate_hz)
        t = np.arange(length) / rate_hz
        if rng.random() < 0.25:
            excitation = rng.standard_normal(length)
            excitation = np.diff(excitation, prepend=0.0)
        else:
            glide = pitch_hz * (1 + rng.uniform(-0.2, 0.2) * t / t[-1])
            excitation = np.diff(np.floor(np.cumsum(glide) / rate_hz), prepend=0.0) * 30
            excitation += 0.3 * rng.standard_normal(length)
        for centre_hz in (rng.uniform(300, 800), rng.uniform(900, 2300), rng.uniform(2400, 3800)):
            radius = np.exp(-np.pi * 120 / rate_hz)
            poles = [1, -2 * radius * np.cos(2 * np.pi * centre_hz / rate_hz), radius**2]
            excitation = excitation + 0.5 * signal.lfilter([1 - radius], poles, excitation)
        syllable = excitation * np.sqrt(np.abs(np.sin(np.pi * t / t[-1])))
        stop = min(n, position + length)
        out[position:stop] = syllable[: stop - position] / (np.std(syllable) + 1e-9) * rng.uniform(0.5, 1)
        position += length + (round(rng.uniform(0.02, 0.12) * rate_hz))
    return out / np.std(out)


def plane_waves(array: MicrophoneArray, azimuths_deg, signals, snr_db: float = 30.0, seed: int = 0) -> np.ndarray:
    """Plane waves with sensor noise, (mics, n) float32; each signal is (n,) at 48 kHz. The delay is exact."""
    rng = np.random.default_rng(seed)
    n = len(signals[0])
    length = 2 * n
    frequency_hz = np.fft.rfftfreq(length, 1 / RATE_HZ)
    mixture = np.zeros((array.mics, n))
    for azimuth_deg, x in zip(azimuths_deg, signals):
        advance_s = array.mic_xyz_m @ unit_vectors(np.deg2rad(azimuth_deg)) / SPEED_OF_SOUND_M_S
        spectrum = np.fft.rfft(x, length) * np.exp(2j * np.pi * frequency_hz * advance_s[:, None])
        mixture += np.fft.irfft(spectrum, length, axis=1)[:, :n]
    noise = rng.standard_normal(mixture.shape) * mixture.std() * 10 ** (-snr_db / 20)
    return (0.05 * (mixture + noise)).astype(np.float32)


def room_recording(
    array: MicrophoneArray, azimuths_deg, rt60_s: float, seconds: float, snr_db: float = 25.0, seed: int = 0
) -> np.ndarray:
    """Talkers 1.5 m from the array in the middle of a room of image sources, (mics, n) float32 at 48 kHz."""
    import pyroomacoustics as pra

    rng = np.random.default_rng(seed)
    size_m = np.array([6.0, 5.0, 2.8])
    absorption, order = pra.inverse_sabine(rt60_s, size_m)
    room = pra.ShoeBox(size_m, fs=_ROOM_RATE_HZ, materials=pra.Material(absorption), max_order=min(order, 20))
    centre_m = size_m / 2 + [0.13, -0.21, -0.1]
    for azimuth_deg in azimuths_deg:
        room.add_source(centre_m + 1.5 * unit_vectors(np.deg2rad(azimuth_deg)))
    room.add_microphone_array((centre_m + array.mic_xyz_m).T)
    room.compute_rir()
    n = round(seconds * _ROOM_RATE_HZ)
    mixture = np.zeros((array.mics, n))
    for talker in range(len(azimuths_deg)):
        dry = speech_like(100 * seed + talker, seconds, _ROOM_RATE_HZ)
        wet = np.stack([signal.fftconvolve(dry, room.rir[mic][talker])[:n] for mic in range(array.mics)])
        mixture += wet / wet.std()
    mixture += rng.standard_normal(mixture.shape) * mixture.std() * 10 ** (-snr_db / 20)
    return (0.05 * signal.resample_poly(mixture, RATE_HZ // _ROOM_RATE_HZ, 1, axis=1)).astype(np.float32)


def fan(array: MicrophoneArray, azimuth_deg: float, seconds: float, seed: int = 0) -> np.ndarray:
    """Stationary noise, falling 3 dB an octave, from one direction and a little from everywhere. (mics, n) float32"""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE_HZ)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.fft.rfftfreq(n, 1 / RATE_HZ), 40.0)), n)
    return plane_waves(array, [azimuth_deg], [noise / noise.std()], snr_db=15.0, seed=seed + 1)
