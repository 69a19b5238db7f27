import math
from dataclasses import replace

import pytest

from tests.engine.watched import WatchedSession, until
from workbench.audio.scene import resized
from workbench.audio.scene_files import load_scene
from workbench.audio.scene_parts import Arc, Mismatch, Noise, Talker
from workbench.core.channel_map import ChannelMap
from workbench.engine.inputs import InputSetup
from workbench.engine.room_steps import RoomState, put_back, room_label
from workbench.engine.settings import Settings

SCENE = load_scene("two-talkers-fan")
ANNA, ROBERT = SCENE.talkers


def talkers(first=ANNA, second=ROBERT):
    return replace(SCENE, talkers=(first, second))


@pytest.mark.parametrize(
    ("after", "label"),
    [
        (SCENE, ""),
        (replace(SCENE, rt60_s=0.45), "RT60 0.45 s"),
        (resized(SCENE, (SCENE.size_m[0] + 1, *SCENE.size_m[1:])), f"Room length {SCENE.size_m[0] + 1:.1f} m"),
        (talkers(replace(ANNA, level_db=-6.0)), "Anna: level −6.0 dB"),
        (talkers(replace(ANNA, voice="emil")), "Anna: voice emil"),
        (talkers(replace(ANNA, muted=True)), "Anna silent"),
        (talkers(replace(ANNA, azimuth_deg=-30.0, distance_m=1.4, path=None)), "Anna: way"),
        (talkers(second=replace(ROBERT, path=Arc(-80.0, -20.0, 15.0))), "Robert: way"),
        (replace(SCENE, talkers=(ANNA,)), "Talker removed"),
        (replace(SCENE, talkers=(ANNA, ROBERT, Talker("Emil", "emil", 120.0, 1.2))), "Talker added"),
        (replace(SCENE, noises=(*SCENE.noises, Noise("traffic", "diffuse"))), "Noise added"),
        (replace(SCENE, noises=(SCENE.noises[0], replace(SCENE.noises[1], snr_db=9.0))), "Noise 2: SNR 9.0 dB"),
        (replace(SCENE, mismatch=Mismatch(gain_sigma_db=1.5)), "Microphone gain errors 1.5 dB"),
        (replace(SCENE, mismatch=Mismatch(dead=(2,))), "Microphone faults"),
        (replace(SCENE, rt60_s=0.1, seed=7), "Simulated room"),
    ],
)
def test_labels_say_what_changed(after, label):
    assert room_label(RoomState(SCENE), RoomState(after)) == label


def test_labels_of_who_was_dragged():
    there = RoomState(SCENE, {"Anna": (math.radians(30.0), 1.44)})
    assert room_label(RoomState(SCENE), there) == "Anna to +30°, 1.4 m"
    assert room_label(there, RoomState(SCENE)) == "Anna back to the own place"
    both = RoomState(SCENE, {"Anna": (0.5, 1.0), "Robert": (-0.5, 1.0)})
    assert room_label(both, RoomState(SCENE)) == "Everybody back"


def test_only_what_the_step_changed_is_put_back():
    before, after = RoomState(SCENE), RoomState(replace(SCENE, rt60_s=0.5))
    later = RoomState(replace(SCENE, rt60_s=0.5, noises=()), {"Anna": (0.1, 1.0)})
    undone = put_back(later, after, before)
    assert undone == RoomState(replace(SCENE, noises=()), {"Anna": (0.1, 1.0)})
    assert put_back(undone, before, after) == later


def test_who_was_dragged_and_set_down_by_a_stop_goes_back_to_the_scenes_place():
    before, after = RoomState(SCENE), RoomState(SCENE, {"Anna": (1.0, 1.2)})
    set_down = RoomState(talkers(replace(ANNA, azimuth_deg=math.degrees(1.0), distance_m=1.2, path=None)))
    assert put_back(set_down, after, before) == before


@pytest.fixture
def session():
    session = WatchedSession(Settings(source="room:two-talkers-fan", sink="none", layout=""))
    yield session
    session.close()


def labels(session) -> list[str]:
    return [step.label for step in session.steps[0]]


def test_changes_of_the_room_are_steps_one_for_each_drag(session):
    original = session.room_scene
    for rt60_s in (0.31, 0.35, 0.4):
        session.set_room_scene(replace(session.room_scene, rt60_s=rt60_s), gesture="slider")
    session.set({"enhance.strength_percent": 40.0})
    session.set_room_scene(replace(session.room_scene, noises=()))
    assert labels(session) == ["RT60 0.40 s", "Strength 40 %", "Noise removed"]
    session.undo()
    until(lambda: session.room_scene.noises == original.noises)
    session.undo()
    session.undo()
    until(lambda: session.room_scene == original)
    session.go_to_step(3)
    until(lambda: session.room_scene == replace(original, rt60_s=0.4, noises=()))
    assert session.params.enhance.strength_percent == 40.0


def test_a_dragged_talker_is_undone_while_it_plays(session):
    session.start()

    def place_deg():
        localizations = session.mailbox.localizations_since(-1)
        return math.degrees(localizations[-1].truth[0].azimuth_rad) if localizations else math.nan

    until(lambda: not math.isnan(place_deg()))
    for turn_deg in (60.0, 90.0, 120.0):
        session.move_talker(1, math.radians(turn_deg), 1.2, gesture="drag")
    assert labels(session) == ["Anna to +120°, 1.2 m"]
    until(lambda: abs(place_deg() - 120.0) < 1.0)
    session.undo()
    until(lambda: ANNA.path.from_deg - 1.0 < place_deg() < ANNA.path.to_deg + 1.0)
    session.redo()
    until(lambda: abs(place_deg() - 120.0) < 1.0)


def test_a_changed_room_comes_back_when_another_source_is_undone(session, tmp_path):
    session.set_room_scene(replace(session.room_scene, rt60_s=0.4))
    session.choose_source("room:fan-only")
    until(lambda: labels(session)[-1:] == ["Source: room fan-only"])
    assert session.room_scene.name == "fan-only"
    session.undo()
    until(lambda: session.room_scene is not None and session.room_scene.name == SCENE.name)
    until(lambda: session.room_scene.rt60_s == 0.4)
    session.undo()
    until(lambda: session.room_scene.rt60_s == SCENE.rt60_s)


def test_what_can_no_longer_be_is_said_and_nothing_changes(session):
    far = replace(session.room_scene, talkers=(replace(ANNA, azimuth_deg=0.0, distance_m=2.0, path=None), ROBERT))
    session.set_room_scene(far)
    session.ab.choose("b")  # the other setting's history knows nothing of that step
    small = resized(session.room_scene, (3.0, 3.0, 2.5))
    session.set_room_scene(small)
    session.ab.choose("a")
    session.undo()
    assert session.says("stays as it is")[1]
    assert session.room_scene.size_m == small.size_m


def test_the_channel_map_is_a_step_crossfaded_back(session):
    session.play()
    swapped = InputSetup(channel_map=ChannelMap.in_order(8).swapped(0, 1))
    worker = session._worker
    session.set_inputs(swapped)
    until(lambda: labels(session) == ["Channel map"])
    session.undo()
    until(lambda: session.inputs == InputSetup())
    session.redo()
    until(lambda: session.inputs == swapped)
    assert session._worker is worker  # the sound went on
