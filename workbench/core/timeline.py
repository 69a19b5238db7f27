"""What a timeline shows of a file or a recorded session: messages with read-only arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

_NONE = np.zeros(0)


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """The first channel's lowest and highest sample in each of N columns between two times.

    `low` and `high` are (N,) float32, NaN where nothing has been read yet. `exact`: every sample counts; else they are
    those of excerpts.
    """

    begin_s: float
    end_s: float
    low: np.ndarray
    high: np.ndarray
    exact: bool


@dataclass(frozen=True, slots=True, eq=False)
class TimelineEvents:
    """When things happened, in seconds, each (n,), in order; `limiter_s` is (n, 2), begin and end of each stretch."""

    settings_s: np.ndarray = field(default_factory=lambda: _NONE)
    steering_s: np.ndarray = field(default_factory=lambda: _NONE)
    gaps_s: np.ndarray = field(default_factory=lambda: _NONE)
    dropouts_s: np.ndarray = field(default_factory=lambda: _NONE)
    resampler_s: np.ndarray = field(default_factory=lambda: _NONE)
    limiter_s: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))


@dataclass(frozen=True, slots=True, eq=False)
class TrackPoints:
    """Where talkers were: `number`, `time_s`, `azimuth_rad` and `active`, each (n,), in order of time."""

    number: np.ndarray
    time_s: np.ndarray
    azimuth_rad: np.ndarray
    active: np.ndarray


@dataclass(frozen=True, slots=True, order=True)
class Marker:
    """A place with a note, which may be empty."""

    time_s: float
    text: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class TimelinePicture:
    """All that is known so far. `progress` is 1 when the journal has been read; `error` says what cannot be shown."""

    path: str = ""
    duration_s: float = 0.0
    progress: float = 1.0
    error: str = ""
    complete: bool = True
    overview: Overview | None = None
    events: TimelineEvents | None = None
    tracks: TrackPoints | None = None
    markers: tuple[Marker, ...] = ()
    """Those of the recording itself."""
