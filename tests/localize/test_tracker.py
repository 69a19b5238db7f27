import dataclasses
import math

import numpy as np
import pytest

from workbench.core.messages import Candidate
from workbench.core.params import LocalizeParams
from workbench.localize.tracker import Tracker, acceleration_rad_s2

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


def test_smoothing_is_an_exponential_average_of_that_time_constant():
    rng = np.random.default_rng(1)
    noise_deg = rng.normal(0, 3.0, 600)
    spread = {}
    for smoothing_ms in (100.0, 350.0, 1500.0):
        history = _follow([[value] for value in noise_deg], dataclasses.replace(PARAMS, smoothing_ms=smoothing_ms))
        spread[smoothing_ms] = np.std([_degrees(tracks[0]) for tracks in history[50:]])
    assert spread[100.0] > 1.5 * spread[350.0] > 1.5 * 1.5 * spread[1500.0]


def test_process_noise_gives_the_gain_of_the_average():
    smoothing_s, step_s, measurement = 0.35, 0.2, 0.04
    noise = acceleration_rad_s2(smoothing_s, step_s, measurement) * np.array([0.5 * step_s**2, step_s])
    transition, covariance = np.array([[1, step_s], [0, 1]]), np.eye(2)
    for _ in range(300):
        covariance = transition @ covariance @ transition.T + np.outer(noise, noise)
        gain = covariance[:, 0] / (covariance[0, 0] + measurement**2)
        covariance = covariance - np.outer(gain, covariance[0])
    assert gain[0] == pytest.approx(1 - math.exp(-step_s / smoothing_s), rel=1e-3)


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
