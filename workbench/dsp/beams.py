"""Capture beams: designs as FIR filters, of the weights that `beam_weights` gives at each frequency.

All designs have the same number of taps and the same latency, so that one can be cross-faded into another.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from workbench.core.errors import InputError
from workbench.core.geometry import SPEED_OF_SOUND_M_S, MicrophoneArray, unit_vectors, wrap_rad
from workbench.core.messages import frozen
from workbench.core.params import BeamformerParams
from workbench.dsp.bands import RATE_HZ
from workbench.dsp.beam_weights import loaded_weights, nulled_weights
from workbench.dsp.noise_field import FFT as NOISE_FFT
from workbench.dsp.noise_field import NoiseField
from workbench.dsp.steering import diffuse_coherence, steering_vectors

TAPS = 256
LATENCY = TAPS // 2
"""Delay of every design, in samples, for sound that passes the array's origin."""

_SINC_HALF_WIDTH = 32
_SINC_BETA = 6.0
_DESIGN_FFT = 1024
_TAPER = 32
_SUPERDIRECTIVE_FADE_HZ = (40.0, 120.0, 14000.0, 20000.0)
"""The superdirective weights fade into delay-and-sum below and above: at 0 Hz no array has directivity, at the top
the filters would ring at the Nyquist frequency."""
_PROJECTIONS = 4
_TRUNCATION_MARGIN_DB = 0.6
"""Added to the white-noise floor in the design, for what truncation to TAPS takes away."""
_ROUGHNESS_MARGIN = 0.1
_DIFFUSE_SHARE = 0.3
"""Of a diffuse field that is mixed to the noise that MVDR hears: what was not heard yet may come from anywhere."""
MOST_NULLS = 3
_INDISTINCT = 0.97
"""Directions whose steering vectors are more alike than this, on average from 500 to 4000 Hz, are one to the array."""
_DAMPING = 3e-2


@dataclass(frozen=True, slots=True, eq=False)
class BeamFilters:
    """One beam as filters: the output is the sum over microphones of `fir[m]` convolved with channel m.

    Attributes
    ----------
    fir : (mics, TAPS) float32, read-only
    latency_samples : int
        The same for every design.
    steering_rad : float
    method : str
        "delay-and-sum", "superdirective", "mvdr", "lcmv" or "single microphone".
    nulls_rad : tuple of float
        Directions of the nulls that the design holds.
    """

    fir: np.ndarray
    latency_samples: int
    steering_rad: float
    method: str
    nulls_rad: tuple[float, ...] = ()


@functools.lru_cache(maxsize=8)
def _design_basis(array: MicrophoneArray, fft_size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    frequency_hz = np.fft.rfftfreq(fft_size, 1 / RATE_HZ)
    size, basis = np.linalg.eigh(diffuse_coherence(array.mic_xyz_m, frequency_hz))
    return frequency_hz, size, basis


def _delays(array: MicrophoneArray, azimuth_rad: float) -> np.ndarray:
    """Delay in samples that each channel needs, relative to the origin; may be negative."""
    delays = array.mic_xyz_m @ unit_vectors(azimuth_rad) / SPEED_OF_SOUND_M_S * RATE_HZ
    if np.linalg.norm(array.mic_xyz_m, axis=1).max() / SPEED_OF_SOUND_M_S * RATE_HZ > LATENCY - _SINC_HALF_WIDTH:
        radius_m = (LATENCY - _SINC_HALF_WIDTH) / RATE_HZ * SPEED_OF_SOUND_M_S
        raise InputError(f"array {array.name!r}: a microphone is more than {radius_m:.2f} m from the array's centre")
    return delays


def fractional_delays(delays: np.ndarray) -> np.ndarray:
    """Kaiser-windowed sinc filters that delay by LATENCY + delays samples: (M,) -> (M, TAPS) float64."""
    distance = np.arange(TAPS) - LATENCY - delays[:, None]
    inside = np.clip(1 - (distance / _SINC_HALF_WIDTH) ** 2, 0, None)
    fir = np.where(inside > 0, np.sinc(distance) * np.i0(_SINC_BETA * np.sqrt(inside)) / np.i0(_SINC_BETA), 0.0)
    return fir / fir.sum(axis=1, keepdims=True)


def _fade(frequency_hz: np.ndarray) -> np.ndarray:
    low0, low1, high0, high1 = _SUPERDIRECTIVE_FADE_HZ
    rise = np.clip((frequency_hz - low0) / (low1 - low0), 0, 1)
    fall = np.clip((high1 - frequency_hz) / (high1 - high0), 0, 1)
    return np.sin(0.5 * np.pi * rise) ** 2 * np.sin(0.5 * np.pi * fall) ** 2


def _sharpening_fir(weights: np.ndarray, steering: np.ndarray, nulls: np.ndarray, fft_size: int) -> np.ndarray:
    """What filters of the given weights (F, M) differ by from delay-and-sum, (M, TAPS) float64."""
    frequency_hz = np.fft.rfftfreq(fft_size, 1 / RATE_HZ)
    difference = (weights - steering / steering.shape[1]) * _fade(frequency_hz)[:, None]
    shift = np.exp(-2j * np.pi * frequency_hz / RATE_HZ * LATENCY)[:, None]
    spectrum = difference.conj() * shift
    fir = _truncated(spectrum, fft_size)
    # Truncation also changes the responses to the steered direction and to the nulls: what is missing there is put
    # back; each further truncation takes away less. Damped, since nulls and steering are alike at low frequencies.
    held = np.concatenate([steering[:, :, None], nulls], axis=2)
    gram = np.matmul(held.conj().swapaxes(1, 2), held)
    if nulls.shape[2]:
        gram = gram + _DAMPING * steering.shape[1] * np.eye(gram.shape[1])
    back = np.matmul(held.conj(), np.linalg.inv(gram).conj())
    wanted = np.einsum("fm,fmk->fk", spectrum, held)
    for _ in range(_PROJECTIONS):
        spectrum = np.fft.rfft(fir, n=fft_size, axis=0)
        missing = wanted - np.einsum("fm,fmk->fk", spectrum, held)
        fir = _truncated(spectrum + np.einsum("fmk,fk->fm", back, missing), fft_size)
    return fir.T


def _truncated(spectrum: np.ndarray, fft_size: int) -> np.ndarray:
    """Impulse responses (TAPS, M) of spectra (F, M), with tapered ends."""
    ramp = np.sin(0.5 * np.pi * (np.arange(_TAPER) + 0.5) / _TAPER) ** 2
    taper = np.concatenate([ramp, np.ones(TAPS - 2 * _TAPER), ramp[::-1]])
    return np.fft.irfft(spectrum, n=fft_size, axis=0)[:TAPS] * taper[:, None]


def usable_nulls(array: MicrophoneArray, azimuth_rad: float, nulls_rad) -> tuple[float, ...]:
    """Those directions, at most MOST_NULLS and fewer than microphones, that the array can tell from the steering
    direction and from each other; the first come first."""
    frequency_hz = np.geomspace(500.0, 4000.0, 16)
    kept: list[float] = []
    vectors = [steering_vectors(array.mic_xyz_m, azimuth_rad, frequency_hz)[:, 0]]
    for null_rad in nulls_rad:
        candidate = steering_vectors(array.mic_xyz_m, null_rad, frequency_hz)[:, 0]
        alike = [np.abs(np.mean(other.conj() * candidate, axis=1)).mean() for other in vectors]
        if max(alike) < _INDISTINCT and len(kept) < min(MOST_NULLS, array.mics - 1):
            kept.append(wrap_rad(float(null_rad)))
            vectors.append(candidate)
    return tuple(kept)


def _sharpening(
    array: MicrophoneArray, params: BeamformerParams, azimuth_rad: float, nulls_rad, noise: NoiseField | None
) -> np.ndarray:
    """What the method adds to delay-and-sum, (M, TAPS) float64."""
    margin_db = _TRUNCATION_MARGIN_DB
    if len(nulls_rad):  # such weights are less smooth over frequency
        margin_db += _ROUGHNESS_MARGIN * max(0.0, -params.white_noise_floor_db)
    floor_db = params.white_noise_floor_db + margin_db
    # A measured covariance has its own grid; nulls are cheap enough for a slider on the same.
    fft_size = _DESIGN_FFT if params.method == "superdirective" else NOISE_FFT
    frequency_hz, values, vectors = _design_basis(array, fft_size)
    look_and_nulls = steering_vectors(array.mic_xyz_m, np.array([azimuth_rad, *nulls_rad]), frequency_hz)
    steering, nulls = look_and_nulls[:, 0], look_and_nulls[:, 1:].swapaxes(1, 2)
    if len(nulls_rad):
        weights = nulled_weights(values, vectors, steering, nulls, floor_db, params.null_depth_db)
    else:
        if params.method == "mvdr" and noise is not None:
            diffuse = diffuse_coherence(array.mic_xyz_m, frequency_hz)
            values, vectors = np.linalg.eigh(noise.mixed(diffuse, _DIFFUSE_SHARE))
        weights = loaded_weights(values, vectors, steering, floor_db)
    return _sharpening_fir(weights, steering, nulls, fft_size)


def design_beam(
    array: MicrophoneArray,
    params: BeamformerParams,
    azimuth_rad: float,
    nulls_rad=(),
    noise: NoiseField | None = None,
) -> BeamFilters:
    """Design the beam that `params` asks for, steered to `azimuth_rad` (wherever `params.steering_deg` points).

    With `params.enabled` False the filters pass microphone 1 alone, with the latency of every other design.

    Parameters
    ----------
    nulls_rad : directions of the nulls for LCMV; those that the array cannot form are left out (`usable_nulls`)
    noise : what MVDR is to suppress; None, or not heard yet: a diffuse field, as superdirective

    Raises
    ------
    InputError
        The array is too large for the filters' length.
    """
    azimuth_rad = wrap_rad(float(azimuth_rad))
    if not params.enabled:
        fir = np.zeros((array.mics, TAPS))
        fir[0, LATENCY] = 1.0
        return BeamFilters(frozen(fir.astype(np.float32)), LATENCY, azimuth_rad, "single microphone")
    held = usable_nulls(array, azimuth_rad, nulls_rad) if params.method == "lcmv" else ()
    fir = fractional_delays(_delays(array, azimuth_rad)) / array.mics
    if params.method != "delay-and-sum" and array.mics > 1:
        fir += _sharpening(array, params, azimuth_rad, held, noise)
    return BeamFilters(frozen(fir.astype(np.float32)), LATENCY, azimuth_rad, params.method, held)
