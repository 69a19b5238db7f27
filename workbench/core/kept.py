"""Kept sound: the last seconds of the input, frozen and looped through the live chain, as the window sees them."""

from __future__ import annotations

from dataclasses import dataclass

RATE_HZ = 48000


@dataclass(frozen=True, slots=True)
class LoopRegion:
    """A part of the kept sound, in samples at 48 kHz from its beginning; `end_sample` is not in it."""

    begin_sample: int
    end_sample: int

    @property
    def begin_s(self) -> float:
        return self.begin_sample / RATE_HZ

    @property
    def end_s(self) -> float:
        return self.end_sample / RATE_HZ

    @property
    def duration_s(self) -> float:
        return (self.end_sample - self.begin_sample) / RATE_HZ


@dataclass(frozen=True, slots=True)
class KeptSound:
    """What is kept, and whether it plays.

    Attributes
    ----------
    looping : bool
        The frozen sound plays in place of the live one.
    kept_s : float
        Length of the frozen sound while it plays, else of what could be frozen now.
    capacity_s : float
        The most that is kept.
    frozen_s : float
        Length of the sound that was frozen last; 0 when none was.
    region : LoopRegion or None
        The part that plays; None: all of it.
    position_s : float
        Place within the kept sound, while it plays.
    round_s : float
        How long one round takes: the region less the crossfade at its seam.
    origin_time_s : float
        Source time (as `Snapshot.time_s`) of the kept sound's first sample.
    loop_time_s : float
        Source time at which the first round of this region began.
    """

    looping: bool = False
    kept_s: float = 0.0
    capacity_s: float = 0.0
    frozen_s: float = 0.0
    region: LoopRegion | None = None
    position_s: float = 0.0
    round_s: float = 0.0
    origin_time_s: float = 0.0
    loop_time_s: float = 0.0

    def sample_at(self, time_s: float) -> int | None:
        """The kept sample that sounded at a source time, before it was frozen or in any round since; None if none."""
        if self.looping and time_s >= self.loop_time_s and self.round_s > 0:
            begin_s = self.region.begin_s if self.region else 0.0
            return round((begin_s + (time_s - self.loop_time_s) % self.round_s) * RATE_HZ)
        since_s = time_s - self.origin_time_s
        return round(since_s * RATE_HZ) if 0 <= since_s <= self.kept_s else None
