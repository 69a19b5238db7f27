import itertools
import math

import numpy as np
import pytest

from tests.ui.sound_messages import localization, snapshot, track
from workbench.core.messages import Candidate
from workbench.ui.theme import DARK
from workbench.ui.views.axes import azimuth_y
from workbench.ui.views.plot import Crosshair
from workbench.ui.views.sound_history import SoundHistory
from workbench.ui.views.talkers_lane import TalkersLane, TalkersNow, TrackHistory


@pytest.fixture
def history():
    history = SoundHistory()
    history.append([snapshot(sequence) for sequence in range(800)])
    return history


def test_updates_lie_at_the_sound_they_belong_to(history):
    tracks = TrackHistory(history)
    tracks.append([localization(0, 4.0, track(1, 0.5)), localization(1, 6.0, track(1, 0.7))])
    (run,) = tracks.runs()
    np.testing.assert_array_equal(run.column, [400, 600, 800])
    np.testing.assert_array_equal(run.azimuth_rad, [0.5, 0.7, 0.7])


def test_runs_change_where_a_talker_falls_silent(history):
    tracks = TrackHistory(history)
    active = (True, True, False, False, True)
    tracks.append([localization(i, 4 + 0.2 * i, track(1, 0.1 * i, on)) for i, on in enumerate(active)])
    runs = tracks.runs()
    assert [run.active for run in runs] == [True, False, True]
    for before, after in itertools.pairwise(runs):
        assert before.column[-1] == after.column[0] and before.azimuth_rad[-1] == after.azimuth_rad[0]


def test_a_line_does_not_cross_the_lane_when_the_azimuth_wraps(history):
    tracks = TrackHistory(history)
    azimuths = (3.0, 3.1, -3.1, -3.0)
    tracks.append([localization(i, 4 + 0.2 * i, track(1, azimuth)) for i, azimuth in enumerate(azimuths)])
    for run in tracks.runs():
        assert np.abs(np.diff(run.azimuth_rad)).max() < math.pi


def test_a_dead_track_ends_where_it_died(history):
    tracks = TrackHistory(history)
    tracks.append([localization(0, 4.0, track(1, 0.1)), localization(1, 4.2, track(1, 0.1)), localization(2, 4.4)])
    (run,) = tracks.runs()
    assert run.column[-1] == 420


def test_old_updates_are_forgotten_but_the_one_that_comes_in_from_the_left(history):
    tracks = TrackHistory(history)
    for i in range(40):
        history.append([snapshot(sequence) for sequence in range(800 + 20 * i, 820 + 20 * i)])
        tracks.append([localization(i, 8.1 + 0.2 * i, track(1, 0.1))])
    history.append([snapshot(sequence) for sequence in range(1600, 2000)])
    (run,) = tracks.runs(1200, 2000)
    assert run.column[0] < 1200 <= run.column[1]
    assert len(tracks.runs()[0].column) == 41, "all of the last minute is kept"


def test_repeated_updates_count_once_and_a_new_run_starts_anew(history):
    tracks = TrackHistory(history)
    first = localization(5, 4.0, track(1, 0.1))
    tracks.append([first])
    tracks.append([first])
    assert len(tracks._updates) == 1
    tracks.append([localization(0, 5.0, track(1, 0.1))])
    assert len(tracks._updates) == 1 and tracks.newest.sequence == 0


def test_the_list_says_who_speaks(qtbot, history):
    tracks = TrackHistory(history)
    now = TalkersNow(tracks)
    qtbot.addWidget(now)
    tracks.append([localization(0, 7.9, track(2, math.radians(-68), False, 2.1), track(1, math.radians(42)))])
    now.sync()
    assert now.rows() == [(1, "T1", "+42°", "speaking"), (2, "T2", "−68°", "silent 2.1\u2009s")]
    assert "T1 +42° speaking" in now.accessibleDescription()
    tracks.append([localization(1, 7.95, *(track(number, 0.0) for number in range(1, 7)))])
    assert now.rows()[-1][-1] == "2 more"


def test_active_is_thick_and_silent_thin(qtbot, history):
    tracks = TrackHistory(history)
    lane = TalkersLane(history, tracks, Crosshair())
    qtbot.addWidget(lane)
    lane.apply_theme(DARK)
    lane.resize(800, 112)
    azimuth = math.radians(45)
    tracks.append(
        [
            localization(0, 4.0, track(1, azimuth)),
            localization(1, 5.0, track(1, azimuth)),
            localization(2, 6.0, track(1, azimuth, False), candidates=[Candidate(-2.0, 0.5)]),
        ]
    )
    image = lane.grab().toImage()
    y = round(azimuth_y(azimuth, 112))

    def thickness(x):
        return sum(image.pixelColor(x, row).name().upper() != DARK.plot for row in range(y - 6, y + 7))

    assert thickness(450) >= 3 > thickness(750) >= 1
    assert image.pixelColor(600, round(azimuth_y(-2.0, 112))).name().upper() != DARK.plot
