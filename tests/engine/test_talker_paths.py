import math

import numpy as np
import pytest

from workbench.core.messages import Track
from workbench.engine.talker_paths import LEAD_S, MISSED_UPDATES, PathBook

UPDATE_S = 0.2


def track(number, azimuth_deg, age_s=1.0, active=True):
    return Track(number, math.radians(azimuth_deg), 0.9, 1.5, active, age_s, 0.0 if active else 1.0)


def test_a_talker_began_to_speak_before_the_track_was_sure():
    book = PathBook()
    book.take((track(3, 20.0, age_s=0.6),), 2.0)
    assert book.paths[3].begin_s == pytest.approx(2.0 - 0.6 - LEAD_S)
    book.take((track(4, 90.0, age_s=0.6),), 0.5)
    assert book.paths[4].begin_s == 0.0


def test_between_updates_a_talker_walks_the_shorter_way():
    book = PathBook()
    for number, azimuth_deg in enumerate((170.0, 178.0, -174.0, -166.0)):
        book.take((track(1, azimuth_deg),), number * UPDATE_S)
    path = book.paths[1]
    for time_s, azimuth_deg in ((-1.0, 170.0), (0.1, 174.0), (0.3, -178.0), (0.5, -170.0), (9.0, -166.0)):
        assert math.degrees(path.azimuth_rad(time_s)) == pytest.approx(azimuth_deg)


def test_a_track_that_is_crowded_out_for_a_moment_goes_on_and_one_that_stays_away_has_ended():
    book = PathBook()
    updates = [(track(1, 0.0), track(2, 90.0)), (track(2, 90.0),), (track(1, 0.0), track(2, 90.0))]
    for number, tracks in enumerate(updates):
        book.take(tracks, number * UPDATE_S)
    for number in range(MISSED_UPDATES):
        assert not book.paths[1].ended
        book.take((track(2, 90.0),), (3 + number) * UPDATE_S)
    assert book.paths[1].ended and not book.paths[2].ended
    assert book.paths[1].end_s == pytest.approx(0.4)


def test_what_no_later_sound_needs_is_forgotten_and_directions_stay():
    book = PathBook()
    for number in range(50):
        book.take((track(1, number), track(2, 90.0)) if number < 10 else (track(2, 90.0 + number),), number * UPDATE_S)
    before = [book.paths[2].azimuth_rad(time_s) for time_s in np.arange(8.05, 9.9, 0.13)]
    book.forget_before(8.0)
    assert list(book.paths) == [2] and len(book.paths[2].points) <= 11
    assert [book.paths[2].azimuth_rad(time_s) for time_s in np.arange(8.05, 9.9, 0.13)] == before


def test_time_that_goes_back_changes_nothing_that_was_written():
    book = PathBook()
    book.take((track(1, 10.0),), 5.0)
    book.take((track(1, 60.0),), 4.0)
    assert len(book.paths[1].points) == 1 and book.paths[1].end_s == 5.0


def test_how_long_nobody_was_heard():
    book = PathBook()
    for number, active in enumerate((True, True, False, False)):
        book.take((track(1, 0.0, active=active),), number * UPDATE_S)
    assert book.paths[1].silent_s(1.2) == pytest.approx(1.0)
    book.take((track(2, 90.0, active=False),), 1.0)
    assert book.paths[2].silent_s(1.0) == math.inf
