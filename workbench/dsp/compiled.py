"""numba twins of the numpy code of the live chain; see `workbench.dsp.kernels`.

Arguments are C-contiguous arrays; state arrays are changed in place. Sums are taken in another order than numpy
takes them, so results agree to rounding, not to the bit.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_OPTIONS = {"cache": True, "nogil": True, "fastmath": {"reassoc", "contract", "nsz", "arcp"}}


@njit(**_OPTIONS)
def whitened(x, history, decimator, factor, speech, lpc_taper, lag_taper, residual, order, tiny):
    """One hop to 16 kHz and through its prediction filter; see `PitchTracker._new_residual`.

    x (hop,), history (len(decimator) - 1,), speech (320,), residual (n,): the last three are shifted in place.
    """
    taps, hop = len(decimator), len(x)
    padded = np.empty(taps - 1 + hop, dtype=np.float32)
    padded[: taps - 1] = history
    padded[taps - 1 :] = x
    history[:] = padded[hop:]
    new = hop // factor
    window = len(speech)
    for n in range(window - new):
        speech[n] = speech[n + new]
    for n in range(new):
        total = np.float32(0)
        start = n * factor
        for k in range(taps):
            total += padded[start + k] * decimator[k]
        speech[window - new + n] = total

    tapered = speech * lpc_taper
    auto = np.empty(order + 1, dtype=np.float64)
    for lag in range(order + 1):
        total = 0.0
        for n in range(window - lag):
            total += tapered[n] * tapered[n + lag]
        auto[lag] = total * lag_taper[lag]
    auto[0] += tiny
    coefficients = np.zeros(order, dtype=np.float64)
    previous = np.zeros(order, dtype=np.float64)
    error = 1.0
    for i in range(order):  # Levinson-Durbin on the normalised autocorrelation
        total = auto[i + 1] / auto[0]
        for j in range(i):
            total -= coefficients[j] * auto[i - j] / auto[0]
        reflection = total / error
        previous[:i] = coefficients[:i]
        for j in range(i):
            coefficients[j] = previous[j] - reflection * previous[i - 1 - j]
        coefficients[i] = reflection
        error *= 1 - reflection * reflection

    length = len(residual)
    for n in range(length - new):
        residual[n] = residual[n + new]
    for n in range(new):
        at = window - new + n
        total = speech[at]
        for k in range(order):
            total -= np.float32(coefficients[k]) * speech[at - 1 - k]
        residual[length - new + n] = total


@njit(**_OPTIONS)
def correlations(residual, subframe, subframes, min_lag, max_lag, epsilon, correlation, energy):
    """Normalised correlation of the newest subframes with the octave check; see `normalised_correlation`.

    residual (n,) with the one-sample delay added; fills correlation (subframes, lags) and energy (subframes,).
    """
    lags = max_lag - min_lag + 1
    raw = np.empty(lags, dtype=np.float32)
    for part in range(subframes):
        start = len(residual) - subframe * (subframes - part)
        now = 0.0
        for n in range(start, start + subframe):
            now += residual[n] * residual[n]
        then = 0.0
        for n in range(start - min_lag, start - min_lag + subframe):
            then += residual[n] * residual[n]
        for index in range(lags):
            shift = start - min_lag - index
            if index:  # the window moves one sample back
                then += residual[shift] * residual[shift] - residual[shift + subframe] * residual[shift + subframe]
            total = np.float32(0)
            for n in range(subframe):
                total += residual[start + n] * residual[shift + n]
            raw[index] = 2 * total / (now + max(then, 0.0) + epsilon)
        energy[part] = now
        for index in range(lags):
            value = raw[index]
            if value > 0:
                for divisor in (2, 3):
                    if min_lag + index >= divisor * (min_lag + 1):
                        centre = int(np.rint((min_lag + index) / divisor)) - min_lag
                        near = max(raw[centre - 1], raw[centre], raw[centre + 1])
                        if raw[index] < np.float32(1.1) * near:
                            value = np.float32(0.8) * raw[index]
            correlation[part, index] = value


@njit(**_OPTIONS)
def viterbi_step(before, correlation, weight, jump, jump_cost, switch_cost, score):
    """One subframe of the recursion; see `PitchTracker._step`. Fills score (lags,) from before (lags,)."""
    lags = len(before)
    best = before[0]
    for index in range(1, lags):
        best = max(best, before[index])
    floor = best - switch_cost
    highest = np.float32(-np.inf)
    for index in range(lags):
        reached = floor
        for step in range(-jump, jump + 1):
            other = index + step
            if 0 <= other < lags:
                reached = max(reached, before[other] - jump_cost * step * step)
        score[index] = reached + weight * correlation[index]
        highest = max(highest, score[index])
    for index in range(lags):
        score[index] -= highest


@njit(**_OPTIONS)
def trace_back(scores, state, jump, jump_cost, switch_cost, path):
    """Best way back from `state` in the newest of scores (ages, lags); fills path (ages,), newest first."""
    ages, lags = scores.shape
    path[0] = state
    for age in range(1, ages):
        before = scores[ages - 1 - age]
        near, near_score = 0, -np.inf
        for step in range(-jump, jump + 1):
            other = min(max(state + step, 0), lags - 1)
            value = before[other] - jump_cost * step * step
            if value > near_score:
                near, near_score = other, value
        best = 0
        for index in range(1, lags):
            if before[index] > before[best]:
                best = index
        state = near if near_score >= before[best] - switch_cost else best
        path[age] = state


@njit(**_OPTIONS)
def comb(buffer, weights, start, period, newest_tap, out):
    """Sum of taps -5 … newest_tap of the buffer, spaced by the period; fills out (window,)."""
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


@njit(**_OPTIONS)
def band_products(first, second, peaks, correlation, energy):
    """Re(first^H second) and |second|^2 of spectra (bins,) complex64 in triangular bands; fills both (bands,)."""
    bands = len(peaks)
    for band in range(bands):
        correlation[band] = 0
        energy[band] = 0
    for band in range(bands - 1):
        low, high = peaks[band], peaks[band + 1]
        width = np.float32(high - low)
        for index in range(low, high):
            upper = np.float32(index - low) / width
            a, b = first[index], second[index]
            product = a.real * b.real + a.imag * b.imag
            power = b.real * b.real + b.imag * b.imag
            correlation[band] += (1 - upper) * product
            correlation[band + 1] += upper * product
            energy[band] += (1 - upper) * power
            energy[band + 1] += upper * power
    last = peaks[bands - 1]
    a, b = first[last], second[last]
    correlation[bands - 1] += a.real * b.real + a.imag * b.imag
    energy[bands - 1] += b.real * b.real + b.imag * b.imag


def warm_up() -> None:
    """Compile everything for the types that the chain uses."""
    f32, i64 = np.float32, np.int64
    noise = np.random.default_rng(0).standard_normal(480).astype(f32)
    residual = np.zeros(417, f32)
    whitened(
        *(noise, np.zeros(47, f32), np.ones(48, f32), 3, np.ones(320, f32), np.ones(320, f32), np.ones(17, f32)),
        *(residual, 16, 1e-12),
    )
    correlation, energy = np.zeros((2, 225), f32), np.zeros(2, f32)
    correlations(noise[:416].copy(), 80, 2, 32, 256, 1e-10, correlation, energy)
    score = np.zeros(225, f32)
    viterbi_step(np.zeros(225, f32), correlation[0], f32(1), 4, f32(0.02), f32(6), score)
    trace_back(np.zeros((6, 225), f32), 3, 4, f32(0.02), f32(6), np.zeros(6, i64))
    comb(np.zeros(8000, f32), np.ones(11, f32), 5000, 200, 5, np.zeros(960, f32))
    spectrum = np.ones(481, np.complex64)
    band_products(spectrum, spectrum, np.array([0, 2, 480], i64), np.zeros(3, f32), np.zeros(3, f32))
