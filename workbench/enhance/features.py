"""What the network sees of each frame: 70 features that do not depend on the level of the input.

34 logarithmic band energies relative to a slow running level, 34 coherences of the band with its causally
comb-filtered copy, the pitch period and its correlation (PercepNet's set; the running level is ours).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from workbench.dsp import kernels
from workbench.dsp.bands import BANDS, BINS, HOP, PEAK_BINS, PEAK_HZ, band_correlation, band_energy
from workbench.dsp.comb import CombFilter
from workbench.dsp.pitch import LOOK_AHEAD, MAX_PERIOD, MIN_PERIOD, PitchTracker
from workbench.dsp.stft import Analysis

FEATURES = 2 * BANDS + 2

LOWEST = -5.0
"""Least log10 band energy relative to the running level. What lies below is inaudible, and how far below it lies
only tells which resampler or converter the sound went through: a network must not care."""

_SILENCE = 1e-10
"""Energy of a frame in the level bands below which it counts as silence and does not move the running level."""

_LEVEL_RANGE = (int(np.searchsorted(PEAK_HZ, 300)), int(np.searchsorted(PEAK_HZ, 4000, side="right")))
LEVEL_BANDS = slice(*_LEVEL_RANGE)
_LEVEL_SMOOTHING = 0.99
_LEVEL_STEP = 0.006
"""Fastest movement of the running level once it has settled, in log10 of energy a frame (6 dB/s)."""
_SETTLING_FRAMES = 30
_TINY = 1e-30
_LEVEL_CONSTANTS = (_LEVEL_SMOOTHING, _SILENCE, _SETTLING_FRAMES, _LEVEL_STEP, _TINY)
_SCALES = (float(MIN_PERIOD), float(MAX_PERIOD), _TINY, LOWEST)


@dataclass(frozen=True, slots=True, eq=False)
class AnalysedFrame:
    """Everything the enhancer needs for one output frame.

    `features` (channels, 70) belong to the newest frame; all else to the frame LOOK_AHEAD hops ago, which is
    the one that gets gains now: `spectrum` and `comb_spectrum` (channels, 481) complex64, `energy` (channels,
    34), `period` in samples and `correlation` (channels,), `noise_gain` σ² of the comb (channels,).
    `newest_energy` (channels, 34) are the band energies of the newest frame.
    """

    features: np.ndarray
    spectrum: np.ndarray
    comb_spectrum: np.ndarray
    energy: np.ndarray
    period: np.ndarray
    correlation: np.ndarray
    noise_gain: np.ndarray
    newest_energy: np.ndarray


class RunningLevel:
    """Slow level of the speech band: a mean of energy that moves no faster than 6 dB/s once it has settled."""

    latency = 0

    def __init__(self, channels: int = 1):
        self.channels = channels
        self.reset()

    def reset(self) -> None:
        """Forget the level."""
        self._energy = np.zeros(self.channels)
        self._weight = np.zeros(self.channels)
        self._frames = np.zeros(self.channels, dtype=np.int64)
        self._level = np.zeros(self.channels)

    @property
    def state(self) -> tuple[np.ndarray, ...]:
        """All that changes from frame to frame, for the compiled twin."""
        return self._energy, self._weight, self._frames, self._level

    def process(self, energy: np.ndarray) -> np.ndarray:
        """Band energies (channels, 34) in, log10 of the running mean energy of a band out (channels,)."""
        now = energy[:, LEVEL_BANDS].mean(axis=1, dtype=np.float64)
        heard = now > _SILENCE
        keep = np.where(heard, _LEVEL_SMOOTHING, 1.0)
        self._energy = keep * self._energy + (1 - keep) * now
        self._weight = keep * self._weight + (1 - keep)
        self._frames = self._frames + heard
        target = np.log10(np.maximum(self._energy / np.maximum(self._weight, _TINY), _SILENCE))
        settled = self._frames > _SETTLING_FRAMES
        step = np.clip(target - self._level, -_LEVEL_STEP, _LEVEL_STEP)
        self._level = np.where(settled, self._level + step, target)
        return self._level.copy()


class FeatureExtractor:
    """Analyses each channel: spectra, pitch, comb filter, and the features of the newest frame."""

    latency = LOOK_AHEAD * HOP

    def __init__(self, channels: int = 1):
        self.channels = channels
        self._analysis = Analysis(channels)
        self._pitch = PitchTracker(channels)
        self._comb = CombFilter(channels)
        self._level = RunningLevel(channels)
        self.reset()

    def reset(self) -> None:
        """Forget all past samples."""
        for part in (self._analysis, self._pitch, self._comb, self._level):
            part.reset()
        spectrum = np.zeros((self.channels, BINS), dtype=np.complex64)
        energy = np.zeros((self.channels, BANDS), dtype=np.float32)
        self._spectra: deque[np.ndarray] = deque([spectrum] * LOOK_AHEAD, maxlen=LOOK_AHEAD + 1)
        self._energies: deque[np.ndarray] = deque([energy] * LOOK_AHEAD, maxlen=LOOK_AHEAD + 1)

    def process(self, x: np.ndarray) -> AnalysedFrame:
        """One hop (channels, 480) float32 in."""
        spectrum = self._analysis.process(x)
        pitch = self._pitch.process(x)
        comb = self._comb.process(x, pitch.period, pitch.decided_period)
        features = np.empty((self.channels, FEATURES), dtype=np.float32)
        if (compiled := kernels.ready()) is not None:
            energy = np.empty((self.channels, BANDS), dtype=np.float32)
            compiled.frame_features(
                *(spectrum, comb.causal_spectrum, PEAK_BINS, _LEVEL_RANGE, _LEVEL_CONSTANTS, self._level.state),
                *(_SCALES, (pitch.period, pitch.correlation), energy, features),
            )
        else:
            energy = band_energy(spectrum)
            features[:, :BANDS] = relative_log_energy(energy, self._level.process(energy))
            features[:, BANDS : 2 * BANDS] = coherence(spectrum, comb.causal_spectrum, energy)
            features[:, -2] = normalised_period(pitch.period)
            features[:, -1] = pitch.correlation
        self._spectra.append(spectrum)
        self._energies.append(energy)
        return AnalysedFrame(
            features,
            self._spectra[0].copy(),
            comb.spectrum,
            self._energies[0].copy(),
            pitch.decided_period,
            pitch.decided_correlation,
            comb.noise_gain,
            energy,
        )


def relative_log_energy(energy: np.ndarray, level: np.ndarray) -> np.ndarray:
    """log10 of band energies (..., 34) over a level (...,) given as log10; bounded below at LOWEST."""
    return np.maximum(np.log10(energy + _TINY) - level[..., None], LOWEST)


def coherence(first: np.ndarray, second: np.ndarray, first_energy: np.ndarray) -> np.ndarray:
    """Re(first^H second) / (|first| |second|) by band, in [-1, 1], 0 in silence; spectra (..., 481)."""
    product = first_energy.astype(np.float64) * band_energy(second)
    return band_correlation(first, second) / np.sqrt(product + _TINY)


def normalised_period(period: np.ndarray) -> np.ndarray:
    """A period in samples on a logarithmic scale, from -1 (shortest) to 1 (longest)."""
    return 2 * np.log(period / MIN_PERIOD) / np.log(MAX_PERIOD / MIN_PERIOD) - 1
