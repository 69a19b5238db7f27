"""The simulated room under the session's command."""

import dataclasses
import math

import pytest

from tests.engine.watched import WatchedSession, until
from workbench.audio.scene_files import load_scene
from workbench.core.errors import InputError
from workbench.engine.room import RoomControl
from workbench.engine.settings import Settings


def truth(session) -> tuple:
    localizations = session.mailbox.localizations_since(-1)
    return localizations[-1].truth if localizations else ()


@pytest.fixture
def session():
    session = WatchedSession(Settings(source="room:one-talker-still", sink="none", layout=""))
    yield session
    session.close()


def test_before_the_start_the_scene_is_that_of_the_file_and_can_be_changed(session):
    assert session.room_scene == load_scene("one-talker-still")
    moved = dataclasses.replace(session.room_scene.talkers[0], azimuth_deg=-60.0)
    session.set_room_scene(dataclasses.replace(session.room_scene, talkers=(moved,)))
    session.start()
    until(lambda: truth(session))
    assert math.degrees(truth(session)[0].azimuth_rad) == pytest.approx(-60.0)


def test_changes_are_heard_at_once_and_outlive_a_restart_but_not_another_scene(session, tmp_path):
    session.start()
    until(lambda: truth(session))
    scene = session.room_scene
    guest = dataclasses.replace(scene.talkers[0], name="Guest", voice="emil", azimuth_deg=-120.0)
    session.set_room_scene(dataclasses.replace(scene, talkers=(*scene.talkers, guest)))
    until(lambda: len(truth(session)) == 2)
    session.move_talker(1, math.radians(90.0), 1.0)
    until(lambda: math.degrees(truth(session)[0].azimuth_rad) == pytest.approx(90.0, abs=0.5))
    session.save_room_scene(tmp_path / "mine.toml")
    until((tmp_path / "mine.toml").is_file)
    saved = load_scene(tmp_path / "mine.toml")
    assert saved.name == "mine"
    assert [round(talker.azimuth_deg) for talker in saved.talkers] == [90, -120]

    session.stop()
    session.becomes("stopped", from_now=True)
    assert [talker.name for talker in session.room_scene.talkers] == ["Anna", "Guest"]
    session.choose_array("uca8-45mm")  # the chain is built anew, the room stays
    session.start()
    until(lambda: session.array is not None and session.array.name == "uca8-45mm" and len(truth(session)) == 2)
    assert math.degrees(truth(session)[0].azimuth_rad) == pytest.approx(90.0, abs=0.5)
    session.choose_source("room:fan-only")
    until(lambda: session.room_scene is not None and session.room_scene.name == "fan-only")
    assert session.room_scene.talkers == ()


def test_changes_outlive_a_source_that_cannot_be_had(session):
    session.start()
    until(lambda: truth(session))
    moved = dataclasses.replace(session.room_scene.talkers[0], azimuth_deg=-60.0)
    session.set_room_scene(dataclasses.replace(session.room_scene, talkers=(moved,)))
    session.choose_source("file:/nowhere.wav")
    session.says("nowhere")
    session.becomes("running", from_now=True)
    assert session.source_spec == "room:one-talker-still"
    assert session.room_scene.talkers == (moved,)


def test_what_cannot_be_is_refused_and_what_cannot_be_had_is_said(session):
    session.start()
    until(lambda: truth(session))
    scene = session.room_scene
    with pytest.raises(InputError):
        session.set_room_scene(dataclasses.replace(scene, array="line4-50mm"))
    assert session.room_scene is scene
    session.set_room_scene(dataclasses.replace(scene, rt60_s=3.0))
    until(lambda: "cannot be reached" in session.room_notice)
    session.says("cannot be reached")


def test_another_source_has_no_room():
    session = WatchedSession(Settings(source="file:/nowhere.wav", sink="none"))
    try:
        assert session.room_scene is None
        session.release_talkers()
        assert session.room_notice == ""
    finally:
        session.close()


def test_a_scene_that_was_asked_for_late_is_not_taken_for_that_of_another_source():
    room = RoomControl()
    assert room.scene(None, "room:fan-only").name == "fan-only"
    room.forget()
    assert room.scene(None, "room:fan-only").name == "fan-only"  # who asks has not heard of the new source yet
    assert room.scene(None, "room:two-talkers-fan").name == "two-talkers-fan"
    assert room.edits(None, "room:two-talkers-fan") is None
