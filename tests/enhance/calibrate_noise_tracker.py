"""Measures the two bias tables of `workbench.enhance.classical` on white noise and prints them.

python -m tests.enhance.calibrate_noise_tracker
"""

import numpy as np

from workbench.dsp.bands import HOP, band_energy
from workbench.dsp.stft import Analysis
from workbench.enhance import classical

SECONDS, SETTLE_FRAMES, ROUNDS = 120, 300, 8


def white_noise_energies(seconds: float, seed: int) -> np.ndarray:
    """Band energies (frames, BANDS) of white noise."""
    x = 0.01 * np.random.default_rng(seed).standard_normal(int(48000 * seconds)).astype(np.float32)
    analysis = Analysis(1)
    frames = [analysis.process(x[None, k : k + HOP]) for k in range(0, len(x) - HOP + 1, HOP)]
    return np.array([band_energy(frame)[0] for frame in frames], dtype=float)


def measure_minimum_bias(energies: np.ndarray) -> np.ndarray:
    """Mean over tracked minimum of the smoothed energies."""
    tracker, smoothed, minima = classical.MinimumTracker((energies.shape[1],)), energies[0], []
    for energy in energies:
        smoothed = classical.SMOOTHING * smoothed + (1 - classical.SMOOTHING) * energy
        minima.append(tracker.process(smoothed))
    return energies[SETTLE_FRAMES:].mean(axis=0) / np.mean(minima[SETTLE_FRAMES:], axis=0)


def measure_noise_error(energies: np.ndarray) -> np.ndarray:
    """Mean energy over mean noise estimate."""
    tracker = classical.NoiseTracker(1)
    noise = np.array([tracker.process(energy[None]).copy()[0] for energy in energies])
    return energies[SETTLE_FRAMES:].mean(axis=0) / noise[SETTLE_FRAMES:].mean(axis=0)


def main() -> None:
    energies = white_noise_energies(SECONDS, seed=0)
    classical.MINIMUM_BIAS[:] = measure_minimum_bias(energies)
    for _ in range(ROUNDS):
        classical.NOISE_BIAS[:] *= np.sqrt(measure_noise_error(energies))
    for name in ("MINIMUM_BIAS", "NOISE_BIAS"):
        print(name, "=", ", ".join(f"{value:.3f}" for value in getattr(classical, name)))


if __name__ == "__main__":
    main()
