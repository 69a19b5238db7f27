"""Transforms of 960 samples, and the streams of frames made of them."""

from __future__ import annotations

import numpy as np

from workbench.dsp.loops.options import OPTIONS, njit


@njit(**OPTIONS)
def _radix2(x, y, s, roots):
    m = len(x) // (2 * s)
    for p in range(m):
        w = roots[p * s]
        for q in range(s):
            a, b = x[q + s * p], x[q + s * (p + m)]
            y[q + s * 2 * p] = a + b
            y[q + s * (2 * p + 1)] = w * (a - b)


@njit(**OPTIONS)
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


@njit(**OPTIONS)
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


@njit(**OPTIONS)
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


@njit(**OPTIONS)
def _fft480(x, y, roots):
    """Stockham's self-sorting transform of 480 = 5·3·4·4·2 points; the result is in y, x is used up."""
    _radix5(x, y, 1, roots)
    _radix3(y, x, 5, roots)
    _radix4(x, y, 15, roots)
    _radix4(y, x, 60, roots)
    _radix2(x, y, 240, roots)


@njit(**OPTIONS)
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


@njit(**OPTIONS)
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


@njit(**OPTIONS)
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


@njit(**OPTIONS)
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
