"""The enhancer's loops: features, gains, and what they make of a spectrum."""

from __future__ import annotations

import numpy as np

from workbench.dsp.loops.bands import band_energies, band_products, spread
from workbench.dsp.loops.options import OPTIONS, copy, njit


@njit(**OPTIONS)
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


@njit(**OPTIONS)
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


@njit(**OPTIONS)
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
            copy(gain[channel], out[channel], 0)
        for band in range(bands):
            value = max(scale * out[channel, band], floor)
            if exponent != 1:
                value = value**exponent
            out[channel, band] = max(value, decay * previous[channel, band])


@njit(**OPTIONS)
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


@njit(**OPTIONS)
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
