"""An array in a field of sound: plane waves, diffuse noise, and how weights of its channels do in both.

Directivity index DI = |w^H d|^2 / (w^H G w) with the coherence of a spherically isotropic (diffuse) field
G_ij = sin(k r_ij) / (k r_ij); white-noise gain WNG = |w^H d|^2 / (w^H w); d the steering vector, w the weights.
"""

from __future__ import annotations

import numpy as np

from workbench.core.geometry import SPEED_OF_SOUND_M_S, unit_vectors


def steering_vectors(mic_xyz_m: np.ndarray, azimuth_rad, frequency_hz) -> np.ndarray:
    """Phases of a plane wave from each azimuth in the horizontal plane at each microphone, relative to the origin.

    Parameters
    ----------
    mic_xyz_m : (M, 3)
    azimuth_rad : (A,) or scalar
    frequency_hz : (F,) or scalar

    Returns
    -------
    (F, A, M) complex128
        exp(+j 2 pi f (u . x) / c): a microphone nearer to the source hears it earlier.
    """
    advance_s = np.atleast_2d(unit_vectors(np.atleast_1d(azimuth_rad))) @ np.asarray(mic_xyz_m).T / SPEED_OF_SOUND_M_S
    return np.exp(2j * np.pi * np.atleast_1d(np.asarray(frequency_hz, dtype=float))[:, None, None] * advance_s)


def diffuse_coherence(mic_xyz_m: np.ndarray, frequency_hz) -> np.ndarray:
    """Coherence between omnidirectional microphones in a spherically isotropic field, (F, M, M) float64."""
    mic_xyz_m = np.asarray(mic_xyz_m, dtype=float)
    spacing_m = np.linalg.norm(mic_xyz_m[:, None] - mic_xyz_m[None], axis=-1)
    return np.sinc(2 * np.atleast_1d(frequency_hz)[:, None, None] * spacing_m / SPEED_OF_SOUND_M_S)


def directivity_db(weights: np.ndarray, steering: np.ndarray, coherence: np.ndarray) -> np.ndarray:
    """Directivity index of weights (F, M) towards steering (F, M) with noise coherence (F, M, M); returns (F,) dB."""
    signal = np.abs(np.einsum("fm,fm->f", weights.conj(), steering)) ** 2
    noise = np.einsum("fm,fmn,fn->f", weights.conj(), coherence, weights).real
    return 10 * np.log10(np.maximum(signal, 1e-30) / np.maximum(noise, 1e-30))


def white_noise_gain_db(weights: np.ndarray, steering: np.ndarray) -> np.ndarray:
    """White-noise gain of weights (F, M) towards steering (F, M); returns (F,) dB."""
    signal = np.abs(np.einsum("fm,fm->f", weights.conj(), steering)) ** 2
    return 10 * np.log10(np.maximum(signal, 1e-30) / np.maximum(np.sum(np.abs(weights) ** 2, axis=1), 1e-30))
