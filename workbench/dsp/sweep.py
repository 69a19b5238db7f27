"""Measuring impulse responses with an exponential sine sweep (Farina, 108th AES Convention, 2000).

The sweep's frequency rises exponentially with time, so that it spends as long in every octave, and what a loudspeaker
adds as harmonics comes out ahead of the response when the sweep is divided out: cutting from the first arrival on
leaves it away.
"""

from __future__ import annotations

import numpy as np

from workbench.dsp.bands import RATE_HZ

LOW_HZ = 10.0
_FADE_IN_S = 0.05
_FLOOR = 1e-9
"""Of the sweep's largest power density: below, a frequency counts as not played."""


def exponential_sweep(seconds: float, level_dbfs: float, rate_hz: int = RATE_HZ) -> np.ndarray:
    """A sine whose frequency rises from 10 Hz to half the rate, (n,) float32, peak `level_dbfs`.

    It ends at half the rate without a fade, so that no frequency is left out.
    """
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    octaves = np.log(0.5 * rate_hz / LOW_HZ)
    phase = 2 * np.pi * LOW_HZ * seconds / octaves * np.expm1(time_s / seconds * octaves)
    sweep = np.sin(phase)
    fade = round(min(_FADE_IN_S, 0.1 * seconds) * rate_hz)
    sweep[:fade] *= np.sin(0.5 * np.pi * (np.arange(fade) + 0.5) / fade) ** 2
    return (10 ** (level_dbfs / 20) * sweep).astype(np.float32)


def deconvolve(recorded: np.ndarray, sweep: np.ndarray) -> np.ndarray:
    """What turned the sweep into the recording.

    Parameters
    ----------
    recorded : (channels, n) float, from the sweep's first sample on, with the whole decay behind its end
    sweep : (m,) float, m < n

    Returns
    -------
    (channels, n) float64
        Sample 0 is no delay. Harmonics lie at the end, where negative times are wrapped to.
    """
    length = recorded.shape[1]
    size = 1 << (length + len(sweep) - 1).bit_length()
    played = np.fft.rfft(np.asarray(sweep, dtype=float), size)
    power = np.abs(played) ** 2
    response = np.fft.rfft(recorded, size, axis=1) * played.conj() / (power + _FLOOR * power.max())
    return np.fft.irfft(response, size, axis=1)[:, :length]


def onset(impulse: np.ndarray, below_peak_db: float = 30.0) -> int:
    """First sample at which any row of (..., n) comes within so many dB of the largest of all."""
    level = np.abs(impulse).reshape(-1, impulse.shape[-1]).max(axis=0)
    return int(np.argmax(level >= level.max() * 10 ** (-below_peak_db / 20)))


def cut_window(length: int, rise: int, fall: int) -> np.ndarray:
    """Weights (length,) that are 1 but for raised-cosine ends."""
    window = np.ones(length)
    window[:rise] = np.sin(0.5 * np.pi * (np.arange(rise) + 0.5) / max(rise, 1)) ** 2
    if fall:
        window[length - fall :] = np.cos(0.5 * np.pi * (np.arange(fall) + 0.5) / fall) ** 2
    return window
