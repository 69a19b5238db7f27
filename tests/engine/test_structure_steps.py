from dataclasses import replace

import pytest

from tests.engine.watched import WatchedSession, until
from workbench.engine.assembly import Structure
from workbench.engine.device_store import OutputSetup
from workbench.engine.settings import Settings
from workbench.engine.structure_steps import structure_label

ROOM = Structure("room", "none", "uca8-100mm", "pair-100mm")


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"source": "file:/a b/take.wav"}, "Source: take.wav"),
        ({"source": "room:/x/my hall.toml"}, "Source: room my hall"),
        ({"source": "device:JACK Audio Connection Kit/system", "array": None}, "Source: system"),
        ({"sink": "file:/tmp/out.wav"}, "Sink: out.wav"),
        ({"array": "/x/mine.toml"}, "Microphones: mine"),
        ({"layout": None}, "Loudspeakers: none"),
        ({"outputs": OutputSetup(rate_hz=44100)}, "Rate and block of the sink"),
        ({"loop": True}, ""),
    ],
)
def test_labels(changes, label):
    assert structure_label(ROOM, replace(ROOM, **changes)) == label


@pytest.fixture
def session():
    session = WatchedSession(Settings(source="room"))
    yield session
    session.close()


def test_source_array_and_layout_are_undone_and_done_again_by_the_session(session):
    session.choose_layout("stereo-60deg")
    until(lambda: session.undo_label == "Loudspeakers: stereo-60deg")
    session.set({"enhance.strength_percent": 40.0})
    session.choose_array(None)
    until(lambda: session.undo_label == "Microphones: none")
    assert [step.label for step in session.steps[0]] == [
        "Loudspeakers: stereo-60deg", "Strength 40 %", "Microphones: none",
    ]  # fmt: skip
    session.go_to_step(0)
    until(lambda: session.array_name == "uca8-100mm" and session.layout_name == "pair-100mm")
    assert session.params.enhance.strength_percent == 100.0 and not session.can_undo
    session.go_to_step(3)
    until(lambda: session.array_name is None and session.layout_name == "stereo-60deg")
    assert session.params.enhance.strength_percent == 40.0 and not session.can_redo
