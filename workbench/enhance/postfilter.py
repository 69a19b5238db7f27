"""Envelope post-filter and decay limit: what happens to band gains after they are estimated (PercepNet)."""

from __future__ import annotations

import numpy as np

TINY = 1e-20
"""Keeps the ratio of two energies finite in silence."""


def warped(gain: np.ndarray) -> np.ndarray:
    """g_w = g sin(½πg): leaves 0 and 1, pushes what lies between further down."""
    return gain * np.sin(0.5 * np.pi * gain)


def compensation(ratio: np.ndarray, beta: float) -> np.ndarray:
    """Global gain G = √[(1+β)ρ/(1+βρ²)] for ρ = E₀/E₁, the energy before over after warping.

    Its largest value is at ρ = 1/√β: 5.57 dB for β = 0.02.
    """
    return np.sqrt((1 + beta) * ratio / (1 + beta * ratio**2))


def postfilter(gain: np.ndarray, energy: np.ndarray, beta: float) -> np.ndarray:
    """Warped gains, with the loudness restored.

    Parameters
    ----------
    gain : (..., 34) in [0, 1]
    energy : (..., 34) band energies of the noisy frame
    beta : 0 leaves the gains as they are

    Returns
    -------
    (..., 34); may exceed 1, never 1.9 times the input gain at β = 0.02
    """
    if beta <= 0:
        return gain
    down = warped(gain)
    before = (energy * gain**2).sum(axis=-1, keepdims=True)
    after = (energy * down**2).sum(axis=-1, keepdims=True)
    return down * compensation((before + TINY) / (after + TINY), beta)


def decay_factor(rt60_ms: float, hop_ms: float = 10.0) -> float:
    """Amplitude a reverberation of `rt60_ms` keeps from frame to frame: 0.6 at 135 ms."""
    return float(10 ** (-3 * hop_ms / rt60_ms))


def limit_decay(gain: np.ndarray, previous: np.ndarray, factor: float) -> np.ndarray:
    """Gains (..., 34) that fall no faster than `factor` a frame below the previous ones."""
    return np.maximum(gain, factor * previous)
