"""Everything that a person can change is a step of the history, is named, and comes back."""

from dataclasses import replace

import pytest

from tests.engine.test_replay import recorded  # noqa: F401 - a fixture
from tests.engine.watched import until
from workbench.core.channel_map import ChannelMap
from workbench.engine import presets
from workbench.engine.device_store import OutputSetup
from workbench.engine.inputs import InputSetup
from workbench.engine.session import Session
from workbench.engine.settings import Settings


@pytest.fixture
def session():
    made = Session(Settings(source="room", sink="none", array="uca8-100mm", layout="pair-100mm"))
    yield made
    made.close()


def facts(session):
    """All that changes may change."""
    return (
        session.source_spec, session.sink_spec, session.array_name, session.layout_name, session.inputs,
        session.outputs, session.ab.settings("a"), session.ab.settings("b"),
    )  # fmt: skip


def preset(session):
    session.apply_preset(presets.load(presets.shipped()[3]))


def map_channels(session):
    session.set_inputs(InputSetup(ChannelMap.in_order(8, 8).swapped(0, 1)))


def copy_to_shown(session):
    session.ab.choose("b")
    session.set({"output.gain_db": -7.0})
    session.ab.choose("a")
    session.ab.copy("b", "a")


CHANGES = {
    "a parameter": (lambda s: s.set({"enhance.strength_percent": 40.0}), "Strength"),
    "a reset": (lambda s: (s.set({"enhance.decay_ms": 90.0}), s.reset("enhance.decay_ms")), "Decay"),
    "the source": (lambda s: s.choose_source("room:two-talkers"), "Source"),
    "the sink": (lambda s: s.choose_sink("device:ALSA/Headphones"), "Sink"),
    "the array": (lambda s: s.choose_array("uca6-50mm"), "Microphones"),
    "no array": (lambda s: s.choose_array(None), "Microphones"),
    "the layout": (lambda s: s.choose_layout(None), "Loudspeakers"),
    "the network": (lambda s: s.set({"enhance.method": "percepnet"}), "Method"),
    "a preset": (preset, "Preset"),
    "the channel map": (map_channels, "Channel map"),
    "rate and block of the sink": (lambda s: s.set_outputs(OutputSetup(rate_hz=44100)), "Rate and block"),
    "a copy of B to A": (copy_to_shown, "Copy B to A"),
    "a swap": (lambda s: (s.set({"output.gain_db": -3.0}), s.ab.swap()), "Swap A and B"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_it_is_a_step_that_comes_back_and_goes_again(session, name):
    change, label = CHANGES[name]
    if name == "the source":
        from workbench.core.resources import shipped_names

        scene = next(one for one in shipped_names("scenes") if one != "room")
        change = lambda s: s.choose_source(f"room:{scene}")  # noqa: E731
    if name == "the array":
        from workbench.core.resources import shipped_names

        other = next(one for one in shipped_names("arrays") if one != "uca8-100mm")
        change = lambda s: s.choose_array(other)  # noqa: E731
    before_steps = len(session.steps[0])
    before = facts(session)
    change(session)
    until(lambda: len(session.steps[0]) > before_steps and label in session.undo_label)
    after = facts(session)
    assert after != before or name == "a reset"
    shown = session.ab.side
    session.undo()
    until(lambda: label in session.redo_label)
    if name not in ("a reset", "a copy of B to A", "a swap"):
        until(lambda: facts(session) == before)
    elif name == "a copy of B to A":
        assert session.ab.settings("a").output.gain_db == 0.0 and session.ab.settings("b").output.gain_db == -7.0
    elif name == "a swap":
        assert session.ab.settings("a").output.gain_db == -3.0
    else:
        assert session.params.enhance.decay_ms == 90.0
    session.redo()
    until(lambda: facts(session) == after)
    assert session.ab.side == shown


def test_a_session_that_is_opened_is_one_step_with_all_its_structure(session, recorded):  # noqa: F811
    before = facts(session)
    session.open_session(recorded.folder)
    until(lambda: session.undo_label.startswith("Session "))
    assert session.array_name == "square4-30mm" and len(session.steps[0]) == 1
    session.undo()
    until(lambda: facts(session) == before)
    session.redo()
    until(lambda: session.source_spec == f"session:{recorded.folder}" and session.array_name == "square4-30mm")


def test_settings_from_a_file_are_one_step(session):
    before = facts(session)
    settings = Settings(source="room", sink="none", array="", layout="")
    session.apply_settings(replace(settings, params=presets.load(presets.shipped()[0]).apply(session.params)))
    until(lambda: session.array_name is None)
    until(lambda: len(session.steps[0]) == 1 and session.steps[0][0].structure is not None)
    session.undo()
    until(lambda: facts(session) == before)
