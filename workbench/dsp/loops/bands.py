"""Band energies and products of spectra, and band values over the bins."""

from __future__ import annotations

import numpy as np

from workbench.dsp.loops.options import OPTIONS, SUMS, njit


@njit(**SUMS)
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


@njit(**SUMS)
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


@njit(**OPTIONS)
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
