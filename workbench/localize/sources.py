"""Which candidate is which talker, told in hindsight: for files, where the future is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.core.geometry import wrap_rad
from workbench.core.messages import Candidate, Localization, Track

_GATE_RAD = math.radians(12.0)
_HEARD_NOW_S = 0.05


@dataclass(frozen=True, slots=True)
class Source:
    """A talker who is heard in one frame. `track` is the identity."""

    azimuth_rad: float
    confidence: float
    distance_m: float | None
    track: int


def sources_by_frame(frames: Sequence[Localization], look_ahead_s: float) -> list[tuple[Source, ...]]:
    """Sources of every frame: the candidates that belong to a track then, or to one born soon after.

    Live, a talker has no track until it is certain that there is one; in hindsight the first candidates are the
    talker's too, and candidates that never became a track are dropped.

    Parameters
    ----------
    frames : sequence of Localization
        Of one recording, in order.
    look_ahead_s : float
        How long after a candidate its track may be confirmed; the time of birth.
    """
    result = []
    for index, frame in enumerate(frames):
        sources: list[Source] = []
        for candidate in frame.candidates:
            taken = {source.track for source in sources}
            for later in frames[index:]:
                ahead_s = later.time_s - frame.time_s
                if ahead_s > look_ahead_s + 1e-6:
                    break
                track = _owner(candidate, later.tracks, ahead_s, taken)
                if track is not None:
                    azimuth_rad = track.azimuth_rad if later is frame else candidate.azimuth_rad
                    sources.append(Source(azimuth_rad, candidate.confidence, candidate.distance_m, track.number))
                    break
        result.append(tuple(sources))
    return result


def _owner(candidate: Candidate, tracks: tuple[Track, ...], ahead_s: float, taken: set[int]) -> Track | None:
    """The nearest track within the gate that is heard in its frame and was already being followed `ahead_s` before."""
    near = [
        (abs(wrap_rad(track.azimuth_rad - candidate.azimuth_rad)), track.number, track)
        for track in tracks
        if track.number not in taken and track.silent_s < _HEARD_NOW_S and track.age_s > ahead_s - 1e-6
    ]
    distance, _, track = min(near, default=(math.inf, 0, None))
    return track if distance <= _GATE_RAD else None
