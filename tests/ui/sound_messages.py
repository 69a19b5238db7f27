"""Hand-made messages for the tests of the Sound region."""

from __future__ import annotations

import numpy as np

from workbench.core.messages import EnhancementState, Levels, Localization, Snapshot, Track

BINS, BIN_HZ, BANDS = 481, 50.0, 34


def levels(peak_dbfs=-20.0, rms_dbfs=-30.0, channels=2, clipped=()) -> Levels:
    lamps = np.zeros(channels, dtype=bool)
    lamps[list(clipped)] = True
    return Levels(np.full(channels, peak_dbfs, dtype=np.float32), np.full(channels, rms_dbfs, dtype=np.float32), lamps)


def snapshot(
    sequence: int,
    before_dbfs=-60.0,
    after_dbfs=-80.0,
    *,
    time_s: float | None = None,
    pitch_hz: float = 0.0,
    gain=0.5,
    strength=0.25,
    input_levels: Levels | None = None,
    output_levels: Levels | None = None,
    gain_reduction_db: float = 0.0,
) -> Snapshot:
    """A hop; levels are numbers for all bins or arrays (481,)."""

    def column(level):
        return np.broadcast_to(np.asarray(level, dtype=np.float32), (BINS,)).copy()

    state = EnhancementState(
        np.full(BANDS, gain, dtype=np.float32), np.full(BANDS, strength, dtype=np.float32), pitch_hz, 10.0
    )
    return Snapshot(
        sequence=sequence,
        time_s=sequence * 0.01 if time_s is None else time_s,
        bin_hz=BIN_HZ,
        before_dbfs=column(before_dbfs),
        after_dbfs=column(after_dbfs),
        input=input_levels or levels(),
        output=output_levels or levels(),
        gain_reduction_db=gain_reduction_db,
        enhancement=state,
        beam_azimuth_rad=0.0,
    )


def track(number: int, azimuth_rad: float, active: bool = True, silent_s: float = 0.0) -> Track:
    return Track(number, azimuth_rad, 0.9, 1.5, active, 3.0, silent_s)


def localization(sequence: int, time_s: float, *tracks: Track, candidates=()) -> Localization:
    return Localization(sequence, time_s, "srp", None, tuple(candidates), tuple(tracks))
