import math

from workbench.core.messages import Candidate, Localization, Track
from workbench.localize.sources import sources_by_frame


def _frame(index, candidates_deg, tracks):
    return Localization(
        sequence=index + 1,
        time_s=0.2 * index,
        method="srp",
        spectrum=None,
        candidates=tuple(Candidate(math.radians(azimuth), 0.8) for azimuth in candidates_deg),
        tracks=tuple(
            Track(number, math.radians(azimuth), 0.8, None, silent_s == 0, age_s, silent_s)
            for number, azimuth, age_s, silent_s in tracks
        ),
    )


def _numbers(frames, look_ahead_s=0.4):
    return [[source.track for source in sources] for sources in sources_by_frame(frames, look_ahead_s)]


def test_candidates_before_birth_belong_to_the_talker():
    frames = [_frame(0, [20], []), _frame(1, [21], [(1, 20.5, 0.4, 0.0)]), _frame(2, [20], [(1, 20.3, 0.6, 0.0)])]
    assert _numbers(frames) == [[1], [1], [1]]
    azimuths = [round(math.degrees(sources[0].azimuth_rad), 1) for sources in sources_by_frame(frames, 0.4)]
    assert azimuths == [20.0, 20.5, 20.3]  # the candidate itself before birth, the track afterwards


def test_a_candidate_that_never_became_a_track_is_dropped():
    frames = [_frame(0, [20, 150], []), _frame(1, [21], [(1, 20.5, 0.4, 0.0)])]
    assert _numbers(frames) == [[1], [1]]


def test_a_track_that_was_not_there_yet_does_not_claim_older_candidates():
    frames = [_frame(0, [20], []), _frame(1, [], []), _frame(2, [20], [(1, 20, 0.2, 0.0)])]
    assert _numbers(frames) == [[], [], [1]]


def test_a_track_is_claimed_by_one_candidate_and_a_silent_one_by_none():
    frames = [_frame(0, [20, 28], [(1, 20, 1.0, 0.0), (2, 29, 1.0, 0.2)])]
    assert _numbers(frames) == [[1]]
