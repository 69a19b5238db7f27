"""FIR filters of minimum phase from a magnitude: they correct a microphone without delaying it."""

from __future__ import annotations

import numpy as np


def minimum_phase_fir(level_db: np.ndarray, taps: int) -> np.ndarray:
    """FIR whose magnitude is given from 0 Hz to half the rate.

    By the real cepstrum: the log magnitude's cepstrum is folded onto positive time (Oppenheim and Schafer,
    Discrete-Time Signal Processing, "The complex cepstrum"). A microphone itself is of nearly minimum phase, so its
    inverse corrects the phase as well.

    Parameters
    ----------
    level_db : (bins,) float
        At evenly spaced frequencies, 0 Hz and half the rate among them. As fine as the cepstrum is to be long:
        at least eight times the taps are good.
    taps : int, at most 2 (bins - 1)

    Returns
    -------
    (taps,) float64. The end is tapered over the last quarter.

    Raises
    ------
    ValueError
        Too few bins, or a level that is not finite.
    """
    level_db = np.asarray(level_db, dtype=float)
    size = 2 * (len(level_db) - 1)
    if level_db.ndim != 1 or size < taps or taps < 4:
        raise ValueError(f"{len(level_db)} bins do not make {taps} taps")
    if not np.isfinite(level_db).all():
        raise ValueError("a level is not finite")
    cepstrum = np.fft.irfft(level_db * np.log(10) / 20, size)
    fold = np.zeros(size)
    fold[0] = fold[size // 2] = 1.0
    fold[1 : size // 2] = 2.0
    fir = np.fft.irfft(np.exp(np.fft.rfft(cepstrum * fold)), size)[:taps]
    fade = taps // 4
    fir[-fade:] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(fade) + 0.5) / fade)
    return fir
