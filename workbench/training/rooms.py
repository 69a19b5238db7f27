"""Room responses for training: measured ones from a folder, or ours.

Ours are of two kinds: statistical (sparse early reflections and a decaying tail), and shoe boxes whose first
reflections are those of image sources.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import soxr

from workbench.core.errors import InputError
from workbench.dsp.bands import RATE_HZ
from workbench.training.corpus import sound_files

EARLY_S = 0.05
"""Reflections up to this long after the direct sound stay in the target (PercepNet)."""
_LONGEST_S = 0.8
_IMAGES_S = 0.07
_CROSSOVER_SMOOTHING = (0.0, 0.75, 0.95)


def synthetic_response(rng: np.random.Generator) -> np.ndarray:
    """A response of a random room, (samples,) float32: direct sound 1 at sample 0, RT60 0.15 … 0.9 s.

    Early reflections are sparse; the tail is noise that decays exponentially, faster at high frequencies; the
    ratio of direct to reverberant energy is -3 … 15 dB.
    """
    rt60_s = rng.uniform(0.15, 0.9)
    length = int(min(rt60_s * 0.8, _LONGEST_S) * RATE_HZ)
    time_s = np.arange(length) / RATE_HZ
    onset_s = rng.uniform(0.001, 0.006)
    tail = _decaying_noise(rng, length, rt60_s) * (time_s > onset_s)
    density = np.minimum(1, (time_s / 0.04) ** 2 + 0.01)  # reflections grow denser until they are a tail
    tail *= (rng.random(length) < density) / np.sqrt(density)
    ratio_db = rng.uniform(-3, 15)
    tail *= 10 ** (-ratio_db / 20) / np.sqrt(np.sum(tail**2) + 1e-12)
    tail[0] = 1.0
    return tail.astype(np.float32)


def shoebox_response(rng: np.random.Generator) -> np.ndarray:
    """A response of a random rectangular room, (samples,) float32: direct sound 1 at sample 0, RT60 0.2 … 0.9 s.

    Image sources (Allen and Berkley, by pyroomacoustics) up to 70 ms, from there noise that decays with the room's
    RT60, faster at high frequencies. Talker and microphone are 0.4 … 4 m apart.
    """
    import pyroomacoustics as pra

    sides_m = rng.uniform((2.5, 2.5, 2.2), (9.0, 7.0, 4.0))
    rt60_s = rng.uniform(0.2, 0.9)
    # Sabine's least RT60 of a room is that of total absorption; small RT60 do not exist in large rooms.
    volume, surface = np.prod(sides_m), 2 * np.sum(sides_m * np.roll(sides_m, 1))
    rt60_s = max(rt60_s, 1.25 * 0.161 * volume / surface)
    absorption, _ = pra.inverse_sabine(rt60_s, list(sides_m))
    room = pra.ShoeBox(list(sides_m), fs=RATE_HZ, materials=pra.Material(absorption), max_order=12)
    microphone_m = rng.uniform(0.5, sides_m - 0.5)
    for _ in range(100):
        talker_m = rng.uniform(0.5, sides_m - 0.5)
        if 0.4 <= np.linalg.norm(talker_m - microphone_m) <= 4.0:
            break
    room.add_source(talker_m)
    room.add_microphone(microphone_m)
    room.compute_rir()
    early = room.rir[0][0]
    direct = int(np.argmax(np.abs(early)))
    early = early[direct : direct + int(_IMAGES_S * RATE_HZ)] / early[direct]
    length = int(min(rt60_s * 0.8, _LONGEST_S) * RATE_HZ)
    tail = _decaying_noise(rng, length, rt60_s)
    seam = slice(int(0.8 * len(early)), len(early))
    tail *= np.sqrt(np.sum(early[seam] ** 2) / (np.sum(tail[seam] ** 2) + 1e-12))
    tail[: seam.start] = 0.0
    fade = np.linspace(0, 1, seam.stop - seam.start)
    tail[seam] *= np.sqrt(fade)
    early[seam] *= np.sqrt(1 - fade)
    tail[: len(early)] += early
    tail[0] = 1.0
    return tail.astype(np.float32)


def _decaying_noise(rng: np.random.Generator, length: int, rt60_s: float) -> np.ndarray:
    """Noise that falls by 60 dB in `rt60_s`, sooner at high frequencies."""
    time_s = np.arange(length) / RATE_HZ
    frequency_hz = np.fft.rfftfreq(length, 1 / RATE_HZ)
    tail = np.zeros(length)
    for share, smoothing in zip((0.5, 0.8, 1.0), _CROSSOVER_SMOOTHING, strict=True):
        noise = rng.standard_normal(length)
        if smoothing:
            spectrum = np.fft.rfft(noise)
            noise = np.fft.irfft(spectrum / (1 + (frequency_hz / (12000 * (1 - smoothing))) ** 2), n=length)
            noise /= np.std(noise)
        tail += noise * np.exp(-6.91 * time_s / (rt60_s * share))
    return tail


def measured_responses(folder: Path) -> list[np.ndarray]:
    """Responses in the sound files of a folder: first channel, 48 kHz, cut so that the direct sound is sample 0.

    Raises
    ------
    InputError
        No folder, no sound in it, or a file that holds no impulse.
    """
    responses = []
    for path in sound_files([folder]):
        try:
            sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise InputError(f"{path}: not a readable sound file ({error.error_string})") from error
        response = soxr.resample(sound[:, 0], rate_hz, RATE_HZ, "HQ")
        peak = int(np.argmax(np.abs(response))) if len(response) else 0
        if not len(response) or response[peak] == 0:
            raise InputError(f"{path}: silent, not a room response")
        responses.append(response[peak : peak + int(2 * RATE_HZ)] / response[peak])
    return responses


def early_part(response: np.ndarray) -> np.ndarray:
    """Direct sound and the first 50 ms, faded out over 5 ms."""
    early = response[: int((EARLY_S + 0.005) * RATE_HZ)].copy()
    fade = int(0.005 * RATE_HZ)
    if len(early) > fade:
        start = min(int(EARLY_S * RATE_HZ), len(early))
        early[start:] *= np.linspace(1, 0, len(early) - start, dtype=np.float32)
    return early
