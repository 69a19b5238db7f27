"""The classical reference: improved minima-controlled noise tracking and a log-spectral-amplitude gain in 34 bands.

Noise: I. Cohen, "Noise spectrum estimation in adverse environments: improved minima controlled recursive
averaging" (IEEE Trans. Speech Audio Process. 11(5), 2003). Gain: Y. Ephraim and D. Malah, "Speech enhancement
using a minimum mean-square error log-spectral amplitude estimator" (IEEE Trans. ASSP 33(2), 1985), weighted by
the speech presence probability as in OM-LSA (I. Cohen and B. Berdugo, Signal Processing 81, 2001).

Both work on band energies instead of bins, and the gain is given for the frame two hops back: the a priori SNR
uses the two newer frames as well, which keeps onsets that a causal estimate would cut.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from workbench.dsp.bands import BANDS, HOP
from workbench.dsp.pitch import LOOK_AHEAD
from workbench.enhance.estimator import Estimate
from workbench.enhance.features import AnalysedFrame

_FLOOR = 1e-12
"""Energy below which a band counts as silent: full scale is about 1e5."""

SMOOTHING = 0.9
_SUBWINDOWS, _SUBWINDOW_FRAMES = 8, 15
"""Minima are searched over 8 x 15 frames = 1.2 s."""
_PRESENCE_SMOOTHING = 0.85
_GAMMA_ROUGH, _ZETA_ROUGH = 4.6, 1.67
_GAMMA_SPEECH = 3.0
_DECISION_DIRECTED = 0.94
_MIN_PRIOR_SNR = 10 ** (-25 / 10)
_GAIN_FLOOR = 10 ** (-40 / 20)


_E1_SMALL = (0.00107857, -0.00976004, 0.05519968, -0.24991055, 0.99999193, -0.57721566)
_E1_LARGE = (
    (1.0, 8.5733287401, 18.0590169730, 8.6347608925, 0.2677737343),
    (1.0, 9.5733223454, 25.6329561486, 21.0996530827, 3.9584969228),
)


def exponential_integral(v: np.ndarray) -> np.ndarray:
    """E1(v) for v > 0, to 3e-7 (Abramowitz and Stegun 1964, 5.1.53 up to one and 5.1.56 beyond)."""
    near = np.polyval(_E1_SMALL, np.minimum(v, 1.0)) - np.log(v)
    far = np.exp(-v) / v * np.polyval(_E1_LARGE[0], v) / np.polyval(_E1_LARGE[1], v)
    return np.where(v <= 1, near, far)


def lsa_gain(prior_snr: np.ndarray, posterior_snr: np.ndarray) -> np.ndarray:
    """Gain of the MMSE log-spectral-amplitude estimator (Ephraim and Malah 1985, eq. 20).

    G = xi/(1+xi) exp(E1(v)/2), v = gamma xi/(1+xi), for power ratios xi, gamma > 0 of equal shape.
    """
    wiener = prior_snr / (1 + prior_snr)
    v = np.maximum(wiener * posterior_snr, 1e-8)
    return np.minimum(wiener * np.exp(0.5 * exponential_integral(v)), 1.0)


class MinimumTracker:
    """Smallest value over the last `_SUBWINDOWS` sub-windows (Cohen 2003, section IV): O(1) a frame."""

    def __init__(self, shape: tuple[int, ...]):
        self._shape = shape
        self.reset()

    def reset(self) -> None:
        self._count = 0
        self._current = np.full(self._shape, np.inf)
        self._stored: deque[np.ndarray] = deque(maxlen=_SUBWINDOWS - 1)
        self._past = np.full(self._shape, np.inf)

    def process(self, value: np.ndarray) -> np.ndarray:
        self._current = np.minimum(self._current, value)
        minimum = np.minimum(self._current, self._past)
        self._count += 1
        if self._count == _SUBWINDOW_FRAMES:
            self._count = 0
            self._stored.append(self._current)
            self._past = np.minimum.reduce(list(self._stored))
            self._current = value.copy()
        return minimum


MINIMUM_BIAS = np.array(
    [
        *(1.754, 1.443, 1.451, 1.459, 1.447, 1.431, 1.400, 1.373, 1.346, 1.367, 1.327, 1.316),
        *(1.306, 1.291, 1.257, 1.247, 1.246, 1.218, 1.203, 1.186, 1.180, 1.169, 1.161, 1.147),
        *(1.141, 1.143, 1.127, 1.116, 1.114, 1.104, 1.095, 1.093, 1.084, 1.124),
    ]
)
"""Mean of smoothed white noise over its tracked minimum, by band. Wide bands average many bins and vary little, so
that the published factor for single bins (1.66) would overestimate their noise."""

NOISE_BIAS = np.array(
    [
        *(1.709, 1.269, 1.263, 1.265, 1.276, 1.268, 1.211, 1.170, 1.163, 1.171, 1.142, 1.123),
        *(1.119, 1.103, 1.086, 1.080, 1.068, 1.058, 1.050, 1.041, 1.038, 1.036, 1.030, 1.025),
        *(1.022, 1.020, 1.017, 1.015, 1.013, 1.012, 1.010, 1.009, 1.008, 1.016),
    ]
)
"""What the speech presence probability makes the recursive average of white noise too small, by band (1.47 for
single bins in the paper). Both tables are measured by tests/enhance/calibrate_noise_tracker.py."""


class NoiseTracker:
    """IMCRA on band energies.

    Attributes
    ----------
    noise : (channels, BANDS) float64
        Noise energy per band, after the newest frame.
    presence : (channels, BANDS) float64
        Speech presence probability of the newest frame.
    """

    latency = 0

    def __init__(self, channels: int):
        self._shape = (channels, BANDS)
        self.reset()

    def reset(self) -> None:
        """Forget the noise."""
        self._rough_minimum = MinimumTracker(self._shape)
        self._final_minimum = MinimumTracker(self._shape)
        self._smoothed: np.ndarray | None = None
        self._noise_only: np.ndarray | None = None
        self.noise = np.zeros(self._shape)
        self._average = np.zeros(self._shape)
        self.presence = np.zeros(self._shape)

    def process(self, energy: np.ndarray) -> np.ndarray:
        """Take one frame's band energies (channels, BANDS); returns the noise (channels, BANDS)."""
        energy = np.maximum(energy, _FLOOR)
        if self._smoothed is None or self._noise_only is None:
            self._smoothed = self._noise_only = energy.copy()
            self._average = energy / NOISE_BIAS
        # First iteration: rough decision which bands hold noise alone.
        self._smoothed = SMOOTHING * self._smoothed + (1 - SMOOTHING) * energy
        rough = MINIMUM_BIAS * self._rough_minimum.process(self._smoothed)
        noise_alone = (energy < _GAMMA_ROUGH * rough) & (self._smoothed < _ZETA_ROUGH * rough)
        # Second iteration: smooth the noise-only bands and take their minimum.
        self._noise_only = np.where(
            noise_alone, SMOOTHING * self._noise_only + (1 - SMOOTHING) * energy, self._noise_only
        )
        minimum = MINIMUM_BIAS * self._final_minimum.process(self._noise_only)
        gamma = energy / minimum
        zeta = self._smoothed / minimum
        # Absence 1 must win over any likelihood: the noise before a sudden rise says that all is speech.
        absence = np.clip((_GAMMA_SPEECH - gamma) / (_GAMMA_SPEECH - 1), 0.0, 1.0) * (zeta < _ZETA_ROUGH)
        posterior = energy / np.maximum(NOISE_BIAS * self._average, _FLOOR)
        prior = np.maximum(posterior - 1, 1e-3)
        v = np.minimum(posterior * prior / (1 + prior), 50.0)
        odds = absence / np.maximum(1 - absence, 1e-30) * (1 + prior) * np.exp(-v)
        self.presence = 1 / (1 + odds)
        hold = _PRESENCE_SMOOTHING + (1 - _PRESENCE_SMOOTHING) * self.presence
        self._average = hold * self._average + (1 - hold) * energy
        self.noise = np.maximum(NOISE_BIAS * self._average, _FLOOR)
        return self.noise


class ClassicalGains:
    """Band gains by noise tracking and log-spectral amplitude; no comb filter, so strengths are zero."""

    latency = LOOK_AHEAD * HOP

    def __init__(self, channels: int = 1):
        self.channels = channels
        self._tracker = NoiseTracker(channels)
        self.reset()

    def reset(self) -> None:
        """Forget noise and past frames."""
        self._tracker.reset()
        self._energies: deque[np.ndarray] = deque(maxlen=LOOK_AHEAD + 1)
        self._presences: deque[np.ndarray] = deque(maxlen=LOOK_AHEAD + 1)
        self._clean_energy = np.zeros((self.channels, BANDS))

    def process(self, frame: AnalysedFrame) -> Estimate:
        """Gains for the frame `LOOK_AHEAD` hops before the newest."""
        energy = frame.newest_energy.astype(np.float64)
        noise = self._tracker.process(energy)
        self._energies.append(energy)
        self._presences.append(self._tracker.presence)
        decided = self._energies[0]
        posterior = np.minimum(decided / noise, 1e6)
        ahead = np.mean([np.maximum(later / noise - 1, 0.0) for later in self._energies], axis=0)
        prior = np.maximum(
            _DECISION_DIRECTED * self._clean_energy / noise + (1 - _DECISION_DIRECTED) * ahead, _MIN_PRIOR_SNR
        )
        prior = np.minimum(prior, 1e6)
        gain = lsa_gain(prior, posterior)
        self._clean_energy = gain**2 * decided
        presence = np.max(self._presences, axis=0)
        gain = np.where(decided > _FLOOR, gain**presence * _GAIN_FLOOR ** (1 - presence), 1.0)
        speech_db = 10 * np.log10(np.maximum(self._clean_energy.sum(axis=1), _FLOOR))
        noise_db = 10 * np.log10(np.maximum(noise.sum(axis=1), _FLOOR))
        return Estimate(
            gain=gain.astype(np.float32),
            strength=np.zeros_like(gain, dtype=np.float32),
            snr_db=speech_db - noise_db,
        )
