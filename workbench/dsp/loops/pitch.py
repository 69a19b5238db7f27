"""The pitch tracker's loops: whitening, correlations, the path (Viterbi)."""

from __future__ import annotations

import numpy as np

from workbench.dsp.loops.options import OPTIONS, SUMS, copy, njit


@njit(**SUMS)
def whitened(x, history, decimator, factor, speech, lpc_taper, lag_taper, residual, order, tiny):
    """One hop to 16 kHz and through its prediction filter; see `PitchTracker._new_residual`.

    x (hop,), history (len(decimator) - 1,), speech (320,), residual (n,): the last three are shifted in place.
    """
    taps, hop = len(decimator), len(x)
    padded = np.empty(taps - 1 + hop, dtype=np.float32)
    copy(history, padded, 0)
    copy(x, padded, taps - 1)
    for n in range(taps - 1):
        history[n] = padded[hop + n]
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
        copy(coefficients, previous, 0)
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


@njit(**OPTIONS)
def correlations(residual, subframe, subframes, min_lag, max_lag, epsilon, correlation, energy):
    """Normalised correlation of the newest subframes with the octave check; see `normalised_correlation`.

    residual (n,) with the one-sample delay added; fills correlation (subframes, lags) and energy (subframes,).
    """
    lags = max_lag - min_lag + 1
    raw = np.empty(lags, dtype=np.float32)
    products = np.empty(lags, dtype=np.float32)  # by place, so from the longest lag to the shortest
    for part in range(subframes):
        start = len(residual) - subframe * (subframes - part)
        farthest = start - max_lag
        products[:] = 0
        for n in range(0, subframe, 4):  # four samples at once for all lags: no sum across a vector's lanes
            a, b, c, d = residual[start + n], residual[start + n + 1], residual[start + n + 2], residual[start + n + 3]
            at = farthest + n
            for place in range(lags):
                products[place] += (a * residual[at + place] + b * residual[at + place + 1]) + (
                    c * residual[at + place + 2] + d * residual[at + place + 3]
                )
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
            raw[index] = 2 * products[lags - 1 - index] / np.float32(now + max(then, 0.0) + epsilon)
        energy[part] = now
        for index in range(lags):
            correlation[part, index] = raw[index]
        for divisor in (2, 3):
            for index in range(divisor * (min_lag + 1) - min_lag, lags):
                if raw[index] > 0:
                    centre = int(np.rint((min_lag + index) / divisor)) - min_lag
                    near = max(raw[centre - 1], raw[centre], raw[centre + 1])
                    if raw[index] < np.float32(1.1) * near:
                        correlation[part, index] = np.float32(0.8) * raw[index]


@njit(**OPTIONS)
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


@njit(**OPTIONS)
def trace_back(scores, channel, jump, jump_cost, switch_cost, path):
    """Best way back from the best newest state of scores (ages, channels, lags); fills path (ages,), newest first."""
    ages, _, lags = scores.shape
    state = 0
    for index in range(1, lags):
        if scores[ages - 1, channel, index] > scores[ages - 1, channel, state]:
            state = index
    path[0] = state
    for age in range(1, ages):
        before = scores[ages - 1 - age, channel]
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


@njit(**OPTIONS)
def refined_period(correlation, state, min_lag, factor):
    """Period in samples at 48 kHz, by a parabola through the three nearest lags; see `PitchTracker._refined`."""
    lags = len(correlation)
    shift = np.float32(0)
    if 1 <= state <= lags - 2:
        left, middle, right = correlation[state - 1], correlation[state], correlation[state + 1]
        curvature = left - 2 * middle + right
        if curvature < np.float32(-1e-6):
            shift = min(max(np.float32(0.5) * (left - right) / curvature, np.float32(-0.5)), np.float32(0.5))
    period = int(np.rint(factor * (min_lag + state + shift)))
    return min(max(period, factor * min_lag), factor * (min_lag + lags - 1))


@njit(**OPTIONS)
def pitch_hop(
    x,
    history,
    speech,
    residual,
    scores,
    kept,
    mean_energy,
    weight_sum,
    decimator,
    tapers,
    whitening,
    grid,
    viterbi,
    periods,
    correlation_out,
):
    """One hop of `PitchTracker.process`; all state is changed in place.

    x (channels, hop); scores and kept (ages, channels, lags): path scores and correlations of the last subframes.
    Fills periods (2, channels) int64 and correlation_out (2, channels) float32: newest, decided.
    """
    factor, order, tiny = whitening
    subframe, subframes, min_lag, max_lag, epsilon = grid
    jump, jump_cost, switch_cost, smoothing, weight_limit = viterbi
    ages, channels, lags = scores.shape
    fresh = np.empty((subframes, lags), dtype=np.float32)
    energy = np.empty(subframes, dtype=np.float32)
    length = residual.shape[1] - 1
    doubled = np.empty(length, dtype=np.float32)
    path = np.empty(ages, dtype=np.int64)
    for channel in range(channels):
        white = residual[channel]
        whitened(
            *(x[channel], history[channel], decimator, factor, speech[channel], tapers[0], tapers[1], white),
            *(order, tiny),
        )
        for n in range(length):
            doubled[n] = white[n + 1] + np.float32(0.7) * white[n]
        correlations(doubled, subframe, subframes, min_lag, max_lag, epsilon, fresh, energy)
        for part in range(subframes):
            mean_energy[channel] = smoothing * mean_energy[channel] + (1 - smoothing) * energy[part]
            weight_sum[channel] = smoothing * weight_sum[channel] + (1 - smoothing)
            weight = min(energy[part] * weight_sum[channel] / (mean_energy[channel] + tiny), weight_limit)
            for age in range(ages - 1):
                copy(scores[age + 1, channel], scores[age, channel], 0)
                copy(kept[age + 1, channel], kept[age, channel], 0)
            copy(fresh[part], kept[ages - 1, channel], 0)
            viterbi_step(
                *(scores[ages - 2, channel], fresh[part], np.float32(weight), jump, jump_cost, switch_cost),
                scores[ages - 1, channel],
            )
        trace_back(scores, channel, jump, jump_cost, switch_cost, path)
        newest, later, oldest = path[0], path[ages - 2], path[ages - 1]
        periods[0, channel] = refined_period(kept[ages - 1, channel], newest, min_lag, factor)
        periods[1, channel] = refined_period(kept[1, channel], later, min_lag, factor)
        correlation_out[0, channel] = kept[ages - 1, channel, newest]
        correlation_out[1, channel] = np.float32(0.5) * (kept[1, channel, later] + kept[0, channel, oldest])
