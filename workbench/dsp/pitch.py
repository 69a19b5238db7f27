"""Pitch of one talker, tracked at 16 kHz: correlation of the LPC residual, and the best path through it (Viterbi).

After the later tracker of PercepNet's author (LPCNet); PercepNet's own range is not public. Lags 32 to 256 at
16 kHz are 62.5 to 500 Hz. Two subframes of 5 ms a hop. Everything is relative to the signal's own energy, so that
level does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np

from workbench.dsp import fft, kernels
from workbench.dsp.bands import HOP, RATE_HZ

PITCH_RATE_HZ = 16000
FACTOR = RATE_HZ // PITCH_RATE_HZ
MIN_LAG = 32
MAX_LAG = 256
LAGS = MAX_LAG - MIN_LAG + 1
MIN_PERIOD = MIN_LAG * FACTOR
MAX_PERIOD = MAX_LAG * FACTOR
"""Bounds of a period in samples at 48 kHz."""

VOICED_CORRELATION = 0.3
"""From this normalised correlation on a frame counts as voiced."""

LOOK_AHEAD = 2
"""Frames by which the decided period is older than the newest hop."""

_SUBFRAME = 80
_SUBFRAMES = 2
_NEW = HOP // FACTOR
_LPC_ORDER = 16
_LPC_WINDOW = 320
_HISTORY = _SUBFRAME * _SUBFRAMES + MAX_LAG  # residual that both subframes' correlations reach
_PATH = 2 * LOOK_AHEAD + 2  # subframes from the newest back to the centre of the frame that is decided
_JUMP = 4
_JUMP_COST = 0.02
_SWITCH_COST = 6.0
_WEIGHT_SMOOTHING = 0.9
_WEIGHT_LIMIT = 3.0
_TINY = 1e-12
_EPSILON = 1e-10


def _decimation_filter() -> np.ndarray:
    """Windowed sinc (Hamming) of 48 taps that passes up to 7.2 kHz, (48,) float32 with sum one."""
    n = np.arange(48) - 23.5
    taps = np.sinc(2 * 7200 / RATE_HZ * n) * np.hamming(48)
    return (taps / taps.sum()).astype(np.float32)


_DECIMATOR = _decimation_filter()
_LPC_TAPER = fft.hann(_LPC_WINDOW).astype(np.float32)
_LAG_TAPER = np.exp(-0.5 * (2 * np.pi * 60.0 * np.arange(_LPC_ORDER + 1) / PITCH_RATE_HZ) ** 2).astype(np.float32)
_LAG_TAPER[0] = 1.0001  # white-noise correction, -40 dB
_TAPERS = (_LPC_TAPER, _LAG_TAPER)
_WHITENING = (FACTOR, _LPC_ORDER, _TINY)
_GRID = (_SUBFRAME, _SUBFRAMES, MIN_LAG, MAX_LAG, _EPSILON)
_VITERBI = (_JUMP, *map(np.float32, (_JUMP_COST, _SWITCH_COST, _WEIGHT_SMOOTHING, _WEIGHT_LIMIT)))
_TOEPLITZ = np.abs(np.arange(_LPC_ORDER)[:, None] - np.arange(_LPC_ORDER)[None, :])
_CORRELATION_FFT = 336
_JUMPS = np.arange(-_JUMP, _JUMP + 1)
_PENALTY = (_JUMP_COST * _JUMPS.astype(np.float32) ** 2)[:, None, None]
_DIVISORS = (2, 3)


def _multiples() -> list[tuple[int, np.ndarray]]:
    """For each divisor: the first lag's index that has such a part in range, and for it and all longer lags where
    the part lies among the interior lags."""
    found = []
    for divisor in _DIVISORS:
        first = divisor * (MIN_LAG + 1)
        parts = np.rint(np.arange(first, MAX_LAG + 1) / divisor).astype(np.int64)
        found.append((first - MIN_LAG, parts - MIN_LAG - 1))
    return found


_MULTIPLES = _multiples()


@dataclass(frozen=True, slots=True, eq=False)
class Pitch:
    """Pitch at two instants; each array is (channels,).

    `period` (samples at 48 kHz) and `correlation` belong to the newest hop, from the past alone;
    `decided_period` and `decided_correlation` to the frame LOOK_AHEAD hops ago, on the best path through all.
    """

    period: np.ndarray
    correlation: np.ndarray
    decided_period: np.ndarray
    decided_correlation: np.ndarray


def lpc(x: np.ndarray) -> np.ndarray:
    """Prediction coefficients of frames (..., 320) at 16 kHz, order 16, by the autocorrelation method.

    Returns
    -------
    (..., 16) float32 a with x[n] ≈ Σ a[k] x[n-1-k].
    """
    power = np.abs(fft.rfft(x * _LPC_TAPER, n=360, axis=-1)) ** 2
    autocorrelation = fft.irfft(power, n=360, axis=-1)[..., : _LPC_ORDER + 1]
    autocorrelation = autocorrelation * _LAG_TAPER
    autocorrelation[..., 0] += _TINY
    # Normalised first, so that the solution is as exact for a whisper as for full scale.
    autocorrelation = autocorrelation / autocorrelation[..., :1]
    matrix = autocorrelation[..., _TOEPLITZ]
    return np.linalg.solve(matrix, autocorrelation[..., 1:, None])[..., 0]


def normalised_correlation(residual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """xc = 2R / (E₀ + E₁) of the last two subframes at each lag.

    Parameters
    ----------
    residual : (channels, 416) at 16 kHz

    Returns
    -------
    (correlation (channels, 2, 225), energy (channels, 2)); in [-1, 1] before the octave check, which scales a
    lag by 0.8 when it is not 1.1 times better than the best near its half (or third: a steady voice repeats
    after three periods as well as after one).
    """
    ends = [residual.shape[1] - _SUBFRAME * (_SUBFRAMES - 1 - k) for k in range(_SUBFRAMES)]
    spans = np.stack([residual[:, end - _CORRELATION_FFT : end] for end in ends], axis=1)
    newest = spans[..., -_SUBFRAME:]
    product = fft.rfft(spans, axis=-1) * np.conj(fft.rfft(newest, n=_CORRELATION_FFT, axis=-1))
    # Position m correlates the subframe with spans[m : m + 80]; lag T is m = 256 - T.
    correlation = fft.irfft(product, n=_CORRELATION_FFT, axis=-1)[..., LAGS - 1 :: -1]
    squares = spans * spans
    running = np.cumsum(squares, axis=-1, dtype=np.float64)
    energy_now = running[..., -1] - running[..., -_SUBFRAME - 1]
    energy_then = running[..., _SUBFRAME - 1 : _SUBFRAME - 1 + LAGS].copy()
    energy_then[..., 1:] -= running[..., : LAGS - 1]
    energy_then = energy_then[..., ::-1]
    correlation = (2 * correlation / (energy_now[..., None] + energy_then + _EPSILON)).astype(np.float32)
    peak = np.maximum(correlation[..., :-2], correlation[..., 2:])
    np.maximum(peak, correlation[..., 1:-1], out=peak)  # best of three neighbours; index 0 is lag MIN_LAG + 1
    doubtful = np.zeros(correlation.shape, dtype=bool)
    for first, shorter in _MULTIPLES:
        doubtful[..., first:] |= correlation[..., first:] < 1.1 * peak[..., shorter]
    return np.where(doubtful & (correlation > 0), 0.8 * correlation, correlation), energy_now.astype(np.float32)


class PitchTracker:
    """Follows the pitch of each channel."""

    latency = 0

    def __init__(self, channels: int = 1):
        self.channels = channels
        self.reset()

    def reset(self) -> None:
        """Forget all past samples and the path."""
        self._input = np.zeros((self.channels, len(_DECIMATOR) - 1), dtype=np.float32)
        self._speech = np.zeros((self.channels, _LPC_WINDOW), dtype=np.float32)
        self._residual = np.zeros((self.channels, _HISTORY + 1), dtype=np.float32)
        self._scores = np.zeros((_PATH, self.channels, LAGS), dtype=np.float32)
        self._correlations = np.zeros((_PATH, self.channels, LAGS), dtype=np.float32)
        self._mean_energy = np.zeros(self.channels, dtype=np.float32)
        self._weight_sum = np.zeros(self.channels, dtype=np.float32)

    def _new_residual(self, x: np.ndarray) -> np.ndarray:
        """(channels, 416) whitened speech at 16 kHz, the newest sample last."""
        padded = np.concatenate([self._input, x], axis=1)
        self._input = padded[:, HOP:]
        windows = np.lib.stride_tricks.sliding_window_view(padded, len(_DECIMATOR), axis=1)[:, ::FACTOR]
        self._speech = np.concatenate([self._speech[:, _NEW:], windows @ _DECIMATOR], axis=1)
        coefficients = lpc(self._speech)
        history = self._speech[:, -_NEW - _LPC_ORDER :]
        past = np.lib.stride_tricks.sliding_window_view(history, _LPC_ORDER, axis=1)[:, :_NEW, ::-1]
        fresh = history[:, _LPC_ORDER:] - np.matmul(past, coefficients[:, :, None])[..., 0]
        self._residual = np.concatenate([self._residual[:, _NEW:], fresh], axis=1)
        return self._residual[:, 1:] + 0.7 * self._residual[:, :-1]

    def _subframe_weight(self, energy: np.ndarray) -> np.ndarray:
        """Energy (channels,) relative to its running mean: quiet subframes should not vote like loud ones."""
        self._mean_energy = _WEIGHT_SMOOTHING * self._mean_energy + (1 - _WEIGHT_SMOOTHING) * energy
        self._weight_sum = _WEIGHT_SMOOTHING * self._weight_sum + (1 - _WEIGHT_SMOOTHING)
        return np.minimum(energy * self._weight_sum / (self._mean_energy + _TINY), _WEIGHT_LIMIT)

    def _step(self, correlation: np.ndarray, energy: np.ndarray) -> None:
        """One subframe of the Viterbi recursion; correlation is (channels, 225), energy (channels,)."""
        weight = self._subframe_weight(energy)
        before = self._scores[-1]
        padded = np.full((self.channels, LAGS + 2 * _JUMP), -np.inf, dtype=np.float32)
        padded[:, _JUMP:-_JUMP] = before
        neighbours = np.lib.stride_tricks.sliding_window_view(padded, LAGS, axis=1).swapaxes(0, 1)
        reached = np.maximum((neighbours - _PENALTY).max(axis=0), before.max(axis=1, keepdims=True) - _SWITCH_COST)
        score = reached + weight[:, None] * correlation
        score -= score.max(axis=1, keepdims=True)  # only differences matter; keeps the numbers small
        self._scores = np.concatenate([self._scores[1:], score[None]])
        self._correlations = np.concatenate([self._correlations[1:], correlation[None]])

    def _predecessor(self, state: np.ndarray, age: int) -> np.ndarray:
        """State at `age` subframes ago on the best way to `state` one subframe later."""
        before = self._scores[-1 - age]
        candidates = np.clip(state[:, None] + _JUMPS, 0, LAGS - 1)
        rows = np.arange(self.channels)[:, None]
        scores = before[rows, candidates] - _PENALTY[:, 0, 0]
        near = np.argmax(scores, axis=1)
        best = np.argmax(before, axis=1)
        rows = rows[:, 0]
        stays = scores[rows, near] >= before[rows, best] - _SWITCH_COST
        return np.where(stays, candidates[rows, near], best)

    def _refined(self, state: np.ndarray, age: int) -> tuple[np.ndarray, np.ndarray]:
        """(period in samples at 48 kHz, correlation), by a parabola through the three nearest lags."""
        rows = np.arange(self.channels)
        correlation = self._correlations[-1 - age]
        centre = np.clip(state, 1, LAGS - 2)
        left, middle, right = (correlation[rows, centre + k] for k in (-1, 0, 1))
        curvature = left - 2 * middle + right
        peaked = (curvature < -1e-6) & (centre == state)
        shift = np.where(peaked, 0.5 * (left - right) / np.where(peaked, curvature, -1.0), 0.0)
        period = np.rint(FACTOR * (MIN_LAG + state + np.clip(shift, -0.5, 0.5))).astype(np.int64)
        return np.clip(period, MIN_PERIOD, MAX_PERIOD), correlation[rows, state]

    def process(self, x: np.ndarray) -> Pitch:
        """One hop in, the pitch now and LOOK_AHEAD hops ago.

        Parameters
        ----------
        x : (channels, 480) float32
        """
        x = kernels.own(x)
        if (compiled := kernels.ready()) is not None:
            return self._process_compiled(compiled, x)
        correlation, energy = normalised_correlation(self._new_residual(x))
        for subframe in range(_SUBFRAMES):
            self._step(correlation[:, subframe], energy[:, subframe])
        newest = state = np.argmax(self._scores[-1], axis=1)
        for age in range(1, _PATH):
            later = state
            state = self._predecessor(state, age)
        return self._decide(newest, later, state)

    def _decide(self, newest: np.ndarray, later: np.ndarray, oldest: np.ndarray) -> Pitch:
        """From states on the best path, each (channels,): the newest, and the two subframes of the decided frame."""
        period, correlation = self._refined(newest, 0)
        decided_period, after = self._refined(later, _PATH - 2)
        before = self._correlations[0][np.arange(self.channels), oldest]
        return Pitch(period, correlation, decided_period, 0.5 * (after + before))

    def _process_compiled(self, compiled: ModuleType, x: np.ndarray) -> Pitch:
        """The same by compiled loops, on the same state."""
        self._input = np.ascontiguousarray(self._input)
        periods = np.empty((2, self.channels), dtype=np.int64)
        correlation = np.empty((2, self.channels), dtype=np.float32)
        compiled.pitch_hop(
            *(x, self._input, self._speech, self._residual, self._scores, self._correlations),
            *(self._mean_energy, self._weight_sum, _DECIMATOR, _TAPERS, _WHITENING, _GRID, _VITERBI),
            *(periods, correlation),
        )
        return Pitch(periods[0], correlation[0], periods[1], correlation[1])
