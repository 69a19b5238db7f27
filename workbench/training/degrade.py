"""What happens to sound on its way to us: lower sampling rates, gentle filters, lossy codecs, clipping."""

from __future__ import annotations

import io

import numpy as np
import soundfile
import soxr
from scipy import signal

from workbench.dsp.bands import RATE_HZ

_CODECS = (  # soundfile's format, subtype, range of its compression level (0 best … 1 smallest), share
    ("MP3", "MPEG_LAYER_III", (0.5, 0.95), 0.35),
    ("OGG", "VORBIS", (0.3, 1.0), 0.30),
    ("OGG", "OPUS", (0.85, 0.98), 0.35),
)
_LONGEST_DELAY = 4096
_LOST = 0.1
"""Where a codec leaves less than this share of the energy, it has cut the sound off."""


def band_limited(parts: tuple[np.ndarray, ...], rng: np.random.Generator) -> tuple[list[np.ndarray], float]:
    """Signals through a lower sampling rate and back, or through a gentler filter; and where they end, in Hz."""
    if rng.random() < 0.6:
        rate_hz = float(rng.choice((8000, 11025, 16000, 16000, 16000, 22050, 24000, 32000)))
        limited = []
        for x in parts:
            if x.any():
                back = soxr.resample(soxr.resample(x, RATE_HZ, rate_hz, "HQ"), rate_hz, RATE_HZ, "HQ")
                x = _fitted(back, len(x))
            limited.append(x)
        return limited, 0.46 * rate_hz
    limit_hz = float(rng.choice((3800, 5500, 7800, 10000, 14000, 16000)))
    sos = signal.ellip(8, 0.3, rng.uniform(40, 90), limit_hz, fs=RATE_HZ, output="sos")
    return [signal.sosfilt(sos, x).astype(np.float32) for x in parts], limit_hz


def coded(x: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """x (samples,) through MP3, Vorbis or Opus at a random quality, in time with x; and where it ends, in Hz."""
    peak = float(np.max(np.abs(x)))
    if peak == 0.0:
        return x, RATE_HZ / 2
    kind = rng.choice(len(_CODECS), p=[share for *_, share in _CODECS])
    form, subtype, level, _ = _CODECS[kind]
    data = io.BytesIO()
    mode = {"bitrate_mode": "CONSTANT"} if form == "MP3" else {}
    soundfile.write(
        data, x * (0.5 / peak), RATE_HZ, format=form, subtype=subtype, compression_level=rng.uniform(*level), **mode
    )
    data.seek(0)
    y, _ = soundfile.read(data, dtype="float32")
    y = y * np.float32(2 * peak)
    y = _fitted(y[_delay(x, y) :], len(x))
    return y, _end_hz(x, y)


def _delay(x: np.ndarray, y: np.ndarray) -> int:
    """By how many samples y lags x: the peak of their correlation, from 0 to _LONGEST_DELAY."""
    count = min(len(x), len(y))
    size = 1 << int(np.ceil(np.log2(count + _LONGEST_DELAY)))
    spectrum = np.conj(np.fft.rfft(x[:count], size)) * np.fft.rfft(y[:count], size)
    return int(np.argmax(np.fft.irfft(spectrum, size)[:_LONGEST_DELAY]))


def _end_hz(x: np.ndarray, y: np.ndarray) -> float:
    """Where y ends although x goes on: above it y has less than a tenth of x's energy."""
    frequency_hz, before = signal.welch(x, RATE_HZ, nperseg=512)
    _, after = signal.welch(y, RATE_HZ, nperseg=512)
    kept = np.flatnonzero(after >= _LOST * before)
    return float(frequency_hz[kept[-1]]) if len(kept) else 0.0


def clipped(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """x cut off at a quarter to four fifths of its peak."""
    limit = float(np.max(np.abs(x))) * rng.uniform(0.25, 0.8)
    return np.clip(x, -limit, limit)


def _fitted(x: np.ndarray, length: int) -> np.ndarray:
    """x at this length: cut, or followed by silence."""
    out = np.zeros(length, dtype=np.float32)
    out[: min(length, len(x))] = x[:length]
    return out
