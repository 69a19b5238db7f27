"""The streaming localizer: hops of the array in, directions and tracks five times a second out."""

from __future__ import annotations

import numpy as np

from workbench.core.geometry import MicrophoneArray, azimuth_grid_rad
from workbench.core.messages import Candidate, Localization, SpatialSpectrum, frozen
from workbench.core.params import LocalizeParams
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.localize import srp
from workbench.localize.tracker import Tracker

UPDATE_HOPS = 20
UPDATE_S = UPDATE_HOPS * HOP / RATE_HZ
WINDOW_FRAMES = 24
"""Frames that one update looks at: 0.5 s."""
SPECTRUM_AZIMUTHS = 360

_OVERLAP = srp.FRAME - srp.SHIFT
_FLOOR_FRAMES = 150
"""The noise floor of a band is its least energy in the last 3 s."""
_FLOOR_SMOOTHING = 3
_ACTIVE_OVER_FLOOR = 10 ** (9.0 / 10)
_LEAST_ENERGY = 10 ** (-110.0 / 10)
_MOST_CANDIDATES = 6
_LEAST_CONTRAST = 0.1
"""A zone whose power hardly depends on the direction (long waves, a small array) tells none."""


class Localizer:
    """SRP-PHAT candidates (`srp.find_peaks`) in what rises over the noise floor, followed by a `Tracker`."""

    latency = srp.FRAME

    def __init__(self, array: MicrophoneArray):
        self.array = array
        self.reset()

    def reset(self) -> None:
        """Forget sound, noise floor and tracks."""
        self._tracker = Tracker()
        self._sequence = 0
        self._next_time_s: float | None = None
        self._restart()

    def _restart(self) -> None:
        """Forget the sound but not the talkers: after a gap."""
        self._samples = np.zeros((self.array.mics, _OVERLAP + UPDATE_HOPS * HOP), dtype=np.float32)
        self._filled = _OVERLAP
        self._start = _OVERLAP  # nothing lies before the first sample
        self._power = np.zeros((0, 0, srp.GRID), dtype=np.float32)
        self._energy = np.zeros((0, 0), dtype=np.float32)

    def process(self, samples: np.ndarray, time_s: float, params: LocalizeParams) -> Localization | None:
        """One hop.

        Parameters
        ----------
        samples : (mics, HOP) float32
        time_s : float
            Time of the hop's first sample; where it jumps, the sound before the jump is forgotten.
        params : LocalizeParams

        Returns
        -------
        Localization or None
            A result every UPDATE_HOPS hops, None between. `update_ms`, `skipped` and `truth` are the caller's to add.
        """
        if samples.shape != (self.array.mics, HOP):
            raise ValueError(f"expected samples of shape {(self.array.mics, HOP)}, got {samples.shape}")
        if self._next_time_s is not None and abs(time_s - self._next_time_s) > 0.5 * HOP / RATE_HZ:
            self._restart()
        self._next_time_s = time_s + HOP / RATE_HZ
        self._samples[:, self._filled : self._filled + HOP] = samples
        self._filled += HOP
        if self._filled < self._samples.shape[1]:
            return None
        self._analyse()
        return self._update(params)

    def _analyse(self) -> None:
        """Turn the buffered sound into zones, and keep of it what the next frames overlap."""
        zones = srp.steered_response(self.array, np.nan_to_num(self._samples[:, self._start :], posinf=0.0, neginf=0.0))
        self._samples[:, :_OVERLAP] = self._samples[:, -_OVERLAP:]
        self._filled, self._start = _OVERLAP, 0
        if len(self._power):
            self._power = np.concatenate([self._power, zones.power])[-WINDOW_FRAMES:]
            self._energy = np.concatenate([self._energy, zones.energy])[-_FLOOR_FRAMES:]
        else:
            self._power, self._energy = zones.power, zones.energy

    def _active(self) -> np.ndarray:
        """Which zones of the window rise over the noise floor, (frames, bands) bool."""
        # Digital silence says nothing about the noise that comes with sound.
        known = np.where(self._energy < _LEAST_ENERGY, np.inf, self._energy)
        smoothed = np.lib.stride_tricks.sliding_window_view(known, _FLOOR_SMOOTHING, axis=0).mean(axis=2)
        return self._energy[-len(self._power) :] > _ACTIVE_OVER_FLOOR * smoothed.min(axis=0)

    def _update(self, params: LocalizeParams) -> Localization:
        active = self._active()
        heard = self._power[active]
        heard = heard[np.ptp(heard, axis=1) > _LEAST_CONTRAST]
        peaks = srp.find_peaks(heard, _MOST_CANDIDATES)
        candidates = tuple(
            Candidate(peak.azimuth_rad, confidence(peak.share, peak.zones / active.size)) for peak in peaks
        )
        tracks = self._tracker.process(candidates, UPDATE_S, params)
        self._sequence += 1
        span_s = ((len(self._power) - 1) * srp.SHIFT + srp.FRAME) / RATE_HZ
        return Localization(
            sequence=self._sequence,
            time_s=self._next_time_s - 0.5 * span_s,
            method=params.method,
            spectrum=_spectrum(heard if len(heard) else self._power.reshape(-1, srp.GRID)),
            candidates=tuple(c for c in candidates if c.confidence >= params.threshold)[: params.max_sources],
            tracks=tracks,
        )


def confidence(share: float, occupied: float) -> float:
    """Probability that a peak is a talker, from its share of the active zones and the part of all zones it occupies.

    A logistic regression on simulated rooms (1 to 4 talkers, RT60 0 to 0.6 s, circles of 4.5 and 10 cm; also fans, hum
    and diffuse noise without talkers), where it is calibrated within a few percent.
    """
    evidence = 10.3 + 0.4 * np.log(share + 1e-4) + 2.2 * np.log(occupied + 1e-4)
    return float(1 / (1 + np.exp(-evidence)))


def _spectrum(power: np.ndarray) -> SpatialSpectrum:
    """Mean steered power on SPECTRUM_AZIMUTHS, in dB below full agreement of all microphones."""
    mean = power.mean(axis=0, dtype=float)
    harmonics = np.fft.rfft(mean)
    harmonics[-1] /= 2  # shared between the positive and the negative frequency once there are more points
    fine = np.fft.irfft(harmonics, n=SPECTRUM_AZIMUTHS) * (SPECTRUM_AZIMUTHS / srp.GRID)
    # The grids start at different azimuths: -pi + one step each.
    grid = azimuth_grid_rad(SPECTRUM_AZIMUTHS)
    shift = round((grid[0] - srp.GRID_RAD[0]) / (2 * np.pi) * SPECTRUM_AZIMUTHS)
    fine = np.roll(fine, -shift)
    return SpatialSpectrum(frozen(grid), frozen((10 * np.log10(np.maximum(fine, 1e-3))).astype(np.float32)))
