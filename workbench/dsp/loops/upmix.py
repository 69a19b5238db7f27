"""The upmixer's loop: the centre of a stereo frame."""

from __future__ import annotations

import numpy as np

from workbench.dsp.loops.bands import band_energies, band_products, spread
from workbench.dsp.loops.options import OPTIONS, njit


@njit(**OPTIONS)
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
