"""Recursive filters as second-order sections (sections, 6): b0 b1 b2 a0 a1 a2, with a0 = 1."""

from __future__ import annotations

import numpy as np

from workbench.dsp.scipy_parts import part

_in_place = part("scipy.signal._sosfilt")._sosfilt


def sosfilt(sections: np.ndarray, x: np.ndarray, state: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Filter along the last axis; what `scipy.signal.sosfilt` gives, bit for bit.

    Parameters
    ----------
    sections : (S, 6) float64
    x : (..., N)
    state : (S, ..., 2), optional
        Of the direct form II, transposed; zeros if not given.

    Returns
    -------
    y : (..., N) float64
    state : (S, ..., 2) float64
        After the last sample.
    """
    x = np.asarray(x)
    lines = int(np.prod(x.shape[:-1]))
    y = np.array(x, dtype=np.float64, order="C").reshape(lines, x.shape[-1])
    rest = np.zeros((lines, len(sections), 2))
    if state is not None:
        rest[:] = state.reshape(len(sections), lines, 2).swapaxes(0, 1)
    _in_place(np.array(sections, dtype=np.float64), y, rest)
    after = np.ascontiguousarray(rest.swapaxes(0, 1)).reshape(len(sections), *x.shape[:-1], 2)
    return y.reshape(x.shape), after


def one_pole(pole: float, gain: float) -> np.ndarray:
    """Sections (1, 6) of y[n] = gain x[n] + pole y[n - 1]."""
    return np.array([[gain, 0.0, 0.0, 1.0, -pole, 0.0]])


def butterworth_high_pass(cutoff_hz: float, rate_hz: float, order: int = 4) -> np.ndarray:
    """Sections (order / 2, 6) of a Butterworth high-pass of even order, by the bilinear transform with the cutoff
    prewarped. The first section has the gain."""
    turn = np.tan(np.pi * cutoff_hz / rate_hz)
    # Pole pairs at the angles of the Butterworth circle, the flattest first: s² + 2 cos(angle) s + 1.
    angle = np.pi * (np.arange(order // 2) + 0.5) / order
    damping = 2 * np.cos(angle) * turn
    scale = 1 / (1 + damping + turn**2)
    sections = np.empty((order // 2, 6))
    sections[:, :3] = 1.0, -2.0, 1.0
    sections[0, :3] *= scale.prod()
    sections[:, 3] = 1.0
    sections[:, 4] = 2 * (turn**2 - 1) * scale
    sections[:, 5] = (1 - damping + turn**2) * scale
    return sections


def steady_state(sections: np.ndarray) -> np.ndarray:
    """State (S, 2) after a constant input of one that has lasted for ever."""
    state = np.empty((len(sections), 2))
    level = 1.0
    for row, (b0, _, b2, _, _, a2) in enumerate(sections):
        gain = sections[row, :3].sum() / sections[row, 3:].sum()
        state[row] = level * (gain - b0), level * (b2 - a2 * gain)
        level *= gain
    return state


def response(sections: np.ndarray, frequency_hz: np.ndarray, rate_hz: float) -> np.ndarray:
    """Complex response (F,) at the given frequencies (F,)."""
    z = np.exp(-2j * np.pi * np.asarray(frequency_hz, dtype=float) / rate_hz)
    powers = z[:, None] ** np.arange(3)
    return ((powers @ sections[:, :3].T) / (powers @ sections[:, 3:].T)).prod(axis=1)
