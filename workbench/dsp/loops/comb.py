"""The comb filter's loops."""

from __future__ import annotations

import numpy as np

from workbench.dsp.loops.options import OPTIONS, copy, njit
from workbench.dsp.loops.transforms import real_fft


@njit(**OPTIONS)
def comb(buffer, weights, start, period, newest_tap, window, out):
    """Sum of taps -5 … newest_tap of the buffer, spaced by the period, windowed; fills out (window,)."""
    count = len(weights)
    past = count // 2
    for n in range(len(out)):
        out[n] = 0
    for tap in range(count):
        k = tap - past
        if k <= newest_tap:
            weight = weights[tap]
            at = start + k * period
            for n in range(len(out)):
                out[n] += weight * buffer[at + n]
    for n in range(len(out)):
        out[n] *= window[n]


@njit(**OPTIONS)
def comb_hop(
    x, buffer, periods, weights, noise_gains, window, bounds, look_ahead, roots, half_roots, spectra, noise_gain
):
    """One hop of `CombFilter.process`.

    x (channels, hop); buffer (channels, n), shifted in place; periods (2, channels) int64: newest, decided.
    Fills spectra (2, channels, bins), the delayed ones first, and noise_gain (channels,).
    """
    channels, hop = x.shape
    length = buffer.shape[1]
    size = len(window)
    taps = len(weights) - 1
    frame = np.empty(size, dtype=np.float32)
    work = np.empty((2, len(roots)), dtype=np.complex64)
    for channel in range(channels):
        line = buffer[channel]
        for n in range(length - hop):
            line[n] = line[n + hop]
        copy(x[channel], line, length - hop)
        newest = min(max(periods[0, channel], bounds[0]), bounds[1])
        decided = min(max(periods[1, channel], bounds[0]), bounds[1])
        future = min(look_ahead // decided, taps)
        noise_gain[channel] = noise_gains[future]
        comb(line, weights[future], length - look_ahead - size, decided, future, window, frame)
        real_fft(frame, roots, half_roots, work, spectra[0, channel])
        comb(line, weights[0], length - size, newest, 0, window, frame)
        real_fft(frame, roots, half_roots, work, spectra[1, channel])
