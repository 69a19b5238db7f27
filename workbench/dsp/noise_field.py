"""The noise that an array hears, learned while somebody else speaks: covariance over frequency, hop by hop.

What comes from the steered direction must not be learned, or the beam would turn it down. Each frame's phases say
where its sound comes from (steered response power of the whitened spectrum, as in SRP-PHAT), in three bands of its
own: a band whose strongest direction is another than the steered one is noise, and only such bands are averaged.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from workbench.core.geometry import SPEED_OF_SOUND_M_S, unit_vectors, wrap_rad
from workbench.core.messages import frozen
from workbench.dsp import fft
from workbench.dsp.bands import HOP, RATE_HZ

FFT = 512
"""Of the frames: as fine as filters of 256 taps can follow."""
_FRAME_HOP = HOP // 2
_EDGES_HZ = (300.0, 900.0, 1800.0, 6000.0)
"""Bands that decide for themselves; below and above, the nearest decides."""
BANDS = len(_EDGES_HZ) - 1
_GRID = 72
_OWN_RAD = np.radians(20.0)
"""As near to the steered direction, sound counts as the talker's."""
_SURER = 1.3
"""How much stronger another direction must be than the steered one."""
_TURN_S = 1.0
_FORGET_RAD = np.radians(15.0)
_LEAK_S = 5.0
_FULL_RATE_MICS = 16
_SILENT = 1e-14


@dataclass(frozen=True, slots=True, eq=False)
class NoiseField:
    """Noise as it was heard.

    Attributes
    ----------
    covariance : (FFT // 2 + 1, M, M) complex64, read-only
        Of the microphones' spectra, mean of the diagonal 1 (0 where nothing was heard).
    heard : (FFT // 2 + 1,) float32, read-only
        0 where nothing was heard, 1 where for much longer than the averaging takes.
    """

    covariance: np.ndarray
    heard: np.ndarray

    def mixed(self, prior: np.ndarray, prior_share: float) -> np.ndarray:
        """The covariance with `prior_share` of a prior (F, M, M); the prior alone where nothing was heard."""
        share = ((1.0 - prior_share) * self.heard.astype(float))[:, None, None]
        return share * self.covariance + (1.0 - share) * prior


class NoiseTracker:
    """Averages the covariance of all that does not come from the steered direction.

    Parameters
    ----------
    mic_xyz_m : (M, 3)
    """

    latency = 0

    def __init__(self, mic_xyz_m: np.ndarray):
        mic_xyz_m = np.asarray(mic_xyz_m, dtype=float)
        self._mics = len(mic_xyz_m)
        # The work grows with the square of the microphones: of large arrays some frames are left out.
        self._stride = max(1, (self._mics // _FULL_RATE_MICS) ** 2)
        self._window = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT) / FFT)).astype(np.float32)
        frequency_hz = np.fft.rfftfreq(FFT, 1 / RATE_HZ)
        self._band_bins = [
            np.flatnonzero((frequency_hz >= low) & (frequency_hz < high)) for low, high in pairwise(_EDGES_HZ)
        ]
        self._band_of = np.clip(np.searchsorted(_EDGES_HZ, frequency_hz, side="right") - 1, 0, BANDS - 1)
        self._azimuths_rad = 2 * np.pi * np.arange(_GRID) / _GRID
        advance_s = unit_vectors(self._azimuths_rad) @ mic_xyz_m.T / SPEED_OF_SOUND_M_S
        self._steering = [
            np.exp(-2j * np.pi * frequency_hz[bins, None, None] * advance_s).astype(np.complex64)
            for bins in self._band_bins
        ]
        self.reset()

    def reset(self) -> None:
        """Forget all sound."""
        bins = FFT // 2 + 1
        self._past = np.zeros((self._mics, FFT - _FRAME_HOP), dtype=np.float32)
        self._covariance = np.zeros((bins, self._mics, self._mics), dtype=np.complex64)
        self._heard = np.zeros(BANDS)
        self._azimuth_rad: float | None = None
        self._frame = 0

    def process(self, x: np.ndarray, azimuth_rad: float, adaptation_ms: float) -> np.ndarray:
        """Learn from one hop.

        Parameters
        ----------
        x : (M, HOP) float32
        azimuth_rad : float
            Steered direction. After a turn by more than a talker walks, all that was learned is forgotten: it may
            hold the new talker.
        adaptation_ms : float
            Time constant of the average.

        Returns
        -------
        (BANDS,) float64
            Which share of the hop was learned from.
        """
        self._follow(azimuth_rad)
        line = np.concatenate([self._past, x], axis=1)
        self._past = line[:, HOP:].copy()
        learned = np.zeros(BANDS)
        for start in (0, _FRAME_HOP):
            self._frame += 1
            if self._frame % self._stride == 0:
                learned += self._learn(line[:, start : start + FFT], azimuth_rad, adaptation_ms)
        return learned / 2

    def _follow(self, azimuth_rad: float) -> None:
        turn_rad = 0.0 if self._azimuth_rad is None else wrap_rad(azimuth_rad - self._azimuth_rad)
        if self._azimuth_rad is None or abs(turn_rad) > _FORGET_RAD:
            self._azimuth_rad = azimuth_rad
            self._heard[:] = 0.0
            self._covariance[:] = 0.0
        else:
            self._azimuth_rad = wrap_rad(self._azimuth_rad + turn_rad * HOP / RATE_HZ / _TURN_S)

    def _learn(self, frame: np.ndarray, azimuth_rad: float, adaptation_ms: float) -> np.ndarray:
        elapsed_s = self._stride * _FRAME_HOP / RATE_HZ
        self._heard *= np.exp(-elapsed_s / max(_LEAK_S, adaptation_ms / 100))
        spectrum = fft.rfft(frame * self._window, axis=1).T
        noise = self._is_noise(spectrum, azimuth_rad)
        if not noise.any():
            return noise
        rate = (1.0 - np.exp(-elapsed_s / (adaptation_ms / 1000))) * noise
        # The first frames count fully: an average over what there was, not over silence before it.
        full = np.maximum(rate, noise * rate / np.maximum(self._heard + rate, 1e-12))
        step = full[self._band_of].astype(np.float32)[:, None, None]
        product = spectrum[:, :, None] * spectrum[:, None, :].conj()
        self._covariance += step * (product - self._covariance)
        self._heard += rate * (1.0 - self._heard)
        return noise

    def _is_noise(self, spectrum: np.ndarray, azimuth_rad: float) -> np.ndarray:
        """(BANDS,) 1.0 where another direction than the steered one is the strongest, 0.0 elsewhere and in silence."""
        level = np.abs(spectrum)
        phases = spectrum / np.maximum(level, 1e-12)
        own = np.abs(wrap_rad(self._azimuths_rad - azimuth_rad)) <= _OWN_RAD
        noise = np.zeros(BANDS)
        for band, (bins, steering) in enumerate(zip(self._band_bins, self._steering)):
            if np.mean(level[bins] ** 2) < _SILENT:
                continue
            sums = np.matmul(steering, phases[bins, :, None])[:, :, 0]
            power = np.sum(sums.real**2 + sums.imag**2, axis=0)
            noise[band] = float(power[~own].max() > _SURER * power[own].max())
        return noise

    @property
    def field(self) -> NoiseField:
        """What was heard so far; a copy."""
        level = np.einsum("fmm->f", self._covariance).real / self._mics
        covariance = self._covariance / np.maximum(level, 1e-20)[:, None, None].astype(np.float32)
        heard = np.where(level > 0, self._heard[self._band_of], 0.0).astype(np.float32)
        return NoiseField(frozen(covariance), frozen(heard))
