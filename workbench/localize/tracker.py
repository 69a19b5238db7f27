"""Follows talkers: candidate directions in, tracks with identities out.

Each track is a Kalman filter on the circle (azimuth and its rate). Candidates are assigned to tracks one to one by
the least sum of squared normalised distances, within a gate. A direction becomes a talker only after it has persisted
(birth), and a talker who pauses keeps the track for a while (death), so that a track neither flickers nor
comes from a single noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workbench.core.geometry import wrap_rad
from workbench.core.messages import Candidate, Track
from workbench.core.params import LocalizeParams
from workbench.dsp.scipy_parts import part

linear_sum_assignment = part("scipy.optimize._lsap").linear_sum_assignment

_MEASUREMENT_RAD = math.radians(2.5)
"""Standard deviation of a candidate that is certain; an uncertain one counts less."""
_LEAST_CONFIDENCE = 0.1
_GATE_RAD = math.radians(20.0)
_GATE_DEVIATIONS = 4.0
_START_RATE_RAD_S = math.radians(20.0)
_RATE_DECAY_S = 2.0
"""A talker who is not heard is not expected to go on walking for ever."""
_ACTIVE_S = 0.25
"""A talker counts as active until this long after the last candidate."""
_FEED_FRACTION = 0.5
"""Part of the threshold that is enough to feed a talker who is already followed."""
_CONFIDENCE_S = 0.3
_DISTANCE_S = 1.0
"""Distances of single updates scatter by a third, and nobody walks that fast."""


@dataclass
class _Filter:
    """One talker: azimuth (wrapped) and rate with their covariance, and the history that decides birth and death."""

    azimuth_rad: float
    rate_rad_s: float
    covariance: np.ndarray
    confidence: float
    heard_s: float
    distance_m: float | None = None
    silent_s: float = 0.0
    age_s: float = 0.0
    number: int = 0

    @property
    def confirmed(self) -> bool:
        return self.number > 0


def acceleration_rad_s2(smoothing_s: float, step_s: float, measurement_rad: float) -> float:
    """Process noise for which the Kalman filter settles at the gain of an exponential average of `smoothing_s`.

    With alpha = 1 - exp(-step / smoothing), beta = 2 (2 - alpha) - 4 sqrt(1 - alpha) the tracking index is
    beta / sqrt(1 - alpha) = acceleration step^2 / measurement (Kalata, "The tracking index", 1984).
    """
    alpha = 1 - math.exp(-step_s / smoothing_s)
    beta = 2 * (2 - alpha) - 4 * math.sqrt(1 - alpha)
    return beta / math.sqrt(1 - alpha) * measurement_rad / step_s**2


class Tracker:
    """Candidates to tracks, one call for each update of the localizer."""

    def __init__(self):
        self.reset()

    def reset(self) -> None:
        """Forget all tracks; numbering starts again at 1."""
        self._filters: list[_Filter] = []
        self._next_number = 1

    def process(self, candidates: tuple[Candidate, ...], step_s: float, params: LocalizeParams) -> tuple[Track, ...]:
        """One update.

        Parameters
        ----------
        candidates : tuple of Candidate
        step_s : float
            Time since the last update.
        params : LocalizeParams

        Returns
        -------
        tuple of Track
            Confirmed tracks, at most `params.max_sources`, active ones first, then by number.
        """
        for track in self._filters:
            self._predict(track, step_s, params)
        feeding = [c for c in candidates if c.confidence >= _FEED_FRACTION * params.threshold]
        unheard, unassigned = list(self._filters), list(feeding)
        for track, candidate in self._assign(feeding):
            self._update(track, candidate, step_s)
            unheard.remove(track)
            unassigned.remove(candidate)
        for track in unheard:
            self._miss(track, step_s)
        self._filters = [track for track in self._filters if self._lives(track, step_s, params)]
        for candidate in unassigned:
            if candidate.confidence >= params.threshold:
                self._filters.append(self._born(candidate, step_s))
        for track in self._filters:
            if not track.confirmed and track.heard_s >= params.track_birth_s - 1e-9:
                track.number = self._next_number
                self._next_number += 1
        return self._tracks(params.max_sources)

    @staticmethod
    def _predict(track: _Filter, step_s: float, params: LocalizeParams) -> None:
        transition = np.array([[1.0, step_s], [0.0, 1.0]])
        noise = acceleration_rad_s2(params.smoothing_ms / 1000, step_s, _MEASUREMENT_RAD)
        effect = noise * np.array([0.5 * step_s**2, step_s])
        track.azimuth_rad = wrap_rad(track.azimuth_rad + step_s * track.rate_rad_s)
        track.covariance = transition @ track.covariance @ transition.T + np.outer(effect, effect)
        track.age_s += step_s

    def _assign(self, candidates: list[Candidate]) -> list[tuple[_Filter, Candidate]]:
        if not self._filters or not candidates:
            return []
        predicted = np.array([track.azimuth_rad for track in self._filters])
        variance = np.array([track.covariance[0, 0] for track in self._filters]) + _MEASUREMENT_RAD**2
        distance = np.abs(wrap_rad(np.array([c.azimuth_rad for c in candidates])[None] - predicted[:, None]))
        gate = np.minimum(_GATE_RAD, _GATE_DEVIATIONS * np.sqrt(variance))[:, None]
        outside = distance > gate
        cost = distance**2 / variance[:, None]
        cost[[not track.confirmed for track in self._filters]] += 4.0  # known talkers choose first
        rows, columns = linear_sum_assignment(np.where(outside, 1e6, cost))
        return [(self._filters[r], candidates[c]) for r, c in zip(rows, columns) if not outside[r, c]]

    @staticmethod
    def _update(track: _Filter, candidate: Candidate, step_s: float) -> None:
        noise = _MEASUREMENT_RAD**2 / max(candidate.confidence, _LEAST_CONFIDENCE)
        gain = track.covariance[:, 0] / (track.covariance[0, 0] + noise)
        innovation = wrap_rad(candidate.azimuth_rad - track.azimuth_rad)
        track.azimuth_rad = wrap_rad(track.azimuth_rad + gain[0] * innovation)
        track.rate_rad_s += gain[1] * innovation
        track.covariance = track.covariance - np.outer(gain, track.covariance[0])
        track.confidence += (1 - math.exp(-step_s / _CONFIDENCE_S)) * (candidate.confidence - track.confidence)
        if candidate.distance_m is not None:
            known_m = candidate.distance_m if track.distance_m is None else track.distance_m
            track.distance_m = known_m + (1 - math.exp(-step_s / _DISTANCE_S)) * (candidate.distance_m - known_m)
        track.heard_s += step_s
        track.silent_s = 0.0

    @staticmethod
    def _miss(track: _Filter, step_s: float) -> None:
        track.rate_rad_s *= math.exp(-step_s / _RATE_DECAY_S)
        track.confidence *= math.exp(-step_s / _CONFIDENCE_S)
        track.silent_s += step_s

    @staticmethod
    def _lives(track: _Filter, step_s: float, params: LocalizeParams) -> bool:
        if track.confirmed:
            return track.silent_s <= params.track_death_s + 1e-9
        return track.silent_s < track.heard_s + 0.5 * step_s

    @staticmethod
    def _born(candidate: Candidate, step_s: float) -> _Filter:
        spread = _MEASUREMENT_RAD**2 / max(candidate.confidence, _LEAST_CONFIDENCE)
        return _Filter(
            azimuth_rad=candidate.azimuth_rad,
            rate_rad_s=0.0,
            covariance=np.diag([spread, _START_RATE_RAD_S**2]),
            confidence=candidate.confidence,
            heard_s=step_s,
            distance_m=candidate.distance_m,
            age_s=step_s,
        )

    def _tracks(self, most: int) -> tuple[Track, ...]:
        confirmed = sorted(
            (track for track in self._filters if track.confirmed),
            key=lambda track: (track.silent_s > _ACTIVE_S, -track.confidence),
        )[:most]
        tracks = [
            Track(
                number=track.number,
                azimuth_rad=track.azimuth_rad,
                confidence=min(1.0, max(0.0, track.confidence)),
                distance_m=track.distance_m,
                active=track.silent_s <= _ACTIVE_S,
                age_s=track.age_s,
                silent_s=track.silent_s,
            )
            for track in confirmed
        ]
        return tuple(sorted(tracks, key=lambda track: (not track.active, track.number)))
