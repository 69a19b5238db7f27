"""Follows talkers: candidate directions in, tracks with identities out.

Each track follows its talker by `motion`. Candidates are assigned to tracks one to one by the largest likelihood,
within a gate. A direction becomes a talker only after it has persisted (birth), and a talker who pauses keeps the track
for a while (death), so that a track neither flickers nor comes from a single noise. Where two talkers pass each other
only one direction is found: both go on as they went.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workbench.core.geometry import wrap_rad
from workbench.core.messages import Candidate, Track
from workbench.core.params import LocalizeParams
from workbench.dsp.scipy_parts import part
from workbench.localize.motion import MEASUREMENT_RAD, CircularMotion

linear_sum_assignment = part("scipy.optimize._lsap").linear_sum_assignment

_LEAST_CONFIDENCE = 0.1
_GATE_RAD = math.radians(20.0)
_GATE_DEVIATIONS = 4.0
_GATE_S = 0.6
"""The gate is wider for who walks, by the way of this time."""
_CERTAINTY = 2.0
"""Weight of the logarithm of a track's variance against squared normalised distance: without it a candidate would go to
the track that knows least."""
_MERGED_RAD = math.radians(18.0)
"""Directions closer than some 14 degrees are found as one."""
_MERGED_DEVIATION_RAD = math.radians(12.0)
"""Of the direction found for two, from each of them."""
_HIDDEN_S = 1.0
"""Who has not been heard for so long is not behind the other, but silent."""
_ACTIVE_S = 0.25
"""A talker counts as active until this long after the last candidate."""
_FEED_FRACTION = 0.5
"""Part of the threshold that is enough to feed a talker who is already followed."""
_CONFIDENCE_S = 0.3
_DISTANCE_S = 1.0
"""Distances of single updates scatter by a third, and nobody walks that fast."""


@dataclass
class _Filter:
    """One talker: the motion, and the history that decides birth and death."""

    motion: CircularMotion
    confidence: float
    heard_s: float
    distance_m: float | None = None
    silent_s: float = 0.0
    age_s: float = 0.0
    number: int = 0

    @property
    def confirmed(self) -> bool:
        return self.number > 0

    @property
    def azimuth_rad(self) -> float:
        return self.motion.azimuth_rad


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
            track.motion.predict(step_s, params.smoothing_ms / 1000)
            track.age_s += step_s
        feeding = [c for c in candidates if c.confidence >= _FEED_FRACTION * params.threshold]
        pairs = self._assign(feeding)
        taken = [track for track, _ in pairs]
        unassigned = [c for c in feeding if not any(c is candidate for _, candidate in pairs)]
        missed = [track for track in self._filters if not any(track is one for one in taken)]
        merged = self._merged(pairs, missed)
        for track, candidate in pairs:
            self._update(track, candidate, step_s, any(track is front for front, _ in merged))
        for track in missed:
            self._miss(track, step_s, any(track is behind for _, behind in merged))
        self._filters = [track for track in self._filters if self._lives(track, step_s, params)]
        for candidate in unassigned:
            if candidate.confidence >= params.threshold:
                self._filters.append(self._born(candidate, step_s))
        for track in self._filters:
            if not track.confirmed and track.heard_s >= params.track_birth_s - 1e-9:
                track.number = self._next_number
                self._next_number += 1
        return self._tracks(params.max_sources)

    def _assign(self, candidates: list[Candidate]) -> list[tuple[_Filter, Candidate]]:
        if not self._filters or not candidates:
            return []
        predicted = np.array([track.azimuth_rad for track in self._filters])
        variance = np.array([track.motion.variance_rad2 for track in self._filters]) + MEASUREMENT_RAD**2
        distance = np.abs(wrap_rad(np.array([c.azimuth_rad for c in candidates])[None] - predicted[:, None]))
        rate = np.abs([track.motion.rate_rad_s for track in self._filters])
        gate = np.minimum(_GATE_RAD + _GATE_S * rate, _GATE_DEVIATIONS * np.sqrt(variance))[:, None]
        outside = distance > gate
        cost = distance**2 / variance[:, None] + _CERTAINTY * np.log(variance / MEASUREMENT_RAD**2)[:, None]
        cost[[not track.confirmed for track in self._filters]] += 4.0  # known talkers choose first
        rows, columns = linear_sum_assignment(np.where(outside, 1e3, cost))
        return [(self._filters[r], candidates[c]) for r, c in zip(rows, columns) if not outside[r, c]]

    @staticmethod
    def _merged(pairs: list[tuple[_Filter, Candidate]], missed: list[_Filter]) -> list[tuple[_Filter, _Filter]]:
        """Pairs of talkers who are so close that one direction was found for both: who got it, and who is behind."""
        found = []
        for behind in missed:
            if not behind.confirmed or behind.silent_s > _HIDDEN_S:
                continue
            for front, candidate in pairs:
                near_rad = abs(wrap_rad(candidate.azimuth_rad - behind.azimuth_rad))
                apart_rad = abs(wrap_rad(front.azimuth_rad - behind.azimuth_rad))
                if front.confirmed and near_rad < _MERGED_RAD and apart_rad < _MERGED_RAD:
                    found.append((front, behind))
                    break
        return found

    @staticmethod
    def _update(track: _Filter, candidate: Candidate, step_s: float, merged: bool) -> None:
        deviation_rad = MEASUREMENT_RAD / math.sqrt(max(candidate.confidence, _LEAST_CONFIDENCE))
        # The direction of two is somewhere between them: it says little about each.
        track.motion.update(candidate.azimuth_rad, math.hypot(deviation_rad, _MERGED_DEVIATION_RAD * merged))
        track.confidence += (1 - math.exp(-step_s / _CONFIDENCE_S)) * (candidate.confidence - track.confidence)
        if candidate.distance_m is not None and not merged:
            known_m = candidate.distance_m if track.distance_m is None else track.distance_m
            track.distance_m = known_m + (1 - math.exp(-step_s / _DISTANCE_S)) * (candidate.distance_m - known_m)
        track.heard_s += step_s
        track.silent_s = 0.0

    @staticmethod
    def _miss(track: _Filter, step_s: float, hidden: bool) -> None:
        if not hidden:
            track.motion.slow_down(step_s)
        track.confidence *= math.exp(-step_s / _CONFIDENCE_S)
        track.silent_s += step_s

    @staticmethod
    def _lives(track: _Filter, step_s: float, params: LocalizeParams) -> bool:
        if track.confirmed:
            return track.silent_s <= params.track_death_s + 1e-9
        return track.silent_s < track.heard_s + 0.5 * step_s

    @staticmethod
    def _born(candidate: Candidate, step_s: float) -> _Filter:
        deviation_rad = MEASUREMENT_RAD / math.sqrt(max(candidate.confidence, _LEAST_CONFIDENCE))
        return _Filter(
            motion=CircularMotion(candidate.azimuth_rad, deviation_rad),
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
