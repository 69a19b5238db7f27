"""What a beam's filters do over angle and frequency: response, directivity and white-noise gain as they really are."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from workbench.core.geometry import MicrophoneArray, azimuth_grid_rad, mirror_azimuth_rad
from workbench.core.messages import BeamPattern, frozen
from workbench.dsp.bands import RATE_HZ
from workbench.dsp.beams import BeamFilters
from workbench.dsp.steering import diffuse_coherence, directivity_db, steering_vectors, white_noise_gain_db

PATTERN_FREQUENCIES = 96
PATTERN_AZIMUTHS = 360


@dataclass(frozen=True, slots=True, eq=False)
class ChannelErrors:
    """How an array's channels really hear, where that is known: what a design does not know of.

    Attributes
    ----------
    xyz_m : (M, 3)
        Where each channel's microphone is.
    delay_s : (M,)
        How much later it hears than it should.
    gain : (M,)
        Its factor: 1 as it should be, negative if inverted, 0 if dead.
    """

    xyz_m: np.ndarray
    delay_s: np.ndarray
    gain: np.ndarray

    def response(self, frequency_hz) -> np.ndarray:
        """Factor of each channel at its place, (F, M) complex128."""
        return self.gain * np.exp(-2j * np.pi * np.atleast_1d(frequency_hz)[:, None] * self.delay_s)


@functools.lru_cache(maxsize=4)
def _pattern_basis(
    array: MicrophoneArray, errors: ChannelErrors | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    frequency_hz = np.geomspace(100.0, 20000.0, PATTERN_FREQUENCIES)
    azimuth_rad = azimuth_grid_rad(PATTERN_AZIMUTHS)
    mic_xyz_m = array.mic_xyz_m if errors is None else errors.xyz_m
    steering = steering_vectors(mic_xyz_m, azimuth_rad, frequency_hz)
    coherence = diffuse_coherence(mic_xyz_m, frequency_hz)
    if errors is not None:
        response = errors.response(frequency_hz)
        steering = steering * response[:, None]
        coherence = coherence * response[:, :, None] * response[:, None].conj()
    return frozen(frequency_hz), frozen(azimuth_rad), frozen(steering.astype(np.complex64)), frozen(coherence)


def filter_weights(filters: BeamFilters, frequency_hz: np.ndarray) -> np.ndarray:
    """The weights w (response = w^H d) that the filters realise, latency removed: (F, M) complex128."""
    time = np.arange(filters.fir.shape[1]) - filters.latency_samples
    return (np.exp(-2j * np.pi * np.asarray(frequency_hz)[:, None] / RATE_HZ * time) @ filters.fir.T).conj()


def beam_pattern(
    array: MicrophoneArray, filters: BeamFilters, floor_db: float = -80.0, errors: ChannelErrors | None = None
) -> BeamPattern:
    """Response over azimuth, directivity and white-noise gain of the filters as they are (not of the ideal weights).

    Frequencies are PATTERN_FREQUENCIES from 100 Hz to 20 kHz, evenly spaced in octaves; azimuths the grid of
    PATTERN_AZIMUTHS. Levels are relative to the steering direction and not below `floor_db`. With `errors` they are
    those of the channels as they really hear.
    """
    frequency_hz, azimuth_rad, steering, coherence = _pattern_basis(array, errors)
    weights = filter_weights(filters, frequency_hz)
    look = steering_vectors(array.mic_xyz_m if errors is None else errors.xyz_m, filters.steering_rad, frequency_hz)[
        :, 0
    ]
    if errors is not None:
        look = look * errors.response(frequency_hz)
    response = np.abs(np.matmul(steering, weights.conj().astype(np.complex64)[:, :, None])[:, :, 0])
    reference = np.abs(np.einsum("fm,fm->f", weights.conj(), look))[:, None]
    level_db = 20 * np.log10(np.maximum(response / np.maximum(reference, 1e-9), 10 ** (floor_db / 20)))
    return BeamPattern(
        steering_rad=filters.steering_rad,
        frequency_hz=frequency_hz,
        azimuth_rad=azimuth_rad,
        level_db=frozen(level_db.astype(np.float32)),
        directivity_db=frozen(directivity_db(weights, look, coherence)),
        white_noise_gain_db=frozen(white_noise_gain_db(weights, look)),
        nulls_rad=filters.nulls_rad,
        mirror_rad=mirror_azimuth_rad(array.mic_xyz_m, filters.steering_rad),
    )
