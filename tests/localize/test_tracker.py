import dataclasses
import math

import numpy as np
import pytest

from workbench.core.messages import Candidate
from workbench.core.params import LocalizeParams
from workbench.localize.tracker import Tracker

PARAMS = LocalizeParams(track_death_s=1.5)
STEP_S = 0.2


def _follow(steps, params=PARAMS, tracker=None):
    """Tracks after each step; a step is a list of azimuths in degrees, or (azimuth, confidence)."""
    tracker = tracker or Tracker()
    result = []
    for azimuths in steps:
        pairs = [item if isinstance(item, tuple) else (item, 0.9) for item in azimuths]
        candidates = tuple(Candidate(math.radians(azimuth), confidence) for azimuth, confidence in pairs)
        result.append(tracker.process(candidates, STEP_S, params))
    return result


def _degrees(track):
    return math.degrees(track.azimuth_rad)


def test_a_direction_that_persists_becomes_a_track():
    history = _follow([[30.0]] * 5)
    assert history[0] == ()
    assert [len(tracks) for tracks in history[1:]] == [1] * 4
    track = history[-1][0]
    assert track.number == 1 and track.active and track.silent_s == 0
    assert _degrees(track) == pytest.approx(30.0, abs=0.1)
    assert track.age_s == pytest.approx(1.0)


def test_one_that_does_not_persist_never_does():
    assert all(tracks == () for tracks in _follow([[30.0], [], [-90.0], [], [150.0], []]))


@pytest.mark.parametrize(("birth_s", "updates"), [(0.05, 1), (0.2, 1), (0.3, 2), (1.0, 5)])
def test_birth_takes_as_long_as_it_is_set_to(birth_s, updates):
    history = _follow([[30.0]] * 8, dataclasses.replace(PARAMS, track_birth_s=birth_s))
    assert next(k for k, tracks in enumerate(history, start=1) if tracks) == updates


def test_uncertain_candidates_start_nothing_but_feed():
    low = 0.6 * PARAMS.threshold
    assert all(tracks == () for tracks in _follow([[(30.0, low)]] * 6))
    fed = _follow([[30.0]] * 3 + [[(30.0, low)]] * 20)
    assert fed[-1][0].active and fed[-1][0].number == 1


def test_a_talker_who_pauses_keeps_the_track_and_then_loses_it():
    history = _follow([[30.0]] * 5 + [[]] * 6 + [[31.0]] * 3)
    assert [tracks[0].active for tracks in history[5:11]] == [True] + [False] * 5
    assert history[10][0].silent_s == pytest.approx(1.2)
    assert history[-1][0].number == 1 and history[-1][0].active
    gone = _follow([[30.0]] * 5 + [[]] * 9)
    assert gone[11] != () and gone[-1] == ()


def test_numbers_are_never_used_again():
    tracker = Tracker()
    first = _follow([[30.0]] * 4 + [[]] * 10, tracker=tracker)
    second = _follow([[30.0]] * 4, tracker=tracker)
    assert first[3][0].number == 1 and first[-1] == () and second[-1][0].number == 2
    tracker.reset()
    assert _follow([[30.0]] * 4, tracker=tracker)[-1][0].number == 1


def test_tracks_cross_the_back_without_a_jump():
    azimuths = [170.0 + 3 * k for k in range(15)]
    history = _follow([[(azimuth + 180) % 360 - 180] for azimuth in azimuths])
    assert {track.number for tracks in history for track in tracks} == {1}
    error = (_degrees(history[-1][0]) - azimuths[-1] + 180) % 360 - 180
    assert abs(error) < 2.0


def test_crossing_talkers_keep_their_identities():
    rng = np.random.default_rng(0)
    steps = []
    for k in range(31):
        first, second = -45 + 3.0 * k, 45 - 3.0 * k
        merged = abs(first - second) < 15  # closer than this only one direction is seen
        seen = [(first + second) / 2] if merged else [first, second]
        steps.append([azimuth + rng.normal(0, 1.0) for azimuth in seen])
    history = _follow(steps)
    start = {track.number: _degrees(track) for track in history[4]}
    end = {track.number: _degrees(track) for track in history[-1]}
    assert start.keys() == end.keys() == {1, 2}
    for number in (1, 2):
        assert math.copysign(1, start[number]) != math.copysign(1, end[number])
        assert abs(end[number]) == pytest.approx(45.0, abs=4.0)


def test_longer_smoothing_makes_a_steadier_track_of_who_sits():
    rng = np.random.default_rng(1)
    noise_deg = rng.normal(0, 1.5, 600)
    spread = {}
    for smoothing_ms in (100.0, 350.0, 1500.0):
        history = _follow([[value] for value in noise_deg], dataclasses.replace(PARAMS, smoothing_ms=smoothing_ms))
        spread[smoothing_ms] = np.std([_degrees(tracks[0]) for tracks in history[50:]])
    assert 1.5 > spread[100.0] > 1.3 * spread[350.0] > 1.3 * 1.2 * spread[1500.0]


def test_no_more_tracks_than_asked_for_and_the_active_ones_first():
    params = dataclasses.replace(PARAMS, max_sources=2)
    history = _follow([[0.0, 60.0, 120.0]] * 4 + [[60.0, 120.0]] * 3, params)
    assert all(len(tracks) <= 2 for tracks in history)
    assert sorted(round(_degrees(track)) for track in history[-1]) == [60, 120]


def test_a_still_talker_does_not_drift_in_silence():
    rng = np.random.default_rng(2)
    history = _follow([[30 + rng.normal(0, 2.0)] for _ in range(20)] + [[]] * 7)
    assert _degrees(history[-1][0]) == pytest.approx(30.0, abs=6.0)


def test_distance_is_smoothed():
    tracker, rng = Tracker(), np.random.default_rng(0)
    seen = []
    for _ in range(60):
        (track,) = tracker.process((Candidate(0.3, 0.9, 2.0 + rng.normal(0, 0.5)),), 0.2, PARAMS) or (None,)
        seen.append(track.distance_m if track else np.nan)
    assert abs(np.nanmean(seen[20:]) - 2.0) < 0.15 and np.nanstd(seen[20:]) < 0.25


def _walk(speed_deg_s, seconds=6.0, reach_deg=60.0):
    """Who sits for a second, walks from -reach to reach and sits again: azimuths at every update."""
    time_s = np.arange(0, seconds, STEP_S)
    return np.clip(-reach_deg + speed_deg_s * np.maximum(0, time_s - 1.0), -reach_deg, reach_deg)


@pytest.mark.parametrize("speed_deg_s", [10.0, 25.0, 45.0])
def test_who_gets_up_and_walks_past_is_followed_without_lag(speed_deg_s):
    rng = np.random.default_rng(3)
    azimuths = _walk(speed_deg_s)
    history = _follow([[azimuth + rng.normal(0, 1.5)] for azimuth in azimuths])
    assert {track.number for tracks in history for track in tracks} == {1}
    errors = [abs(_degrees(tracks[0]) - azimuth) for tracks, azimuth in zip(history, azimuths) if tracks]
    assert np.max(errors) < 0.5 * speed_deg_s * STEP_S + 5.0 and np.median(errors) < 2.0


@pytest.mark.parametrize("speed_deg_s", [15.0, 30.0, 40.0])
@pytest.mark.parametrize("heard", ["one between them", "the first", "nobody"])
def test_people_who_walk_past_each_other_keep_their_numbers(speed_deg_s, heard):
    kept = 0
    for seed in range(10):
        rng = np.random.default_rng([seed, int(speed_deg_s)])
        steps = []
        for first in _walk(speed_deg_s, seconds=2 + 120 / speed_deg_s):
            seen = [first, -first]
            if abs(first) < 7:  # closer than 14 degrees only one direction is seen
                seen = {"one between them": [first * rng.uniform(-1, 1)], "the first": [first], "nobody": []}[heard]
            steps.append([azimuth + rng.normal(0, 1.5) for azimuth in seen])
        history = _follow(steps)
        start = {track.number: _degrees(track) < 0 for track in history[3]}
        end = {track.number: _degrees(track) > 0 for track in history[-1] if track.active}
        kept += start == end
    assert kept >= 9


def test_a_direction_goes_to_the_talker_who_is_known_best():
    # Who has been silent for a second could be anywhere near; that is no reason to give him another's voice.
    last = _follow([[0.0, 16.0]] * 6 + [[16.0]] * 4 + [[12.0]] * 2)[-1]
    assert {track.number: track.active for track in last} == {1: False, 2: True}
