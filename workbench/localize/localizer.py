"""The streaming localizer: hops of the array in, directions and tracks five times a second out."""

from __future__ import annotations

import copy

import numpy as np

from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray
from workbench.core.messages import Localization
from workbench.core.params import LocalizeParams
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.localize.frames import BANDS, FRAME, SHIFT, WINDOW_FRAMES, analyse
from workbench.localize.methods import Method, make_method
from workbench.localize.tracker import Tracker

UPDATE_HOPS = 20
UPDATE_S = UPDATE_HOPS * HOP / RATE_HZ

_OVERLAP = FRAME - SHIFT
FLOOR_FRAMES = 150
"""The noise floor of a band is its least energy in the last 3 s."""
FLOOR_SMOOTHING = 3
ACTIVE_OVER_FLOOR = 10 ** (9.0 / 10)
_LEAST_HEARD = 0.02
"""Part of the window's zones that must rise over the floor: the fluctuations of a fan or of hum stay below 1.4 %,
somebody who speaks 20 dB over the noise fills 9 % even at the edges of words."""
LEAST_ENERGY = 10 ** (-110.0 / 10)


class Localizer:
    """Looks for directions in what rises over the noise floor, and follows them with a `Tracker`.

    A zone (band and frame) is looked at when its energy is 9 dB over the least of the last 3 s: what is always there,
    such as a fan, hum or the noise of the microphones, makes no talker.
    """

    latency = FRAME

    def __init__(self, array: MicrophoneArray):
        self.array = array
        self.reset()

    def reset(self) -> None:
        """Forget sound, noise floor and tracks; numbering begins again."""
        self.notice = ""
        """Why another method is used than was asked for, in plain words."""
        self._method_name = ""
        self._tracker = Tracker()
        self._sequence = 0
        self._next_time_s: float | None = None
        self._chosen: tuple[str, str] | None = None
        self._method: Method | None = None
        self._restart()

    def _restart(self) -> None:
        """Forget the sound but not the talkers: after a gap."""
        self._samples = np.zeros((self.array.mics, _OVERLAP + UPDATE_HOPS * HOP), dtype=np.float32)
        self._filled = _OVERLAP
        self._start = _OVERLAP  # nothing lies before the first sample
        self._energy = np.zeros((0, BANDS), dtype=np.float32)
        self._frames = 0
        if self._method is not None:
            self._method.reset()

    def bookmark(self) -> tuple:
        """The talkers as they are followed now and the noise floor, for `return_to`."""
        return copy.deepcopy(self._tracker), self._energy.copy()

    def return_to(self, bookmark: tuple) -> None:
        """Follow the talkers again as they were followed at the bookmark; the sound since is forgotten."""
        tracker, energy = bookmark
        self._restart()
        self._tracker, self._energy = copy.deepcopy(tracker), energy.copy()

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
        self._analyse(params)
        return self._update(params)

    def prepare(self, params: LocalizeParams) -> None:
        """Load now what the first update would load (a network): for a caller who has time now and not then."""
        self._choose(params)
        self._chosen, self._frames = (params.method, params.model), 0

    def _analyse(self, params: LocalizeParams) -> None:
        """Hand the buffered sound to the method, and keep of it what the next frames overlap."""
        chosen = (params.method, params.model)
        if self._method is None or chosen != self._chosen:
            self.prepare(params)
        assert self._method is not None
        samples = self._samples[:, self._start :]
        if not np.isfinite(samples.sum()):  # one pass; what is added up beyond all numbers is looked at twice
            samples = np.nan_to_num(samples, posinf=0.0, neginf=0.0)
        frames = analyse(samples)
        new = samples if self._frames == 0 else samples[:, _OVERLAP - self._start :]
        self._method.push(frames, new)
        self._samples[:, :_OVERLAP] = self._samples[:, -_OVERLAP:]
        self._filled, self._start = _OVERLAP, 0
        self._frames = min(self._frames + len(frames.energy), WINDOW_FRAMES)
        self._energy = np.concatenate([self._energy, frames.zone_energy])[-FLOOR_FRAMES:]

    def _choose(self, params: LocalizeParams) -> None:
        """Make the method that is asked for; where the array has no network, SRP-PHAT stands in for it."""
        self.notice = ""
        self._method_name = params.method
        try:
            self._method = make_method(params.method, self.array, params.model)
        except InputError as error:
            self._method_name = "srp"
            self._method = make_method("srp", self.array)
            self.notice = f"{error}. SRP-PHAT is used."

    def _floor(self) -> np.ndarray:
        """Energy of each band's noise, (BANDS,); inf where there was digital silence only."""
        # Digital silence says nothing about the noise that comes with sound.
        known = np.where(self._energy < LEAST_ENERGY, np.inf, self._energy)
        return np.lib.stride_tricks.sliding_window_view(known, FLOOR_SMOOTHING, axis=0).mean(axis=2).min(axis=0)

    def _update(self, params: LocalizeParams) -> Localization:
        floor = self._floor()
        active = self._energy[-self._frames :] > ACTIVE_OVER_FLOOR * floor
        assert self._method is not None and self._next_time_s is not None  # `_analyse` has been called
        found = self._method.result(active, floor)
        candidates = found.candidates if active.mean() >= _LEAST_HEARD else ()
        tracks = self._tracker.process(candidates, UPDATE_S, params)
        self._sequence += 1
        span_s = ((self._frames - 1) * SHIFT + FRAME) / RATE_HZ
        return Localization(
            sequence=self._sequence,
            time_s=self._next_time_s - 0.5 * span_s,
            method=self._method_name,
            spectrum=found.spectrum,
            candidates=tuple(c for c in candidates if c.confidence >= params.threshold)[: params.max_sources],
            tracks=tracks,
            sectors=found.sectors,
            model=found.model,
            classical=tuple(c for c in found.classical if c.confidence >= params.threshold)[: params.max_sources],
        )
