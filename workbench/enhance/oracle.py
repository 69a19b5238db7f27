"""What a perfect estimator would do, given the clean signal: training targets and the rungs of the oracle ladder.

Per band, with x clean, y noisy, p the comb-filtered clean and p̂ the comb-filtered noisy signal (PercepNet, with the
errors of public re-implementations put right: g is a ratio of amplitudes, and q_p̂² - q_x² is not zero):

    q_x = Re(pᴴx)/(|p||x|)          q_y = Re(pᴴy)/(|p||y|)
    q_p̂ = q_y / √((1-σ²) q_y² + σ²)
    g = |X|/|Y| in [0, 1]           z = (1-r) y + r p̂
    r = α/(1+α),  α = (√(b² + a(q_x² - q_y²)) - b)/a,  a = q_p̂² - q_x²,  b = q_p̂ q_y (1 - q_x²)

so that z has the coherence q_x with p. Where even the comb is less periodic than the clean signal, r = 1 and g takes
the rest of the noise: g √((1 + n₀ - q_x²)/(1 + n₀ - q_p̂²)), n₀ = 0.03.
"""

from __future__ import annotations

import numpy as np

from workbench.dsp.bands import band_energy
from workbench.enhance.features import coherence

NOISE_FLOOR = 0.03
_TINY = 1e-20
_NEARLY_ZERO = 1e-9


def comb_coherence(noisy_coherence: np.ndarray, noise_gain: np.ndarray | float) -> np.ndarray:
    """q_p̂, the coherence that remains after the comb took the noise down by `noise_gain` (σ²)."""
    squared = noisy_coherence**2
    return noisy_coherence / np.sqrt((1 - noise_gain) * squared + noise_gain)


def comb_strength(
    clean_coherence: np.ndarray, noisy_coherence: np.ndarray, noise_gain: np.ndarray | float
) -> tuple[np.ndarray, np.ndarray]:
    """Strength of the comb and the factor on the gain.

    Parameters
    ----------
    clean_coherence, noisy_coherence : (..., 34) q_x and q_y; negative ones count as 0.
    noise_gain : σ², broadcast against them.

    Returns
    -------
    (r in [0, 1], factor in (0, 1]), each (..., 34) float64
    """
    q_x = np.clip(np.asarray(clean_coherence, dtype=np.float64), 0, 1)
    q_y = np.clip(np.asarray(noisy_coherence, dtype=np.float64), 0, 1)
    q_p = comb_coherence(q_y, noise_gain)
    a = q_p**2 - q_x**2
    b = q_p * q_y * (1 - q_x**2)
    difference = np.maximum(q_x**2 - q_y**2, 0)
    # (√(b²+ad) - b)/a = d/(√(b²+ad) + b): the same number, without cancellation as a goes to 0.
    root = np.sqrt(np.maximum(b**2 + a * difference, 0))
    alpha = difference / np.maximum(root + b, _TINY)
    strength = np.where(difference > 0, alpha / (1 + alpha), 0.0)
    too_noisy = (q_p < q_x) & (difference > 0)
    factor = np.sqrt((1 + NOISE_FLOOR - q_x**2) / (1 + NOISE_FLOOR - np.minimum(q_p, q_x) ** 2))
    return np.where(too_noisy, 1.0, strength), np.where(too_noisy, factor, 1.0)


def targets(
    clean: np.ndarray, noisy: np.ndarray, clean_comb: np.ndarray, noise_gain: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gains and strengths of frames.

    Parameters
    ----------
    clean, noisy, clean_comb : (..., 481) complex spectra of x, y and p
    noise_gain : (...,) σ² of the comb in each frame

    Returns
    -------
    (g, r), each (..., 34) float64 in [0, 1]
    """
    clean_energy, noisy_energy = band_energy(clean), band_energy(noisy)
    gain = np.sqrt(np.clip(clean_energy / (noisy_energy + _TINY), 0, 1), dtype=np.float64)
    strength, factor = comb_strength(
        coherence(clean, clean_comb, clean_energy),
        coherence(noisy, clean_comb, noisy_energy),
        np.asarray(noise_gain)[..., None],
    )
    return gain * factor, strength
