"""Compiled loops run through the classes that call them: so that they are compiled for the types of the chain, and so
that two sets of them can be held against each other."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from workbench.dsp.bands import BANDS, BINS, HOP, PEAK_BINS
from workbench.dsp.comb import CombFilter
from workbench.dsp.pitch import PitchTracker
from workbench.dsp.stft import Analysis, Synthesis

LEVEL_BANDS, LEVEL_CONSTANTS = (0, 3), (0.9, 1e-10, 30, 0.006, 1e-30)
SCALES = (96.0, 768.0, 1e-30, -9.0)
"""As the enhancer gives them to `frame_features`."""


def warm_up(loops: ModuleType) -> None:
    """Call each loop once with the types that the chain uses; numba compiles for these."""
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((1, 480)).astype(np.float32)
    found = PitchTracker(1)._process_compiled(loops, noise)
    CombFilter(1)._process_compiled(loops, noise, found.period, found.decided_period)
    f32 = np.float32
    peaks = PEAK_BINS
    spectrum = rng.standard_normal((1, 481)).astype(np.complex64)
    energy, gain = np.ones((1, BANDS), f32), np.full((1, BANDS), 0.5, f32)
    state = (np.zeros(1), np.zeros(1), np.zeros(1, np.int64), np.zeros(1))
    pitch = (np.array([100]), np.zeros(1, f32))
    loops.frame_features(
        *(spectrum, spectrum, peaks, LEVEL_BANDS, LEVEL_CONSTANTS, state, SCALES),
        *(pitch, energy, np.zeros((1, 2 * BANDS + 2), f32)),
    )
    Analysis(1)._process_compiled(loops, noise)
    Synthesis(1)._process_compiled(loops, spectrum)
    loops.implied_snr_db(gain, energy, 1e-20, 1e-9, np.empty(1, f32))
    loops.shape_gain(gain, energy, gain, f32(0.02), f32(0.1), f32(1), f32(0.6), 1e-20, np.empty_like(gain))
    loops.shape_spectrum(spectrum, spectrum, gain, gain, peaks, np.empty_like(spectrum))
    loops.centre_spectrum(
        *(spectrum[0], spectrum[0], peaks, np.zeros((3, BANDS)), 0.9, 1.0, 1e-12, np.empty_like(spectrum[0]))
    )


class _Noted:
    """Loops, and which of them were called."""

    def __init__(self, loops: ModuleType):
        self._loops = loops
        self.names: set[str] = set()

    def __getattr__(self, name: str):
        self.names.add(name)
        return getattr(self._loops, name)


def samples(loops: ModuleType) -> tuple[set[str], list[np.ndarray]]:
    """What loops make of a tone in noise, and of numbers as the stages give them; and which loops those were."""
    noted: Any = _Noted(loops)
    f32, rng, out = np.float32, np.random.default_rng(0), []
    sound = np.sin(0.02 * np.arange(40 * HOP)) + 0.1 * rng.standard_normal(40 * HOP)
    analysis, synthesis, pitch, comb = Analysis(1), Synthesis(1), PitchTracker(1), CombFilter(1)
    level = (np.zeros(1), np.zeros(1), np.zeros(1, np.int64), np.zeros(1))
    energy, previous, statistics = np.zeros((1, BANDS), f32), np.ones((1, BANDS), f32), np.zeros((3, BANDS))
    for hop in sound.astype(f32).reshape(-1, 1, HOP):
        found = pitch._process_compiled(noted, hop)
        combed = comb._process_compiled(noted, hop, found.period, found.decided_period)
        spectrum = analysis._process_compiled(noted, hop)
        features, snr_db, centre = np.zeros((1, 2 * BANDS + 2), f32), np.empty(1, f32), np.empty(BINS, np.complex64)
        noted.frame_features(
            *(spectrum, combed.causal_spectrum, PEAK_BINS, LEVEL_BANDS, LEVEL_CONSTANTS, level, SCALES),
            *((found.period, found.correlation), energy, features),
        )
        gain, strength = rng.random((2, 1, BANDS), dtype=f32)
        shaped, limited = np.empty_like(spectrum), np.empty_like(gain)
        noted.implied_snr_db(gain, energy, 1e-20, 1e-9, snr_db)
        noted.shape_gain(gain, energy, previous, f32(0.02), f32(0.1), f32(0.8), f32(0.6), 1e-20, limited)
        noted.shape_spectrum(spectrum, combed.spectrum, strength, limited, PEAK_BINS, shaped)
        noted.centre_spectrum(spectrum[0], shaped[0], PEAK_BINS, statistics, 0.9, 1.0, 1e-12, centre)
        previous = limited
        out += [found.correlation, combed.spectrum, features, snr_db, limited, shaped, centre]
        out.append(synthesis._process_compiled(noted, shaped))
    return noted.names, out
