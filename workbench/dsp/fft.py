"""Real Fourier transforms along one axis, float32 in float32 arithmetic: those of `scipy.fft`, bit for bit.

Forwards two to four times as fast over several channels as numpy's, and without what `scipy.fft` checks and imports.
"""

from __future__ import annotations

import numpy as np

from workbench.dsp.scipy_parts import part

_pocketfft = part("scipy.fft._pocketfft.pypocketfft")

_UNSCALED, _BY_LENGTH = 0, 2

rfftfreq = np.fft.rfftfreq


def hann(length: int) -> np.ndarray:
    """Periodic Hann window (length,) float64: copies half a length apart add up to one."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)


def _of_length(x: np.ndarray, n: int, axis: int) -> np.ndarray:
    """`x` cut or filled up with zeros to n along an axis."""
    if n < 1:
        raise ValueError(f"invalid number of data points ({n})")
    have = x.shape[axis]
    if have == n:
        return x
    span = [slice(None)] * x.ndim
    span[axis] = slice(0, min(have, n))
    if have > n:
        return x[tuple(span)]
    shape = list(x.shape)
    shape[axis] = n
    filled = np.zeros(shape, dtype=x.dtype)
    filled[tuple(span)] = x
    return filled


def rfft(x: np.ndarray, n: int | None = None, axis: int = -1) -> np.ndarray:
    """Spectrum of real samples.

    Parameters
    ----------
    x : (..., N) float32 or float64 (anything else counts as float64)
    n : int, optional
        Length of the transform; `x` is cut or filled up with zeros.

    Returns
    -------
    (..., n // 2 + 1) complex64 or complex128
    """
    x = np.asarray(x)
    if x.dtype not in (np.float32, np.float64):
        if x.dtype.kind == "c":
            raise TypeError("x must be real")
        x = x.astype(np.float64)
    if n is not None:
        x = _of_length(x, n, axis)
    return _pocketfft.r2c(x, (axis,), True, _UNSCALED, None, 1)


def irfft(x: np.ndarray, n: int | None = None, axis: int = -1) -> np.ndarray:
    """Real samples of a spectrum: the inverse of `rfft`.

    Parameters
    ----------
    x : (..., F) complex64 or complex128
    n : int, optional
        Length of the result, 2 (F - 1) if not given.

    Returns
    -------
    (..., n) float32 or float64
    """
    x = np.asarray(x)
    if x.dtype.kind != "c":
        x = x + 0j
    length = 2 * (x.shape[axis] - 1) if n is None else n
    if length < 1:
        raise ValueError(f"invalid number of data points ({length})")
    x = _of_length(x, length // 2 + 1, axis)
    return _pocketfft.c2r(x, (axis,), length, False, _BY_LENGTH, None, 1)


def next_fast_len(length: int, real: bool = False) -> int:
    """The shortest length from `length` on whose transform is fast: of factors 2, 3 and 5, else also 7 and 11."""
    return _pocketfft.good_size(length, real)


def convolved(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Whole linear convolution along the last axis, (..., N) and (..., M) -> (..., N + M - 1); the other axes
    broadcast."""
    n = x.shape[-1] + y.shape[-1] - 1
    size = next_fast_len(n, real=True)
    return irfft(rfft(x, size) * rfft(y, size), size)[..., :n]
