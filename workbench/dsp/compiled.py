"""numba twins of the numpy code of the live chain; see `workbench.dsp.kernels`.

Arguments are C-contiguous arrays; state arrays are changed in place. Sums are taken in another order than numpy
takes them, so results agree to rounding, not to the bit.
"""

from __future__ import annotations

import sys

import numpy as np
from numba import njit

_OPTIONS = {"cache": True, "nogil": True, "fastmath": {"nsz"}}
"""Products and sums are not fused: whether the compiler's vector loop or its scalar twin runs depends on where the
arrays happen to lie, and the same input must give the same samples, bit for bit."""
_SUMS = {"cache": True, "nogil": True, "fastmath": {"reassoc", "contract", "nsz", "arcp"}}
"""For sums that only read: there the loop is always the same one."""


@njit(**_OPTIONS)
def _copy(source, target, start):
    # numba takes seconds to compile what its own slice assignment could complain of.
    for n in range(len(source)):
        target[start + n] = source[n]


@njit(**_SUMS)
def whitened(x, history, decimator, factor, speech, lpc_taper, lag_taper, residual, order, tiny):
    """One hop to 16 kHz and through its prediction filter; see `PitchTracker._new_residual`.

    x (hop,), history (len(decimator) - 1,), speech (320,), residual (n,): the last three are shifted in place.
    """
    taps, hop = len(decimator), len(x)
    padded = np.empty(taps - 1 + hop, dtype=np.float32)
    _copy(history, padded, 0)
    _copy(x, padded, taps - 1)
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
        _copy(coefficients, previous, 0)
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


@njit(**_OPTIONS)
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


@njit(**_OPTIONS)
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
                _copy(scores[age + 1, channel], scores[age, channel], 0)
                _copy(kept[age + 1, channel], kept[age, channel], 0)
            _copy(fresh[part], kept[ages - 1, channel], 0)
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


@njit(**_OPTIONS)
def _radix2(x, y, s, roots):
    m = len(x) // (2 * s)
    for p in range(m):
        w = roots[p * s]
        for q in range(s):
            a, b = x[q + s * p], x[q + s * (p + m)]
            y[q + s * 2 * p] = a + b
            y[q + s * (2 * p + 1)] = w * (a - b)


@njit(**_OPTIONS)
def _radix3(x, y, s, roots):
    m = len(x) // (3 * s)
    half, height = np.float32(0.5), np.float32(0.8660254037844386)
    for p in range(m):
        w1, w2 = roots[p * s], roots[2 * p * s]
        for q in range(s):
            a, b, c = x[q + s * p], x[q + s * (p + m)], x[q + s * (p + 2 * m)]
            total, difference = b + c, b - c
            inner = a - half * total
            turned = np.complex64(complex(height * difference.imag, -height * difference.real))
            y[q + s * 3 * p] = a + total
            y[q + s * (3 * p + 1)] = w1 * (inner + turned)
            y[q + s * (3 * p + 2)] = w2 * (inner - turned)


@njit(**_OPTIONS)
def _radix4(x, y, s, roots):
    m = len(x) // (4 * s)
    for p in range(m):
        w1, w2, w3 = roots[p * s], roots[2 * p * s], roots[3 * p * s]
        for q in range(s):
            a, b, c, d = x[q + s * p], x[q + s * (p + m)], x[q + s * (p + 2 * m)], x[q + s * (p + 3 * m)]
            even, odd, difference = a + c, b + d, b - d
            turned = np.complex64(complex(difference.imag, -difference.real))
            y[q + s * 4 * p] = even + odd
            y[q + s * (4 * p + 1)] = w1 * (a - c + turned)
            y[q + s * (4 * p + 2)] = w2 * (even - odd)
            y[q + s * (4 * p + 3)] = w3 * (a - c - turned)


@njit(**_OPTIONS)
def _radix5(x, y, s, roots):
    m = len(x) // (5 * s)
    c1, c2 = np.float32(0.30901699437494745), np.float32(-0.8090169943749475)
    s1, s2 = np.float32(0.9510565162951535), np.float32(0.5877852522924731)
    for p in range(m):
        w1, w2, w3, w4 = roots[p * s], roots[2 * p * s], roots[3 * p * s], roots[4 * p * s]
        for q in range(s):
            a, b, c = x[q + s * p], x[q + s * (p + m)], x[q + s * (p + 2 * m)]
            d, e = x[q + s * (p + 3 * m)], x[q + s * (p + 4 * m)]
            be, cd, b_e, c_d = b + e, c + d, b - e, c - d
            first, second = a + c1 * be + c2 * cd, a + c2 * be + c1 * cd
            u, v = s1 * b_e + s2 * c_d, s2 * b_e - s1 * c_d
            turned_u = np.complex64(complex(u.imag, -u.real))
            turned_v = np.complex64(complex(v.imag, -v.real))
            y[q + s * 5 * p] = a + be + cd
            y[q + s * (5 * p + 1)] = w1 * (first + turned_u)
            y[q + s * (5 * p + 2)] = w2 * (second + turned_v)
            y[q + s * (5 * p + 3)] = w3 * (second - turned_v)
            y[q + s * (5 * p + 4)] = w4 * (first - turned_u)


@njit(**_OPTIONS)
def _fft480(x, y, roots):
    """Stockham's self-sorting transform of 480 = 5·3·4·4·2 points; the result is in y, x is used up."""
    _radix5(x, y, 1, roots)
    _radix3(y, x, 5, roots)
    _radix4(x, y, 15, roots)
    _radix4(y, x, 60, roots)
    _radix2(x, y, 240, roots)


@njit(**_OPTIONS)
def real_fft(frame, roots, half_roots, work, out):
    """Spectrum (481,) complex64 of a frame (960,) float32, by a complex transform of half the length.

    roots (480,) exp(-2πik/480), half_roots (481,) exp(-2πik/960), work (2, 480) complex64.
    """
    n = len(roots)
    for k in range(n):
        work[0, k] = np.complex64(complex(frame[2 * k], frame[2 * k + 1]))
    z = work[1]
    _fft480(work[0], z, roots)
    half = np.float32(0.5)
    for k in range(n + 1):
        a, b = z[k % n], np.conj(z[(n - k) % n])
        odd = half * half_roots[k] * (a - b)
        out[k] = half * (a + b) + np.complex64(complex(odd.imag, -odd.real))


@njit(**_OPTIONS)
def inverse_real_fft(spectrum, roots, half_roots, work, frame):
    """Frame (960,) float32 of a spectrum (481,) complex64: the inverse of `real_fft`."""
    n = len(roots)
    half = np.float32(0.5)
    for k in range(n):
        a, b = spectrum[k], np.conj(spectrum[n - k])
        odd = half * np.conj(half_roots[k]) * (a - b)
        if k == 0:  # the first and the last bin are real
            even, odd = half * (a.real + b.real), half * (a.real - b.real)
            work[0, 0] = np.complex64(complex(even, -odd))
        else:
            # The conjugate of what a forward transform would need: it gives the inverse, conjugated.
            work[0, k] = np.conj(half * (a + b) + np.complex64(complex(-odd.imag, odd.real)))
    z = work[1]
    _fft480(work[0], z, roots)
    scale = np.float32(1.0 / n)
    for k in range(n):
        frame[2 * k] = scale * z[k].real
        frame[2 * k + 1] = -scale * z[k].imag


@njit(**_OPTIONS)
def analysis_hop(x, past, window, roots, half_roots, out):
    """One hop of `Analysis.process`: x and past (channels, hop), past changed in place; fills out (channels, bins)."""
    channels, hop = x.shape
    frame = np.empty(2 * hop, dtype=np.float32)
    work = np.empty((2, len(roots)), dtype=np.complex64)
    for channel in range(channels):
        for n in range(hop):
            frame[n] = past[channel, n] * window[n]
            frame[hop + n] = x[channel, n] * window[hop + n]
            past[channel, n] = x[channel, n]
        real_fft(frame, roots, half_roots, work, out[channel])


@njit(**_OPTIONS)
def synthesis_hop(spectrum, overlap, window, roots, half_roots, out):
    """One hop of `Synthesis.process`: overlap (channels, hop) is changed in place; fills out (channels, hop)."""
    channels, hop = out.shape
    frame = np.empty(2 * hop, dtype=np.float32)
    work = np.empty((2, len(roots)), dtype=np.complex64)
    for channel in range(channels):
        inverse_real_fft(spectrum[channel], roots, half_roots, work, frame)
        for n in range(hop):
            out[channel, n] = frame[n] * window[n] + overlap[channel, n]
            overlap[channel, n] = frame[hop + n] * window[hop + n]


@njit(**_OPTIONS)
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


@njit(**_OPTIONS)
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
        _copy(x[channel], line, length - hop)
        newest = min(max(periods[0, channel], bounds[0]), bounds[1])
        decided = min(max(periods[1, channel], bounds[0]), bounds[1])
        future = min(look_ahead // decided, taps)
        noise_gain[channel] = noise_gains[future]
        comb(line, weights[future], length - look_ahead - size, decided, future, window, frame)
        real_fft(frame, roots, half_roots, work, spectra[0, channel])
        comb(line, weights[0], length - size, newest, 0, window, frame)
        real_fft(frame, roots, half_roots, work, spectra[1, channel])


@njit(**_SUMS)
def band_energies(spectrum, peaks, energy):
    """Energy of a spectrum (bins,) complex64 in triangular bands; fills energy (bands,). See `band_energy`."""
    bands = len(peaks)
    energy[:] = 0
    for band in range(bands - 1):
        low, high = peaks[band], peaks[band + 1]
        step = np.float32(1) / np.float32(high - low)
        whole, rising = np.float32(0), np.float32(0)
        for index in range(low, high):
            b = spectrum[index]
            power = b.real * b.real + b.imag * b.imag
            whole += power
            rising += np.float32(index - low) * power
        rising *= step
        energy[band] += whole - rising
        energy[band + 1] += rising
    b = spectrum[peaks[bands - 1]]
    energy[bands - 1] += b.real * b.real + b.imag * b.imag


@njit(**_SUMS)
def band_products(first, second, peaks, correlation, energy):
    """Re(first^H second) and |second|^2 of spectra (bins,) complex64 in triangular bands; fills both (bands,)."""
    bands = len(peaks)
    correlation[:] = 0
    energy[:] = 0
    for band in range(bands - 1):
        low, high = peaks[band], peaks[band + 1]
        step = np.float32(1) / np.float32(high - low)
        whole, rising = np.float32(0), np.float32(0)
        whole_power, rising_power = np.float32(0), np.float32(0)
        for index in range(low, high):
            upper = np.float32(index - low)
            a, b = first[index], second[index]
            product = a.real * b.real + a.imag * b.imag
            power = b.real * b.real + b.imag * b.imag
            whole += product
            rising += upper * product
            whole_power += power
            rising_power += upper * power
        rising *= step
        rising_power *= step
        correlation[band] += whole - rising
        correlation[band + 1] += rising
        energy[band] += whole_power - rising_power
        energy[band + 1] += rising_power
    last = peaks[bands - 1]
    a, b = first[last], second[last]
    correlation[bands - 1] += a.real * b.real + a.imag * b.imag
    energy[bands - 1] += b.real * b.real + b.imag * b.imag


@njit(**_OPTIONS)
def running_level(energy, bands, constants, mean, weight, frames, level):
    """One frame of `RunningLevel.process`; the state (channels,) is changed in place.

    energy (channels, bands); `bands` first and end of those that count.
    """
    smoothing, silence, settling_frames, step, tiny = constants
    first, end = bands
    for channel in range(len(level)):
        now = 0.0
        for band in range(first, end):
            now += energy[channel, band]
        now /= end - first
        heard = now > silence
        if heard:
            mean[channel] = smoothing * mean[channel] + (1 - smoothing) * now
            weight[channel] = smoothing * weight[channel] + (1 - smoothing)
            frames[channel] += 1
        target = np.log10(max(mean[channel] / max(weight[channel], tiny), silence))
        if frames[channel] > settling_frames:
            level[channel] += min(max(target - level[channel], -step), step)
        else:
            level[channel] = target


@njit(**_OPTIONS)
def frame_features(spectrum, causal, peaks, level_bands, level_constants, level_state, scales, pitch, energy, features):
    """Band energies and features of a frame; see `FeatureExtractor.process`.

    spectrum, causal (channels, bins) complex64; level_state of `RunningLevel`, changed in place; scales: shortest and
    longest period, least energy, least logarithm; pitch: period and correlation (channels,).
    Fills energy (channels, bands) and features (channels, 2 bands + 2).
    """
    channels, bands = energy.shape
    shortest, longest, tiny, lowest = scales
    periods, correlation = pitch
    product, comb_energy = np.empty(bands, dtype=np.float32), np.empty(bands, dtype=np.float32)
    for channel in range(channels):
        band_energies(spectrum[channel], peaks, energy[channel])
    mean, weight, frames, level = level_state
    running_level(energy, level_bands, level_constants, mean, weight, frames, level)
    for channel in range(channels):
        band_products(spectrum[channel], causal[channel], peaks, product, comb_energy)
        row = features[channel]
        for band in range(bands):
            own = np.float64(energy[channel, band])
            row[band] = max(np.log10(own + tiny) - level[channel], lowest)
            row[bands + band] = product[band] / np.sqrt(own * np.float64(comb_energy[band]) + tiny)
        row[2 * bands] = 2 * np.log(periods[channel] / shortest) / np.log(longest / shortest) - 1
        row[2 * bands + 1] = correlation[channel]


@njit(**_OPTIONS)
def spread(values, peaks, out):
    """Band values (bands,) linearly over the bins; fills out (bins,). See `interpolate`."""
    bands = len(peaks)
    for band in range(bands - 1):
        low, high = peaks[band], peaks[band + 1]
        step = (values[band + 1] - values[band]) / np.float32(high - low)
        for index in range(low, high):
            out[index] = values[band] + np.float32(index - low) * step
    for index in range(peaks[bands - 1], len(out)):
        out[index] = values[bands - 1]


@njit(**_OPTIONS)
def shape_gain(gain, energy, previous, beta, floor, exponent, decay, tiny, out):
    """Post-filter, attenuation limit, strength and decay limit; see `Enhancer._limited`. All (channels, bands)."""
    channels, bands = gain.shape
    for channel in range(channels):
        scale = np.float32(1)
        if beta > 0:
            before, after = 0.0, 0.0
            for band in range(bands):
                down = gain[channel, band] * np.sin(np.float32(0.5 * np.pi) * gain[channel, band])
                out[channel, band] = down
                before += energy[channel, band] * gain[channel, band] ** 2
                after += energy[channel, band] * down**2
            ratio = (before + tiny) / (after + tiny)
            scale = np.float32(np.sqrt((1 + beta) * ratio / (1 + beta * ratio * ratio)))
        else:
            _copy(gain[channel], out[channel], 0)
        for band in range(bands):
            value = max(scale * out[channel, band], floor)
            if exponent != 1:
                value = value**exponent
            out[channel, band] = max(value, decay * previous[channel, band])


@njit(**_OPTIONS)
def implied_snr_db(gain, energy, tiny, silence, out):
    """SNR that gains imply, both (channels, bands); fills out (channels,). See `estimated_snr_db`."""
    for channel in range(len(out)):
        total, speech = 0.0, 0.0
        for band in range(gain.shape[1]):
            total += energy[channel, band]
            speech += energy[channel, band] * gain[channel, band] ** 2
        if total > silence:
            ratio = (speech + tiny) / (max(total - speech, 0.0) + 1e-6 * total + tiny)
            out[channel] = 10 * np.log10(ratio)
        else:
            out[channel] = np.nan


@njit(**_OPTIONS)
def shape_spectrum(spectrum, comb_spectrum, strength, gain, peaks, out):
    """Mix tone and noise by the strengths, then apply the gains; all (channels, bins) complex64 or (channels, bands).

    See `Enhancer.process`.
    """
    channels, bins = spectrum.shape
    mix, amount = np.empty(bins, dtype=np.float32), np.empty(bins, dtype=np.float32)
    for channel in range(channels):
        spread(strength[channel], peaks, mix)
        spread(gain[channel], peaks, amount)
        for index in range(bins):
            own, periodic = spectrum[channel, index], comb_spectrum[channel, index]
            out[channel, index] = amount[index] * (own + mix[index] * (periodic - own))


@njit(**_OPTIONS)
def centre_spectrum(left, right, peaks, statistics, forget, portion, tiny, out):
    """The centre of a stereo frame; see `Upmixer._centre`. Spectra (bins,) complex64, statistics (3, bands) float64."""
    bands, bins = len(peaks), len(left)
    middle, side = np.empty(bins, dtype=np.complex64), np.empty(bins, dtype=np.complex64)
    half = np.float32(0.5)
    for index in range(bins):
        middle[index] = half * (left[index] + right[index])
        side[index] = half * (left[index] - right[index])
    correlation, side_energy = np.empty(bands, dtype=np.float32), np.empty(bands, dtype=np.float32)
    middle_energy = np.empty(bands, dtype=np.float32)
    band_energies(middle, peaks, middle_energy)
    band_products(middle, side, peaks, correlation, side_energy)
    gain, predicted = np.empty(bands, dtype=np.float32), np.empty(bands, dtype=np.float32)
    for band in range(bands):
        statistics[0, band] += (1 - forget) * (middle_energy[band] - statistics[0, band])
        statistics[1, band] += (1 - forget) * (side_energy[band] - statistics[1, band])
        statistics[2, band] += (1 - forget) * (correlation[band] - statistics[2, band])
        common = statistics[2, band]
        predictable = common / (statistics[1, band] + tiny)
        rest = max(statistics[0, band] - predictable * common, 0.0)
        share = (statistics[0, band] - statistics[1, band]) / (rest + tiny)
        gain[band] = portion * min(max(share, 0.0), 1.0)
        predicted[band] = predictable
    wide_gain, wide = np.empty(bins, dtype=np.float32), np.empty(bins, dtype=np.float32)
    spread(gain, peaks, wide_gain)
    spread(predicted, peaks, wide)
    for index in range(bins):
        out[index] = wide_gain[index] * (middle[index] - wide[index] * side[index])


def warm_up() -> None:
    """Compile everything for the types that the chain uses, by a few hops through the classes that use it."""
    from workbench.dsp.bands import BANDS, PEAK_BINS
    from workbench.dsp.comb import CombFilter
    from workbench.dsp.pitch import PitchTracker
    from workbench.dsp.stft import Analysis, Synthesis

    rng = np.random.default_rng(0)
    noise = rng.standard_normal((1, 480)).astype(np.float32)
    pitch = PitchTracker(1)._process_compiled(sys.modules[__name__], noise)
    CombFilter(1)._process_compiled(sys.modules[__name__], noise, pitch.period, pitch.decided_period)
    f32 = np.float32
    peaks = PEAK_BINS
    spectrum = rng.standard_normal((1, 481)).astype(np.complex64)
    energy, gain = np.ones((1, BANDS), f32), np.full((1, BANDS), 0.5, f32)
    state = (np.zeros(1), np.zeros(1), np.zeros(1, np.int64), np.zeros(1))
    pitch = (np.array([100]), np.zeros(1, f32))
    frame_features(
        *(spectrum, spectrum, peaks, (0, 3), (0.9, 1e-10, 30, 0.006, 1e-30), state, (96.0, 768.0, 1e-30, -9.0)),
        *(pitch, energy, np.zeros((1, 2 * BANDS + 2), f32)),
    )
    Analysis(1)._process_compiled(sys.modules[__name__], noise)
    Synthesis(1)._process_compiled(sys.modules[__name__], spectrum)
    implied_snr_db(gain, energy, 1e-20, 1e-9, np.empty(1, f32))
    shape_gain(gain, energy, gain, f32(0.02), f32(0.1), f32(1), f32(0.6), 1e-20, np.empty_like(gain))
    shape_spectrum(spectrum, spectrum, gain, gain, peaks, np.empty_like(spectrum))
    centre_spectrum(spectrum[0], spectrum[0], peaks, np.zeros((3, BANDS)), 0.9, 1.0, 1e-12, np.empty_like(spectrum[0]))
