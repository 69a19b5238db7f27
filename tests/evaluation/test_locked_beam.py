import dataclasses
import math

import numpy as np
import pytest

from workbench.core.messages import Track
from workbench.core.params import LocalizeParams, Params
from workbench.evaluation import locked_beam
from workbench.evaluation.locked_beam import LockedBeamScore, LockedBeamTask, plan, score, summary

PARAMS = dataclasses.replace(Params(), localize=LocalizeParams(method="srp"))


def task(number, *methods):
    return LockedBeamTask(number, "uca8-100mm", 0.3, methods, PARAMS)


def test_scenes_are_what_they_are_said_to_be():
    for number in range(20):
        scene = plan(task(number))
        walks, other = scene.talkers
        apart = abs((walks.azimuth_deg - other.azimuth_deg + 180) % 360 - 180)
        swing = (walks.path.to_deg - walks.path.from_deg) / 2
        assert apart - swing > 40 and 30 <= 2 * swing <= 60 and walks.voice != other.voice
        assert scene.rt60_s == 0.3 and plan(task(number)) == scene
    assert plan(task(1)) != plan(task(2))


def test_a_beam_that_follows_the_walking_talker_gains_and_one_microphone_does_not(monkeypatch):
    monkeypatch.setattr(locked_beam, "SECONDS", 7.0)
    found = score(task(0, "delay-and-sum", "mvdr"))
    assert found.off_deg < 8.0 and found.gain_db("mvdr") > found.gain_db("delay-and-sum") + 2.0 > 1.0
    monkeypatch.setattr(locked_beam, "LOCK_RAD", 0.0)  # nobody locks it: it stays where the talker was at first
    left = score(task(0, "mvdr"))
    assert left.off_deg > found.off_deg and left.gain_db("mvdr") < found.gain_db("mvdr")


def test_the_lock_stays_with_its_track_and_is_renewed_when_that_ends():
    @dataclasses.dataclass
    class Moment:
        truth: tuple

    walks = [Moment((Track(0, math.radians(a), 1, None, True, 1, 0),)) for a in range(0, 40, 10)]

    def at(number, azimuth_deg):
        return Track(number, math.radians(azimuth_deg), 0.9, None, True, 1.0, 0.0)

    tracks = [(at(1, 2), at(2, 90)), (at(1, 40), at(2, 10)), (at(2, 11),), (at(2, 12), at(3, 30))]
    azimuths_rad, relocks, followed = locked_beam._locked(walks, tracks)
    assert followed == [1, 1, 2, 2] and relocks == 1
    assert np.degrees(azimuths_rad) == pytest.approx([2, 40, 11, 12])


def test_summary_counts_rooms():
    scores = [LockedBeamScore(k, -4.0, {"mvdr": beam}, 2.0, k) for k, beam in enumerate((1.0, 3.0, 4.0))]
    found = summary(scores, ("mvdr",))
    row = found["methods"]["mvdr"]
    assert found["scenes"] == 3 and found["relocks"] == 3 and found["microphone_db"] == -4.0
    assert row["gain_db"] == pytest.approx(20 / 3) and row["worst_gain_db"] == 5.0
    assert row["part_above_6_db"] == pytest.approx(2 / 3)
