"""Capture beams: steering vectors, beam designs as FIR filters, and what a design does over angle and frequency.

Directivity index DI = |w^H d|^2 / (w^H G w) with the coherence of a spherically isotropic (diffuse) field
G_ij = sin(k r_ij) / (k r_ij); white-noise gain WNG = |w^H d|^2 / (w^H w); d the steering vector. The
superdirective weights w = (G + e I)^-1 d / (d^H (G + e I)^-1 d) maximise DI for a given WNG; e is found by
bisection for each frequency (Cox, Zeskind and Owen, "Robust adaptive beamforming", 1987). MVDR is the same with a
measured covariance in place of G (Capon 1969); LCMV adds linear constraints C^H w = g, here nulls, and has
w = (G + e I)^-1 C (C^H (G + e I)^-1 C)^-1 g (Frost 1972).

All designs have the same number of taps and the same latency, so that one can be cross-faded into another.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from workbench.core.errors import InputError
from workbench.core.geometry import (
    SPEED_OF_SOUND_M_S,
    MicrophoneArray,
    azimuth_grid_rad,
    mirror_azimuth_rad,
    unit_vectors,
    wrap_rad,
)
from workbench.core.messages import BeamPattern, frozen
from workbench.core.params import BeamformerParams
from workbench.dsp.bands import RATE_HZ
from workbench.dsp.noise_field import FFT as NOISE_FFT
from workbench.dsp.noise_field import NoiseField

TAPS = 256
LATENCY = TAPS // 2
"""Delay of every design, in samples, for sound that passes the array's origin."""

PATTERN_FREQUENCIES = 96
PATTERN_AZIMUTHS = 360

_SINC_HALF_WIDTH = 32
_SINC_BETA = 6.0
_DESIGN_FFT = 1024
_TAPER = 32
_SUPERDIRECTIVE_FADE_HZ = (40.0, 120.0, 14000.0, 20000.0)
"""The superdirective weights fade into delay-and-sum below and above: at 0 Hz no array has directivity, at the top
the filters would ring at the Nyquist frequency."""
_LOADING_DB = (-90.0, 90.0)
_BISECTIONS = 24
_PROJECTIONS = 4
_TRUNCATION_MARGIN_DB = 0.6
"""Added to the white-noise floor in the design, for what truncation to TAPS takes away."""
_ROUGHNESS_MARGIN = 0.1
_DIFFUSE_SHARE = 0.3
"""Of a diffuse field that is mixed to the noise that MVDR hears: what was not heard yet may come from anywhere."""
MOST_NULLS = 3
_INDISTINCT = 0.97
"""Directions whose steering vectors are more alike than this, on average from 500 to 4000 Hz, are one to the array."""
_DISTINCT = 0.2
"""1 minus the squared likeness of null and steering from which on a null is as deep as asked for."""
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


def superdirective_weights(mic_xyz_m: np.ndarray, steering: np.ndarray, frequency_hz, floor_db: float) -> np.ndarray:
    """Weights of greatest directivity whose white-noise gain is at least `floor_db`.

    Where the floor is above what the array can reach (10 log10 M), the weights are those of delay-and-sum.

    Parameters
    ----------
    mic_xyz_m : (M, 3)
    steering : (F, M) complex
    frequency_hz : (F,)
    floor_db : float

    Returns
    -------
    (F, M) complex128
    """
    values, vectors = np.linalg.eigh(diffuse_coherence(mic_xyz_m, frequency_hz))
    return _loaded_weights(values, vectors, steering, floor_db)


def _loaded_weights(values: np.ndarray, vectors: np.ndarray, steering: np.ndarray, floor_db: float) -> np.ndarray:
    # In the eigenbasis of the coherence any loading is a division, so all frequencies are bisected at once.
    components = np.einsum("fmk,fm->fk", vectors.conj(), steering)
    power = np.abs(components) ** 2
    values = np.maximum(values, 0.0)
    floor = 10 ** (floor_db / 10)
    low = np.full((len(values), 1), _LOADING_DB[0])
    high = np.full_like(low, _LOADING_DB[1])
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        loaded = values + 10 ** (middle / 10)
        gain = np.sum(power / loaded, axis=1) ** 2 / np.sum(power / loaded**2, axis=1)
        enough = (gain >= floor)[:, None]
        high = np.where(enough, middle, high)
        low = np.where(enough, low, middle)
    scaled = components / (values + 10 ** (high / 10))
    weights = np.einsum("fmk,fk->fm", vectors, scaled)
    return weights / np.einsum("fm,fm->f", steering.conj(), weights)[:, None]


def lcmv_weights(
    mic_xyz_m: np.ndarray, steering: np.ndarray, nulls: np.ndarray, frequency_hz, floor_db: float, depth_db: float
) -> np.ndarray:
    """Weights of greatest directivity that turn the nulls down by `depth_db` and keep the white-noise gain.

    A null that superdirective weights keep lower on their own stays so. One in a direction that the array hardly tells
    from the steered one (low down, or in a grating lobe) fades away: it would cost all directivity. Where the floor
    cannot be kept with the nulls, they are made shallower: the weights then lie between those of delay-and-sum and
    those of least norm.

    Parameters
    ----------
    mic_xyz_m : (M, 3)
    steering : (F, M) complex
    nulls : (F, M, N) complex, N < M: steering vectors of the nulls
    frequency_hz : (F,)
    floor_db, depth_db : float

    Returns
    -------
    (F, M) complex128
    """
    values, vectors = np.linalg.eigh(diffuse_coherence(mic_xyz_m, frequency_hz))
    return _nulled_weights(values, vectors, steering, nulls, floor_db, depth_db)


def _nulled_weights(
    values: np.ndarray, vectors: np.ndarray, steering: np.ndarray, nulls: np.ndarray, floor_db: float, depth_db: float
) -> np.ndarray:
    values = np.maximum(values, 0.0)
    free = _loaded_weights(values, vectors, steering, floor_db)
    natural = np.einsum("fm,fmn->fn", free.conj(), nulls)
    deep = natural * np.minimum(1.0, 10 ** (-depth_db / 20) / np.maximum(np.abs(natural), 1e-12))
    likeness = np.abs(np.einsum("fm,fmn->fn", steering.conj(), nulls)) / steering.shape[1]
    wanted = natural + np.clip((1.0 - likeness**2) / _DISTINCT, 0.0, 1.0) * (deep - natural)
    constraints = np.concatenate([steering[:, :, None], nulls], axis=2)
    response = np.concatenate([np.ones((len(wanted), 1)), wanted], axis=1).conj()
    components = np.matmul(vectors.conj().swapaxes(1, 2), constraints)
    least_norm = 10 ** (-floor_db / 10)

    def solved(loading_db: np.ndarray) -> np.ndarray:
        """Weights in the eigenbasis."""
        scaled = components / (values + 10 ** (loading_db / 10))[:, :, None]
        gram = np.matmul(components.conj().swapaxes(1, 2), scaled)
        power = np.trace(gram, axis1=1, axis2=2).real[:, None, None]
        # Nulls that coincide at low frequencies make the system singular.
        gram = gram + 1e-9 * power * np.eye(gram.shape[1])
        return np.matmul(scaled, np.linalg.solve(gram, response[:, :, None]))[:, :, 0]

    low = np.full((len(values), 1), _LOADING_DB[0])
    high = np.full_like(low, _LOADING_DB[1])
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        enough = (np.sum(np.abs(solved(middle)) ** 2, axis=1) <= least_norm)[:, None]
        high = np.where(enough, middle, high)
        low = np.where(enough, low, middle)
    weights = np.einsum("fmk,fk->fm", vectors, solved(high))
    # Delay-and-sum is orthogonal to what leads from it to any other distortionless weights, so the norm says how
    # far one may go.
    plain = steering / steering.shape[1]
    step = weights - plain
    spare = np.maximum(least_norm - 1.0 / steering.shape[1], 0.0)
    reach = np.sqrt(spare / np.maximum(np.sum(np.abs(step) ** 2, axis=1), 1e-30))
    return plain + np.minimum(reach, 1.0)[:, None] * step


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
        weights = _nulled_weights(values, vectors, steering, nulls, floor_db, params.null_depth_db)
    else:
        if params.method == "mvdr" and noise is not None:
            diffuse = diffuse_coherence(array.mic_xyz_m, frequency_hz)
            values, vectors = np.linalg.eigh(noise.mixed(diffuse, _DIFFUSE_SHARE))
        weights = _loaded_weights(values, vectors, steering, floor_db)
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
